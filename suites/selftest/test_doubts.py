# SPDX-License-Identifier: Apache-2.0
"""What the judge makes of a sender that did nothing wrong: has it done right?"""

from dataclasses import replace

import pytest
from dialogue import Event, Part, accept, event, exited, fault, hello, transcript, up
from latchkey.answers import tlsa_told
from latchkey.judge import Case, Demand, judge, judge_control
from latchkey.outcome import Result
from latchkey.postures import POSTURES
from sending import (AGAIN, BAD, GOOD, LISTEN, MX, POLICY, TLSA, TO_MX, answered, asked, fetch,
                     mail, signed, struck)

CASE = Case(POSTURES["mta-sts"], (Demand("no-mail", "MUST", "policy-bypass"),))
FINAL = replace(CASE, demands=(Demand("gives-up", "SHOULD", "interoperability"),))
WORK = replace(CASE, demands=(Demand("mail-delivered", "MUST", "denial-of-service"),))
CONTROL = transcript(fetch(), mail(), exited())
REFUSED: tuple[Part, ...] = (fetch(), accept(2, host=MX, service="smtp"), struck())


def outcome(result: Result) -> str:
    return f"{result.outcome} {result.reason}".strip()


@pytest.mark.parametrize("case, parts, expected", [
    (CASE, (*REFUSED, exited(75)), "PASS"),
    (CASE, (*REFUSED, exited(69)), "PASS"),
    # It says neither that the mail waits nor that it went.
    (CASE, (*REFUSED, exited(1)), "INCONCLUSIVE undecided"),
    (CASE, (*REFUSED, exited(70)), "INCONCLUSIVE undecided"),
    (CASE, (*REFUSED, event("client.exit", signal=9)), "INCONCLUSIVE undecided"),
    (CASE, (*REFUSED, event("deadline"), event("client.exit", signal=9)),
     "INCONCLUSIVE deadline"),
    # It held the mail back, but not because of the policy.
    (CASE, (*REFUSED[1:], exited(75)), "INCONCLUSIVE policy-not-fetched"),
    (CASE, (fetch(channel=BAD), *REFUSED[1:], exited(75)), "INCONCLUSIVE policy-not-fetched"),
    (CASE, (fetch(sni=""), *REFUSED[1:], exited(75)), "INCONCLUSIVE policy-not-fetched"),
    # What it knows from an earlier run, it knows.
    (CASE, (fetch(), mail(3), exited(), AGAIN, *REFUSED[1:], exited(75)), "PASS"),
    (CASE, (fetch(), mail(3), exited(), AGAIN, *REFUSED[1:], exited(1)),
     "INCONCLUSIVE undecided"),
    # Mail that went where it must not is a failure, whatever the sender says of it.
    (CASE, (fetch(), struck(), mail(), exited(1)), "FAIL"),
    (CASE, (struck(), mail(), exited(75)), "FAIL"),
    # Where the mail is to be given up the policy is no matter.
    (FINAL, (struck(), exited(69)), "PASS"),
    (FINAL, (struck(), exited(75)), "WARN"),
    (FINAL, (struck(), exited(1)), "INCONCLUSIVE undecided"),
    # What has to be delivered.
    (WORK, (fetch(), fault(1), mail(), exited()), "PASS"),
    (WORK, (asked("_mta-sts.example.test"), fault(1), mail(), exited()), "PASS"),
    # A sender that goes by no policy at all does it, too.
    (WORK, (fault(1), mail(), exited()), "INCONCLUSIVE policy-not-sought"),
    # What it did not do it cannot have done right.
    (CASE, (*REFUSED, exited()), "INCONCLUSIVE nowhere-arrived"),
    (CASE, (fetch(), mail(3), exited(), AGAIN, fault(0), exited(75)), "INCONCLUSIVE idle"),
    (WORK, (fetch(), fault(1), exited(75)), "FAIL"),
    (WORK, (fault(1), exited(75)), "FAIL"),
    (WORK, (fetch(), fault(1), exited(70)), "INCONCLUSIVE undecided"),
    (WORK, (fetch(), fault(1), event("deadline"), event("client.exit", signal=9)),
     "INCONCLUSIVE deadline"),
])
def test_a_sender_is_judged_by_what_it_decided(case: Case, parts: tuple[Part, ...],
                                               expected: str) -> None:
    assert outcome(judge(case, transcript(*parts), CONTROL)) == expected


