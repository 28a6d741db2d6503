# SPDX-License-Identifier: Apache-2.0
"""Values of IMAP, and lists of them (RFC 9051 sections 4 and 9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from oracle.chars import WIDE
from oracle.verdict import text

ATOM_CHAR = rb"[!#$&'+,./0-9:;<=>?@A-Z\[^_`a-z|}~-]"
ATOM = ATOM_CHAR + rb"+"
_ASTRING = rb"[!#$&'+,./0-9:;<=>?@A-Z\[\]^_`a-z|}~-]+"
_NZ_NUMBER = re.compile(rb"[1-9][0-9]*")
QUOTED = re.compile(
    rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\]|' + WIDE + rb')*)"')
_QUOTED_CHAR = re.compile(
    rb'"(?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\]|' + WIDE + rb')"')
LITERAL = re.compile(rb"(~?)\{([0-9]+)\}\r\n")
# Flags, numbers, atoms, names of parts: what is neither list nor string.
_BARE = re.compile(rb"[!#-'*-z|}~]+")
_SECTION = re.compile(rb"(?:BODY|BINARY|BINARY\.SIZE)\[", re.IGNORECASE)
_DEPTH = 32


class Wrong(Exception):
    """It does not fit."""


Value = tuple[Any, bytes, int]          # as JSON, as it stands, where it ends
Check = Callable[[bytes], bool]         # of a value as it stands


def quoted(data: bytes, at: int) -> Value:
    match = QUOTED.match(data, at)
    if match is None:
        raise Wrong
    return text(re.sub(rb"\\(.)", rb"\1", match[1])), match[0], match.end()


def literal(data: bytes, at: int) -> Value:
    match = LITERAL.match(data, at)
    size = int(match[2]) if match else 0
    if match is None or size >= 1 << 32:
        raise Wrong
    end = match.end() + size
    octets = data[match.end():end]
    if len(octets) < size or (b"\0" in octets and not match[1]):
        raise Wrong
    return text(octets), data[at:end], end


def section(data: bytes, at: int) -> int:
    """From behind the [ to behind its ], which is none between parentheses."""
    opened = False
    while opened or data[at:at + 1] != b"]":
        if data[at:at + 1] in (b"(", b")"):
            opened = data[at:at + 1] == b"("
            at += 1
        elif data[at:at + 1] == b'"':
            at = quoted(data, at)[2]
        elif data[at:at + 1] == b"{":
            at = literal(data, at)[2]
        elif re.match(rb"[\x20-\x7e]", data[at:at + 1]):
            at += 1
        else:
            raise Wrong
    return at + 1


def bare(data: bytes, at: int) -> Value:
    name = _SECTION.match(data, at)
    behind = section(data, name.end()) if name else at
    rest = _BARE.match(data, behind)
    end = rest.end() if rest else behind
    if end == at:
        raise Wrong
    return {"atom": text(data[at:end])}, data[at:end], end


def value(data: bytes, at: int, depth: int = 0) -> Value:
    first = data[at:at + 1]
    if first == b'"':
        return quoted(data, at)
    if first == b"{" or data[at:at + 2] == b"~{":
        return literal(data, at)
    if first != b"(":
        return bare(data, at)
    if depth == _DEPTH:
        raise Wrong
    found: list[Any] = []
    start, was_list = at, False
    at += 1
    while data[at:at + 1] != b")":
        if found and data[at:at + 1] == b" ":
            at += 1
        elif found and not (was_list and data[at:at + 1] == b"("):
            raise Wrong
        was_list = data[at:at + 1] == b"("
        one, _, at = value(data, at, depth + 1)
        found.append(one)
    return found, data[start:at + 1], at + 1


def is_list(raw: bytes) -> bool:
    return raw.startswith(b"(")


def is_nil(raw: bytes) -> bool:
    return raw.upper() == b"NIL"


def plain(raw: bytes) -> bytes:
    """What a string means, or an atom."""
    if raw.startswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", raw[1:-1], flags=re.DOTALL)
    return raw.partition(b"\n")[2] if raw.startswith(b"{") else raw


def is_number(raw: bytes) -> bool:
    return bool(_NZ_NUMBER.fullmatch(raw)) and int(raw) < 1 << 32


def is_count(raw: bytes) -> bool:
    return raw.isdigit() and int(raw) < 1 << 32


def is_size(raw: bytes) -> bool:
    return raw.isdigit() and int(raw) < 1 << 63


def is_big(raw: bytes) -> bool:
    """A number of more than 32 bits."""
    return is_size(raw) and not is_count(raw)


def is_string(raw: bytes) -> bool:
    return is_quote(raw) or bool(re.fullmatch(_ASTRING, raw))


def is_quote(raw: bytes) -> bool:
    return raw.startswith((b'"', b"{"))


def is_text(raw: bytes) -> bool:
    return is_quote(raw) or is_nil(raw)


def is_delimiter(raw: bytes) -> bool:
    return is_nil(raw) or bool(_QUOTED_CHAR.fullmatch(raw))


def is_literal8(raw: bytes) -> bool:
    return raw.startswith(b"~{")


def is_word(word: bytes) -> Check:
    return lambda raw: raw.upper() == word


def items(raw: bytes) -> list[tuple[bool, bytes]]:
    """What is in a list, each with whether a blank, or nothing, is in front of it."""
    found: list[tuple[bool, bytes]] = []
    at = 1
    while raw[at:at + 1] != b")":
        blank = raw.startswith(b" ", at)
        _, one, at = value(raw, at + blank)
        found.append((blank or not found, one))
    return found


def spaced(raw: bytes) -> list[bytes] | None:
    """What is in a list with one blank between two; None if it is none."""
    found = items(raw) if is_list(raw) else [(False, b"")]
    return [one for _, one in found] if all(blank for blank, _ in found) else None


def each(check: Check, least: int = 0) -> Check:
    """A list of these."""
    def fits(raw: bytes) -> bool:
        found = spaced(raw)
        return found is not None and len(found) >= least and all(map(check, found))
    return fits


def touching(check: Check) -> Check:
    """A list of at least one of these, without blanks between them."""
    def fits(raw: bytes) -> bool:
        found = items(raw) if is_list(raw) else []
        return (bool(found) and not any(blank for blank, _ in found[1:])
                and all(check(one) for _, one in found))
    return fits


def row(*checks: Check) -> Check:
    """A list of just these."""
    def fits(raw: bytes) -> bool:
        found = spaced(raw)
        return (found is not None and len(found) == len(checks)
                and all(check(one) for check, one in zip(checks, found)))
    return fits


def either(*checks: Check) -> Check:
    return lambda raw: any(check(raw) for check in checks)


def is_flag(raw: bytes) -> bool:
    return bool(re.fullmatch(rb"\\?" + ATOM, raw))


def is_attribute(raw: bytes) -> bool:
    return bool(re.fullmatch(rb"\\" + ATOM, raw))


def is_atom(raw: bytes) -> bool:
    return bool(re.fullmatch(ATOM, raw))


def is_object_id(raw: bytes) -> bool:
    """RFC 8474 section 7"""
    return bool(re.fullmatch(rb"[A-Za-z0-9_-]{1,255}", raw))


def is_sequence(raw: bytes, star: bytes = rb"|\*") -> bool:
    number = rb"(?:[1-9][0-9]*" + star + rb")"
    one = number + rb"(?::" + number + rb")?"
    last = rb"(?:\$|" + one + rb")" if star else one
    return (bool(re.fullmatch(rb"(?:" + one + rb",)*" + last, raw))
            and all(int(digits) < 1 << 32 for digits in re.findall(rb"[0-9]+", raw)))


def is_uids(raw: bytes) -> bool:
    return is_sequence(raw, b"")


def is_modified(raw: bytes) -> bool:
    return is_size(raw) and int(raw) > 0


_MONTH = rb"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"


def is_date(raw: bytes) -> bool:
    return bool(re.fullmatch(rb'"[ 0-9][0-9]-' + _MONTH + rb"-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"
                             rb' [+-][0-9]{4}"', raw))


def pairs(raw: bytes) -> list[tuple[bytes, bytes]] | None:
    """None if it is no list of pairs."""
    found = spaced(raw)
    return paired(found) if found is not None else None


def paired(found: list[bytes]) -> list[tuple[bytes, bytes]] | None:
    return list(zip(found[::2], found[1::2])) if len(found) % 2 == 0 else None
