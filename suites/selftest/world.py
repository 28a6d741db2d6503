# SPDX-License-Identifier: Apache-2.0
"""A world without a client, on free ports, for tests that bring their own peer."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from latchkey import catalog, paths
from latchkey.model import control_of
from latchkey.plan import Places, compile_plan
from samples import ROOT, SECRETS

HOST = "mail.example.test"
Plan = dict[str, Any]


def mockworld() -> Path:
    """The build with sanitizers if there is one: what a peer provokes shall show."""
    sanitized = ROOT / ".build/asan/mockworld"
    return sanitized if sanitized.is_file() else paths.program("mockworld")


@lru_cache(maxsize=1)
def _plan_text() -> str:
    known = catalog.load(ROOT)
    trial = control_of(known.trials(known.client("curl"), posture="imap-starttls")[0])
    return json.dumps(compile_plan(known, trial, SECRETS, Places()))


def plan_of_world(folder: Path, change: Callable[[Plan], None] | None = None) -> Path:
    """A plan of the usual mail host that serves until it is told to stop."""
    plan: Plan = json.loads(_plan_text())
    plan["client"] = None
    plan["trust"] = {"bundle": str(folder / "ca.pem"), "folder": None}
    if change is not None:
        change(plan)
    file = folder / "plan.json"
    file.write_text(json.dumps(plan), encoding="ascii")
    return file


@dataclass(frozen=True)
class World:
    """A running world: where it listens, and what it wrote once it is over."""

    ports: dict[str, int]
    folder: Path
    pid: int

    def context(self) -> ssl.SSLContext:
        """What a client that trusts this world's root, and only that, would use."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def events(self) -> list[dict[str, Any]]:
        text = (self.folder / "transcript.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


@contextmanager
def serve(folder: Path, change: Callable[[Plan], None] | None = None,
          arguments: tuple[str, ...] = ()) -> Iterator[World]:
    """A world that runs inside the with block; what it ends with is checked."""
    plan = plan_of_world(folder, change)
    with subprocess.Popen([str(mockworld()), "--ports", *arguments, str(plan), str(folder)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield World(json.loads(line), folder, process.pid)
        finally:
            process.terminate()
            _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
    last = json.loads((folder / "transcript.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert last["event"] == "end"


def fault(listener: str, do: Plan, at: Plan | None = None) -> Callable[[Plan], None]:
    """A change of the plan: this fault at that listener."""
    def change(plan: Plan) -> None:
        plan["fault"] = {"listeners": [listener], "at": at or {}, "do": do}
    return change
