# SPDX-License-Identifier: Apache-2.0
"""The suite tlsrpt on scripted senders that report: real worlds, a bug each."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest

from dialogue import Event, accept, event, exited, fault, transcript
from latchkey import catalog, runner, tlsrpt, trial as trials
from latchkey.catalog import Catalog
from latchkey.finding import Context
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from latchkey.reporters import OF_REPORTERS
from latchkey.runner import Bench
from samples import ROOT
from scripted import reporter, stage
from scripted.report_table import DUELS
from scripted.stage import seen
from scripted.table import PASS, Verdict


@pytest.fixture(scope="session")
def known() -> Catalog:
    return catalog.load(ROOT)


def verdicts(known: Catalog, folder: Path, bug: str, names: list[str]) -> dict[str, Verdict]:
    postures = {f"{scenario.id}[{variant.id}]" if variant.id else scenario.id: variant.postures[0]
                for scenario in known.scenarios.values() for variant in scenario.variants}
    items = stage.judged(known, folder, bug, [f"{name}/{postures[name]}" for name in names],
                         False, stage.reporter_write)
    return {name.partition("/")[0]: seen(item) for name, item in items.items()}


@pytest.mark.parametrize("bug", DUELS)
def test_duels_end_as_deserved(built: Path, known: Catalog, bug: str,
                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    assert verdicts(known, built, bug, list(DUELS[bug])) == DUELS[bug]


def test_the_correct_sender_survives(built: Path, known: Catalog,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    names = [f"{scenario.id}[{variant.id}]" if variant.id else scenario.id
             for scenario in known.scenarios.values() if scenario.suite == "tlsrpt"
             for variant in scenario.variants]
    assert verdicts(known, built, stage.CORRECT, names) == dict.fromkeys(names, PASS)


def test_every_bug_has_its_row_and_every_check_its_bug(known: Catalog) -> None:
    assert set(DUELS) == set(reporter.BUGS)
    red = {(name.partition("[")[0], one.partition(":")[0]) for rows in DUELS.values()
           for name, verdict in rows.items() for one in verdict.failed}
    checks = {(scenario.id, check.predicate) for scenario in known.scenarios.values()
              if scenario.suite == "tlsrpt" for check in scenario.checks}
    assert checks <= red


def test_what_an_adapter_puts_together_is_not_judged_by_its_form(known: Catalog,
                                                                 tmp_path: Path) -> None:
    client = known.client("postfix-3.10")
    assert {name for name, setup in client.setups.items() if setup.collected} == {
        "mta-tlsrpt", "mta-dane-tlsrpt", "mta-dane-only-tlsrpt"}
    with Bench(known, tmp_path) as bench:
        assert {trial.scenario.id for trial in known.trials(client)
                if runner.skip_reason(bench, trial) == "collected"} == {
            "tlsrpt.delivery", "tlsrpt.mail", "tlsrpt.mail-despite-policy",
            "tlsrpt.record-unusable", "tlsrpt.record-unusual"}


MX = {"host": "mx.example.test", "service": "smtp", "listener": "mx"}
MAIL = event("message", 2, "tls-good", action="submitted", number=1, size=9, canary=True, **MX)


@pytest.mark.parametrize(("good", "bad", "parts", "holds"), [
    (1, 0, [MAIL], True), (1, 1, [MAIL], False), (0, 0, [MAIL], False),
    # It came over another session than the policy wants.
    (0, 1, [{**MAIL, "channel": "clear"}], True), (0, 0, [{**MAIL, "channel": "clear"}], False),
    # A session failed, and mail came over the next, or will be sent again later.
    (1, 1, [fault(1, **MX), MAIL], True), (1, 0, [fault(1, **MX), MAIL], False),
    (0, 1, [fault(1, **MX)], True), (0, 0, [fault(1, **MX)], False),
    # What is wrong in the domain's records fails no session by itself.
    (1, 0, [fault(0), MAIL], True),
])
def test_sessions_are_counted(good: int, bad: int, parts: list[Event], holds: bool) -> None:
    body = json.dumps({"policies": [{"summary": {
        "total-successful-session-count": good, "total-failure-session-count": bad}}]})
    sink = {"host": "reports.example.test", "service": "https", "listener": "reports"}
    report = [{**accept(9), **sink},
              event("recv", 9, "tls-good", segment=1, data=f"POST / x\r\n\r\n{body}", **sink),
              event("http.request", 9, "tls-good", method="POST", target="/", **sink),
              event("send", 9, "tls-good", reply="accepted", data="", **sink)]
    context = Context(transcript(*parts, report, exited()), POSTURES["mta-tlsrpt"])
    assert PREDICATES["report-counts"].function(context).holds is holds


def part(kind: str) -> str:
    return f"--b\r\nContent-Type: {kind}\r\n\r\n{{}}\r\n"


@pytest.mark.parametrize(("whole", "kinds", "holds"), [
    ("report; report-type=tlsrpt", ("text/plain", tlsrpt.JSON), True),
    ("report; report-type=TLSRPT", ("text/html", tlsrpt.JSON), True),
    ("report; report-type=tlsrpt", ('multipart/alternative; boundary="c"', tlsrpt.JSON), True),
    ("report; report-type=tlsrpt", (tlsrpt.JSON, "text/plain"), False),
    ("report; report-type=tlsrpt", (tlsrpt.JSON,), False),
    ("report; report-type=tlsrpt", ("text/plain",), False),
    ("report; report-type=delivery-status", ("text/plain", tlsrpt.JSON), False),
    ("mixed", ("text/plain", tlsrpt.JSON), False),
])
def test_a_mailed_report_has_two_parts(whole: str, kinds: tuple[str, ...], holds: bool) -> None:
    text = (f'Content-Type: multipart/{whole}; boundary="b"\r\n\r\n'
            f"{''.join(map(part, kinds))}--b--")
    sink = {"host": "reports.example.test", "service": "smtp", "listener": "reports-mx"}
    mail = [{**accept(9), **sink},
            event("send", 9, reply="data", data="354 go\r\n", **sink),
            event("recv", 9, segment=1, data=f"{text}\r\n.\r\n", **sink),
            event("message", 9, action="submitted", number=1, size=9, canary=False, **sink)]
    context = Context(transcript(mail, exited()), POSTURES["mta-tlsrpt"])
    assert PREDICATES["report-mail-form"].function(context).holds is holds


def test_sentences_are_sentences() -> None:
    for one in OF_REPORTERS:
        for sentence in (one.rule, one.failed, one.held):
            assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", sentence)


# --- reports


GOOD: dict[str, Any] = {
    "organization-name": "A", "contact-info": "a@b.test", "report-id": "1",
    "date-range": {"start-datetime": "2024-03-01T00:00:00Z",
                   "end-datetime": "2024-03-01T23:59:59.5+01:00"},
    "policies": [{"policy": {"policy-type": "sts", "policy-domain": "b.test", "x": 1},
                  "summary": {"total-successful-session-count": 1,
                              "total-failure-session-count": 0},
                  "failure-details": [{"result-type": "certificate-expired",
                                       "sending-mta-ip": "2001:db8::1",
                                       "failed-session-count": 1}]}]}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A copy of the good report with another value there; None takes it away."""
    data: Any = json.loads(json.dumps(GOOD))
    *way, last = (int(part) if part.isdigit() else part for part in path.split("/"))
    place = data
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    found: dict[str, Any] = data
    return found


