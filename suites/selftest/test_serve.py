# SPDX-License-Identifier: Apache-2.0
"""`latchkey serve`: worlds for a client that comes by itself. The client here is imaplib."""

from __future__ import annotations

import imaplib
import json
import os
import select
import signal
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, paths, ports, serve

LOOPBACK = "127.0.0.1"
Told = dict[str, str]


class Served:
    """A running `latchkey serve`, and what it has said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.told: Told = {}

    def until(self, *beginnings: str) -> str:
        """Read to a line that begins like this."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("  ") and not self.said[0].startswith("=="):
                name, _, value = line.strip().partition(" ")
                self.told.setdefault(name, value.strip().split(" ")[0])
            if line.startswith(beginnings):
                return line
        raise AssertionError("".join(self.said))

    def enter(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> int:
        assert self.process.stdout is not None
        self.said += self.process.stdout.readlines()
        return self.process.wait(timeout=30)


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    command = [str(paths.COMMAND), "serve", "--host", LOOPBACK, "--out", str(folder / "out"),
               *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def report(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "out/results.json").read_text(encoding="utf-8"))
    return data


def fetch(told: Told, demand: bool = True) -> None:
    """What a good client does, or one that takes what it gets."""
    with imaplib.IMAP4(LOOPBACK, int(told["port"]), timeout=20) as imap:
        if "STARTTLS" in imap.capabilities:
            imap.starttls(ssl.create_default_context(cafile=told["trust"]))
        elif demand:
            raise imaplib.IMAP4.abort("no TLS")
        imap.login(told["user"], told["password"])
        imap.select()
        imap.fetch("1", "(RFC822)")


def play(folder: Path, work: Callable[[Told], None], *words: str) -> tuple[int, Served]:
    with served(folder, *words) as one:
        while True:
            heading = one.until("== ", "Report: ")
            if heading.startswith("Report"):
                return one.end(), one
            with suppress(imaplib.IMAP4.error, OSError):
                work(one.told)
            if not heading.startswith("== The correct world"):
                one.enter()


WISH = serve.Wish("starttls.stripped-capability", "imap-starttls", Path("out"))
STRIPPED = ("starttls.stripped-capability", "--posture")


def test_a_good_client_passes_and_a_careless_one_does_not(tmp_path: Path) -> None:
    status, one = play(tmp_path, fetch, *STRIPPED, "imap-starttls")
    assert status == 0, "".join(one.said)
    result, = report(tmp_path)["results"]
    assert result["outcome"] == "PASS" and result["client"] == "outside"
    assert {check["predicate"] for check in result["checks"]} == {
        "no-credential-in-clear", "no-content-in-clear", "no-command-in-clear"}
    assert "exit: nobody saw it; left out: no-false-success" in result["notes"]
    assert ports.NOTE in result["notes"]
    control, = report(tmp_path)["controls"]
    assert control["outcome"] == "PASS" and "ended" not in "".join(result["seen"])
    status, one = play(tmp_path, lambda told: fetch(told, False), *STRIPPED, "imap-starttls")
    assert status == 1, "".join(one.said)
    result, = report(tmp_path)["results"]
    assert result["outcome"] == "FAIL" and "  C: " in "".join(one.said)
    evidence = tmp_path / "out" / result["evidence"]
    assert {file.name for file in evidence.iterdir()} == {
        "plan.json", "transcript.jsonl", "keys.log", "ca.pem"}
    # Nobody must have to trust another authority between the worlds.
    assert (tmp_path / "out/controls/control/ca.pem").read_bytes() == \
        (evidence / "ca.pem").read_bytes()


def test_mail_that_is_sent_is_judged(tmp_path: Path) -> None:
    def send(told: Told) -> None:
        with smtplib.SMTP(LOOPBACK, int(told["port"]), timeout=20) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=told["trust"]))
            smtp.login(told["user"], told["password"])
            smtp.sendmail(told["from"], told["to"], f"Subject: {told['subject']}\n\n{told['text']}")
    status, one = play(tmp_path, send, "certificate.impostor[self-signed]", "--posture",
                       "submission-starttls")
    assert status == 0, "".join(one.said)
    assert report(tmp_path)["results"][0]["outcome"] == "PASS"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # imaplib's socket
def test_an_injection_has_its_twin(tmp_path: Path) -> None:
    kept = []

    def hasty(told: Told) -> None:
        """Reads what comes behind the answer as if it had come inside TLS; hangs where nothing
        comes, and does not hang up."""
        imap = imaplib.IMAP4(LOOPBACK, int(told["port"]), timeout=2)
        kept.append(imap)
        imap.starttls(ssl.create_default_context(cafile=told["trust"]))
        imap.login(told["user"], told["password"])
        imap.select()
        imap.fetch("1", "(RFC822)")
        imap.logout()

    status, one = play(tmp_path, hasty, "injection.whole-line[answer-same]", "--posture",
                       "imap-starttls")
    assert [line.split()[2].strip(",.:") for line in one.said if line.startswith("== ")] == [
        "correct", "and", "attack"]
    result, = report(tmp_path)["results"]
    assert result["outcome"] in ("PASS", "FAIL"), result
    assert any(note.startswith("runs: one; whether") for note in result["notes"])
    assert len(report(tmp_path)["controls"]) == 2


