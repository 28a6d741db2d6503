# SPDX-License-Identifier: Apache-2.0
"""results.json (docs/results.md): what a run found. Every other report is made of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from latchkey.errors import UserError
from latchkey.formats import ANYBODY, ATTACKERS, CONSEQUENCES, COSTS, LEVELS
from latchkey.model import Trial
from latchkey.outcome import OUTCOMES, Check, Result
from latchkey.shape import (Anything, Exactly, Flag, ListOf, Misfit, Names, Number, OrNull, Shape,
                            Table, Text, Word, check, schema)

VERSION = 1
ALL_OUTCOMES = ("FAIL", "XPASS", "WARN", "ERROR", "INCONCLUSIVE", "XFAIL", "PASS", "SKIP")
# Outcomes that say something about the client.
DECIDED = frozenset({"FAIL", "WARN", "PASS", "XFAIL", "XPASS"})


@dataclass(frozen=True)
class Known:
    """What a baseline says of a trial."""

    outcome: str
    reason: str
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """One trial (or control) of a run."""

    id: str
    client: str
    posture: str
    result: Result
    variant: str = ""
    title: str = ""
    requirements: tuple[str, ...] = ()
    cve: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()
    seconds: float = 0.0
    evidence: str = ""                  # folder, below that of results.json
    repeat: str = ""                    # the command that shows it again
    known: Known | None = None          # what a baseline has for it,
    mark: str = ""                      # and what comes of that: XFAIL, XPASS or nothing
    least: Mapping[str, int] | None = None      # what `result.cost` is held against
    experimental: bool = False          # part of no verdict, unless there is nothing else
    attacker: str = ANYBODY             # who can do it, of formats.ATTACKERS

    @property
    def outcome(self) -> str:
        return self.mark or self.result.outcome

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.id, self.variant, self.client, self.posture)

    @property
    def name(self) -> str:
        variant = f"[{self.variant}]" if self.variant else ""
        return f"{self.id}{variant}/{self.client}/{self.posture}"


@dataclass(frozen=True)
class Run:
    """A whole run."""

    latchkey: str
    started: str                        # ISO 8601, UTC
    finished: str
    host: Mapping[str, Any]
    argv: tuple[str, ...]
    clients: Mapping[str, Mapping[str, str]]
    results: tuple[Entry, ...]
    controls: tuple[Entry, ...] = ()
    stale: tuple[str, ...] = ()         # baseline entries that no trial met


def entry(trial: Trial, result: Result, seconds: float = 0.0, evidence: str = "",
          repeat: str = "") -> Entry:
    """A catalog's trial with what became of it; of a control only what controls have."""
    if trial.kind != "fault":
        return Entry(trial.id, trial.client.name, trial.posture.name, result,
                     seconds=seconds, evidence=evidence)
    variant = trial.variant
    return Entry(trial.scenario.id, trial.client.name, trial.posture.name, result, variant.id,
                 variant.title, variant.requirements, variant.cve, variant.cwe, seconds, evidence,
                 repeat, least=variant.cost, experimental=trial.scenario.experimental,
                 attacker=variant.attacker)


# --- as JSON

_TEXT = Text()
_TEXTS = ListOf(_TEXT)
_COUNT = Number(0, 2**31, whole=True)
_SECONDS = Number(0, 10**6)

_CHECK = Table({
    "predicate": _TEXT, "level": Word("level", LEVELS),
    "consequence": Word("consequence", CONSEQUENCES),
    "outcome": Word("outcome", ("PASS", "FAIL", "WARN", "NOTE")),
    "promise": Flag(), "events": ListOf(_COUNT), "sentence": _TEXT,
}, ("predicate", "level", "consequence", "outcome", "promise", "events", "sentence"))

