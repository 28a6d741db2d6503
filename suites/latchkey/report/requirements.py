# SPDX-License-Identifier: Apache-2.0
"""Requirement by requirement: what the specifications say, who was tried on it, and the outcome.

What tries a statement is said by `latchkey.coverage`; here stands how that went, apart for broken
promises and exposures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from latchkey import coverage

from . import facts, words
from .items import Item, grouped

# Groups of outcomes, and what a statement is that nobody was tried on.
STATES = {
    **{name: bucket.word for name, bucket in words.BUCKETS.items()},
    "untried": "not tried in this run", "excluded": "cannot be judged", "open": "no scenario yet",
}
TRIED = ("broken", "exposed", "experimental", "unclear", "known", "passed")


@dataclass(frozen=True)
class Tried:
    """What a client made of a statement: the gravest, and the trials that ended like it."""

    outcome: str
    bucket: str
    items: tuple[Item, ...]
    total: int

    @property
    def letter(self) -> str:
        return words.OUTCOMES[self.outcome].letter

    @property
    def hint(self) -> str:
        word = words.BUCKETS[self.bucket].word
        return f"{self.items[0].client}: {len(self.items)} of {self.total} {word}"


@dataclass(frozen=True)
class Statement:
    """One requirement of the register with its scenarios, and what each client made of it."""

    id: str
    level: str
    text: str
    section: str
    link: str
    scenarios: tuple[str, ...]
    checks: tuple[str, ...]
    excluded: str  # why nobody can be judged by it
    state: str
    tried: Mapping[str, Tried]  # by client


@dataclass(frozen=True)
class Specification:
    """The statements of one document."""

    name: str
    title: str
    url: str
    statements: tuple[Statement, ...]

    def number(self, *states: str) -> int:
        return sum(s.state in states for s in self.statements)


def specifications_make(found: Iterable[coverage.Specification],
                        items: Iterable[Item]) -> tuple[Specification, ...]:
    """The whole register with what these trials say of it."""
    trials = grouped(items, "id", "variant")
    return tuple(Specification(one.spec, one.title, one.url, tuple(
        _statement(s, one, trials) for s in one.statements)) for one in found)


def of_client(specifications: Iterable[Specification], client: str) -> list[Specification]:
    """What one client was tried on."""
    own = [Specification(one.name, one.title, one.url,
                         tuple(s for s in one.statements if client in s.tried))
           for one in specifications]
    return [one for one in own if one.statements]


def _statement(statement: coverage.Statement, spec: coverage.Specification,
               trials: Mapping[tuple[str, ...], Sequence[Item]]) -> Statement:
    outcomes: dict[str, list[tuple[str, str, Item]]] = {}
    for cover in statement.covers:
        for item in trials.get((cover.scenario, cover.variant), ()):
            if item.posture in cover.postures:
                outcomes.setdefault(item.client, []).append((*_outcome(cover, item), item))
    tried = {client: _worst(_deciding(own)) for client, own in sorted(outcomes.items())}
    ran = [t.bucket for t in tried.values() if t.bucket in TRIED]
    state = min(ran, key=list(words.BUCKETS).index) if ran else \
        "untried" if statement.covers else statement.state
    section, link = facts.spec_link(statement.id, {"spec": spec.spec, "section": statement.section})
    return Statement(
        statement.id, statement.level, statement.text, section.partition(", ")[2] or section,
        link or spec.url, tuple(dict.fromkeys(c.scenario for c in statement.covers)),
        tuple(dict.fromkeys(name for c in statement.covers for name in c.checks)),
        statement.excluded, state, tried)


def _outcome(cover: coverage.Cover, item: Item) -> tuple[str, str]:
    """Outcome and group of a trial in so far as it is about the statement."""
    if item.bucket in ("unclear", "skipped"):
        return item.outcome, item.bucket
    failed = [c for c in facts.failed_checks(item.result) if c.get("predicate") in cover.checks]
    if not failed:
        return "PASS", "passed"
    if item.bucket == "known":
        return item.outcome, "known"
    promise = any(facts.is_promise(item.result, check) for check in failed)
    group = "experimental" if item.experimental else "broken" if promise else "exposed"
    grave = any(check.get("level") == "MUST" for check in failed)
    return "FAIL" if grave else "WARN", group


def _deciding(own: list[tuple[str, str, Item]]) -> list[tuple[str, str, Item]]:
    """What an experimental suite saw is told only of what no other one tries."""
    return [one for one in own if not one[2].experimental] or own


def _worst(own: Sequence[tuple[str, str, Item]]) -> Tried:
    order = [(bucket, outcome) for bucket in words.BUCKETS for outcome in words.OUTCOMES]
    outcome, bucket, _ = min(own, key=lambda one: order.index((one[1], one[0])))
    items = tuple(item for _, its, item in own if its == bucket)
    return Tried(outcome, bucket, items, len(own))
