# SPDX-License-Identifier: Apache-2.0
"""Responses of IMAP (RFC 9051 section 9; RFC 3501 where it differs; RFC 7162 for SEARCH, RFC 4466
for STATUS, RFC 2971 for ID, RFC 3516 for BINARY, RFC 4314 for rights, RFC 5464 for METADATA, RFC
9208 and RFC 2087 for quotas, RFC 7377 for what a search belongs to)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from oracle.chars import WIDE, is_wide
from oracle.imap_body import has_big, is_general, is_parts
from oracle.imap_value import (
    ATOM, LITERAL, QUOTED, Check, Wrong, each, either, is_atom, is_attribute, is_big, is_count,
    is_delimiter, is_flag, is_list, is_literal8, is_modified, is_nil, is_number, is_object_id,
    is_quote, is_sequence, is_size, is_string, is_text, is_uids, is_word, items, paired, pairs,
    plain, row, spaced, touching, value)
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_TAG = rb"[!#$&',./0-9:;<=>?@A-Z\[\]^_`a-z|}~-]+"
_LINE = re.compile(rb"((?:[\x01-\x09\x0b\x0c\x0e-\x7f]|" + WIDE + rb")*)\r\n")
_CODE = re.compile(rb"\[(" + ATOM + rb")(?:\x20([\x01-\x5c\x5e-\x7f]+))?\]\x20(.*)", re.DOTALL)
# Charsets may be in quotes, with a bracket.
_CHARSETS = re.compile(rb'\[(BADCHARSET)\x20(\((?:[^"()]|"(?:[^"\\]|\\.)*")*\))\]\x20(.*)',
                       re.DOTALL | re.IGNORECASE)
_LIST = re.compile(rb"CAPABILITY((?:\x20" + ATOM + rb")*)", re.IGNORECASE)


def is_search(raw: list[bytes]) -> bool:
    """Numbers, and behind them perhaps how the mailbox changed (RFC 7162 section 7)."""
    numbers = raw[:-1] if len(raw) > 1 and is_list(raw[-1]) else raw
    return all(is_number(one) for one in numbers) and all(
        row(is_word(b"MODSEQ"), is_modified)(one) for one in raw[len(numbers):])


def is_vanished(raw: list[bytes]) -> bool:
    """UIDs, and perhaps that it was earlier (RFC 7162 section 7)."""
    return (len(raw) in (1, 2) and is_uids(raw[-1])
            and all(row(is_word(b"EARLIER"))(one) for one in raw[:-1]))


def is_thread(raw: bytes) -> bool:
    """Numbers, or at least two threads, or the ones and the others (RFC 5256 section 5)."""
    found = items(raw) if is_list(raw) else [(False, b"")]
    n = next((at for at, (_, one) in enumerate(found) if is_list(one)), len(found))
    return (len(found) > 0 and len(found) - n != 1
            and all(blank == (at <= n) for at, (blank, _) in enumerate(found))
            and all(is_number(one) for _, one in found[:n])
            and all(is_thread(one) for _, one in found[n:]))


def is_comp(raw: bytes) -> bool:
    """tagged-ext-comp"""
    return each(is_comp, 1)(raw) if is_list(raw) else is_string(raw)


def is_extension(raw: bytes) -> bool:
    """tagged-ext-val"""
    return each(is_comp)(raw) if is_list(raw) else is_size(raw) or is_sequence(raw)


_EXCLUSIVE = ({b"\\NONEXISTENT", b"\\NOSELECT", b"\\MARKED", b"\\UNMARKED"},
              {b"\\HASCHILDREN", b"\\HASNOCHILDREN"})


def is_attributes(raw: bytes) -> bool:
    """None twice, and of those that exclude each other one."""
    found = [one.upper() for one in spaced(raw) or []]
    return (each(is_attribute)(raw) and len(set(found)) == len(found) <= 256
            and all(len(some & set(found)) < 2 for some in _EXCLUSIVE))


def is_mailbox(raw: list[bytes]) -> bool:
    return (len(raw) == 3 and is_attributes(raw[0]) and is_delimiter(raw[1])
            and is_string(raw[2]))


_VENDOR = re.compile(rb"(?i:vendor\.)(?:[\x01-\x24\x26-\x29\x2b-\x2d\x30-\x7f]|" + WIDE + rb")+-"
                     + ATOM)
_ITEMS: dict[bytes, Check] = {
    b"CHILDINFO": each(lambda raw: raw.startswith(b'"'), 1), b"OLDNAME": row(is_string)}


def is_item(name: bytes, one: bytes) -> bool:
    """mbox-list-extended-item"""
    tag = plain(name)
    return (is_string(name) and (is_atom(tag) or bool(_VENDOR.fullmatch(tag)))
            and _ITEMS.get(tag.upper(), is_extension)(one))


def is_listed(raw: list[bytes]) -> bool:
    more = pairs(raw[3]) if len(raw) == 4 else []
    return is_mailbox(raw[:3]) and len(raw) in (3, 4) and more is not None and all(
        is_item(name, one) for name, one in more)


def is_namespace(raw: bytes) -> bool:
    found = spaced(raw) or []
    more = paired(found[2:])
    return (len(found) > 1 and is_quote(found[0]) and is_delimiter(found[1])
            and more is not None and all(
                is_quote(name) and each(is_quote, 1)(one) for name, one in more))


def is_fields(raw: bytes) -> bool:
    """RFC 2971 sections 3.3 and 4"""
    found = pairs(raw)
    names = {plain(name).upper() for name, _ in found or []}
    return is_nil(raw) or (found is not None and len(names) == len(found) <= 30 and all(
        is_quote(name) and is_text(one) and len(plain(name)) <= 30 and len(plain(one)) <= 1024
        for name, one in found))


def is_rights(raw: bytes) -> bool:
    return is_string(raw) and bool(re.fullmatch(rb"[a-z0-9]*", plain(raw)))


def is_list_of_rights(raw: list[bytes]) -> bool:
    found = paired(raw[1:])
    return bool(raw) and is_string(raw[0]) and found is not None and all(
        is_string(who) and is_rights(rights) for who, rights in found)


def is_list_of_sets(raw: list[bytes]) -> bool:
    """Whose rights, and sets of them; none of them is there twice (RFC 4314 section 3.7)."""
    rights = b"".join(map(plain, raw[2:]))
    return (len(raw) > 2 and all(map(is_string, raw[:2])) and all(map(is_rights, raw[2:]))
            and len(set(rights)) == len(rights))


def is_entry(raw: bytes) -> bool:
    """RFC 5464 section 3.2"""
    return is_string(raw) and bool(
        re.fullmatch(rb"(?:/[\x1a-\x24\x26-\x29\x2b-\x2e\x30-\x7f]+){2,}", plain(raw)))


def is_metadata(raw: list[bytes]) -> bool:
    if len(raw) < 2 or not is_string(raw[0]):
        return False
    found = pairs(raw[1])
    return all(map(is_entry, raw[1:])) or (len(raw) == 2 and bool(found) and all(
        is_entry(name) and (is_text(one) or is_literal8(one)) for name, one in found or []))


def is_quota(raw: list[bytes]) -> bool:
    found = spaced(raw[1]) if len(raw) == 2 else None
    return found is not None and is_string(raw[0]) and len(found) % 3 == 0 and all(
        (is_atom, is_size, is_size)[at % 3](one) for at, one in enumerate(found))


_CORRELATORS: dict[bytes, Check] = {
    b"TAG": is_string, b"MAILBOX": is_string, b"UIDVALIDITY": is_number}


def is_correlator(raw: bytes) -> bool:
    """The tag, perhaps with what RFC 7377 adds."""
    found = pairs(raw) or []
    return (sorted(name.upper() for name, _ in found) in ([b"TAG"], sorted(_CORRELATORS))
            and all(_CORRELATORS[name.upper()](one) for name, one in found))


_RESULTS: dict[bytes, Check] = {
    b"MIN": is_number, b"MAX": is_number, b"COUNT": is_count, b"MODSEQ": is_modified,
    # The last result is none here.
    b"ALL": lambda raw: is_sequence(raw) and b"$" not in raw}


def is_result(raw: list[bytes]) -> bool:
    """ESEARCH: perhaps the tag, perhaps UID, and pairs."""
    if raw and is_list(raw[0]):
        if not is_correlator(raw[0]):
            return False
        raw = raw[1:]
    if raw and raw[0].upper() == b"UID":
        raw = raw[1:]
    found = paired(raw)
    return found is not None and all(
        re.fullmatch(rb"[A-Za-z._-][A-Za-z0-9._:-]*", name)
        and _RESULTS.get(name.upper(), is_extension)(one) for name, one in found)


# STATUS (RFC 4466 section 3; SIZE and DELETED of RFC 9051). Extensions have any value.
_COUNTS: dict[bytes, Check] = {
    b"MESSAGES": is_count, b"RECENT": is_count, b"UNSEEN": is_count, b"DELETED": is_count,
    b"UIDNEXT": is_number, b"UIDVALIDITY": is_number, b"SIZE": is_size,
    b"HIGHESTMODSEQ": is_size, b"MAILBOXID": row(is_object_id)}


def is_counts(raw: bytes) -> bool:
    found = pairs(raw)
    return found is not None and all(
        re.fullmatch(ATOM, name) and (name.upper() not in _COUNTS or _COUNTS[name.upper()](one))
        for name, one in found)


is_flag_that_stays = either(is_flag, lambda raw: raw == b"\\*")
# What response codes have behind them.
_ALONE = (b"ALERT ALREADYEXISTS AUTHENTICATIONFAILED AUTHORIZATIONFAILED CANNOT CLIENTBUG CLOSED "
          b"CONTACTADMIN CORRUPTION EXPIRED EXPUNGEISSUED HASCHILDREN INUSE LIMIT NOMODSEQ "
          b"NONEXISTENT NOPERM NOTSAVED OVERQUOTA PARSE PRIVACYREQUIRED READ-ONLY READ-WRITE "
          b"SERVERBUG TRYCREATE UIDNOTSTICKY UNAVAILABLE UNKNOWN-CTE").split()
_CODES: dict[bytes, list[Check]] = {
    b"APPENDUID": [is_number, is_uids], b"COPYUID": [is_number, is_uids, is_uids],
    b"UIDNEXT": [is_number], b"UIDVALIDITY": [is_number], b"UNSEEN": [is_number],
    b"HIGHESTMODSEQ": [is_modified], b"MAILBOXID": [row(is_object_id)],
    b"MODIFIED": [lambda raw: is_sequence(raw) and b"$" not in raw],
    b"PERMANENTFLAGS": [each(is_flag_that_stays)],
    **{name: [] for name in _ALONE}}


def is_code(name: bytes, behind: bytes | None) -> bool:
    """Is it by its own rule what the general one lets it be?"""
    if name == b"CAPABILITY":
        return capability(b"CAPABILITY " + behind if behind else b"").value is not None
    if name != b"BADCHARSET" and name not in _CODES:
        return True
    found, at, said = [], 0, behind or b""
    try:
        while at < len(said):
            _, one, at = value(said, at)
            found.append(one)
            if at < len(said) and said[at:at + 1] != b" ":
                return False
            at += 1
    except Wrong:
        return False
    if at == len(said) and said:
        return False
    if name == b"BADCHARSET":
        return not found or (len(found) == 1 and each(
            lambda raw: raw.startswith(b'"') or is_atom(raw), 1)(found[0]))
    checks = _CODES[name]
    return len(found) == len(checks) and all(check(one) for check, one in zip(checks, found))


# What the data of a name have behind it, and the number in front of it: "none", "any", "not 0".
Shape = Callable[[list[bytes]], bool]
_SHAPES: dict[bytes, tuple[str, Shape]] = {
    b"ACL": ("none", is_list_of_rights),
    b"CAPABILITY": ("none", lambda raw: all(re.fullmatch(ATOM, one) for one in raw)),
    b"ESEARCH": ("none", is_result),
    b"ENABLED": ("none", lambda raw: all(re.fullmatch(ATOM, one) for one in raw)),
    b"EXISTS": ("any", lambda raw: not raw),
    b"EXPUNGE": ("not 0", lambda raw: not raw),
    b"FETCH": ("not 0", lambda raw: len(raw) == 1 and is_parts(raw[0])),
    b"FLAGS": ("none", lambda raw: len(raw) == 1 and each(is_flag)(raw[0])),
    b"ID": ("none", lambda raw: len(raw) == 1 and is_fields(raw[0])),
    b"LIST": ("none", is_listed),
    b"LISTRIGHTS": ("none", is_list_of_sets),
    b"LSUB": ("none", is_mailbox),
    b"METADATA": ("none", is_metadata),
    b"MYRIGHTS": ("none", lambda raw: len(raw) == 2 and is_string(raw[0]) and is_rights(raw[1])),
    b"NAMESPACE": ("none", lambda raw: len(raw) == 3 and all(
        is_nil(one) or touching(is_namespace)(one) for one in raw)),
    b"QUOTA": ("none", is_quota),
    b"QUOTAROOT": ("none", lambda raw: bool(raw) and all(map(is_string, raw))),
    b"RECENT": ("any", lambda raw: not raw),
    b"SEARCH": ("none", is_search),
    b"SORT": ("none", is_search),
    b"STATUS": ("none", lambda raw: len(raw) == 2 and is_string(raw[0]) and is_counts(raw[1])),
    b"THREAD": ("none", lambda raw: all(map(is_thread, raw))),
    b"VANISHED": ("none", is_vanished),
}
_EMPTY = {"tag": "", "word": "", "code": "", "code_text": "", "text": "", "values": []}


def has_recent(raw: bytes) -> bool:
    """Are these flags, with one that the grammar says is none?"""
    return each(is_flag_that_stays)(raw) and b"\\RECENT" in raw.upper()[1:-1].split(b" ")


def of_extensions(word: bytes, raw: list[bytes]) -> list[bytes]:
    """The values of extensions of LIST and ESEARCH, and the numbers of quotas."""
    if word == b"ESEARCH":
        return [one for name, one in zip(raw, raw[1:]) if name.upper() != b"MODSEQ"]
    if word == b"LIST":
        return (spaced(raw[3]) or [])[1::2] if len(raw) == 4 else []
    if word == b"QUOTA":
        return [one for at, one in enumerate(spaced(raw[1]) or []) if at % 3 > 0]
    return []


def said(data: bytes, at: int, head: dict[str, Any]) -> Verdict:
    """resp-text, and the line end behind it."""
    line = _LINE.match(data, at)
    if line is None:
        return INVALID
    code = _CHARSETS.fullmatch(line[1])
    if code is None or not is_code(code[1].upper(), code[2]):
        code = _CODE.fullmatch(line[1])
    rest = code[3] if code else line[1]
    flags = ["imap-text-utf8"] if is_wide(line[1]) else []
    if code is not None and not is_code(code[1].upper(), code[2]):
        flags.append("imap-code-arguments")
    elif code is not None and code[1].upper() == b"CAPABILITY":
        flags += capability(b"CAPABILITY " + code[2]).flags
    elif code is not None and code[1].upper() == b"PERMANENTFLAGS" and has_recent(code[2]):
        flags.append("imap-flag-recent")
    if code is None and line[1].startswith(b"["):
        flags.append("imap-broken-code")
    # An empty continuation is empty base64.
    if not rest and (code or head["kind"] != "continue"):
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
    # Threads stand without a blank between them.
    while data[at:at + 1] == (b" " if word != b"THREAD" or not raw else b"("):
        one, whole, at = value(data, at + data.startswith(b" ", at))
        found.append(one)
        raw.append(whole)
    if data[at:at + 2] != b"\r\n" or (word in _SHAPES and not _SHAPES[word][1](raw)):
        return INVALID
    # Only strings can have octets that are no ASCII, and literals do not count.
    wide = any(is_wide(match[0]) for match in strings(b" ".join(raw)))
    flags = ["imap-text-utf8"] if wide else []
    parts = pairs(raw[0]) or [] if word == b"FETCH" else []
    bodies = [one for name, one in parts if name.upper() in (b"BODY", b"BODYSTRUCTURE")]
    if any(map(is_general, bodies)):
        flags.append("imap-body-form")
    if any(is_big(one) for name, one in parts if name.upper() == b"RFC822.SIZE") or any(
            map(has_big, bodies)) or any(map(is_big, of_extensions(word, raw))):
        flags.append("imap-number64")
    if word == b"FLAGS" and has_recent(raw[0]):
        flags.append("imap-flag-recent")
    if word == b"QUOTA" and raw[1] == b"()":
        flags.append("imap-no-quota")
    if listed is not None:
        flags += capability(listed[0]).flags
    if any(name.upper().startswith(b"BINARY[") and name.endswith(b">") for name, _ in parts):
        flags.append("imap-binary-origin")
    return accepted({**_EMPTY, **head, "values": found}, flags, at + 2)


def strings(data: bytes) -> list[re.Match[bytes]]:
    """Quoted strings outside of literals."""
    found, at = [], 0
    while at < len(data):
        match = QUOTED.match(data, at)
        if match is not None:
            found.append(match)
        size = LITERAL.match(data, at)
        at = match.end() if match else size.end() + int(size[2]) if size else at + 1
    return found


_TAGGED = re.compile(rb"(" + _TAG + rb")\x20(OK|NO|BAD)\x20", re.IGNORECASE)
_UNTAGGED = re.compile(rb"\*\x20(?:([0-9]+)\x20)?(?=[A-Za-z])(" + ATOM + rb")(?=[\x20\r])")


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
    behind = re.match(rb"\x20(" + ATOM + rb")[\x20\r]", data[untagged.end():])
    if (word not in _SHAPES and behind is not None
            and _SHAPES.get(behind[1].upper(), ("none",))[0] != "none"):
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
    late = "IMAP4" in names[1:] and names[0] != "IMAP4"
    return accepted({"rev1": "IMAP4REV1" in names, "rev2": "IMAP4REV2" in names,
                     "capabilities": names}, ["imap-capability-first"] if late else [])


ORACLES: dict[str, Oracle] = {"imap-response": response, "imap-capability": capability}
