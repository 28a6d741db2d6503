# SPDX-License-Identifier: Apache-2.0
"""MTA-STS before RFC 8461: the record of draft-margolis-smtp-sts-00, the JSON of mta-sts-01."""

from __future__ import annotations

import json
import re
from typing import Any

from oracle import uri
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# --- draft-margolis-smtp-sts-00 section 3.1
_LABELS = rb"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_MX = re.compile(rb"(?:\*\.)?" + _LABELS + rb"(?:,(?:\*\.)?" + _LABELS + rb")*")
_SIZED = re.compile(rb"([^!]*)(?:!([0-9]+)([KMGTkmgt]?))?")
_FIELD = re.compile(rb"(?i:(mx|a|c|e|rua))[ \t]*=[ \t]*(.*)", re.DOTALL)


def _is_odd(name: bytes) -> bool:
    labels = name.split(b".")
    return len(name) > 255 or any(
        len(label) > 63 or label[:1] == b"-" or label[-1:] == b"-" for label in labels)


def _rua(value: bytes) -> list[list[str]] | None:
    """URIs and their sizes; None if it is no list of them."""
    found = []
    for one in re.split(rb"[ \t]*,[ \t]*", value):
        match = _SIZED.fullmatch(one)
        if match is None or not uri.is_uri(match[1], b"!,;"):
            return None
        if match[2] is not None and int(match[2]) >= 1 << 64:
            return None
        found.append([text(match[1]), text((match[2] or b"") + (match[3] or b""))])
    return found


def _known(name: str, value: bytes) -> Any:
    """The value of a field; None if it does not fit."""
    if name == "mx":
        return text(value).split(",") if _MX.fullmatch(value) else None
    if name == "a":
        if value.lower() == b"dnssec":
            return "dnssec"
        return text(value) if uri.is_uri(value, b";") else None
    if name == "c":
        return text(value.lower()) if value.lower() in (b"webpki", b"tlsa") else None
    if name == "e":
        return int(value) if re.fullmatch(rb"[0-9]{1,6}", value) else None
    return _rua(value)


def record(data: bytes) -> Verdict:
    raw = data.split(b";")
    parts = [part.strip(b" \t") for part in raw]
    if len(parts) > 2 and parts[-1] == b"":
        parts.pop()
    if (len(parts) < 2 or data[:1] in (b" ", b"\t")
            or not re.fullmatch(rb"[vV][ \t]*=[ \t]*STS1", parts[0])):
        return INVALID
    to = re.fullmatch(rb"(?i:to)[ \t]*=[ \t]*(?i:(true)|false)", parts[1])
    if to is None:
        return INVALID
    value: dict[str, Any] = {"to": to[1] is not None, "mx": [], "a": None, "c": None, "e": None,
                             "rua": []}
    seen, flags = set(), set()
    for at, part in enumerate(parts[2:], 2):
        match = _FIELD.fullmatch(part)
        name = "" if match is None else text(match[1]).lower()
        found = None if match is None or name in seen else _known(name, match[2])
        if found is None:
            return INVALID
        seen.add(name)
        value[name] = found
        last = found if name == "a" else found[-1][0] if name == "rua" and not found[-1][1] else ""
        if (":" in last and raw[at][-1:] not in (b" ", b"\t") and at + 1 < len(raw)
                and raw[at + 1][:1] not in (b" ", b"\t")):
            flags.add("sts-2016-semicolon")
    if not {"mx", "a", "c", "e"} <= seen:
        flags.add("sts-2016-absent")
    if any(_is_odd(name.encode()) for name in value["mx"]):
        flags.add("sts-old-mx")
    a = (value["a"] or "dnssec").encode()
    if a != b"dnssec" and not (a[:7].lower() == b"webpki:" and uri.is_https(a[7:], b";")):
        flags.add("sts-2016-scheme")
    if not all(one.lower().startswith("mailto:") for one, _ in value["rua"]):
        flags.add("sts-2016-scheme")
    if data.rstrip(b" \t") != data and not data.rstrip(b" \t").endswith(b";"):
        flags.add("sts-2016-end-blank")
    return accepted(value, flags)