POLICY, DETAILS = "policies/0/policy", "policies/0/failure-details/0"


@pytest.mark.parametrize(("path", "value"), [
    ("organization-name", None), ("contact-info", 7), ("date-range", "today"),
    ("date-range/start-datetime", "2024-03-01"),
    ("date-range/end-datetime", "2024-13-01T00:00:00Z"),
    ("policies", {}), ("policies", []), ("policies/0/summary", None),
    ("policies/0/summary/total-failure-session-count", "1"),
    (f"{POLICY}/policy-type", "other"), (f"{POLICY}/mx-host", "mx.b.test"),
    (f"{POLICY}/policy-string", "a"), (f"{DETAILS}/result-type", "bad-luck"),
    (f"{DETAILS}/sending-mta-ip", "2001:DB8:0::1"), (f"{DETAILS}/receiving-ip", "localhost"),
    (f"{DETAILS}/failed-session-count", None),
    (f"{DETAILS}/receiving-ip", "::ffff:192.0.2.01"), (f"{DETAILS}/receiving-ip", "192.0.2.1 "),
    ("date-range/end-datetime", "2016-12-31T23:59:61Z"),
    ("date-range/end-datetime", "\u0662\u0660\u0662\u0664-03-01T00:00:00Z"),
])
def test_flaws_are_found(path: str, value: Any) -> None:
    assert tlsrpt.flaws(GOOD) == []
    assert len(tlsrpt.flaws(changed(path, value))) == 1


