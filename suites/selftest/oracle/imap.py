# SPDX-License-Identifier: Apache-2.0
"""Responses of IMAP (RFC 9051 section 9; RFC 3501 where it differs; RFC 7162 for SEARCH, RFC 4466
for STATUS, RFC 2971 for ID)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from oracle.chars import WIDE, is_wide
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_ATOM_CHAR = rb"[!#$&'+,./0-9:;<=>?@A-Z\[^_`a-z|}~-]"
_ATOM = _ATOM_CHAR + rb"+"
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


def is_count(raw: bytes) -> bool:
    return raw.isdigit() and int(raw) < 1 << 32


def is_size(raw: bytes) -> bool:
    return raw.isdigit() and int(raw) < 1 << 63


def is_string(raw: bytes) -> bool:
    return is_quote(raw) or bool(re.fullmatch(_ASTRING, raw))


def is_quote(raw: bytes) -> bool:
    return raw.startswith((b'"', b"{"))


def is_text(raw: bytes) -> bool:
    return is_quote(raw) or is_nil(raw)


def is_delimiter(raw: bytes) -> bool:
    return is_nil(raw) or bool(_QUOTED_CHAR.fullmatch(raw))


def is_search(raw: list[bytes]) -> bool:
    """Numbers, and behind them perhaps how the mailbox changed (RFC 7162 section 7)."""
    numbers = raw[:-1] if len(raw) > 1 and is_list(raw[-1]) else raw
    return all(is_number(one) for one in numbers)


def is_mailbox(raw: list[bytes]) -> bool:
    return (len(raw) in (3, 4) and is_attributes(raw[0]) and is_delimiter(raw[1])
            and is_string(raw[2]) and all(is_list(one) for one in raw[3:]))


def items(raw: bytes) -> list[bytes]:
    """What is in a list."""
    found, at = [], 1
    while raw[at:at + 1] != b")":
        _, one, at = value(raw, at + raw.startswith(b" ", at))
        found.append(one)
    return found


def is_flags(raw: bytes) -> bool:
    return is_list(raw) and all(re.fullmatch(rb"\\?" + _ATOM, one) for one in items(raw))


def is_attributes(raw: bytes) -> bool:
    return is_list(raw) and all(re.fullmatch(rb"\\" + _ATOM, one) for one in items(raw))


def is_namespaces(raw: bytes) -> bool:
    return is_nil(raw) or (is_list(raw) and raw != b"()" and all(map(is_list, items(raw))))


def pairs(raw: bytes) -> list[tuple[bytes, bytes]] | None:
    """None if it is no list of pairs."""
    found = items(raw) if is_list(raw) else [b""]
    return list(zip(found[::2], found[1::2])) if len(found) % 2 == 0 else None


def is_fields(raw: bytes) -> bool:
    found = pairs(raw)
    return is_nil(raw) or (found is not None and all(
        is_quote(name) and is_text(one) for name, one in found))


# STATUS (RFC 4466 section 3; SIZE and DELETED of RFC 9051). Extensions have any value.
_COUNTS: dict[bytes, Callable[[bytes], bool]] = {
    b"MESSAGES": is_count, b"RECENT": is_count, b"UNSEEN": is_count, b"DELETED": is_count,
    b"UIDNEXT": is_number, b"UIDVALIDITY": is_number, b"SIZE": is_size}


def is_counts(raw: bytes) -> bool:
    found = pairs(raw)
    return found is not None and all(
        re.fullmatch(_ATOM, name) and (name.upper() not in _COUNTS or _COUNTS[name.upper()](one))
        for name, one in found)


_PART = re.compile(rb"(?:(?!\[)" + _ATOM_CHAR + rb")*(?:\[|\Z)")
_PARTS: dict[bytes, Callable[[bytes], bool]] = {
    b"FLAGS": is_flags, b"UID": is_number, b"RFC822.SIZE": is_size, b"BINARY.SIZE[": is_count,
    b"ENVELOPE": is_list, b"BODY": is_list, b"BODYSTRUCTURE": is_list, b"BODY[": is_text,
    b"RFC822": is_text, b"RFC822.HEADER": is_text, b"RFC822.TEXT": is_text}


def is_parts(raw: bytes) -> bool:
    """Names, perhaps with a section, and values of them; at least one."""
    found = pairs(raw)
    heads = [(_PART.match(name), one) for name, one in found or []]
    return bool(heads) and all(
        head is not None and _PARTS.get(head[0].upper(), bool)(one) for head, one in heads)


# What the data of a name have behind it, and the number in front of it: "none", "any", "not 0".
Shape = Callable[[list[bytes]], bool]
_SHAPES: dict[bytes, tuple[str, Shape]] = {
    b"CAPABILITY": ("none", lambda raw: all(re.fullmatch(_ATOM, one) for one in raw)),
    b"ENABLED": ("none", lambda raw: all(re.fullmatch(_ATOM, one) for one in raw)),
    b"EXISTS": ("any", lambda raw: not raw),
    b"EXPUNGE": ("not 0", lambda raw: not raw),
    b"FETCH": ("not 0", lambda raw: len(raw) == 1 and is_parts(raw[0])),
    b"FLAGS": ("none", lambda raw: len(raw) == 1 and is_flags(raw[0])),
    b"ID": ("none", lambda raw: len(raw) == 1 and is_fields(raw[0])),
    b"LIST": ("none", is_mailbox),
    b"LSUB": ("none", is_mailbox),
    b"NAMESPACE": ("none", lambda raw: len(raw) == 3 and all(map(is_namespaces, raw))),
    b"RECENT": ("any", lambda raw: not raw),
    b"SEARCH": ("none", is_search),
    b"STATUS": ("none", lambda raw: len(raw) == 2 and is_string(raw[0]) and is_counts(raw[1])),
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
