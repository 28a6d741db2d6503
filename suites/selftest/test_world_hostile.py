# SPDX-License-Identifier: Apache-2.0
"""The world treats every client as hostile: whatever comes, it stays up, and says what it saw."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import selectors
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from latchkey.faults import PHASES
from world import fault, mockworld, plan_of_world, serve

LISTENERS = ("imap", "imaps", "pop3", "pop3s", "submission", "submissions", "dns")
CONNECTIONS, AT_ONCE = 350, 50
# Bytes that get deeper into a parser than noise does.
PIECES = (
    b"a LOGIN ", b"{5}\r\n", b"{99999999999}\r\n", b"{5+}\r\n", b"\r\n", b"\n", b"\0",
    b"\"\\\"", b"(", b"((((((((", b"AUTHENTICATE PLAIN ", b"AUTH PLAIN =\r\n",
    b"STARTTLS\r\n", b"STLS\r\n",
    b"a STARTTLS\r\n", b"EHLO x\r\n", b"MAIL FROM:<", b"RCPT TO:<>\r\n", b"DATA\r\n", b".\r\n",
    b"BDAT 10 LAST\r\n", b"USER x\r\nPASS y\r\n", b"a UID FETCH 1:* BODY[]<0.5>\r\n", b"DONE\r\n",
    b"a SEARCH OR NOT NOT ALL (", b"\x16\x03\x01\x02\x00\x01\x00", b"\x16\x03\x03\xff\xff",
    b"\x80\x2e\x01", b"a APPEND INBOX {3}\r\n", b"a IDLE\r\n", b"x" * 5000, b"\xff" * 300,
    b"\x00\x1c\xab\xcd\x01\x00\x00\x01",
)


def noise(chance: random.Random, pieces: tuple[bytes, ...] = PIECES) -> bytes:
    count = chance.randrange(1, 12)
    return b"".join(chance.choice(pieces) if chance.random() < 0.7
                    else chance.randbytes(chance.randrange(1, 200)) for _ in range(count))


# The same for the policy host, and for the place where reports go.
WEB = (
    b"GET /.well-known/mta-sts.txt HTTP/1.1\r\n", b"Host: mta-sts.example.test\r\n", b"\r\n",
    b"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.test\r\n",
    b"POST /v1/tlsrpt HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 300\r\n\r\n",
    b"\n", b"\0", b"GET / HTTP/1.0\r\n\r\n", b"POST /v1/tlsrpt HTTP/1.1\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 4000000000\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\nabcde\r\n",
    b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"Expect: 100-continue\r\n",
    b"x: " + b"y" * 9000 + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n", b"\xff" * 300, b" folded\r\n",
)


def drain(sockets: list[socket.socket]) -> None:
    """Read what comes until every connection was ended by the other side, or stays silent."""
    with selectors.DefaultSelector() as selector:
        for each in sockets:
            each.setblocking(False)
            selector.register(each, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(timeout=0.5)
            if not ready:
                return
            for key, _ in ready:
                data = b""
                with contextlib.suppress(OSError):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not data:
                    selector.unregister(key.fileobj)


def _web(plan: dict[str, Any]) -> None:
    """A policy host and a place for reports beside the mail hosts."""
    facts: dict[str, Any] = {
        **plan["listeners"][0], "host": "mta-sts.example.test", "protocol": "https",
        "implicit": True, "capabilities": {phase: [] for phase in PHASES}}
    plan["listeners"] += [
        {**facts, "name": "policy", "policy": "version: STSv1\r\n" * 2000, "names": ["a.test"]},
        {**facts, "name": "reports", "sink": True},
        {**facts, "name": "open", "implicit": False, "sink": True}]


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_for_the_policy_host(tmp_path: Path, seed: int) -> None:
    """Inside TLS and where it is to begin, hundreds at once, many of them half a request."""
    chance = random.Random(seed)
    with serve(tmp_path, _web) as world:
        trusting, sockets = world.context(), []
        trusting.check_hostname = False
        for i in range(CONNECTIONS):
            raw = socket.create_connection(
                ("127.0.0.1", world.ports[("policy", "reports", "open")[i % 3]]), timeout=10)
            with contextlib.suppress(OSError):
                client = trusting.wrap_socket(raw) if i % 3 < 2 and chance.random() < 0.8 else raw
                sockets.append(client)
                client.sendall(noise(chance, WEB))
                if chance.random() < 0.2:
                    client.close()
                    sockets.pop()
            if len(sockets) == AT_ONCE:     # further ones would wait for their handshakes
                drain(sockets)
                while sockets:
                    sockets.pop().close()
        drain(sockets)
        while sockets:
            sockets.pop().close()
        asked = b"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: a.test\r\n\r\n"
        told = b"POST /x HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}"
        # Both still serve.
        for name, said, answer in (("policy", asked, b"200"), ("reports", told, b"201")):
            with socket.create_connection(("127.0.0.1", world.ports[name]), timeout=10) as raw, \
                    trusting.wrap_socket(raw) as last:
                last.sendall(said)
                assert last.recv(12) == b"HTTP/1.1 " + answer
    events = world.events()
    accepted = {event["conn"] for event in events if event["event"] == "accept"}
    ended = {event["conn"] for event in events if event["event"] == "close"}
    assert len(accepted) > CONNECTIONS // 2 and ended <= accepted
    assert {"http.request", "protocol-error", "tls.fail"} <= {event["event"] for event in events}
    assert not [event for event in events if event["event"] in ("stray", "error")]


def test_a_policy_host_that_is_asked_without_end_costs_bounded_memory(tmp_path: Path) -> None:
    """It asks, and never reads."""
    with serve(tmp_path, _web) as world:
        with socket.create_connection(("127.0.0.1", world.ports["open"]), timeout=5) as client:
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                for _ in range(20000):
                    client.send(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        peak = next(line for line in Path(f"/proc/{world.pid}/status").read_text().splitlines()
                    if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 600_000


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_on_every_port(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with serve(tmp_path) as world:
        sockets = []
        for i in range(CONNECTIONS):
            name = LISTENERS[i % len(LISTENERS)]
            client = socket.create_connection(("127.0.0.1", world.ports[name]), timeout=10)
            with contextlib.suppress(OSError):
                client.sendall(noise(chance))
                if chance.random() < 0.3:
                    client.shutdown(socket.SHUT_WR)
                elif chance.random() < 0.2:
                    client.close()
                    continue
            sockets.append(client)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(100):
            datagrams.sendto(chance.randbytes(chance.randrange(0, 600)),
                             ("127.0.0.1", world.ports["dns"]))
        drain(sockets)
        for client in sockets:
            client.close()
        datagrams.close()
        # It still serves.
        with socket.create_connection(("127.0.0.1", world.ports["imap"]), timeout=10) as last:
            assert last.recv(4) == b"* OK"
    events = world.events()
    assert sum(e["event"] == "accept" for e in events) > CONNECTIONS // 2
    assert not [e for e in events if e["event"] in ("stray", "error")]


def test_a_client_that_never_reads_costs_bounded_memory(tmp_path: Path) -> None:
    with serve(tmp_path) as world:
        with socket.create_connection(("127.0.0.1", world.ports["imap"]), timeout=5) as client:
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                for _ in range(20000):
                    client.send(b"a CAPABILITY\r\n" * 100)
        peak = next(line for line in Path(f"/proc/{world.pid}/status").read_text().splitlines()
                    if line.startswith("VmHWM"))
    # The sanitizers' shadow and quarantine are in here too.
    assert int(peak.split()[1]) < 600_000


def test_a_secret_in_the_clear_before_the_handshake_is_seen(tmp_path: Path) -> None:
    """Clear text where a ClientHello must come: it is kept, and searched for canaries."""
    with serve(tmp_path) as world:
        for listener, first in (("imaps", b""), ("imap", b"a STARTTLS\r\n")):
            with socket.create_connection(("127.0.0.1", world.ports[listener]), timeout=10) as peer:
                if first:
                    peer.recv(1000)
                    peer.sendall(first)
                    peer.recv(1000)
                secret = json.loads((tmp_path / "plan.json").read_text())["secrets"]["password"]
                peer.sendall(f"b LOGIN joe {secret}\r\n".encode())
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(1000):
                    pass
    seen = [e for e in world.events() if e["event"] == "secret"]
    assert [(e["listener"], e["secret"], e["channel"]) for e in seen] \
        == [("imaps", "password", "clear"), ("imap", "password", "clear")]
    assert [e["reason"] for e in world.events() if e["event"] == "tls.fail"] \
        == ["clear text instead of TLS"] * 2


@pytest.mark.parametrize("change, message", [
    (lambda plan: plan.update(plan=2), "plan: must be a whole number from 1 to 1"),
    (lambda plan: plan.update(colour="red"), "colour: unknown key"),
    (lambda plan: plan["listeners"][0].update(port="143"),
     "listeners[0].port: must be a whole number from 1 to 65535"),
    (lambda plan: plan["listeners"][1].update(protocol="nntp"),
     "listeners[1].protocol: must be one of imap, pop3, smtp"),
    (lambda plan: plan["listeners"][0].update(identity="bad"),
     "listeners[0].identity: no identity is called bad"),
    (fault("imap", {"action": "explode"}), "fault.do.action: must be one of advertise"),
    (fault("imap", {"action": "certificate", "recipe": "x"}),
     "fault.do.recipe: no identity is called x"),
    (lambda plan: plan["identities"].update(good={"leaf": {"key": "rsa-12"}}), "leaf.key"),
    (lambda plan: plan["dns"]["records"].append({"name": "a", "type": "A", "value": "x"}), "x"),
])
def test_a_wrong_plan_is_one_line(tmp_path: Path, change: Any, message: str) -> None:
    plan = plan_of_world(tmp_path, change)
    done = subprocess.run([str(mockworld()), "--ports", str(plan), str(tmp_path)],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"mockworld: {plan}: ")
    assert message in done.stderr and done.stderr.count("\n") == 1


def test_a_plan_that_is_no_json_names_its_line(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"plan": 1,\n "id": }\n')
    done = subprocess.run([str(mockworld()), str(plan), str(tmp_path)],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert f"mockworld: {plan}: line 2: " in done.stderr


def test_a_client_that_cannot_be_started_is_an_error_of_the_machine(tmp_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        plan["client"] = {"argv": ["/nonexistent/client"], "env": {}, "files": [], "stdin": "",
                          "home": str(tmp_path / "home")}
    plan = plan_of_world(tmp_path, change)
    done = subprocess.run([str(mockworld()), "--ports", str(plan), str(tmp_path)],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 3
    assert "cannot start /nonexistent/client: No such file or directory" in done.stderr
    last = (tmp_path / "transcript.jsonl").read_text().splitlines()[-2:]
    assert [json.loads(line)["event"] for line in last] == ["error", "end"]


def certified(tmp_path: Path, path: str) -> subprocess.CompletedProcess[str]:
    """A world whose client looks at the key and the certificate that were made for it."""
    script = (f"openssl verify -purpose sslclient -CAfile '{tmp_path}/ca.pem' -untrusted {path}"
              f" {path} && openssl x509 -in {path} -noout -pubkey >x"
              f" && openssl pkey -in {path} -pubout | cmp - x && stat -c %a {path}")

    def change(plan: dict[str, Any]) -> None:
        plan["client"] = {"argv": ["/bin/sh", "-c", script], "env": {"PATH": os.environ["PATH"]},
                          "files": [], "stdin": "", "home": str(tmp_path / "home"),
                          "certificate": path}
    plan = plan_of_world(tmp_path, change)
    return subprocess.run([str(mockworld()), "--ports", str(plan), str(tmp_path)],
                          capture_output=True, text=True, timeout=20, check=False)


def test_a_client_gets_a_key_and_a_certificate(tmp_path: Path) -> None:
    done = certified(tmp_path, "mine.pem")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "client.stdout").read_text() == "mine.pem: OK\n600\n"


def test_a_certificate_of_the_client_stays_in_its_home(tmp_path: Path) -> None:
    done = certified(tmp_path, "../mine.pem")
    assert done.returncode == 2
    assert "client.certificate: must be a relative path below home" in done.stderr


def test_what_was_sent_before_a_reset_is_read(tmp_path: Path) -> None:
    """A client that is done may go while the world still has to answer it: it has spoken."""
    with serve(tmp_path) as world:
        gone = socket.create_connection(("127.0.0.1", world.ports["imap"]))
        assert select.select([gone], [], [], 10)[0], "the greeting is there, and stays unread"
        os.kill(world.pid, signal.SIGSTOP)
        gone.sendall(b"a NOOP\r\n" * 4000 + b"z CAPABILITY\r\n")
        gone.close()                    # with an unread greeting this is a reset
        os.kill(world.pid, signal.SIGCONT)
        with socket.create_connection(("127.0.0.1", world.ports["imap"])) as other:
            lines = other.makefile("rwb", buffering=0)
            lines.readline()
            for _ in range(20):         # each answer is a round of the world's loop
                lines.write(b"b NOOP\r\n")
                assert lines.readline().startswith(b"b OK")
    first = [event for event in world.events() if event.get("conn") == 1]
    assert [event["verb"] for event in first if event["event"] == "command"][-1] == "CAPABILITY"
    assert (first[-1]["event"], first[-1]["by"], first[-1]["how"]) == ("close", "client", "reset")
