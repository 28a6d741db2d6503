# SPDX-License-Identifier: Apache-2.0
"""DEEP (draft-ietf-uta-email-deep-04) and MUA-STS (-05), and the tls clause of RFC 8314."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from oracle import uri
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# -04 section 5.
_TAG = rb"[A-Za-z][A-Za-z0-9_-]{0,63}"
_EXTCHAR = rb"\x20\x21\x23-\x2e\x30-\x3b\x3d-\x40\x5b-\x60\x7b-\x7e"
_INNER = rb"[" + _EXTCHAR + rb"A-Za-z<]*"
_EXTENSION = rb"[" + _EXTCHAR + rb"][" + _EXTCHAR + rb"A-Za-z<]*"
_REGISTERED = (b"tls10", b"tls11", b"tls12", b"tls-cert", b"tls-dane-tlsa")


def _other_case(word: bytes, known: tuple[bytes, ...]) -> bool:
    return word not in known and word.lower() in known


def tag(data: bytes) -> Verdict:
    if not re.fullmatch(_TAG, data):
        return INVALID
    return accepted({"tag": text(data), "registered": data in _REGISTERED},
                    ["deep-tag-case"] if _other_case(data, _REGISTERED) else [])


def _is_url(item: bytes) -> bool:
    return item[:1] + item[-1:] == b"<>" and uri.is_https(item[1:-1])


def _is_tag(item: bytes) -> bool:
    return re.fullmatch(_TAG, item) is not None


def _sorted(items: list[bytes]) -> dict[str, list[str]]:
    return {"tags": [text(one) for one in items if _is_tag(one)],
            "urls": [text(one[1:-1]) for one in items if _is_url(one)],
            "extensions": [text(one) for one in items if not _is_tag(one) and not _is_url(one)]}


def _flags(items: list[bytes]) -> list[str]:
    flags = []
    if any(_other_case(one, _REGISTERED) for one in items):
        flags.append("deep-tag-case")
    if sum(map(_is_url, items)) > 1:
        flags.append("deep-two-urls")
    if any(b"\\" in one for one in items if not _is_url(one)):
        flags.append("deep-backslash")
    return flags


def _extension_starts(words: list[bytes], end: int) -> Iterator[int]:
    """Where runs of words up to `end` begin that are extensions, with their spaces."""
    for start in range(end - 1, -1, -1):
        if not re.fullmatch(_INNER, words[start]):
            return
        if start < end - 1 if words[start] == b"" else not words[start][:1].isalpha():
            if words[start][:1] != b"<":
                yield start


def _ends(words: list[bytes]) -> set[int]:
    """After how many words a status may end."""
    ends = {0}
    for end, word in enumerate(words, 1):
        is_item = end - 1 in ends and (_is_tag(word) or _is_url(word))
        if is_item or any(start in ends for start in _extension_starts(words, end)):
            ends.add(end)
    return ends


def status(data: bytes) -> Verdict:
    words = data.split(b" ") if data else []
    ends = _ends(words)
    if len(words) not in ends:
        return INVALID
    items = [word for word in words if word]
    flags = _flags(items)
    if len(items) < len(words):
        flags.append("deep-blanks")
    # What is no item of its own is a part of an extension. Can a word that looks like a tag be one
    # in some reading of the grammar? The word that an empty word needs behind it does not count:
    # there is no reading without it.
    for number, word in enumerate(words):
        if _is_tag(word):
            if any(start in ends and (words[start] or start < number - 1)
                   for start in _extension_starts(words, number + 1)):
                flags.append("deep-swallowed")
        elif word and not _is_url(word) and not re.fullmatch(_EXTENSION, word):
            flags.append("deep-swallowed")
    return accepted(dict(_sorted(items)), flags)


def _split_at_commas(data: bytes) -> list[bytes]:
    """The items; commas inside of angle brackets separate nothing."""
    items, is_inside = [b""], False
    for octet in (data[at:at + 1] for at in range(len(data))):
        if octet == b"," and not is_inside:
            items.append(b"")
            continue
        is_inside = (is_inside or (octet == b"<" and not items[-1])) and octet != b">"
        items[-1] += octet
    return items if data else []


def comma(data: bytes) -> Verdict:
    items = _split_at_commas(data)
    for one in items:
        if one.startswith(b"<"):
            if not one.endswith(b">") or not uri.is_https(one[1:-1]):
                return INVALID
        elif not re.fullmatch(_TAG, one) and (
                b" " in one or b"," in one or not re.fullmatch(_EXTENSION, one)):
            return INVALID
    return accepted(dict(_sorted(items)), _flags(items))


# -05 sections 5 and 6.
_TOKEN = rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_DIRECTIVE = re.compile(rb"(" + _TOKEN + rb")(?:=([^;]*))?", re.DOTALL)
_NAMES = (b"tls-version", b"tls-cert", b"sts-url")


def directives(data: bytes) -> Verdict:
    found: list[list[str | None]] = []
    flags = []
    for number, one in enumerate(data.split(b";") if data else []):
        match = _DIRECTIVE.fullmatch(one[1:] if number and one.startswith(b" ") else one)
        if match is None:
            return INVALID
        name, value = match.groups()
        if value is not None and not re.fullmatch(_TOKEN, value):
            bare = value[1:-1] if value.startswith(b"<") and value.endswith(b">") else value
            if name.lower() != b"sts-url" or not uri.is_https(bare, b";"):
                return INVALID
            flags.append("directive-url")
        if _other_case(name, _NAMES):
            flags.append("directive-case")
        found.append([text(name), None if value is None else text(value)])
    return accepted({"directives": found}, flags)


# Lines.
def _line(data: bytes) -> bytes | None:
    """The line without its end, if it has one and no more than 512 octets."""
    line, end, _ = data.partition(b"\r\n")
    return line if end and len(line) + 2 <= 512 else None


def _ends_with_line(oracle: Oracle) -> Oracle:
    """Of what is accepted the parser takes the first line."""
    return lambda data: replace(oracle(data), consumed=data.find(b"\r\n") + 2)


def _announced(line: bytes, sts: str) -> Verdict:
    match = re.fullmatch(rb"(?i:(DEEP)|(" + sts.encode() + rb"))(?:\x20(.+))?", line, re.DOTALL)
    if match is None:
        return INVALID
    arguments = match.group(3)
    if arguments is not None and b"" in arguments.split(b" "):
        return INVALID
    inner = (status if match.group(1) else directives)(arguments or b"")
    if inner.value is None:
        return INVALID
    return accepted({"keyword": "DEEP" if match.group(1) else sts, **inner.value}, inner.flags)


def ehlo(data: bytes) -> Verdict:
    line = _line(data)
    if line is None:
        return INVALID
    if line[:4] not in (b"250-", b"250 "):
        return INVALID
    inner = _announced(line[4:], "MSTS")
    if inner.value is None:
        return INVALID
    return accepted({"last": line[3:4] == b" ", **inner.value}, inner.flags)


def capa(data: bytes) -> Verdict:
    line = _line(data)
    if line is None:
        return INVALID
    return _announced(line, "STS")


# CLIENT, -04 section 7.3.
_CIPHER = rb"(?:[A-Za-z][A-Za-z0-9_]*|0[xX][0-9A-Fa-f]{4})"
_PARAM = re.compile(rb"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?")
_OWN = {b"name": rb"(?s:.+)", b"version": rb"(?s:.+)", b"tls": _CIPHER,
        **dict.fromkeys((b"latch", b"latch-fail", b"security-tags"),
                        _TAG + rb"(?:," + _TAG + rb")*")}


def client(data: bytes) -> Verdict:
    line = _line(data)
    if line is None:
        return INVALID
    verb, *params = line.split(b" ")
    if verb.lower() != b"client" or not params:
        return INVALID
    found: list[list[str | None]] = []
    flags = []
    for param in params:
        match = _PARAM.fullmatch(param)
        if match is None:
            return INVALID
        name, value = match.groups()
        rule = _OWN.get(name.lower())
        if rule is not None and not (value is not None and re.fullmatch(rule, value)):
            flags.append("deep-client-unfit")
        elif rule is not None and rule.startswith(_TAG):
            if any(_other_case(one, _REGISTERED) for one in value.split(b",")):
                flags.append("deep-tag-case")
        found.append([text(name), None if value is None else text(value)])
    return accepted({"params": found}, flags)


# CLIENT, -05 section 9.3.
_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = rb'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"'
_RUN = rb"[\x21-\x3c\x3e-\x7e]+"
_FREE = re.compile(rb"\x20((?i:name|version))\x20(" + _QUOTED + rb"|" + _RUN + rb"|" + _ATOM
                   + rb")(?=\x20|$)")
_OTHER = re.compile(rb"\x20(" + _ATOM + rb")\x20(" + _QUOTED + rb"|" + _ATOM + rb")(?=\x20|$)")


def sts_client(data: bytes) -> Verdict:
    line = _line(data)
    if line is None:
        return INVALID
    if line[:6].lower() != b"client" or len(line) == 6 or b"\n" in line:
        return INVALID
    rest = line[6:]
    found: list[list[str]] = []
    flags: list[str] = []
    while rest:
        match = _FREE.match(rest) or _OTHER.match(rest)
        if match is None:
            return INVALID
        name, value = match.groups()
        if name.lower() in (b"policy-fail", b"directives", b"saved"):
            inner = directives(value[1:-1]) if value.startswith(b'"') else INVALID
            flags += inner.flags if inner.value is not None else ["deep-client-unfit"]
        elif not re.fullmatch({b"tls": _CIPHER, b"name": _RUN, b"version": _RUN}.get(
                name.lower(), b"(?s:.*)"), value):
            flags.append("deep-client-unfit")
        found.append([text(name), text(value)])
        rest = rest[match.end():]
    return accepted({"params": found}, flags)


# ID: RFC 2971, -04 section 7.1, -05 section 9.1.
_STRING = re.compile(rb'"((?:[^"\\\r\n\x00\x80-\xff]|\\["\\])*)"|\{([0-9]+)\}\r\n', re.DOTALL)
_SPELLED = (b"deep", b"deep-status", b"latch-fail", b"latch-failure", b"sts", b"sts-policy",
            b"policy-fail", b"policy-failure")
_TAGS = re.compile(rb"(?:" + _TAG + rb"(?:\x20" + _TAG + rb")*)?")


def _string(data: bytes, at: int, limit: int) -> tuple[bytes, bool, int]:
    """What a string stands for, whether it has an escape, and where it ends."""
    match = _STRING.match(data, at)
    if match is None:
        raise ValueError
    if match.group(2) is None:
        plain, end = re.sub(rb"\\(.)", rb"\1", match.group(1)), match.end()
    else:
        end = match.end() + int(match.group(2))
        plain = data[match.end():end]
    if len(plain) > limit or end > len(data) or b"\x00" in plain:
        raise ValueError
    return plain, b"\\" in (match.group(1) or b""), end


def _value_flags(name: bytes, value: bytes, is_escaped: bool) -> tuple[str, ...]:
    flags = ("deep-id-spelling",) if name in _SPELLED else ()
    if name in (b"deep", b"deep-status"):
        verdict = status(value)
    elif name in (b"latch", b"latch-fail", b"latch-failure", b"security-tags"):
        good = _TAGS.fullmatch(value) and (value or not name.startswith(b"latch-"))
        verdict = accepted({}, _flags(value.split(b" "))) if good else INVALID
    elif name in (b"sts", b"sts-policy", b"saved", b"policy-fail", b"policy-failure",
                  b"directives"):
        verdict = directives(value) if value or b"fail" not in name else INVALID
    elif name == b"tls":
        verdict = accepted({}) if re.fullmatch(_CIPHER, value) else INVALID
    else:
        return ()
    if verdict.value is None or is_escaped:
        raise ValueError
    return (*flags, *verdict.flags)


def _id(data: bytes) -> Verdict:
    if data[:3].upper() == b"NIL":
        return accepted({"fields": None}, consumed=3)
    if data[:2] == b"()":
        return accepted({"fields": []}, consumed=2)
    found: list[list[str | None]] = []
    names: list[bytes] = []
    flags: list[str] = []
    at = 0
    while True:
        if data[at:at + 1] != (b" " if found else b"("):
            raise ValueError
        name, _, at = _string(data, at + 1, 30)
        if data[at:at + 1] != b" ":
            raise ValueError
        if data[at + 1:at + 4].upper() == b"NIL":
            at += 4
            found.append([text(name), None])
        else:
            value, is_escaped, at = _string(data, at + 1, 1024)
            flags += _value_flags(name.lower(), value, is_escaped)
            found.append([text(name), text(value)])
        names.append(name.lower())
        if len(names) > 30 or len(set(names)) < len(names):
            raise ValueError
        if data[at:at + 1] == b")":
            return accepted({"fields": found}, flags, at + 1)


def imap_id(data: bytes) -> Verdict:
    try:
        return _id(data)
    except ValueError:
        return INVALID


# The tls clause: RFC 8314 section 4.3, blanks and comments of RFC 5322 section 3.2.2; what is
# obsolete in its section 4 goes into a list.
_FWS = re.compile(rb"(?:\r\n)?[ \t]+(?:\r\n[ \t]+)*")
_CONTENT = re.compile(rb"[\x21-\x27\x2a-\x5b\x5d-\x7e]|\\[\x20-\x7e\t]")
_OBSOLETE = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|\\[\x00-\x7f]")


def _blanks(data: bytes, at: int, old: list[str]) -> int:
    """Where the blanks at `at` end, if there are any."""
    match = _FWS.match(data, at)
    if match is None:
        return at
    if match[0].count(b"\n") > 1:
        if match[0].startswith(b"\r"):
            raise ValueError
        old.append("received-obsolete")
    return match.end()


def _comment(data: bytes, at: int, old: list[str]) -> int:
    """Where the comment at `at` ends."""
    at = _blanks(data, at + 1, old)
    while data[at:at + 1] != b")":
        if data[at:at + 1] == b"(":
            at = _comment(data, at, old)
        elif (match := _CONTENT.match(data, at)) is not None:
            at = match.end()
        elif (match := _OBSOLETE.match(data, at)) is not None:
            at = match.end()
            old.append("received-obsolete")
        else:
            raise ValueError
        at = _blanks(data, at, old)
    return at + 1


def _gap(data: bytes, at: int, has_comments: bool, old: list[str]) -> int:
    end = _blanks(data, at, old)
    while has_comments and data[end:end + 1] == b"(":
        end = _blanks(data, _comment(data, end, old), old)
    if end == at:
        raise ValueError
    return end


def _word(data: bytes, at: int, word: bytes, value: bytes,
          old: list[str]) -> tuple[bytes, int]:
    """CFWS word FWS value: the value, and where it ends."""
    at = _gap(data, at, True, old)
    if data[at:at + len(word)].lower() != word:
        raise ValueError
    match = re.compile(value).match(data, _gap(data, at + len(word), False, old))
    if match is None:
        raise ValueError
    return match.group(), match.end()


def _clause(data: bytes, has_group: bool) -> Verdict:
    old: list[str] = []
    try:
        cipher, at = _word(data, 0, b"tls", _CIPHER, old)
        value: dict[str, Any] = {"cipher": text(cipher)}
        if has_group:
            value["group"] = None
            if at < len(data):
                group, at = _word(data, at, b"group", rb"[A-Za-z][A-Za-z0-9_-]*", old)
                value["group"] = text(group)
    except ValueError:
        return INVALID
    return accepted(value, old) if at == len(data) else INVALID


def received(data: bytes) -> Verdict:
    return _clause(data, True)


def received_deep(data: bytes) -> Verdict:
    return _clause(data, False)


ORACLES: dict[str, Oracle] = {
    "deep-tag": tag, "deep-status": status, "deep-status-comma": comma,
    "deep-ehlo": _ends_with_line(ehlo), "deep-capa": _ends_with_line(capa),
    "deep-client": _ends_with_line(client), "deep-id": imap_id, "sts-directives": directives,
    "sts-client": _ends_with_line(sts_client), "received-tls": received,
    "received-tls-deep": received_deep,
}
