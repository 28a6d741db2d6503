# SPDX-License-Identifier: Apache-2.0
"""Worlds that wait for their plans, each in a sandbox of its own.

To make namespaces and first keys takes about as long as the trial itself. So while one is played
the next is made ready; it is thrown away if it does not fit the trial that comes.
"""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from latchkey import guard, sandbox, spare

PATIENCE = 5.0                          # seconds for a world that is not wanted to end


@dataclass(frozen=True)
class Kind:
    """What is settled before the plan is known."""

    etc: Path
    adapter: Path
    pcap: bool
    own_root: bool = False              # the client has one


@dataclass(frozen=True)
class _World:
    kind: Kind
    folder: Path                        # of the evidence
    process: subprocess.Popen[bytes]


class Worlds:
    """For each thread one world waits at most: a sandbox dies with the thread that made it."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch          # on the file system of the evidence
        self._waiting: dict[int, _World] = {}

    def play(self, kind: Kind, plan: Mapping[str, Any], folder: Path,
             seconds: float) -> Callable[[], str]:
        """Play a plan; its evidence is in `folder` then, which must not be there before.

        Call what is returned once: it waits until nothing is left of the sandbox, and tells why the
        world could not do its part; "" if it could.
        """
        world = self._take(kind)
        try:
            spare.make(plan, kind.etc)
            (world.folder / "plan.json").write_text(json.dumps(plan) + "\n", encoding="ascii")
            _begin(world.process)
            self._waiting[threading.get_ident()] = self._start(kind)
            in_time = _is_over(world.process, seconds)
            folder.parent.mkdir(parents=True, exist_ok=True)
            world.folder.rename(folder)
        except BaseException:
            world.process.kill()
            raise
        return partial(_end, world.process, PATIENCE if in_time else 0)

    def close(self) -> None:
        """No further world is wanted."""
        while self._waiting:
            _discard(self._waiting.popitem()[1])

    def _take(self, kind: Kind) -> _World:
        world = self._waiting.pop(threading.get_ident(), None)
        if world is not None and world.kind != kind:
            _discard(world)
            world = None
        return world or self._start(kind)

    def _start(self, kind: Kind) -> _World:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="world-", dir=self.scratch))
        folder.chmod(0o755)
        inner = [f"{sandbox.PROGRAMS}/mockworld", "--wait", *(["--pcap"] if kind.pcap else []),
                 *spare.ARGUMENTS, f"{sandbox.TRIAL}/plan.json", sandbox.TRIAL]
        # Nothing is inherited but these, and no descriptor of ours is open for inheritance: closing
        # every possible one would cost more than the rest of the start.
        return _World(kind, folder, subprocess.Popen(
            sandbox.command(kind.etc, folder, kind.adapter, inner, kind.own_root),
            env=sandbox.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, close_fds=False, process_group=guard.group()))


def _discard(world: _World) -> None:
    _end(world.process, PATIENCE)       # its input ends
    shutil.rmtree(world.folder)


def _begin(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):         # it has ended, and says why on its standard error
        process.stdin.write(b"\n")
        process.stdin.flush()


def _is_over(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait until it says so, or can say nothing any more."""
    return bool(select.select([process.stdout], [], [], seconds)[0])


def _end(process: subprocess.Popen[bytes], seconds: float) -> str:
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "the world did not end in time"
    if process.returncode == 0:
        return ""
    return sandbox.last_line(said) or f"mockworld ended with status {process.returncode}"
