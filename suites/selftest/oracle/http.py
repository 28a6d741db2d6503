# SPDX-License-Identifier: Apache-2.0
"""Heads and chunked bodies of HTTP/1.1 (RFC 9112, 9110)."""

from __future__ import annotations

import re
from typing import Any

from oracle import uri
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
_END = rb"\r?\n"
_REQUEST = re.compile(rb"(?P<empty>" + _END + rb")?(?P<method>" + _TOKEN
                      + rb")\x20(?P<target>[\x21-\x7e]+)\x20"
                      rb"HTTP/1\.(?P<minor>[0-9])" + _END)
_RESPONSE = re.compile(rb"HTTP/1\.(?P<minor>[0-9])\x20(?P<status>[1-5][0-9]{2})"
                       rb"(?:(?P<blank>\x20)(?P<phrase>" + _TEXT + rb"))?" + _END)
_FIELD = re.compile(rb"(" + _TOKEN + rb"):(" + _TEXT + rb"(?:" + _END + rb"[\t\x20]" + _TEXT
                    + rb")*)" + _END)
_LAST = re.compile(_END)
# Section 7: token *(OWS ";" OWS parameter); parameters are not looked at.
_CODING = re.compile(rb"(" + _TOKEN + rb")\s*(;.*)?", re.DOTALL)
# Section 7.1.1
_QUOTED = rb'"(?:[\t\x20!#-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_BWS = rb"[\t\x20]*"
_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:" + _BWS + rb";" + _BWS + _TOKEN + rb"(?:" + _BWS + rb"="
                   + _BWS + rb"(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?)*\r\n")
_TOO_LARGE = 1 << 63

Fields = list[tuple[bytes, bytes]]


def fields_of(data: bytes, at: int) -> tuple[Fields, int] | None:
    """Names and values with their folds, and where the empty line ends."""
    found = []
    while (field := _FIELD.match(data, at)) is not None:
        # A fold is a blank to the reader, and has no meaning at the ends.
        found.append((field[1], field[2].strip(b" \t\r\n")))
        at = field.end()
    last = _LAST.match(data, at)
    return None if last is None else (found, last.end())


def readings_of(head: bytes) -> list[str]:
    """Of the lines, without the last line end."""
    flags = ["http-bare-lf"] if re.search(rb"(?<!\r)\n", head) else []
    return flags + (["http-folded"] if re.search(rb"\n[\t\x20]", head) else [])


def length_of(fields: Fields, is_request: bool,
              minor: bytes) -> tuple[dict[str, Any], list[str]] | None:
    """What sections 6.1 to 6.3 say of the body; None where a reader has to give up."""
    lengths: list[bytes] = []
    codings: list[bytes] = []
    is_coded = False
    for name, value in fields:
        members = [member.strip(b" \t\r\n") for member in value.split(b",")]
        if name.lower() == b"content-length":
            lengths += members
        elif name.lower() == b"transfer-encoding":
            is_coded = True
            codings += [member for member in members if member]
    if not all(re.fullmatch(rb"[0-9]+", member) for member in lengths):
        return None
    numbers = {int(member) for member in lengths}
    if len(numbers) > 1 or any(number >= _TOO_LARGE for number in numbers):
        return None
    if not all(_CODING.fullmatch(coding) for coding in codings):
        return None
    # Section 7.1: chunked once, without parameters.
    names = [re.split(rb"[\s;]", coding)[0].lower() for coding in codings]
    if names.count(b"chunked") > 1 or (b"chunked" in names and b"chunked" not in [
            coding.lower() for coding in codings]):
        return None
    chunked = bool(codings) and codings[-1].lower() == b"chunked"
    if is_coded and is_request and not chunked:
        return None
    flags = ["http-length-repeated"] if len(lengths) > 1 else []
    if is_coded and minor == b"0":
        flags.append("http-old-coding")
    said: dict[str, Any] = {"chunked": chunked}
    if numbers and is_coded:
        flags.append("http-both-lengths")
    elif numbers:
        said["length"] = numbers.pop()
    return said, flags


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
        return is_host(target, "some")
    if target.startswith(b"/"):
        return b"#" not in target and uri.is_uri(b"x://h" + target)
    if target == b"*":
        return method == b"OPTIONS"
    scheme, _, rest = target.partition(b":")
    has_host = re.match(rb"//(?:[^@/?]*@)?[^:/?]", rest) is not None
    return (b"#" not in target and uri.is_uri(target)
            and (has_host or scheme.lower() not in (b"http", b"https")))


def request(data: bytes) -> Verdict:
    line = _REQUEST.match(data)
    rest = fields_of(data, line.end()) if line else None
    if line is None or rest is None:
        return INVALID
    fields, end = rest
    flags = readings_of(data[:end]) + (["http-empty-line"] if line["empty"] else [])
    length = length_of(fields, True, line["minor"])
    hosts = [value for name, value in fields if name.lower() == b"host"]
    if length is None or "http-folded" in flags:
        return INVALID
    if not is_target(line["target"], line["method"]) or not all(map(is_host, hosts)):
        return INVALID
    if len(hosts) > 1 or (not hosts and line["minor"] != b"0"):
        return INVALID
    return accepted({"method": text(line["method"]), "target": text(line["target"]),
                     "minor": int(line["minor"]), "host": text(hosts[0]) if hosts else "",
                     "fields": pairs(fields), **length[0]}, flags + length[1], end)


def response(data: bytes) -> Verdict:
    line = _RESPONSE.match(data)
    rest = fields_of(data, line.end()) if line else None
    length = length_of(rest[0], False, line["minor"]) if line and rest else None
    if line is None or rest is None or length is None:
        return INVALID
    fields, end = rest
    flags = readings_of(data[:end]) + length[1]
    if line["blank"] is None:
        flags.append("http-no-blank")
    return accepted({"minor": int(line["minor"]), "status": int(line["status"]),
                     "phrase": text(line["phrase"] or b""), "fields": pairs(fields),
                     **length[0]}, flags, end)


def chunked(data: bytes) -> Verdict:
    at, chunks = 0, []
    while True:
        line = _SIZE.match(data, at)
        size = int(line[1], 16) if line else _TOO_LARGE
        if line is None or size >= _TOO_LARGE or size > len(data):
            return INVALID
        at = line.end() + size
        if size == 0:
            break
        chunks.append(text(data[line.end():at]))
        if data[at:at + 2] != b"\r\n":
            return INVALID
        at += 2
    rest = fields_of(data, at)
    if rest is None:
        return INVALID
    return accepted({"chunks": chunks, "trailer": pairs(rest[0])},
                    readings_of(data[at:rest[1]]), rest[1])


ORACLES: dict[str, Oracle] = {"http-request": request, "http-response": response,
                              "http-chunked": chunked}
