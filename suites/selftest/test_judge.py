# SPDX-License-Identifier: Apache-2.0
"""The judge: the order of its rules, and the cases that are easy to get wrong."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dialogue import (Part, accept, alert, close, command, event, exited, fault, hello, lines,
                      mail_in_clear, mail_in_tls, message, recv, secret, transcript, up)
from hypothesis import given
from hypothesis import strategies as st
from latchkey import model
from latchkey.judge import Case, Demand, case_of, judge, judge_control
from latchkey.outcome import Check, Result
from latchkey.postures import POSTURES
from latchkey.reach import Step
from latchkey.transcript import Transcript, parse

GOOD, BAD = "tls-good", "tls-bad"
LEAK = Demand("no-credential-in-clear", "MUST", "credential-leak")
SOFT = replace(LEAK, level="SHOULD")
MAY = replace(LEAK, level="MAY")
IMPOSTOR = Demand("no-credential-to-impostor", "MUST", "credential-leak")
WORK = Demand("no-command-in-clear", "MUST", "silent-downgrade")
CONSUMED = Demand("no-clear-text-consumed", "MUST", "spoofed-content")
SHAKEN = Demand("no-handshake-completed", "MUST", "silent-downgrade")
ENDS = Demand("ends-by-itself", "SHOULD", "denial-of-service")
DONE = Demand("operation-completed", "MUST", "interoperability")

CONTROL = transcript(mail_in_tls(), exited())
SILENT: tuple[Part, ...] = (accept(), command("STARTTLS"), fault(), hello(), up(),
                            command("CAPABILITY", 1, GOOD), event("quiet"),
                            close(1, GOOD, "server"), exited(1))
IO_ERROR: dict[str, Any] = {"class": "io", "text": "no room"}


class Row(NamedTuple):
    name: str
    outcome: str
    reason: str
    parts: tuple[Part, ...]
    demands: tuple[Demand, ...] = (LEAK,)
    posture: str = "imap-starttls"
    prompted: bool = False
    control: Transcript | None = CONTROL
    twin: Transcript | None = None
    notes: tuple[str, ...] = ()         # each begins one of the notes


def result_of(row: Row) -> Result:
    case = Case(POSTURES[row.posture], row.demands, (0,), row.prompted)
    return judge(case, transcript(*row.parts), row.control, row.twin)


LEAKS = (accept(), fault(), command("LOGIN"), secret(), close(), exited())
LEAVES = (accept(), fault(), command("LOGOUT"), close(), exited(1))

ROWS = (
    # Rule 1: the world itself.
    Row("stray", "ERROR", "stray: more", (*LEAKS, event("stray", text="more"))),
    Row("error", "ERROR", "error: io: no room",
        (*LEAKS, event("error", **IO_ERROR))),
    Row("stray comes before a bad control", "ERROR", "stray: x",
        (*LEAVES, event("stray", text="x")), control=None),

    # Rule 2: the controls.
    Row("no control", "INCONCLUSIVE", "control", LEAVES, control=None,
        notes=("control: there was none",)),
    Row("a control that did nothing and says 0", "INCONCLUSIVE", "control", LEAVES,
        control=transcript(exited()), notes=("control: never-connected",)),
    Row("a bad control hides a leak, too", "INCONCLUSIVE", "control", LEAKS,
        control=transcript(mail_in_tls(), exited(1)), notes=("control: exit-code",)),
    Row("a control in clear where TLS was demanded", "INCONCLUSIVE", "control", LEAVES,
        control=transcript(mail_in_clear(), exited()), notes=("control: wrong-channel",)),
    Row("a control in clear of a default posture", "PASS", "", LEAVES, (SOFT,), "imap-default",
        control=transcript(mail_in_clear(), exited())),
    Row("a strayed control", "INCONCLUSIVE", "control", LEAVES,
        control=transcript(mail_in_tls(), event("stray", text="x"), exited())),
    Row("a cut control", "INCONCLUSIVE", "control", LEAVES,
        control=parse(lines(mail_in_tls(), exited(), ended=False))),

    # Rule 3: the fault.
    Row("no fault", "INCONCLUSIVE", "fault-not-delivered", (mail_in_tls(), exited())),
    Row("no fault, and a leak", "INCONCLUSIVE", "fault-not-delivered", (secret(), exited())),
    Row("armed is not delivered", "INCONCLUSIVE", "fault-not-delivered",
        (event("fault.armed", do={}), accept(), close(), exited(1))),
    Row("delivered when the client was gone", "INCONCLUSIVE", "fault-not-delivered",
        (accept(), close(), fault(), exited(1))),
    Row("delivered when the process was gone", "INCONCLUSIVE", "fault-not-delivered",
        (accept(), exited(1), fault())),
    Row("gone from one connection, met on the next", "PASS", "",
        (accept(), close(), fault(), accept(2), fault(2), close(2), exited(1))),
    Row("delivered, an empty read, gone", "PASS", "",
        (accept(), fault(), recv(data=""), close(), exited(1))),
    *(Row(f"{name} behind the fault", "PASS", "", (accept(), fault(), one)) for name, one in (
        ("bytes", recv()), ("a record", event("raw", 1, dir="in", segment=1, data="x")),
        ("an alert", alert("x")), ("an end", close()), ("another connection", accept(2)))),
    *(Row(f"only {name} behind the fault", "INCONCLUSIVE", "fault-not-delivered",
          (accept(), fault(), one)) for name, one in (
        ("an empty read", recv(data="")), ("an answer", event("send", 1, data="x")),
        ("the server's record", event("raw", 1, dir="out", segment=1, data="x")),
        ("the server's alert", alert("x", direction="out")))),
    Row("refused connection, counted at the end", "PASS", "",
        (exited(1), event("refused", attempts=1, listener="imap"),
         event("fault.delivered", do={"action": "refuse-connection"}, detail=""))),
    Row("nobody tried the refused connection", "INCONCLUSIVE", "fault-not-delivered",
        (exited(1), event("refused", attempts=0, listener="imap"))),
    Row("a wrong answer of the name server", "PASS", "",
        (event("dns.query", name="x", type="A", transport="udp"),
         event("fault.delivered", do={"action": "dns"}, detail=""), exited(1))),

    # Rule 4: the checks.
    Row("leak", "FAIL", "", LEAKS),
    Row("leak, SHOULD", "WARN", "", LEAKS, (SOFT,)),
    Row("leak, MAY", "PASS", "", LEAKS, (MAY,)),
    Row("leak, SHOULD and MUST", "FAIL", "", LEAKS, (SOFT, WORK)),
    Row("leak in an opportunistic posture", "FAIL", "", LEAKS, posture="imap-opportunistic",
        control=transcript(mail_in_tls(), exited())),
    Row("LOGOUT in clear is no leak", "PASS", "", LEAVES, (LEAK, WORK)),
    Row("QUIT in clear is no leak", "PASS", "",
        (accept(service="pop3"), fault(service="pop3"), command("QUIT", service="pop3"),
         close(service="pop3"), exited(1)), (LEAK, WORK), "pop3-starttls"),
    Row("NOOP in clear is no leak", "PASS", "",
        (accept(service="smtp"), fault(service="smtp"), command("NOOP", service="smtp"),
         close(service="smtp"), exited(1)), (LEAK, WORK), "submission-starttls",
        control=transcript(mail_in_tls(1, "smtp"), exited())),
    Row("leak before the fault", "FAIL", "", (accept(), secret(), fault(), close(), exited(1))),
    Row("leak at the second attempt", "FAIL", "",
        (accept(), fault(), close(), accept(2), command("LOGIN", 2), secret(conn=2), exited())),
    Row("CRAM-MD5 in clear", "FAIL", "",
        (accept(), fault(), command("AUTHENTICATE"), secret(form="cram-md5"), close(), exited(1))),
    Row("TLS 1.3 is up, closed without a byte", "PASS", "",
        (accept(), hello(), fault(action="certificate"), up(1, BAD), close(1, BAD), exited(1)),
        (IMPOSTOR, SHAKEN), notes=("alert: none before the client closed",)),
    Row("refused with an alert", "PASS", "",
        (accept(), hello(), fault(action="certificate"), alert("unknown_ca"), close(), exited(1)),
        (IMPOSTOR, SHAKEN),
        notes=("alert: fatal unknown_ca", "exit: exit code 1", "end: by itself")),
    Row("an unusual alert is a note", "PASS", "",
        (accept(), hello(), fault(), alert("internal_error"), close(), exited(1)), (IMPOSTOR,),
        notes=("alert: fatal internal_error",)),
    Row("the server's own alert is no note", "PASS", "",
        (accept(), hello(), fault(), alert("internal_error", direction="out"), close(), exited(1)),
        (IMPOSTOR,), notes=("alert: none before the client closed",)),
    Row("password to the impostor", "FAIL", "",
        (accept(), hello(), fault(), up(1, BAD), command("LOGIN", 1, BAD), secret(channel=BAD),
         close(1, BAD), exited()), (IMPOSTOR,)),
    Row("must still work", "FAIL", "", LEAVES, (DONE,)),

    # The twin.
    Row("the same as in the twin", "PASS", "", SILENT, (CONSUMED,), twin=transcript(*SILENT)),
    Row("AUTH whatever was advertised", "PASS", "",
        (*SILENT, command("AUTHENTICATE", 1, GOOD)), (CONSUMED,),
        twin=transcript(*SILENT, command("AUTHENTICATE", 1, GOOD))),
    Row("more than in the twin", "FAIL", "", (*SILENT, command("LOGIN", 1, GOOD)), (CONSUMED,),
        twin=transcript(*SILENT)),
    Row("no twin", "INCONCLUSIVE", "control", SILENT, (CONSUMED,),
        notes=("control: there was no twin",)),
    Row("a twin without TLS", "INCONCLUSIVE", "control", SILENT, (CONSUMED,),
        twin=transcript(accept(), close(), exited(1)), notes=("control: the twin had no TLS",)),
    Row("a strayed twin", "INCONCLUSIVE", "control", SILENT, (CONSUMED,),
        twin=transcript(*SILENT, event("stray", text="x")), notes=("control: twin: stray: x",)),
    Row("nobody asks for the twin", "PASS", "", SILENT, (LEAK,)),

    # Nothing is said of a certificate that nobody saw.
    Row("certificate shown", "PASS", "", (accept(), fault(), up(certificate=True), exited()),
        posture="imap-implicit-after-certificate"),
    Row("certificate never shown", "INCONCLUSIVE", "certificate-not-shown",
        (accept(), fault(), up(), exited()), posture="imap-implicit-after-certificate"),

    Row("never asked for it", "PASS", "", (accept(), fault(), exited()),
        posture="imap-starttls-certificate"),

    # Rule 5: how it ended.
    Row("deadline", "INCONCLUSIVE", "deadline",
        (accept(), fault(), event("deadline"), event("client.exit", signal=9)),
        notes=("exit: ended by signal 9", "end: only when the deadline came")),
    Row("deadline and a leak", "FAIL", "",
        (accept(), fault(), secret(), event("deadline"), event("client.exit", signal=9))),
    Row("deadline and a failed SHOULD", "WARN", "",
        (accept(), fault(), event("deadline"), event("client.exit", signal=9)), (LEAK, ENDS)),
    Row("deadline without an exit", "INCONCLUSIVE", "deadline",
        (accept(), fault(), event("deadline"))),
    Row("nothing moved", "PASS", "",
        (accept(), fault(), event("quiet"), close(by="server"), exited(1)),
        notes=("end: only when the world hung up",)),
    Row("asked the user", "PASS", "", LEAVES, prompted=True,
        notes=("asked-user:", "end: with a question to the user")),
    Row("asked the user until the deadline", "PASS", "",
        (accept(), fault(), event("deadline"), event("client.exit", signal=9)), (LEAK, ENDS),
        prompted=True),
    Row("crash", "PASS", "", (accept(), fault(), close(), event("client.exit", signal=11)),
        notes=("crash: SIGSEGV", "exit: ended by signal 11")),
)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_outcome(row: Row) -> None:
    result = result_of(row)
    assert (result.outcome, result.reason) == (row.outcome, row.reason)
    for start in row.notes:
        assert any(note.startswith(start) for note in result.notes), result.notes
    assert result.seen, "every result says what was seen"


def test_a_cut_transcript_is_an_error() -> None:
    cut = parse(lines(*LEAKS, ended=False))
    result = judge(Case(POSTURES["imap-starttls"], (LEAK,)), cut, CONTROL)
    assert (result.outcome, result.reason) == ("ERROR", "transcript: there is no end")


def test_what_a_check_says() -> None:
    result = result_of(Row("", "", "", (accept(), fault(), secret(form="cram-md5"), exited()),
                           (SOFT, WORK, MAY)))
    first, second, third = result.checks
    assert first == Check("no-credential-in-clear", "SHOULD", "credential-leak", "WARN", True, (5,),
                          "A password or token went out in clear text (password as cram-md5).")
    assert (second.outcome, third.outcome) == ("PASS", "NOTE")
    assert result.failed == {("no-credential-in-clear", "SHOULD")}
    assert result.expected == (
        "No password or token is sent in clear text.",
        "After the attack, no command is sent in clear text but those that end or mend it.")
    assert result.seen == (first.sentence,)


@pytest.mark.parametrize(("posture", "promise"), [
    ("imap-implicit", True), ("imap-starttls", True), ("imap-starttls-default", True),
    ("imap-opportunistic", False), ("imap-default", False)])
def test_promise_or_exposure(posture: str, promise: bool) -> None:
    assert result_of(Row("", "", "", LEAKS, posture=posture)).checks[0].promise is promise


@pytest.mark.parametrize(("posture", "promise"), [
    ("imap-implicit", True), ("imap-starttls", True), ("imap-starttls-default", False),
    ("imap-implicit-default", False), ("imap-opportunistic", False)])
def test_who_the_server_is_was_promised_where_it_was_demanded(posture: str, promise: bool) -> None:
    result = result_of(Row("", "", "", LEAKS, (IMPOSTOR,), posture))
    assert result.checks[0].promise is promise


def test_what_is_seen_when_all_held() -> None:
    assert result_of(Row("", "", "", LEAVES)).seen == (
        "No password or token went out in clear text.", "The client ended by itself.")


def test_exit_that_means_success_is_said() -> None:
    assert "exit: exit code 0, which means success" in result_of(Row("", "", "", LEAKS)).notes


@pytest.mark.parametrize("parts", [
    LEAVES, (accept(), fault(), event("deadline"), event("client.exit", signal=9)), (fault(),)])
def test_what_is_no_crash(parts: tuple[Part, ...]) -> None:
    assert not any(note.startswith("crash") for note in result_of(Row("", "", "", parts)).notes)


def test_a_signal_without_a_name_is_a_crash() -> None:
    parts = (accept(), fault(), event("client.exit", signal=250))
    assert "crash: signal 250" in result_of(Row("", "", "", parts)).notes


@pytest.mark.parametrize("parts", [
    (accept(), fault(), close(), exited(1)),
    (accept(), hello(), fault(), close(by="server"), exited(1)),
    (accept(), hello(), fault(), up(1, BAD), recv(1, BAD), close(1, BAD), exited(1)),
    (accept(), hello(), close(), accept(2), fault(2), close(2), exited(1))])
def test_no_alert_is_missed_where_none_is_due(parts: tuple[Part, ...]) -> None:
    assert not any(note.startswith("alert") for note in result_of(Row("", "", "", parts)).notes)


def test_a_close_notify_is_no_refusal() -> None:
    parts = (accept(), hello(), fault(), alert("close_notify"), close(), exited(1))
    notes = result_of(Row("", "", "", parts)).notes
    assert [note for note in notes if note.startswith("alert")] == [
        "alert: none before the client closed"]


def test_order_of_rules_is_that_of_the_document() -> None:
    """Each rule hides those that stand below it."""
    leak_at_deadline = (accept(), fault(), secret(), event("deadline"))
    bad = transcript(exited())
    assert result_of(Row("", "", "", (*leak_at_deadline, event("stray", text="")),
                         control=bad)).outcome == "ERROR"
    assert result_of(Row("", "", "", leak_at_deadline[2:], control=bad)).reason == "control"
    assert result_of(Row("", "", "", leak_at_deadline[2:])).reason == "fault-not-delivered"
    assert result_of(Row("", "", "", leak_at_deadline)).outcome == "FAIL"


CONTROLS = {
    "done": ("PASS", "", (mail_in_tls(), exited())),
    "no connection": ("INCONCLUSIVE", "never-connected", (exited(),)),
    "exit code": ("INCONCLUSIVE", "exit-code", (mail_in_tls(), exited(1))),
    "done, but never ended": ("INCONCLUSIVE", "deadline", (mail_in_tls(), event("deadline"))),
    "in clear": ("INCONCLUSIVE", "wrong-channel", (mail_in_clear(), exited())),
    "no canary": ("INCONCLUSIVE", "wrong-message", (accept(), message(canary=False), exited())),
    "nothing": ("INCONCLUSIVE", "nothing-done", (accept(), close(), exited())),
    "deadline": ("INCONCLUSIVE", "deadline", (accept(), event("deadline"))),
    "stray": ("ERROR", "stray: x", (mail_in_tls(), exited(), event("stray", text="x"))),
}


@pytest.mark.parametrize(("outcome", "reason", "parts"), CONTROLS.values(), ids=CONTROLS.keys())
def test_control(outcome: str, reason: str, parts: tuple[Part, ...]) -> None:
    result = judge_control(Case(POSTURES["imap-starttls"]), transcript(*parts))
    assert (result.outcome, result.reason) == (outcome, reason)


# --- properties

BEHIND: st.SearchStrategy[Part] = st.sampled_from([
    accept(5), hello(5), up(5), up(5, BAD), recv(5), recv(5, data=""), command("LOGIN", 5),
    command("LOGIN", 5, BAD), secret(conn=5), secret(conn=5, channel=BAD), message(5), fault(5),
    alert("x", 5), close(5), event("quiet"), event("deadline"), exited(0), exited(1)])


@given(more=st.lists(BEHIND, max_size=8))
def test_a_failure_stays_one_whatever_comes_behind(more: list[Part]) -> None:
    assert result_of(Row("", "", "", (*LEAKS, *more))).outcome == "FAIL"


@given(parts=st.lists(BEHIND, max_size=10))
def test_never_passes_without_its_proofs(parts: list[Part]) -> None:
    row = Row("", "", "", tuple(parts), (LEAK, IMPOSTOR, WORK, ENDS))
    assert result_of(row._replace(control=None)).outcome == "INCONCLUSIVE"
    result = result_of(row)
    if not transcript(*parts).all("fault.delivered"):
        assert result.reason == "fault-not-delivered"
    if result.outcome == "PASS":
        assert not transcript(*parts).all("deadline")
        assert all(check.outcome == "PASS" for check in result.checks)
    assert result == result_of(row), "pure"


def test_a_usual_trial_is_judged_fast() -> None:
    parts = [*mail_in_tls(), fault(), *(recv(data="x" * 100) for _ in range(150)), exited()]
    text = lines(*parts)
    case = Case(POSTURES["imap-starttls"], (LEAK, IMPOSTOR, WORK, DONE))

    def once() -> float:
        start = time.perf_counter()
        judge(case, parse(text), CONTROL)
        return time.perf_counter() - start
    assert min(once() for _ in range(5)) < 0.02     # ten times of what it takes


# --- from the catalog


def _trial(setup: model.Setup | None, wish: str = "starttls") -> model.Trial:
    client = model.Client("x", "X", "mua", (), ("x",), ".", "system", "", "", Path("x"),
                          {f"imap-{wish}": setup} if setup is not None else {})
    variant = model.Variant("", "", (), (), (), (), model.Fault({}, {"action": "reset"}))
    checks = (model.Check("no-credential-in-clear", {"starttls": "MUST", "default": "SHOULD"},
                          "credential-leak"),
              model.Check("ends-by-itself", {"default": "MAY"}, "denial-of-service"))
    scenario = model.Scenario("a.b", Path("b"), "", "", "mail", checks, (variant,))
    return model.Trial(scenario, variant, client, POSTURES[f"imap-{wish}"])


@pytest.mark.parametrize("do, has", [
    ({"values": ["3 1 1 00"]}, True), ({"rcode": "NODATA"}, False), ({}, False),
    ({"values": ["3 1 1 00"], "dnssec": "missing"}, False), ({"values": ["a.test"]}, False)])
def test_an_answer_with_records(do: dict[str, object], has: bool) -> None:
    trial = _trial(None)
    fault = model.Fault({"listener": "dns"},
                        {"action": "dns", "name": "a.test", "type": "TLSA", **do})
    assert case_of(replace(trial, variant=replace(trial.variant, fault=fault))).has_records is has


def test_case_of_a_trial() -> None:
    setup = model.Setup(("x",), (), {}, False, (0, 3))
    anywhere = Step(listeners=("imap",))
    assert case_of(_trial(setup)) == Case(
        POSTURES["imap-starttls"], (LEAK,), (0, 3), False, step=anywhere)
    assert case_of(_trial(setup, "default"), True) == Case(
        POSTURES["imap-default"], (SOFT, replace(ENDS, level="MAY")), (0, 3), True, step=anywhere)
    assert case_of(_trial(None)).success == (0,)
