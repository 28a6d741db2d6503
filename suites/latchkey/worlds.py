# SPDX-License-Identifier: Apache-2.0
"""Worlds that wait for their plans, each in namespaces of its own.

A sandbox is made once for each thread: a nest, in which worlds are born (servers/world/nest.h). To
make namespaces and first keys takes a good part of a trial. So while one is played the next is made
ready; it is thrown away if it does not fit the trial that comes.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from latchkey import guard, sandbox, spare

PATIENCE = 5.0                          # seconds for a world that is not wanted to end
_ROOM = 65536                           # octets that a world may say of what went wrong
_ENDED = re.compile(rb"^ended (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Kind:
    """What is settled before the plan is known."""

    etc: Path
    adapter: Path
    pcap: bool
    own_root: bool = False              # the client has one


class _World:
    """One that is born: it waits for a line, then plays the plan in its folder."""

    def __init__(self, requests: socket.socket, scratch: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="world-", dir=scratch))
        self.folder.chmod(0o755)
        self._channel, theirs = socket.socketpair()
        reading, writing = os.pipe()
        self._errors = open(reading, "rb", buffering=0)
        with suppress(ConnectionError):     # the nest is gone: so will be the channel
            socket.send_fds(requests, [self.folder.name.encode("ascii")],
                            [theirs.fileno(), writing])
        theirs.close()
        os.close(writing)

    def begin(self) -> None:
        with suppress(ConnectionError):     # it has ended, and says why
            self._channel.sendall(b"\n")

    def is_over(self, seconds: float) -> bool:
        """Wait until it says so, or can say nothing any more."""
        return bool(select.select([self._channel], [], [], seconds)[0])

    def end(self, seconds: float) -> tuple[int | None, bytes]:
        """The status it ended with, when nothing is left of it, and what it said of that.

        None: it did not tell, and is not there any more. TimeoutError: it is.
        """
        with self._channel, self._errors:
            with suppress(OSError):
                self._channel.shutdown(socket.SHUT_WR)
            found = _ENDED.search(_all_of(self._channel, seconds))
            return int(found.group(1)) if found else None, self._errors.read(_ROOM)

    def forget(self) -> None:
        """Its nest is gone, and nobody wants it."""
        self._channel.close()
        self._errors.close()
        shutil.rmtree(self.folder)


def _all_of(channel: socket.socket, seconds: float) -> bytes:
    """What is said until the last who could say something is gone."""
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    with suppress(ConnectionError):     # it never read its line
        while not parts or parts[-1]:
            channel.settimeout(max(until - time.monotonic(), 0.001))
            parts.append(channel.recv(_ROOM))
    return b"".join(parts)


class _Nest:
    """A sandbox, and the world that waits in it."""

    def __init__(self, kind: Kind, scratch: Path) -> None:
        self.kind = kind
        self._scratch = scratch
        self._requests, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        inner = [f"{sandbox.PROGRAMS}/mockworld", "--nest",
                 *(["--privileged"] if kind.own_root else []), *(["--pcap"] if kind.pcap else []),
                 *spare.ARGUMENTS, f"{sandbox.TRIAL}/plan.json", sandbox.TRIAL]
        # Nothing is inherited but these, and no descriptor of ours is open for inheritance: closing
        # every possible one would cost more than the rest of the start.
        self._process = subprocess.Popen(
            sandbox.command(kind.etc, scratch, kind.adapter, inner, kind.own_root),
            env=sandbox.environment(), stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, close_fds=False, process_group=guard.group())
        theirs.close()
        self.waiting = self.birth()

    def birth(self) -> _World:
        return _World(self._requests, self._scratch)

    def close(self, seconds: float = PATIENCE) -> bytes:
        """Nobody wants a world any more: end it, and all in it. What bubblewrap said."""
        self._requests.close()
        try:
            return self._process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            # Who is killed while it begins may leave a process (see guard.py), which would keep the
            # pipe open: what was said is not waited for.
            self._process.kill()
            self._process.wait()
            return b""
        finally:
            assert self._process.stderr is not None
            self._process.stderr.close()
            self.waiting.forget()


class Worlds:
    """For each thread one nest at most: a sandbox dies with the thread that made it."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch          # on the file system of the evidence
        self._nests: dict[int, _Nest] = {}

    def play(self, kind: Kind, plan: Mapping[str, Any], folder: Path,
             seconds: float) -> Callable[[], str]:
        """Play a plan; its evidence is in `folder` then, which must not be there before.

        Call what is returned once: it waits until nothing is left of the world, and tells why that
        could not do its part; "" if it could.
        """
        nest = self._nest(kind)
        world = nest.waiting
        try:
            spare.make(plan, kind.etc)
            (world.folder / "plan.json").write_text(json.dumps(plan) + "\n", encoding="ascii")
            world.begin()
            nest.waiting = nest.birth()
            in_time = world.is_over(seconds)
            folder.parent.mkdir(parents=True, exist_ok=True)
            world.folder.rename(folder)
        except BaseException:
            self._close(0)
            raise
        return partial(self._end, world, PATIENCE if in_time else 0)

    def _end(self, world: _World, seconds: float) -> str:
        try:
            status, said = world.end(seconds)
        except TimeoutError:
            self._close(0)
            return "the world did not end in time"
        if status == 0:
            return ""
        if status is None:              # its nest is gone, too, or does not do what it should
            said = said or self._close(PATIENCE)
            return sandbox.last_line(said) or "the sandbox ended before the world"
        return sandbox.last_line(said) or f"mockworld ended with status {status}"

    def close(self) -> None:
        """No further world is wanted."""
        while self._nests:
            self._nests.popitem()[1].close()

    def _close(self, seconds: float) -> bytes:
        """The nest of this thread."""
        return self._nests.pop(threading.get_ident()).close(seconds)

    def _nest(self, kind: Kind) -> _Nest:
        mine = threading.get_ident()
        if mine in self._nests and self._nests[mine].kind != kind:
            self._close(PATIENCE)
        if mine not in self._nests:
            self.scratch.mkdir(parents=True, exist_ok=True)
            self._nests[mine] = _Nest(kind, self.scratch)
        return self._nests[mine]
