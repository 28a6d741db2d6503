# SPDX-License-Identifier: Apache-2.0
"""Replies of SMTP (RFC 5321, 2034, 3463, 4954, 6531)."""

from __future__ import annotations

import re

from oracle.chars import LINE_SIZE, WIDE, is_wide
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# RFC 5321 section 4.2, with the UTF-8 of RFC 6531 section 3.7.4.
_LINE = re.compile(rb"([2-5][0-5][0-9])(?:(-)|(\x20))?((?:[\t\x20-\x7e]|" + WIDE + rb")*)\r\n")
# Section 4.1.1.1: ehlo-greet has all characters but CR and LF.
_FIRST = re.compile(rb"([2-5][0-5][0-9])(?:(-)|(\x20))?((?:[^\r\n\x80-\xff]|" + WIDE
                    + rb")*)\r\n")
_NUMBER = rb"(?:0|[1-9][0-9]{0,2})"
_ENHANCED = re.compile(rb"([245])\." + _NUMBER + rb"\." + _NUMBER + rb"(?=\x20|\Z)")

_SUB_DOMAIN = rb"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_SNUM = rb"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
# Section 4.1.3; the address of IPv6 is one with a tag, whatever it says.
_LITERAL = (rb"\[(?:" + _SNUM + rb"(?:\." + _SNUM + rb"){3}|[A-Za-z0-9-]*[A-Za-z0-9]"
            rb":[\x21-\x5a\x5e-\x7e]+)\]")
_GREETING = re.compile(rb"(" + _SUB_DOMAIN + rb"(?:\." + _SUB_DOMAIN + rb")*|" + _LITERAL
                       + rb")(?:\x20(.+))?", re.DOTALL)
_KEYWORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*(?:\x20[\x21-\x7e]+)*")


def lines_of(data: bytes, greets: bool) -> tuple[bytes, list[bytes], int, list[str]] | None:
    """Code, texts, octets and readings; None when it is no reply."""
    at, texts, codes, flags = 0, [], set(), []
    more: bytes | None = b"-"
    while more is not None:
        line = (_FIRST if greets and at == 0 else _LINE).match(data, at)
        if line is None:
            return None
        code, more, blank, said = line.groups()
        # Without a hyphen or a blank there is no text.
        if said and more is None and blank is None:
            return None
        codes.add(code)
        # The text of a challenge may have any length.
        if len(line[0]) > LINE_SIZE and code != b"334":
            return None
        # A challenge may be empty.
        if blank is not None and not said and code != b"334":
            flags.append("smtp-reply-empty-text")
        texts.append(said)
        at = line.end()
    # RFC 6531 section 3.7.4: in replies to VRFY, EXPN and RCPT, which may name a mailbox.
    if is_wide(data[:at]):
        if greets or not re.match(rb"[245][05]", data):
            return None
        flags.append("smtp-reply-utf8")
    return (code, texts, at, flags) if len(codes) == 1 else None


def reply(data: bytes) -> Verdict:
    found = lines_of(data, False)
    if found is None:
        return INVALID
    code, texts, consumed, flags = found
    enhanced = _ENHANCED.match(texts[0])
    fits = enhanced is not None and enhanced[1] == code[:1]
    return accepted({"code": int(code),
                     "enhanced": text(enhanced[0]) if enhanced is not None and fits else "",
                     "lines": [text(said) for said in texts]}, flags, consumed)


def ehlo(data: bytes) -> Verdict:
    found = lines_of(data, True)
    if found is None or found[0] != b"250":
        return INVALID
    _, texts, consumed, flags = found
    greeting = _GREETING.fullmatch(texts[0])
    if greeting is None or not all(_KEYWORD.fullmatch(line) for line in texts[1:]):
        return INVALID
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", texts[0]):
        flags.append("smtp-ehlo-greet-control")
    if texts[0].startswith(b"["):
        flags.append("smtp-ehlo-literal")
    words = [text(line).split(" ") for line in texts[1:]]
    return accepted({"domain": text(greeting[1]), "greet": text(greeting[2] or b""),
                     "keywords": [[word.upper(), *more] for word, *more in words]},
                    flags, consumed)


ORACLES: dict[str, Oracle] = {"smtp-reply": reply, "smtp-ehlo": ehlo}
