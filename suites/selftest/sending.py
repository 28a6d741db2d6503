# SPDX-License-Identifier: Apache-2.0
"""What the world sees of a sending MTA, for transcripts that tests make up."""

from __future__ import annotations

from dialogue import Event, accept, event, fault, hello, up

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


def signed(name: str, record: str) -> tuple[Event, Event]:
    """An answer that a validating resolver takes for secure, and what it knows of its zone."""
    zone = name.split(".", name.count(".") - 1)[-1]
    kind = record.partition(" ")[0]
    return (answered(f"{zone} DS 1 13 2 ab", f"{zone} RRSIG DS 13 2 60 9 1 7 . x"),
            answered(f"{name} {record}", f"{name} RRSIG {kind} 13 2 60 9 1 7 {zone}. x"))


def visit(conn: int, listener: str) -> Event:
    return {**accept(conn, host=MX, service="smtp"), "listener": listener}


TLSA = asked(f"_25._tcp.{MX}", "TLSA")
TO_MX = answered(f"example.test MX 10 {MX}.", "example.test RRSIG MX 13 2 60 x")
TO_ALIAS = answered("example.test MX 10 alias.test.")
WAY = answered("alias.test CNAME Way.test.", f"way.test CNAME {MX}.", f"{MX} A 192.0.2.25")
