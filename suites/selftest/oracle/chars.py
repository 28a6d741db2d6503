# SPDX-License-Identifier: Apache-2.0
"""Patterns that several grammars share."""

from __future__ import annotations

# UTF8-2 / UTF8-3 / UTF8-4 (RFC 3629 section 4)
WIDE = (rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
        rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
        rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})")
BASE64 = rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
LINE_SIZE = 512                         # of a line of SMTP or POP3, its end included


def is_wide(data: bytes) -> bool:
    return any(octet >= 0x80 for octet in data)
