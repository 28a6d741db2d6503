# SPDX-License-Identifier: Apache-2.0
"""The world's servers against peers that know nothing of it: Python's clients, openssl, socat."""

from __future__ import annotations

import imaplib
import poplib
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import dns.message
import dns.query
import pytest

from latchkey import paths
from latchkey.vectors import Program
from samples import SECRETS
from world import HOST, Plan, World, fault, serve

USER, PASSWORD = SECRETS["user"], SECRETS["password"]
MESSAGE = f"From: {SECRETS['sender']}\r\nSubject: x\r\n\r\n.{SECRETS['body']}\r\n"


class Imap(imaplib.IMAP4):
    """Python's client, which connects to one address and checks another name."""

    def __init__(self, port: int, context: ssl.SSLContext | None) -> None:
        self.first = context
        super().__init__("127.0.0.1", port, timeout=10)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        raw = socket.create_connection((host, port), timeout)
        self.sock = self.first.wrap_socket(raw, server_hostname=HOST) if self.first else raw
        self.file = self.sock.makefile("rb")


def imap(world: World, implicit: bool) -> imaplib.IMAP4:
    if implicit:
        return Imap(world.ports["imaps"], world.context())
    client = Imap(world.ports["imap"], None)
    client.host = HOST                  # the name that starttls checks
    client.starttls(world.context())
    return client


@pytest.mark.parametrize("implicit", [True, False], ids=["imaps", "starttls"])
def test_imaplib_reads_its_mail(tmp_path: Path, implicit: bool) -> None:
    with serve(tmp_path) as world:
        client = imap(world, implicit)
        client.login(USER, PASSWORD)
        kind, rows = client.select("INBOX")
        assert kind == "OK" and int(rows[0] or b"0") >= 1
        _, found = client.uid("SEARCH", "ALL")
        first = found[0].split()[0].decode()
        _, data = client.uid("FETCH", first, "(FLAGS BODY.PEEK[])")
        assert SECRETS["body"].encode() in bytes(data[0][1])
        _, data = client.fetch("1", "(BODYSTRUCTURE ENVELOPE RFC822.SIZE)")
        assert "ENVELOPE" in str(data[0])
        assert client.append("INBOX", "", "", MESSAGE.encode())[0] == "OK"
        assert client.store("1", "+FLAGS", "\\Deleted")[0] == "OK"
        assert client.expunge()[0] == "OK"
        assert client.logout()[0] == "BYE"
    events = world.events()
    assert [e["action"] for e in events if e["event"] == "message"] == ["fetched", "stored"]
    assert {e["channel"] for e in events if e["event"] == "secret"} == {"tls-good"}


def pop3(world: World) -> poplib.POP3:
    client = poplib.POP3("127.0.0.1", world.ports["pop3"], timeout=10)
    client.host = HOST
    client.stls(world.context())
    return client


def test_poplib_reads_its_mail(tmp_path: Path) -> None:
    with serve(tmp_path) as world:
        client = pop3(world)
        client.user(USER)
        client.pass_(PASSWORD)
        count, _ = client.stat()
        assert count == len(client.list()[1]) == len(client.uidl()[1])
        assert SECRETS["body"].encode() in b"\n".join(client.retr(1)[1])
        client.dele(1)
        client.quit()


@pytest.mark.parametrize("context", [True, False], ids=["trusted", "untrusted"])
def test_smtplib_submits_only_to_whom_it_trusts(tmp_path: Path, context: bool) -> None:
    with serve(tmp_path) as world:
        client = smtplib.SMTP("127.0.0.1", world.ports["submission"], timeout=10)
        setattr(client, "_host", HOST)    # the name that starttls checks
        if not context:
            with pytest.raises(ssl.SSLCertVerificationError):
                client.starttls(context=ssl.create_default_context())
            return
        client.starttls(context=world.context())
        client.login(USER, PASSWORD)
        client.sendmail(SECRETS["sender"], [SECRETS["recipient"]], MESSAGE)
        client.quit()
    message = [e for e in world.events() if e["event"] == "message"]
    assert [(e["action"], e["canary"], e["channel"]) for e in message] \
        == [("submitted", True, "tls-good")]
    # A line that begins with a dot arrives as it was.
    assert message[0]["size"] == len(MESSAGE)


DEEP = {"examples": False, "level": "high", "status": ["tls-cert"], "clear": []}


@pytest.mark.parametrize("dialect, version, parser", [
    (None, "TLSv1_2", "received-tls"), (None, "TLSv1_3", "received-tls"),
    ("04", "TLSv1_3", "received-tls-deep"), ("06", "TLSv1_2", "received-tls-deep"),
    ("04", "", ""),
])
def test_the_submission_server_tells_of_tls_in_received(
        tmp_path: Path, dialect: str | None, version: str, parser: str) -> None:
    def change(plan: Plan) -> None:
        plan["deep"] = None if dialect is None else {"dialect": dialect, **DEEP}
        for listener in plan["listeners"] if not version else ():
            if listener["protocol"] == "smtp":
                listener["capabilities"]["clear"] = ["AUTH PLAIN LOGIN"]

    with serve(tmp_path, change) as world:
        client = smtplib.SMTP("127.0.0.1", world.ports["submission"], timeout=10)
        setattr(client, "_host", HOST)
        if version:
            context = world.context()
            context.maximum_version = context.minimum_version = ssl.TLSVersion[version]
            client.starttls(context=context)
        client.login(USER, PASSWORD)
        client.sendmail(SECRETS["sender"], [SECRETS["recipient"]], MESSAGE)
        client.quit()
    events = world.events()
    field = next(e["received"] for e in events if e["event"] == "message")
    found = re.fullmatch(rf"from \[127\.0\.0\.1\] by {HOST} with (ESMTPS?)(.*); (.*)", field)
    assert found is not None and parsedate_to_datetime(found[3]).utcoffset() is not None
    assert (found[1], bool(found[2])) == (("ESMTPS", True) if version else ("ESMTP", False))
    if not version:
        return
    up = next(e for e in events if e["event"] == "tls.up")
    program = Program([str(paths.ROOT / ".build/dev/lkparse")])
    answer = program.ask(parser, found[2].encode())
    program.close()
    group = {"group": up["group"]} if parser == "received-tls" else {}
    assert answer["result"] == "valid" and answer["value"] == {"cipher": up["cipher"], **group}
    assert up["group"]


