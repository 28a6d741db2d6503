# SPDX-License-Identifier: Apache-2.0
"""MTA-STS (RFC 8461)."""

from __future__ import annotations

import re

from oracle.chars import WIDE
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# Section 3.1, rule by rule.
_DELIM = rb"[ \t]*;[ \t]*"
_EXT_NAME = rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
_EXT_VALUE = rb"[\x21-\x3a\x3c\x3e-\x7e]+"
_FIELD = _EXT_NAME + rb"=" + _EXT_VALUE
_RECORD = re.compile(rb"v=STSv1(?:" + _DELIM + _FIELD + rb")+(?:" + _DELIM + rb")?")
_ID = re.compile(rb"[A-Za-z0-9]{1,32}")


def record(data: bytes) -> Verdict:
    if not _RECORD.fullmatch(data):
        return INVALID
    fields = [field.strip(b" \t").split(b"=") for field in data.split(b";")[1:]
              if field.strip(b" \t")]
    ids = [number for number, (name, _) in enumerate(fields) if name == b"id"]
    good = [number for number in ids if _ID.fullmatch(fields[number][1])]
    if not good:
        return INVALID
    flags = []
    if good[0] != ids[0]:
        flags.append("sts-record-id-twice")
    if not data.startswith(b"v=STSv1;"):
        flags.append("sts-record-early-blank")
    return accepted({"id": text(fields[good[0]][1]),
                     "extensions": [[text(name), text(value)]
                                    for number, (name, value) in enumerate(fields)
                                    if number != good[0]]}, flags)


def _rdatas(data: bytes) -> list[bytes] | None:
    """The records of a set; None when it is malformed."""
    found = []
    while data:
        n = int.from_bytes(data[:2], "big")
        rdata, data = data[2:2 + n], data[2 + n:]
        if len(rdata) != n or n == 0:
            return None
        found.append(rdata)
    return found


def _joined(rdata: bytes) -> bytes | None:
    """The strings of a record; None when they do not fill it."""
    joined = b""
    while rdata:
        if len(rdata) < 1 + rdata[0]:
            return None
        joined, rdata = joined + rdata[1:1 + rdata[0]], rdata[1 + rdata[0]:]
    return joined


def of_set(data: bytes, prefix: bytes, oracle: Oracle) -> Verdict:
    """Of the record that is left; where there is but one, nothing is dropped."""
    rdatas = _rdatas(data) or []
    texts = [_joined(rdata) for rdata in rdatas]
    left = {rdata: one for rdata, one in zip(rdatas, texts)
            if one is not None and (len(texts) == 1 or one.startswith(prefix))}
    if None in texts or len(left) != 1:
        return INVALID
    (rdata, one), = left.items()
    verdict = oracle(one)
    if verdict.value is None or rdatas.count(rdata) == 1:
        return verdict
    return accepted(verdict.value, (*verdict.flags, "txt-twice"))


def records(data: bytes) -> Verdict:
    verdict = of_set(data, b"v=STSv1;", record)
    if verdict.value is None:
        return verdict
    return accepted({"id": verdict.value["id"]}, verdict.flags)


# Section 3.2.
_VCHAR = rb"(?:[\x21-\x7e]|" + WIDE + rb")"
_LINE = (rb"(" + _EXT_NAME + rb"):[ \t]*(" + _VCHAR + rb"(?:(?:\x20|" + _VCHAR + rb")*"
         + _VCHAR + rb")?)[ \t]*")
_ONE = re.compile(_LINE)
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN = _LABEL + rb"(?:\." + _LABEL + rb")*"
_MX = re.compile(rb"(?:\*\.)?" + DOMAIN)
_VALUES = {b"version": re.compile(rb"STSv1"), b"mode": re.compile(rb"enforce|testing|none"),
           b"max_age": re.compile(rb"[0-9]{1,10}")}


def policy(data: bytes) -> Verdict:
    if len(data) > 65536:
        return INVALID
    lines = re.split(rb"\r\n|\n", data)
    if lines[-1] == b"":
        lines.pop()
    found = [_ONE.fullmatch(line) for line in lines]
    fields = [match.groups() for match in found if match is not None]
    if len(fields) != len(lines):
        return INVALID
    flags, chosen = [], {}
    for name, rule in _VALUES.items():
        fits = [bool(rule.fullmatch(value)) for key, value in fields if key == name]
        if True not in fits:
            return INVALID
        if fits.index(True) > 0:
            flags.append("sts-policy-bad-first")
        chosen[name] = [value for key, value in fields if key == name][fits.index(True)]
    mx = [value for key, value in fields if key == b"mx"]
    good = [value for value in mx if _MX.fullmatch(value)]
    if not good and chosen[b"mode"] != b"none":
        return INVALID
    if len(good) < len(mx):
        flags.append("sts-policy-bad-mx")
    if int(chosen[b"max_age"]) > 31557600:
        flags.append("sts-policy-max-age-large")
    if any(len(value) > 255 or max(map(len, value.split(b"."))) > 63 for value in good):
        flags.append("sts-policy-mx-length")
    return accepted({"mode": text(chosen[b"mode"]), "max_age": int(chosen[b"max_age"]),
                     "mx": [text(value) for value in good],
                     "extensions": [[text(name), text(value)] for name, value in fields
                                    if name not in (*_VALUES, b"mx")]}, flags)


# Section 4.1.
def mx(data: bytes) -> Verdict:
    pattern, space, host = data.partition(b" ")
    if not space or not _MX.fullmatch(pattern):
        return INVALID
    rest = re.escape(pattern.removeprefix(b"*"))
    rule = rb"([^.]+)" + rest if pattern.startswith(b"*") else rest
    match = re.fullmatch(rule + rb"(\.?)", host, re.IGNORECASE | re.DOTALL)
    if match is None:
        return INVALID
    flags = ["sts-mx-dot"] if match.groups()[-1] else []
    if pattern.startswith(b"*") and match.group(1) == b"*":
        flags.append("sts-mx-star")
    return accepted({"pattern": text(pattern), "host": text(host)}, flags)


ORACLES: dict[str, Oracle] = {"sts-record": record, "sts-records": records, "sts-policy": policy,
                              "sts-mx": mx}
