# SPDX-License-Identifier: Apache-2.0
"""Another build of a client than the machine's own: the programs of a folder, looked for first."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from latchkey.errors import UserError
from latchkey.model import Client

_OWN = ("/dev", "/proc", "/run", "/tmp", "/var/tmp")        # a sandbox has its own of these
_STARTERS = frozenset({"env", "sh", "timeout"})      # of the program that is meant
_NAME = re.compile(r"(?<![\w./-])[\w+][\w.+-]*(?![\w./-])")     # of a program, without a path


def another(client: Client, folder: Path) -> Client:
    """The same client with its programs out of a folder.

    UserError where it would not use that: the machine's own program would be judged under a wrong
    name.
    """
    programs, what = folder.resolve(), f"{client.name}@{folder}"
    if client.root:
        raise UserError(None, 0, f"{what}: {client.name} has a root of its own",
                        "write an adapter with a root that has the other build")
    if hidden_by(programs):
        raise UserError(None, 0, f"{what}: the sandbox has a {hidden_by(programs)} of its own",
                        "put the programs elsewhere")
    if not programs.is_dir():
        raise UserError(None, 0, f"{what}: there is no such folder",
                        "name the folder that the programs are in")
    if not any(_is_program(programs / name) for name in _names(client)):
        raise UserError(None, 0, f"{what}: the adapter starts no program that is in there",
                        f"it starts {_started(client)}")
    return replace(client, programs=str(programs))


def hidden_by(folder: Path) -> str:
    """The place of its own that a sandbox has instead of this folder; "" if it shows the folder."""
    return next((place for place in _OWN if folder.resolve().is_relative_to(place)), "")


def tells_version(client: Client) -> bool:
    """The program that is asked for the version is the one that is judged."""
    asked = client.version_argv[0]
    return not client.programs or ("/" not in asked and _is_program(Path(client.programs) / asked))


def _is_program(file: Path) -> bool:
    return file.is_file() and os.access(file, os.X_OK)


def _names(client: Client) -> set[str]:
    """All words in its command lines that may name a program."""
    return {name for setup in client.setups.values() for word in setup.argv
            for name in _NAME.findall(word)} - _STARTERS


def _started(client: Client) -> str:
    return " or ".join(dict.fromkeys(setup.argv[0] for setup in client.setups.values()))
