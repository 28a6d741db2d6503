# SPDX-License-Identifier: Apache-2.0
"""Predicates of clients that are told an address, and look for its servers (RFC 6186)."""

from __future__ import annotations

from latchkey.finding import Context, Finding, Predicate, services_of, verdict_of
from latchkey.postures import LISTENERS, SERVICES


_DOMAIN = "example.test"                # of the user's address, in every world


def _labels(service: str) -> tuple[str, str]:
    return f"_{service}s._tcp.", f"_{service}._tcp."


def _asks_for_servers(context: Context) -> Finding:
    labels = _labels(context.posture.service)
    questions = context.transcript.all("dns.query")
    asked = [event for event in questions
             if event.text("type") == "SRV" and event.text("name").lower().startswith(labels)]
    shown = asked or questions or context.transcript.all("client.exit")
    return Finding(bool(asked), tuple(event.seq for event in shown))


def _implicit_tls_first(context: Context) -> Finding:
    protocol = context.posture.protocol
    both = [LISTENERS[protocol, implicit] for implicit in (False, True)]
    visits = [event for event in context.transcript.all("accept")
              if event.text("listener") in both]
    return verdict_of((event for event in visits[:1]
                       if event.text("listener") != LISTENERS[protocol, True]),
                      lambda event: f"it went to {event.text('listener')}")


def _sends_domain_sni(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("hello")
                       if event.text("sni").rstrip(".").lower() != _DOMAIN),
                      lambda event: f"it named {event.text('sni') or 'nobody'}")


def _no_visit(context: Context) -> Finding:
    return verdict_of(context.transcript.all("accept"),
                      lambda event: f"{event.text('host')}, {event.text('listener')}")


def _no_other_protocol(context: Context) -> Finding:
    others = {SERVICES[service] for service in ("imap", "pop3")} - {context.posture.protocol}
    return verdict_of((event for event in context.transcript.all("accept")
                       if event.service in others), lambda event: event.text("listener"))


def _preferred_protocol(context: Context) -> Finding:
    """RFC 6186, section 3.4: of IMAP and POP3 the one whose records have the lowest number."""
    lowest: dict[str, int] = {}
    for event in context.transcript.all("dns.answer"):
        for row in (text.lower().split() for text in event.texts("answers")):
            service = row[0].lstrip("_").partition(".")[0].removesuffix("s")
            if row[1:2] == ["srv"] and service in ("imap", "pop3") and row[2].isdigit():
                lowest[service] = min(int(row[2]), lowest.get(service, 2**16))
    visits = [event for event in context.transcript.all("accept")
              if event.service in ("imap", "pop3")]
    if len(lowest) < 2:
        shown = [*visits[:1], *context.transcript.all("client.exit")]
        return Finding(False, tuple(event.seq for event in shown),
                       f"it asked for {', '.join(lowest) or 'neither'}")
    best = min(lowest.values())
    return verdict_of((event for event in visits[:1] if lowest[event.service] > best),
                      lambda event: f"it went to {event.text('listener')}")


OF_DISCOVERY = (
    Predicate(
        "asks-for-servers", _asks_for_servers,
        "Who is given an address alone asks the domain for its servers.",
        "The client asked the domain for no server.",
        "The client asked the domain for its servers."),
    Predicate(
        "implicit-tls-first", _implicit_tls_first,
        "Where implicit TLS is announced first, it is tried first.",
        "The client went to the port with STARTTLS first.",
        "The client went to the port with implicit TLS first, or to none."),
    Predicate(
        "sends-domain-sni", _sends_domain_sni,
        "Every ClientHello names the domain whose server is wanted.",
        "The client did not say which domain's server it wanted.",
        "The client said which domain's server it wanted.",
        shown=services_of("hello")),
    Predicate(
        "no-visit", _no_visit,
        "What is announced not to exist is not visited.",
        "The client connected to a server, though the domain says that it has none.",
        "The client connected to no server."),
    Predicate(
        "preferred-protocol", _preferred_protocol,
        "Of IMAP and POP3 the client takes the one that the domain prefers.",
        "The client did not take the protocol that the domain prefers.",
        "The client took the protocol that the domain prefers."),
    Predicate(
        "no-other-protocol", _no_other_protocol,
        "An account for IMAP does not become one for POP3 unasked, nor the other way.",
        "The client went over to the other protocol.",
        "The client kept to its protocol."),
)
