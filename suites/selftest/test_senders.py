# SPDX-License-Identifier: Apache-2.0
"""What is asked of sending MTAs: each predicate on transcripts of both kinds, and the judge."""

import re
from dataclasses import replace
from typing import NamedTuple

import pytest
from dialogue import Event, Part, accept, event, exited, fault, hello, transcript, up
from latchkey.finding import Context, Predicate
from latchkey.footprint import OF_FETCHERS, OF_SECOND
from latchkey.judge import Case, Demand, judge, judge_control
from latchkey.outcome import Result
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from latchkey.senders import OF_SENDERS

POLICY, MX, GOOD, BAD = "mta-sts.example.test", "mx.example.test", "tls-good", "tls-bad"
PLACE = "/.well-known/mta-sts.txt"
LISTEN = {**event("listen", listener="policy", host=POLICY, address="192.0.2.44", port=443),
          "service": "https"}
ELSEWHERE = event("listen", listener="policy-elsewhere", host="other.example.test",
                  address="192.0.2.45", port=443)
AGAIN = event("client.start", argv=["x"], pid=8)


def fetch(conn: int = 1, channel: str = GOOD, sni: str = POLICY, method: str = "GET",
          target: str = PLACE, authority: str = POLICY, more: str = "") -> list[Event]:
    at = {"host": POLICY, "service": "https"}
    head = f"{method} {target} HTTP/1.1\r\nHost: {authority}\r\n{more}\r\n"
    return [accept(conn, **at), hello(conn, sni=sni, **at), up(conn, channel, **at),
            event("http.request", conn, channel, method=method, target=target,
                  authority=authority, head=head, **at)]


def mail(conn: int = 2, channel: str = GOOD, canary: bool = True) -> list[Event]:
    at = {"host": MX, "service": "smtp"}
    return [accept(conn, **at), event("command", conn, channel, verb="MAIL", tag="", **at),
            event("message", conn, channel, action="submitted", number=1, size=9, canary=canary,
                  **at)]


def struck(conn: int = 2) -> Event:
    return fault(conn, host=MX, service="smtp")


def asked(name: str, kind: str = "TXT") -> Event:
    return event("dns.query", service="dns", name=name, type=kind, transport="udp")


def answered(*records: str, by: str = "profile") -> Event:
    return event("dns.answer", service="dns", name="x", type="x", rcode="NOERROR",
                 answers=list(records), by=by)


def visit(conn: int, listener: str) -> Event:
    return {**accept(conn, host=MX, service="smtp"), "listener": listener}


TLSA = asked(f"_25._tcp.{MX}", "TLSA")
TO_MX = answered(f"example.test MX 10 {MX}.", "example.test RRSIG MX 13 2 60 x")
TO_ALIAS = answered("example.test MX 10 alias.test.")
WAY = answered("alias.test CNAME Way.test.", f"way.test CNAME {MX}.", f"{MX} A 192.0.2.25")


class Row(NamedTuple):
    name: str
    predicate: str
    holds: bool
    parts: tuple[Part, ...]


