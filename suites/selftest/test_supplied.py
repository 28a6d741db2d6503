# SPDX-License-Identifier: Apache-2.0
"""Clients whose programs the user supplies: described whole, missed by name, found in their place.

Nobody ships these programs, so none is run here: fake ones stand in their places.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from latchkey import catalog, doctor, model, paths, runner, show
from latchkey.model import Client, control_of
from latchkey.plan import compile_plan
from latchkey.runner import Bench
from samples import ROOT, SECRETS

KNOWN = catalog.load(ROOT)
CLIENTS = [client for client in map(KNOWN.client, KNOWN.client_names) if client.supplied]
SETUP = "scripts/setup senders"
SAYS = {"kumod": "kumod 2025.05.06-b29689af", "maddy": "0.8.1 linux/amd64 go1.22.5",
        "mox": "v0.0.15\ngo1.23", "postfix-tlspol": "postfix-tlspol v1.8.20",
        "stalwart": "0.15.5"}


def program_write(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o755)


def supply(root: Path, client: Client) -> None:
    for name in client.supplied:
        program_write(root / ".build/clients" / client.name / name, f"echo '{SAYS[name]}'")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with nothing built, and a dpkg-query that knows every package."""
    program_write(tmp_path / "bin/dpkg-query", "echo '3.10.5-1 '")
    monkeypatch.setattr(model, "_PATH", f"{tmp_path}/bin:{model._PATH}")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    runner._asked_along.cache_clear()
    yield tmp_path
    runner._asked_along.cache_clear()


def test_they_are_known() -> None:
    assert [client.name for client in CLIENTS] == ["kumomta", "maddy", "mox", "postfix-tlspol",
                                                   "stalwart"]
    assert {name for client in CLIENTS for name in client.supplied} == set(SAYS)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client.name))
def test_every_trial_of_every_posture_can_be_planned(client: Client) -> None:
    trials = KNOWN.trials(client)
    assert {trial.posture.name for trial in trials} == set(client.setups)
    for trial in (each for trial in trials for each in (trial, control_of(trial))):
        plan = compile_plan(KNOWN, trial, SECRETS)
        texts = [*plan["client"]["argv"], *plan["client"]["env"].values(),
                 *(file["text"] for file in plan["client"]["files"])]
        assert not any(f"{{{name}}}" in text for text in texts
                       for name in ("built", "from", "to", "message", "home", "host"))
        assert any("/run/latchkey/built/" in text for text in texts)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client.name))
def test_it_says_that_it_was_not_run(client: Client) -> None:
    comment = client.file.read_text(encoding="utf-8").partition("\nadapter = ")[0]
    assert "not run" in " ".join(comment.replace("#", " ").split())


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client.name))
def test_the_missing_program_is_named_with_its_place(
        elsewhere: Path, client: Client, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    finding = doctor.look_at(client)
    step = f"put {client.supplied[0]} into {elsewhere}/.build/clients/{client.name}/"
    assert not finding.good and not finding.needed and step in finding.detail
    assert SETUP in finding.detail
    assert doctor.remedy([finding]) == ""       # nothing that cannot be pasted
    shutil.copytree(client.folder, elsewhere / "suites/clients" / client.name)
    monkeypatch.setattr(catalog, "own", lambda: replace(KNOWN, root=elsewhere))
    assert show.list_command("clients", False) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert step in line and SETUP in line


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client.name))
def test_a_trial_without_the_program_is_skipped(elsewhere: Path, client: Client) -> None:
    (elsewhere / ".build/clients" / client.name / "root").mkdir(parents=True)
    with Bench(KNOWN, elsewhere / "out") as bench:
        reasons = {runner.skip_reason(bench, trial) for trial in KNOWN.trials(client)
                   if trial.variant.mail.is_usual}
    assert reasons == {"missing"}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client.name))
def test_a_program_in_its_place_is_found_once_there_is_a_root(
        elsewhere: Path, client: Client) -> None:
    supply(elsewhere, client)
    program_write(elsewhere / "bin/dpkg-query", "exit 1")
    finding = doctor.look_at(client)
    assert not finding.good and finding.command == f"{elsewhere}/{SETUP}"
    program_write(elsewhere / "bin/dpkg-query", "echo '3.10.5-1 '")
    (elsewhere / ".build/clients" / client.name / "root").mkdir()
    runner._asked_along.cache_clear()
    assert runner.is_installed(client)
    assert runner.version_of(client) in SAYS[client.supplied[0]]
    assert runner.version_of(client)[0].isdigit()
    assert doctor.look_at(client).good


@pytest.mark.parametrize("supplied", [False, True], ids=["without", "with"])
def test_a_root_is_made_for_a_program_alone_and_the_program_stays(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, supplied: bool) -> None:
    client = KNOWN.client("mox")
    for folder in ("scripts", "suites/clients/mox"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    program_write(tmp_path / "bin/debootstrap", 'mkdir -p "$4/usr/sbin" && echo "$4" >&2; exit 9')
    program_write(tmp_path / "bin/id", "echo 0")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    if supplied:
        supply(tmp_path, client)
    done = subprocess.run([tmp_path / "scripts/make-senders"], capture_output=True, text=True,
                          check=False)
    place = tmp_path / ".build/clients/mox"
    if supplied:
        assert done.returncode == 1 and "could not make: mox" in done.stderr
    else:
        assert done.returncode == 0 and f"left out mox; the user puts mox into {place}/" \
            in done.stdout
    assert (place / "mox").is_file() is supplied
