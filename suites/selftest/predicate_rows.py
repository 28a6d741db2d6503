# SPDX-License-Identifier: Apache-2.0
"""What a predicate says of a transcript, and the rows of those that look at latches, at what is
asked inside TLS, and at what the name server said."""

from __future__ import annotations

from typing import Any, NamedTuple

from dialogue import (HOST, Part, accept, command, event, exited, hello, mail_in_tls, secret,
                      transcript, up)
from latchkey.finding import Context, Finding
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES


class Row(NamedTuple):
    name: str
    predicate: str
    holds: bool
    parts: tuple[Part, ...]
    posture: str = "imap-starttls"
    twin: tuple[Part, ...] | None = None
    prompted: bool = False
    note: str = ""
    success: tuple[int, ...] = (0,)
    shown: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    level: str = ""


def ask(row: Row) -> Finding:
    twin = None if row.twin is None else transcript(*row.twin)
    return PREDICATES[row.predicate].function(
        Context(transcript(*row.parts), POSTURES[row.posture], row.success, twin, row.prompted,
                row.shown, row.told, level=row.level))


GOOD, BAD = "tls-good", "tls-bad"
KEPT, BELOW, OUT = "latch-kept", "level-kept", "no-lockout"
SAID, TRUE, SYNTAX = "latch-failure-reported", "reports-true", "reports-well-formed"
UNASKED, TOLD, CLICK = "no-report-unasked", "latch-failure-told", "no-click-through"


def latch(verdict: str, channel: str = "tls-bad", **fields: Any) -> Part:
    lists: dict[str, Any] = {"stored": ["tls-cert"], "unmet": [], "added": [], "flaws": [],
                             "open": [], "url": "https://a/"}
    return event("latch", 1, channel, verdict=verdict, **{**lists, **fields})


def report(data: str, channel: str = "tls-bad", **fields: Any) -> Part:
    all_fields: dict[str, Any] = {"command": "ID", "well-formed": True, "data": data, **fields}
    return event("report", 1, channel, **all_fields)


MALFORMED: dict[str, Any] = {"well-formed": False}
BROKEN = latch("refuse", unmet=["tls-cert"])
MAYBE = latch("refuse", unmet=["tls-cert"], open=["latch-cert-values"])
LOW = latch("refuse", flaws=["unverified"])
FINE = latch("proceed", GOOD)
LOGIN = secret("password", 1, BAD)
ANNOUNCED = event("send", 1, BAD, reply="capabilities", by="profile", segment=1,
                  data="* CAPABILITY ID DEEP\r\n")
TOLD_SERVER = report('("name" "a" "latch-fail" "tls-cert")')

FLATTERY, LEVEL = "no-false-assurance", "level-shown"
SURE: dict[str, Any] = {"verdict": "proceed", "stored": [], "unmet": [], "flaws": [], "open": []}
UNSURE: dict[str, Any] = {**SURE, "verdict": "warn", "flaws": ["unverified"]}

