# SPDX-License-Identifier: Apache-2.0
"""What senders cost (docs/cost.md): each situation's counts beside the least, and bars of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from latchkey.cost import QUESTIONS, VALIDATION

from . import facts
from .items import Item

# kind → heading of its column
HEADINGS: Mapping[str, str] = {
    "mx": "MX", "mx-address": "A of MX", "tlsa": "TLSA", "sts-record": "TXT _mta-sts",
    "policy-address": "A of policy host", "report-record": "TXT _smtp._tls", "aaaa": "AAAA",
    "other": "other", VALIDATION: "to validate",
    "https": "connections", "https-full": "full", "https-resumed": "resumed",
    "smtp": "connections", "smtp-full": "full", "smtp-resumed": "resumed",
    "round-trips": "until MAIL", "bytes": "both ways",
}
# heading over columns → their kinds
GROUPS: Mapping[str, tuple[str, ...]] = {
    "DNS questions": QUESTIONS,
    "Resolver": (VALIDATION,),
    "HTTPS": ("https", "https-full", "https-resumed"),
    "SMTP": ("smtp", "smtp-full", "smtp-resumed"),
    "Round trips": ("round-trips",),
    "Bytes": ("bytes",),
}
# What the bars are made of: part → the kinds in it.
PARTS: Mapping[str, tuple[str, ...]] = {"dns": QUESTIONS, "https": ("https",), "smtp": ("smtp",)}


@dataclass(frozen=True)
class Cell:
    kind: str
    text: str
    state: str                          # "more" than the least, "zero", "unknown" or ""


@dataclass(frozen=True)
class Segment:
    part: str
    start: float                        # in percent of the longest bar of the situation
    width: float
    number: int


@dataclass(frozen=True)
class Row:
    """One sender in one situation; of the least there is no item."""

    label: str
    item: Item | None
    cells: tuple[Cell, ...]
    bar: tuple[Segment, ...]

    @property
    def total(self) -> int:
        return sum(segment.number for segment in self.bar)


@dataclass(frozen=True)
class Situation:
    name: str                           # of the scenario
    title: str
    rows: tuple[Row, ...]               # the least comes first
    mark: float                         # where the least ends, in percent of the longest bar


@dataclass(frozen=True)
class Meter:
    groups: Mapping[str, tuple[str, ...]]       # the columns in which anything was counted
    situations: tuple[Situation, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kinds in self.groups.values() for kind in kinds)


def meter_make(items: Iterable[Item], labels: Mapping[str, str],
               titles: Mapping[str, str]) -> Meter | None:
    """All that was counted in a run; None if nothing was. `titles`: of scenarios."""
    counted = [item for item in items if item.result.get("cost")]
    if not counted:
        return None
    used = {kind for item in counted for numbers in item.result["cost"].values()
            for kind, number in numbers.items() if number}
    groups = {name: own for name, kinds in GROUPS.items()
              if (own := tuple(kind for kind in kinds if kind in used))}
    kinds = tuple(kind for own in groups.values() for kind in own)
    found: dict[tuple[str, str], list[Item]] = {}
    for item in sorted(counted, key=lambda one: (one.id, one.variant, one.client)):
        found.setdefault((item.id, item.variant), []).append(item)
    return Meter(groups, tuple(_situation(own, kinds, labels, titles) for own in found.values()))


def _situation(items: Sequence[Item], kinds: tuple[str, ...], labels: Mapping[str, str],
               titles: Mapping[str, str]) -> Situation:
    first = items[0]
    least = first.result["cost"]["least"]
    all_counts = [least, *(item.result["cost"]["counts"] for item in items)]
    longest = max(1, *(sum(sum(numbers) for numbers in _parts(counts).values())
                       for counts in all_counts))
    rows = [Row("the least", None, tuple(Cell(kind, str(least.get(kind, 0)) if kind in least
                                              else "", "") for kind in kinds),
                _bar(least, longest))]
    rows += [Row(labels.get(item.client, item.client), item,
                 tuple(_cell(kind, counts.get(kind), least) for kind in kinds),
                 _bar(counts, longest))
             for item, counts in zip(items, all_counts[1:])]
    title = titles.get(first.id, first.id)
    own = facts.title(first.result)
    title = title if not first.variant or own == title else f"{title}: {own[:1].lower()}{own[1:]}"
    return Situation(first.id, title, tuple(rows), 100 * rows[0].total / longest)


def _cell(kind: str, number: int | None, least: Mapping[str, int]) -> Cell:
    if number is None:
        return Cell(kind, "not measured", "unknown")
    bounded = kind in least or kind in (*QUESTIONS, "https", "smtp")
    more = bounded and number > least.get(kind, 0)
    return Cell(kind, f"{number:,}", "more" if more else "" if number else "zero")


def _parts(counts: Mapping[str, int | None]) -> dict[str, list[int]]:
    return {part: [counts.get(kind) or 0 for kind in kinds] for part, kinds in PARTS.items()}


def _bar(counts: Mapping[str, int | None], longest: int) -> tuple[Segment, ...]:
    segments, start = [], 0.0
    for part, numbers in _parts(counts).items():
        width = 100 * sum(numbers) / longest
        segments.append(Segment(part, round(start, 2), round(width, 2), sum(numbers)))
        start += width
    return tuple(segments)
