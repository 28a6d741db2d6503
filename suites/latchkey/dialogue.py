# SPDX-License-Identifier: Apache-2.0
"""A transcript as a dialogue that fits a terminal: who said what, in clear or inside TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from latchkey.transcript import Event, Transcript

WIDTH = 96
_UNPRINTABLE = re.compile("[^ -~]")
_LINES = 6                              # of one reply; the rest is counted


def dialogue(transcript: Transcript) -> list[str]:
    """One line for each thing that was said or happened on the connections, in order.

    `C:` is the client, `S:` the server. A bar in front says that it was inside TLS (a broken one:
    with an impostor), `!` is the fault.
    """
    return [line for event in transcript.events for line in lines(event)]


def lines(event: Event) -> Iterator[str]:
    """The lines of one event; most have none."""
    bar = {"tls-good": "| ", "tls-bad": "¦ "}.get(event.channel, "  ")
    match event.name:
        case "accept":
            yield f"-- connection {event.conn} to {event.text('listener')}, in clear text"
        case "recv":
            yield from _said(f"{bar}C: ", event.bytes())
        case "send":
            mark = "!" if event.text("by") == "fault" else bar[0]
            yield from _said(f"{mark} S: ", event.bytes())
        case "hello":
            yield f"  C: (ClientHello for {event.text('sni') or 'nobody'})"
        case "tls.up":
            whom = "the right server" if event.channel == "tls-good" else "an impostor"
            yield f"-- {event.text('version')} with {whom}"
        case "tls.fail":
            yield f"-- no TLS: {event.text('reason')}"
        case "tls.alert":
            side = "C" if event.text("dir") == "in" else "S"
            yield f"{bar}{side}: (alert {event.text('description')})"
        case "fault.delivered":
            yield f"!! {event.text('do')} {event.text('detail')}".rstrip()
        case "close":
            yield f"-- closed by the {event.text('by')} ({event.text('how')})"
        case "quiet":
            yield "-- nothing moves any more: the world hangs up"
        case "deadline":
            yield "-- the deadline came"
        case "client.exit":
            signal = event.number("signal")
            yield (f"-- the client exits with {event.number('code')}" if signal is None
                   else f"-- the client is ended by signal {signal}")


def _said(head: str, data: bytes) -> Iterator[str]:
    said = data.decode("latin-1").removesuffix("\r\n").split("\r\n")
    for number, line in enumerate(said[:_LINES]):
        text = _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", line)
        room = WIDTH - len(head)
        yield (head if number == 0 else " " * len(head)) + (
            text if len(text) <= room else text[:room - 1] + "…")
    if len(said) > _LINES:
        yield f"{' ' * len(head)}(and {len(said) - _LINES} lines more)"
