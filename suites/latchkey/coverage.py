# SPDX-License-Identifier: Apache-2.0
"""Which statements of the specifications a scenario puts to the test, and how that went.

A scenario covers a statement when it names it, and one of its checks is among those that the
register says would see the statement broken, in a posture that the statement binds
(docs/requirements.md). What is named without that is a mistake: `unseen` finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from latchkey.model import Scenario, Variant
from latchkey.postures import DEMANDED, POSTURES, Posture
from latchkey.results import Entry

STATES = ("covered", "excluded", "open")
# What becomes of a check, the gravest first.
_GRAVITY = ("FAIL", "WARN", "NOTE", "PASS")
_UNDECIDED = ("SKIP", "INCONCLUSIVE", "ERROR")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cover:
    """One scenario (and variant) that puts a statement to the test."""

    scenario: str
    variant: str                        # "" for a scenario without variants
    checks: tuple[str, ...]             # the predicates that would see the statement broken
    postures: tuple[str, ...]           # where they do


@dataclass(frozen=True)
class Statement:
    """One requirement of the register and what is done about it."""

    id: str
    section: str
    level: str
    actor: str
    text: str
    excluded: str = ""                  # why it cannot be judged; "" if it can
    covers: tuple[Cover, ...] = ()
    # client → outcome (of a check, or of a trial that decided nothing) → number of trials
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return "covered" if self.covers else "excluded" if self.excluded else "open"


@dataclass(frozen=True)
class Specification:
    spec: str                           # "RFC 8314"
    title: str
    url: str
    statements: tuple[Statement, ...]

    def count(self, state: str) -> int:
        return sum(statement.state == state for statement in self.statements)


def coverage(register: Sequence[Row], scenarios: Iterable[Scenario],
             entries: Iterable[Entry] = ()) -> tuple[Specification, ...]:
    """The register (one table for each of its files), what covers it, and how a run went."""
    naming: dict[str, list[tuple[Scenario, Variant]]] = {}
    for scenario in scenarios:
        for variant in scenario.variants:
            for name in variant.requirements:
                naming.setdefault(name, []).append((scenario, variant))
    trials: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        trials.setdefault((entry.id, entry.variant), []).append(entry)
    return tuple(Specification(
        file["spec"], file["title"], file["url"],
        tuple(_statement(row, naming.get(row["id"], ()), trials) for row in file["requirement"]))
        for file in register)


def unseen(register: Sequence[Row], scenarios: Iterable[Scenario]) -> tuple[tuple[str, str], ...]:
    """Pairs of a scenario and a statement that it names, but no variant of it can see broken.

    Either the name is wrong there, or the register does not say by which check it shows.
    """
    rows = {row["id"]: row for file in register for row in file["requirement"]}
    found: dict[tuple[str, str], bool] = {}
    for scenario in scenarios:
        for variant in scenario.variants:
            for name in variant.requirements:
                seen = _cover(rows[name], scenario, variant) is not None
                found[scenario.id, name] = found.get((scenario.id, name), False) or seen
    return tuple(pair for pair, seen in found.items() if not seen)


def _statement(row: Row, naming: Iterable[tuple[Scenario, Variant]],
               trials: Mapping[tuple[str, str], Iterable[Entry]]) -> Statement:
    found = (_cover(row, scenario, variant) for scenario, variant in naming)
    covers = tuple(cover for cover in found if cover is not None)
    counts: dict[str, Counter[str]] = {}
    for cover in covers:
        for entry in trials.get((cover.scenario, cover.variant), ()):
            if entry.posture in cover.postures:
                counts.setdefault(entry.client, Counter())[_outcome(cover, entry)] += 1
    return Statement(row["id"], row["section"], row["level"], row["actor"], row["text"],
                     row.get("excluded", ""), covers,
                     {client: dict(sorted(count.items())) for client, count in counts.items()})


def _cover(row: Row, scenario: Scenario, variant: Variant) -> Cover | None:
    """How a scenario that names the statement sees it; None if it does not."""
    if row.get("excluded"):
        return None
    fitting = [check for check in scenario.checks_of(variant)
               if check.predicate in row.get("checks", ())]
    where = {name: [check.predicate for check in fitting if POSTURES[name].wish in check.levels]
             for name in variant.postures if binds(row, POSTURES[name])}
    checks = tuple(check.predicate for check in fitting
                   if any(check.predicate in seen for seen in where.values()))
    if not checks:
        return None
    return Cover(scenario.id, variant.id, checks,
                 tuple(name for name, seen in where.items() if seen))


def binds(row: Row, posture: Posture) -> bool:
    """Does the statement say anything of a client in this posture?"""
    wishes = row.get("wishes", ())
    actor = "sending MTA" if posture.is_mta else "MUA"
    protocols = (("smtp", "https", "dns") if posture.is_mta else
                 (posture.protocol, "dns") if posture.discovers or posture.goes_by_dane else
                 (posture.protocol,))
    return (actor in (row["actor"], *row.get("also", ()))
            and not set(protocols).isdisjoint(row["protocols"])
            and (not wishes or posture.wish in wishes or DEMANDED in wishes
                 and posture.demands_tls))


def _outcome(cover: Cover, entry: Entry) -> str:
    """The gravest that became of the checks; without any, what became of the trial."""
    result = entry.result
    seen = {check.outcome for check in result.checks if check.predicate in cover.checks}
    if result.outcome in _UNDECIDED or not seen:
        return result.outcome
    return next(outcome for outcome in _GRAVITY if outcome in seen)


# --- for people and programs


def document(specifications: Iterable[Specification]) -> dict[str, Any]:
    """The same as JSON data."""
    specifications = tuple(specifications)
    return {
        "coverage": 1,
        "summary": {state: sum(one.count(state) for one in specifications) for state in STATES},
        "specifications": [
            {"spec": one.spec, "title": one.title, "url": one.url,
             "summary": {state: one.count(state) for state in STATES},
             "statements": [asdict(statement) | {"state": statement.state}
                            for statement in one.statements]}
            for one in specifications],
    }


def markdown(specifications: Iterable[Specification]) -> str:
    """The text of docs/coverage.md."""
    specifications = tuple(specifications)
    lines = [
        "# Coverage of the register", "",
        "Made by `make coverage-table`; [requirements.md](requirements.md) says what the words "
        "mean. A statement is *covered* "
        "by", "the named checks of the named scenarios, *excluded* for "
        "the reason that stands there, or open.", "",
        "| specification | statements | covered | excluded | open |", "| --- | --- | --- | --- | "
        "--- |"]
    lines += [f"| {one.spec} | {len(one.statements)} | "
              f"{' | '.join(str(one.count(state)) for state in STATES)} |"
              for one in specifications]
    lines.append(f"| all | {sum(len(one.statements) for one in specifications)} | " + " | ".join(
        str(sum(one.count(state) for one in specifications)) for state in STATES) + " |")
    for one in specifications:
        lines += ["", f"## {one.spec}", "", f"[{one.title}]({one.url})", "",
                  "| statement | level | |", "| --- | --- | --- |"]
        lines += [f"| `{statement.id}` | {statement.level} | {_told(statement)} |"
                  for statement in one.statements]
    return "\n".join(lines) + "\n"


def _told(statement: Statement) -> str:
    if statement.state != "covered":
        return f"*{statement.state}*" + (f": {statement.excluded}" if statement.excluded else "")
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for cover in statement.covers:
        found.setdefault(cover.checks, {})[cover.scenario] = None
    return "; ".join(f"{', '.join(f'`{check}`' for check in checks)} in {', '.join(scenarios)}"
                     for checks, scenarios in found.items())


def text(specifications: Iterable[Specification]) -> str:
    """A table for a terminal; with results also what was broken."""
    specifications = tuple(specifications)
    wide = max(len(one.spec) for one in specifications)
    lines = [f"{'':<{wide}}  statements  covered  excluded  open"]
    lines += [f"{one.spec:<{wide}}  {len(one.statements):>10}  {one.count('covered'):>7}  "
              f"{one.count('excluded'):>8}  {one.count('open'):>4}" for one in specifications]
    for one in specifications:
        for statement in one.statements:
            for client, outcomes in statement.outcomes.items():
                bad = [f"{number} {outcome}" for outcome, number in outcomes.items()
                       if outcome in ("FAIL", "WARN")]
                if bad:
                    total = sum(outcomes.values())
                    lines.append(f"{client}: {statement.id}: {', '.join(bad)} of {total} trials")
    return "\n".join(lines) + "\n"
