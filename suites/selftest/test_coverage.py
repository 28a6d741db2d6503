# SPDX-License-Identifier: Apache-2.0
"""Coverage of the register: the function on small data, and what the real files claim."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest

from latchkey import catalog, coverage
from latchkey.catalog import Catalog
from latchkey.outcome import Check as Checked
from latchkey.outcome import Result
from latchkey.model import Check, Fault, Scenario, Variant
from latchkey.predicates import PREDICATES
from latchkey.results import Entry
from samples import ROOT

ROW = {"id": "a", "section": "1", "level": "MUST", "actor": "MUA", "side": "client",
       "protocols": ["imap"], "text": "A rule.", "observable": "x",
       "checks": ["no-credential-in-clear"]}
VARIANT = Variant("v", "", ("imap-starttls", "imap-opportunistic", "pop3-starttls"), ("a",), (), (),
                  Fault({}, {"action": "close"}))
SCENARIO = Scenario("s.t", Path("t.toml"), "", "", "mail", (
    Check("no-credential-in-clear", {"starttls": "MUST", "opportunistic": "SHOULD"}, "x"),
    Check("no-false-success", {"starttls": "MUST"}, "x")), (VARIANT,))


def register(**changes: Any) -> list[dict[str, Any]]:
    return [{"spec": "S", "title": "T", "url": "U", "requirement": [{**ROW, **changes}]}]


def statement(row: list[dict[str, Any]], scenario: Scenario = SCENARIO,
              *entries: Entry) -> coverage.Statement:
    return coverage.coverage(row, [scenario], entries)[0].statements[0]


def entry(outcome: str, checks: dict[str, str], **changes: Any) -> Entry:
    result = Result(outcome, "", tuple(Checked(name, "MUST", "credential-leak", one, True, (), "")
                                       for name, one in checks.items()))
    return replace(Entry("s.t", "c", "imap-starttls", result, "v"), **changes)


def test_a_statement_is_covered_by_the_checks_that_see_it() -> None:
    found = statement(register())
    assert found.state == "covered"
    assert found.covers == (coverage.Cover("s.t", "v", ("no-credential-in-clear",),
                                           ("imap-starttls", "imap-opportunistic")),)
    assert statement(register(wishes=["demanded"])).covers[0].postures == ("imap-starttls",)
    assert statement(register(protocols=["pop3"])).covers[0].postures == ("pop3-starttls",)
    both = statement(register(checks=["no-false-success", "no-credential-in-clear"]))
    assert both.covers[0].checks == ("no-credential-in-clear", "no-false-success")


@pytest.mark.parametrize("changes", [
    {"checks": ["no-old-version"]}, {"checks": []}, {"protocols": ["smtp"]},
    {"wishes": ["implicit"]}, {"wishes": ["default"]}, {"actor": "sending MTA"},
    {"checks": ["no-false-success"], "wishes": ["opportunistic"]},
])
def test_a_name_alone_covers_nothing(changes: dict[str, Any]) -> None:
    row = register(**changes)
    assert statement(row).state == "open" and not statement(row).covers
    assert coverage.unseen(row, [SCENARIO]) == (("s.t", "a"),)
    assert coverage.unseen(register(), [SCENARIO]) == ()


def test_a_variant_with_levels_of_its_own_sees_there() -> None:
    own = replace(VARIANT, levels={"no-credential-in-clear": {"starttls": "SHOULD"}})
    found = statement(register(), replace(SCENARIO, variants=(own,)))
    assert found.covers[0].postures == ("imap-starttls",)


def test_one_variant_that_sees_it_is_enough() -> None:
    blind = replace(VARIANT, id="w", postures=("submission-starttls",))
    scenario = replace(SCENARIO, variants=(blind, VARIANT))
    assert coverage.unseen(register(), [scenario]) == ()
    assert [cover.variant for cover in statement(register(), scenario).covers] == ["v"]


def test_who_else_is_bound_counts() -> None:
    assert statement(register(actor="sending MTA", also=["MUA"])).state == "covered"


def test_what_is_excluded_is_not_covered() -> None:
    found = statement(register(excluded="Nobody sees it."))
    assert (found.state, found.excluded, found.covers) == ("excluded", "Nobody sees it.", ())
    assert coverage.unseen(register(excluded="Nobody sees it."), [SCENARIO]) == (("s.t", "a"),)


def test_outcomes_are_those_of_its_own_checks() -> None:
    found = statement(
        register(), SCENARIO,
        entry("FAIL", {"no-credential-in-clear": "PASS", "no-false-success": "FAIL"}),
        entry("FAIL", {"no-credential-in-clear": "FAIL"}),
        entry("WARN", {"no-credential-in-clear": "WARN"}, posture="imap-opportunistic"),
        entry("INCONCLUSIVE", {"no-credential-in-clear": "FAIL"}),
        entry("SKIP", {}, client="d"),
        entry("FAIL", {"no-credential-in-clear": "FAIL"}, posture="pop3-starttls"),
        entry("FAIL", {"no-credential-in-clear": "FAIL"}, variant="other"))
    assert found.outcomes == {"c": {"PASS": 1, "FAIL": 1, "WARN": 1, "INCONCLUSIVE": 1},
                              "d": {"SKIP": 1}}


def test_reports_count_and_name() -> None:
    rows: list[dict[str, Any]] = [dict(ROW), {**ROW, "id": "b"},
                                  {**ROW, "id": "c", "excluded": "No."}]
    found = coverage.coverage([{**register()[0], "requirement": rows}], [SCENARIO],
                              [entry("FAIL", {"no-credential-in-clear": "FAIL"})])
    data = json.loads(json.dumps(coverage.document(found)))
    assert data["summary"] == {"covered": 1, "excluded": 1, "open": 1}
    assert [row["state"] for row in data["specifications"][0]["statements"]] == \
        ["covered", "open", "excluded"]
    text = coverage.markdown(found)
    assert "| S | 3 | 1 | 1 | 1 |" in text
    assert "| `a` | MUST | `no-credential-in-clear` in s.t |" in text
    assert "| `b` | MUST | *open* |" in text and "| `c` | MUST | *excluded*: No. |" in text
    assert "c: a: 1 FAIL of 1 trials" in coverage.text(found)


# --- the real files


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


def test_the_register_fits_its_schema(real: Catalog) -> None:
    schema = json.loads((ROOT / "suites/schemas/requirements.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for file in real.register():
        validator.validate(file)
        for row in file["requirement"]:
            assert set(row.get("checks", ())) <= set(PREDICATES), row["id"]
            assert not (row.get("checks") and row.get("excluded")), row["id"]


def test_what_binds_only_servers_is_excluded(real: Catalog) -> None:
    for name, row in real.requirements().items():
        clients = {row["actor"], *row.get("also", ())} & {"MUA", "sending MTA"}
        assert clients or row.get("excluded"), name


def test_the_page_is_up_to_date(real: Catalog) -> None:
    found = coverage.coverage(real.register(), real.scenarios.values())
    stored = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    assert stored == coverage.markdown(found), "run make coverage-table"


def test_the_document_counts_the_statements(real: Catalog) -> None:
    page = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "suites/requirements").glob("*.toml"))
    for path, file in zip(files, real.register(), strict=True):
        assert f"| `{path.stem}` | {file['spec']} | {len(file['requirement'])} |" in page
