# SPDX-License-Identifier: Apache-2.0
"""Plain lines for a terminal or a pipe, and the last words of a run."""

import re
from pathlib import Path

from . import facts, summary, words
from .facts import Result, Results

TOLD = frozenset({"FAIL", "WARN", "ERROR", "INCONCLUSIVE", "XPASS"})
LINES = 40
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def safe(text: object) -> str:
    """No escape sequence of a hostile client reaches the terminal."""
    return _UNSAFE.sub(" ", str(text))


def is_told(result: Result) -> bool:
    """Whether a result is worth a line while the run goes on."""
    return result["outcome"] in TOLD


def line(result: Result) -> str:
    """One result as one line: `FAIL  curl imap-starttls  starttls.stripped: why`."""
    runs = facts.runs_text(result)
    return safe(f"{facts.outcome_text(result):<5} {result['client']} {result['posture']}  "
                f"{facts.name(result)}: {facts.in_one_line(result)}{f' ({runs})' if runs else ''}")


def counts_text(counts: dict[str, int]) -> str:
    """`114 passed, 2 failed`."""
    return ", ".join(f"{n:,} {words.OUTCOMES[o].word}" for o, n in counts.items()) or "nothing yet"


def final(results: Results, report: Path | str | None = None) -> str:
    """Who failed what and why, the counts, and where the report is."""
    whole = summary.as_text(results)
    lines: list[str] = []
    for group in ("broken", "exposed", "unclear"):
        own = [r for r in sorted(results["results"], key=facts.sort_key)
               if facts.bucket(r) == group]
        if own:
            bucket = words.BUCKETS[group]
            lines += [f"{bucket.title}: {bucket.meaning}"]
            lines += [f"  {line(r)}" for r in own[:LINES]]
            lines += [f"  and {len(own) - LINES:,} more"] if len(own) > LINES else []
            lines += [""]
    late = [r for r in results["results"] if r["outcome"] == "XPASS"]
    stale = list(map(str, results.get("stale") or ()))
    if late or stale:
        lines += ["Baseline out of date:", *(f"  {line(r)}" for r in late[:LINES])]
        lines += [f"  {safe(name)}: no trial met it, take it out" for name in stale[:LINES]]
        lines += [f"  and {len(stale) - LINES:,} more"] if len(stale) > LINES else []
        lines += [""]
    for client in whole["clients"]:
        lines.append(f"{safe(client.label)}: {words.plural(client.ran, 'trial')}, {_tally(client)}")
    lines += [safe(whole["headline"]) + "."]
    if report:
        lines += [f"Report: {safe(report)}"]
    return "\n".join(lines) + "\n"


def _tally(client: summary.Client) -> str:
    names = {"broken": ("broken promise", ""), "exposed": ("exposure", "")}
    parts = []
    for bucket in ("passed", "broken", "exposed", "unclear", "known", "skipped"):
        number = client.buckets[bucket]
        if number and bucket in names:
            parts.append(words.plural(number, *names[bucket]))
        elif number:
            parts.append(f"{number:,} {words.BUCKETS[bucket].word}")
    return ", ".join(parts) or "none"
