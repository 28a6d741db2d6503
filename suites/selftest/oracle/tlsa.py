# SPDX-License-Identifier: Apache-2.0
"""TLSA records (RFC 6698 section 2, RFC 7672 section 3.1, RFC 7218 section 2)."""

from __future__ import annotations

import re
from typing import Any

from oracle.verdict import INVALID, Oracle, Verdict, accepted

_SIZES = {1: 32, 2: 64}
# In any letter case (RFC 7218 section 2).
_ACRONYMS = (
    {"pkix-ta": 0, "pkix-ee": 1, "dane-ta": 2, "dane-ee": 3, "privcert": 255},
    {"cert": 0, "spki": 1, "privsel": 255},
    {"full": 0, "sha2-256": 1, "sha2-512": 2, "privmatch": 255},
)


def _value(numbers: list[int], data: str) -> dict[str, Any]:
    return {"usage": numbers[0], "selector": numbers[1], "matching": numbers[2], "data": data}


def wire(data: bytes) -> Verdict:
    if len(data) < 4:
        return INVALID
    usage, selector, matching = data[:3]
    if usage > 3 or selector > 1 or matching > 2:
        return INVALID
    if len(data) - 3 != _SIZES.get(matching, len(data) - 3):
        return INVALID
    return accepted(_value([usage, selector, matching], data[3:].hex()),
                    ["tlsa-pkix-usage"] if usage < 2 else [])


_PIECE = re.compile(rb"(;[^\r\n]*)|(\r?\n\Z)|(.)", re.DOTALL)


def _words(data: bytes) -> tuple[list[bytes], list[str]] | None:
    """The words of a line of a zone file, and what of it is not of the RDATA.

    Parentheses do not nest; line ends are blanks inside them, and outside only at the end.
    """
    line, flags, is_open = b"", [], False
    for comment, end, octet in _PIECE.findall(data):
        if comment or (end and not is_open):
            flags.append("tlsa-text-line")
        elif octet in (b"(", b")") and octet:
            if is_open == (octet == b"("):
                return None
            is_open, line = not is_open, line + b" "
        elif octet in (b"\r", b"\n") and not is_open:
            return None
        else:
            line += octet or b" "
    return None if is_open else ([w for w in re.split(rb"[ \t\r\n]+", line) if w], flags)


def _generic(words: list[bytes], flags: list[str]) -> Verdict:
    """The form for unknown types (RFC 3597 section 5)."""
    if not words or not re.fullmatch(rb"[0-9]+", words[0]) or not all(
            re.fullmatch(rb"(?:[0-9A-Fa-f]{2})+", word) for word in words[1:]):
        return INVALID
    octets = bytes.fromhex(b"".join(words[1:]).decode())
    if int(words[0]) != len(octets) or not 4 <= len(octets) <= 65535:
        return INVALID
    return accepted(_value(list(octets[:3]), octets[3:].hex()), [*flags, "tlsa-text-generic"])


def presentation(data: bytes) -> Verdict:
    found = _words(data)
    if found is None:
        return INVALID
    words, flags = found
    if words[:1] == [b"\\#"]:
        return _generic(words[1:], flags)
    if len(words) < 4:
        return INVALID
    numbers = []
    for word, acronyms in zip(words[:3], _ACRONYMS):
        number = acronyms.get(word.decode("latin-1").lower())
        if number is not None:
            flags.append("tlsa-text-acronym")
        elif not re.fullmatch(rb"[0-9]+", word) or int(word) > 255:
            return INVALID
        numbers.append(int(word) if number is None else number)
    digits = b"".join(words[3:])
    if not re.fullmatch(rb"(?:[0-9A-Fa-f]{2})+", digits):
        return INVALID
    return accepted(_value(numbers, digits.decode().lower()), flags)


ORACLES: dict[str, Oracle] = {"tlsa": wire, "tlsa-text": presentation}