# --- draft-ietf-uta-mta-sts-01 section 3.1.2, in the shape of RFC 4627
_BLANKS = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"')
_SCALAR = re.compile(r"true|false|null|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_DEPTH = 32
# A string without its quotes, another scalar, a list, or an object's pairs.
_Node = tuple[str, Any]


class _Unfit(Exception):
    pass


def _skip(data: str, at: int) -> int:
    match = _BLANKS.match(data, at)
    assert match is not None
    return match.end()


def _string(data: str, at: int) -> tuple[str, int]:
    match = _STRING.match(data, at)
    if match is None:
        raise _Unfit
    return match[1], match.end()


def _value(data: str, at: int, depth: int) -> tuple[_Node, int]:
    """The value at `at`, of any number in front of which may be zeros, and where it ends."""
    if data[at:at + 1] == '"':
        raw, at = _string(data, at)
        return ("string", raw), at
    if data[at:at + 1] in ("{", "["):
        if depth > _DEPTH:
            raise _Unfit
        return _items(data, at, depth)
    match = _SCALAR.match(data, at)
    if match is None:
        raise _Unfit
    return ("scalar", match[0]), match.end()


def _items(data: str, at: int, depth: int) -> tuple[_Node, int]:
    is_object = data[at] == "{"
    kind, end = ("object", "}") if is_object else ("list", "]")
    at = _skip(data, at + 1)
    found: list[Any] = []
    if data[at:at + 1] == end:
        return (kind, found), at + 1
    while True:
        name = None
        if is_object:
            name, at = _string(data, at)
            at = _skip(data, at)
            if data[at:at + 1] != ":":
                raise _Unfit
            at = _skip(data, at + 1)
        node, at = _value(data, at, depth + 1)
        found.append((name, node) if is_object else node)
        at = _skip(data, at)
        if data[at:at + 1] == end:
            return (kind, found), at + 1
        if data[at:at + 1] != ",":
            raise _Unfit
        at = _skip(data, at + 1)


def _is_strict(node: _Node) -> bool:
    kind, inner = node
    if kind == "scalar":
        return _NUMBER.fullmatch(inner) is not None
    if kind == "list":
        return all(_is_strict(one) for one in inner)
    return kind == "string" or all(_is_strict(one) for _, one in inner)


def _decoded(raw: str) -> str:
    return str(json.loads(f'"{raw}"'))


_NAMES = ("version", "mode", "policy_id", "mx", "max_age")
_PATTERN = re.compile(r"[A-Za-z0-9*-]+(?:\.[A-Za-z0-9-]+)*")


def _member(name: str, node: _Node, flags: set[str]) -> Any:
    """What the first member of a known name is; None if it does not fit."""
    kind, inner = node
    if name == "max_age":
        if kind != "scalar" or not re.fullmatch("[0-9]{1,10}", inner):
            return None
        if re.fullmatch("0[0-9]+", inner):
            flags.add("sts-json-zeros")
        return int(inner)
    if name == "mx":
        if kind != "list" or not inner or any(one[0] != "string" for one in inner):
            return None
        names = [_decoded(raw) for _, raw in inner]
        if not all(_PATTERN.fullmatch(one) for one in names):
            return None
        if any("\\" in raw for _, raw in inner):
            flags.add("sts-json-escape")
        if any(_is_odd(one.encode()) for one in names):
            flags.add("sts-old-mx")
        if any("*" in one and not re.fullmatch(r"\*\.[^*]*", one) for one in names):
            flags.add("sts-json-star")
        return names
    if kind != "string":
        return None
    found, rule = _decoded(inner), {"version": "STSv1", "policy_id": "[A-Za-z0-9]{1,32}",
                                    "mode": "(?ai:enforce|report)"}[name]
    if not re.fullmatch(rule, found):
        return None
    if "\\" in inner:
        flags.add("sts-json-escape")
    if name == "mode" and found != found.lower():
        flags.add("sts-json-case")
    return found.lower() if name == "mode" else found


def policy(data: bytes) -> Verdict:
    try:
        whole = data.decode("utf-8")
        start = _skip(whole, 0)
        if whole[start:start + 1] != "{":
            return INVALID
        (_, pairs), end = _items(whole, start, 0)
    except (UnicodeDecodeError, _Unfit):
        return INVALID
    if _skip(whole, end) != len(whole):
        return INVALID
    flags: set[str] = set()
    found: dict[str, Any] = {}
    for raw, node in pairs:
        decoded = _decoded(raw)
        name = decoded.lower() if decoded.isascii() else decoded
        first = name in _NAMES and name not in found
        if name not in _NAMES:
            flags.add("sts-json-unknown")
        else:
            flags |= {"sts-json-case"} if decoded != name else set()
            flags |= {"sts-json-escape"} if "\\" in raw else set()
            flags |= set() if first else {"sts-json-repeated"}
        if first:
            found[name] = _member(name, node, flags)
        elif not _is_strict(node):
            return INVALID
    if any(found.get(name) is None for name in _NAMES):
        return INVALID
    return accepted({name: found[name] for name in _NAMES if name != "version"}, flags)


ORACLES: dict[str, Oracle] = {"sts-record-2016": record, "sts-policy-json": policy}
