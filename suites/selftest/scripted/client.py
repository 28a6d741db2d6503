# SPDX-License-Identifier: Apache-2.0
"""A mail client that does everything right, or everything but one thing.

client.py [--bug NAME] SERVICE WISH HOST PORT CA USER PASSWORD FROM TO MESSAGE

SERVICE is imap, pop3 or submission. WISH is implicit; every other one means STARTTLS or nothing:
whoever was told nothing does what is safe. Exit status: 0 the mail was fetched or handed in, 1 it
was not. It starts hundreds of times in the self-test, so it imports little.
"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import sys
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from typing import Any

BUGS = {
    "falls-back-to-clear": "goes on without TLS where STARTTLS is not offered or is refused",
    "retries-in-clear": "comes back without TLS after a handshake that failed",
    "retries-with-older-tls": "comes back with TLS 1.2 after a handshake that failed",
    "checks-no-certificate": "takes every certificate",
    "checks-no-name": "takes a certificate of any other host",
    "believes-common-name": "takes the common name where alternative names say otherwise",
    "believes-partial-wildcards": "takes a star inside a label for letters",
    "trusts-known-hosts": "looks at certificates on the first visit only",
    "checks-no-dates": "takes a certificate that has expired",
    "probes-unchecked": "asks for the capabilities on a connection whose certificate it ignores",
    "keeps-read-buffer": "keeps whole lines that it has read behind the reply to STARTTLS",
    "reads-through-handshake": "sorts lines in clear out of the handshake, and keeps them",
    "merges-fragment": "keeps the beginning of a line that it has read behind that reply",
    "believes-early-data": "remembers what it hears of mailboxes and mail before TLS",
    "shows-alerts": "prints every message for the user, whenever it comes",
    "trusts-preauth": "takes a PREAUTH greeting for a login, and does without TLS",
    "believes-clear-capabilities": "goes by the capabilities from before TLS",
    "ignores-login-disabled": "sends LOGIN where it is forbidden",
    "sends-password-before-tls": "sends its login right behind STARTTLS, without waiting",
    "clear-text-in-handshake": "sends a line in clear where its handshake begins",
    "sends-no-server-name": "sends no SNI; it looks at the names itself",
    "accepts-old-tls": "offers and accepts TLS 1.0 and 1.1",
    "accepts-weak-handshakes": "takes small groups and SHA-1 signatures",
    "overlooks-downgrade-mark": "does not look whether the server marks TLS 1.2 as a downgrade",
    "probes-with-antique-hello": "asks with a ClientHello of long ago whether there is TLS",
    "ignores-alpn": "offers any protocol, and does not look which one the server agreed to",
    "talks-to-any-service": "does not mind which protocol the greeting is of",
    "accepts-anonymous-suites": "offers and accepts suites without certificate",
    "expects-whole-replies": "takes what one read brings for a line",
    "believes-truncation": "takes the end of the connection for the end of the mail",
    "always-says-success": "does its best, and exits with 0 whatever came of it",
    "never-connects": "exits with 0 at once",
    "hangs": "waits for ever where something is wrong",
    "crashes": "dies of a signal where something is wrong",
    "asks-the-user": "asks whether a certificate that is wrong shall be taken",
    "asks-for-ever": "asks, and waits for the answer for ever",
}
KNOWN = ".known-host"
ALPN = ("imap", "pop3")
CLEAR_PORTS = {993: 143, 995: 110, 465: 587}
TIMEOUT = 10
# Of OpenSSL's x509v3.h: what counts as a name.
ALWAYS_CHECK_SUBJECT, NO_PARTIAL_WILDCARDS = 0x1, 0x4
NO_CHECK_TIME = 0x200000                # X509_V_FLAG_NO_CHECK_TIME
# Of OpenSSL's ssl.h: how the highest version of a connection is set.
SET_MAX_PROTO_VERSION, TLS12 = 124, 0x0303
# TLS 1.2 with deflate, MD5 and SHA-1, and a curve of 160 bits; nothing that protects the handshake.
ANTIQUE_EXTENSIONS = bytes.fromhex("000a 0004 0002 0010  000d 0006 0004 0101 0201".replace(" ", ""))


class Failed(Exception):
    """Something is not as it has to be; nothing more is done."""


class NoTls(Failed):
    """The handshake failed."""


class Mixed:
    """A TLS connection that takes what comes in clear out of its handshake."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self.raw, self.clear, self.begun = raw, b"", False
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inward, self.outward, server_hostname=host)
        self.carry_out(self.tls.do_handshake)

    def carry_out(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:
                self.raw.sendall(self.outward.read())
            data = self.raw.recv(4096)
            if not data:
                self.inward.write_eof()
            if not self.begun:
                clear, record, rest = data.partition(b"\x16\x03")
                self.clear, data, self.begun = self.clear + clear, record + rest, bool(record)
            self.inward.write(data)

    def sendall(self, data: bytes) -> None:
        self.carry_out(lambda: self.tls.write(data))

    def recv(self, size: int) -> bytes:
        return bytes(self.carry_out(lambda: self.tls.read(size)))


class Lines:
    """A connection that is read line by line; what was read too much is kept here."""

    def __init__(self, host: str, port: int, bug: str) -> None:
        self.host, self.bug = host, bug
        raw = socket.create_connection((host, port), TIMEOUT)
        # What was said is on its way, however fast it goes.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket | Mixed = raw
        self.whole: list[bytes] = []
        self.rest = b""
        self.asks = False               # with a ClientHello of long ago, and no more

    def send(self, *lines: str) -> None:
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def receive(self) -> str:
        while not self.whole:
            data = self.socket.recv(4096)
            if not data:
                raise EOFError
            if self.bug == "expects-whole-replies":
                data = data.removesuffix(b"\r\n") + b"\r\n"
            *whole, self.rest = (self.rest + data).split(b"\r\n")
            self.whole += whole
        return self.whole.pop(0).decode("latin-1")

    def forget(self) -> None:
        """Nothing that came in clear may be left where TLS begins (RFC 3207, section 4.2)."""
        untagged = all(line.startswith(b"* ") for line in self.whole)
        if self.whole and self.bug != "keeps-read-buffer" and not (
                self.bug == "believes-early-data" and untagged):
            raise Failed("more lines behind the reply to STARTTLS")
        if self.rest and self.bug != "merges-fragment":
            raise Failed("more bytes behind the reply to STARTTLS")

    def ask_with_antique_hello(self) -> None:
        """A ClientHello that is not meant to lead to anything (RFC 5246, section 7.4.1.2)."""
        name = self.host.encode()
        sni = (b"\0\0" + (len(name) + 5).to_bytes(2, "big") + (len(name) + 3).to_bytes(2, "big")
               + b"\0" + len(name).to_bytes(2, "big") + name)
        extensions = sni + ANTIQUE_EXTENSIONS
        body = (b"\3\3" + bytes(32) + b"\0" + b"\0\2\xc0\x2b" + b"\2\1\0"
                + len(extensions).to_bytes(2, "big") + extensions)
        self.socket.sendall(b"\x16\3\1" + (len(body) + 4).to_bytes(2, "big")
                            + b"\1" + len(body).to_bytes(3, "big") + body)
        self.socket.recv(4096)
        raise NoTls("it was only a question")

    def secure(self, context: ssl.SSLContext) -> None:
        self.forget()
        if self.asks:
            self.ask_with_antique_hello()
        if self.bug == "clear-text-in-handshake":
            self.send("NOOP")
        try:
            self.socket = self.wrapped(self.socket, context)
        except OSError as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                self.ask_user(error)
            raise NoTls(str(error)) from error

    def wrapped(self, raw: Any, context: ssl.SSLContext) -> ssl.SSLSocket | Mixed:
        if self.bug == "reads-through-handshake":
            mixed = Mixed(raw, context, self.host)
            self.whole += mixed.clear.split(b"\r\n")[:-1]
            return mixed
        silent = self.bug == "sends-no-server-name"
        tls = context.wrap_socket(raw, server_hostname=None if silent else self.host)
        names = (tls.getpeercert() or {}).get("subjectAltName", ())
        if silent and ("DNS", self.host) not in names:
            raise NoTls("the certificate is that of another host")
        if tls.selected_alpn_protocol() not in (None, *ALPN) and self.bug != "ignores-alpn":
            raise NoTls("the server speaks something else")
        return tls

    def ask_user(self, error: ssl.SSLCertVerificationError) -> None:
        if self.bug in ("asks-the-user", "asks-for-ever"):
            print(f"{error.verify_message}: accept this certificate? [y/N]", flush=True)
            if self.bug == "asks-for-ever":
                signal.pause()
            sys.stdin.readline()        # nobody is there to say yes


def overlook_mark(connection: Any, direction: str, *more: Any) -> None:
    """OpenSSL compares the mark with the best that it would do now: let that be TLS 1.2."""
    if direction == "read" and b"DOWNGRD" in more[-1]:
        from ctypes import CDLL, c_int, c_long, c_void_p
        library = CDLL("libssl.so.3")
        library.SSL_ctrl.argtypes = (c_void_p, c_int, c_long, c_void_p)
        # Behind the head of Python's object come the socket and OpenSSL's SSL *.
        address = c_void_p.from_address(id(connection._sslobj) + 24)
        library.SSL_ctrl(address, SET_MAX_PROTO_VERSION, TLS12, None)


def tls_of(ca: str, bug: str, older: bool) -> ssl.SSLContext:
    """TLS 1.2 or later, with whoever proves to have the name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL itself refuses what was not offered.
    context.set_alpn_protocols((*ALPN, "http/1.1") if bug == "ignores-alpn" else ALPN)
    known = bug == "trusts-known-hosts" and os.path.exists(KNOWN)
    if known or bug in ("checks-no-certificate", "checks-no-name", "sends-no-server-name"):
        context.check_hostname = False
    if known or bug == "checks-no-certificate":
        context.verify_mode = ssl.CERT_NONE
    if bug == "believes-common-name":
        context._host_flags |= ALWAYS_CHECK_SUBJECT         # type: ignore[attr-defined]
    if bug == "believes-partial-wildcards":
        context._host_flags &= ~NO_PARTIAL_WILDCARDS        # type: ignore[attr-defined]
    if bug == "checks-no-dates":
        context.verify_flags |= NO_CHECK_TIME
    if bug == "accepts-old-tls":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if bug == "overlooks-downgrade-mark":
        context._msg_callback = overlook_mark   # type: ignore[attr-defined]
    if bug == "accepts-weak-handshakes":
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if bug == "accepts-anonymous-suites":
        context.set_ciphers("ALL:@SECLEVEL=0")
    if older:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


class Session:
    """What all protocols share: the order of things, and when to stop."""

    starttls = "STARTTLS"               # the command, and what its offer is called
    leave = "QUIT"

    def __init__(self, lines: Lines, user: str, password: str, *mail: str) -> None:
        self.lines, self.bug = lines, lines.bug
        self.user, self.password = user, password
        self.sender, self.recipient, self.message = mail
        self.preauth = False
        self.early: list[str] = []      # what only a bug remembers

    def greet(self) -> None:
        raise NotImplementedError

    def capabilities(self) -> list[str]:
        raise NotImplementedError

    def command(self, *lines: str) -> list[str]:
        """Send it, and what may go along with it; the lines of the answer, if it is a yes."""
        raise NotImplementedError

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        """The best login that is offered."""
        raise NotImplementedError

    def work(self) -> None:
        raise NotImplementedError

    def plain(self) -> str:
        return b2a_base64(f"\0{self.user}\0{self.password}".encode(), newline=False).decode()

    def secure(self, context: ssl.SSLContext) -> list[str]:
        """STARTTLS; what was offered in clear."""
        if self.preauth:
            if self.bug == "trusts-preauth":
                return []
            raise Failed("logged in already, so that no TLS is possible")
        offered = self.capabilities()
        if self.starttls not in offered:
            if self.bug == "falls-back-to-clear":
                return offered
            raise Failed("no STARTTLS")
        try:
            self.command(self.starttls, *self.early_login(offered))
        except Failed:
            if self.bug == "falls-back-to-clear":
                return offered
            raise
        self.lines.secure(context)
        return offered

    def early_login(self, offered: Sequence[str]) -> list[str]:
        if self.bug != "sends-password-before-tls":
            return []
        try:
            return self.login_lines(offered)
        except Failed:
            return []

    def use(self, believed: list[str]) -> None:
        """Log in by what is offered now, and do what was asked for."""
        if not self.preauth:
            offered = self.capabilities()
            if self.bug == "believes-clear-capabilities":
                offered = believed or offered
            for line in self.login_lines(offered):
                self.command(line)
        try:
            self.work()
        except EOFError:
            if self.bug != "believes-truncation":
                raise

    def end(self) -> None:
        try:
            self.command(self.leave)
        except (Failed, EOFError, OSError):
            pass                        # all was said and done


class Imap(Session):
    """IMAP (RFC 3501)."""

    leave = "LOGOUT"
    count = 0

    def greet(self) -> None:
        greeting = self.lines.receive().upper()
        self.show(greeting)
        self.preauth = greeting.startswith("* PREAUTH")
        if not greeting.startswith("* OK") and not self.preauth:
            raise Failed("a greeting that makes no sense")

    def command(self, *lines: str) -> list[str]:
        self.count += 1
        tags = [f"A{self.count + number}" for number in range(len(lines))]
        self.lines.send(*(f"{tag} {line}" for tag, line in zip(tags, lines)))
        self.count += len(lines) - 1
        answer: list[str] = []
        while not (line := self.lines.receive()).startswith(tags[0] + " "):
            if line.startswith("* BYE") and lines[0] != self.leave:
                raise Failed(line)
            answer.append(line)
            missing = literal_size(line)
            while missing > 0:
                answer.append(self.lines.receive())
                missing -= len(answer[-1]) + 2
        self.show(*answer, line)
        if self.bug == "believes-early-data":
            self.early += answer
        if line.split(" ")[1].upper() != "OK":
            raise Failed(line)
        return answer

    def show(self, *lines: str) -> None:
        if self.bug == "shows-alerts":
            print(*(line for line in lines if "[ALERT]" in line), sep="\n")

    def capabilities(self) -> list[str]:
        return [word for line in self.command("CAPABILITY")
                if line.upper().startswith("* CAPABILITY ") for word in line.upper().split()[2:]]

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        if "AUTH=CRAM-MD5" in offered:
            return ["AUTHENTICATE CRAM-MD5"]    # more is not needed: no world has it
        if "LOGINDISABLED" not in offered or self.bug == "ignores-login-disabled":
            return [f"LOGIN {self.user} {self.password}"]
        if "AUTH=PLAIN" in offered and "SASL-IR" in offered:
            return [f"AUTHENTICATE PLAIN {self.plain()}"]
        raise Failed("no login is offered")

    def work(self) -> None:
        folder, number = "INBOX", "1"
        for words in map(str.split, self.early):
            if words[2:3] == ["FETCH"]:
                print(*self.early, sep="\n")
                return
            folder = words[-1] if words[1:2] == ["LIST"] else folder
            number = words[-1] if words[1:2] == ["SEARCH"] else number
        self.command(f"EXAMINE {folder}")
        if len(self.command(f"FETCH {number} BODY.PEEK[]")) < 2:
            raise Failed("no mail")


def literal_size(line: str) -> int:
    """How many bytes come behind this line that are no line of the answer."""
    size = line[line.rfind("{") + 1:-1]
    return int(size) if line.endswith("}") and size.isdecimal() else 0


class Pop3(Session):
    """POP3 (RFC 1939, 2449)."""

    starttls = "STLS"

    def answer(self) -> str:
        line = self.lines.receive()
        if line.split(" ")[0] != "+OK":
            raise Failed(line)
        return line

    def greet(self) -> None:
        self.answer()
        while self.lines.whole and self.bug == "believes-early-data":
            self.early.append(self.lines.receive())

    def command(self, *lines: str) -> list[str]:
        self.lines.send(*lines)
        answer = [self.answer()]
        if lines[0] == "CAPA" or lines[0].startswith("RETR"):
            while (line := self.lines.receive()) != ".":
                answer.append(line)
        return answer

    def capabilities(self) -> list[str]:
        return [line.upper() for line in self.command("CAPA")[1:]]

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        if any(line.startswith("SASL ") and "PLAIN" in line.split() for line in offered):
            return [f"AUTH PLAIN {self.plain()}"]
        if "USER" in offered:
            return [f"USER {self.user}", f"PASS {self.password}"]
        raise Failed("no login is offered")

    def work(self) -> None:
        self.command(f"RETR {(self.early or ['1'])[-1].split()[0]}")


class Smtp(Session):
    """Submission (RFC 5321, 6409)."""

    strange = False                     # the greeting was not SMTP's, and that was taken for normal

    def answer(self, code: str) -> list[str]:
        answer = []
        while (line := self.lines.receive())[3:4] == "-":
            answer.append(line)
        if not line.startswith(code) and not self.strange:
            raise Failed(line)
        return [*answer, line]

    def greet(self) -> None:
        self.strange = self.bug == "talks-to-any-service"
        self.strange = not self.answer("220")[0].startswith("220")

    def command(self, *lines: str) -> list[str]:
        self.lines.send(*lines)
        verb = lines[0].split()[0]
        return self.answer({"STARTTLS": "220", "AUTH": "235", "DATA": "354", "QUIT": "221"}
                           .get(verb, "250"))

    def capabilities(self) -> list[str]:
        return [line[4:].upper() for line in self.command("EHLO client.example.test")[1:]]

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        if self.strange or any(line.startswith("AUTH ") and "PLAIN" in line.split()
                               for line in offered):
            return [f"AUTH PLAIN {self.plain()}"]
        raise Failed("no login is offered")

    def work(self) -> None:
        self.command(f"MAIL FROM:<{self.sender}>")
        self.command(f"RCPT TO:<{self.recipient}>")
        self.command("DATA")
        with open(self.message, encoding="ascii") as text:
            for line in text:
                self.lines.send(("." if line.startswith(".") else "") + line.rstrip("\n"))
        self.command(".")


def attempt(bug: str, words: Sequence[str], *, tls: bool = True, older: bool = False,
            probe: bool = False) -> None:
    """One connection from its beginning to its end."""
    service, wish, host, port, ca, *rest = words
    lines = Lines(host, int(port) if tls else CLEAR_PORTS.get(int(port), int(port)), bug)
    lines.asks = probe and bug == "probes-with-antique-hello"
    session = {"imap": Imap, "pop3": Pop3, "submission": Smtp}[service](lines, *rest)
    context = tls_of(ca, "checks-no-certificate" if probe else bug, older)
    if tls and wish == "implicit":
        lines.secure(context)
    try:
        session.greet()
        offered = session.secure(context) if tls and wish != "implicit" else []
        if probe:
            session.capabilities()
        else:
            session.use(offered)
    except Failed as error:
        if not isinstance(error, NoTls):
            session.end()
        raise
    session.end()
    remember(bug)


def remember(bug: str) -> None:
    """A visit that ended well is left in the home."""
    if bug == "trusts-known-hosts":
        with open(KNOWN, "w", encoding="ascii"):
            pass


def run(bug: str, words: Sequence[str]) -> None:
    """All connections; only a bug makes more than one."""
    try:
        if bug in ("probes-unchecked", "probes-with-antique-hello"):
            attempt(bug, words, probe=True)
    except NoTls:
        if bug == "probes-unchecked":
            raise
    try:
        attempt(bug, words)
    except NoTls:
        if bug not in ("retries-in-clear", "retries-with-older-tls"):
            raise
        attempt(bug, words, tls=bug != "retries-in-clear", older=True)


def main(words: Sequence[str]) -> int:
    bug, words = (words[1], words[2:]) if words[0] == "--bug" else ("", words)
    if bug and bug not in BUGS:
        sys.exit(f"unknown bug {bug}")
    if bug == "never-connects":
        return 0
    try:
        run(bug, words)
    except (Failed, EOFError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    else:
        return 0
    if bug == "hangs":
        signal.pause()
    if bug == "crashes":
        os.kill(os.getpid(), signal.SIGABRT)
    return 0 if bug == "always-says-success" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
