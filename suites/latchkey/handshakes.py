# SPDX-License-Identifier: Apache-2.0
"""Predicates of the TLS handshake: what a client offers in it, and what it lets pass."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from latchkey.finding import GOODBYE, Context, Finding, Predicate, services_of, verdict_of
from latchkey.transcript import Event

# By age. What is not here (GREASE values, drafts) counts as neither.
_VERSIONS = {"SSLv2": 0, "SSLv3": 1, "TLSv1": 2, "TLSv1.0": 2, "TLSv1.1": 3, "TLSv1.2": 4,
             "TLSv1.3": 5}
_OLDEST_GOOD = _VERSIONS["TLSv1.2"]
# The last two encrypt nothing (RFC 9150).
_WEAK_SIGNATURE = re.compile(r"_(?:md5|sha1)$")
_WEAK_GROUP = re.compile(r"^sec[tp]1\d\d[kr]\d$")   # curves below 200 bits
_SHORT_TAGS = re.compile(r"^truncated_hmac$")
_RENEGOTIATION_SUITE = "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"  # RFC 5746, section 3.3
_WEAK_SUITE = re.compile(r"_(?:NULL|anon|EXPORT|EXPORT1024|RC4|RC2|DES|DES40|3DES)(?:_|$)"
                         r"|^TLS_SHA256_SHA256$|^TLS_SHA384_SHA384$")


def _offered(hello: Event) -> dict[str, int]:
    """The known versions that a ClientHello names, with their age.

    Without the extension (RFC 8446, section 4.2.1) the field says the highest one only.
    """
    names = hello.texts("versions") or (hello.text("version"),)
    return {name: age for name in names if (age := _VERSIONS.get(name)) is not None}


# --- what it lets pass


def _no_clear_text_in_handshake(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("hello")
                       if event.bytes("stray")),
                      lambda event: f"{len(event.bytes('stray'))} bytes")


def _no_handshake_completed(context: Context) -> Finding:
    # A client may look at names and suites only once TLS is up: one that then goes, without a byte
    # or with a goodbye, did refuse.
    conns = {event.conn for event in context.transcript.all("fault.delivered") if event.conn}
    return verdict_of((event for event in context.transcript.all("tls.up")
                       if event.conn in conns and _used(context, event)),
                      lambda event: event.text("version"))


def _used(context: Context, up: Event) -> bool:
    return any(event.name == "recv" and event.seq > up.seq and event.bytes()
               and not GOODBYE.fullmatch(event.bytes())
               for event in context.transcript.conn(up.conn))


def _no_downgraded_handshake(context: Context) -> Finding:
    """The mark is for those who offered TLS 1.3; who did not has nothing to mind."""
    transcript = context.transcript
    marked = {event.conn for event in transcript.all("fault.delivered")}
    offered = {event.conn for event in transcript.all("hello")
               if _VERSIONS["TLSv1.3"] in _offered(event).values()}
    return verdict_of((event for event in transcript.all("tls.up")
                       if event.conn in marked & offered
                       and _VERSIONS.get(event.text("version"), 0) < _VERSIONS["TLSv1.3"]),
                      lambda event: event.text("version"))


def _no_old_version(context: Context) -> Finding:
    def is_old(event: Event) -> bool:
        age = _VERSIONS.get(event.text("version"))
        return age is not None and age < _OLDEST_GOOD
    return verdict_of(filter(is_old, context.transcript.all("tls.up")),
                      lambda event: event.text("version"))


def _no_version_fallback(context: Context) -> Finding:
    # A ClientHello inside TLS renegotiates, and keeps to the version in use.
    highest, lower = -1, []
    for hello in context.transcript.all("hello"):
        best = max(_offered(hello).values(), default=-1)
        if hello.in_tls or best < 0:
            continue
        if best < highest:
            lower.append(hello)
        highest = max(highest, best)
    return verdict_of(lower, lambda event: max(_offered(event), key=_VERSIONS.__getitem__))


# --- what it offers


def _sends_sni(context: Context) -> Finding:
    def is_wrong(event: Event) -> bool:
        host = event.text("host").rstrip(".").lower()
        sni = event.text("sni").rstrip(".").lower()
        return bool(host) and not _is_address(host) and sni != host
    return verdict_of(filter(is_wrong, context.transcript.all("hello")),
                      lambda event: f"it named {event.text('sni') or 'nobody'}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _no_old_version_offered(context: Context) -> Finding:
    def old(event: Event) -> list[str]:
        return [name for name, age in _offered(event).items() if age < _OLDEST_GOOD]
    return verdict_of(filter(old, context.transcript.all("hello")),
                      lambda event: ", ".join(old(event)))


def _offers_none(field: str, pattern: re.Pattern[str]) -> Callable[[Context], Finding]:
    def found(event: Event) -> list[str]:
        return [name for name in event.texts(field) if pattern.search(name)]

    return lambda context: verdict_of(filter(found, context.transcript.all("hello")),
                                      lambda event: ", ".join(found(event)))


def _no_compression_offered(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("hello")
                       if event.fields.get("compression") is True), lambda _: "compression")


def _always_says(extension: str, suite: str = "") -> Callable[[Context], Finding]:
    """Of each ClientHello that would agree to a version before TLS 1.3; suite: says the same."""
    def lacks(event: Event) -> bool:
        return (any(age < _VERSIONS["TLSv1.3"] for age in _offered(event).values())
                and extension not in event.texts("extensions")
                and (not suite or suite not in event.texts("ciphers")))

    return lambda context: verdict_of(filter(lacks, context.transcript.all("hello")),
                                      lambda _: f"{extension} is missing")


_BY_HELLO = services_of("hello")

OF_HANDSHAKES = (
    Predicate(
        "no-clear-text-in-handshake", _no_clear_text_in_handshake,
        "Nothing but TLS is sent where the handshake begins.",
        "The client mixed clear text into the TLS handshake.",
        "The client kept the handshake free of clear text."),
    Predicate(
        "no-handshake-completed", _no_handshake_completed,
        "The TLS handshake is not completed.",
        "The client completed a handshake that was to be refused.",
        "The client refused the handshake."),
    Predicate(
        "no-downgraded-handshake", _no_downgraded_handshake,
        "A handshake that the server marks as downgraded is not completed.",
        "The client overlooked the mark of a downgrade.",
        "The client did not complete a handshake that was marked as downgraded."),
    Predicate(
        "no-old-version", _no_old_version,
        "No TLS older than 1.2 is used.",
        "The session ran on a TLS version that is no longer safe.",
        "No session ran on an old TLS version.",
        shown=_BY_HELLO),
    Predicate(
        "no-version-fallback", _no_version_fallback,
        "No later attempt offers an older TLS version.",
        "After a failure the client tried again with an older TLS version.",
        "The client did not fall back to an older TLS version.",
        shown=_BY_HELLO),
    Predicate(
        "sends-sni", _sends_sni,
        "Every ClientHello names the host that is wanted.",
        "The client did not say which host it wanted.",
        "The client said which host it wanted.",
        shown=_BY_HELLO),
    Predicate(
        "no-old-version-offered", _no_old_version_offered,
        "No TLS version below 1.2 is offered.",
        "The client offered a TLS version that is no longer safe.",
        "The client offered no old TLS version.",
        shown=_BY_HELLO),
    Predicate(
        "no-weak-suite-offered", _offers_none("ciphers", _WEAK_SUITE),
        "No broken cipher suite is offered.",
        "The client offered a cipher suite that is broken.",
        "The client offered no broken cipher suite.",
        shown=_BY_HELLO),
    Predicate(
        "no-weak-signature-offered", _offers_none("signatures", _WEAK_SIGNATURE),
        "No signature with MD5 or SHA-1 is asked for.",
        "The client would take a signature with a broken digest.",
        "The client asked for no signature with a broken digest.",
        shown=_BY_HELLO),
    Predicate(
        "no-weak-group-offered", _offers_none("groups", _WEAK_GROUP),
        "No curve below 224 bits is offered.",
        "The client offered a curve that is too small.",
        "The client offered no curve that is too small.",
        shown=_BY_HELLO),
    Predicate(
        "no-compression-offered", _no_compression_offered,
        "No TLS compression is offered.",
        "The client offered TLS compression.",
        "The client offered no TLS compression.",
        shown=_BY_HELLO),
    Predicate(
        "no-truncated-hmac-offered", _offers_none("extensions", _SHORT_TAGS),
        "No shorter authentication of records is offered.",
        "The client offered to authenticate records by fewer bits.",
        "The client offered no shorter authentication of records.",
        shown=_BY_HELLO),
    Predicate(
        "offers-secure-renegotiation",
        _always_says("renegotiation_info", _RENEGOTIATION_SUITE),
        "Every ClientHello for TLS 1.2 says that renegotiation is safe.",
        "The client did not protect renegotiation.",
        "The client protected renegotiation.",
        shown=_BY_HELLO),
    Predicate(
        "offers-extended-master-secret", _always_says("extended_master_secret"),
        "Every ClientHello for TLS 1.2 binds the keys to the whole handshake.",
        "The client did not offer the extended master secret.",
        "The client offered the extended master secret.",
        shown=_BY_HELLO),
)
