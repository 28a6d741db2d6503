# SPDX-License-Identifier: Apache-2.0
"""results.json: written and read back, summed up, compared."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest
from latchkey import model, results
from latchkey.errors import UserError
from latchkey.outcome import Check, Result, error, skip
from latchkey.postures import POSTURES
from latchkey.results import Entry, Known, Run, diff, document, exit_status, read, summary, write

ROOT = Path(__file__).resolve().parents[2]
CHECK = Check("no-credential-in-clear", "MUST", "credential-leak", "FAIL", True, (3, 9), "A leak.")
OTHER = replace(CHECK, predicate="no-content-in-clear")
OUTCOMES = {
    "PASS": Result("PASS", notes=("exit: exit code 0",), expected=("E.",), seen=("S.",)),
    "FAIL": Result("FAIL", checks=(CHECK,), runs=2, agreed=2),
    "WARN": Result("WARN", checks=(replace(CHECK, level="SHOULD", outcome="WARN"),)),
    "SKIP": skip("needs-root"),
    "INCONCLUSIVE": Result("INCONCLUSIVE", "flaky", runs=2),
    "ERROR": error("stray: \x00\u2028"),
}


def entry(outcome: str = "PASS", name: str = "starttls.stripped", **more: Any) -> Entry:
    mark = outcome if outcome in ("XFAIL", "XPASS") else ""
    judged = {"XFAIL": "FAIL", "XPASS": "PASS"}.get(outcome, outcome)
    return Entry(name, "curl", "imap-starttls", OUTCOMES[judged], mark=mark, **more)


def run(*entries: Entry) -> Run:
    return Run("0.1", "2000-01-01T00:00:00Z", "2000-01-01T00:01:00Z", {"kernel": "x"},
               ("latchkey",), {"curl": {"version": "7.88.1", "adapter": "curl"}}, entries)


FULL = replace(
    run(entry("FAIL", variant="v", title="T", requirements=("rfc8314-x",), cve=("CVE-2000-1234",),
              cwe=("CWE-319",), seconds=1.25, evidence="trials/1", repeat="sh repeat.sh"),
        *(entry(outcome, f"family.{outcome.lower()}") for outcome in OUTCOMES),
        entry("XFAIL", "family.known", known=Known("FAIL", "an old bug", "https://x.test")),
        entry("XPASS", "family.better", known=Known("FAIL", "an old bug"))),
    controls=(Entry("control:mail/curl/imap-starttls", "curl", "imap-starttls", OUTCOMES["PASS"],
                    seconds=0.5, evidence="controls/1"),),
    stale=("family.gone/imap-starttls",))
SCHEMA = json.loads((ROOT / "suites/schemas/results.schema.json").read_text())


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    write(tmp_path / "results.json", FULL)
    assert read(tmp_path) == read(tmp_path / "results.json") == FULL


def test_fits_its_schema() -> None:
    jsonschema.validate(json.loads(json.dumps(document(FULL))), SCHEMA)
    assert (ROOT / "suites/schemas/results.schema.json").read_text() == results.schema_file()


def test_the_form_that_others_rely_on() -> None:
    data = document(FULL)
    assert data["version"] == 1
    assert data["summary"] == {"FAIL": 2, "XPASS": 1, "WARN": 1, "ERROR": 1, "INCONCLUSIVE": 1,
                               "XFAIL": 1, "PASS": 1, "SKIP": 1}
    first = data["results"][0]
    assert (first["id"], first["family"]) == ("starttls.stripped", "starttls")
    assert first["checks"] == [{
        "predicate": "no-credential-in-clear", "level": "MUST", "consequence": "credential-leak",
        "outcome": "FAIL", "promise": True, "events": [3, 9], "sentence": "A leak."}]
    known = data["results"][-2]
    assert (known["outcome"], known["judged"]) == ("XFAIL", "FAIL")
    assert known["known"] == {"outcome": "FAIL", "reason": "an old bug", "url": "https://x.test"}
    assert "checks" not in data["controls"][0]


Spoil = Callable[[dict[str, Any]], object]
WRONG: dict[str, Spoil] = {
    "another version": lambda data: data.update(version=2),
    "no results": lambda data: data.pop("results"),
    "an unknown key": lambda data: data.update(more=1),
    "an unknown outcome": lambda data: data["results"][0].update(outcome="GOOD"),
    "judged by a baseline": lambda data: data["results"][0].update(judged="XFAIL"),
    "a check without a level": lambda data: data["results"][0]["checks"][0].pop("level"),
    "an event that is a text": lambda data: data["results"][0]["checks"][0].update(events=["3"]),
    "a host that is a text": lambda data: data.update(host="here"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said(spoil: Spoil, tmp_path: Path) -> None:
    data = document(FULL)
    spoil(data)
    (tmp_path / "results.json").write_text(json.dumps(data))
    with pytest.raises(UserError):
        read(tmp_path)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00", "[" * 100_000])
def test_no_results_at_all(text: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(UserError):
        read(tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        read(tmp_path / "none")


@pytest.mark.parametrize(("outcomes", "least", "status"), [
    (("PASS",), 1, 0),
    (("PASS", "WARN", "XFAIL", "SKIP"), 1, 0),
    (("PASS", "FAIL"), 1, 1),
    (("PASS", "XPASS"), 1, 1),
    (("FAIL", "ERROR", "INCONCLUSIVE"), 1, 1),
    (("PASS", "INCONCLUSIVE"), 1, 3),
    (("PASS", "ERROR"), 1, 3),
    ((), 1, 3),
    (("SKIP", "SKIP"), 1, 3),
    (("SKIP",), 0, 0),
    (("PASS", "XFAIL", "SKIP"), 3, 3),
    (("PASS", "XFAIL", "WARN"), 3, 0),
    (("FAIL",), 9, 1),
], ids=str)
def test_exit_status(outcomes: tuple[str, ...], least: int, status: int) -> None:
    assert exit_status(map(entry, outcomes), least) == status


def test_a_stale_baseline_is_unexpected() -> None:
    assert exit_status([entry("PASS")], stale=("family.gone/curl/imap-starttls",)) == 1


def test_entry_of_a_trial_and_of_its_control() -> None:
    client = model.Client("x", "X", "mua", (), ("x",), ".", "system", "", "", Path("x"), {})
    variant = model.Variant("v", "T", (), ("r",), ("CWE-1",), ("CVE-1",),
                            model.Fault({}, {"action": "reset"}))
    scenario = model.Scenario("a.b", Path("b"), "", "", "mail", (), (variant,))
    trial = model.Trial(scenario, variant, client, POSTURES["imap-starttls"])
    made = results.entry(trial, OUTCOMES["PASS"], 2.0, "trials/x", "sh x")
    assert made == Entry("a.b", "x", "imap-starttls", OUTCOMES["PASS"], "v", "T", ("r",),
                         ("CVE-1",), ("CWE-1",), 2.0, "trials/x", "sh x")
    assert made.name == "a.b[v]/x/imap-starttls"
    control = results.entry(model.control_of(trial), OUTCOMES["PASS"], 2.0, "controls/x", "sh x")
    assert control == Entry("control:mail/x/imap-starttls", "x", "imap-starttls", OUTCOMES["PASS"],
                            seconds=2.0, evidence="controls/x")


def test_summary_has_no_zeros() -> None:
    assert summary([]) == {} and summary([entry("WARN")] * 2) == {"WARN": 2}


@pytest.mark.parametrize(("before", "after", "kind"), [
    ("FAIL", "PASS", "fixed"),
    ("WARN", "PASS", "fixed"),
    ("PASS", "FAIL", "broken"),
    ("PASS", "WARN", "broken"),
    ("WARN", "FAIL", "broken"),
    ("FAIL", "WARN", "changed"),
    ("PASS", "INCONCLUSIVE", "changed"),
    ("SKIP", "FAIL", "changed"),
    ("ERROR", "PASS", "changed"),
    ("XFAIL", "PASS", "fixed"),
])
def test_diff(before: str, after: str, kind: str) -> None:
    change, = diff(run(entry(before)), run(entry(after)))
    assert change.kind == kind
    assert change.name == "starttls.stripped/curl/imap-starttls"
    assert change.after == after


def test_diff_of_the_same_is_empty() -> None:
    assert diff(FULL, FULL) == ()
    assert diff(run(entry("FAIL")), run(entry("XFAIL"))) == (), "baselines play no part"
    noted = replace(entry(), result=replace(OUTCOMES["PASS"], notes=("alert: x",)))
    assert diff(run(entry()), run(noted)) == (), "nor do notes"


def test_diff_sees_other_checks_behind_the_same_outcome() -> None:
    def failing(*checks: Check) -> Run:
        return run(replace(entry(), result=Result("FAIL", checks=checks)))
    assert [one.kind for one in diff(failing(CHECK), failing(CHECK, OTHER))] == ["broken"]
    assert [one.kind for one in diff(failing(CHECK, OTHER), failing(CHECK))] == ["changed"]
    assert [one.kind for one in diff(failing(CHECK), failing(OTHER))] == ["changed"]


def test_diff_sees_what_is_new_and_gone() -> None:
    old, new = entry(), entry("FAIL", "family.new", variant="v")
    changes = diff(run(old), run(new))
    assert [(one.kind, one.name, one.before, one.after) for one in changes] == [
        ("new", "family.new[v]/curl/imap-starttls", "", "FAIL"),
        ("gone", "starttls.stripped/curl/imap-starttls", "PASS", "")]
