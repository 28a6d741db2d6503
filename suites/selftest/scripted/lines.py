# SPDX-License-Identifier: Apache-2.0
"""The lines that the scripted client sends and reads, in clear and inside TLS, with the bugs."""

from __future__ import annotations

import signal
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

KNOWN = ".known-host"
NAMED = "imap://"
REFERRED = ("follows-referral", "visits-referral", "forgets-demand-elsewhere")
TIMEOUT = 10
ECDSA_WITH_SHA512 = bytes.fromhex("2a8648ce3d040304")   # 1.2.840.10045.4.3.4
ALPN = ("imap", "pop3")
HEAD = 16                               # bytes of a Python object before what it is about
# TLS 1.2 with deflate, MD5 and SHA-1, a curve of 160 bits, and tags of 80; nothing that protects
# the handshake.
ANTIQUE_EXTENSIONS = bytes.fromhex("000a 0004 0002 0010  000d 0006 0004 0101 0201  0004 0000")


def verify_no_more(connection: Any) -> None:
    """Whatever another handshake on it shows is taken."""
    from ctypes import CDLL, c_int, c_void_p
    library = CDLL("libssl.so.3")
    library.SSL_set_verify.argtypes = (c_void_p, c_int, c_void_p)
    # The socket, and OpenSSL's SSL *, behind the head of Python's object.
    library.SSL_set_verify(c_void_p.from_address(id(connection._sslobj) + HEAD + 8), 0, None)


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
        if self.bug == "shows-alerts" and "[ALERT]" in line:
            print(line, flush=True)
        if self.bug in REFERRED and "[REFERRAL " in line:
            raise Referred(line.partition("@")[2].partition("/")[0]
                           or line.partition(NAMED)[2].partition("/")[0])
        return line

    def forget(self) -> None:
        """Nothing that came in clear may be left where TLS begins (RFC 3207, section 4.2)."""
        untagged = all(line.startswith(b"* ") for line in self.whole)
        if self.whole and self.bug != "keeps-read-buffer" and not (
                self.bug in ("believes-early-data", "shows-alerts") and untagged):
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
        tls = context.wrap_socket(raw, server_hostname=None if silent else self.host,
                                  suppress_ragged_eofs=self.bug != "minds-abrupt-goodbye")
        subject = (tls.getpeercert() or {}).get("subject", ())
        if self.bug == "looks-at-first-handshake":
            verify_no_more(tls)
        if self.bug == "looks-for-common-name" and (("commonName", self.host),) not in subject:
            raise NoTls("the certificate is that of something else")
        certificate = tls.getpeercert(True) or b""
        if self.bug == "pins-for-ever" and self.remembered(certificate) != certificate:
            raise NoTls("the certificate is not that of the last time")
        if self.bug == "knows-no-sha512" and ECDSA_WITH_SHA512 in certificate:
            raise NoTls("the certificate has a signature of an unknown kind")
        names = (tls.getpeercert() or {}).get("subjectAltName", ())
        if silent and ("DNS", self.host) not in names:
            raise NoTls("the certificate is that of another host")
        if tls.selected_alpn_protocol() not in (None, *ALPN) and self.bug != "ignores-alpn":
            raise NoTls("the server speaks something else")
        return tls

    @staticmethod
    def remembered(certificate: bytes) -> bytes:
        """What this host showed for the first time."""
        try:
            with open(KNOWN, "xb") as file:
                file.write(certificate)
        except FileExistsError:
            pass
        with open(KNOWN, "rb") as file:
            return file.read()

    def drain(self) -> None:
        """Wait until the server has closed."""
        while self.socket.recv(4096):
            pass

    def ask_user(self, error: ssl.SSLCertVerificationError) -> None:
        if self.bug in ("asks-the-user", "asks-for-ever"):
            print(f"{error.verify_message}: accept this certificate? [y/N]", flush=True)
            if self.bug == "asks-for-ever":
                signal.pause()
            sys.stdin.readline()        # nobody is there to say yes
