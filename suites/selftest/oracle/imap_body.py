# SPDX-License-Identifier: Apache-2.0
"""What FETCH tells of a message (RFC 9051 section 9, RFC 3516 section 7, RFC 8474, RFC 8970)."""

from __future__ import annotations

import re

from oracle.imap_value import (
    ATOM_CHAR, Check, Wrong, each, either, is_big, is_count, is_date, is_flag, is_list,
    is_literal8, is_modified, is_nil, is_number, is_object_id, is_quote, is_size, is_string,
    is_text, items, pairs, row, spaced, touching, value)

# What a message is made of.
is_address = row(is_text, is_text, is_text, is_text)
is_addresses = either(is_nil, touching(is_address))
is_envelope = row(is_text, is_text, *[is_addresses] * 6, is_text, is_text)


def is_parameters(raw: bytes) -> bool:
    found = pairs(raw)
    return is_nil(raw) or (bool(found) and all(
        is_quote(name) and is_quote(one) for name, one in found or []))


is_disposition = either(is_nil, row(is_quote, is_parameters))
is_language = either(is_text, each(is_quote, 1))


def is_more(raw: bytes) -> bool:
    """body-extension"""
    return each(is_more, 1)(raw) if is_list(raw) else is_text(raw) or is_size(raw)


def is_tail(found: list[bytes], first: Check) -> bool:
    """What extends a body: as far as it goes."""
    checks = [first, is_disposition, is_language, is_text] + [is_more] * len(found)
    return all(check(one) for check, one in zip(checks, found))


def content(raw: bytes) -> str:
    return str(value(raw, 0)[0]).upper() if is_quote(raw) else ""


def forms(found: list[bytes], extends: bool) -> list[tuple[Check, ...]]:
    """Which values may follow the number of octets by the type, those of the reading last."""
    kind, subtype = (content(one) for one in found[:2])
    message: tuple[Check, ...] = (is_envelope, lambda raw: is_body(raw, extends), is_size)
    if kind == "TEXT":
        return [(is_size,), ()]
    if (kind, subtype) == ("MESSAGE", "RFC822"):
        return [message]
    return [message, ()] if (kind, subtype) == ("MESSAGE", "GLOBAL") else [()]


_FIRST: tuple[Check, ...] = (is_quote, is_quote, is_parameters, is_text, is_text, is_quote,
                             is_count)


def single(raw: bytes, extends: bool = True) -> int | None:
    """Which of its forms a body of one part has, perhaps with extensions; None if none."""
    found = spaced(raw)
    if found is None or len(found) < 7 or not all(map(lambda check, one: check(one), _FIRST,
                                                      found)):
        return None
    for number, form in enumerate(forms(found, extends)):
        behind = found[7:7 + len(form)]
        if not extends and len(found) > 7 + len(form):
            continue
        if (len(behind) == len(form) and all(check(one) for check, one in zip(form, behind))
                and is_tail(found[7 + len(form):], is_text)):
            return number
    return None


def is_body(raw: bytes, extends: bool = True) -> bool:
    if not raw.startswith(b"(("):
        return is_list(raw) and single(raw, extends) is not None
    found = items(raw)
    n = next((at for at, (_, one) in enumerate(found) if not is_list(one)), len(found))
    rest = [one for _, one in found[n:]]
    return (all(blank == (at == 0 or at >= n) for at, (blank, _) in enumerate(found))
            and all(is_body(one, extends) for _, one in found[:n])
            and bool(rest) and (extends or len(rest) == 1)
            and is_quote(rest[0]) and is_tail(rest[1:], is_parameters))


def is_general(raw: bytes) -> bool:
    """Has a body, or one in it, a form that rests on the reading?"""
    if not is_list(raw):
        return False
    inside = [one for _, one in items(raw)]
    kinds = [content(one) for one in inside[:2]] if len(inside) > 6 else []
    if kinds[:1] == ["TEXT"]:
        kinds = kinds[:1]
    elif kinds not in (["MESSAGE", "RFC822"], ["MESSAGE", "GLOBAL"]):
        kinds = []
    # What is in quotes in the grammar is a literal here.
    literal = any(one.startswith(b"{") for one in inside[:len(kinds)])
    here = single(raw) in ((0, 1) if literal else (1,)) if kinds else False
    return here or any(map(is_general, inside))


def has_big(raw: bytes) -> bool:
    """Is a number in a body that only rev2 has?"""
    return is_list(raw) and any(is_big(one) or has_big(one) for _, one in items(raw))


_NUMBERS = rb"[1-9][0-9]*(?:\.[1-9][0-9]*)*"
_WORDS = rb"(?i:HEADER|TEXT"
_SECTIONED = re.compile(
    rb"(?i:BODY)\[(?P<part>(?P<numbers>" + _NUMBERS + rb")(?:\." + _WORDS
    + rb"|MIME)|\.(?i:HEADER\.FIELDS(?:\.NOT)?) (?P<fields>\(.*\)))?|" + _WORDS
    + rb")|(?i:HEADER\.FIELDS(?:\.NOT)?) (?P<names>\(.*\)))?\](?:<(?P<from>[0-9]+)>)?|"
    rb"(?i:BINARY)\[(?P<binary>" + _NUMBERS + rb")?\](?:<(?P<at>[0-9]+)>)?|"
    rb"(?i:BINARY\.SIZE)\[(?P<size>" + _NUMBERS + rb")?\]", re.DOTALL)


def is_sectioned(name: bytes) -> bool:
    """A name with the section that it may have (section 9, RFC 3516 section 7)."""
    match = _SECTIONED.fullmatch(name)
    if match is None:
        return False
    fields = match["fields"] or match["names"]
    numbers = b".".join(match[key] or b"0" for key in ("numbers", "binary", "size", "from", "at"))
    if any(int(number) >= 1 << 32 for number in numbers.split(b".")):
        return False
    try:
        return fields is None or (value(fields, 0)[2] == len(fields)
                                  and each(is_string, 1)(fields))
    except Wrong:
        return False


_PART = re.compile(rb"(?:(?!\[)" + ATOM_CHAR + rb")*(?:\[|\Z)")
_PARTS: dict[bytes, Check] = {
    b"FLAGS": each(is_flag), b"UID": is_number, b"RFC822.SIZE": is_size,
    b"BINARY.SIZE[": is_count, b"BINARY[": either(is_text, is_literal8), b"ENVELOPE": is_envelope,
    b"BODY": lambda raw: is_body(raw, False), b"BODYSTRUCTURE": is_body, b"BODY[": is_text,
    b"INTERNALDATE": is_date,
    b"RFC822": is_text, b"RFC822.HEADER": is_text, b"RFC822.TEXT": is_text,
    b"MODSEQ": row(is_modified), b"EMAILID": row(is_object_id), b"PREVIEW": is_text,
    b"THREADID": either(is_nil, row(is_object_id))}


def is_part(name: bytes, one: bytes) -> bool:
    head = _PART.match(name)
    if head is None:
        return False
    known = head[0].upper()
    if known in (b"BODY[", b"BINARY[", b"BINARY.SIZE["):
        if not is_sectioned(name):
            return False
    elif known in (b"BODY.PEEK[", b"BINARY.PEEK[") or (
            known.endswith(b"[") and known[:-1] in _PARTS):
        return False
    return _PARTS.get(known, bool)(one)


def is_parts(raw: bytes) -> bool:
    """Names, perhaps with a and values of them; at least one."""
    found = pairs(raw)
    return bool(found) and all(is_part(name, one) for name, one in found or [])