LATCH_ROWS = (
    Row("password where a promise is broken", KEPT, False, (accept(), BROKEN, LOGIN),
        note="tls-cert was not kept"),
    Row("work where a promise is broken", KEPT, False, (accept(), BROKEN, command("LIST", 1, BAD)),
        note="tls-cert was not kept"),
    Row("a report and goodbye", KEPT, True,
        (accept(), BROKEN, command("ID", 1, BAD), command("LOGOUT", 1, BAD))),
    Row("password where nobody can say", KEPT, True, (accept(), MAYBE, LOGIN)),
    Row("password where the level alone is missed", KEPT, True, (accept(), LOW, LOGIN)),
    Row("the promise holds once TLS is up", KEPT, True, (accept(), BROKEN, FINE, LOGIN)),
    Row("password below the level", BELOW, False, (accept(), LOW, LOGIN), note="unverified"),
    Row("no password below the level", BELOW, True, (accept(), LOW)),
    Row("password at level none", BELOW, True,
        (accept(), latch("warn", flaws=["unverified"]), LOGIN)),
    Row("no work though all is kept", OUT, False, (accept(), FINE, exited(1)),
        note="to be remembered was tls-cert"),
    Row("no connection at all", OUT, False, (exited(1),),
        note="to be remembered was nothing"),
    Row("no work where it is refused", OUT, True, (accept(), BROKEN, exited(1))),
    Row("no work where nobody can say", OUT, True, (accept(), MAYBE, exited(1))),
    Row("work where all is kept", OUT, True, (mail_in_tls(), FINE, exited())),
    Row("says nothing", SAID, False, (accept(), ANNOUNCED, BROKEN), note="tls-cert"),
    Row("says which one", SAID, True, (accept(), ANNOUNCED, BROKEN, TOLD_SERVER)),
    Row("nobody who would listen", SAID, True, (accept(), BROKEN)),
    Row("in clear there is nothing to say", SAID, True,
        (accept(), latch("refuse", "clear", unmet=["tls11"]))),
    Row("a failure that is none", TRUE, False, (accept(), FINE, TOLD_SERVER),
        note="tls-cert was not kept"),
    Row("a memory that is none", TRUE, False,
        (accept(), FINE, report('("latch" "tls12 tls-cert")', GOOD)), note="it remembers tls12"),
    Row("a memory", TRUE, True, (accept(), FINE, report('("latch" "tls-cert")', GOOD))),
    Row("the parameters of CLIENT", TRUE, False,
        (accept(), FINE, report("CLIENT name=a latch=tls12,tls-cert\r\n", GOOD,
                                command="CLIENT")), note="it remembers tls12"),
    Row("the parameters of CLIENT in MUA-STS", TRUE, False,
        (accept(), FINE, report('CLIENT name a policy-fail "tls-version=1.2"\r\n', GOOD,
                                command="CLIENT")), note="tls-version was not kept"),
    Row("a failure", TRUE, True, (accept(), BROKEN, TOLD_SERVER)),
    Row("what nobody can say", TRUE, True, (accept(), MAYBE, report('("latch" "tls12")'))),
    Row("bad syntax", SYNTAX, False, (accept(), report("CLIENT a=b=c", **MALFORMED)),
        note="CLIENT a=b=c"),
    Row("good syntax", SYNTAX, True, (accept(), TOLD_SERVER)),
    Row("CLIENT to who does not know it", UNASKED, False, (accept(), command("CLIENT", 1, GOOD)),
        note="CLIENT"),
    Row("CLIENT to who knows it", UNASKED, True,
        (accept(), command("CLIENT", 1, GOOD), report("CLIENT a=b", GOOD, command="CLIENT"))),
    Row("no URL is shown", TOLD, False, (accept(), BROKEN), note="https://a/"),
    Row("the URL is shown", TOLD, True, (accept(), BROKEN), told=("https://a/",)),
    Row("there is no URL", TOLD, True, (accept(), latch("refuse", unmet=["tls-cert"], url=None))),
    Row("nothing was refused", TOLD, True, (accept(), FINE)),
    Row("the user is asked", CLICK, False, (accept(), BROKEN), prompted=True),
    Row("the user is asked, of nothing that was promised", CLICK, True, (accept(), LOW),
        prompted=True),
    Row("nobody is asked", CLICK, True, (accept(), BROKEN)),
    Row("shown as high, in clear", FLATTERY, False,
        (accept(), latch("warn", "clear", flaws=["clear"])), level="high", note="it shows high"),
    Row("shown as high, with a stranger", FLATTERY, False, (accept(), LOW), level="high",
        note="it shows high"),
    Row("shown as high, no TLS", FLATTERY, False, (accept(), hello(), exited(1)), level="high",
        note="it shows high"),
    Row("shown as high, but refused", FLATTERY, False,
        (accept(), latch("refuse", GOOD, unmet=["tls12"])), level="high", note="it shows high"),
    Row("shown as high, on one of two", FLATTERY, False,
        (accept(), FINE, secret("password", 1, GOOD), accept(2),
         event("latch", 2, "tls-bad", **UNSURE), secret("password", 2, BAD)),
        level="high", note="it shows high"),
    Row("shown as high, after a first attempt", FLATTERY, True,
        (accept(), LOW, accept(2), event("latch", 2, "tls-good", **SURE),
         secret("password", 2, GOOD)), level="high"),
    Row("shown as high, and it was", FLATTERY, True, (accept(), FINE), level="high"),
    Row("shown as none", FLATTERY, True, (accept(), LOW), level="none"),
    Row("shown as high, nowhere visited", FLATTERY, True, (exited(1),), level="high"),
    Row("high, and not shown", LEVEL, False, (mail_in_tls(), FINE, exited()),
        note="it was high, and the client shows nothing"),
    Row("high, and shown as none", LEVEL, False, (mail_in_tls(), FINE, exited()), level="none",
        note="it was high, and the client shows none"),
    Row("high, and shown", LEVEL, True, (mail_in_tls(), FINE, exited()), level="high"),
    Row("not done", LEVEL, True, (accept(), FINE, exited(1))),
)

