# SPDX-License-Identifier: Apache-2.0
"""What is asked of sending MTAs: each predicate on transcripts of both kinds."""

import re
from typing import NamedTuple

import pytest
from dialogue import Part, accept, event, exited, fault, hello, transcript, up
from latchkey.finding import Context, Predicate
from latchkey.footprint import OF_FETCHERS, OF_SECOND
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from latchkey.senders import OF_SENDERS
from sending import (AGAIN, BAD, ELSEWHERE, GOOD, LISTEN, MX, POLICY, TLSA, TO_ALIAS, TO_MX, WAY,
                     answered, asked, fetch, mail, struck, visit)


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
