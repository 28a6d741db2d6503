# SPDX-License-Identifier: Apache-2.0
"""Python's own mail modules, used as their documentation shows.

client.py SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
"""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import socket
import ssl
import sys
from collections.abc import Callable

TIMEOUT = 8


def fetch_imap(wish: str, context: ssl.SSLContext | None, host: str, port: int, user: str,
               password: str) -> bool:
    if wish.startswith("implicit"):
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context)
    else:
        server = imaplib.IMAP4(host, port)
    if wish.startswith("starttls"):
        server.starttls(context)
    server.login(user, password)
    server.select("INBOX", readonly=True)
    status, _ = server.fetch("1", "(RFC822)")
    server.logout()
    return status == "OK"


def fetch_pop3(wish: str, context: ssl.SSLContext | None, host: str, port: int, user: str,
               password: str) -> bool:
    if wish.startswith("implicit"):
        server: poplib.POP3 = poplib.POP3_SSL(host, port, context=context)
    else:
        server = poplib.POP3(host, port)
    if wish.startswith("starttls"):
        server.stls(context)
    server.user(user)
    server.pass_(password)
    _, lines, _ = server.retr(1)
    server.quit()
    return bool(lines)


def submit(wish: str, context: ssl.SSLContext | None, host: str, port: int, user: str,
           password: str, sender: str, recipient: str, message: str) -> bool:
    if wish.startswith("implicit"):
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, context=context)
    else:
        server = smtplib.SMTP(host, port)
    if wish.startswith("starttls"):
        server.starttls(context=context)
    server.login(user, password)
    with open(message, encoding="ascii") as text:
        server.sendmail(sender, [recipient], text.read())
    server.quit()
    return True


def main(service: str, wish: str, host: str, port: str, *rest: str) -> int:
    # The wishes that end in "default" leave the context out, which is what most programs do.
    socket.setdefaulttimeout(TIMEOUT)       # imaplib before 3.9 takes none of its own
    context = None if wish.endswith("default") else ssl.create_default_context()
    operations: dict[str, Callable[..., bool]] = {
        "imap": fetch_imap, "pop3": fetch_pop3, "submission": submit}
    return 0 if operations[service](wish, context, host, int(port), *rest) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
