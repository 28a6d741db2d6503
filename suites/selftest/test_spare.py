# SPDX-License-Identifier: Apache-2.0
"""The RSA key that worlds share."""

from __future__ import annotations

from pathlib import Path

from latchkey import spare


def plan_of(key: str) -> dict[str, object]:
    return {"identities": {"good": {"certificate": 1}, "fault": {"leaf": {"key": key}}}}


def test_only_who_needs_one_gets_one(tmp_path: Path) -> None:
    spare.make(plan_of("ec-p384"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_once(built: Path) -> None:
    etc = built / "etc"
    etc.mkdir()
    spare.make(plan_of("rsa-2048"), etc)
    made, = etc.iterdir()
    text = made.read_bytes()
    assert spare.ARGUMENTS == ("--rsa", f"/etc/{made.name}")
    assert text.count(b"PRIVATE KEY-----") == 2
    spare.make(plan_of("rsa-2048"), etc)
    assert made.read_bytes() == text