_SEEN: Mapping[str, Shape] = {
    "id": _TEXT, "client": _TEXT, "posture": _TEXT, "outcome": Word("outcome", ALL_OUTCOMES),
    "reason": _TEXT, "notes": _TEXTS, "expected": _TEXTS, "seen": _TEXTS, "seconds": _SECONDS,
    "evidence": _TEXT,
}
_TRIAL: Mapping[str, Shape] = {
    **_SEEN, "variant": _TEXT, "family": _TEXT, "title": _TEXT,
    "judged": Word("outcome", OUTCOMES), "checks": ListOf(_CHECK), "runs": _COUNT,
    "agreed": _COUNT, "requirements": _TEXTS, "cve": _TEXTS, "cwe": _TEXTS, "repeat": _TEXT,
    "known": OrNull(Table({"outcome": _TEXT, "reason": _TEXT, "url": _TEXT},
                          ("outcome", "reason", "url"))),
}
_COST = OrNull(Table({"counts": Names(OrNull(Number(0, 2**40, whole=True)), "kind", COSTS),
                      "least": Names(_COUNT, "kind", COSTS)}, ("counts", "least")))
RESULTS = Table({
    "version": Exactly(VERSION), "latchkey": _TEXT, "started": _TEXT, "finished": _TEXT,
    "host": Names(Anything(), "fact"), "argv": _TEXTS,
    "clients": Names(Table({"version": _TEXT, "adapter": _TEXT}, ("version", "adapter")), "client"),
    "results": ListOf(Table({**_TRIAL, "cost": _COST, "experimental": Flag(),
                             "attacker": Word("attacker", ATTACKERS)}, tuple(_TRIAL))),
    "controls": ListOf(Table(_SEEN, tuple(_SEEN))),
    "stale": _TEXTS, "summary": Names(_COUNT, "outcome", ALL_OUTCOMES),
    "experimental": Names(_COUNT, "outcome", ALL_OUTCOMES),
}, ("version", "latchkey", "started", "finished", "host", "argv", "clients", "results", "controls",
    "stale", "summary"))


def summary(entries: Iterable[Entry]) -> dict[str, int]:
    """Outcome → number, the gravest first, without zeros."""
    found = Counter(item.outcome for item in entries)
    return {outcome: found[outcome] for outcome in ALL_OUTCOMES if found[outcome]}


def _seen(item: Entry) -> dict[str, Any]:
    return {"id": item.id, "client": item.client, "posture": item.posture, "outcome": item.outcome,
            "reason": item.result.reason, "notes": list(item.result.notes),
            "expected": list(item.result.expected), "seen": list(item.result.seen),
            "seconds": round(item.seconds, 6), "evidence": item.evidence}


def _trial(item: Entry) -> dict[str, Any]:
    result = item.result
    return {**_seen(item), "variant": item.variant, "family": item.id.partition(".")[0],
            "title": item.title, "judged": result.outcome,
            "checks": [{**vars(one), "events": list(one.events)} for one in result.checks],
            "runs": result.runs, "agreed": result.agreed,
            "requirements": list(item.requirements), "cve": list(item.cve), "cwe": list(item.cwe),
            "attacker": item.attacker,
            "experimental": item.experimental, "repeat": item.repeat,
            "known": {**vars(item.known)} if item.known else None,
            "cost": None if result.cost is None else {
                "counts": dict(result.cost), "least": dict(item.least or {})}}


def document(run: Run) -> dict[str, Any]:
    """A run as JSON data."""
    return {
        "version": VERSION, "latchkey": run.latchkey, "started": run.started,
        "finished": run.finished, "host": dict(run.host), "argv": list(run.argv),
        "clients": {name: dict(facts) for name, facts in run.clients.items()},
        "results": [_trial(item) for item in run.results],
        "controls": [_seen(item) for item in run.controls],
        "stale": list(run.stale),
        "summary": summary(item for item in run.results if not item.experimental),
        "experimental": summary(item for item in run.results if item.experimental),
    }


