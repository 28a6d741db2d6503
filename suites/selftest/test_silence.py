# SPDX-License-Identifier: Apache-2.0
"""When the world hangs up on a client that says nothing, and when it does not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from latchkey import catalog
from latchkey.runner import Bench
from latchkey.transcript import Transcript
from samples import ROOT

ADAPTER = """
adapter = 1
name = "mine"
title = "Mine"
kind = "library"
version = {{ argv = ["/usr/bin/python3", "--version"], regex = 'x' }}
trust = "system"

[posture.imap-starttls]
argv = ["/usr/bin/python3", "-c", '''{script}''', "{{host}}", "{{port}}"]
"""
CONNECT = """
import socket, sys, threading
server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
server.recv(1000)
server.sendall(b"a CAPABILITY\\r\\n")
server.recv(1000)
server.sendall(b"b STARTTLS\\r\\n")
server.recv(1000)
"""
# STARTTLS was refused, by the fault or rightly. From here on, what the client does.
SILENT = "server.recv(1000)\n"
# The world is stopped until its timer has run out; then it finds the timer and the bytes.
# Only from outside can a process 1 be stopped.
WORLD_STOPPED = """
ask, answer = open("/run/latchkey/adapter/ask", "w"), open("/run/latchkey/adapter/answer")
print("stop", file=ask, flush=True)
answer.readline()
threading.Event().wait(0.7)
server.sendall(b"c NOOP\\r\\n")
print("go on", file=ask, flush=True)
server.recv(1000)
"""
# It takes its time before its next step.
PAUSES = """
threading.Event().wait(0.4)
server.sendall(b"c NOOP\\r\\n")
server.recv(1000)
"""
# One of the threads is always awake, but none of them for long.
HANDED_ON = """
gates = [threading.Semaphore(0), threading.Semaphore(0)]
def hand_on(me):
    for _ in range(20000):
        gates[me].acquire()
        gates[1 - me].release()
other = threading.Thread(target=hand_on, args=(1,))
other.start()
gates[0].release()
hand_on(0)
other.join()
server.sendall(b"c NOOP\\r\\n")
server.recv(1000)
"""
# It has left its parent, and has a session of its own, as has whoever is given a terminal.
DAEMON = """
import os, time
reading, writing = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        while time.process_time() < 0.5:
            pass
        server.sendall(b"c NOOP\\r\\n")
        server.recv(1000)
    os._exit(0)
os.close(writing)
os.read(reading, 1)
"""


def _below(pid: int) -> list[int]:
    return [other for file in Path(f"/proc/{pid}/task").glob("*/children")
            for word in file.read_text(encoding="ascii").split()
            for other in (int(word), *_below(int(word)))]


def _is_world(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return re.search(r"^Name:\tmockworld$(.|\n)*^NSpid:.*\t1$", status, re.MULTILINE) is not None


def _serve_stopper(ask: Path, answer: Path) -> None:
    """Stops the worlds of this process when their client asks for it."""
    with ask.open() as asked, answer.open("w") as answered:
        assert asked.readline() == "stop\n"
        worlds = [pid for pid in _below(os.getpid()) if _is_world(pid)]
        for pid in worlds:
            os.kill(pid, signal.SIGSTOP)
        print("stopped", file=answered, flush=True)
        assert asked.readline() == "go on\n"
        for pid in worlds:
            os.kill(pid, signal.SIGCONT)


def _run(built: Path, scenario: str, script: str) -> Transcript:
    adapter = built / "adapter.toml"
    adapter.write_text(ADAPTER.format(script=CONNECT + script), encoding="ascii")
    known = catalog.load(ROOT)
    trial = known.trials(known.client(str(adapter)), scenario)[0]
    with Bench(known, built / "out") as bench:
        seen = bench.run(trial, built / "out/trial")
    assert seen.trouble == ""
    return seen.transcript


@pytest.mark.parametrize(("scenario", "script", "said"), [
    ("starttls.refused", SILENT, False), ("starttls.refused", WORLD_STOPPED, True),
    ("starttls.refused", HANDED_ON, True), ("starttls.refused", DAEMON, True),
    ("starttls.stripped-capability", SILENT, False),
    ("starttls.stripped-capability", PAUSES, True),
], ids=["silent", "world-stopped", "handed-on", "daemon", "silent-in-its-turn",
        "pauses-in-its-turn"])
def test_hangs_up_on_who_waits(built: Path, scenario: str, script: str, said: bool) -> None:
    pipes = built / "ask", built / "answer"
    for pipe in pipes:
        os.mkfifo(pipe)
    # Where nobody asks, it waits to the end of the tests.
    threading.Thread(target=_serve_stopper, args=pipes, daemon=True).start()
    names = [event.name for event in _run(built, scenario, script).events
             if event.name == "quiet" or event.text("verb") == "NOOP"]
    assert names == (["command"] if said else ["quiet"])


def test_on_a_crowded_machine_silence_lasts_longer(built: Path) -> None:
    # Each wants a processor, and lets everybody else have it first.
    crowd = [subprocess.Popen(["nice", "-n", "19", "sh", "-c", "while :; do :; done"])
             for _ in range(8 * (os.cpu_count() or 1))]
    try:
        events = _run(built, "starttls.refused", SILENT).events
    finally:
        for one in crowd:
            one.kill()
            one.wait()
    at = next(number for number, event in enumerate(events) if event.name == "quiet")
    assert events[at].t - events[at - 1].t > 4 * 0.3    # of the profile