def test_enter_before_anybody_came_is_asked_about(tmp_path: Path) -> None:
    """The silent world may have ended by itself just before: then it was meant for that."""
    with served(tmp_path, *STRIPPED, "imap-starttls") as one:
        one.until("== The correct")
        fetch(one.told)
        one.until("== The attack")
        one.enter()
        one.until("Nobody has come yet. Press Enter again")
        one.enter()
        assert one.end() == 3, "".join(one.said)
    result, = report(tmp_path)["results"]
    assert (result["outcome"], result["reason"]) == ("INCONCLUSIVE", "fault-not-delivered")


def test_what_was_seen_before_enter_comes_before_it(tmp_path: Path) -> None:
    """Whoever came and went before somebody pressed Enter is not taken for nobody, even if all
    of it is read at once."""
    reader, writer = os.pipe()
    with (subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           bufsize=0) as world,
          open(reader, encoding="ascii") as stdin, open(writer, "wb", buffering=0) as user):
        assert world.stdin is not None and world.stdout is not None
        world.stdin.write(b'{"seq": 1, "t": 0.0, "event": "accept", "conn": 1}\n')
        assert select.select([world.stdout], [], [], 30)[0]
        user.write(b"\n")
        service = serve.Service(catalog.own(), WISH, {}, "", stdin)
        seen = list(islice(serve.events_of(service, world), 2))
        assert [event and event.name for event in seen] == ["accept", None]
        world.stdin.close()


def test_without_a_control_nothing_is_judged(tmp_path: Path) -> None:
    with served(tmp_path, *STRIPPED, "imap-starttls") as one:
        one.until("== The correct")
        one.process.send_signal(signal.SIGINT)
        assert one.end() == 3, "".join(one.said)
    result, = report(tmp_path)["results"]
    assert (result["outcome"], result["reason"]) == ("INCONCLUSIVE", "control")


def test_a_script_can_end_it(tmp_path: Path) -> None:
    """A shell without a terminal starts what goes to the background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with served(tmp_path, *STRIPPED, "imap-starttls") as one:
            one.until("== The correct")
            one.process.send_signal(signal.SIGTERM)
            assert one.end() == 3, "".join(one.said)
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_control_alone(tmp_path: Path) -> None:
    with served(tmp_path, *STRIPPED, "imap-starttls", "--control") as one:
        one.until("== The correct")
        fetch(one.told)
        assert one.end() == 0 and one.said[-1] == "The control: PASS\n"
    assert report(tmp_path)["results"] == []


def test_an_authority_is_kept(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with served(tmp_path, *STRIPPED, "imap-starttls", "--authority",
                    str(tmp_path / "authority")) as one:
            one.until("== The correct")
            seen.append(Path(one.told["trust"]).read_text(encoding="ascii"))
            one.process.send_signal(signal.SIGTERM)
            one.end()
    assert seen[0] == seen[1]
    assert os.stat(tmp_path / "authority").st_mode & 0o777 == 0o600
    assert "PRIVATE KEY" not in seen[0]


def test_a_killed_command_takes_its_world_along(tmp_path: Path) -> None:
    with served(tmp_path, *STRIPPED, "imap-starttls") as one:
        one.until("== The correct")
        children = Path(f"/proc/{one.process.pid}/task/{one.process.pid}/children")
        world, = (os.pidfd_open(int(pid)) for pid in children.read_text().split())
        one.process.kill()
        assert select.select([world], [], [], 30)[0]
        os.close(world)


@pytest.mark.parametrize("words, said", [
    (("starttls.refused", "--posture", "imap-starttls"), "starttls.refused has variants; write"),
    (("starttls.refused[nO]", "--posture", "imap-starttls"), 'has no variant "nO"; write'),
    (("starttls.refused[no]", "--posture", "imap-implicit"), "is not for the posture"),
    (("starttls.refusd[no]", "--posture", "imap-starttls"), 'did you mean "starttls.refused"?'),
    (("implicit.unreachable[refused]", "--posture", "imap-implicit"), "all ports to be watched"),
    (("certificate.impostor[sibling-host]", "--posture", "imap-implicit"), "its own host name"),
    (("starttls.refused[no]", "--posture", "imap-starttls", "--bind", "192.0.2.1"),
     "cannot listen on 192.0.2.1"),
    (("starttls.refused[no]", "--posture", "imap-starttls", "--bind", "nowhere"),
     "is no IPv4 address"),
    (("starttls.refused[no]",), "missing: --posture"),
])
def test_wrong_usage_is_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    with served(tmp_path, *words) as one:
        assert one.end() == 2
    assert len(one.said) == 1 and said in one.said[0], one.said