ROWS = (
    Row("in TLS", "mail-delivered", True, (mail(), exited())),
    Row("in clear", "mail-delivered", True, (mail(2, "clear"), exited())),
    Row("put off", "mail-delivered", False, (mail(), exited(75))),
    Row("another mail", "mail-delivered", False, (mail(canary=False), exited())),
    Row("in an earlier run", "mail-delivered", False, (mail(), exited(), AGAIN, exited())),
    Row("nothing", "mail-delivered", False, (exited(75),)),

    Row("in TLS", "mail-delivered-safely", True, (mail(), exited())),
    Row("in clear", "mail-delivered-safely", False, (mail(2, "clear"), exited())),
    Row("to somebody else", "mail-delivered-safely", False, (mail(2, BAD), exited())),
    Row("once in clear", "mail-delivered-safely", False, (mail(), mail(3, "clear"), exited())),
    Row("put off", "mail-delivered-safely", False, (mail(), exited(75))),
    Row("nothing", "mail-delivered-safely", False, (exited(75),)),

    Row("none", "no-mail", True, (fetch(), struck(), exited(75))),
    Row("in an earlier run", "no-mail", True, (mail(), exited(), AGAIN, exited(75))),
    Row("some", "no-mail", False, (mail(), exited())),

    Row("to another host", "no-mail-to-struck", True, (struck(3), mail(), exited())),
    Row("to the struck one", "no-mail-to-struck", False, (struck(), mail(), exited())),

    Row("put off", "no-bounce", True, (exited(75),)),
    Row("given up", "no-bounce", False, (exited(69),)),

    Row("mail", "no-use-of-policy", True, (LISTEN, fetch(), mail(), exited())),
    Row("held back", "no-use-of-policy", False, (LISTEN, fetch(), exited(75))),

    Row("none", "no-cookie", True, (LISTEN, fetch(), fetch(2))),
    Row("one", "no-cookie", False, (LISTEN, fetch(), fetch(2, more="cookie: a=b\r\n"))),

    Row("none", "no-coding-offered", True, (LISTEN, fetch())),
    Row("identity", "no-coding-offered", True,
        (LISTEN, fetch(more="Accept-Encoding: identity\r\n"))),
    Row("gzip", "no-coding-offered", False, (LISTEN, fetch(more="accept-encoding: gzip\r\n"))),

    Row("Host", "plain-request", True, (LISTEN, fetch())),
    Row("Host and Connection", "plain-request", True,
        (LISTEN, fetch(more="Connection: close\r\n"))),
    Row("a name", "plain-request", False, (LISTEN, fetch(more="User-Agent: x\r\n"))),

    Row("apart", "no-connection-reuse", True, (LISTEN, fetch(), fetch(2))),
    Row("on one", "no-connection-reuse", False, (LISTEN, fetch(), fetch()[-1:])),

    Row("full", "no-resumption", True, (LISTEN, fetch(), fetch(2))),
    Row("resumed", "no-resumption", False,
        (LISTEN, fetch(), {**up(2, host=POLICY, service="https"), "resumed": True})),
    Row("to an MX", "no-resumption", True,
        (LISTEN, {**up(2, service="smtp"), "resumed": True})),

    Row("no ALPN", "no-binary-http", True, (LISTEN, fetch())),
    Row("HTTP/1.1", "no-binary-http", True, (hello(1, service="https", alpn=["http/1.1"]),)),
    Row("offered", "no-binary-http", False, (hello(1, service="https", alpn=["h2", "http/1.1"]),)),

    Row("given up", "gives-up", True, (exited(69),)),
    Row("put off", "gives-up", False, (exited(75),)),

    Row("the MX", "no-visit-elsewhere", True, (ELSEWHERE, asked(MX), mail(), exited())),
    Row("asked", "no-visit-elsewhere", False, (ELSEWHERE, asked("Other.example.test"))),
    Row("visited", "no-visit-elsewhere", False, (ELSEWHERE, accept(4, host="other.example.test"))),

    Row("right", "sound-policy-requests", True, (fetch(), fetch(2, authority=POLICY + ":443"))),
    Row("none", "sound-policy-requests", True, ()),
    Row("POST", "sound-policy-requests", False, (fetch(method="POST"),)),
    Row("elsewhere", "sound-policy-requests", False, (fetch(target="/mta-sts.txt"),)),
    Row("another host", "sound-policy-requests", False, (fetch(authority="example.test"),)),
    Row("no SNI", "sound-policy-requests", False, (fetch(sni=""),)),
    Row("another SNI", "sound-policy-requests", False, (fetch(sni="example.test"),)),
    Row("an impostor", "sound-policy-requests", False, (fetch(channel=BAD),)),
    Row("no TLS", "sound-policy-requests", False, (fetch()[-1],)),

    Row("right", "policy-fetched", True, (fetch(),)),
    Row("wrong", "policy-fetched", False, (fetch(channel=BAD), exited())),
    Row("in an earlier run", "policy-fetched", False, (fetch(), AGAIN, exited())),

    Row("none", "no-policy-fetch", True, (mail(),)),
    Row("in an earlier run", "no-policy-fetch", True, (fetch(), AGAIN, mail())),
    Row("some", "no-policy-fetch", False, (fetch(), mail())),

    Row("one", "no-second-fetch", True, (fetch(), fault(1), mail())),
    Row("another", "no-second-fetch", False, (fetch(), fault(1), fetch(3))),

    Row("plain", "no-conditional-fetch", True, (fetch(more="Cache-Control: no-cache\r\n"),)),
    Row("by tag", "no-conditional-fetch", False, (fetch(more='If-None-Match: "1"\r\n'),)),
    Row("by date", "no-conditional-fetch", False, (fetch(more="if-modified-since: x\r\n"),)),

    Row("none", "no-tlsa-asked", True, (asked(MX, "A"), asked("_465._tcp." + MX, "TLSA"))),
    Row("in an earlier run", "no-tlsa-asked", True, (TLSA, exited(), AGAIN)),
    Row("some", "no-tlsa-asked", False, (asked(MX, "A"), TLSA)),

    Row("behind", "address-before-tlsa", True, (asked(MX.upper(), "A"), TLSA)),
    Row("behind AAAA", "address-before-tlsa", True, (asked(MX, "AAAA"), TLSA)),
    Row("none", "address-before-tlsa", True, (asked(MX, "MX"),)),
    Row("before", "address-before-tlsa", False, (TLSA, asked(MX, "A"))),
    Row("behind another's", "address-before-tlsa", False, (asked("example.test", "A"), TLSA)),

    Row("of the host", "sound-tlsa-questions", True, (TO_MX, TLSA)),
    Row("of the end", "sound-tlsa-questions", True, (TO_ALIAS, WAY, TLSA)),
    Row("of an alias itself", "sound-tlsa-questions", True, (
        TO_MX, answered(f"_25._tcp.{MX} CNAME tlsa.test."), TLSA, asked("tlsa.test", "TLSA"))),
    Row("of the first", "sound-tlsa-questions", True, (
        TO_ALIAS, WAY, asked("_25._tcp.alias.test", "TLSA"))),
    Row("on the way", "sound-tlsa-questions", False, (
        TO_ALIAS, WAY, asked("_25._tcp.way.test", "TLSA"))),
    Row("of another port", "sound-tlsa-questions", False, (
        TO_MX, asked(f"_465._tcp.{MX}", "TLSA"))),
    Row("of nobody", "sound-tlsa-questions", False, (
        TO_MX, asked("_25._tcp.other.test", "TLSA"))),

    Row("certificates", "no-raw-key-offered", True, (
        hello(1, service="smtp", extensions=["client_certificate_type"]),)),
    Row("bare keys too", "no-raw-key-offered", False, (
        hello(1, service="smtp", extensions=["server_certificate_type"]),)),

    Row("in order", "hosts-in-order", True, (visit(1, "mx"), visit(2, "mx-2"))),
    Row("the first alone", "hosts-in-order", True, (visit(1, "mx"),)),
    Row("the other way", "hosts-in-order", False, (visit(1, "mx-2"), visit(2, "mx"))),
    Row("the second alone", "hosts-in-order", False, (visit(1, "mx-2"),)),

    Row("its own", "no-parent-lookup", True, (LISTEN, asked("_MTA-STS.Example.test"),
                                              asked("test"))),
    Row("above", "no-parent-lookup", False, (LISTEN, asked("_mta-sts.test"))),
    Row("below", "no-parent-lookup", False, (LISTEN, asked("_mta-sts.mx.example.test"))),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.predicate}: {row.name}")