@pytest.mark.parametrize("parts, expected", [
    ((TLSA, accept(2, host=MX, service="smtp"), struck(), exited(75)), "PASS"),
    ((TLSA, accept(2, host=MX, service="smtp"), struck(), exited(70)), "INCONCLUSIVE undecided"),
    # It held the mail back, and not because of what is said of the host.
    ((accept(2, host=MX, service="smtp"), struck(), exited(75)), "INCONCLUSIVE tlsa-not-asked"),
    # There was no answer that it could go by.
    ((asked(MX, "A"), answered(by="fault"), fault(0), exited(75)), "PASS"),
    ((TLSA, struck(), mail(), exited()), "FAIL"),
])
@pytest.mark.parametrize("posture", ["mta-dane", "mta-dane-only", "mta-dane-sts"])
def test_a_sender_with_dane_has_to_have_asked(posture: str, parts: tuple[Part, ...],
                                              expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture])
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(*parts), control)) == expected


SMTP = {"host": MX, "service": "smtp"}
OFFER = event("send", 2, "clear", reply="capabilities", data="250-x\r\n250 STARTTLS\r\n", **SMTP)
KEPT = replace(CASE, demands=(Demand("no-bounce", "SHOULD", "denial-of-service"),))
TOLD = replace(CASE, demands=(Demand("mail-delivered", "MAY", "denial-of-service"),))


def served(mode: str = "enforce", status: str = "200 OK", channel: str = GOOD) -> list[Event]:
    text = f"HTTP/1.1 {status}\r\nA: b\r\n\r\nversion: STSv1\r\nmode: {mode}\r\nmx: {MX}\r\n"
    return [*fetch(channel=channel),
            event("send", 1, channel, reply="policy", data=text, host=POLICY, service="https")]


@pytest.mark.parametrize("case, parts, expected", [
    (KEPT, (served(), OFFER, mail(2, "clear")), "INCONCLUSIVE in-clear"),
    (KEPT, (served(), exited(), AGAIN, OFFER, mail(2, "clear")), "INCONCLUSIVE in-clear"),
    (TOLD, (served(), OFFER, mail(2, "clear")), "INCONCLUSIVE in-clear"),
    (KEPT, (served(), OFFER, mail()), "PASS"),
    (KEPT, (served(), OFFER, mail(2, "clear"), exited(), AGAIN, mail(3)), "PASS"),
    # There was no TLS to be had; no policy, or none that asks for it.
    (KEPT, (served(), mail(2, "clear")), "PASS"),
    (KEPT, (served(), OFFER, mail(3, "clear")), "PASS"),
    (KEPT, (served("testing"), OFFER, mail(2, "clear")), "PASS"),
    (KEPT, (served(status="404 Not Found"), OFFER, mail(2, "clear")), "PASS"),
    (KEPT, (served(channel=BAD), OFFER, mail(2, "clear")), "PASS"),
    # Nothing else is asked for.
    (WORK, (served(), OFFER, mail(2, "clear")), "PASS"),
])
def test_a_policy_that_is_not_kept_proves_nothing(case: Case, parts: tuple[Part, ...],
                                                  expected: str) -> None:
    assert outcome(judge(case, transcript(*parts, fault(0), exited()), CONTROL)) == expected


@pytest.mark.parametrize("posture, sound, parts, expected", [
    ("mta-dane", True, (), "INCONCLUSIVE host-not-visited"),
    ("mta-dane", True, (accept(2, **SMTP),), "INCONCLUSIVE host-not-visited"),
    ("mta-dane", True, (accept(2, **SMTP), hello(2, **SMTP)), "PASS"),
    # There was no answer; or some are enough, or a policy is, to go to nobody.
    ("mta-dane", False, (), "PASS"), ("mta-dane-only", True, (), "PASS"),
    ("mta-dane-sts", True, (), "PASS")])
def test_that_records_do_not_fit_only_the_host_shows(posture: str, sound: bool,
                                                     parts: tuple[Part, ...],
                                                     expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture], has_records=sound)
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(TLSA, fault(0), *parts, exited(75)),
                         control)) == expected


@pytest.mark.parametrize("predicate, parts", [
    ("sends-sni", [hello(2, sni=MX, **SMTP)]),
    ("no-old-version-offered", [hello(2, sni=MX, **SMTP)]),
    ("no-raw-key-offered", [hello(2, sni=MX, **SMTP)]),
    ("no-client-certificate", [up(2, GOOD, **SMTP)]),
    ("hosts-in-order", [accept(4, **SMTP)]),
    ("hosts-in-order", [TLSA]),
    ("sound-policy-requests", fetch(3)), ("no-conditional-fetch", fetch(3)),
    ("plain-request", fetch(3)),
    ("no-parent-lookup", [asked("_mta-sts.example.test")]),
    ("address-before-tlsa", [asked(MX, "A"), TLSA]), ("sound-tlsa-questions", [TO_MX, TLSA])])
