# SPDX-License-Identifier: Apache-2.0
"""Heads and chunked bodies of HTTP/1.1 (RFC 9112, 9110)."""

from __future__ import annotations

import re
from typing import Any

from oracle import uri
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]"
_WORD = rb"[\x21-\x7e\x80-\xff]"
_END = rb"\r?\n"
_GAP = rb"[\t\v\f\x20]"                 # sections 3 and 4: what else may stand for one blank
_VERSION = rb"HTTP/1\.(?P<minor>[0-9])"
_REQUEST = re.compile(
    rb"(?P<empty>(?:" + _END + rb")*)(?P<line>" + _GAP + rb"*(?P<method>" + _TOKEN + rb")" + _GAP
    + rb"+(?P<target>[\x21-\x7e]+)" + _GAP + rb"+" + _VERSION + _GAP + rb"*)" + _END)
_EXACT_REQUEST = re.compile(_TOKEN + rb"\x20[\x21-\x7e]+\x20HTTP/1\.[0-9]")
_STATUS = rb"(?P<status>[0-9]{3})"
_RESPONSE = re.compile(_VERSION + rb"\x20" + _STATUS + rb"(?P<blank>\x20(?P<phrase>" + _TEXT
                       + rb"*))?" + _END)
_LOOSE_RESPONSE = re.compile(
    _GAP + rb"*" + _VERSION + _GAP + rb"+" + _STATUS + rb"(?P<blank>" + _GAP + rb"+(?P<phrase>(?:"
    + _WORD + rb"(?:" + _TEXT + rb"*" + _WORD + rb")?)?)" + _GAP + rb"*)?" + _END)
_EARLY = re.compile(rb"(?:[\t\x20][^\n]*\n)*")
_VALUE = rb"[^\r\n]*"
_FOLDS = rb"(?:" + _END + rb"[\t\x20]" + _VALUE + rb")*"
_FIELD = re.compile(rb"(" + _TOKEN + rb"):(" + _VALUE + _FOLDS + rb")" + _END)
_LAST = re.compile(_END)
_QUOTED = rb'"(?:[\t\x20!#-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_BWS = rb"[\t\x20]*"
# RFC 9110 section 10.1.4, and lists with empty members (section 5.6.1.2)
_PARAMETER = (_BWS + rb";" + _BWS + _TOKEN + _BWS + rb"=" + _BWS + rb"(?:" + _TOKEN + rb"|"
              + _QUOTED + rb")")
_CODING = rb"(?:" + _TOKEN + rb"(?:" + _PARAMETER + rb")*)"
_CODINGS = re.compile(_BWS + _CODING + rb"?(?:" + _BWS + rb"," + _BWS + _CODING + rb"?)*" + _BWS)
_ONE_CODING = re.compile(rb"(" + _TOKEN + rb")((?:" + _PARAMETER + rb")*)")
_LENGTHS = re.compile(_BWS + rb"[0-9]*(?:" + _BWS + rb"," + _BWS + rb"[0-9]*)*" + _BWS)
# Section 7.1.1
_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:" + _BWS + rb";" + _BWS + _TOKEN + rb"(?:" + _BWS + rb"="
                   + _BWS + rb"(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?)*\r\n")
_TOO_LARGE = 1 << 63

Fields = list[tuple[bytes, bytes]]


def without_bare_cr(data: bytes) -> bytes:
    """Section 2.2. What a CR at the very end is nobody knows: it ends nothing."""
    return re.sub(rb"\r(?!\n)", b" ", data)


def value_of(raw: bytes) -> bytes:
    """Section 5.2, RFC 9110 section 5.5."""
    one = re.sub(rb"[\t\x20]*\r?\n[\t\x20]+", b" ", raw.replace(b"\0", b" "))
    return one.strip(b" \t")


def fields_of(data: bytes, at: int) -> tuple[Fields, int, list[str]] | None:
    """Names and raw values, where the empty line ends, and what it rests on."""
    found: Fields = []
    flags = []
    while (field := _FIELD.match(data, at)) is not None:
        found.append((field[1], field[2]))
        at = field.end()
        flags += ["http-folded"] if b"\n" in field[2] else []
        flags += ["http-control"] if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
                                               field[2]) else []
    last = _LAST.match(data, at)
    return None if last is None else ([(name, value_of(raw)) for name, raw in found],
                                      last.end(), flags)


def readings_of(lines: bytes) -> list[str]:
    """Of the octets as they came."""
    flags = ["http-bare-lf"] if re.search(rb"(?<!\r)\n", lines) else []
    return flags + (["http-bare-cr"] if re.search(rb"\r(?!\n)", lines) else [])


def lengths_of(values: list[bytes]) -> tuple[dict[str, Any], list[str]] | None:
    """Section 6.3: of Content-Length, where nothing else counts."""
    if not all(map(_LENGTHS.fullmatch, values)):
        return None
    members = re.split(rb",", b",".join(values)) if values else []
    numbers = {int(member) for member in members if member.strip(b" \t")}
    if values and (len(numbers) != 1 or max(numbers) >= _TOO_LARGE):
        return None
    return ({"length": numbers.pop()} if numbers else {},
            ["http-length-repeated"] if len(members) > 1 else [])


def codings_of(values: list[bytes]) -> list[tuple[bytes, bytes]] | None:
    """Names, in small letters, and what stands behind them."""
    if not all(map(_CODINGS.fullmatch, values)):
        return None
    found = []
    for value in values:
        at = 0
        while at < len(value):
            one = _ONE_CODING.match(value, at)
            found += [(one[1].lower(), one[2])] if one else []
            at = one.end() if one else at + 1
    return found


