# SPDX-License-Identifier: Apache-2.0
"""The reference client: its commands, its state, and that it keeps every promise."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest

from latchkey import catalog, paths, runner
from latchkey.model import Trial, control_of
from latchkey.runner import Bench
from samples import ROOT

SCHEMA = json.loads((ROOT / "suites/schemas/account.schema.json").read_text())
# Under sanitizers, where they were built: `make check` does.
SANITIZED = ROOT / ".build/asan/refclient"
BARE: dict[str, Any] = {"account": 1, "address": "bob@example.test", "services": {}}


@pytest.fixture
def program() -> str:
    file = paths.program("refclient")
    if not file.is_file():
        pytest.skip("refclient is not built")
    return str(file)


def run(program: str, *words: str, env: dict[str, str] | None = None
        ) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=20,
                          check=False, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})


def state_of(file: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(file.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(state)
    return state


def test_an_account_is_made_with_tls_demanded(program: str, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    done = run(program, "account", "new", str(file), "bob@example.test", "--user=bob",
               "--imap=mail.example.test", "--submission=mail.example.test:587")
    assert (done.returncode, done.stderr) == (0, "")
    assert state_of(file) == {
        **BARE, "user": "bob", "services": {
            "imap": {"host": "mail.example.test"},
            "submission": {"host": "mail.example.test", "port": 587}}}
    assert file.stat().st_mode & 0o777 == 0o600
    shown = run(program, "status", str(file)).stdout
    assert "imap\tmail.example.test:993\n\tdemanded\tlevel 1: TLS (implicit)" in shown
    assert "submission\tmail.example.test:587\n\tdemanded\tlevel 1: TLS (STARTTLS)" in shown
    assert "never tried" in shown
    again = run(program, "account", "new", str(file), "bob@example.test", "--imap=x")
    assert again.returncode == 2 and "is there already" in again.stderr


@pytest.mark.parametrize("words, said", [
    ([], "which command?"),
    (["fly"], 'no command "fly"'),
    (["--bug", "verifies-nothing", "fetch", "x"], "no bug"),
    (["fetch"], "of which account?"),
    (["fetch", "missing.json"], "missing.json"),
    (["send", "x.json"], "to whom?"),
    (["send", "x.json", "<b@c.test>"], "is no address"),
    (["status"], "of which account?"),
    (["account", "new", "new.json", "nobody"], "nobody has no domain"),
    (["account", "new", "new.json", "a@b.test", "--imap=h:x"], "what is --imap=h:x?"),
    (["account", "new", "new.json", "a@b.test", "--smtp=h"], "what is --smtp=h?"),
])
def test_wrong_usage_is_one_line(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(program, *words)
    assert done.returncode in (1, 2) and said in done.stderr and done.stdout == ""
    assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("text, said", [
    ("{", "wrong.json:1: "),
    ('{\n"account": 1,\n"account": 1}', "wrong.json:3: "),
    ("[]", "the state is no object"),
    (json.dumps({**BARE, "services": {"imap": {"host": "h", "tls": "none"}}}), "services.imap.tls"),
    (json.dumps({**BARE, "verify": False}), "verify"),
    (json.dumps({**BARE, "deep": {"dialect": "07"}}), "deep.dialect"),
])
def test_a_wrong_state_is_one_line(program: str, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    done = run(program, "status", str(file))
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert file.read_text() == text


def test_a_visit_leaves_what_happened(program: str, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text(json.dumps({**BARE, "password": "p",
                                "services": {"imap": {"host": "127.0.0.1", "port": 1}}}))
    done = run(program, "fetch", str(file))
    assert done.returncode == 1 and "imap 127.0.0.1: cannot connect" in done.stderr
    last = state_of(file)["sessions"]["imap"]
    assert last["done"] is False and last["level"] == 0 and "cannot connect" in last["why"]
    assert "last\tlevel 0: not done: cannot connect" in run(program, "status", str(file)).stdout
    assert "imap\tcannot connect" in run(program, "report", str(file)).stdout


def test_what_servers_promised_and_broke_is_shown(program: str, tmp_path: Path) -> None:
    stored = {"latch": 1, "promises": ["tls12", "tls-cert"], "url": None}
    file = tmp_path / "account.json"
    file.write_text(json.dumps({
        **BARE, "services": {"imap": {"host": "h.test"}},
        "deep": {"dialect": "04", "hosts": {"h.test": stored}},
        "reports": [{"host": "h.test", "service": "imap", "unmet": ["tls12"], "times": 3}]}))
    state_of(file)
    assert "promised\ttls12 tls-cert\n" in run(program, "status", str(file)).stdout
    assert run(program, "report", str(file)).stdout == "h.test\timap\tnot kept, times 3: tls12\n"


DISCOVERS = """\
adapter = 1
name = "discovers"
title = "A client that is told an address only"
kind = "mua"
version = { argv = ["/run/latchkey/refclient", "--version"], regex = 'refclient (.*)' }
trust = "own-file"

[env]
REFCLIENT_PASSWORD = "{password}"

[files]
"new".text = "/run/latchkey/refclient account new a.json {from} --user={user} --trust={ca}"

[posture.imap-default]
argv = ["sh", "-c", ". ./new && /run/latchkey/refclient fetch a.json"]

[posture.submission-default]
argv = ["sh", "-c", ". ./new && /run/latchkey/refclient send a.json {to}"]
stdin = "message"
"""


@pytest.mark.parametrize("posture", ["imap-default", "submission-default"])
def test_servers_are_found_by_the_address(built: Path, posture: str) -> None:
    file = built / "adapter.toml"
    file.write_text(DISCOVERS)
    known = catalog.load(ROOT)
    (trial,) = known.trials(known.client(str(file)), "setup.nothing-wrong", posture=posture)
    with Bench(known, built / "out") as bench:
        item = runner.run_trial(bench, trial)
        seen = bench.control(control_of(trial))
    assert (item.outcome, item.result.reason) == ("PASS", "")
    asked = {event.text("name") for event in seen.transcript.all("dns.query")}
    assert "_submissions._tcp.example.test" in asked and "_imaps._tcp.example.test" in asked
    assert {event.text("listener") for event in seen.transcript.all("accept")} == {
        trial.posture.listener + "s"}, "implicit TLS goes first"


def chosen() -> list[Trial]:
    """Of each scenario one trial, each time in the next posture of those that it has."""
    known = catalog.load(ROOT)
    client = known.client("refclient")
    found = [known.trials(client, name) for name in known.scenarios]
    return [trials[number % len(trials)] for number, trials in enumerate(found) if trials]


def test_every_promise_is_kept(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if SANITIZED.is_file():
        programs = built / "programs"
        programs.mkdir()
        for file in (SANITIZED, paths.program("mockworld"), paths.program("forgecert")):
            shutil.copy(file, programs)
        monkeypatch.setenv("LATCHKEY_PROGRAMS", str(programs))
    trials = chosen()
    assert len(trials) > 100
    with Bench(catalog.load(ROOT), built / "out") as bench, ThreadPoolExecutor(2) as pool:
        entries = list(pool.map(lambda trial: runner.run_trial(bench, trial), trials))
    assert [(item.id, item.posture, item.result) for item in entries
            if item.outcome != "PASS" and item.result.reason != "untouched"] == []
    assert sum(item.outcome == "PASS" for item in entries) > 90