def test_nothing_is_right_with_what_a_sender_does_not_do(predicate: str,
                                                         parts: list[Part]) -> None:
    case = replace(CASE, posture=POSTURES["mta-smarthost"],
                   demands=(Demand(predicate, "MUST", "interoperability"),))
    done: list[Part] = [event("message", 2, GOOD, action="submitted", number=1, size=9,
                              canary=True, **SMTP), exited()]
    here = (LISTEN, asked("example.test", "MX"), fault(0))
    work, lazy = transcript(*here, *parts, *done), transcript(*here, *done)
    assert outcome(judge(case, work, work)) == "PASS"
    assert outcome(judge(case, lazy, work)) == "INCONCLUSIVE nothing-shown"
    assert outcome(judge(case, lazy, transcript(*done))) == "SKIP untouched"
    # Beside another check that the client's work decides.
    both = replace(case, demands=(*case.demands, *WORK.demands))
    assert outcome(judge(both, lazy, work)) == "INCONCLUSIVE nothing-shown"
    assert outcome(judge(both, lazy, transcript(*done))) == "PASS"


@pytest.mark.parametrize("posture, mode, expected", [
    ("mta-dane", "enforce", "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-only", "enforce", "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-sts", "enforce", "PASS"), ("mta-sts", "enforce", "PASS"),
    ("mta-dane-sts", "testing", "INCONCLUSIVE tlsa-not-asked")])
def test_a_policy_is_a_ground_for_who_goes_by_it(posture: str, mode: str, expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture])
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(served(mode), *REFUSED[1:], exited(75)),
                         control)) == expected


SECURE = (*signed("example.test", f"MX 10 {MX}."), *signed(MX, "A 192.0.2.25"))
OWNER = f"_25._tcp.{MX}"
RIGHT = signed(OWNER, f"TLSA 3 1 1 {'ab' * 32}")


@pytest.mark.parametrize("posture, parts, expected", [
    ("mta-dane", SECURE, "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-sts", (*SECURE, fetch()), "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-only", SECURE, "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane", (*SECURE, TLSA), "PASS"),
    ("mta-dane-sts", (*SECURE, TLSA, fetch()), "PASS"), ("mta-sts", (*SECURE, fetch()), "PASS"),
    # Where nothing is secure nobody has to ask.
    ("mta-dane", signed("example.test", f"MX 10 {MX}."), "PASS"),
    ("mta-dane", (TO_MX, *signed(MX, "A 192.0.2.25")), "PASS"),
    ("mta-dane", (*signed("example.test", "MX 10 x.test."), *signed(MX, "A 192.0.2.25")), "PASS"),
    ("mta-dane", (*signed("example.test", "MX 10 x.test."), *signed("x.test", f"CNAME {MX}."),
                  *signed(MX, "A 192.0.2.25")), "INCONCLUSIVE tlsa-not-asked"),
    # Records by which the host can be known go before a policy; others do not.
    ("mta-dane-sts", (*SECURE, TLSA, *RIGHT), "PASS"),
    ("mta-dane-sts", (*SECURE, TLSA), "INCONCLUSIVE policy-not-sought"),
    ("mta-dane-sts", (*SECURE, TLSA, answered(f"{OWNER} TLSA 3 1 1 {'ab' * 32}")),
     "INCONCLUSIVE policy-not-sought"),
    ("mta-dane-sts", (*SECURE, TLSA, *signed(OWNER, f"TLSA 1 1 1 {'ab' * 32}")),
     "INCONCLUSIVE policy-not-sought")])
def test_mail_that_was_delivered_proves_no_dane(posture: str, parts: tuple[Part, ...],
                                                expected: str) -> None:
    case = replace(TOLD, posture=POSTURES[posture])
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(*parts, fault(0), mail(), exited()),
                         control)) == expected


@pytest.mark.parametrize("posture", ["mta-sts", "mta-dane", "mta-dane-sts"])
def test_a_mail_that_excuses_from_policies_needs_none(posture: str) -> None:
    case = replace(KEPT, posture=POSTURES[posture], excused=True)
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(*SECURE, fault(0), mail(), exited()), control)) == "PASS"
    held = transcript(*SECURE, fault(0), exited(75))
    assert outcome(judge(case, held, control)).startswith("INCONCLUSIVE")


