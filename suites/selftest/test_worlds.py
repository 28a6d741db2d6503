# SPDX-License-Identifier: Apache-2.0
"""Worlds that are made ready before their plans are known."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, paths, sandbox
from latchkey.model import Trial, control_of
from latchkey.plan import compile_plan
from latchkey.trial import PLACES, fresh_secrets
from latchkey.worlds import Kind, Worlds
from samples import ROOT
from world import mockworld, plan_of_world

ADAPTER = """
adapter = 1
name = "idle"
title = "Idle"
kind = "mua"
version = { argv = ["/bin/true"], regex = 'x' }
trust = "system"

[posture.imap-starttls]
argv = ["/bin/true"]
"""


@pytest.fixture
def plan(built: Path) -> dict[str, Any]:
    file = built / "adapter.toml"
    file.write_text(ADAPTER, encoding="ascii")
    known = catalog.load(ROOT)
    trial: Trial = control_of(known.trials(known.client(str(file)), "starttls.refused")[0])
    return compile_plan(known, trial, fresh_secrets(), PLACES)


def kind(folder: Path, name: str = "etc") -> Kind:
    (folder / name).mkdir(exist_ok=True)
    return Kind(sandbox.etc_make(folder / name, None), folder, False)


def names(folder: Path) -> list[str]:
    events = (folder / "transcript.jsonl").read_text(encoding="ascii").splitlines()
    return [json.loads(event)["event"] for event in events]


def test_the_next_one_waits_while_one_is_played(built: Path, plan: dict[str, Any]) -> None:
    worlds, one = Worlds(built / "scratch"), kind(built)
    ends = [worlds.play(one, plan, built / f"out/{number}", 20)() for number in range(2)]
    waiting = list((built / "scratch").iterdir())
    assert (ends, [list(folder.iterdir()) for folder in waiting]) == (["", ""], [[]])
    assert [names(built / f"out/{number}")[-1] for number in range(2)] == ["end", "end"]
    worlds.close()
    assert list((built / "scratch").iterdir()) == []


def test_one_that_does_not_fit_is_thrown_away(built: Path, plan: dict[str, Any]) -> None:
    worlds = Worlds(built / "scratch")
    assert worlds.play(kind(built), plan, built / "out/1", 20)() == ""
    unused, = (built / "scratch").iterdir()
    assert worlds.play(kind(built, "other"), plan, built / "out/2", 20)() == ""
    assert not unused.exists()
    worlds.close()


def test_a_world_that_nobody_wants_ends_without_a_word(tmp_path: Path) -> None:
    if not paths.program("mockworld").is_file():
        pytest.skip("mockworld is not built")
    plan_file = plan_of_world(tmp_path)
    before = set(tmp_path.iterdir())
    done = subprocess.run([str(mockworld()), "--wait", str(plan_file), str(tmp_path)], input=b"",
                          capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert set(tmp_path.iterdir()) == before
