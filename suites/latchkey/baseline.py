# SPDX-License-Identifier: Apache-2.0
"""Baselines (docs/results.md): known, accepted outcomes of one client, each with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from latchkey.errors import UserError, suggestion
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from latchkey.results import Entry, Known, Run, schema_text
from latchkey.shape import Exactly, ListOf, Misfit, Shape, Table, Text, Word, check
from latchkey.tomlfile import TomlFile, load, quoted, save

# What can be known. PASS needs no entry, and SKIP and ERROR say nothing of a client.
OUTCOMES = ("FAIL", "WARN", "INCONCLUSIVE")
# SKIPs that are not the client's
_MACHINE = ("missing", "no-netns", "needs-root", "no-resolver", "no-dkim")
_BETTER = {"FAIL": ("WARN", "PASS"), "WARN": ("PASS",), "INCONCLUSIVE": ("PASS",)}

_TEXT = Text()
_KEYS: Mapping[str, Shape] = {
    "id": Text(r"[a-z0-9][a-z0-9.-]*", "write the id of a scenario"),
    "posture": Word("posture", tuple(POSTURES)),
    "variant": _TEXT,
    "outcome": Word("outcome", OUTCOMES),
    "checks": ListOf(Word("predicate", tuple(PREDICATES)), 1),
    "reason": _TEXT,
    "url": Text(r"https?://\S+", "write an address that begins with https://"),
    "date": Text(r"\d{4}-\d{2}-\d{2}", 'write the day in quotes: "2000-12-31"'),
    "versions": Text(r"\s*(?:<=|>=|<|>|=)\s*[\w.+~:-]+\s*(?:,\s*(?:<=|>=|<|>|=)\s*[\w.+~:-]+\s*)*",
                     'write bounds like ">= 1.2, < 2"'),
}
BASELINE = Table({
    "baseline": Exactly(1),
    "client": _TEXT,
    "known": ListOf(Table(_KEYS, ("id", "posture", "outcome", "reason"))),
}, ("baseline", "client"))


@dataclass(frozen=True)
class Item:
    """One known outcome."""

    id: str
    posture: str
    outcome: str
    reason: str
    variant: str = ""
    checks: tuple[str, ...] = ()        # the predicates that fail; empty: whichever
    url: str = ""
    date: str = ""
    versions: str = ""                  # bounds of the client's version; empty: all

    @property
    def name(self) -> str:
        return f"{self.id}{f'[{self.variant}]' if self.variant else ''}/{self.posture}"


@dataclass(frozen=True)
class Baseline:
    client: str
    items: tuple[Item, ...] = ()


def read(path: Path, finished: bool = True) -> Baseline:
    """A file; every mistake is a UserError. In a finished one, so is every reason that is none."""
    file = load(path)
    try:
        check(BASELINE, file.data)
    except Misfit as misfit:
        file.fail(misfit.path, misfit.what, misfit.right)
    items = tuple(Item(**{key: tuple(value) if isinstance(value, list) else value
                          for key, value in row.items()}) for row in file.data.get("known", ()))
    for number, item in enumerate(items):
        _check_item(file, number, item, items[:number], finished)
    return Baseline(file.data["client"], items)


def _check_item(file: TomlFile, number: int, item: Item, above: tuple[Item, ...],
                finished: bool) -> None:
    place = ("known", number)
    if any((item.name, item.versions) == (other.name, other.versions) for other in above):
        file.fail((*place, "id"), f"a second entry for {item.name}", "keep one of them")
    if not finished:
        return
    if is_empty(item.reason):
        file.fail((*place, "reason"), f'"{item.reason}" is no reason',
                  "say in a sentence why this outcome is accepted")
    # One bug may have many faces; then there is a report of it, and the address says so.
    if not item.url and any(other.id != item.id and _words(other.reason) == _words(item.reason)
                            for other in above):
        file.fail((*place, "reason"), "the same reason as for another scenario, without a url",
                  "say what is the reason here, or give the url of the bug that they share")


def _words(reason: str) -> list[str]:
    return re.findall(r"\w+", reason.lower())


def is_empty(reason: str) -> bool:
    """Fewer than three different words explain nothing."""
    return len({word for word in _words(reason) if word.isalpha()}) < 3


def with_baseline(entries: Iterable[Entry], baseline: Baseline, version: str) -> tuple[Entry, ...]:
    """The same entries; this client's are marked XFAIL where as known, XPASS where better."""
    items = _applying(baseline, version)
    return tuple(_marked(item, items.get((item.id, item.variant, item.posture)))
                 if item.client == baseline.client else item for item in entries)


def _marked(item: Entry, known: Item | None) -> Entry:
    if known is None:
        return item
    outcome = item.result.outcome
    failed = {name for name, _ in item.result.failed}
    mark = ""
    if outcome in _BETTER[known.outcome]:
        mark = "XPASS"
    elif outcome == known.outcome and (not known.checks or failed <= set(known.checks)):
        mark = "XFAIL"
    return replace(item, known=Known(known.outcome, known.reason, known.url), mark=mark)


