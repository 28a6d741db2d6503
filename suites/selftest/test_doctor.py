# SPDX-License-Identifier: Apache-2.0
"""The doctor: it looks at the machine as it is, and names one command that mends it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from latchkey import catalog, doctor, paths, sandbox
from latchkey.doctor import Finding
from samples import ADAPTER

GOOD = Finding("sandbox", True, "namespaces")
NO_BWRAP = Finding("sandbox", False, "bwrap is not installed", package="bubblewrap")
NO_WORLD = Finding("world", False, "not built", command="make -C /x")
NO_SWITCH = Finding("sandbox", False, "no", command="sysctl -w a=1")
NO_CLIENT = Finding("client: mutt", False, "not installed", needed=False, package="mutt")
TWO = Finding("client: b", False, "not installed", needed=False, package="b-bin b-data")


@pytest.mark.parametrize("findings, root, user", [
    ([GOOD], "", ""),
    ([NO_BWRAP], "apt-get install -y bubblewrap", "sudo apt-get install -y bubblewrap"),
    ([NO_CLIENT, NO_BWRAP, TWO], "apt-get install -y b-bin b-data bubblewrap mutt",
     "sudo apt-get install -y b-bin b-data bubblewrap mutt"),
    ([NO_WORLD, NO_CLIENT], "apt-get install -y mutt && make -C /x",
     "sudo apt-get install -y mutt && make -C /x"),
    ([NO_SWITCH], "sysctl -w a=1", "sudo sysctl -w a=1"),
])
def test_one_command_mends_it(findings: list[Finding], root: str, user: str,
                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert doctor.remedy(findings) == root
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert doctor.remedy(findings) == user


@pytest.mark.parametrize("findings, said", [
    ([GOOD, Finding("client: curl", True, "7", needed=False)], "Everything is there to judge 1 "),
    ([GOOD, NO_CLIENT], "This installs the rest:\n"),
    ([NO_BWRAP, NO_WORLD], "Nothing can be judged here: sandbox, world.\nThis mends it:\n"),
])
def test_what_is_told(findings: list[Finding], said: str) -> None:
    assert said in doctor.told(findings)


def test_every_client_is_looked_at(tmp_path: Path) -> None:
    names = {one.name for one in doctor.examine(tmp_path)}
    assert names >= {f"client: {name}" for name in catalog.load(paths.ROOT).client_names}
    assert names >= {"sandbox", "resolver", "world", "python: pytest"}


@pytest.mark.parametrize("program, made", [("{built}/client", True), ("no-such-program", False)])
def test_what_can_be_made_is_made_by_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 program: str, made: bool) -> None:
    for name in ("one", "two"):
        folder = tmp_path / "suites/clients" / name
        folder.mkdir(parents=True)
        (folder / "adapter.toml").write_text(
            ADAPTER.replace('["mine"', f'["{program}"'), encoding="ascii")
    known = catalog.load(paths.ROOT)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    clients = [known.client(str(file)) for file in tmp_path.glob("suites/clients/*/adapter.toml")]
    findings = [doctor.look_at(client) for client in clients]
    assert [finding.good for finding in findings] == [False, False]
    command = f"{tmp_path}/scripts/setup clients"
    assert doctor.remedy(findings).count(command) == (1 if made else 0)


def test_there_is_a_way_without_a_sandbox() -> None:
    told = doctor.told([Finding("sandbox", False, "no"), Finding("world", True, "there")])
    assert "latchkey run --ports" in told
    assert "--ports" not in doctor.told([Finding("world", False, "no")])


def test_a_refusal_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sandbox, "refusal", lambda scratch: "bwrap: no")
    assert doctor.command(as_json=True) == 3
    said = json.loads(capsys.readouterr().out)
    assert [one["detail"] for one in said["findings"] if one["name"] == "sandbox"] == ["bwrap: no"]


@pytest.mark.parametrize("script, good", [
    ("#!/bin/sh\nexit 2\n", True), ("#!/bin/sh\necho lost >&2\nexit 127\n", False),
    ("not a program", False), (None, False),
])
def test_the_world_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None,
                              good: bool) -> None:
    monkeypatch.setenv("LATCHKEY_PROGRAMS", str(tmp_path))
    if script is not None:
        (tmp_path / "mockworld").write_text(script, encoding="ascii")
        (tmp_path / "mockworld").chmod(0o755)
    world = next(one for one in doctor.examine(tmp_path) if one.name == "world")
    assert world.good is good
    assert good or world.command == f"make -C {paths.ROOT}"
