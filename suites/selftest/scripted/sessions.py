# SPDX-License-Identifier: Apache-2.0
"""A session of each protocol as the scripted client has it, with the bugs in them."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from hashlib import md5
from math import inf

from scripted.lines import REFERRED, Failed, Lines


class Session:
    """What all protocols share: the order of things, and when to stop."""

    starttls = "STARTTLS"               # the command, and what its offer is called
    leave = "QUIT"
    login_verb = "AUTH"
    longest: float = inf                # octets of a command, with CR LF

    def __init__(self, lines: Lines, user: str, password: str, *mail: str) -> None:
        self.lines, self.bug = lines, lines.bug
        self.user, self.password = user, password
        self.sender, self.recipient, self.message = mail
        self.preauth = False
        self.misled = False             # knows no list, and no TLS
        self.relaxed = False            # can do without TLS
        self.has_token = False          # what it calls its password is one
        self.has_certificate = False    # it has one to log in by
        self.answered: set[str] = set()     # tags that were answered before they were used
        self.early: list[str] = []      # what only a bug remembers
        self.late = ""                  # of a login, what did not fit into the command

    def greet(self) -> None:
        raise NotImplementedError

    def capabilities(self) -> list[str]:
        raise NotImplementedError

    def command(self, *lines: str) -> list[str]:
        """Send it, and what may go along with it; the lines of the answer, if it is a yes."""
        raise NotImplementedError

    def login_lines(self, offered: Sequence[str]) -> list[str]:
        """The best login that is offered."""
        if self.has_certificate and self.bug == "prefers-its-password":
            return self.blind_login()
        if self.has_certificate and "EXTERNAL" in " ".join(offered).replace("=", " ").split():
            return [self.external(offered)]
        return self.token_login(offered) if self.has_token else self.password_login(offered)

    def password_login(self, offered: Sequence[str]) -> list[str]:
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

    def token_login(self, offered: Sequence[str]) -> list[str]:
        """XOAUTH2, if it is offered."""
        if "XOAUTH2" not in " ".join(offered).replace("=", " ").split():
            raise Failed("no login by token is offered")
        text = f"user={self.user}\1auth=Bearer {self.password}\1\1"
        response = b2a_base64(text.encode(), newline=False).decode()
        line = f"{self.login_verb} XOAUTH2 {response}"
        if len(line) + 2 <= self.longest or self.bug == "sends-long-commands":
            return [line]
        if self.bug == "cuts-long-commands":
            return [line[:int(self.longest) - 2]]
        self.late = response
        return [f"{self.login_verb} XOAUTH2"]

    def send_late(self, command: str, sign: str) -> None:
        """What did not fit into the command, when the server asks for it with that sign."""
        if self.late and command.startswith(self.login_verb):
            line = self.lines.receive()
            if line.split(" ")[0] != sign:
                raise Failed(line)
            self.lines.send(self.late)

    def external(self, offered: Sequence[str]) -> str:
        """Login by certificate, whose message is empty."""
        return f"{self.login_verb} EXTERNAL ="

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
            return (self.password_login if self.has_certificate else self.login_lines)(offered)
        except Failed:
            return []

    def use(self, believed: list[str]) -> None:
        """Log in by what is offered now, and do what was asked for."""
        if not self.preauth:
            offered = [] if self.misled else self.capabilities()
            if self.bug == "minds-unknown-words" and any(
                    word.startswith("X") for line in offered for word in line.split()):
                raise Failed("something unknown is offered")
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
            if self.bug == "minds-abrupt-goodbye":
                self.lines.drain()
        except (Failed, EOFError, OSError):
            if self.bug == "minds-abrupt-goodbye":
                raise
            # All was said and done.


class Imap(Session):
    """IMAP (RFC 3501)."""

    leave = "LOGOUT"
    login_verb = "AUTHENTICATE"
    count = 0

    def greet(self) -> None:
        greeting = self.lines.receive().upper()
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
        if self.bug == "believes-early-data":
            self.early += answer
        if self.bug.endswith("-on-early-data") and type(self.lines.socket) is socket.socket:
            self.choke(answer)
        if line.split(" ")[1].upper() != "OK":
            raise Failed(line)
        return answer

    def choke(self, answer: Sequence[str]) -> None:
        """On what was not asked for."""
        if any(line.startswith("* ") and not line.startswith("* CAPABILITY ") for line in answer):
            if self.bug == "crashes-on-early-data":
                os.abort()
            signal.pause()

    def external(self, offered: Sequence[str]) -> str:
        if "SASL-IR" not in offered:
            return "AUTHENTICATE EXTERNAL"
        return "AUTHENTICATE EXTERNAL " + ("" if self.bug == "leaves-empty-response-out" else "=")

    def respond(self, command: str, challenge: str) -> None:
        """The server waits for the next step of a login."""
        if command == "AUTHENTICATE EXTERNAL":
            self.lines.send("")
        if command == "AUTHENTICATE PLAIN":
            self.lines.send(self.plain())
        elif command == "AUTHENTICATE CRAM-MD5":
            import hmac                     # it takes its time, and few need it
            proof = hmac.new(self.password.encode(), a2b_base64(challenge), "md5").hexdigest()
            self.lines.send(b2a_base64(f"{self.user} {proof}".encode(), newline=False).decode())

    def capabilities(self) -> list[str]:
        return [word for line in self.command("CAPABILITY")
                if line.upper().startswith("* CAPABILITY ") for word in line.upper().split()[2:]]

    def password_login(self, offered: Sequence[str]) -> list[str]:
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
        mail = self.command(f"FETCH {number} BODY.PEEK[]")
        if len(mail) < 2:
            raise Failed("no mail")
        if self.bug == "keeps-read-buffer":
            print(*mail, sep="\n")


def literal_size(line: str) -> int:
    """How many bytes come behind this line that are no line of the answer."""
    size = line[line.rfind("{") + 1:-1]
    return int(size) if line.endswith("}") and size.isdecimal() else 0


class Pop3(Session):
    """POP3 (RFC 1939, 2449)."""

    starttls = "STLS"
    longest = 255
    timestamp = ""                      # of the greeting

    def answer(self) -> str:
        line = self.lines.receive()
        if line.split(" ")[0] != "+OK":
            raise Failed(line)
        return line

    def greet(self) -> None:
        try:
            self.timestamp = self.answer().partition("<")[2].partition(">")[0]
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
        self.send_late(lines[0], "+")
        answer = [self.answer()]
        if lines[0] == "CAPA" or lines[0].startswith("RETR"):
            while (line := self.lines.receive()) != ".":
                answer.append(line)
        return answer

    def capabilities(self) -> list[str]:
        return [line.upper() for line in self.command("CAPA")[1:]]

    def password_login(self, offered: Sequence[str]) -> list[str]:
        if self.bug == "proves-to-any-timestamp":
            text = f"<{self.timestamp}>{self.password}".encode("latin-1")
            return [f"APOP {self.user} {md5(text).hexdigest()}"]
        by_user = self.bug == "logs-in-by-user"
        if not by_user and any(line.startswith("SASL ") and "PLAIN" in self.words(line)
                               for line in offered):
            return [f"AUTH PLAIN {self.plain()}"]
        if by_user or "USER" in offered:
            return [f"USER {self.user}", f"PASS {self.password}"]
        raise Failed("no login is offered")

    def work(self) -> None:
        self.command(f"RETR {(self.early or ['1'])[-1].split()[0]}")


class Smtp(Session):
    """Submission (RFC 5321, 6409)."""

    longest = 512
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
        self.send_late(lines[0], "334")
        verb = lines[0].split()[0]
        return self.answer({"STARTTLS": "220", "AUTH": "235", "DATA": "354", "QUIT": "221"}
                           .get(verb, "250"))

    def capabilities(self) -> list[str]:
        return [line[4:].upper() for line in self.command("EHLO client.example.test")[1:]]

    def password_login(self, offered: Sequence[str]) -> list[str]:
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
