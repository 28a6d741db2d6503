# SPDX-License-Identifier: Apache-2.0
"""Reports of TLS (RFC 8460), read out of a transcript, and what is wrong with their form."""

from __future__ import annotations

import email
import email.policy
import gzip
import ipaddress
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from latchkey.shape import (Anything, ListOf, Misfit, Names, Number, Shape, Table, Text, check,
                            schema)
from latchkey.transcript import Event, Transcript

SINK, SINK_MX = "reports", "reports-mx"     # listeners
JSON, GZIP = "application/tlsrpt+json", "application/tlsrpt+gzip"   # section 6.4, 6.5
_MOST = 4 * 1024 * 1024                 # bytes of a report
POLICY_TYPES = ("tlsa", "sts", "no-policy-found")
RESULTS = (                             # section 4.3 and 6.6
    "starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
    "certificate-not-trusted", "validation-failure", "tlsa-invalid", "dnssec-invalid",
    "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid",
)

_TEXT, _COUNT = Text(), Number(0, 2**53, whole=True)
# Section 4.4, in our own words. What is not named there is somebody's extension.
_POLICY: Mapping[str, Shape] = {"policy-type": _TEXT, "policy-domain": _TEXT,
                                "policy-string": ListOf(_TEXT), "mx-host": ListOf(_TEXT)}
_DETAILS: Mapping[str, Shape] = {
    "result-type": _TEXT, "sending-mta-ip": _TEXT, "receiving-mx-hostname": _TEXT,
    "receiving-mx-helo": _TEXT, "receiving-ip": _TEXT, "failed-session-count": _COUNT,
    "additional-information": _TEXT, "failure-reason-code": _TEXT}
_SHAPES: Mapping[str, tuple[Mapping[str, Shape], tuple[str, ...]]] = {
    "the report": ({"organization-name": _TEXT, "date-range": Names(_TEXT), "contact-info": _TEXT,
                    "report-id": _TEXT, "policies": ListOf(Names(Anything()), 1)},
                   ("organization-name", "date-range", "contact-info", "report-id", "policies")),
    "date-range": ({"start-datetime": _TEXT, "end-datetime": _TEXT},
                   ("start-datetime", "end-datetime")),
    "policies": ({"policy": Names(Anything()), "summary": Names(Anything()),
                  "failure-details": ListOf(Names(Anything()))}, ("policy", "summary")),
    "policy": (_POLICY, ("policy-type", "policy-domain")),
    "summary": ({"total-successful-session-count": _COUNT, "total-failure-session-count": _COUNT},
                ("total-successful-session-count", "total-failure-session-count")),
    "failure-details": (_DETAILS, ("result-type", "failed-session-count")),
}


@dataclass(frozen=True)
class Report:
    """One that came; `data` is empty where `trouble` says why it cannot be read."""

    by: str                             # https, mail
    seq: int                            # of the event that brought its end
    media_type: str
    body: bytes
    data: Mapping[str, Any]
    trouble: str
    fields: Mapping[str, str] = field(default_factory=dict)     # of the request or message
    message: EmailMessage | None = None
    text: bytes = b""                   # all of the message
    filename: str = ""

    @property
    def is_compressed(self) -> bool:
        return self.body.startswith(b"\x1f\x8b")

    def policies(self) -> list[Mapping[str, Any]]:
        """Those that are objects."""
        found = self.data.get("policies")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def details(self) -> list[Mapping[str, Any]]:
        return [one for policy in self.policies()
                for one in as_list(policy.get("failure-details")) if isinstance(one, dict)]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# --- out of the transcript


def reports(transcript: Transcript) -> tuple[Report, ...]:
    """All that reached the places for reports in the last run, in order."""
    since = transcript.last_run
    conns = {event.conn: event.text("listener") for event in transcript.all("accept")
             if event.seq > since and event.text("listener") in (SINK, SINK_MX)}
    found = [one for conn, listener in conns.items()
             for one in (_posted if listener == SINK else _mailed)(transcript.conn(conn))]
    return tuple(sorted(found, key=lambda one: one.seq))


def _posted(events: Iterable[Event]) -> Iterator[Report]:
    """What an HTTPS connection brought: the bytes behind the head of each request."""
    request: Event | None = None
    stream = b""
    for event in events:
        if event.name == "recv":
            stream += event.bytes()
        elif event.name == "http.request":
            request = event
        elif event.name == "send" and event.text("reply") == "accepted" and request is not None:
            head, _, body = stream.partition(b"\r\n\r\n")
            stream = b""
            yield _posted_report(request, _fields(head), body, event.seq)


def _posted_report(request: Event, fields: Mapping[str, str], body: bytes, seq: int) -> Report:
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    kind = fields.get("content-type", "").partition(";")[0].strip().lower()
    data, trouble = parsed(body)
    return Report("https", seq, kind, body, data, trouble,
                  {**fields, "target": request.text("target")})


def _fields(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, colon, value in lines if colon}


