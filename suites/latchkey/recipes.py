# SPDX-License-Identifier: Apache-2.0
"""Certificate recipes (docs/certificates.md): found by name, given to the world as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latchkey import tomlfile


def read(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    return tomlfile.load(paths[name]).data


def says(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    """What a recipe says of itself; a variant that shows it need not say it again."""
    data = read(paths, name)
    return {key: data[key] for key in ("title", "cwe", "cve") if key in data}