def write(path: Path, run: Run) -> None:
    text = json.dumps(document(run), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def read(path: Path) -> Run:
    """A file, or the one in a folder; what is no results.json of this version is a UserError."""
    path = path / "results.json" if path.is_dir() else path
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        check(RESULTS, data)
    except OSError as error:
        raise UserError(path, 0, f"cannot be read: {error.strerror}",
                        "name a folder that a run has written") from None
    except (ValueError, RecursionError) as error:
        raise UserError(path, getattr(error, "lineno", 0), "is not JSON",
                        "name a results.json") from None
    except Misfit as misfit:
        place = ".".join(map(str, misfit.path))
        raise UserError(path, 0, f"{place + ': ' if place else ''}{misfit.what}",
                        misfit.right) from None
    return Run(data["latchkey"], data["started"], data["finished"], data["host"],
               tuple(data["argv"]), data["clients"], tuple(map(_entry, data["results"])),
               tuple(map(_entry, data["controls"])), tuple(data["stale"]))


def _entry(data: Mapping[str, Any]) -> Entry:
    known, cost = data.get("known"), data.get("cost") or {}
    checks = tuple(replace(Check(**one), events=tuple(one["events"]))
                   for one in data.get("checks", ()))
    result = Result(data.get("judged", data["outcome"]), data["reason"], checks,
                    tuple(data["notes"]), tuple(data["expected"]), tuple(data["seen"]),
                    data.get("runs", 1), data.get("agreed", 1), cost.get("counts"))
    return Entry(data["id"], data["client"], data["posture"], result, data.get("variant", ""),
                 data.get("title", ""), tuple(data.get("requirements", ())),
                 tuple(data.get("cve", ())), tuple(data.get("cwe", ())), data["seconds"],
                 data["evidence"], data.get("repeat", ""), Known(**known) if known else None,
                 data["outcome"] if data["outcome"] in ("XFAIL", "XPASS") else "",
                 cost.get("least"), data.get("experimental", False), data.get("attacker", ANYBODY))


# --- what a run amounts to


def exit_status(entries: Iterable[Entry], least: int = 1, stale: Collection[str] = ()) -> int:
    """0 nothing unexpected, 1 something failed, 3 undecided, broken or fewer than `least` decided.

    A WARN, and what a baseline knows, is nothing unexpected; that a known failure did not come,
    or that nothing is left of which it speaks, is. Experimental trials count only where there are
    no others: then somebody asked for just them.
    """
    found = list(entries)
    counted = [item for item in found if not item.experimental] or found
    outcomes = Counter(item.outcome for item in counted)
    if outcomes["FAIL"] or outcomes["XPASS"] or stale:
        return 1
    decided = sum(number for outcome, number in outcomes.items() if outcome in DECIDED)
    return 3 if outcomes["ERROR"] or outcomes["INCONCLUSIVE"] or decided < least else 0


# How much a client lost, for comparisons.
_RANK = {"PASS": 0, "WARN": 1, "FAIL": 2}


@dataclass(frozen=True)
class Change:
    kind: str                           # fixed, broken, changed, new, gone
    name: str
    before: str                         # outcome; "" for new
    after: str                          # outcome; "" for gone


def merge(runs: Sequence[Run]) -> Run:
    """Several runs as one, for a comparison: the first with the trials of all."""
    return replace(runs[0], results=tuple(item for run in runs for item in run.results))


def diff(before: Run, after: Run) -> tuple[Change, ...]:
    """What became of every trial between two runs; baselines play no part."""
    old = {item.key: item for item in before.results}
    new = {item.key: item for item in after.results}
    changes = []
    for key in sorted(old.keys() | new.keys()):
        change = _change(old.get(key), new.get(key))
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _change(old: Entry | None, new: Entry | None) -> Change | None:
    if old is None or new is None:
        item = old or new
        assert item is not None
        outcome = item.result.outcome
        return Change("gone", item.name, outcome, "") if new is None \
            else Change("new", item.name, "", outcome)
    was, now = old.result, new.result
    if (was.outcome, was.failed) == (now.outcome, now.failed):
        return None
    kind = "changed"
    if was.outcome in _RANK and now.outcome in _RANK:
        if now.outcome == "PASS":
            kind = "fixed"
        elif _RANK[now.outcome] > _RANK[was.outcome] or now.failed > was.failed:
            kind = "broken"
    return Change(kind, new.name, was.outcome, now.outcome)


def schema_text(title: str, shape: Shape) -> str:
    """The text of a schema file."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title,
             **schema(shape)}
    return json.dumps(whole, indent=2) + "\n"


def schema_file() -> str:
    """The text of `suites/schemas/results.schema.json`."""
    return schema_text(f"Latchkey results, version {VERSION}", RESULTS)
