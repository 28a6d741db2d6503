# SPDX-License-Identifier: Apache-2.0
"""What the mutants of the reference client deserve, where they stand in for scripts.

Who finds its servers in DNS is too much for a script, and the mutants are there: these are rows of
`suites/refclient/mutants.toml`. `test_discovery.py` plays them.
"""

from __future__ import annotations

from collections.abc import Mapping

import mutants
from latchkey import catalog
from samples import ROOT
from scripted.table import Verdict

# Beginnings of the scenarios that no script is for.
SCENARIOS = (
    "discovery.", "dane-mua.", "starttls.asks-again", "starttls.offered-inside-tls",
    "auth.broken-challenge", "auth.login-refused", "auth.login-vanished", "auth.pipelining",
    "baseline.mandatory-suite", "baseline.recommended-suites", "tls.goodbye",
)


def rows() -> dict[str, list[mutants.Duel]]:
    """bug → its duels in these; mistakes in the file are found by test_mutants."""
    known = catalog.load(ROOT)
    found: dict[str, list[mutants.Duel]] = {}
    for duel in mutants.duels(mutants.TABLE, known, mutants.named(mutants.TABLE)):
        if duel.scenario.startswith(SCENARIOS):
            found.setdefault(duel.bug, []).append(duel)
    return found


def verdicts() -> Mapping[str, Mapping[str, Verdict]]:
    """The same as the other tables have it."""
    scenarios = catalog.load(ROOT).scenarios
    return {bug: {duel.trial: Verdict("FAIL", failed=frozenset(
        f"{check.predicate}: {check.consequence}" for check in scenarios[duel.scenario].checks
        if check.predicate in duel.checks)) for duel in duels}
        for bug, duels in rows().items()}
