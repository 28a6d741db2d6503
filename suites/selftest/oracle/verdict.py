# SPDX-License-Identifier: Apache-2.0
"""What an oracle says of an input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """`flags` are the readings that an ambiguous input rests on. What is not whole is invalid.

    `consumed`: octets of what was accepted; None: all that are there.
    """

    result: str                         # valid, invalid, ambiguous
    value: dict[str, Any] | None = None
    flags: tuple[str, ...] = ()
    consumed: int | None = None


Oracle = Callable[[bytes], Verdict]
INVALID = Verdict("invalid")


def accepted(value: dict[str, Any], flags: Iterable[str] = (),
             consumed: int | None = None) -> Verdict:
    names = tuple(sorted(set(flags)))
    return Verdict("ambiguous" if names else "valid", value, names, consumed)


def text(data: bytes) -> str:
    """Each octet as the code point of its number, as values have it."""
    return data.decode("latin-1")
