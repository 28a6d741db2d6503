# SPDX-License-Identifier: Apache-2.0
"""Responses of IMAP (RFC 9051 section 9; RFC 3501 where it differs; RFC 7162 for SEARCH)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from oracle.chars import WIDE, is_wide
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_ATOM = rb"[!#$&'+,./0-9:;<=>?@A-Z\[^_`a-z|}~-]+"
_ASTRING = rb"[!#$&'+,./0-9:;<=>?@A-Z\[\]^_`a-z|}~-]+"
_TAG = rb"[!#$&',./0-9:;<=>?@A-Z\[\]^_`a-z|}~-]+"
_NZ_NUMBER = re.compile(rb"[1-9][0-9]*")
_QUOTED = re.compile(rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\]|' + WIDE
                     + rb')*)"')
_QUOTED_CHAR = re.compile(rb'"(?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\]|' + WIDE
                          + rb')"')
_LITERAL = re.compile(rb"(~?)\{([0-9]+)\}\r\n")
# Flags, numbers, atoms, names of parts: what is neither list nor string.
_BARE = re.compile(rb"[!#-'*-z|}~]+")
_SECTION = re.compile(rb"(?:BODY|BINARY|BINARY\.SIZE)\[", re.IGNORECASE)
_LINE = re.compile(rb"((?:[\x01-\x09\x0b\x0c\x0e-\x7f]|" + WIDE + rb")*)\r\n")
_CODE = re.compile(rb"\[(" + _ATOM + rb")(?:\x20([^\]]+))?\]\x20(.*)", re.DOTALL)
_LIST = re.compile(rb"CAPABILITY((?:\x20" + _ATOM + rb")*)", re.IGNORECASE)
_DEPTH = 32


class Wrong(Exception):
    """It does not fit."""


Value = tuple[Any, bytes, int]          # as JSON, as it stands, where it ends


def quoted(data: bytes, at: int) -> Value:
    match = _QUOTED.match(data, at)
    if match is None:
        raise Wrong
    return text(re.sub(rb"\\(.)", rb"\1", match[1])), match[0], match.end()


def literal(data: bytes, at: int) -> Value:
    match = _LITERAL.match(data, at)
    size = int(match[2]) if match else 0
    if match is None or size >= 1 << 32:
        raise Wrong
    end = match.end() + size
    octets = data[match.end():end]
    if len(octets) < size or (b"\0" in octets and not match[1]):
        raise Wrong
    return text(octets), data[at:end], end


def section(data: bytes, at: int) -> int:
    """From behind the [ to behind its ]."""
    while data[at:at + 1] != b"]":
        if data[at:at + 1] == b'"':
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


def is_number(raw: bytes) -> bool:
    return bool(_NZ_NUMBER.fullmatch(raw)) and int(raw) < 1 << 32


def is_string(raw: bytes) -> bool:
    return raw.startswith((b'"', b"{")) or bool(re.fullmatch(_ASTRING, raw))


def is_delimiter(raw: bytes) -> bool:
    return is_nil(raw) or bool(_QUOTED_CHAR.fullmatch(raw))


def is_search(raw: list[bytes]) -> bool:
    """Numbers, and behind them perhaps how the mailbox changed (RFC 7162 section 7)."""
    numbers = raw[:-1] if len(raw) > 1 and is_list(raw[-1]) else raw
    return all(is_number(one) for one in numbers)


def is_mailbox(raw: list[bytes]) -> bool:
    return (len(raw) in (3, 4) and is_list(raw[0]) and is_delimiter(raw[1]) and is_string(raw[2])
            and all(is_list(one) for one in raw[3:]))


# What the data of a name have behind it, and the number in front of it: "none", "any", "not 0".
Shape = Callable[[list[bytes]], bool]
_SHAPES: dict[bytes, tuple[str, Shape]] = {
    b"CAPABILITY": ("none", lambda raw: all(re.fullmatch(_ATOM, one) for one in raw)),
    b"ENABLED": ("none", lambda raw: all(re.fullmatch(_ATOM, one) for one in raw)),
    b"EXISTS": ("any", lambda raw: not raw),
    b"EXPUNGE": ("not 0", lambda raw: not raw),
    b"FETCH": ("not 0", lambda raw: len(raw) == 1 and is_list(raw[0])),
    b"FLAGS": ("none", lambda raw: len(raw) == 1 and is_list(raw[0])),
    b"ID": ("none", lambda raw: len(raw) == 1 and (is_list(raw[0]) or is_nil(raw[0]))),
    b"LIST": ("none", is_mailbox),
    b"LSUB": ("none", is_mailbox),
    b"NAMESPACE": ("none", lambda raw: len(raw) == 3
                   and all(is_list(one) or is_nil(one) for one in raw)),
    b"RECENT": ("any", lambda raw: not raw),
    b"SEARCH": ("none", is_search),
    b"STATUS": ("none", lambda raw: len(raw) == 2 and is_string(raw[0]) and is_list(raw[1])),
}
_EMPTY = {"tag": "", "word": "", "code": "", "code_text": "", "text": "", "values": []}


def said(data: bytes, at: int, head: dict[str, Any]) -> Verdict:
    """resp-text, and the line end behind it."""
    line = _LINE.match(data, at)
    if line is None:
        return INVALID
    code = _CODE.fullmatch(line[1])
    rest = code[3] if code else line[1]
    flags = ["imap-text-utf8"] if is_wide(line[1]) else []
    if code is None and line[1].startswith(b"["):
        flags.append("imap-broken-code")
    # An empty continuation is empty base64.
    if not rest and head["kind"] != "continue":
        flags.append("imap-empty-text")
    return accepted({**_EMPTY, **head, "code": text(code[1].upper()) if code else "",
                     "code_text": text(code[2] or b"") if code else "", "text": text(rest)},
                    flags, line.end())


def told(data: bytes, at: int, head: dict[str, Any], word: bytes) -> Verdict:
    """Values, and the line end behind them."""
    found: list[Any] = []
    raw: list[bytes] = []
    listed = _LIST.match(data, at - len(word)) if word == b"CAPABILITY" else None
    if listed is not None:
        raw = listed[1].split()
        found, at = [{"atom": text(one)} for one in raw], listed.end()
        if not {one.upper() for one in raw} & {b"IMAP4REV1", b"IMAP4REV2"}:
            return INVALID
    while data[at:at + 1] == b" ":
        one, whole, at = value(data, at + 1)
        found.append(one)
        raw.append(whole)
    if data[at:at + 2] != b"\r\n" or (word in _SHAPES and not _SHAPES[word][1](raw)):
        return INVALID
    # Only strings can have octets that are no ASCII, and literals do not count.
    wide = any(is_wide(match[0]) for match in strings(b" ".join(raw)))
    return accepted({**_EMPTY, **head, "values": found},
                    ["imap-text-utf8"] if wide else (), at + 2)


def strings(data: bytes) -> list[re.Match[bytes]]:
    """Quoted strings outside of literals."""
    found, at = [], 0
    while at < len(data):
        match = _QUOTED.match(data, at)
        if match is not None:
            found.append(match)
        size = _LITERAL.match(data, at)
        at = match.end() if match else size.end() + int(size[2]) if size else at + 1
    return found


_TAGGED = re.compile(rb"(" + _TAG + rb")\x20(OK|NO|BAD)\x20", re.IGNORECASE)
_UNTAGGED = re.compile(rb"\*\x20(?:([0-9]+)\x20|(?![0-9]))(" + _ATOM + rb")(?=[\x20\r])")


def response(data: bytes) -> Verdict:
    if data.startswith(b"+ "):
        return said(data, 2, {"kind": "continue"})
    tagged = _TAGGED.match(data)
    if tagged is not None:
        return said(data, tagged.end(), {"kind": "tagged", "tag": text(tagged[1]),
                                         "word": text(tagged[2].upper())})
    untagged = _UNTAGGED.match(data)
    if untagged is None:
        return INVALID
    number, word = untagged[1], untagged[2].upper()
    head: dict[str, Any] = {"kind": "untagged", "word": text(word)}
    if number is not None:
        head["number"] = int(number)
    if number is not None and int(number) >= 1 << 32:
        return INVALID
    if word in (b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"):
        blank = data[untagged.end():untagged.end() + 1] == b" "
        return said(data, untagged.end() + 1, head) if blank and number is None else INVALID
    wanted = _SHAPES[word][0] if word in _SHAPES else None
    if wanted is not None and (wanted == "none") != (number is None):
        return INVALID
    if wanted == "not 0" and number is not None and number.startswith(b"0"):
        return INVALID
    try:
        return told(data, untagged.end(), head, word)
    except Wrong:
        return INVALID


def capability(data: bytes) -> Verdict:
    listed = _LIST.fullmatch(data)
    names = [text(name).upper() for name in listed[1].split()] if listed else []
    if not {"IMAP4REV1", "IMAP4REV2"} & set(names):
        return INVALID
    return accepted({"rev1": "IMAP4REV1" in names, "rev2": "IMAP4REV2" in names,
                     "capabilities": names})


ORACLES: dict[str, Oracle] = {"imap-response": response, "imap-capability": capability}
