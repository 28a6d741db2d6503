# SPDX-License-Identifier: Apache-2.0
"""What a DKIM signature (RFC 6376) shows without the key of its signer: the hash of the body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

# RFC 8301, section 3.1, and RFC 8463: SHA-1 is no signature.
ALGORITHMS = ("rsa-sha256", "ed25519-sha256")


def body_flaw(text: bytes, tags: Mapping[str, str]) -> str:
    """What is wrong with `a`, `c`, `l` or `bh` of a signature over a mail; "" if nothing is."""
    if tags.get("a", "").lower() not in ALGORITHMS:
        return f"its algorithm is {tags.get('a') or 'missing'}"
    way = tags.get("c", "simple").partition("/")[2] or "simple"
    if way not in ("simple", "relaxed"):
        return f"its body is made canonical by {way}"
    body = canonical(text.partition(b"\r\n\r\n")[2], way == "relaxed")
    length = tags.get("l", str(len(body)))
    if not re.fullmatch(r"[0-9]{1,76}", length) or int(length) > len(body):
        return f"its length is {length[:20]}"
    try:
        wanted = base64.b64decode(tags.get("bh", ""), validate=True)
    except binascii.Error:
        wanted = b""
    good = hashlib.sha256(body[:int(length)]).digest() == wanted
    return "" if good else "its hash is that of another body"


def canonical(body: bytes, relaxed: bool) -> bytes:
    """Sections 3.4.3 and 3.4.4: no empty lines at the end, and one CRLF."""
    if relaxed:
        body = re.sub(rb"[ \t]+", b" ", body)
        body = re.sub(rb" (?=\r\n|\Z)", b"", body)
    body = re.sub(rb"(?:\r\n)+\Z", b"", body)
    return body + b"\r\n" if body or not relaxed else b""
