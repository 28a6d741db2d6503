# SPDX-License-Identifier: Apache-2.0
"""URIs (RFC 3986 appendix A)."""

from __future__ import annotations

import ipaddress
import re

_PCT = rb"%[0-9A-Fa-f]{2}"


def _run(marks: bytes, without: bytes) -> bytes:
    allowed = bytes(octet for octet in b"-._~!$&'()*+,;=" + marks if octet not in without)
    return rb"(?:[A-Za-z0-9" + re.escape(allowed) + rb"]|" + _PCT + rb")*"


def pattern(without: bytes = b"") -> bytes:
    """A regular expression for a URI that has none of the octets of `without`."""
    run = _run(b"", without)
    authority = (rb"(?:" + _run(b":", without) + rb"@)?(?:\[[A-Za-z0-9:._~!$&'()*+,;=-]+\]|"
                 + run + rb")(?::[0-9]*)?")
    segment = _run(b":@", without)
    path = (rb"(?://" + authority + rb"(?:/" + segment + rb")*|/(?!/)" + _run(b":@/", without)
            + rb"|(?!/)" + _run(b":@/", without) + rb")")
    tail = _run(b":@/?", without)
    return rb"[A-Za-z][A-Za-z0-9+.-]*:" + path + rb"(?:\?" + tail + rb")?(?:#" + tail + rb")?"


def is_uri(data: bytes, without: bytes = b"") -> bool:
    if not re.fullmatch(pattern(without), data):
        return False
    literal = re.match(rb"[^:]*://(?:[^@/?#]*@)?\[([^]]*)\]", data)
    return literal is None or _is_address(literal.group(1).decode())


def _is_address(literal: str) -> bool:
    if re.fullmatch(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9:._~!$&'()*+,;=-]+", literal):
        return True
    try:
        ipaddress.IPv6Address(literal)
    except ValueError:
        return False
    return True


def is_https(data: bytes, without: bytes = b"") -> bool:
    """With a host (RFC 7230 section 2.7.2)."""
    match = re.match(rb"(?i:https)://([^/?#]*)", data)
    return is_uri(data, without) and match is not None and (
        match.group(1).rpartition(b"@")[2][:1] not in (b"", b":"))
