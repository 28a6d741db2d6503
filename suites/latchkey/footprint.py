# SPDX-License-Identifier: Apache-2.0
"""What the fetcher of policies is as an HTTP client: does it act upon what is offered to it?

Each predicate holds when it does not. They are asked on the level MAY: nobody fails by them
(docs/footprint.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from latchkey.finding import Context, Finding, Predicate, services_of, verdict_of
from latchkey.transcript import Event, Transcript

# What only a second request can show: one that asks once tells nothing of it.
OF_SECOND = frozenset({"no-cookie", "no-connection-reuse", "no-resumption"})
NEEDED = ("host", "connection")         # RFC 9112, section 3.2; who keeps no connection says so
_PREFACE = b"PRI * HTTP/2.0"            # RFC 9113, section 3.4


def _requests(transcript: Transcript) -> Iterator[Event]:
    """Requests for policies, not what a proxy or a place for reports is asked."""
    hosts = {event.text("host") for event in transcript.all("listen")
             if event.text("listener") == "policy"}
    return (event for event in transcript.all("http.request") if event.text("host") in hosts)


def fields(request: Event) -> dict[str, str]:
    """Name in small letters → value; of several the last."""
    lines = (line.partition(":") for line in request.text("head").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, colon, value in lines if colon}


def _use_of_policy(context: Context) -> Finding:
    transcript = context.transcript
    mail = [event for event in transcript.all("command")
            if event.service == "smtp" and event.text("verb").upper() == "MAIL"]
    ends = tuple(event.seq for event in transcript.all("client.exit"))
    return Finding(bool(mail), tuple(event.seq for event in mail) or ends)


def _with_field(context: Context, *names: str) -> Finding:
    def told(event: Event) -> list[str]:
        return [f"{name}: {value}" for name, value in fields(event).items() if name in names]
    return verdict_of(filter(told, _requests(context.transcript)),
                      lambda event: ", ".join(told(event)))


def _seen_again(context: Context, finding: Finding) -> Finding:
    """With the requests behind the first as its evidence, if it holds."""
    later = tuple(event.seq for event in _requests(context.transcript))[1:]
    return Finding(True, later, "" if later else "it asked once") if finding.holds else finding


def _cookie(context: Context) -> Finding:
    return _seen_again(context, _with_field(context, "cookie"))


def _coding_offered(context: Context) -> Finding:
    def codings(event: Event) -> str:
        offered = fields(event).get("accept-encoding", "identity")
        return "" if offered.lower() == "identity" else offered
    return verdict_of(filter(codings, _requests(context.transcript)), codings)


def _plain_request(context: Context) -> Finding:
    def more(event: Event) -> list[str]:
        return [name for name in fields(event) if name not in NEEDED]
    return verdict_of(filter(more, _requests(context.transcript)),
                      lambda event: ", ".join(more(event)))


def _again(events: Iterable[Event]) -> Iterator[Event]:
    """Those on connections that an earlier one was on."""
    met: set[int] = set()
    for event in events:
        if event.conn in met:
            yield event
        met.add(event.conn)


def _connection_reuse(context: Context) -> Finding:
    return _seen_again(context, verdict_of(_again(_requests(context.transcript)),
                                           lambda event: event.text("target")))


def _resumption(context: Context) -> Finding:
    resumed = (event for event in context.transcript.all("tls.up")
               if event.service == "https" and event.fields.get("resumed") is True)
    return _seen_again(context, verdict_of(resumed, lambda event: event.text("version")))


def _h2_offered(context: Context) -> Finding:
    transcript = context.transcript
    offers = [event for event in transcript.all("hello")
              if event.service == "https" and "h2" in event.texts("alpn")]
    spoken = [event for event in transcript.all("recv")
              if event.service == "https" and event.bytes().startswith(_PREFACE)]
    return verdict_of([*offers, *spoken], lambda event: ", ".join(event.texts("alpn")) or "spoken")


_BY_REQUEST = services_of("http.request")

OF_FETCHERS = (
    Predicate(
        "no-use-of-policy", _use_of_policy,
        "Nothing is made of a policy that comes like this.",
        "The sender held the mail back, as the policy wants it.",
        "The sender made nothing of the policy."),
    Predicate(
        "no-cookie", _cookie,
        "No cookie is sent back.",
        "The sender sent a cookie back.",
        "The sender sent no cookie.",
        shown=_BY_REQUEST),
    Predicate(
        "no-coding-offered", _coding_offered,
        "No coding of the body is asked for.",
        "The sender asked for a coding of the body.",
        "The sender asked for no coding.",
        shown=_BY_REQUEST),
    Predicate(
        "plain-request", _plain_request,
        "A request has no field that nobody needs.",
        "The sender said more than it had to.",
        "The sender said no more than it had to.",
        shown=_BY_REQUEST),
    Predicate(
        "no-connection-reuse", _connection_reuse,
        "Each request has a connection of its own.",
        "The sender asked again on the same connection.",
        "The sender asked on each connection once.",
        shown=_BY_REQUEST),
    Predicate(
        "no-resumption", _resumption,
        "No session with a policy host is resumed.",
        "The sender resumed a session with the policy host.",
        "The sender resumed no session.",
        shown=_BY_REQUEST),
    Predicate(
        "no-binary-http", _h2_offered,
        "HTTP/2 is neither offered nor spoken.",
        "The sender would speak HTTP/2.",
        "The sender does not speak HTTP/2.",
        shown=services_of("hello")),
)
