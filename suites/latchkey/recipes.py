# SPDX-License-Identifier: Apache-2.0
"""Certificate recipes (docs/certificates.md): found by name, given to the world as they are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from latchkey import tomlfile


@cache
def _data(path: Path) -> dict[str, Any]:
    return tomlfile.load(path).data


def read(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    """The recipe of that name, which all plans share: not to be changed."""
    return _data(paths[name])


def signature(paths: Mapping[str, Path], name: str) -> str:
    """The signature scheme that a client has to offer to be shown a leaf with this key.

    "": the schemes of all clients will do. Names as in a transcript's `hello`.
    """
    key = str(read(paths, name).get("leaf", {}).get("key", ""))
    return key if key == "ed25519" else ""


def says(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    """What a recipe says of itself; a variant that shows it need not say it again."""
    data = read(paths, name)
    return {key: data[key] for key in ("title", "cwe", "cve") if key in data}
