# SPDX-License-Identifier: Apache-2.0
"""The sandbox: what a client finds inside, what it cannot reach, and that nothing outlives it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from latchkey import sandbox

LISTEN = """
import socket
for number in (25, 53, 110, 143, 443, 465, 587, 993, 995):
    socket.create_server(("127.0.0.10", number))
print("bound")
"""


def inside(folder: Path, script: str, adapter: Path | None = None) -> str:
    """What a shell script prints in the sandbox; `folder`/trial is the evidence folder."""
    evidence = folder / "trial"
    evidence.mkdir(exist_ok=True)
    etc = sandbox.etc_make(folder / "scratch", "127.0.0.53")
    words = sandbox.command(etc, evidence, adapter, ["/bin/sh", "-c", script])
    done = subprocess.run(words, env=sandbox.environment(), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=30, check=False, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("script, expected", [
    ("id -u", "0\n"),
    ("hostname", "client.example.test\n"),
    ("ls /sys/class/net >/dev/null; cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' '", "lo\n"),
    ("cat /etc/resolv.conf", "nameserver 127.0.0.53\noptions trust-ad timeout:1 attempts:2\n"),
    ("cat /etc/hosts", "127.0.0.1 localhost\n"),
    ("getent passwd 0", "root:x:0:0:root:/tmp/home:/bin/sh\n"),
    ("ls -A /etc/ssl/certs /tmp /var/tmp", "/etc/ssl/certs:\n\n/tmp:\n\n/var/tmp:\n"),
    ("echo ca > /etc/ssl/certs/ca-certificates.crt && cat /etc/ssl/certs/*", "ca\n"),
    ("touch /usr/x 2>/dev/null || echo refused", "refused\n"),
    ("touch /etc/x 2>/dev/null || echo refused", "refused\n"),
    ("umount /etc 2>/dev/null || echo refused", "refused\n"),
    ("ls /run", "latchkey\n"),
    ("mkdir /tmp/home && cd /tmp/home && touch x && ls", "x\n"),
    ("cat /proc/1/comm", "bwrap\n"),
    ("env | sort | grep -vE 'PWD|SAN_OPT'", "LANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n"),
])
def test_inside(boxed: Path, script: str, expected: str) -> None:
    assert inside(boxed, script) == expected


def test_low_ports_on_any_loopback_address(boxed: Path) -> None:
    (boxed / "listen.py").write_text(LISTEN, encoding="ascii")
    script = f"/usr/bin/python3 {sandbox.ADAPTER}/listen.py"
    assert inside(boxed, script, adapter=boxed) == "bound\n"


def test_evidence_comes_out_and_the_adapter_stays_as_it_is(boxed: Path) -> None:
    adapter = boxed / "adapter"
    adapter.mkdir()
    said = inside(boxed, f"echo seen > {sandbox.TRIAL}/x; touch {sandbox.ADAPTER}/y", adapter)
    assert (boxed / "trial/x").read_text(encoding="ascii") == "seen\n"
    assert "Read-only" in said
    assert not (adapter / "y").exists()


def test_secrets_of_the_environment_stay_outside(boxed: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/elsewhere")
    assert "SSL_CERT_FILE" not in inside(boxed, "env")


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
