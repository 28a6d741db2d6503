# SPDX-License-Identifier: Apache-2.0
"""Python's own http.client, imaplib, poplib and smtplib: responses out of a buffer."""

from __future__ import annotations

import http.client
import imaplib
import io
import platform
import poplib
import re
import smtplib
from typing import Any

from wrapper import serve


class _Sock:
    """In place of a socket: what the peer sent."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    def makefile(self, *_: Any) -> io.BytesIO:
        return self.file

    def close(self) -> None:
        pass


class _Imap(imaplib.IMAP4):
    """One response of a server that is behind a buffer."""

    def __init__(self, data: bytes) -> None:
        # No super().__init__: it would connect.
        self.file = io.BytesIO(data)
        self.debug, self._cmd_log_len, self._cmd_log_idx = 0, 10, 0
        self._cmd_log: dict[int, Any] = {}
        self._mode_ascii()
        # A tag is one that this client sent.
        word = data.split(b" ")[0]
        self.tagpre = b"A1" if word in (b"*", b"+") else word
        self.tagged_commands: dict[bytes, Any] = {self.tagpre: None}
        self.untagged_responses: dict[str, Any] = {}
        self.continuation_response: Any = b""
        self.is_readonly = False
        self.tagre = re.compile(rb"(?P<tag>" + re.escape(self.tagpre)
                                + rb") (?P<type>[A-Z]+) (?P<data>.*)", re.ASCII)

    def read(self, size: int) -> bytes:
        return self.file.read(size)

    def readline(self) -> bytes:
        return self.file.readline()


ERRORS = (http.client.HTTPException, imaplib.IMAP4.error, imaplib.IMAP4.abort, poplib.error_proto,
          smtplib.SMTPException, ValueError, OverflowError, KeyError)


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def http_response(data: bytes) -> dict[str, Any] | None:
    try:
        found = http.client.HTTPResponse(_Sock(data))
        found.begin()
    except ERRORS:
        return None
    return {"status": found.status, "minor": found.version - 10, "phrase": found.reason}


def smtp_reply(data: bytes) -> dict[str, Any] | None:
    client = smtplib.SMTP()
    client.file = io.BytesIO(data)
    client.sock = _Sock(data)
    try:
        code, lines = client.getreply()
    except ERRORS:
        return None
    return None if code < 0 else {"code": code}


def pop3_reply(data: bytes) -> dict[str, Any] | None:
    client = poplib.POP3.__new__(poplib.POP3)
    client._debugging = 0
    client.file = io.BytesIO(data)
    try:
        line = client._getresp()
    except poplib.error_proto as error:
        # It throws what the server refuses, too.
        line = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
    except ERRORS:
        return None
    status = line.split(b" ", 1)[0]
    return {"status": _text(status)} if status in (b"+OK", b"-ERR", b"+") else None


def imap_response(data: bytes) -> dict[str, Any] | None:
    client = _Imap(data)
    try:
        client._get_response()
    except ERRORS:
        return None
    return {}


if __name__ == "__main__":
    serve({"http-response": http_response, "smtp-reply": smtp_reply, "pop3-reply": pop3_reply,
           "imap-response": imap_response}, "python", platform.python_version())
