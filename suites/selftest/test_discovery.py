# SPDX-License-Identifier: Apache-2.0
"""The suite `discovery` finds what it is for, and moved servers touch only who asks again."""

from __future__ import annotations

from pathlib import Path

import pytest

import mutants
from latchkey import catalog, runner
from latchkey.runner import Bench
from samples import ROOT
from scripted import discovery_table

ROWS = discovery_table.rows()


@pytest.mark.parametrize("bug", ROWS)
def test_bugs_are_found(built: Path, bug: str) -> None:
    if not mutants.PROGRAM.is_file():
        pytest.skip("the mutants are not built (make mutants)")
    arena = mutants.Arena(built, catalog.load(ROOT), 1)
    outcomes = arena.fight({bug: ROWS[bug]}, lambda _: None)
    assert [(outcome.duel.trial, outcome.outcome) for outcome in outcomes
            if not outcome.killed] == []


def test_who_does_not_ask_again_is_not_touched(built: Path) -> None:
    known = catalog.load(ROOT)
    (trial,) = known.trials(known.client("refclient"), "discovery.moved-later", posture="imap-srv")
    with Bench(known, built / "out") as bench:
        item = runner.run_trial(bench, trial)
    assert (item.outcome, item.result.reason) == ("SKIP", "untouched")
