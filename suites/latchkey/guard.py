# SPDX-License-Identifier: Apache-2.0
"""Ends what a run leaves behind, however the run itself ends.

A sandbox dies with its parent, but for the moment in which bubblewrap has made the new process and
not yet let it begin: who is killed then leaves one that waits for ever. So all sandboxes of a run
are in one process group, and a guard is in it that reads from a pipe of the run. When the run is
gone, the pipe ends, and the guard kills the group.
"""

from __future__ import annotations

import os
import subprocess

_GROUP = "LATCHKEY_PROCESS_GROUP"       # workers inherit it
_SCRIPT = "trap '' INT TERM HUP; read -r _; kill -KILL 0"


def start() -> None:
    """From here to the end of this process its sandboxes are guarded, and those of its children."""
    reading, writing = os.pipe()        # the far end is ours alone: no child inherits it
    with open(reading, "rb", buffering=0) as pipe:
        guard = subprocess.Popen(["/bin/sh", "-c", _SCRIPT], stdin=pipe, process_group=0,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.environ[_GROUP] = str(guard.pid)
    _kept.append((guard, writing))


_kept: list[tuple[subprocess.Popen[bytes], int]] = []


def group() -> int | None:
    """For the `process_group` of a process to be guarded; None: there is no guard."""
    return int(os.environ[_GROUP]) if _GROUP in os.environ else None
