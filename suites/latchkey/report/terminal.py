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
ALIKE = 3  # trials of one scenario and client told while the run goes on
SCENARIOS = 8  # told of one client
SCENARIOS_OF_MANY = 3  # where there are more than four
EXPOSURES = 5  # told of one client while the run goes on
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
        why = facts.sentence(failed[0])
        why += f" (and {words.plural(more, 'more rule')})" if more else ""
    return safe(f"{facts.outcome_text(result):<5} {result['client']} {result['posture']}  "
                f"{facts.name(result)}: {why}{f' ({runs})' if runs else ''}")


class Teller:
    """What is worth a line while a run goes on; of what may be many only the first few."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, ...]] = Counter()

    def tell(self, result: Result) -> list[str]:
        """No line, or one, and with the last of its kind one that says so."""
        if result["outcome"] not in TOLD:
            return []
        bucket, client, name = facts.bucket(result), str(result["client"]), str(result["id"])
        kinds: list[tuple[tuple[str, ...], int, str]] = [
            ((bucket, client, name), ALIKE, f"more of {name} is")]
        if bucket in FEW:
            kinds.append(((bucket, client), EXPOSURES, f"more {FEW[bucket]} of {client} are"))
        if any(self.told[kind] >= most for kind, most, _ in kinds):
            return []
        self.told.update(kind for kind, _, _ in kinds)
        full = [rest for kind, most, rest in kinds if self.told[kind] == most]
        return [line(result), *(f"      {safe(rest)} counted at the end" for rest in full[-1:])]


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


def final(results: Results, report: Path | str | None = None, width: int = WIDTH) -> str:
    """Who failed what and why, the gravest first, the counts, and where the report is.

    No line but a command or a path is wider than `width`.
    """
    items = items_make(results, 0, 0)
    whole = summary.summary_make(results, items)
    lines: list[str] = []
    for group in ("broken", "exposed", "unclear"):
        lines += _group(group, whole, width)
    late = [r for r in results["results"] if r["outcome"] == "XPASS"]
    stale = list(map(str, results.get("stale") or ()))
    if late or stale:
        lines += ["Baseline out of date:", *(f"  {line(r)}" for r in late[:LINES])]
        lines += [f"  {safe(name)}: no trial met it, take it out" for name in stale[:LINES]]
        lines += [f"  and {len(stale) - LINES:,} more"] if len(stale) > LINES else []
        lines += [""]
    if whole.experimental:
        lines += _experimental(whole.experimental, width)
    lines += _tallies(whole, width)
    for sentence in (whole.headline + ".", *whole.notes):
        lines += textwrap.wrap(safe(sentence), width)
    if whole.worst and whole.gravest_again:
        command = safe(whole.gravest_again).partition(" run ")[0]
        lines += ["See the gravest again, and read what it is about:",
                  f"  {safe(whole.gravest_again)}", f"  {command} show {safe(whole.worst.id)}"]
    if report:
        lines += [f"Report: {safe(report)}"]
    return "\n".join(lines) + "\n"


def _experimental(apart: summary.Summary, width: int) -> list[str]:
    """The same of experimental suites, apart."""
    lines = [line for group in ("experimental", "unclear") for line in _group(group, apart, width)]
    return [*lines, safe(apart.headline), *(f"  {x}" for x in _tallies(apart, width - 2)), ""]


def _tallies(whole: summary.Summary, width: int) -> list[str]:
    idle = [client.name for client in whole.clients if not client.ran]
    said = [f"{name}: {words.plural(number, 'trial')} not run: {reason}"
            for name, reason, number in whole.skipped if name in idle]
    table = []
    if len(whole.clients) > 3:
        table = [*_table(whole), ""]
    else:
        said = [*(f"{client.label}: {words.plural(client.ran, 'trial')}, {_tally(client)}"
                  for client in whole.gravest), *said]
    return table + [line for one in said
                    for line in textwrap.wrap(safe(one), width, subsequent_indent="  ")]


def _group(group: str, whole: summary.Summary, width: int) -> list[str]:
    """What was found by client, one entry for each scenario."""
    bucket = words.BUCKETS[group]
    lines = []
    most = SCENARIOS if len(whole.clients) < 5 else SCENARIOS_OF_MANY
    for client in whole.gravest:
        own = [(finding, finding.clients[client.name]) for finding in whole.findings[group]
               if client.name in finding.clients]
        if own:
            lines += [f"  {safe(client.label)}"]
            for finding, items in own[:most]:
                lines += _finding(finding, len(items), width)
            rest = len(own) - most
            lines += [f"    and {words.plural(rest, 'scenario')} more"] if rest > 0 else []
    if len(lines) > LINES:
        lines = lines[:LINES] + ["  and more in the report"]
    return [f"{bucket.title}: {bucket.meaning}", *lines, ""] if lines else []


def _finding(finding: summary.Finding, number: int, width: int) -> list[str]:
    """`    Credential leak      6x  starttls.refused: A password or token went out …`, in the lines
    that it takes."""
    loss = words.consequence_title(finding.consequence) if finding.identifier and \
        finding.consequence else ""
    head = f"    {loss:<17} {number:>4,}x  "
    said = f"{finding.identifier}: {finding.gravest}" if finding.identifier else finding.sentence
    return textwrap.wrap(safe(head + said), width, subsequent_indent=" " * (len(head) + 2),
                         break_on_hyphens=False)


def _table(whole: summary.Summary) -> list[str]:
    """One row for each client."""
    heads = ["trials", *(words.BUCKETS[name].word for name in whole.columns)]
    wide = max(len(safe(client.label)) for client in whole.clients)
    lines = [" " * wide + "".join(f"{head:>{max(len(head), 6) + 2}}" for head in heads)]
    for client in whole.gravest:
        numbers = [client.ran, *(client.buckets[name] for name in whole.columns)]
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
