# SPDX-License-Identifier: Apache-2.0
"""One SMTP connection of a scripted sender, and how a host says no (RFC 5321, RFC 3207)."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from scripted.resolver import lookup

TIMEOUT = 5.0


class Refused(Exception):
    """This host does not get the mail now."""


class Gone(Refused):
    """This host never takes mail (RFC 7504), or not for this recipient."""


class NoTls(Exception):
    """This host has no TLS now."""


class Session:
    """One SMTP connection."""

    def __init__(self, host: str, name: str | None = None) -> None:
        address = lookup(host, "A")[0][0].decode("ascii")
        self.name: str | None = name or host
        self.host, self.socket = host, socket.create_connection((address, 25), TIMEOUT)
        self.stream: Any = self.socket.makefile("rb")
        self.expect(b"2")

    def reply(self) -> bytes:
        text = b""
        while True:
            line = self.stream.readline(2048)
            text += line
            if not line.endswith(b"\n"):
                raise Refused("the connection ended")
            if line[3:4] != b"-":
                return text

    def expect(self, first: bytes) -> bytes:
        text = self.reply()
        if not text.startswith(first):
            kind = Gone if text.startswith((b"521", b"556")) else Refused
            raise kind(text.decode("latin-1").strip())
        return text

    def command(self, line: str, first: bytes = b"2") -> bytes:
        self.socket.sendall(line.encode("ascii") + b"\r\n")
        return self.expect(first)

    def secure(self, context: ssl.SSLContext) -> None:
        try:
            self.command("STARTTLS")
        except Refused as error:
            raise NoTls(str(error)) from None
        self.socket = context.wrap_socket(self.socket, server_hostname=self.name)
        self.stream = self.socket.makefile("rb")

    def look_at_names(self) -> None:
        assert isinstance(self.socket, ssl.SSLSocket)
        names = (self.socket.getpeercert() or {}).get("subjectAltName")
        if names != (("DNS", self.host),):
            raise Refused(f"other names: {names}")

    def close(self) -> None:
        self.stream.close()
        self.socket.close()