@pytest.mark.parametrize(("path", "value"), [
    ("date-range/end-datetime", "2016-12-31T23:59:60Z"),        # a leap second
    ("date-range/end-datetime", "2017-01-01t05:29:60.25+05:30"),
    ("date-range/end-datetime", "2024-03-01T00:00:00-00:00"),
    (f"{DETAILS}/receiving-ip", "::ffff:192.0.2.1"), (f"{DETAILS}/receiving-ip", "192.0.2.1"),
    (f"{DETAILS}/receiving-ip", "::"), (f"{DETAILS}/failure-reason-code", ""),
])
def test_what_is_rare_is_no_flaw(path: str, value: Any) -> None:
    assert tlsrpt.flaws(changed(path, value)) == []


SCHEMA = ROOT / "suites/schemas/tlsrpt-report.schema.json"


@pytest.mark.parametrize(("path", "value", "fits"), [
    ("report-id", "1", True), ("extension", {"a": 1}, True), (f"{DETAILS}/extension", 1, True),
    ("organization-name", None, False), ("policies", [], False), ("policies", {}, False),
    (f"{POLICY}/mx-host", "mx.b.test", False), (f"{POLICY}/policy-type", "other", False),
    (f"{DETAILS}/result-type", "bad-luck", False), (f"{DETAILS}/failed-session-count", None, False),
    ("policies/0/summary/total-failure-session-count", "1", False),
])
def test_the_schema_says_the_same(path: str, value: Any, fits: bool) -> None:
    assert SCHEMA.read_text(encoding="ascii") == tlsrpt.schema_file()
    validator = jsonschema.Draft202012Validator(json.loads(tlsrpt.schema_file()))
    data = changed(path, value)
    assert validator.is_valid(data) is fits is (tlsrpt.flaws(data) == [])


@pytest.mark.parametrize(("body", "trouble"), [
    (b"{}", ""), (gzip.compress(b"{}"), ""), (gzip.compress(b"{}")[:-3], "does not end"),
    (b"\x1f\x8bx", "does not end"), (b"\x1f\x8b" + b"x" * 20, "no JSON"),
    (b"[]", "no object"), (b'{"a": 1, "a": 1}', "twice"),
    (b'{"a": "\xff"}', "no JSON"), (b"", "no JSON"), (b"[" * 100_000, "no JSON"),
    (gzip.compress(b" " * (5 * 1024 * 1024)), "too long"),
    (b'{"a": NaN}', "no JSON"), (b'{"a": [-Infinity]}', "no JSON"),
    (b"\xef\xbb\xbf{}", "no JSON"), (b'{"a": "\\ud800"}', "no JSON"),
    (b'{"\\udc00\\ud800": 1}', "no JSON"), (b"{}\0", "no JSON"),
], ids=lambda value: value if isinstance(value, str) else str(len(value)))
def test_what_is_no_report_is_told(body: bytes, trouble: str) -> None:
    data, said = tlsrpt.parsed(body)
    assert dict(data) == {} and (said == "" if not trouble else trouble in said)
