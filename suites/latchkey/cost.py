# SPDX-License-Identifier: Apache-2.0
"""The cost meter: what a run of a sender took, counted from its transcript (docs/cost.md).

Nothing is estimated. What the transcript does not tell is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from latchkey.doubts import POLICY_HOST, POLICY_RECORD
from latchkey.transcript import Event, Transcript

REPORT_RECORD = "_smtp._tls."           # RFC 8460, section 3
# The kinds of questions, in the order of the table.
QUESTIONS = ("mx", "mx-address", "tlsa", "sts-record", "policy-address", "report-record", "aaaa",
             "other")
# What a validating resolver asks of its own: it is no choice of the sender, and has no least.
VALIDATION = "validation"


def question(event: Event, mx_hosts: frozenset[str]) -> str:
    """The kind of one question."""
    name, kind = event.text("name").lower().rstrip("."), event.text("type")
    if kind == "AAAA":
        return "aaaa"
    if kind in ("MX", "TLSA"):
        return kind.lower()
    if kind in ("DS", "DNSKEY") or (name, kind) == ("", "NS"):
        return VALIDATION
    if kind == "TXT" and name.startswith(POLICY_RECORD):
        return "sts-record"
    if kind == "TXT" and name.startswith(REPORT_RECORD):
        return "report-record"
    if kind == "A" and name.startswith(POLICY_HOST):
        return "policy-address"
    return "mx-address" if kind == "A" and name in mx_hosts else "other"


def measure(transcript: Transcript) -> dict[str, int | None]:
    """What the last run of the client took; the keys are `formats.COSTS`."""
    events = transcript.events[transcript.last_run:]
    mx_hosts = frozenset(event.text("host").lower() for event in transcript.all("listen")
                         if event.service == "smtp")
    found: dict[str, int | None] = dict.fromkeys((*QUESTIONS, VALIDATION), 0)
    for event in events:
        if event.name == "dns.query":
            kind = question(event, mx_hosts)
            found[kind] = (found[kind] or 0) + 1
    conns = {event.conn: event.service for event in events if event.name == "accept"}
    for service in ("https", "smtp"):
        own = [conn for conn, spoken in conns.items() if spoken == service]
        up = [event for event in events if event.name == "tls.up" and event.conn in own]
        found[service] = len(own)
        found[f"{service}-full"] = sum(event.fields.get("resumed") is not True for event in up)
        found[f"{service}-resumed"] = sum(event.fields.get("resumed") is True for event in up)
    found["round-trips"] = _first_mail(transcript.conn(conn) for conn, service in conns.items()
                                       if service == "smtp")
    found["bytes"] = _bytes(events, conns)
    return found


def _first_mail(conns: Iterable[Sequence[Event]]) -> int | None:
    """Round trips until MAIL FROM on the first connection that has one."""
    return next((trips for trips in map(round_trips, conns) if trips is not None), None)


def round_trips(events: Sequence[Event]) -> int | None:
    """How often the client of a connection waited for the server before it could send MAIL.

    One for TCP itself, and one for each of its turns that a turn of the server came before. None if
    it came to no MAIL.
    """
    trips, server_spoke = 1, False
    not_awaited = _tickets(events)
    for event in events:
        if event.name == "command" and event.text("verb").upper() == "MAIL":
            return trips
        if event.name == "send" or event.name == "raw" and event.text("dir") == "out":
            server_spoke = server_spoke or event.seq not in not_awaited
        elif event.name in ("recv", "raw"):
            trips, server_spoke = trips + server_spoke, False
    return None


def _tickets(events: Sequence[Event]) -> frozenset[int]:
    """What a server of TLS 1.3 says behind the client's Finished: nobody waits for that."""
    found: list[int] = []
    for event in events:
        if event.name == "tls.up":
            return frozenset(found if event.text("version") == "TLSv1.3" else ())
        if event.name == "raw":
            found = [*found, event.seq] if event.text("dir") == "out" else []
    return frozenset()


def _bytes(events: Iterable[Event], conns: Mapping[int, str]) -> int | None:
    """What went over TCP connections, and the messages of DNS, both ways."""
    total, open_conns = 0, set(conns)
    for event in events:
        sizes: tuple[int | None, ...] = ()
        if event.name in ("dns.query", "dns.answer"):
            sizes = (event.number("size"),)
        elif event.name == "close" and event.conn in conns:
            sizes = (event.number("in"), event.number("out"))
            open_conns.discard(event.conn)
        for size in sizes:
            if size is None:
                return None
            total += size
    return None if open_conns else total
