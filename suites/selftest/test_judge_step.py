# SPDX-License-Identifier: Apache-2.0
"""A fault that waits for a reply: skipped only if the correct world never gives that reply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from dialogue import (Event, accept, event, exited, fault, hello, mail_in_clear, mail_in_tls, recv,
                      secret, transcript, up)

from latchkey import catalog, recipes
from latchkey.judge import Case, Demand, judge
from latchkey.reach import Step, comes_to, step_of
from latchkey.model import Fault
from latchkey.postures import POSTURES
from latchkey.recipes import CHAIN
from samples import ROOT

LEAK = Demand("no-credential-in-clear", "MUST", "credential-leak")
FETCHED = event("send", 1, "tls-good", reply="fetch", by="profile", segment=9, data="x")


@pytest.mark.parametrize(("step", "comes"), [
    (Step("fetch"), True), (Step("fetch", "tls"), True), (Step("fetch", "clear"), False),
    (Step("fetch", nth=2), False), (Step("capabilities"), False),
    (Step(listeners=("imap",)), True), (Step(listeners=("imaps",)), False),
    (Step(connection=1), True), (Step(connection=2), False),
    (Step("fetch", connection=1), True), (Step("fetch", connection=2), False),
    (Step("fetch", listeners=("imaps",)), False),
])
def test_a_step_that_the_client_never_takes(step: Step, comes: bool) -> None:
    case = Case(POSTURES["imap-starttls"], (LEAK,), step=step)
    control = transcript(mail_in_tls(), FETCHED, exited())
    assert comes_to(control, step) is comes
    missed = judge(case, transcript(mail_in_tls(), exited()), control)
    assert (missed.outcome, missed.reason) == (
        ("INCONCLUSIVE", "fault-not-delivered") if comes else ("SKIP", "untouched"))
    # Once it was delivered the trial is judged, whatever the control shows.
    assert judge(case, transcript(up(), fault(), recv(), exited(1)), control).outcome == "PASS"


def test_a_connection_that_is_made_only_now_and_then() -> None:
    case = Case(POSTURES["imap-starttls"], (LEAK,), step=Step(connection=2))
    control = transcript(mail_in_tls(), accept(2), exited())
    assert comes_to(control, Step(connection=2))
    assert judge(case, transcript(mail_in_tls(), exited()), control).reason == "untouched"
    # It may have been on its way there.
    undone = judge(case, transcript(accept(), exited(1)), control)
    assert (undone.outcome, undone.reason) == ("INCONCLUSIVE", "fault-not-delivered")
    made = judge(case, transcript(mail_in_tls(), accept(2), exited()), control)
    assert (made.outcome, made.reason) == ("INCONCLUSIVE", "fault-not-delivered")


def test_what_needs_tls_leaves_a_client_without_it_alone() -> None:
    consumed = Demand("no-clear-text-consumed", "MUST", "spoofed-content")
    case = Case(POSTURES["imap-opportunistic"], (consumed, LEAK))
    control = transcript(accept(), mail_in_clear(), exited())
    seen = transcript(accept(), fault(), mail_in_clear(), exited())
    result = judge(case, seen, control, transcript(accept(), exited(1)))
    assert (result.outcome, result.reason) == ("SKIP", "untouched")


@pytest.mark.parametrize(("phases", "reply", "channel", "reason"), [
    (("tls",), "capabilities", "tls-good", "fault-not-delivered"),
    (("tls",), "user", "tls-good", "fault-not-delivered"),
    (("tls",), "capabilities", "clear", "untouched"),
    (("tls",), "apop", "tls-good", "untouched"),
    (("clear",), "starttls", "clear", "fault-not-delivered"),
    (("clear",), "greeting", "clear", "untouched"),
    (("greeting", "clear"), "greeting", "clear", "fault-not-delivered"),
    (("login",), "capabilities", "tls-good", "fault-not-delivered"),
])
def test_a_list_that_the_client_never_goes_by(phases: tuple[str, ...], reply: str, channel: str,
                                              reason: str) -> None:
    case = Case(POSTURES["imap-starttls"], (LEAK,), lists=phases)
    seen = transcript(mail_in_tls(), event("send", 1, channel, reply=reply, data="x"), exited())
    assert judge(case, seen, seen).reason == reason


def test_a_client_without_alpn_is_not_touched() -> None:
    step = Step("", offers="alpn")
    assert not comes_to(transcript(accept(), hello(), exited()), step)
    assert comes_to(transcript(accept(), hello(alpn=["imap"]), exited()), step)


def test_a_client_that_cannot_check_the_signature_is_not_shown_the_certificate() -> None:
    case = Case(POSTURES["imap-implicit"], (LEAK,),
                step=Step(offers="signatures", offered="ed25519"))
    for offered, outcome in ((["rsa_pss_rsae_sha256"], ("SKIP", "untouched")),
                             (["rsa_pss_rsae_sha256", "ed25519"],
                              ("INCONCLUSIVE", "fault-not-delivered"))):
        control = transcript(accept(), hello(signatures=offered), mail_in_tls(), exited())
        missed = judge(case, transcript(accept(), hello(signatures=offered), exited()), control)
        assert (missed.outcome, missed.reason) == outcome


@pytest.mark.parametrize(("hellos", "reason"), [
    ([{CHAIN: ["rsa_pkcs1_sha256"]}], "untouched"),
    ([{CHAIN: ["rsa_pkcs1_sha256", "rsa_pkcs1_md5"]}], "fault-not-delivered"),
    # Without a list of its own for certificates a server shows what it has.
    ([{}], "fault-not-delivered"),
    ([{"signatures": ["rsa_pkcs1_sha256"]}], "fault-not-delivered"),
    ([{CHAIN: ["rsa_pkcs1_sha256"]}, {}], "fault-not-delivered"),
    ([], "untouched"),                                  # it never starts TLS
])
def test_a_digest_that_a_client_does_not_want_in_a_chain(hellos: list[dict[str, Any]],
                                                         reason: str) -> None:
    case = Case(POSTURES["imap-implicit"], (LEAK,), step=Step(offers=CHAIN,
                                                              offered="rsa_pkcs1_md5"))
    said = [hello(**more) for more in hellos]
    control = transcript(accept(), *said, *(one for one in mail_in_tls()
                                            if one["event"] != "hello"), exited())
    missed = judge(case, transcript(accept(), *said, exited()), control)
    assert (missed.outcome, missed.reason) == (
        "SKIP" if reason == "untouched" else "INCONCLUSIVE", reason)
    # What was shown is judged, whatever the client said of it.
    shown = judge(case, transcript(up(), *said, fault(), recv(), exited(1)), control)
    assert shown.outcome == "PASS"
    leaked = judge(case, transcript(up(), *said, fault(), secret(), exited()), control)
    assert leaked.outcome == "FAIL"


@pytest.mark.parametrize(("recipe", "signature"), [
    ("good", ("", "")), ("good-ed25519", ("signatures", "ed25519")),
    ("md5-leaf", (CHAIN, "rsa_pkcs1_md5")), ("sha1-leaf", (CHAIN, "ecdsa_sha1")),
    # Servers look at the leaf alone.
    ("md5-intermediate", ("", "")), ("sha1-intermediate", ("", "")),
])
def test_the_signature_that_a_recipe_needs(recipe: str, signature: tuple[str, str]) -> None:
    assert recipes.signature(catalog.load(ROOT).recipes, recipe) == signature


def waits(**at: Any) -> Fault:
    return Fault(at, {"action": "drop"})


def test_the_step_is_read_from_the_fault() -> None:
    posture = POSTURES["imap-starttls"]
    assert step_of(waits(), posture) == Step(listeners=("imap",))
    assert step_of(waits(listener="dns"), posture) is None
    assert step_of(waits(reply="auth"), posture) == Step("auth", "any", 1, 0, ("imap",))
    assert step_of(waits(reply="auth", phase="tls", nth=2, connection=3), posture) == \
        Step("auth", "tls", 2, 3, ("imap",))
    assert step_of(waits(listener="implicit"), posture) == Step(listeners=("imaps",))
    assert step_of(waits(listener="both"), posture) == Step(listeners=("imap", "imaps"))
    assert step_of(Fault({}, {"action": "alpn"}), posture) == Step(offers="alpn")
    assert step_of(waits(), posture, ("signatures", "ed25519")) == \
        Step(offers="signatures", offered="ed25519")
    asked = Fault({"listener": "dns"}, {"action": "dns", "name": "a.test", "type": "SRV"})
    assert step_of(asked, posture) is None
    assert step_of(asked, POSTURES["imap-srv"]) == Step(question="a.test SRV")


def test_a_question_that_the_client_never_asks() -> None:
    def query(name: str) -> Event:
        return event("dns.query", name=name, type="SRV")
    control = transcript(query("_imaps._tcp.a.test"), mail_in_tls(), exited())
    case = Case(POSTURES["imap-srv"], (LEAK,), step=Step(question="_imap._tcp.a.test SRV"))
    missed = judge(case, transcript(mail_in_tls(), exited()), control)
    assert (missed.outcome, missed.reason) == ("SKIP", "untouched")
    case = replace(case, step=Step(question="_imaps._tcp.a.test SRV"))
    missed = judge(case, transcript(mail_in_tls(), exited()), control)
    assert (missed.outcome, missed.reason) == ("INCONCLUSIVE", "fault-not-delivered")


@pytest.mark.parametrize(("starts", "reason"), [
    (False, "untouched"), (True, "fault-not-delivered"),
])
def test_a_fault_of_tls_for_a_client_that_never_starts_it(starts: bool, reason: str) -> None:
    case = Case(POSTURES["imap-opportunistic"], (LEAK,), in_tls=True)
    seen = transcript(mail_in_tls() if starts else mail_in_clear(), exited())
    assert judge(case, seen, seen).reason == reason


@pytest.mark.parametrize(("starts", "reason"), [(False, "untouched"), (True, "control")])
def test_a_silent_twin_says_nothing_of_a_step_never_taken(starts: bool, reason: str) -> None:
    consumed = Demand("no-clear-text-consumed", "MUST", "spoofed-content")
    asked = event("send", 1, "clear", reply="starttls", by="profile", segment=2, data="x")
    case = Case(POSTURES["imap-opportunistic"], (consumed,), step=Step("starttls"))
    seen = transcript(mail_in_clear(), *([asked] if starts else []), exited())
    assert judge(case, seen, seen, seen).reason == reason