def _unchunked(body: bytes) -> bytes:
    found = b""
    while header := re.match(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r\n", body):
        size = int(header[1], 16)
        found += body[header.end():header.end() + size]
        body = body[header.end() + size + 2:]
    return found


def _mailed(events: Iterable[Event]) -> Iterator[Report]:
    """The messages that an SMTP connection brought."""
    text: bytes | None = None
    for event in events:
        if event.name == "send" and event.text("reply") == "data":
            text = b"" if event.bytes().startswith(b"354") else None
        elif event.name == "recv" and text is not None:
            text += event.bytes()
        elif event.name == "message" and text is not None:
            yield _mailed_report(text.partition(b"\r\n.\r\n")[0].replace(b"\r\n..", b"\r\n."),
                                 event.seq)
            text = None


def _mailed_report(text: bytes, seq: int) -> Report:
    message = email.message_from_bytes(text, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    fields = {name.lower(): " ".join(str(value).split()) for name, value in message.items()}
    part = next((one for one in message.walk() if one.get_content_type() in (JSON, GZIP)), None)
    content = part.get_payload(decode=True) if part is not None else b""
    body = content if isinstance(content, bytes) else b""
    data, trouble = parsed(body)
    return Report("mail", seq, part.get_content_type() if part is not None else "", body, data,
                  trouble, fields, message, text, (part.get_filename() or "") if part else "")


class _Twice(ValueError):
    """A member that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise _Twice
    return dict(pairs)


def _no_number(name: str) -> float:
    """JSON has no NaN and no Infinity."""
    raise ValueError(name)


def parsed(body: bytes) -> tuple[Mapping[str, Any], str]:
    """The I-JSON object (RFC 7493) in a body, compressed or not; or what is wrong with it."""
    try:
        if body.startswith(b"\x1f\x8b"):
            unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
            body = unpacker.decompress(body, _MOST)
            if not unpacker.eof:
                return {}, "it does not end, or is too long"
        data = json.loads(body.decode("utf-8"), object_pairs_hook=_once,
                          parse_constant=_no_number)
        json.dumps(data, ensure_ascii=False).encode("utf-8")    # half a surrogate pair is none
    except _Twice:
        return {}, "a member is there twice"
    except (ValueError, RecursionError, OSError, zlib.error, gzip.BadGzipFile):
        return {}, "it is no JSON in UTF-8"
    return (data, "") if isinstance(data, dict) else ({}, "it is no object")


# --- its form


def flaws(data: Mapping[str, Any]) -> list[str]:
    """What in a report is not as section 4 wants it."""
    found = [*_misfit("the report", data)]
    period = data.get("date-range")
    if isinstance(period, dict):
        found += _misfit("date-range", period)
        found += [f"{name} is no time of RFC 3339" for name in _SHAPES["date-range"][1]
                  if isinstance(period.get(name), str) and not _is_time(period[name])]
    for policy in as_list(data.get("policies")):
        if isinstance(policy, dict):
            found += _policy_flaws(policy)
    return found


def schema_file() -> str:
    """The text of `suites/schemas/tlsrpt-report.schema.json`: the form without times, addresses."""
    def table(name: str, **inner: Any) -> dict[str, Any]:
        keys, required = _SHAPES[name]
        found = schema(Table(keys, required))
        found["properties"] |= inner
        return {**found, "additionalProperties": True}      # extensions are allowed

    kind, result = ({"enum": list(words)} for words in (POLICY_TYPES, RESULTS))
    details = table("failure-details", **{"result-type": result})
    policies = table("policies", policy=table("policy", **{"policy-type": kind}),
                     summary=table("summary"), **{
                         "failure-details": {"type": "array", "items": details}})
    whole = table("the report", **{"date-range": table("date-range"), "policies": {
        "type": "array", "items": policies, "minItems": 1}})
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema",
                       "title": "A report of TLS (RFC 8460, section 4)", **whole}, indent=2) + "\n"


def _policy_flaws(policy: Mapping[str, Any]) -> list[str]:
    found = [*_misfit("policies", policy)]
    for name in ("policy", "summary"):
        if isinstance(policy.get(name), dict):
            found += _misfit(name, policy[name])
    own = policy.get("policy")
    kind = own.get("policy-type") if isinstance(own, dict) else None
    if kind not in (None, *POLICY_TYPES):
        found.append(f"policy-type {kind} is unknown")
    for details in as_list(policy.get("failure-details")):
        if not isinstance(details, dict):
            continue
        found += _misfit("failure-details", details)
        if details.get("result-type") not in (None, *RESULTS):
            found.append(f"result-type {details['result-type']} is unknown")
        found += [f"{name} is no address" for name in ("sending-mta-ip", "receiving-ip")
                  if isinstance(details.get(name), str) and not _is_address(details[name])]
    return found


def _misfit(name: str, value: Mapping[str, Any]) -> Iterator[str]:
    keys, required = _SHAPES[name]
    try:
        check(Table(keys, required), {key: value[key] for key in value if key in keys})
    except Misfit as misfit:
        yield f"{name}: {misfit.what}"


def _is_time(text: str) -> bool:
    shape = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"
    if not re.fullmatch(shape, text, re.ASCII):
        return False
    try:
        # A leap second ends an hour of UTC, and Python has none.
        datetime.fromisoformat(re.sub(r":([0-5]9):60", r":\1:59", text.upper()))
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return text in (str(address), f"::ffff:{mapped}")       # RFC 5952, for IPv6