ASKED, NESTED = "asks-again-inside-tls", "no-starttls-inside-tls"
SEARCH, FIRST = "asks-for-servers", "implicit-tls-first"
GONE, CHANGED, PREFERRED = "no-visit", "no-other-protocol", "preferred-protocol"
BOTH: tuple[Part, ...] = tuple(
    event("dns.answer", name=name, type="SRV", answers=[f"{name} SRV {number} 1 99 {HOST}."])
    for name, number in (("_imaps._tcp.example.test", 10), ("_pop3._tcp.example.test", 5)))
UPGRADED = (accept(), command("CAPABILITY"), command("STARTTLS"), hello(), up())
IMAPS: dict[str, Any] = {"listener": "imaps"}


def question(kind: str, name: str) -> Part:
    return event("dns.query", service="dns", type=kind, name=name)


INSIDE_ROWS = (
    Row("asked again", ASKED, True, (*UPGRADED, command("CAPABILITY", 1, GOOD),
                                     command("LOGIN", 1, GOOD))),
    Row("logged in at once", ASKED, False, (*UPGRADED, command("LOGIN", 1, GOOD)),
        note="it began with LOGIN"),
    Row("left at once", ASKED, True, (*UPGRADED, command("LOGOUT", 1, GOOD))),
    Row("TLS from the start", ASKED, True, (accept(), hello(), up(), command("LOGIN", 1, GOOD)),
        "imap-implicit"),
    Row("STARTTLS once", NESTED, True, (*UPGRADED, command("LOGIN", 1, GOOD))),
    Row("STARTTLS twice", NESTED, False, (*UPGRADED, command("STARTTLS", 1, GOOD)),
        note="STARTTLS"),
)
DISCOVERY_ROWS = (
    Row("asked for both services", SEARCH, True,
        (question("SRV", "_imaps._tcp.example.test"), question("SRV", "_imap._tcp.example.test")),
        "imap-srv"),
    Row("asked in capitals", SEARCH, True, (question("SRV", "_IMAPS._TCP.Example.Test"),),
        "imap-srv"),
    Row("asked for an address", SEARCH, False, (question("A", "imap.example.test"),), "imap-srv"),
    Row("asked for the other protocol", SEARCH, False,
        (question("SRV", "_pop3s._tcp.example.test"),), "imap-srv"),
    Row("implicit TLS, then STARTTLS", FIRST, True, (accept(1, **IMAPS), accept(2)), "imap-srv"),
    Row("STARTTLS, then implicit TLS", FIRST, False, (accept(1), accept(2, **IMAPS)), "imap-srv",
        note="it went to imap"),
    Row("no visit at all", FIRST, True, (question("SRV", "_imaps._tcp.example.test"),),
        "imap-srv"),
    Row("nobody visited", GONE, True, (question("SRV", "_imaps._tcp.example.test"),), "imap-srv"),
    Row("somebody visited", GONE, False, (accept(),), "imap-srv", note=f"{HOST}, imap"),
    Row("the one with the lower number", PREFERRED, True, (
        *BOTH, accept(service="pop3"), accept(2)), "imap-srv"),
    Row("the one with the higher number", PREFERRED, False, (*BOTH, accept()), "imap-srv",
        note="it went to imap"),
    Row("only one was asked for", PREFERRED, False, (*BOTH[:1], accept(), exited()), "imap-srv",
        note="it asked for imap"),
    Row("the same protocol", CHANGED, True, (accept(),), "imap-srv"),
    Row("the other protocol", CHANGED, False, (accept(), accept(2, service="pop3")), "imap-srv",
        note="pop3"),
    Row("and sends as well", CHANGED, True, (accept(), accept(2, service="smtp")), "imap-srv"),
)
