# SPDX-License-Identifier: Apache-2.0
"""TLSRPT records (RFC 8460 section 3)."""

from __future__ import annotations

import re

from oracle import uri
from oracle.sts import of_set
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_DELIM = rb"[ \t]*;[ \t]*"
_EXTENSION = re.compile(rb"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x3a\x3c\x3e-\x7e]+)")


def _uris(field: bytes) -> list[bytes] | None:
    """The URIs of a well-formed rua field."""
    if not field.startswith(b"rua="):
        return None
    uris = re.split(rb"[ \t]*,[ \t]*", field[4:])
    return uris if all(uri.is_uri(one, b"!,;") for one in uris) else None


def record(data: bytes) -> Verdict:
    first, *fields = re.split(rb"[ \t]*;[ \t]*", data)
    if first != b"v=TLSRPTv1":
        return INVALID
    if fields and fields[-1] == b"":
        fields.pop()
    # Splitting took the blanks of a delimiter; none may stand where there is no semicolon.
    if not fields or (data[-1:] in (b" ", b"\t") and not data.rstrip(b" \t").endswith(b";")):
        return INVALID
    lists = []
    for field in fields:
        uris = _uris(field)
        if uris is None and not _EXTENSION.fullmatch(field):
            return INVALID
        if field.startswith(b"rua="):
            lists.append(uris)
    good = [uris for uris in lists if uris is not None]
    if not good:
        return INVALID
    flags = ["tlsrpt-rua-twice"] if len(lists) > 1 else []
    if not all(re.match(rb"(?i:mailto|https):", one) for one in good[0]):
        flags.append("tlsrpt-scheme")
    if not data.startswith(b"v=TLSRPTv1;"):
        flags.append("tlsrpt-early-blank")
    return accepted({"rua": [text(one) for one in good[0]]}, flags)


def records(data: bytes) -> Verdict:
    return of_set(data, b"v=TLSRPTv1;", record)


ORACLES: dict[str, Oracle] = {"tlsrpt-record": record, "tlsrpt-records": records}
