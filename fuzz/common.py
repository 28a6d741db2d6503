# SPDX-License-Identifier: Apache-2.0
"""What the tools of the fuzz harness share: where things are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
ENGINES = ("libfuzzer", "afl")
# As short as AFL++ allows, and longer than any input needs.
INPUT_MAX = 4096
NEGATIVE = ("negative_crash", "negative_leak", "negative_oracle", "negative_undefined")


def fail(text: str) -> NoReturn:
    """One error for the user; status 2."""
    print(f"fuzz: {text}", file=sys.stderr)
    sys.exit(2)


def run(command: Sequence[str | Path], environment: Mapping[str, str],
        errors: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run an engine to its end. Nothing outlives it: afl-fuzz leaves processes that it stopped."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                          text=True, errors="replace", cwd=ROOT, env=environment,
                          process_group=0) as process:
        try:
            out, said = process.communicate()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, out, said)


def like(target: str) -> str:
    """Whose seeds and dictionary: somebody's own parser has those of its grammar."""
    return os.environ.get("FUZZ_LIKE", target) if target == "byo" else target


def dictionary(target: str) -> Path | None:
    """NAME.dict, or that of its first words: imap_command has imap.dict."""
    words = like(target).split("_")
    for n in range(len(words), 0, -1):
        path = ROOT / "fuzz/dictionaries" / f"{'_'.join(words[:n])}.dict"
        if path.is_file():
            return path
    return None


def seeds(target: str) -> list[Path]:
    """The files of all folders that hold inputs of the target."""
    name = like(target)
    folders = [ROOT / "corpus/seeds" / name, BUILD / "seeds" / name,
               ROOT / "corpus/regressions" / name]
    return [path for folder in folders if folder.is_dir()
            for path in sorted(folder.iterdir()) if path.is_file()]


def large(target: str) -> list[Path]:
    """Inputs that are too long for an engine; the plain runner takes them."""
    folder = BUILD / "seeds/large" / target
    return sorted(folder.iterdir()) if folder.is_dir() else []


def folders(target: str) -> list[Path]:
    """The folders of `seeds` that are there."""
    return sorted({path.parent for path in seeds(target)})


def targets() -> list[str]:
    """All that fuzz/targets has, but the negative ones and the empty one."""
    names = sorted(path.stem for path in (ROOT / "fuzz/targets").glob("*.c"))
    return [name for name in names if name != "empty" and not name.startswith("negative_")]


def environment(target: str, **more: str) -> dict[str, str]:
    """What engines and sanitizers need to know."""
    words = dictionary(target)
    return {**os.environ, "LATCHKEY_WORDS": str(words or ""),
            "ASAN_OPTIONS": "abort_on_error=1:symbolize=1:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1", **more}
