# SPDX-License-Identifier: Apache-2.0
"""What a person who wrote a wrong file is told: one line, with place and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """A mistake in a file (or, without one, on the command line) that the user can mend."""

    def __init__(self, file: Path | str | None, line: int, what: str, right: str) -> None:
        super().__init__(file, line, what, right)
        self.file = None if file is None else str(file)
        self.line = line
        self.what = what
        self.right = right

    def __str__(self) -> str:
        line = f"{self.line}:" if self.line else ""
        place = "" if self.file is None else f"{self.file}:{line} "
        return f"{place}{self.what}; {self.right}"


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=cutoff)
    return close[0] if close else None


def suggestion(word: str, words: Iterable[str]) -> str:
    """What would be right in the place of `word`, said as the second half of an error line."""
    known = sorted(words)
    meant = nearest(word, known)
    if meant is not None:
        return f'did you mean "{meant}"?'
    if not known:
        return "leave it out"
    shown = ", ".join(known[:24]) + (", …" if len(known) > 24 else "")
    return f"known: {shown}"