@pytest.mark.parametrize("listener, protocol, greeting", [
    ("imap", "imap", "CAPABILITY"), ("pop3", "pop3", "+OK"), ("submission", "smtp", "250"),
])
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_agrees_on_the_chain(tmp_path: Path, listener: str, protocol: str,
                                     greeting: str, version: str) -> None:
    with serve(tmp_path) as world:
        said = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{world.ports[listener]}", "-starttls",
             protocol, version, "-CAfile", str(tmp_path / "ca.pem"), "-verify_hostname", HOST,
             "-verify_return_error", "-servername", HOST],
            input="QUIT\r\n", capture_output=True, text=True, timeout=20, check=False)
        assert "Verify return code: 0 (ok)" in said.stdout, said.stderr
        assert "Verification: OK" in said.stdout
    assert [e["sni"] for e in world.events() if e["event"] == "hello"] == [HOST]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("do, resumed", [
    ({"action": "none"}, True),                             # it is the same server
    ({"action": "certificate", "recipe": "other"}, False),  # that one knows nothing of it
])
def test_a_session_is_resumed_where_it_began(tmp_path: Path, do: Plan, resumed: bool,
                                             version: ssl.TLSVersion) -> None:
    def change(plan: Plan) -> None:
        plan["identities"]["other"] = {"certificate": 1, "verdict": "accept"}
        fault("imaps", do, {"connection": 2})(plan)

    with serve(tmp_path, change) as world:
        context, session = world.context(), None
        context.maximum_version = version
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", world.ports["imaps"]), 10) as raw, \
                    context.wrap_socket(raw, server_hostname=HOST, session=session) as tls:
                assert tls.recv(4096).startswith(b"* OK")   # the ticket comes before it
                session = tls.session
    assert [e["resumed"] for e in world.events() if e["event"] == "tls.up"] == [False, resumed]


@pytest.mark.parametrize("shown, channel", [("other", "tls-bad"), (None, "tls-good")])
def test_a_client_follows_into_a_new_handshake(tmp_path: Path, shown: str | None,
                                               channel: str) -> None:
    def change(plan: Plan) -> None:
        plan["identities"]["other"] = {"certificate": 1, "verdict": "refuse"}
        fault("imaps", {"action": "renegotiate", **({"recipe": shown} if shown else {})},
              {"reply": "greeting"})(plan)

    with serve(tmp_path, change) as world:
        client = Imap(world.ports["imaps"], world.context())
        assert client.noop()[0] == "OK"
        client.login(USER, PASSWORD)
        client.logout()
    events = world.events()
    assert [e["channel"] for e in events if e["event"] == "tls.up"] == ["tls-good", channel]
    assert {e["channel"] for e in events if e["event"] == "secret"} == {channel}


@pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed")
@pytest.mark.parametrize("listener, bytes_in, answer", [
    ("imaps", b"a ID NIL\r\nb LOGOUT\r\n", b"b OK"),
    ("pop3s", b"CAPA\r\nQUIT\r\n", b"+OK"),
    ("submissions", b"EHLO x\r\nQUIT\r\n", b"221"),
])
def test_socat_talks_through_tls(tmp_path: Path, listener: str, bytes_in: bytes,
                                 answer: bytes) -> None:
    with serve(tmp_path) as world:
        done = subprocess.run(
            ["socat", "-T5", "-", f"OPENSSL:127.0.0.1:{world.ports[listener]},"
             f"cafile={tmp_path / 'ca.pem'},commonname={HOST}"],
            input=bytes_in, capture_output=True, timeout=20, check=False)
        assert answer in done.stdout, done.stderr


@pytest.mark.parametrize("ask", [dns.query.udp, dns.query.tcp], ids=["udp", "tcp"])
def test_dnspython_understands_the_answers(
        tmp_path: Path, ask: Callable[..., dns.message.Message]) -> None:
    with serve(tmp_path) as world:
        def answer(name: str, kind: str) -> list[str]:
            query = dns.message.make_query(name, kind)
            reply = ask(query, "127.0.0.1", port=world.ports["dns"], timeout=5)
            return [rr.to_text() for rrset in reply.answer for rr in rrset]

        assert answer(HOST, "A") == ["127.0.0.10"]
        assert answer(HOST, "AAAA") == []
        assert [text.split()[-1] for text in answer("_imaps._tcp.example.test", "SRV")] \
            == [f"{HOST}."]
    names = [e["name"] for e in world.events() if e["event"] == "dns.query"]
    assert names == [HOST, HOST, "_imaps._tcp.example.test"]
