# SPDX-License-Identifier: Apache-2.0
"""The report for people: a small site for a run's folder, or one file that can be mailed."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from latchkey.results import Change

from . import facts, footprint, matrix, meter, requirements, source, summary, views, words
from .facts import Results
from .items import Item, Links, items_make, slug_of
from .views import Report

TEMPLATES = Path(__file__).resolve().parent / "templates"
# Trials with a page: every one that is told of, and of those that passed as many as these.
SITE_PASSED = 300
# In one file for everything there is room for fewer.
SINGLE_TOLD, SINGLE_PASSED = 400, 60

# C0 and C1 but the line end, what turns the direction of text, and surrogates.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
                     "\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Page:
    """A file of the site, by its path below the report's folder. Its text is made on demand."""

    path: str
    make: Callable[[], str]

    @property
    def text(self) -> str:
        return self.make()


def _clean(value: Any) -> Any:
    """Every text that a template writes passes here; markup is made in one place only."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNSAFE.sub(lambda m: f"\\u{{{ord(m[0]):x}}}", value)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, finalize=_clean,
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(
        words=words, plural=words.plural, facts=facts, STATES=requirements.STATES,
        KINDS=views.KINDS, slug_of=slug_of)
    return environment


@lru_cache(maxsize=None)
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8").strip()


@lru_cache(maxsize=None)
def _script(names: tuple[str, ...]) -> tuple[Markup, str]:
    """Scripts as one, and the hash that allows it to run."""
    text = "\n".join(["\"use strict\";", *map(_asset, names)])
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), digest


# --- one file or many


def site(results: Results, folder: Path, changes: Sequence[Change] | None = None,
         library: source.Library | None = None) -> Iterator[Page]:
    """All files of the site; transcripts are read below `folder`."""
    told = len(results["results"])
    report = _report(results, folder, changes, library, told, SITE_PASSED)
    top, below = Links(), Links("../")
    whole = summary.summary_make(results, report.items, report.titles)

    def page(path: str, links: Links, title: str, body: Callable[[], Markup],
             styles: tuple[str, ...], scripts: tuple[str, ...] = ("keys",)) -> Page:
        return Page(path, lambda: _page(report, links, title, body(), styles, scripts))

    yield page("index.html", top, whole.headline, lambda: _index(report, whole, top),
               ("matrix", "meter"), ("keys", "matrix"))
    yield page("requirements.html", top, "Requirements", lambda: _requirements(report, top),
               ("matrix",))
    if changes is not None:
        yield page("changes.html", top, "Changes", lambda: _changes(report, top), ("matrix",))
    for name in report.by_client:
        yield page(f"clients/{slug_of(name)}.html", below, report.label(name),
                   partial(_client, report, name, below), ("matrix",))
    for name in report.by_scenario:
        yield page(f"scenarios/{slug_of(name)}.html", below, report.titles[name],
                   partial(_scenario, report, name, below), ("matrix", "ladder"))
    around = views.neighbours(report.items)
    for item in report.items:
        if item.paged:
            title = f"{facts.outcome_text(item.result)} {item.client} {item.place}"
            yield page(f"trials/{item.slug}.html", below, title,
                       partial(_trial, report, item, below, around[item.slug]), ("ladder",))


def render(results: Results, folder: Path, changes: Sequence[Change] | None = None,
           library: source.Library | None = None) -> str:
    """Everything in one file; evidence is looked up, and linked, below `folder`."""
    report = _report(results, folder, changes, library, SINGLE_TOLD, SINGLE_PASSED)
    links = Links(single=True)
    whole = summary.summary_make(results, report.items, report.titles)
    around = views.neighbours(report.items)
    sections = [("index", _index(report, whole, links)),
                ("requirements", _requirements(report, links))]
    if changes is not None:
        sections.append(("changes", _changes(report, links)))
    sections += [(f"clients-{slug_of(c)}", _client(report, c, links)) for c in report.by_client]
    sections += [(f"scenarios-{slug_of(name)}", _scenario(report, name, links))
                 for name in report.by_scenario]
    sections += [(f"trials-{item.slug}", _trial(report, item, links, around[item.slug]))
                 for item in report.items if item.paged]
    body = Markup("\n").join(
        Markup('<section class="page" id="{}" tabindex="-1">{}</section>').format(name, text)
        for name, text in sections)
    return _page(report, links, whole.headline, body, ("matrix", "ladder", "meter"),
                 ("pages", "keys", "matrix"))


def _report(results: Results, folder: Path, changes: Sequence[Change] | None,
            library: source.Library | None, told: int, passed: int) -> Report:
    return Report(results, folder, items_make(results, told, passed),
                  library or source.library_read(),
                  None if changes is None else tuple(changes))


def _page(report: Report, links: Links, title: str, body: Markup, styles: tuple[str, ...],
          scripts: tuple[str, ...]) -> str:
    script, digest = _script(tuple(f"{name}.js" for name in scripts))
    style = "\n".join(_asset(f"{name}.css") for name in ("base", *styles))
    return _environment().get_template("page.html").render(
        report=report, links=links, title=title, body=body, script=script, script_hash=digest,
        style=Markup(style))


def _body(template: str, report: Report, links: Links, **more: Any) -> Markup:
    return Markup(_environment().get_template(template).render(
        report=report, links=links, **more))


# --- the bodies


def _index(report: Report, whole: summary.Summary, links: Links) -> Markup:
    cwe = sorted({str(w) for i in report.items for w in i.result.get("cwe") or ()})
    standard, odd = ([i for i in report.items if i.experimental == e] for e in (False, True))
    return _body(
        "index.html", report, links, summary=whole,
        matrix=matrix.matrix_make(standard, report.library, links),
        apart=matrix.matrix_make(odd, report.library, links),
        data=Markup(matrix.data_make(report.items, report.library, links)),
        cwe=cwe, host=_host(report.results.get("host")), meter=_meter(report, links),
        footprint=_footprint(report, links),
        changes=_counted(report), choices=_choices(report.items),
        counts=facts.count(item.result for item in report.items))


def _meter(report: Report, links: Links) -> Markup:
    labels = {item.client: report.label(item.client) for item in report.items}
    made = meter.meter_make(report.items, labels, report.titles)
    return Markup("") if made is None else _body("meter.html", report, links, meter=made,
                                                 HEADINGS=meter.HEADINGS)


def _footprint(report: Report, links: Links) -> Markup:
    made = footprint.footprint_make(report.items, report.titles)
    return Markup("") if made is None else _body("footprint.html", report, links, footprint=made,
                                                 STATES=footprint.STATES)


def _choices(items: Sequence[Item]) -> dict[str, list[str]]:
    """What there is to filter by."""
    postures = {item.posture for item in items}
    wishes = {p.partition("-")[2] for p in postures}
    return {
        "suite": sorted({facts.family(i.result) for i in items if not i.experimental}),
        "apart": sorted({facts.family(i.result) for i in items if i.experimental}),
        "client": sorted({item.client for item in items}),
        "protocol": sorted({p.partition("-")[0] for p in postures}),
        "wish": [w for w in words.WISHES if w in wishes] + sorted(wishes - words.WISHES.keys()),
    }


def _requirements(report: Report, links: Links) -> Markup:
    return _body("requirements.html", report, links)


def _counted(report: Report) -> dict[str, int] | None:
    if report.changes is None:
        return None
    return {kind: len(own) for kind, own in views.changes(report, report.changes).items()}


def _changes(report: Report, links: Links) -> Markup:
    return _body("changes.html", report, links,
                 changes=views.changes(report, report.changes or ()))


def _client(report: Report, name: str, links: Links) -> Markup:
    return _body("client.html", report, links, client=views.client(report, name, links))


def _scenario(report: Report, name: str, links: Links) -> Markup:
    return _body("scenario.html", report, links, scenario=views.scenario(report, name, links))


def _trial(report: Report, item: Item, links: Links,
           around: tuple[Item | None, Item | None]) -> Markup:
    return _body("trial.html", report, links, trial=views.trial(report, item, links),
                 around=around)


def _host(host: Any) -> list[tuple[str, str]]:
    if isinstance(host, Mapping):
        return [(str(k), ", ".join(map(str, v)) if isinstance(v, list) else str(v))
                for k, v in host.items()]
    return [("host", str(host))] if host else []
