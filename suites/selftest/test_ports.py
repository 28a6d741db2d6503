# SPDX-License-Identifier: Apache-2.0
"""Trials without namespaces: what can be run, that it ends as in the sandbox, and what is left."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, paths, ports
from latchkey.catalog import Catalog
from samples import ROOT
from world import plan_of_world

SMALL = ("--suite", "starttls.refused", "--posture", "imap-starttls")


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


def machine(folder: Path, *words: str) -> list[str]:
    """A machine that knows the host and has no network. It need not be able to nest sandboxes."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost mail.example.test\n", encoding="ascii")
    return ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(hosts), "/etc/hosts",
            "--unshare-net", "--die-with-parent", *words]


def results(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return data


def outcomes(data: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(one["id"], one["variant"]): one["outcome"] for one in data["results"]}


def test_it_ends_as_in_the_sandbox(tmp_path: Path) -> None:
    words = [str(paths.COMMAND), "run", "python", *SMALL, "--out"]
    done = subprocess.run(machine(tmp_path, *words, str(tmp_path / "ports"), "--ports", "-j", "2"),
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "without a sandbox" in done.stderr
    subprocess.run([*words, str(tmp_path / "sandbox")], check=True, capture_output=True)
    found = results(tmp_path / "ports")
    assert outcomes(found) == outcomes(results(tmp_path / "sandbox"))
    assert set(outcomes(found).values()) == {"PASS"}
    assert found["host"]["sandbox"].startswith("none (--ports)")
    for one in found["results"]:
        assert ports.NOTE in one["notes"] and " --ports " in one["repeat"]
        plan = json.loads((tmp_path / "ports" / one["evidence"] / "plan.json").read_text())
        port = next(row["port"] for row in plan["listeners"] if row["name"] == "imap")
        assert port > 1023 and str(port) in plan["client"]["argv"]
    assert not list(tmp_path.rglob(".sandbox"))


def test_what_leaks_in_the_sandbox_leaks_here(tmp_path: Path) -> None:
    done = subprocess.run(machine(
        tmp_path, str(paths.COMMAND), "run", "python", "--ports", "--suite",
        "starttls.stripped-capability", "--posture", "imap-default", "--out", str(tmp_path / "o")),
        check=False, capture_output=True, text=True)
    assert done.returncode == 0 and "WARN" in done.stdout, done.stdout + done.stderr


def test_without_the_name_one_line_says_what_to_do(tmp_path: Path) -> None:
    assert ports.refusal("mail.example.invalid").startswith("mail.example.invalid is not known; ")
    assert ports.refusal("localhost") == ""
    done = subprocess.run([str(paths.COMMAND), "run", "python", "--ports"], check=False,
                          capture_output=True, text=True, cwd=tmp_path)
    if ports.refusal("mail.example.test"):
        assert done.returncode == 2 and done.stderr.count("\n") == 1
        assert done.stderr.endswith(ports.remedy("mail.example.test") + "\n")


@pytest.mark.parametrize("scenario, variant, posture, client, lacks", [
    ("starttls.refused", "no", "imap-starttls", "python", ""),
    ("certificate.impostor", "wildcard-apex", "imap-implicit", "python", ""),
    ("certificate.impostor", "ip-san-only", "imap-implicit", "python", "an address of its own"),
    ("implicit.unreachable", "refused", "imap-implicit", "python", "all ports to be watched"),
    ("starttls.refused", "no", "imap-starttls", "isync", "the usual port"),
])
def test_what_cannot_be_run_on_ports(real: Catalog, scenario: str, variant: str, posture: str,
                                     client: str, lacks: str) -> None:
    trial = next(trial for trial in real.trials(real.client(client), scenario, None, posture)
                 if trial.variant.id == variant)
    assert ports.unfit(real, trial) == lacks


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as process:
        yield process


def _below(pid: int) -> list[int]:
    """All processes below one."""
    own = [int(word) for file in Path(f"/proc/{pid}/task").glob("*/children")
           for word in file.read_text(encoding="ascii").split()]
    return [*own, *(child for one in own for child in _below(one))]


def test_nothing_outlives_a_killed_command(tmp_path: Path) -> None:
    """The world ends when its parent does, and ends its client and what that has started."""
    adapter = tmp_path / "sleeper.toml"
    adapter.write_text("""
        adapter = 1
        name = "sleeper"
        title = "Starts another process and sleeps"
        kind = "library"
        version = { argv = ["echo", "1.0"], regex = '(.+)' }
        trust = "none"
        [posture.imap-default]
        argv = ["sh", "{adapter}/sleep", "{adapter}", "{port}"]
        """, encoding="ascii")
    os.mkfifo(tmp_path / "began")
    (tmp_path / "sleep").write_text(
        'mkfifo fifo; read x <fifo & echo "$2" >"$1/began"; read x <fifo', encoding="ascii")
    with running(machine(tmp_path, str(paths.COMMAND), "run", str(adapter), "--ports", "-j", "1",
                         "--out", str(tmp_path / "out"))) as process:
        began = os.open(tmp_path / "began", os.O_RDONLY | os.O_NONBLOCK)
        assert select.select([began], [], [], 60)[0], "the client was not started"
        assert int(os.read(began, 100)) > 1023
        os.close(began)
        family = _below(process.pid)
        handles = [os.pidfd_open(pid) for pid in family]
        assert len(handles) >= 4        # at least the command, world, client, and client's child
        process.kill()
        process.communicate()
        for handle in handles:
            assert select.select([handle], [], [], 30)[0]
            os.close(handle)


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"client": 1}', b'{"client": {"argv": []}}',
                                  b'{"client": null, "x": 1, "x": 2}', b"\0" * 100])
def test_a_wrong_client_is_one_line(tmp_path: Path, said: bytes) -> None:
    plan = plan_of_world(tmp_path)
    done = subprocess.run([paths.program("mockworld"), "--ports", "--client", plan, tmp_path],
                          input=said, capture_output=True, check=False, timeout=30)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    disk = ["--size", "300000", "--tmpfs", str(tmp_path / "small")]
    done = subprocess.run(machine(
        tmp_path, *disk, str(paths.COMMAND), "run", "python", *SMALL, "--ports", "--pcap",
        "--repeat", "9", "--out", str(tmp_path / "small/out")),
        check=False, capture_output=True, text=True)
    assert done.returncode == 3 and "Traceback" not in done.stderr, done.stdout + done.stderr
    assert done.stderr.endswith("No space left on device; the run is lost\n")
    assert "OSError: [Errno 28] No space left on device" in done.stdout


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    with running(machine(tmp_path, str(paths.COMMAND), "run", "python", "--ports", "-j", "1",
                         "--out", str(tmp_path / "out"))) as process:
        assert process.stdout is not None
        process.stdout.readline()
        command, *_ = _below(process.pid)
        os.kill(command, signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 3
    assert not (tmp_path / "out/.sandbox").exists()
    shutil.rmtree(tmp_path / "out")
