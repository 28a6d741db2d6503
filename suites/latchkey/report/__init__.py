# SPDX-License-Identifier: Apache-2.0
"""Reports: pure functions from a results document (and its folder of evidence) to text."""

import json
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from latchkey import results as runs
from latchkey.results import Change

from . import html, junit, sarif, source, text
from .facts import Results


_FORK = multiprocessing.get_context("fork")     # what is known of the run is there without copying
_MANY_PAGES = 100                       # worth a process of their own


def _json(results: Results, folder: Path) -> str:
    return json.dumps(results, indent=1, ensure_ascii=True) + "\n"


class Format(NamedTuple):
    """A report format: the name of its file and its writer."""

    file: str
    render: Callable[[Results, Path], str]


FORMATS: Mapping[str, Format] = {
    "html": Format("index.html", html.render),
    "junit": Format("junit.xml", junit.render),
    "sarif": Format("results.sarif", sarif.render),
    "tap": Format("results.tap", text.tap),
    "markdown": Format("summary.md", text.markdown),
    "json": Format("results.json", _json),
}


def read(paths: Sequence[Path], folder: Path) -> Results:
    """The results of one or several folders as one document for reports in `folder`."""
    parts = [(p if p.is_dir() else p.parent, source.results_read(p)) for p in paths]
    return source.results_merge(parts, folder)


def changes(before: Path, after: Sequence[Path]) -> tuple[Change, ...]:
    """What became of every trial since an earlier run."""
    return runs.diff(runs.read(before), runs.merge([runs.read(path) for path in after]))


def render(name: str, results: Results, folder: Path) -> str:
    """One report as text; evidence is looked up below `folder`."""
    return FORMATS[name].render(results, folder)


def write(name: str, results: Results, folder: Path) -> Path:
    """One report as a file in `folder`."""
    path = folder / FORMATS[name].file
    path.write_text(render(name, results, folder), "utf-8")
    return path


def write_site(results: Results, folder: Path,
               since: Sequence[Change] | None = None) -> Path:
    """The report for people as a small site in `folder`; its first page."""
    for name in ("clients", "scenarios", "trials"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    pages = list(html.site(results, folder, since))
    share = min(len(os.sched_getaffinity(0)), 1 + len(pages) // _MANY_PAGES)
    others = [_FORK.Process(target=_try_pages, args=(pages[number::share], folder))
              for number in range(1, share)]
    for process in others:
        process.start()
    _write_pages(pages[::share], folder)
    for number, process in enumerate(others, 1):
        process.join()
        if process.exitcode != 0:       # why is told here, not there
            _write_pages(pages[number::share], folder)
    return folder / "index.html"


def _try_pages(pages: Sequence[html.Page], folder: Path) -> None:
    try:
        _write_pages(pages, folder)
    except BaseException:
        os._exit(1)


def _write_pages(pages: Sequence[html.Page], folder: Path) -> None:
    for page in pages:
        (folder / page.path).write_text(page.text, "utf-8")
