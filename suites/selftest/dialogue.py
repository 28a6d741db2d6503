# SPDX-License-Identifier: Apache-2.0
"""Synthetic transcripts, event by event, for the tests of what reads them."""

import json
from collections.abc import Iterable
from typing import Any

from latchkey.transcript import Transcript, parse

Event = dict[str, Any]
HOST = "mail.example.test"
SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]


def event(name: str, /, conn: int = 0, channel: str = "clear", service: str = "imap",
          **fields: Any) -> Event:
    """One event; with a connection it has what all events of a connection have."""
    common = {"conn": conn, "listener": service, "host": HOST, "service": service,
              "channel": channel} if conn else {}
    return {"event": name, **common, **fields}


def accept(conn: int = 1, **more: Any) -> Event:
    return event("accept", conn, peer="127.0.0.1:40000", **more)


def hello(conn: int = 1, **more: Any) -> Event:
    usual: Event = {"version": "TLSv1.2", "versions": ["TLSv1.3", "TLSv1.2"], "sni": HOST,
                    "alpn": [], "ciphers": SUITES, "groups": ["x25519"]}
    return event("hello", conn, **{**usual, **more})


def up(conn: int = 1, channel: str = "tls-good", version: str = "TLSv1.3", **more: Any) -> Event:
    return event("tls.up", conn, channel, version=version, cipher=SUITES[0], group="x25519",
                 resumed=False, **more)


def recv(conn: int = 1, channel: str = "clear", data: str = "a NOOP\r\n", **more: Any) -> Event:
    return event("recv", conn, channel, segment=1, data=data, **more)


def command(verb: str, conn: int = 1, channel: str = "clear", service: str = "imap",
            tag: str = "a") -> list[Event]:
    """The client says something that the engine understands."""
    return [recv(conn, channel, f"{tag} {verb}\r\n", service=service),
            event("command", conn, channel, service, verb=verb, tag=tag)]


def secret(name: str = "password", conn: int = 1, channel: str = "clear", form: str = "clear",
           **more: Any) -> Event:
    return event("secret", conn, channel, secret=name, form=form, **more)


def message(conn: int = 1, channel: str = "tls-good", action: str = "fetched", canary: bool = True,
            **more: Any) -> Event:
    return event("message", conn, channel, action=action, number=1, size=400, canary=canary, **more)


def fault(conn: int = 1, channel: str = "clear", action: str = "withhold", **more: Any) -> Event:
    return event("fault.delivered", conn, channel, do={"action": action}, detail="", **more)


def alert(description: str, conn: int = 1, channel: str = "clear", direction: str = "in") -> Event:
    return event("tls.alert", conn, channel, dir=direction, level="fatal", description=description)


def close(conn: int = 1, channel: str = "clear", by: str = "client", how: str = "fin",
          **more: Any) -> Event:
    return event("close", conn, channel, by=by, how=how, **more)


def exited(code: int = 0) -> Event:
    return event("client.exit", code=code)


Part = Event | list[Event]


def flat(parts: Iterable[Part]) -> list[Event]:
    return [one for part in parts for one in (part if isinstance(part, list) else [part])]


def lines(*parts: Part, ended: bool = True) -> list[str]:
    """The lines of a transcript, from `world` to `end`."""
    events = [event("world", version="1", plan="test"), event("client.start", argv=["x"], pid=7),
              *flat(parts), *([event("end", seconds=0.5)] if ended else [])]
    return [json.dumps({"seq": seq, "t": seq / 1000, **one}) for seq, one in enumerate(events, 1)]


def transcript(*parts: Part) -> Transcript:
    return parse(lines(*parts))


def mail_in_tls(conn: int = 1, service: str = "imap", channel: str = "tls-good") -> list[Event]:
    """A session over STARTTLS that ends with the work done."""
    verb = {"imap": "FETCH", "pop3": "RETR", "smtp": "DATA"}[service]
    action = "submitted" if service == "smtp" else "fetched"
    start = "STLS" if service == "pop3" else "STARTTLS"
    return flat([accept(conn, service=service), command(start, conn, "clear", service),
                 hello(conn, service=service), up(conn, channel, service=service),
                 command("LOGIN", conn, channel, service),
                 secret("password", conn, channel, service=service),
                 command(verb, conn, channel, service),
                 message(conn, channel, action, service=service),
                 command("LOGOUT", conn, channel, service),
                 close(conn, channel, how="notify", service=service)])


def mail_in_clear(conn: int = 1, service: str = "imap") -> list[Event]:
    """A session in clear text that ends with the work done."""
    return flat([accept(conn, service=service), command("LOGIN", conn, "clear", service),
                 secret("password", conn, service=service),
                 command("FETCH", conn, "clear", service),
                 message(conn, "clear", service=service),
                 command("LOGOUT", conn, "clear", service), close(conn, service=service)])
