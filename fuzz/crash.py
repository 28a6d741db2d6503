# SPDX-License-Identifier: Apache-2.0
"""What a crash is about, and making its input small."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import common

_WORDS = (r"^oracle: broken: .*", r"runtime error: .*", r"^SUMMARY: \S+: \S+.*",
          r"^difference: .*")


def run(program: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    """The plain runner over the input; subprocess.TimeoutExpired after 30 seconds."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return subprocess.run([program, "-q", file.name], capture_output=True, text=True,
                              errors="replace", stdin=subprocess.DEVNULL, timeout=30,
                              env=common.environment("", ASAN_OPTIONS="detect_leaks=1"))


def signature(program: Path, content: bytes) -> str | None:
    """What the plain runner says of the input in one line; None: no crash."""
    try:
        done = run(program, content)
    except subprocess.TimeoutExpired:
        return "it does not end"
    if done.returncode == 0:
        return None
    for pattern in _WORDS:
        found = re.search(pattern, done.stderr, re.MULTILINE)
        if found:
            return re.sub(r"0x[0-9a-f]+", "0x…", found[0])
    return f"it ends with status {done.returncode}"


def report(program: Path, content: bytes) -> str:
    """What stands below the first line of a difference."""
    lines = run(program, content).stderr.splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("  "))


def minimise(content: bytes, same: Callable[[bytes], bool], seconds: float) -> bytes:
    """The smallest input found in that time for which `same` still holds."""
    end = time.monotonic() + seconds
    size = max(len(content) // 2, 1)
    while size >= 1:
        at, changed = 0, False
        while at < len(content):
            if time.monotonic() > end:
                return content
            shorter = content[:at] + content[at + size:]
            if shorter != content and same(shorter):
                content, changed = shorter, True
            else:
                at += size
        size = size if changed and size == 1 else size // 2
    return content


def keep(target: str, program: Path, content: bytes, seconds: float = 30) -> str:
    """Minimises the input and puts it among the regressions; what to tell the user."""
    what = signature(program, content)
    if what is None:
        return f"{target}: an input crashed under the engine but not in {program}"
    small = minimise(content, lambda data: signature(program, data) == what, seconds)
    own = target in (*common.NEGATIVE, "byo")
    kept = common.BUILD if own else common.ROOT / "corpus"
    folder = kept / "regressions" / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(small).hexdigest()[:16]
    path.write_bytes(small)
    short = path.relative_to(common.ROOT)
    explained = report(program, small) if target == "byo" else ""
    runner = program.relative_to(common.ROOT)
    # A parser of somebody's own is built anew, for it is the one that is mended.
    make = os.environ.get("FUZZ_MAKE", runner)
    return (f"{target}: {what}\n{explained}"
            f"  {len(content)} bytes, minimised to {len(small)}: {short}\n"
            f"  repeat: make {make} && {runner} {short}")
