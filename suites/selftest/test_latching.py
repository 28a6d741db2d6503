# SPDX-License-Identifier: Apache-2.0
"""The suite deep, tested on clients that latch: real worlds, scripted clients, a bug each."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchkey import catalog, trial as trials
from latchkey.catalog import Catalog
from samples import ROOT
from scripted import latching, stage
from scripted.latch_table import LATCHES
from scripted.stage import seen
from scripted.table import PASS

RED = sorted({name for row in LATCHES.values() for name in row})


@pytest.fixture(scope="session")
def known() -> Catalog:
    return catalog.load(ROOT)


@pytest.mark.parametrize("bug", LATCHES)
def test_bugs_end_as_deserved(built: Path, known: Catalog, bug: str,
                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    expected = LATCHES[bug]
    items = stage.judged(known, built, bug, list(expected), False, stage.latching_write)
    found = {name: seen(item) for name, item in items.items()}
    assert {name: (verdict.outcome, verdict.failed) for name, verdict in found.items()} == {
        name: (verdict.outcome, verdict.failed) for name, verdict in expected.items()}


def test_the_correct_client_passes_where_bugs_do_not(built: Path, known: Catalog,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    items = stage.judged(known, built, stage.CORRECT, RED, False, stage.latching_write)
    assert {name: seen(item) for name, item in items.items()} == dict.fromkeys(RED, PASS)


def test_every_bug_has_its_row() -> None:
    assert set(LATCHES) == set(latching.BUGS)


def test_nobody_is_judged_unasked(known: Catalog, tmp_path: Path) -> None:
    client = known.client(str(stage.latching_write(tmp_path / "adapter", stage.CORRECT)))
    assert not [trial for trial in known.trials(client) if trial.scenario.suite == "deep"]
    assert known.trials(client, "deep")
    assert all(scenario.experimental for scenario in known.scenarios.values()
               if scenario.suite == "deep")
