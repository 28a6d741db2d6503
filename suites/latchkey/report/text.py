# SPDX-License-Identifier: Apache-2.0
"""TAP 13, Markdown for a CI summary, and the difference of two results, as text."""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from latchkey.results import Change

from . import facts, summary, words
from .facts import Result, Results

ROWS = 60  # a CI summary is read, not searched


def _plain(value: object) -> str:
    """One line without control characters."""
    return re.sub(r"[^\S ]+|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", str(value)).strip()


def tap(results: Results, folder: Path) -> str:
    """TAP version 13, with the escapes of version 14."""
    nothing = "" if results["results"] else " # SKIP no trial was run"
    apart = all(map(facts.is_experimental, results["results"]))
    lines = ["TAP version 13", f"1..{len(results['results'])}{nothing}"]
    for number, result in enumerate(results["results"], 1):
        outcome = result["outcome"]
        good = outcome in ("PASS", "WARN", "SKIP")
        place = f"{result['client']}/{result['posture']} {facts.name(result)}"
        name = _plain(place).replace("\\", "\\\\").replace("#", "\\#")
        lines.append(f"{'ok' if good else 'not ok'} {number} - {name}{_directive(result, apart)}")
        if outcome not in ("PASS", "SKIP"):
            lines += ["  ---", *(f"  {k}: {json.dumps(v)}" for k, v in _details(result)), "  ..."]
    return "\n".join(lines) + "\n"


def _directive(result: Result, apart: bool) -> str:
    """`apart`: nothing but experimental trials was run; else none of those counts."""
    reason = _plain(result.get("reason") or "")
    if result["outcome"] == "SKIP":
        return f" # SKIP {reason}".rstrip()
    if result["outcome"] == "XFAIL":
        return f" # TODO {_plain((result.get('known') or {}).get('reason') or 'known')}"
    if facts.is_experimental(result) and not apart and result["outcome"] not in ("PASS", "WARN"):
        return " # TODO experimental"
    return ""


def _details(result: Result) -> list[tuple[str, Any]]:
    failed = facts.failed_checks(result)
    return [
        ("outcome", facts.outcome_text(result)),
        ("message", facts.in_one_line(result)),
        ("checks", [c["predicate"] for c in failed]),
        ("level", sorted({str(c.get("level")) for c in failed})),
        ("consequence", sorted({str(c.get("consequence")) for c in failed})),
        ("requirements", list(result.get("requirements") or ())),
        ("repeat", result.get("repeat") or ""),
    ]


def _cell(value: object) -> str:
    """Text that stays inside its cell and is no markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", _plain(value))


def markdown(results: Results, folder: Path) -> str:
    """Headline, one row per client, then what failed; the gravest first.

    Experimental trials have a section of their own.
    """
    whole = summary.as_text(results)
    ordered = sorted(results["results"], key=facts.sort_key)
    lines = [f"## {_cell(whole.headline)}", "", *(_cell(note) + "\n" for note in whole.notes)]
    if whole.clients:
        lines += _section(whole, [r for r in ordered if not facts.is_experimental(r)])
    if whole.experimental:
        lines += [] if not whole.clients else ["", f"### {_cell(whole.experimental.headline)}", ""]
        lines += [_cell(words.APART) + "\n"]
        lines += _section(whole.experimental, [r for r in ordered if facts.is_experimental(r)])
    return "\n".join(lines) + "\n"


def _section(whole: summary.Summary, ordered: Sequence[Result]) -> list[str]:
    lines = [_cell(sentence) + "\n" for sentence in whole.lede]
    titles = [words.BUCKETS[name].title for name in whole.columns]
    lines += ["| Client | Trials | " + " | ".join(titles) + " |",
              "| --- |" + " ---: |" * (len(titles) + 1)]
    for client in whole.clients:
        numbers = [client.ran, *(client.buckets[name] for name in whole.columns)]
        lines.append(f"| {_cell(client.label)} | " + " | ".join(map(str, numbers)) + " |")
    told = [r for r in ordered if facts.bucket(r) in (*summary.BLAMED, "unclear")]
    if told:
        lines += ["", "| | Scenario | Client | Posture | What happened |", "| --- " * 5 + "|"]
    for result in told[:ROWS]:
        row = (words.BUCKETS[facts.bucket(result)].word, facts.name(result), result["client"],
               result["posture"], facts.in_one_line(result))
        lines.append("| " + " | ".join(map(_cell, row)) + " |")
    if len(told) > ROWS:
        lines += ["", f"{len(told) - ROWS} more are in the report."]
    return lines


DIFF_TITLES = {
    "broken": "Broken", "fixed": "Fixed", "changed": "Changed", "new": "New", "gone": "Gone",
}


def _grouped(changes: Iterable[Change]) -> list[Change]:
    order = list(DIFF_TITLES)
    return sorted(changes, key=lambda change: (order.index(change.kind), change.name))


def _way(change: Change) -> str:
    """`PASS -> FAIL`; where the outcome is the same, other checks failed."""
    if change.before == change.after:
        return f"{change.after}, by other checks"
    return " -> ".join(end for end in (change.before, change.after) if end)


def diff_text(changes: Iterable[Change]) -> str:
    """The difference of two runs for a terminal or a pipe."""
    lines = []
    for kind, group in groupby(_grouped(changes), key=lambda change: change.kind):
        own = list(group)
        lines.append(f"{DIFF_TITLES[kind]} ({len(own)})")
        lines += [f"  {_plain(change.name)}  {_way(change)}" for change in own]
    return "\n".join(lines or ["No outcome changed."]) + "\n"


def diff_markdown(changes: Iterable[Change]) -> str:
    """The difference as one table."""
    rows = [(DIFF_TITLES[c.kind], c.name, _way(c)) for c in _grouped(changes)]
    if not rows:
        return "No outcome changed.\n"
    lines = ["| | Trial | Outcome |", "| --- | --- | --- |"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
