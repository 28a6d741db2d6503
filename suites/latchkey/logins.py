# SPDX-License-Identifier: Apache-2.0
"""Predicates of logging in (RFC 4954, RFC 9051, RFC 5034; by certificate RFC 8314, section 5.5),
and of saying goodbye."""

from __future__ import annotations

import re
from itertools import accumulate

from latchkey.finding import Context, Finding, Predicate, services_of, verdict_of
from latchkey.transcript import Event, Transcript

CANCEL = b"*\r\n"
# With an initial response these are done in one round trip.
_ONE_STEP = frozenset({b"PLAIN", b"EXTERNAL", b"XOAUTH2", b"OAUTHBEARER"})
_AUTH = re.compile(rb"(?:^|\n)AUTH +([A-Z0-9_-]+)( +\S+)? *\r\n(?P<rest>.*)",
                   re.IGNORECASE | re.DOTALL)
_AUTH_LINE = re.compile(rb"^AUTH [^\n]*\n?", re.IGNORECASE | re.MULTILINE)
# Octets of a command with its CR LF (RFC 4954, section 4: RFC 5321, section 4.5.3.1.4; RFC 5034,
# section 4: RFC 2449, section 4). IMAP has no limit.
_LIMITS = {"smtp": 512, "pop3": 255}


def _said(transcript: Transcript, conn: int, since: int) -> tuple[bytes, tuple[int, ...]]:
    """What came from the client on a connection behind an event, and with which events."""
    events = [event for event in transcript.conn(conn)
              if event.name == "recv" and event.seq > since]
    return b"".join(event.bytes() for event in events), tuple(event.seq for event in events)


def _cancels_login(context: Context) -> Finding:
    transcript = context.transcript
    for fault in transcript.all("fault.delivered"):
        said, events = _said(transcript, fault.conn, fault.seq)
        if not said.startswith(CANCEL):
            line = said.partition(b"\r\n")[0][:60].decode("ascii", "replace")
            return Finding(False, events[:1] or (fault.seq,),
                           f"it said {line}" if line else "it said nothing")
    return Finding(True)


def _no_mail_without_login(context: Context) -> Finding:
    transcript = context.transcript
    known = {event.conn: event.seq for event in reversed(transcript.all("auth"))
             if event.fields.get("ok") is True}
    return verdict_of((event for event in transcript.all("command")
                       if event.service == "smtp" and event.text("verb").upper() == "MAIL"
                       and event.seq < known.get(event.conn, event.seq + 1)),
                      lambda event: "inside TLS" if event.in_tls else "in clear")


def _goes_on(event: Event) -> bool:
    """A login that takes several steps has something behind it, in one go."""
    found = _AUTH.search(event.bytes()) if event.service == "smtp" else None
    return found is not None and bool(found["rest"]) and not (
        found[1].upper() in _ONE_STEP and found[2])


def _login_ends_group(context: Context) -> Finding:
    return verdict_of(filter(_goes_on, context.transcript.all("recv")),
                      lambda event: "something came behind AUTH")


def _auth_line_within_limit(context: Context) -> Finding:
    received: dict[int, list[Event]] = {}
    for event in context.transcript.all("recv"):
        if event.in_tls and event.service in _LIMITS:
            received.setdefault(event.conn, []).append(event)
    for events in received.values():
        limit = _LIMITS[events[0].service]
        for line in _AUTH_LINE.finditer(b"".join(event.bytes() for event in events)):
            if len(line[0]) > limit:
                return Finding(False, _bringers(events, line.start(), line.end()),
                               f"{len(line[0])} octets, where {limit} are the most")
    return Finding(True)


def _bringers(events: list[Event], start: int, end: int) -> tuple[int, ...]:
    """Those that brought the bytes from start to end of all that came."""
    ends = list(accumulate(len(event.bytes()) for event in events))
    return tuple(event.seq for event, begin, behind in zip(events, [0, *ends], ends)
                 if begin < end and behind > start)


def _says_goodbye(context: Context) -> Finding:
    transcript = context.transcript
    said = {event.conn for event in transcript.all("tls.alert")
            if event.text("dir") == "in" and event.text("description") == "close_notify"}
    return verdict_of((event for event in transcript.all("message")
                       if event.in_tls and event.conn not in said),
                      lambda event: f"to {event.text('host')}")


def certificates(transcript: Transcript) -> list[Event]:
    """The handshakes in which the client showed a certificate, or resumed such a session."""
    return [event for event in transcript.all("tls.up")
            if event.fields.get("certificate") is True]


def _no_password_beside_certificate(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("secret")
                       if event.text("secret") == "password"),
                      lambda event: f"to {event.text('host')}")


def _no_client_certificate(context: Context) -> Finding:
    return verdict_of(certificates(context.transcript), lambda event: f"to {event.text('host')}")


def _no_certificate_shared(context: Context) -> Finding:
    # What comes up to the first message is the first transfer's, which may show it; if there was no
    # second message the first transfer may have had none, and its first connection alone is sure.
    transcript = context.transcript
    messages, ups = transcript.all("message"), transcript.all("tls.up")
    first = messages[0].seq if len(messages) > 1 else ups[0].seq if ups else 0
    shown = certificates(transcript)
    conns = {event.conn for event in shown}
    return verdict_of(sorted([*(event for event in messages[1:] if event.conn in conns),
                              *(event for event in shown if event.seq > first)]),
                      lambda event: "shown again" if event.name == "tls.up"
                      else f"the second message was {event.text('action')} as the first account")


OF_LOGINS = (
    Predicate(
        "cancels-login", _cancels_login,
        "Who cannot read a challenge cancels the login, with a star alone on a line.",
        "The client did not cancel a login whose challenge it could not read.",
        "The client cancelled the login."),
    Predicate(
        "no-mail-without-login", _no_mail_without_login,
        "No mail is handed in where nobody has logged in.",
        "The client began to hand mail in without having logged in.",
        "No mail was handed in without a login."),
    Predicate(
        "login-ends-group", _login_ends_group,
        "Behind a login that takes several steps nothing is sent until the server has answered.",
        "The client sent more along with a login that takes several steps.",
        "The client waited for the answer to its login."),
    Predicate(
        "auth-line-within-limit", _auth_line_within_limit,
        "An AUTH command is not longer than a command may be.",
        "The client sent an AUTH command that is longer than a command may be.",
        "No AUTH command was longer than a command may be."),
    Predicate(
        "says-goodbye", _says_goodbye,
        "A client that is done sends close_notify before it hangs up.",
        "The client hung up without close_notify.",
        "The client sent close_notify."),
    Predicate(
        "no-password-beside-certificate", _no_password_beside_certificate,
        "Who logs in by certificate shows no password.",
        "The client showed its password where its certificate was to do.",
        "The client showed no password."),
    Predicate(
        "no-client-certificate", _no_client_certificate,
        "No server is shown a certificate that the account does not name.",
        "The client showed a certificate that the account does not name.",
        "The client showed no certificate.",
        shown=services_of("tls.up")),
    Predicate(
        "no-certificate-shared", _no_certificate_shared,
        "The certificate of one account does not serve another.",
        "The certificate of one account served another.",
        "The certificate of one account served no other."),
)
