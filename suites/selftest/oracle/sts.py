# SPDX-License-Identifier: Apache-2.0
"""MTA-STS (RFC 8461)."""

from __future__ import annotations

import re

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
    if len(ids) > 1:
        flags.append("sts-record-id-twice")
    if not data.startswith(b"v=STSv1;"):
        flags.append("sts-record-early-blank")
    return accepted({"id": text(fields[good[0]][1]),
                     "extensions": [[text(name), text(value)]
                                    for number, (name, value) in enumerate(fields)
                                    if number != good[0]]}, flags)


ORACLES: dict[str, Oracle] = {"sts-record": record}
