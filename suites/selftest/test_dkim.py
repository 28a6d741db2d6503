# SPDX-License-Identifier: Apache-2.0
"""The hash of a body, with the examples of RFC 6376 section 3.4.5, and what is wrong with one."""

import base64
import hashlib

import pytest
from latchkey.dkim import body_flaw, canonical

BODY = b" C \r\nD \t E\r\n\r\n\r\n"
HEAD = b"A: X\r\n\r\n"


def tags(body: bytes, **more: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"a": "rsa-sha256", "bh": digest, **more}


@pytest.mark.parametrize("body, relaxed, expected", [
    (BODY, True, b" C\r\nD E\r\n"), (BODY, False, b" C \r\nD \t E\r\n"),
    (b"", True, b""), (b"", False, b"\r\n"),
    (b"\r\n\r\n", True, b""), (b"\r\n\r\n", False, b"\r\n"),
    (b"a ", True, b"a\r\n"), (b"a", False, b"a\r\n"),
])
def test_canonical(body: bytes, relaxed: bool, expected: bytes) -> None:
    assert canonical(body, relaxed) == expected


@pytest.mark.parametrize("own, expected", [
    (tags(b" C \r\nD \t E\r\n"), ""),
    (tags(b" C \r\nD \t E\r\n", c="relaxed"), ""),
    (tags(b" C\r\nD E\r\n", c="simple/relaxed", a="ed25519-sha256"), ""),
    (tags(b" C ", l="3"), ""),
    (tags(b" C\r\nD E\r\n"), "its hash is that of another body"),
    (tags(BODY), "its hash is that of another body"),
    ({"a": "rsa-sha256", "bh": "x"}, "its hash is that of another body"),
    ({"a": "rsa-sha256"}, "its hash is that of another body"),
    (tags(BODY, a="rsa-sha1"), "its algorithm is rsa-sha1"),
    ({}, "its algorithm is missing"),
    (tags(BODY, c="simple/plain"), "its body is made canonical by plain"),
    (tags(BODY, l="99"), "its length is 99"), (tags(BODY, l="-1"), "its length is -1"),
])
def test_body_flaw(own: dict[str, str], expected: str) -> None:
    assert body_flaw(HEAD + BODY, own) == expected