VISITED = (accept(2, host=MX, service="smtp"), hello(2, host=MX, service="smtp"))


@pytest.mark.parametrize("posture, parts, expected", [
    # Right records are no ground to put the mail off; that an address is insecure may be one.
    ("mta-dane", VISITED, "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane", (TLSA, *RIGHT, *VISITED), "PASS"),
    ("mta-dane-sts", (), "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-only", (), "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-only", (answered(f"{MX} A 192.0.2.25"),), "PASS"),
    ("mta-dane-only", SECURE, "INCONCLUSIVE tlsa-not-asked"),
    # That a record does not fit only the host shows.
    ("mta-dane-only", (TLSA, *RIGHT), "INCONCLUSIVE host-not-visited"),
    ("mta-dane-only", (TLSA, *RIGHT, *VISITED), "PASS"),
    ("mta-dane-only", (TLSA, *signed(OWNER, "TLSA 3 1 1 ab")), "PASS"),
    ("mta-dane-only", (TLSA, *signed(OWNER, "TLSA 2 0 0 ab")), "INCONCLUSIVE host-not-visited")])
def test_what_it_held_the_mail_back_for(posture: str, parts: tuple[Part, ...],
                                        expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture], has_records=True)
    control = transcript(fetch(), TLSA, mail(), exited())
    by_fault = answered(f"example.test MX 10 {MX}.", by="fault")
    found = (asked("example.test", "MX"), by_fault, fault(0), *parts, exited(75))
    assert outcome(judge(case, transcript(*found), control)) == expected


@pytest.mark.parametrize("parts, expected", [
    ((accept(2, host=MX, service="smtp"), struck(), exited(75)), "PASS"),
    ((accept(2, host=MX, service="smtp"), struck(), exited(70)), "INCONCLUSIVE undecided"),
    ((struck(), mail(), exited()), "FAIL")])
def test_who_has_a_smart_host_knows_all_that_there_is(parts: tuple[Part, ...],
                                                      expected: str) -> None:
    case = replace(CASE, posture=POSTURES["mta-smarthost"])
    assert outcome(judge_control(case, transcript(mail(), exited()))) == "PASS"
    assert outcome(judge_control(case, transcript(mail(2, "clear"), exited()))) == (
        "INCONCLUSIVE wrong-channel")
    assert outcome(judge(case, transcript(*parts), transcript(mail(), exited()))) == expected


@pytest.mark.parametrize("posture, expected", [
    ("mta-sts", "PASS"), ("mta-dane", "INCONCLUSIVE no-tlsa"),
    ("mta-dane-only", "INCONCLUSIVE no-tlsa"), ("mta-dane-sts", "PASS")])
def test_a_control_has_what_the_posture_goes_by(posture: str, expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture])
    assert outcome(judge_control(case, transcript(fetch(), mail(), exited()))) == expected
    with_tlsa = transcript(TLSA, mail(), exited())
    assert outcome(judge_control(case, with_tlsa)) == (
        "INCONCLUSIVE no-policy" if posture.endswith("sts") else "PASS")


@pytest.mark.parametrize("parts, expected", [
    ((fetch(), mail(), exited()), "PASS"),
    ((mail(), exited()), "INCONCLUSIVE no-policy"),
    ((fetch(), mail(), exited(75)), "INCONCLUSIVE exit-code"),
    ((fetch(), exited(75)), "INCONCLUSIVE nothing-done"),
    ((fetch(), mail(2, "clear"), exited()), "INCONCLUSIVE wrong-channel"),
])
def test_a_control_has_the_policy_and_the_mail(parts: tuple[Part, ...], expected: str) -> None:
    assert outcome(judge_control(CASE, transcript(*parts))) == expected


@pytest.mark.parametrize("data, told", [
    ("3 1 1 " + "ab" * 32, True), ("2 0 0 abcd", True), ("3 1 2 " + "ab" * 64, True),
    ("3 1 1 " + "ab" * 16 + " " + "ab" * 16, True),
    ("3 1 1 abcd", False), ("1 1 1 " + "ab" * 32, False), ("3 2 1 " + "ab" * 32, False),
    ("3 1 3 " + "ab" * 32, False), ("\\# 2 0301", False), ("3 1", False), ("", False)])
def test_records_by_which_a_host_can_be_known(data: str, told: bool) -> None:
    owner = f"_25._tcp.{MX}"
    assert tlsa_told(transcript(*signed(owner, f"TLSA {data}"))) == told
    assert not tlsa_told(transcript(answered(f"{owner} TLSA {data}"))), "nobody signed it"
