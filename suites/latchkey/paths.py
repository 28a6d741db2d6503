# SPDX-License-Identifier: Apache-2.0
"""Where things lie: in a checkout, or below a prefix where `make install` put them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

VERSION = "0.1.0"
# The folder that has suites/, corpus/ and scripts/.
ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "scripts/latchkey"
ENTER = ROOT / "scripts/enter"          # starts a client in a root of its own
VALIDATE = ROOT / "scripts/validate"    # starts one behind a validating resolver


@cache
def resolved(folder: Path) -> Path:
    """The same folder without links, looked up once: an adapter does not move during a run."""
    return folder.resolve()


def built(folder: Path) -> Path:
    """What `scripts/setup clients` made for the adapter in this folder; it may not be there yet."""
    return ROOT / ".build/clients" / resolved(folder).name


def program(name: str) -> Path:
    """A program that the build makes (`mockworld`, `refclient`, …); it may not be there yet."""
    folder = os.environ.get("LATCHKEY_PROGRAMS")
    usual = (ROOT / ".build/dev", ROOT.parent.parent / "libexec/latchkey")
    places = (Path(folder),) if folder else usual
    return next((place / name for place in places if (place / name).is_file()), places[0] / name)
