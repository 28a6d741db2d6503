# SPDX-License-Identifier: Apache-2.0
"""The bugs of fuzz/planted/bugs.toml: reading them, planting one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import common


@dataclass(frozen=True)
class Bug:
    """One change to one source file, the target that is to find it, where it starts from."""

    id: str
    target: str
    file: str
    why: str
    old: str
    new: str
    seed: str

    def source(self) -> str:
        """The file with the bug in it."""
        text = (common.ROOT / self.file).read_text()
        if text.count(self.old) != 1:
            common.fail(f"fuzz/planted/bugs.toml: {self.id}: old stands {text.count(self.old)} "
                        f"times in {self.file}; it must stand there once")
        return text.replace(self.old, self.new)


def bugs() -> list[Bug]:
    with (common.ROOT / "fuzz/planted/bugs.toml").open("rb") as file:
        return [Bug(**row) for row in tomllib.load(file)["bug"]]


def plant(bug: Bug) -> Path:
    """Writes the source below .build/planted/ID and gives that folder."""
    folder = common.BUILD / "planted" / bug.id
    path = folder / bug.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bug.source())
    seeds = folder / "seeds"
    seeds.mkdir(exist_ok=True)
    (seeds / "seed").write_bytes(bug.seed.encode("latin-1"))
    return folder