def length_of(fields: Fields, is_request: bool,
              minor: bytes) -> tuple[dict[str, Any], list[str]] | None:
    """What sections 6.1 to 6.3 say of the body; None where a reader has to give up."""
    values = {name: [value for other, value in fields if other.lower() == name]
              for name in (b"content-length", b"transfer-encoding")}
    if not values[b"transfer-encoding"]:
        found = lengths_of(values[b"content-length"])
        return None if found is None else ({"chunked": False, **found[0]}, found[1])
    codings = codings_of(values[b"transfer-encoding"])
    if codings is None:
        return None
    # Section 7.1: chunked once, without parameters.
    chunks = [rest for name, rest in codings if name == b"chunked"]
    chunked = bool(codings) and codings[-1][0] == b"chunked"
    if len(chunks) > 1 or any(chunks) or (is_request and not chunked):
        return None
    return {"chunked": chunked}, (
        (["http-both-lengths"] if values[b"content-length"] else [])
        + (["http-old-coding"] if minor == b"0" else []))


def pairs(fields: Fields) -> list[list[str]]:
    return [[text(name), text(value)] for name, value in fields]


_HOST = re.compile(rb"((?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*|\[[^\]]*\])(?::([0-9]*))?")


def is_host(value: bytes, port: str = "any") -> bool:
    """uri-host [":" port] (RFC 3986 section 3.2), or with a port that is not empty."""
    match = _HOST.fullmatch(value)
    return (match is not None and uri.is_uri(b"x://" + match[1])
            and (port == "any" or bool(match[2])))


def is_target(target: bytes, method: bytes) -> bool:
    """request-target (section 3.2): each form with the methods that it is for."""
    if method == b"CONNECT":
        return is_host(target, "some") and int(target.rpartition(b":")[2]) < 1 << 16
    if target.startswith(b"/"):
        return b"#" not in target and uri.is_uri(b"x://h" + target)
    if target == b"*":
        return method == b"OPTIONS"
    scheme, _, rest = target.partition(b":")
    has_host = re.match(rb"//(?:[^@/?]*@)?[^:/?]", rest) is not None
    return (b"#" not in target and uri.is_uri(target)
            and (has_host or scheme.lower() not in (b"http", b"https")))


def request(data: bytes) -> Verdict:
    clean = without_bare_cr(data)
    line = _REQUEST.match(clean)
    if line is None:
        return INVALID
    early = _EARLY.match(clean, line.end())
    assert early is not None
    rest = fields_of(clean, early.end())
    if rest is None:
        return INVALID
    fields, end, flags = rest
    flags += readings_of(data[:end]) + (["http-empty-line"] if line["empty"] else [])
    flags += [] if _EXACT_REQUEST.fullmatch(line["line"]) else ["http-words"]
    flags += ["http-early-line"] if early[0] else []
    length = length_of(fields, True, line["minor"])
    hosts = [value for name, value in fields if name.lower() == b"host"]
    if length is None:
        return INVALID
    if not is_target(line["target"], line["method"]) or not all(map(is_host, hosts)):
        return INVALID
    if len(hosts) > 1 or (not hosts and line["minor"] != b"0"):
        return INVALID
    return accepted({"method": text(line["method"]), "target": text(line["target"]),
                     "minor": int(line["minor"]), "host": text(hosts[0]) if hosts else "",
                     "fields": pairs(fields), **length[0]}, flags + length[1], end)


def response(data: bytes) -> Verdict:
    clean = without_bare_cr(data)
    line, flags = _RESPONSE.match(clean), []
    if line is None:
        line, flags = _LOOSE_RESPONSE.match(clean), ["http-words"]
    if line is None:
        return INVALID
    early = _EARLY.match(clean, line.end())
    assert early is not None
    rest = fields_of(clean, early.end())
    length = length_of(rest[0], False, line["minor"]) if rest else None
    if rest is None or length is None:
        return INVALID
    fields, end, others = rest
    # Section 5.2: a user agent unfolds.
    flags += readings_of(data[:end]) + length[1] + [one for one in others if one != "http-folded"]
    flags += ["http-no-blank"] if line["blank"] is None else []
    flags += ["http-early-line"] if early[0] else []
    flags += [] if 100 <= int(line["status"]) <= 599 else ["http-status-class"]
    return accepted({"minor": int(line["minor"]), "status": int(line["status"]),
                     "phrase": text(line["phrase"] or b""), "fields": pairs(fields),
                     **length[0]}, flags, end)


def chunked(data: bytes) -> Verdict:
    clean = without_bare_cr(data)
    at, chunks, flags = 0, [], []
    while True:
        line = _SIZE.match(clean, at)
        size = int(line[1], 16) if line else _TOO_LARGE
        if line is None or size >= _TOO_LARGE or size > len(data):
            return INVALID
        flags += readings_of(data[line.start():line.end()])
        at = line.end() + size
        if size == 0:
            break
        chunks.append(text(data[line.end():at]))
        if data[at:at + 2] != b"\r\n":
            return INVALID
        at += 2
    rest = fields_of(clean, at)
    if rest is None:
        return INVALID
    return accepted({"chunks": chunks, "trailer": pairs(rest[0])},
                    flags + readings_of(data[at:rest[1]]) + rest[2], rest[1])


ORACLES: dict[str, Oracle] = {"http-request": request, "http-response": response,
                              "http-chunked": chunked}