def stale(baseline: Baseline, entries: Iterable[Entry], version: str) -> tuple[str, ...]:
    """The entries for this version that no trial of a full run met: it is gone, or never comes so.

    What this machine could not run says nothing of its entry.
    """
    met = {(item.id, item.variant, item.posture) for item in entries
           if item.client == baseline.client
           and (item.result.outcome != "SKIP" or item.result.reason in _MACHINE)}
    return tuple(f"{item.id}{f'[{item.variant}]' if item.variant else ''}/{baseline.client}/"
                 f"{item.posture}" for key, item in _applying(baseline, version).items()
                 if key not in met)


def _applying(baseline: Baseline, version: str) -> dict[tuple[str, str, str], Item]:
    return {(item.id, item.variant, item.posture): item for item in baseline.items
            if version_within(version, item.versions)}


# --- versions

_BOUND = re.compile(r"(<=|>=|<|>|=)\s*([^\s,]+)")
_BEFORE = ("alpha", "beta", "dev", "pre", "rc")     # parts that stand before the release itself


def version_key(version: str) -> list[tuple[int, int, str]]:
    """Something that sorts as versions do: 1.9 < 1.10rc1 < 1.10 < 1.10b < 1.10.1."""
    parts = [(3, int(part), "") if part.isdecimal() else (0 if part in _BEFORE else 2, 0, part)
             for part in re.findall(r"[0-9]+|[a-z]+", version.lower())]
    return [*parts, (1, 0, "")]


def version_within(version: str, bounds: str) -> bool:
    """Nobody's version is within everything, an unknown one only within no bounds."""
    own = version_key(version)
    for sign, text in _BOUND.findall(bounds):
        other = version_key(text)
        holds = {"<": own < other, "<=": own <= other, ">": own > other, ">=": own >= other,
                 "=": own == other}[sign]
        if not version or not holds:
            return False
    return True


# --- writing


def fresh(old: Baseline, version: str, entries: Iterable[Entry], day: str) -> Baseline:
    """What a run found, in the old words where it is as known; the rest has no reason yet.

    Old entries stay that are for other versions, or that this run did not try.
    """
    own = [found for found in entries if found.client == old.client]
    applying = _applying(old, version)
    tried = {(found.id, found.variant, found.posture) for found in own
             if found.result.outcome != "SKIP"}
    items = [item for item in old.items
             if (item.id, item.variant, item.posture) not in tried
             or not version_within(version, item.versions)]
    for found in own:
        if found.result.outcome not in OUTCOMES:
            continue
        failed = tuple(sorted({name for name, _ in found.result.failed}))
        known = applying.get((found.id, found.variant, found.posture))
        if known is not None and known.outcome == found.result.outcome \
                and (not known.checks or set(failed) <= set(known.checks)):
            items.append(replace(known, checks=failed, date=day))
        else:
            items.append(Item(found.id, found.posture, found.result.outcome, "", found.variant,
                              failed, date=day))
    return Baseline(old.client, tuple(sorted(items, key=lambda item: (item.name, item.versions))))


def of_run(run: Run, client: str | None, old: Path | None) -> Baseline:
    """The baseline of a client of a run, with what an older file says; mistakes are UserErrors."""
    names = sorted({found.client for found in run.results})
    if client is None and len(names) != 1:
        what, right = ("several clients", f"name one with --client: {', '.join(names)}") if names \
            else ("no trials", "name the folder of another run")
        raise UserError(None, 0, f"the run has {what}", right)
    client = client or names[0]
    if client not in names:
        raise UserError(None, 0, f'the run has no client "{client}"', suggestion(client, names))
    before = read(old, finished=False) if old is not None else Baseline(client)
    if before.client != client:
        raise UserError(old, 0, f'is the baseline of "{before.client}", not of "{client}"',
                        "name another file")
    return fresh(before, run.clients.get(client, {}).get("version", ""), run.results,
                 run.finished[:10])


def text(baseline: Baseline) -> str:
    """The file; one with an empty reason cannot be read until somebody writes it."""
    lines = ["# SPDX-License-Identifier: Apache-2.0",
             "# Known outcomes; docs/results.md has the fields. Every entry needs a reason.",
             "baseline = 1", f"client = {quoted(baseline.client)}"]
    for item in baseline.items:
        lines += ["", "[[known]]"]
        for key in _KEYS:
            value = getattr(item, key)
            if isinstance(value, tuple) and value:
                lines.append(f"{key} = [{', '.join(map(quoted, value))}]")
            elif isinstance(value, str) and (value or key == "reason"):
                lines.append(f"{key} = {quoted(value)}")
    return "\n".join(lines) + "\n"


def write(path: Path, baseline: Baseline) -> None:
    save(path, text(baseline))


def schema_file() -> str:
    """The text of `suites/schemas/baseline.schema.json`."""
    return schema_text("Latchkey baseline, version 1", BASELINE)
