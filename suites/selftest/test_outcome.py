# SPDX-License-Identifier: Apache-2.0
"""What several runs of a trial come to together, and what is said of a trial that was not run."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latchkey.outcome import REASONS, Check, Result, confirm, error, settle, skip


def result(outcome: str, *failed: str) -> Result:
    level = "SHOULD" if outcome == "WARN" else "MUST"
    return Result(outcome, "", tuple(
        Check(predicate, level, "credential-leak", outcome, True, (), f"It was seen: {predicate}.")
        for predicate in failed or ("no-credential-in-clear",)))


FAIL, WARN, PASS = map(result, ("FAIL", "WARN", "PASS"))
FAIL2 = result("FAIL", "no-credential-in-clear", "no-command-in-clear")


@pytest.mark.parametrize(("runs", "outcome", "agreed"), [
    ((FAIL,), "FAIL", 1),
    ((PASS, PASS, PASS), "PASS", 3),
    ((FAIL, FAIL), "FAIL", 2),
    ((FAIL, PASS), "INCONCLUSIVE", 1),
    ((FAIL, WARN), "INCONCLUSIVE", 1),
    ((FAIL, FAIL2), "FAIL", 2),
    ((FAIL, error("x")), "INCONCLUSIVE", 1),
    ((PASS, PASS, FAIL), "INCONCLUSIVE", 2),
    ((PASS, PASS, PASS, FAIL, FAIL), "FAIL", 2),
    ((WARN, WARN, WARN, FAIL, FAIL), "FAIL", 2),
    ((WARN, WARN, PASS), "WARN", 2),
    ((WARN, PASS), "INCONCLUSIVE", 1),
], ids=str)
def test_settle(runs: tuple[Result, ...], outcome: str, agreed: int) -> None:
    for order in set(permutations(range(len(runs)))):
        settled = settle([runs[number] for number in order], worst=True)
        assert (settled.outcome, settled.runs, settled.agreed) == (outcome, len(runs), agreed)
        assert settled.reason == ("flaky" if outcome == "INCONCLUSIVE" else "")


@pytest.mark.parametrize("runs", [(FAIL, FAIL, PASS), (WARN, WARN, PASS), (PASS, PASS, FAIL)])
def test_runs_that_differ_are_flaky_unless_timing_decides(runs: tuple[Result, ...]) -> None:
    settled = settle(runs)
    assert (settled.outcome, settled.reason) == ("INCONCLUSIVE", "flaky")


def test_confirm_keeps_the_first_run_and_says_what_differed() -> None:
    assert confirm(FAIL, FAIL) == replace(FAIL, runs=2, agreed=2)
    flaky = confirm(FAIL, PASS)
    assert flaky.checks == FAIL.checks
    assert flaky.notes[-1] == "runs: 1 of 2: FAIL (no-credential-in-clear), 1 of 2: PASS"


def test_skip_says_why() -> None:
    assert skip("needs-root") == Result("SKIP", "needs-root", seen=(REASONS["needs-root"],))


@given(runs=st.lists(st.sampled_from([FAIL, FAIL2, WARN, PASS]), min_size=1, max_size=6))
def test_settling_never_hides_or_makes_a_failure(runs: list[Result]) -> None:
    settled = settle(runs)
    if settled.outcome != "INCONCLUSIVE":
        assert settled.outcome in {result.outcome for result in runs}
    if settled.outcome == "PASS":
        assert all(result.outcome == "PASS" for result in runs)
    assert 1 <= settled.agreed <= settled.runs == len(runs)
