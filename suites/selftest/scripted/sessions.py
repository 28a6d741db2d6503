# SPDX-License-Identifier: Apache-2.0
"""How the scripted client speaks: lines, and a session of each protocol, with the bugs in them."""

from __future__ import annotations

import signal
import socket
import ssl
import sys
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Sequence
from typing import Any

NAMED = "imap://"
REFERRED = ("follows-referral", "visits-referral", "forgets-demand-elsewhere")
TIMEOUT = 10
ALPN = ("imap", "pop3")
# TLS 1.2 with deflate, MD5 and SHA-1, and a curve of 160 bits; nothing that protects the handshake.
ANTIQUE_EXTENSIONS = bytes.fromhex("000a 0004 0002 0010  000d 0006 0004 0101 0201".replace(" ", ""))


class Failed(Exception):
    """Something is not as it has to be; nothing more is done."""


class NoTls(Failed):
    """The handshake failed."""


class Referred(Failed):
    """The server says that somebody else has what is wanted."""


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
        line = self.whole.pop(0).decode("latin-1")
        if self.bug in REFERRED and "[REFERRAL " in line:
            raise Referred(line.partition("@")[2].partition("/")[0]
                           or line.partition(NAMED)[2].partition("/")[0])
        return line

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


class Session:
    """What all protocols share: the order of things, and when to stop."""

    starttls = "STARTTLS"               # the command, and what its offer is called
    leave = "QUIT"

    def __init__(self, lines: Lines, user: str, password: str, *mail: str) -> None:
        self.lines, self.bug = lines, lines.bug
        self.user, self.password = user, password
        self.sender, self.recipient, self.message = mail
        self.preauth = False
        self.misled = False             # knows no list, and no TLS
        self.relaxed = False            # can do without TLS
        self.answered: set[str] = set()     # tags that were answered before they were used
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

    def blind_login(self) -> list[str]:
        """What logs in where nothing is known."""
        return [f"AUTH PLAIN {self.plain()}"]

    def work(self) -> None:
        raise NotImplementedError

    def blurt(self) -> None:
        """Everything at once, without waiting for an answer."""
        raise NotImplementedError

    def words(self, line: str) -> list[str]:
        return line.split()[:20] if self.bug == "reads-short-lists" else line.split()

    def plain(self) -> str:
        return b2a_base64(f"\0{self.user}\0{self.password}".encode(), newline=False).decode()

    def secure(self, context: ssl.SSLContext) -> list[str]:
        """STARTTLS; what was offered in clear."""
        if self.preauth:
            if self.bug in ("trusts-preauth", *REFERRED):
                return []
            raise Failed("logged in already, so that no TLS is possible")
        if self.misled:
            return []
        try:
            offered = self.capabilities()
        except Failed:
            if self.bug != "does-without-list":
                raise
            self.misled = True
            return []
        if self.starttls not in offered:
            if self.bug == "falls-back-to-clear" or self.relaxed:
                return offered
            raise Failed("no STARTTLS")
        try:
            self.command(self.starttls, *self.early_login(offered))
        except Failed:
            if self.bug == "falls-back-to-clear" or self.relaxed:
                return offered
            raise
        if self.misled:
            return offered
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
            offered = [] if self.misled else self.capabilities()
            if self.bug == "believes-clear-capabilities":
                offered = believed or offered
            for line in self.blind_login() if self.misled else self.login_lines(offered):
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
        self.preauth = greeting.startswith("* PREAUTH") and self.bug != "takes-any-greeting"
        self.misled = self.bug == "takes-any-greeting" and not greeting.startswith("* OK ")
        if not greeting.startswith("* OK") and not self.preauth and not self.misled:
            raise Failed("a greeting that makes no sense")

    def command(self, *lines: str) -> list[str]:
        self.count += 1
        tags = [f"A{self.count + number}" for number in range(len(lines))]
        self.answered |= {line.split()[0].decode() for line in self.lines.whole if line[:1] == b"A"}
        self.lines.send(*(f"{tag} {line}" for tag, line in zip(tags, lines)))
        self.count += len(lines) - 1
        answer: list[str] = []
        if self.bug == "believes-early-tag" and tags[0] in self.answered:
            self.misled = lines[0] == self.starttls
            return answer
        while not (line := self.lines.receive()).startswith(tags[0] + " "):
            self.answered |= {line.split()[0]} if line[:1] == "A" else set()
            if line.startswith("+ "):
                self.respond(lines[0], line[2:])
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

    def respond(self, command: str, challenge: str) -> None:
        """The server waits for the next step of a login."""
        if command == "AUTHENTICATE PLAIN":
            self.lines.send(self.plain())
        elif command == "AUTHENTICATE CRAM-MD5":
            import hmac                     # it takes its time, and few need it
            proof = hmac.new(self.password.encode(), a2b_base64(challenge), "md5").hexdigest()
            self.lines.send(b2a_base64(f"{self.user} {proof}".encode(), newline=False).decode())

    def capabilities(self) -> list[str]:
        return [word for line in self.command("CAPABILITY")
                if line.upper().startswith("* CAPABILITY ") for word in line.upper().split()[2:]]

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        if self.bug == "always-sends-initial-response":
            return [f"AUTHENTICATE PLAIN {self.plain()}"]
        if "AUTH=CRAM-MD5" in offered:
            return ["AUTHENTICATE CRAM-MD5"]
        if "LOGINDISABLED" not in offered or self.bug == "ignores-login-disabled":
            return [f"LOGIN {self.user} {self.password}"]
        if "AUTH=PLAIN" in offered and "SASL-IR" in offered:
            return [f"AUTHENTICATE PLAIN {self.plain()}"]
        if "AUTH=PLAIN" in offered:
            return ["AUTHENTICATE PLAIN"]
        raise Failed("no login is offered")

    def blind_login(self) -> list[str]:
        return [f"LOGIN {self.user} {self.password}"]

    def blurt(self) -> None:
        self.lines.send(*(f"A{number} {line}" for number, line in enumerate(
            [*self.blind_login(), "EXAMINE INBOX", "FETCH 1 BODY.PEEK[]", "LOGOUT"])))

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
        try:
            self.answer()
        except Failed:
            if self.bug != "takes-any-greeting":
                raise
            self.misled = True
        while self.lines.whole and self.bug == "believes-early-data":
            self.early.append(self.lines.receive())

    def blind_login(self) -> list[str]:
        return [f"USER {self.user}", f"PASS {self.password}"]

    def blurt(self) -> None:
        self.lines.send(*self.blind_login(), "RETR 1", "QUIT")

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
        if any(line.startswith("SASL ") and "PLAIN" in self.words(line) for line in offered):
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
        if not (line.startswith(code) or self.strange or self.misled and line[:1] in "23"):
            raise Failed(line)
        return [*answer, line]

    def greet(self) -> None:
        self.strange = self.bug == "talks-to-any-service"
        try:
            self.strange = not self.answer("220")[0].startswith("220")
        except Failed:
            if self.bug != "takes-any-greeting":
                raise
            self.misled = True

    def blind_login(self) -> list[str]:
        return ["HELO client.example.test", *super().blind_login()]

    def blurt(self) -> None:
        self.lines.send(*self.blind_login(), *self.envelope(), "DATA")
        with open(self.message, encoding="ascii") as text:
            self.lines.send(*text.read().splitlines(), ".", "QUIT")

    def envelope(self) -> list[str]:
        return [f"MAIL FROM:<{self.sender}>", f"RCPT TO:<{self.recipient}>"]

    def command(self, *lines: str) -> list[str]:
        self.lines.send(*lines)
        verb = lines[0].split()[0]
        return self.answer({"STARTTLS": "220", "AUTH": "235", "DATA": "354", "QUIT": "221"}
                           .get(verb, "250"))

    def capabilities(self) -> list[str]:
        return [line[4:].upper() for line in self.command("EHLO client.example.test")[1:]]

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        if self.strange or any(line.startswith("AUTH ") and "PLAIN" in self.words(line)
                               for line in offered):
            return [f"AUTH PLAIN {self.plain()}"]
        raise Failed("no login is offered")

    def work(self) -> None:
        for line in (*self.envelope(), "DATA"):
            self.command(line)
        with open(self.message, encoding="ascii") as text:
            for line in text:
                self.lines.send(("." if line.startswith(".") else "") + line.rstrip("\n"))
        self.command(".")
