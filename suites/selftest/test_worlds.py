# SPDX-License-Identifier: Apache-2.0
"""Worlds that are made ready before their plans are known."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, sandbox
from latchkey.model import Trial, control_of
from latchkey.plan import compile_plan
from latchkey.trial import PLACES, fresh_secrets
from latchkey.worlds import Kind, Worlds
from samples import ROOT
from world import mockworld

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


@pytest.mark.parametrize("said", [b"no-descriptors", b"../elsewhere"])
def test_what_is_no_request_ends_a_nest(built: Path, said: bytes) -> None:
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs, subprocess.Popen(
            [str(mockworld()), "--nest", "plan.json", str(built)], stdin=theirs.fileno(),
            stderr=subprocess.PIPE) as nest:
        if b"/" in said:
            socket.send_fds(ours, [said], [0, 2])
        else:
            ours.send(said)
        assert nest.communicate(timeout=30)[1] == b"mockworld: nest: a request is no request\n"
        assert nest.returncode == 3


def test_a_nest_that_is_gone_is_told(built: Path, plan: dict[str, Any]) -> None:
    """The next trial has another one."""
    worlds, one = Worlds(built / "scratch"), kind(built)
    assert worlds.play(one, plan, built / "out/1", 20)() == ""
    process, = (nest._process for nest in worlds._nests.values())
    process.kill()
    process.wait()
    assert worlds.play(one, plan, built / "out/2", 20)() == "the sandbox ended before the world"
    assert worlds.play(one, plan, built / "out/3", 20)() == ""
    worlds.close()
    assert list((built / "scratch").iterdir()) == []
