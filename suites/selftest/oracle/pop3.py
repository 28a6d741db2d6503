# SPDX-License-Identifier: Apache-2.0
"""Replies of POP3 (RFC 1939, 2449, 5034, 6856)."""

from __future__ import annotations

import re

from oracle.chars import BASE64, LINE_SIZE, WIDE, is_wide
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# RFC 2449 section 3: schar (with the blank that the examples have), rchar, CHAR, cchar.
_SCHAR = rb"(?:[\x20-\x7f]|" + WIDE + rb")"
_LEVEL = rb"[\x21-\x2e\x30-\x5c\x5e-\x7f]+"
_CHAR = rb"(?:[\x01-\x09\x0b\x0c\x0e-\x7f]|" + WIDE + rb")"
_TEXT = (rb"(?:\[(?P<code>" + _LEVEL + rb"(?:/" + _LEVEL + rb")*)\](?P<behind>" + _CHAR
         + rb"*)|(?!\[)(?P<text>" + _SCHAR + rb"*))")
_LINE = re.compile(rb"(?P<status>\+OK|-ERR)(?:\x20" + _TEXT + rb")?\r\n")
_GREETING = re.compile(rb"\+OK(?P<blank>\x20)?(?:\[(?P<code>" + _LEVEL + rb"(?:/" + _LEVEL
                       + rb")*)\])?(?P<text>" + _SCHAR + rb"*)\r\n")
# RFC 5034 section 4
_CHALLENGE = re.compile(rb"\+\x20(" + BASE64 + rb")\r\n")
_CAPABILITY = re.compile(rb"([\x21-\x2d\x2f-\x7f]+)((?:\x20[\x21-\x7e]+)*)\r\n")
# RFC 1939 section 7: msg-id of RFC 822 section 6.1, without blanks (RFC 2449 section 3)
_ATOM = rb"[!#-'*+/0-9=?A-Z^-~-]+"
_WORD = _ATOM + rb'|"(?:[!#-\[\]-~]|\\[!-~])*"'
_PART = _ATOM + rb"|\[(?:[!-Z^-~]|\\[!-~])*\]"
_ID = re.compile(rb"<(?:" + _WORD + rb")(?:\.(?:" + _WORD + rb"))*@(?:" + _PART + rb")(?:\.(?:"
                 + _PART + rb"))*>")


def reply(data: bytes) -> Verdict:
    challenge = _CHALLENGE.match(data)
    if challenge is not None:
        return accepted({"status": "+", "code": "", "text": text(challenge[1])}, (),
                        challenge.end())
    line = _LINE.match(data)
    if line is None or line.end() > LINE_SIZE:
        return INVALID
    code, behind, said = line["code"], line["behind"] or b"", line["text"] or b""
    flags = []
    if is_wide(line[0]):
        flags.append("pop3-text-utf8")
    if b"\x7f" in line[0] or re.search(rb"[\x01-\x1f]", behind):
        flags.append("pop3-text-control")
    if b"[" in said:
        flags.append("pop3-text-bracket")
    return accepted({"status": text(line["status"]), "code": text(code or b""),
                     "text": text(behind or said)}, flags, line.end())


def greeting(data: bytes) -> Verdict:
    """[resp-code] *gchar [timestamp] *gchar, where a gchar is no <, and may be a bracket."""
    line = _GREETING.match(data)
    if line is None or line.end() > LINE_SIZE:
        return INVALID
    said = line["text"]
    before, mark, _ = said.partition(b"<")
    found = _ID.match(said, len(before))
    if mark and (found is None or b"<" in said[found.end():]):
        return INVALID
    # Nobody has asked for a language yet (RFC 6856 section 3.2).
    if is_wide(line[0]):
        return INVALID
    flags = []
    if b"\x7f" in line[0]:
        flags.append("pop3-text-control")
    if not line["blank"] and line[0] != b"+OK\r\n":
        flags.append("pop3-greeting-blank")
    return accepted({"code": text(line["code"] or b""), "text": text(said),
                     "timestamp": text(found[0]) if found else ""}, flags, line.end())


def capa(data: bytes) -> Verdict:
    first = reply(data)
    if first.value is None or first.value["status"] != "+OK" or first.consumed is None:
        return INVALID
    at, flags, found = first.consumed, list(first.flags), []
    while not data.startswith(b".", at):
        line = _CAPABILITY.match(data, at)
        if line is None or len(line[0]) > LINE_SIZE:
            return INVALID
        if b"\x7f" in line[1]:
            flags.append("pop3-text-control")
        found.append([text(line[1].upper()), *text(line[2]).split(" ")[1:]])
        at = line.end()
    if not data.startswith(b".\r\n", at):
        return INVALID
    return accepted({"capabilities": found}, flags, at + 3)


ORACLES: dict[str, Oracle] = {"pop3-reply": reply, "pop3-greeting": greeting, "pop3-capa": capa}