def test_predicate(row: Row) -> None:
    context = Context(transcript(*row.parts), POSTURES["mta-sts"])
    finding = PREDICATES[row.predicate].function(context)
    assert finding.holds is row.holds
    if not row.holds:
        assert finding.events, "a failed predicate names what decided"


def test_what_needs_a_second_request_says_whether_there_was_one() -> None:
    for name in OF_SECOND:
        function = PREDICATES[name].function
        once = function(Context(transcript(LISTEN, fetch()), POSTURES["mta-sts"]))
        twice = function(Context(transcript(LISTEN, fetch(), fetch(2)), POSTURES["mta-sts"]))
        assert (once.holds, once.events, once.note) == (True, (), "it asked once")
        assert twice.holds and twice.events


@pytest.mark.parametrize("count, holds", [(1, False), (3, True)])
def test_all_recipients_are_to_be_reached(count: int, holds: bool) -> None:
    at = {"host": MX, "service": "smtp"}
    took = [event("send", 2, GOOD, reply="rcpt", by="profile", segment=1, data="250 ok\r\n", **at)]
    said_no = event("send", 2, GOOD, reply="rcpt", by="profile", segment=1, data="550\r\n", **at)
    began = event("send", 2, GOOD, reply="mail", by="profile", segment=1, data="250\r\n", **at)
    first, *rest = mail()
    parts = (first, began, *took * count, said_no, *rest, exited())
    finding = PREDICATES["mail-delivered"].function(
        Context(transcript(*parts), POSTURES["mta-sts"], deliveries=3))
    assert finding.holds is holds and ("1 of 3" in finding.note) is not holds


@pytest.mark.parametrize("predicate", (*OF_SENDERS, *OF_FETCHERS), ids=lambda one: str(one.name))
def test_has_rows_of_both_kinds_and_sentences(predicate: Predicate) -> None:
    assert {row.holds for row in ROWS if row.predicate == predicate.name} == {True, False}
    for sentence in (predicate.rule, predicate.failed, predicate.held):
        assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", sentence)


# --- the judge

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


@pytest.mark.parametrize("posture, expected", [
    ("mta-dane", "INCONCLUSIVE tlsa-not-asked"), ("mta-dane-only", "INCONCLUSIVE tlsa-not-asked"),
    ("mta-dane-sts", "PASS"), ("mta-sts", "PASS")])
def test_a_policy_is_a_ground_for_who_goes_by_it(posture: str, expected: str) -> None:
    case = replace(CASE, posture=POSTURES[posture])
    control = transcript(fetch(), TLSA, mail(), exited())
    assert outcome(judge(case, transcript(*REFUSED, exited(75)), control)) == expected


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
