# SPDX-License-Identifier: Apache-2.0
"""The verdicts about sending MTAs, tested on scripted ones: real worlds, a bug each."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchkey import catalog, sandbox, trial as trials
from latchkey.catalog import Catalog
from latchkey.cost import QUESTIONS
from samples import ROOT
from scripted import sender, sender_table, stage
from scripted.dane_table import REQUEST
from scripted.sender_table import DUELS, SUITES
from scripted.stage import seen
from scripted.table import PASS, Verdict


@pytest.fixture(scope="session")
def known() -> Catalog:
    return catalog.load(ROOT)


@pytest.mark.parametrize("bug", DUELS)
def test_duels_end_as_deserved(built: Path, known: Catalog, bug: str,
                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    expected = DUELS[bug]
    items = stage.judged(known, built, bug, list(expected), bug == "waits", stage.sender_write)
    assert {name: seen(item) for name, item in items.items()} == expected


def _all(known: Catalog, scenario: str) -> list[str]:
    return [f"{scenario}{f'[{variant.id}]' if variant.id else ''}/{name}"
            for variant in known.scenarios[scenario].variants
            for name in variant.postures if name in stage.SENDER_POSTURES]


@pytest.mark.parametrize("scenario", [scenario for scenario in catalog.load(ROOT).scenarios
                                      if scenario.partition(".")[0] in SUITES])
def test_the_correct_sender_survives(built: Path, known: Catalog, scenario: str,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    names = _all(known, scenario)
    items = stage.judged(known, built, stage.CORRECT, names, False, stage.sender_write)
    assert {name: seen(item) for name, item in items.items()} == dict.fromkeys(names, PASS)


def test_the_least_of_dane_can_be_had(built: Path, known: Catalog) -> None:
    names = [name for scenario in known.scenarios if scenario.startswith("cost.dane")
             for name in _all(known, scenario)]
    items = stage.judged(known, built, stage.CORRECT, names, False, stage.sender_write)
    others: dict[str, dict[str, int | None]] = {}
    for name, item in items.items():
        counts, least = item.result.cost, item.least
        assert counts is not None and least is not None
        # A validator asks for the keys of the root, of the domain and of the provider at least.
        assert (counts["validation"] or 0) >= 3
        others[name] = {kind: counts[kind] for kind in (*QUESTIONS, "https", "smtp", "smtp-full")
                        if counts[kind] != least.get(kind, 0)}
    assert {name: more for name, more in others.items() if more} == {
        # These may be left undone (docs/cost.md), and this sender does them.
        "cost.dane[insecure-domain]/mta-dane": {"tlsa": 1},
        # It goes to each domain by itself.
        "cost.dane-hundred-domains/mta-dane": {"smtp": 100, "smtp-full": 100},
        "cost.dane-sts-same-policy/mta-dane-sts": {"sts-record": 1}}


def test_without_a_resolver_nothing_is_said_of_dane(built: Path, known: Catalog,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_resolver", lambda: False)
    items = stage.judged(known, built, stage.CORRECT, [REQUEST], False, stage.sender_write)
    assert {name: seen(item) for name, item in items.items()} == {
        REQUEST: Verdict("SKIP", "no-resolver")}


def test_every_bug_has_its_row() -> None:
    assert set(DUELS) == set(sender.BUGS)


def test_no_decision_decides_nothing() -> None:
    """What a broken or waiting sender deserves is in the table, and is never a PASS."""
    for bug in ("looks-up-late", "breaks", "waits", "never-delivers"):
        assert any(verdict.outcome == "INCONCLUSIVE" for verdict in DUELS[bug].values())
    assert sender_table.UNFETCHED in DUELS["looks-up-late"].values()
