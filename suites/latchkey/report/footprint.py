# SPDX-License-Identifier: Apache-2.0
"""What the fetchers of policies act upon (docs/footprint.md): a table, and a score for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from latchkey.footprint import OF_SECOND

from . import facts
from .items import Item

FAMILY = "footprint"
# state → what is written, and what it means
STATES: Mapping[str, tuple[str, str]] = {
    "acts": ("acts", "does something with it"),
    "ignores": ("–", "does nothing with it"),
    "unknown": ("?", "could not be told"),
}


@dataclass(frozen=True)
class Mark:
    state: str
    item: Item | None
    note: str


@dataclass(frozen=True)
class Feature:
    scenario: str
    title: str
    marks: tuple[Mark, ...]             # one for each client


@dataclass(frozen=True)
class Group:
    name: str                           # of the scenario; "": of several
    title: str
    features: tuple[Feature, ...]


@dataclass(frozen=True)
class Score:
    client: str
    acts: int
    told: int                           # of how many features anything could be told


@dataclass(frozen=True)
class Footprint:
    scores: tuple[Score, ...]
    groups: tuple[Group, ...]


def footprint_make(items: Iterable[Item], titles: Mapping[str, str]) -> Footprint | None:
    """All features that were offered in a run; None if none was. `titles`: of scenarios."""
    found: dict[str, dict[str, dict[str, Item]]] = {}
    for item in sorted(items, key=lambda one: one.id):
        if item.id.partition(".")[0] == FAMILY:
            found.setdefault(item.id, {}).setdefault(item.variant, {})[item.client] = item
    clients = sorted({client for variants in found.values() for own in variants.values()
                      for client in own})
    if not clients:
        return None
    all_groups = [Group(name, titles.get(name, name), tuple(
        Feature(name, _title(own, titles), tuple(_mark(own.get(client)) for client in clients))
        for own in variants.values())) for name, variants in found.items()]
    alone = tuple(group.features[0] for group in all_groups if len(group.features) == 1)
    groups = (*(group for group in all_groups if len(group.features) > 1),
              *((Group("", "What a fetcher says and keeps", alone),) if alone else ()))
    return Footprint(tuple(_score(client, number, groups) for number, client in enumerate(clients)),
                     groups)


def _title(own: Mapping[str, Item], titles: Mapping[str, str]) -> str:
    item = next(iter(own.values()))
    return facts.title(item.result) if item.variant else titles.get(item.id, item.id)


def _mark(item: Item | None) -> Mark:
    """What a trial says of a feature: its one check, or why there is none."""
    checks = list(item.result.get("checks") or ()) if item is not None else []
    if item is None or item.outcome not in ("PASS", "WARN", "FAIL") or not checks:
        reason = "" if item is None else facts.outcome_text(item.result)
        return Mark("unknown", item, reason)
    check = checks[0]
    if check["predicate"] in OF_SECOND and not check.get("events"):
        return Mark("unknown", item, facts.sentence(check))
    return Mark("acts" if facts.check_failed(check) else "ignores", item, facts.sentence(check))


def _score(client: str, number: int, groups: Iterable[Group]) -> Score:
    states = [feature.marks[number].state for group in groups for feature in group.features]
    return Score(client, states.count("acts"), len(states) - states.count("unknown"))
