# SPDX-License-Identifier: Apache-2.0
"""Plain lines for a terminal or a pipe, and the last words of a run."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from . import facts, summary, words
from .facts import Result, Results
from .items import items_make

TOLD = frozenset({"FAIL", "WARN", "ERROR", "INCONCLUSIVE", "XPASS"})
LINES = 60
SCENARIOS = 8  # told of one client
SCENARIOS_OF_MANY = 3  # where there are more than four
EXPOSURES = 5  # told of one client while the run goes on, as of what else may be many
FEW = {"exposed": "exposures", "experimental": "experimental failures"}
WIDTH = 110
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def safe(text: object) -> str:
    """No escape sequence of a hostile client reaches the terminal."""
    return _UNSAFE.sub(" ", str(text))


def line(result: Result) -> str:
    """One result as one line: `FAIL  curl imap-starttls  starttls.stripped: why`.

    Of several failed checks the gravest is told.
    """
    runs = facts.runs_text(result)
    failed = sorted(facts.failed_checks(result), key=facts.check_gravity)
    why = facts.in_one_line(result)
    if failed and result["outcome"] in facts.BAD:
        more = len({c["predicate"] for c in failed}) - 1
        why = facts.sentence(failed[0]) + (f" (and {more} more)" if more else "")
    return safe(f"{facts.outcome_text(result):<5} {result['client']} {result['posture']}  "
                f"{facts.name(result)}: {why}{f' ({runs})' if runs else ''}")


class Teller:
    """What is worth a line while a run goes on; of what may be many only the first few."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, str]] = Counter()

    def tell(self, result: Result) -> list[str]:
        """No line, or one, and with the last exposure one that says so."""
        if result["outcome"] not in TOLD:
            return []
        if facts.bucket(result) not in FEW:
            return [line(result)]
        client, more = str(result["client"]), FEW[facts.bucket(result)]
        self.told[client, more] += 1
        if self.told[client, more] > EXPOSURES:
            return []
        last = self.told[client, more] == EXPOSURES
        return [line(result), *([f"      more {more} of {safe(client)} are told at the end"]
                                if last else [])]


def head(total: int, clients: Sequence[str], quick: bool = False) -> str:
    """What is going to be run."""
    number = f"{'at least ' if quick else ''}{words.plural(total, 'trial')}"
    return safe_block(textwrap.fill(f"{number}: {', '.join(clients)}", WIDTH,
                                    subsequent_indent="  ", break_on_hyphens=False))


def safe_block(text: str) -> str:
    """The same as `safe` for several lines."""
    return "\n".join(map(safe, text.split("\n")))


def counts_text(counts: dict[str, int]) -> str:
    """`114 passed, 2 failed`."""
    return ", ".join(f"{n:,} {words.OUTCOMES[o].word}" for o, n in counts.items()) or "nothing yet"


def final(results: Results, report: Path | str | None = None) -> str:
    """Who failed what and why, the gravest first, the counts, and where the report is."""
    items = items_make(results, 0, 0)
    whole = summary.summary_make(results, items)
    lines: list[str] = []
    for group in ("broken", "exposed", "unclear"):
        lines += _group(group, whole)
    late = [r for r in results["results"] if r["outcome"] == "XPASS"]
    stale = list(map(str, results.get("stale") or ()))
    if late or stale:
        lines += ["Baseline out of date:", *(f"  {line(r)}" for r in late[:LINES])]
        lines += [f"  {safe(name)}: no trial met it, take it out" for name in stale[:LINES]]
        lines += [f"  and {len(stale) - LINES:,} more"] if len(stale) > LINES else []
        lines += [""]
    if whole.experimental:
        lines += _experimental(whole.experimental)
    lines += _tallies(whole)
    lines += [safe(whole.headline) + "."]
    lines += map(safe, summary.sampled(results))
    if whole.gravest_again:
        lines += [f"See the gravest again: {safe(whole.gravest_again)}"]
    if report:
        lines += [f"Report: {safe(report)}"]
    return "\n".join(lines) + "\n"


def _experimental(apart: summary.Summary) -> list[str]:
    """The same of experimental suites, apart."""
    lines = [line for group in ("experimental", "unclear") for line in _group(group, apart)]
    return [*lines, safe(apart.headline), *(f"  {one}" for one in _tallies(apart)), ""]


def _tallies(whole: summary.Summary) -> list[str]:
    if len(whole.clients) > 3:
        return _table(whole.gravest) + [""]
    return [f"{safe(client.label)}: {words.plural(client.ran, 'trial')}, {_tally(client)}"
            for client in whole.gravest]


def _group(group: str, whole: summary.Summary) -> list[str]:
    """What was found by client, one line for each scenario."""
    bucket = words.BUCKETS[group]
    lines = []
    most = SCENARIOS if len(whole.clients) < 5 else SCENARIOS_OF_MANY
    for client in whole.gravest:
        own = [(finding, finding.clients[client.name]) for finding in whole.findings[group]
               if client.name in finding.clients]
        if own:
            lines += [f"  {safe(client.label)}"]
            lines += [_finding(finding, len(items)) for finding, items in own[:most]]
            rest = len(own) - most
            lines += [f"    and {words.plural(rest, 'scenario')} more"] if rest > 0 else []
    if len(lines) > LINES:
        lines = lines[:LINES] + ["  and more in the report"]
    return [f"{bucket.title}: {bucket.meaning}", *lines, ""] if lines else []


def _finding(finding: summary.Finding, number: int) -> str:
    """`    Credential leak      6x  starttls.refused: A password … .`"""
    if not finding.identifier:
        return _cut(f"    {'':<17} {number:>4,}x  {finding.sentence}")
    loss = words.consequence_title(finding.consequence) if finding.consequence else ""
    return _cut(f"    {loss:<17} {number:>4,}x  {finding.identifier}: "
                f"{summary.gravest(finding)}.")


def _cut(text: str) -> str:
    text = safe(text)
    return text if len(text) <= WIDTH else text[:WIDTH - 3].rstrip() + "..."


def _table(clients: Sequence[summary.Client]) -> list[str]:
    """One row for each client."""
    heads = ["trials", *(words.BUCKETS[name].word for name in clients[0].buckets)]
    wide = max(len(safe(client.label)) for client in clients)
    lines = [" " * wide + "".join(f"{head:>{max(len(head), 6) + 2}}" for head in heads)]
    for client in clients:
        numbers = [client.ran, *client.buckets.values()]
        lines.append(f"{safe(client.label):<{wide}}" + "".join(
            f"{number:>{max(len(head), 6) + 2},}" for number, head in zip(numbers, heads)))
    return lines


def _tally(client: summary.Client) -> str:
    names = {"broken": ("broken promise", ""), "exposed": ("exposure", "")}
    parts = []
    for bucket in ("passed", "broken", "exposed", "experimental", "unclear", "known", "skipped"):
        number = client.buckets.get(bucket)
        if number and bucket in names:
            parts.append(words.plural(number, *names[bucket]))
        elif number:
            parts.append(f"{number:,} {words.BUCKETS[bucket].word}")
    return ", ".join(parts) or "none"
