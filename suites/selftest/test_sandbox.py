# SPDX-License-Identifier: Apache-2.0
"""The sandbox: what a client finds inside, what it cannot reach, and that nothing outlives it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from latchkey import catalog, sandbox
from latchkey.model import control_of
from latchkey.plan import compile_plan
from latchkey.trial import PLACES
from latchkey.worlds import Kind, Worlds
from samples import ROOT, SECRETS

LISTEN = """
import socket
for number in (25, 53, 110, 143, 443, 465, 587, 993, 995):
    socket.create_server(("127.0.0.77", number))
print("bound")
"""


@pytest.fixture
def worlds(built: Path) -> Iterator[Worlds]:
    made = Worlds(built / "scratch")
    yield made
    made.close()


def inside(worlds: Worlds, script: str, adapter: Path | None = None) -> str:
    """What a shell script prints that is the client of a world."""
    known = catalog.load(ROOT)
    trial = control_of(known.trials(known.client("curl"), posture="imap-starttls")[0])
    plan = compile_plan(known, trial, SECRETS, PLACES)
    plan["client"] |= {"argv": ["/bin/sh", "-c", script], "files": []}
    folder = worlds.scratch.parent
    if not worlds.scratch.exists():
        sandbox.etc_make(folder / "etc", "127.0.0.53")
    etc, = (folder / "etc").iterdir()
    seen = folder / f"seen-{len(list(folder.iterdir()))}"
    assert worlds.play(Kind(etc, adapter or folder / "etc", False), plan, seen, 30)() == ""
    return "".join((seen / f"client.{name}").read_text() for name in ("stdout", "stderr"))


WRITABLE = "/tmp /var/tmp /dev/shm /run /etc/ssl/certs"


@pytest.mark.parametrize("script, expected", [
    ("id -u", "0\n"),
    ("hostname", "client.example.test\n"),
    ("ls /sys/class/net >/dev/null; cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' '", "lo\n"),
    ("cat /etc/resolv.conf", "nameserver 127.0.0.53\noptions trust-ad timeout:1 attempts:2\n"),
    ("cat /etc/hosts", "127.0.0.1 localhost\n"),
    ("getent passwd 0", "root:x:0:0:root:/tmp/home:/bin/sh\n"),
    ("ls -A /tmp /var/tmp /dev/shm", "/dev/shm:\n\n/tmp:\nhome\n\n/var/tmp:\n"),
    (f"for at in {WRITABLE}; do echo x > $at/x && cat $at/x; done", 5 * "x\n"),
    ("touch /usr/x 2>/dev/null || echo refused", "refused\n"),
    ("touch /etc/x 2>/dev/null || echo refused", "refused\n"),
    ("touch /run/latchkey/x 2>/dev/null || echo refused", "refused\n"),
    ("umount /etc 2>/dev/null || echo refused", "refused\n"),
    ("umount /proc 2>/dev/null || echo refused", "refused\n"),
    ("hostname x 2>/dev/null || echo refused", "refused\n"),
    ("kill -9 1; echo refused", "refused\n"),
    ("grep CapEff /proc/self/status", "CapEff:\t0000000000001400\n"),  # two, see nest.c
    ("grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t1\n"),
    ("ls /run", "latchkey\n"),
    ("ls -A /run/latchkey/evidence", ""),
    ("ls /dev/pts", "ptmx\n"),
    ("mkdir -p /tmp/home && cd /tmp/home && touch x && ls", "x\n"),
    ("cat /proc/1/comm", "mockworld\n"),
    ("ulimit -c; ulimit -n", "0\n1024\n"),
    ("env | cut -d= -f1 | sort | grep -v PWD", "HOME\nLANG\nLOGNAME\nPATH\nTERM\nUSER\n"),
])
def test_inside(worlds: Worlds, script: str, expected: str) -> None:
    assert inside(worlds, script) == expected


def test_worlds_leave_nothing_to_the_next(worlds: Worlds) -> None:
    """They share a sandbox, and neither files nor processes nor memory."""
    left = f"for at in {WRITABLE}; do echo x > $at/left; done; ipcmk -M 4096 >/dev/null;" \
           " (sleep 600 >/dev/null 2>&1 &) ; echo done"
    assert inside(worlds, left) == "done\n"
    look = f"for at in {WRITABLE}; do cat $at/left 2>/dev/null; done;" \
           " ipcs -m | grep -c 0x;" \
           " cat /proc/[0-9]*/comm | sort -u | grep -vE '^(cat|grep|mockworld|sh|sort)$'"
    assert inside(worlds, look) == "0\n"


def test_low_ports_on_any_loopback_address(worlds: Worlds, boxed: Path) -> None:
    adapter = boxed / "adapter"
    adapter.mkdir()
    (adapter / "listen.py").write_text(LISTEN, encoding="ascii")
    script = f"/usr/bin/python3 {sandbox.ADAPTER}/listen.py"
    assert inside(worlds, script, adapter) == "bound\n"


def test_evidence_comes_out_and_the_adapter_stays_as_it_is(worlds: Worlds, boxed: Path) -> None:
    adapter = boxed / "adapter"
    adapter.mkdir()
    said = inside(worlds, f"echo seen > {sandbox.TRIAL}/x; touch {sandbox.ADAPTER}/y", adapter)
    found, = boxed.glob("seen-*/x")
    assert found.read_text(encoding="ascii") == "seen\n"
    assert "Read-only" in said
    assert not (adapter / "y").exists()


def test_secrets_of_the_environment_stay_outside(worlds: Worlds,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/elsewhere")
    assert "SSL_CERT_FILE" not in inside(worlds, "env")


@pytest.mark.parametrize("victim", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_its_parent(boxed: Path, victim: signal.Signals) -> None:
    """The far end holds a pipe open; it closes when the last process in the sandbox is gone."""
    etc = sandbox.etc_make(boxed, None)
    words = sandbox.command(etc, None, None, ["/bin/sh", "-c", "echo up; sleep 600 & sleep 600"])
    starter = f"import subprocess; subprocess.run({words!r}, stdin=subprocess.DEVNULL)"
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", starter], stdout=writing) as parent:
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            assert pipe.read(3) == b"up\n"
            parent.send_signal(victim)
            assert select.select([pipe], [], [], 10)[0], "something still holds the pipe"
            assert pipe.read() == b""


def test_etc_is_ours_where_it_matters_and_links_elsewhere(tmp_path: Path) -> None:
    etc = sandbox.etc_make(tmp_path, None)
    own = {file.name for file in etc.iterdir() if not file.is_symlink()}
    assert own == {"group", "hosts", "hostname", "nsswitch.conf", "passwd", "resolv.conf", "ssl"}
    assert "nameserver" not in (etc / "resolv.conf").read_text(encoding="ascii")
    assert {file.name for file in etc.iterdir()} >= set(os.listdir("/etc")) - own
    assert list((etc / "ssl/certs").iterdir()) == []


def test_without_bubblewrap_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.refusal.cache_clear()
    monkeypatch.setattr(sandbox, "_BEFORE", ("/nonexistent/bwrap",))
    try:
        assert sandbox.refusal(tmp_path) == "bwrap is not installed"
    finally:
        sandbox.refusal.cache_clear()


def test_a_refusal_is_told_in_the_words_of_the_machine(tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.refusal.cache_clear()
    script = "echo no; echo 'bwrap: not here' >&2; exit 1"
    monkeypatch.setattr(sandbox, "_BEFORE", ("sh", "-c", script))
    try:
        assert sandbox.refusal(tmp_path) == "bwrap: not here"
    finally:
        sandbox.refusal.cache_clear()
