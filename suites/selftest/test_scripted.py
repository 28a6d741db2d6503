# SPDX-License-Identifier: Apache-2.0
"""The verdicts, tested on clients that deserve them: real worlds, scripted clients, a bug each."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchkey import runner, trial as trials
from latchkey.catalog import Catalog
from latchkey.footprint import OF_FETCHERS
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from scripted import (client, discovery_table, duels, latch_table, report_table, sender_table,
                      stage, table)
from scripted.stage import seen
from scripted.table import PASS, ROWS, TRIALS, Verdict


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return stage.catalog_with_own(tmp_path_factory.mktemp("catalog"))


# Those who wait begin, beside the others.
@pytest.mark.parametrize("bug", sorted(ROWS, key=lambda bug: bug not in table.WAITS))
def test_the_outcomes_are_those_deserved(built: Path, known: Catalog, bug: str,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    waits = bug in table.WAITS
    items = stage.judged(known, built, bug, TRIALS, waits)
    expected = {name: ROWS[bug].get(name, PASS) for name in TRIALS}
    assert {name: seen(item) for name, item in items.items()} == expected
    for name, item in items.items():
        demands = POSTURES[item.posture].wish in ("implicit", "starttls")
        assert all(check.promise == demands for check in item.result.checks), name
        assert item.result.agreed == item.result.runs, "every run ends like the others"
        assert item.result.runs > 1 or not item.result.failed, "a failure is seen twice"
    controls = {control.outcome for control in runner.controls_of(built / "out")}
    assert controls == ({"INCONCLUSIVE", "PASS"} if bug == "never-connects" else {"PASS"})


@pytest.mark.parametrize("bug", duels.DUELS)
def test_duels_end_as_deserved(built: Path, known: Catalog, bug: str,
                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    expected = duels.DUELS[bug]
    items = stage.judged(known, built, bug, list(expected), bug in table.WAITS)
    assert {name: seen(item) for name, item in items.items()} == expected


def test_the_correct_client_survives_all_duels(built: Path, known: Catalog,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    names = sorted({name for row in duels.DUELS.values() for name in row})
    items = stage.judged(known, built, stage.CORRECT, names, False)
    # It looks for no second connection, and at no other port.
    untouched = {name for name in names if "second-connection-weaker" in name or "-port" in name
                 if name != duels.ONLY_TLS_PORT}
    assert {name: seen(item) for name, item in items.items()} == {
        name: Verdict("SKIP", "untouched") if name in untouched else PASS for name in names}


# What every scripted program deserves: clients, clients that latch, senders; and those that look
# for their servers.
TABLES = (ROWS, duels.DUELS, latch_table.LATCHES, sender_table.DUELS, report_table.DUELS,
          discovery_table.verdicts())


def test_every_check_of_every_scenario_is_killed(known: Catalog) -> None:
    killed = {(name.partition("[")[0].partition("/")[0], check)
              for table_ in TABLES for row in table_.values()
              for name, verdict in row.items() for check in verdict.failed}
    checks = {(scenario.id, f"{check.predicate}: {check.consequence}")
              for scenario in known.scenarios.values() for check in scenario.checks
              if set(check.levels.values()) != {"MAY"}}
    assert checks - killed == set(duels.IDLE), "each is killed, or says why not"


def test_every_bug_has_its_row() -> None:
    assert {*ROWS, *duels.DUELS} == {stage.CORRECT, *client.BUGS}


def test_every_trial_can_fail() -> None:
    reddened = {name for row in ROWS.values() for name, verdict in row.items()
                if verdict.outcome in ("FAIL", "WARN")}
    assert reddened == set(TRIALS)


def kills() -> dict[str, set[str]]:
    """Predicate → the bugs that turn a trial red through it; the rows are held to above."""
    found: dict[str, set[str]] = {name: set() for name in PREDICATES}
    for table_ in TABLES:
        for bug, row in table_.items():
            for verdict in row.values():
                for check in verdict.failed:
                    found[check.partition(":")[0]].add(bug)
    return found


# Nobody fails by what tells of the fetchers of policies: test_footprint.py has their bugs.
@pytest.mark.parametrize("predicate", [name for name, one in PREDICATES.items()
                                       if one not in OF_FETCHERS])
def test_every_predicate_has_its_mutant(predicate: str) -> None:
    assert kills()[predicate]
