# SPDX-License-Identifier: Apache-2.0
"""Another build of a client than the machine's own: what a folder has, programs and libraries."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from latchkey.errors import UserError
from latchkey.model import Client

_OWN = ("/dev", "/proc", "/run", "/tmp", "/var/tmp")        # a sandbox has its own of these
_STARTERS = frozenset({"env", "expect", "sh", "timeout"})   # of the program that is meant
_NAME = re.compile(r"(?<![\w./-])[\w+][\w.+-]*(?![\w./-])")     # of a program, without a path
_PATH = re.compile(r"(?<![^\s;&|(])/(?:[\w+.-]+/)*([\w+.-]+)(?![^\s;&|)])")      # the same with one
_BELOW = (".", "bin", "usr/bin")    # of a folder, of what was installed, of an unpacked package


def another(client: Client, folder: Path) -> Client:
    """The same client with its programs out of a folder, or with that in the place of {built}.

    UserError where it would use nothing of it: the machine's own program would be judged under a
    wrong name.
    """
    root, what = folder.resolve(), f"{client.name}@{folder}"
    if client.root:
        raise UserError(None, 0, f"{what}: {client.name} has a root of its own",
                        "write an adapter with a root that has the other build")
    if hidden_by(root):
        raise UserError(None, 0, f"{what}: the sandbox has a {hidden_by(root)} of its own",
                        "put the programs elsewhere")
    if not root.is_dir():
        raise UserError(None, 0, f"{what}: there is no such folder",
                        "name the folder that the programs are in")
    programs = next((place for place in (root / name for name in _BELOW)
                     if any(_is_program(place / name) for name in _names(client))), None)
    library = any((root / name).exists() for name in client.another)
    if programs is None and not library:
        raise UserError(None, 0, f"{what}: the adapter uses nothing that is in there",
                        f"it starts {_started(client)}"
                        + (f", or takes {' or '.join(client.another)}" if client.another else ""))
    if programs is not None:
        client = _started_there(client, programs)
    return replace(client, build=str(root),
                   programs=str(programs) if programs is not None else "",
                   libraries=_libraries(root if programs is None else programs.parent, root),
                   built=str(root) if library else "")


def hidden_by(folder: Path) -> str:
    """The place of its own that a sandbox has instead of this folder; "" if it shows the folder."""
    return next((place for place in _OWN if folder.resolve().is_relative_to(place)), "")


def tells_version(client: Client) -> bool:
    """What is asked for the version is what is judged."""
    if client.built and not any("{built}" in word for word in client.version_argv):
        return False
    asked = Path(client.programs) / client.version_argv[0]
    return not client.programs or asked.is_relative_to(client.programs) and _is_program(asked)


def _started_there(client: Client, programs: Path) -> Client:
    """The same with its programs out of a folder also where they are named with a path."""
    def there(found: re.Match[str]) -> str:
        file = programs / found.group(1)
        return str(file) if file.name not in _STARTERS and _is_program(file) else found.group()

    def line(argv: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_PATH.sub(there, word) for word in argv)

    setups = {name: replace(setup, argv=line(setup.argv)) for name, setup in client.setups.items()}
    return replace(client, setups=setups, version_argv=line(client.version_argv))


def _libraries(*roots: Path) -> tuple[str, ...]:
    """The folders with shared libraries beside those with programs."""
    places = (place for root in roots for lib in (root / "lib", root / "usr/lib")
              for place in (lib, *sorted(lib.glob("*-linux-gnu*"))))
    return tuple(dict.fromkeys(str(place) for place in places if place.is_dir()))


def _is_program(file: Path) -> bool:
    return file.is_file() and os.access(file, os.X_OK)


def _names(client: Client) -> set[str]:
    """All words in its command lines that may name a program; a script starts one by itself."""
    lines = (client.version_argv, *(setup.argv for setup in client.setups.values()))
    return {name for line in lines for word in line for pattern in (_NAME, _PATH)
            for name in pattern.findall(word)} - _STARTERS


def _started(client: Client) -> str:
    return " or ".join(dict.fromkeys(setup.argv[0] for setup in client.setups.values()))
