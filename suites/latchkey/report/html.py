# SPDX-License-Identifier: Apache-2.0
"""index.html: one self-contained page for people."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from . import facts, matrix, source, summary, words
from .facts import Result, Results
from .ladder import Ladder, ladder_make

TEMPLATES = Path(__file__).resolve().parent / "templates"
# Past this many ladders those of passed trials are left to their transcript files.
LADDERS = 500
FILES = ("transcript.jsonl", "client.stdout", "client.stderr", "plan.json", "capture.pcapng",
         "repeat.sh")

# C0 and C1 but the line end, what turns the direction of text, and surrogates.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
                     "\ud800-\udfff\ufffe\uffff]")


def _clean(value: Any) -> Any:
    """Every text that a template writes passes here; markup is made in one place only."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNSAFE.sub(lambda m: f"\\u{{{ord(m[0]):x}}}", value)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, finalize=_clean,
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(
        words=words, plural=words.plural, name=facts.name, title=facts.title,
        family=facts.family, weakness_link=facts.weakness_link,
        outcome_text=facts.outcome_text, runs_text=facts.runs_text)
    return environment


def render(results: Results, folder: Path, library: source.Library | None = None) -> str:
    """The page; transcripts are read below `folder`."""
    library = library or source.library_read(results)
    ordered = sorted(results["results"], key=facts.sort_key)
    slugs = slugs_make(ordered)
    views = [(r, slugs[id(r)]) for r in ordered]
    script = (TEMPLATES / "script.js").read_text("utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _environment().get_template("index.html").render(
        results=results,
        summary=summary.summary_make(results, views),
        matrix=matrix.matrix_make(results, views, library),
        trials=_trials(views, folder, library),
        host=_host(results.get("host")),
        script=Markup(script),
        style=Markup((TEMPLATES / "style.css").read_text("utf-8")),
        script_hash=digest,
        label=lambda client: facts.client_label(results, client))


def slugs_make(ordered: Iterable[Result]) -> dict[int, str]:
    """An anchor for each result, by its identity; a repeated trial gets a number."""
    used: dict[str, int] = {}
    slugs = {}
    for result in ordered:
        slug = re.sub(r"[^A-Za-z0-9._-]+", "~", facts.key(result))
        used[slug] = used.get(slug, 0) + 1
        slugs[id(result)] = slug if used[slug] == 1 else f"{slug}~{used[slug]}"
    return slugs


def _host(host: Any) -> list[tuple[str, str]]:
    if isinstance(host, Mapping):
        return [(str(k), ", ".join(map(str, v)) if isinstance(v, list) else str(v))
                for k, v in host.items()]
    return [("host", str(host))] if host else []


def _trials(
    views: list[tuple[Result, str]], folder: Path, library: source.Library
) -> Iterable[dict[str, Any]]:
    drawn = 0
    for result, slug in views:
        if result["outcome"] == "SKIP":
            continue
        passed = result["outcome"] == "PASS"
        drawn += 1
        ladder = None if passed and drawn > LADDERS else _ladder(result, folder)
        scenario = library.scenarios.get(str(result["id"]), {})
        yield {
            "result": result,
            "slug": slug,
            "bucket": facts.bucket(result),
            "worst": facts.worst(result),
            "why": " ".join(str(result.get("why") or scenario.get("why") or "").split()),
            "checks": [_check(result, check) for check in result.get("checks") or ()],
            "requirements": [_requirement(i, library) for i in result.get("requirements") or ()],
            "weaknesses": [*(result.get("cve") or ()), *(result.get("cwe") or ())],
            "notes": facts.strings(result.get("notes")),
            "expected": facts.strings(result.get("expected")),
            "seen": facts.strings(result.get("seen")) or [facts.in_one_line(result)],
            "repeat": str(result.get("repeat") or ""),
            "files": _files(result, folder),
            "ladder": ladder,
            "anchors": {s for c in result.get("checks") or () for s in c.get("events") or ()},
        }


def _ladder(result: Result, folder: Path) -> Ladder | None:
    events = source.transcript_read(folder, result)
    if not events:
        return None
    broke: dict[int, list[str]] = {}
    for check in facts.failed_checks(result):
        for seq in check.get("events") or ():
            broke.setdefault(seq, []).append(str(check["predicate"]))
    return ladder_make(events, broke, source.secrets_read(folder, result))


def _check(result: Result, check: Mapping[str, Any]) -> dict[str, Any]:
    failed = facts.check_failed(check)
    return {
        "predicate": str(check["predicate"]),
        "failed": failed,
        "word": ("noted" if check.get("level") == "MAY" else "failed") if failed else "held",
        "level": str(check.get("level", "")),
        "promise": facts.is_promise(result, check),
        "consequence": str(check.get("consequence", "")),
        "sentence": facts.sentence(check),
        "events": list(check.get("events") or ())[:12],
    }


def _requirement(identifier: str, library: source.Library) -> dict[str, str]:
    entry = library.requirements.get(identifier, {})
    section, link = facts.spec_link(identifier, entry)
    return {"id": identifier, "text": str(entry.get("text") or ""), "section": section,
            "link": link, "level": str(entry.get("level") or "")}


def _files(result: Result, folder: Path) -> list[tuple[str, str]]:
    evidence = result.get("evidence")
    if not evidence:
        return []
    return [(f, "./" + quote(f"{evidence}/{f}")) for f in FILES
            if (folder / evidence / f).is_file()]
