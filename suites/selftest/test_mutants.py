# SPDX-License-Identifier: Apache-2.0
"""The table of mutants is whole, and a bug that was not found is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import mutants
from latchkey import catalog
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from mutants import Arena, Duel, Outcome
from samples import ROOT

EXPIRED = "certificate.impostor[expired]/imap-implicit"
LEAK = "no-credential-to-impostor"


@pytest.fixture(scope="module")
def known() -> Catalog:
    return catalog.load(ROOT)


@pytest.fixture
def mutant(built: Path) -> Path:
    if not mutants.PROGRAM.is_file():
        pytest.skip("the mutants are not built (make mutants)")
    return built


def test_every_check_finds_a_bug_and_every_bug_is_found(mutant: Path, known: Catalog) -> None:
    names = mutants.bugs()
    rows = mutants.duels(mutants.TABLE, known, names)
    assert len(names) >= 100
    assert {row.bug for row in rows} == set(names)
    assert mutants.unkilled(known, rows) == [
        check for scenario in mutants.judging(known) for predicate in scenario.checks
        if (check := f"{scenario.id}: {predicate.predicate}") in mutants.idle(mutants.TABLE)]


def test_the_page_has_every_bug_and_every_check(mutant: Path, known: Catalog) -> None:
    page = mutants.PAGE.read_text(encoding="utf-8")
    assert [name for name in mutants.bugs() if f"| `{name}` |" not in page] == []
    assert [row for scenario in mutants.judging(known) for check in scenario.checks
            if (row := f"| `{scenario.id}` | `{check.predicate}` |") not in page] == []


@pytest.mark.parametrize("text, said", [
    ('no-such-bug = ["x/y: z"]', ":1: unknown bug"),
    ('crashes = []', ":1: no list of trials"),
    ('crashes = ["no.such/imap-implicit: no-crash"]', ":1: unknown scenario"),
    ('crashes = ["tls.garbage/imap-implicit: no-crush"]', ":1: tls.garbage has no check"),
])
def test_mistakes_in_the_table_are_told(tmp_path: Path, known: Catalog, text: str,
                                        said: str) -> None:
    file = tmp_path / "mutants.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=said.replace(".", r"\.")):
        mutants.duels(file, known, ["crashes"])


def fought(folder: Path, known: Catalog, *rows: Duel) -> list[Outcome]:
    return Arena(folder, known, 2).fight({row.bug: [row] for row in rows}, lambda _: None)


def test_found_and_not_found(mutant: Path, known: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "_TRIES", 1)
    found, other, none = fought(
        mutant, known, Duel("expired-leaf-accepted", EXPIRED, frozenset({LEAK})),
        Duel("expired-issuer-accepted", EXPIRED, frozenset({LEAK})),
        Duel("expired-issuer-accepted-too", "certificate.impostor[none]/x", frozenset({LEAK})))
    assert found.killed and found.outcome == "FAIL"
    assert not other.killed and other.outcome == "PASS" and not other.red
    assert not none.killed and none.outcome == "there is no such trial"


def test_what_lacks_is_told(known: Catalog) -> None:
    scenario = known.scenarios["tls.garbage"]
    rows = [Duel("x", "tls.garbage[zeros]/imap-implicit",
                 frozenset({check.predicate for check in scenario.checks[1:]}))]
    assert f"tls.garbage: {scenario.checks[0].predicate}" in mutants.unkilled(known, rows)
    assert f"tls.garbage: {scenario.checks[1].predicate}" not in mutants.unkilled(known, rows)
