# SPDX-License-Identifier: Apache-2.0
"""Reading a transcript (docs/transcript.md): a line is an event, in the order the world saw it.

A transcript may be cut anywhere, because the world may die: reading never fails, it says what is
missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

CHANNELS = ("clear", "tls-good", "tls-bad")
EVENTS = (
    "world", "listen", "client.start", "dns.query", "dns.answer", "accept", "hello", "raw",
    "tls.up", "tls.alert", "tls.fail", "recv", "send", "command", "auth", "secret", "message",
    "http.request", "protocol-error", "latch", "report", "fault.armed", "fault.delivered",
    "refused", "quiet", "close", "client.exit", "deadline", "stray", "error", "end",
)
# The fields that hold bytes: one code point each.
_BYTES = ("data", "stray")
# The header of a TLS record, but for its length (RFC 8446, section 5.1).
_RECORD = re.compile(rb"[\x14-\x18]\x03[\x00-\x04]..", re.DOTALL)


class Event(NamedTuple):
    """One line. Outside a connection `conn` is 0, and there is neither channel nor service."""

    seq: int
    t: float
    name: str
    conn: int
    channel: str
    service: str
    fields: Mapping[str, Any]

    def text(self, field: str) -> str:
        value = self.fields.get(field)
        return value if isinstance(value, str) else ""

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.fields.get(field)
        items = value if isinstance(value, list) else ()
        return tuple(item for item in items if isinstance(item, str))

    def number(self, field: str) -> int | None:
        value = self.fields.get(field)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def bytes(self, field: str = "data") -> bytes:
        value = self.fields.get(field)
        return value if isinstance(value, bytes) else b""

    @property
    def in_tls(self) -> bool:
        return self.channel in ("tls-good", "tls-bad")


@dataclass(frozen=True)
class Transcript:
    events: tuple[Event, ...]
    damage: str = ""                    # what is wrong with the file itself; "" when nothing is

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Event, ...]]:
        return _grouped((event.name, event) for event in self.events)

    @cached_property
    def _by_conn(self) -> Mapping[int, tuple[Event, ...]]:
        return _grouped((event.conn, event) for event in self.events)

    def all(self, name: str) -> tuple[Event, ...]:
        """The events of one name, in order."""
        return self._by_name.get(name, ())

    def first(self, name: str) -> Event | None:
        return next(iter(self.all(name)), None)

    def conn(self, number: int) -> tuple[Event, ...]:
        """The events of one connection, in order."""
        return self._by_conn.get(number, ())

    @property
    def conns(self) -> tuple[int, ...]:
        """The numbers of the connections, in order of their first event."""
        return tuple(number for number in self._by_conn if number)

    @property
    def last_run(self) -> int:
        """The seq behind which the client's last run is; 0 if it never ran."""
        starts = self.all("client.start")
        return starts[-1].seq if starts else 0

    @cached_property
    def read_from_records(self) -> frozenset[int]:
        """The seq of all commands that a server read out of TLS records, which it took for lines.

        The key shares in them are random: now and then they have the looks of a command.
        """
        found = set()
        for conn in self.conns:
            inside, missing = False, 0
            for event in self.conn(conn):
                if event.name == "recv" and not event.in_tls:
                    inside, missing = _in_records(event.bytes(), missing)
                elif event.name == "command" and not event.in_tls and inside:
                    found.add(event.seq)
        return frozenset(found)

    @property
    def complete(self) -> bool:
        return not self.damage


def _in_records(data: bytes, missing: int) -> tuple[bool, int]:
    """Is all of this TLS records, `missing` bytes of an earlier one first; what the last lacks."""
    inside, rest, missing = missing > 0, data[missing:], max(0, missing - len(data))
    while header := _RECORD.match(rest):
        size = 5 + int.from_bytes(header[0][3:], "big")
        inside, rest, missing = True, rest[size:], max(0, size - len(rest))
    return inside and not rest, missing


def _grouped(pairs: Iterable[tuple[Any, Event]]) -> dict[Any, tuple[Event, ...]]:
    found: dict[Any, list[Event]] = {}
    for key, event in pairs:
        found.setdefault(key, []).append(event)
    return {key: tuple(events) for key, events in found.items()}


def read(path: Path) -> Transcript:
    """A file; one that cannot be read is an empty, damaged transcript."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return Transcript((), f"cannot be read: {error.strerror}")
    return parse(data.split(b"\n"))


def parse(lines: Iterable[bytes | str]) -> Transcript:
    """The lines up to the first one that is wrong, and what is wrong with it."""
    events: list[Event] = []
    damage = ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        event = event_of(line)
        if event is None:
            damage = f"line {number} is not a whole event"
        elif event.seq != len(events) + 1:
            damage = f"line {number} has seq {event.seq} in the place of {len(events) + 1}"
        elif events and events[-1].name == "end":
            damage = f"line {number} stands behind the end"
        if event is None or damage:
            break
        events.append(event)
    if not damage and (not events or events[-1].name != "end"):
        damage = "there is no end"
    return Transcript(tuple(events), damage)


def event_of(line: bytes | str) -> Event | None:
    """One line; None if it is not a whole event."""
    try:
        fields = json.loads(line)
        for field in _BYTES:
            if field in fields:
                fields[field] = fields[field].encode("latin-1")
        seq, t, name = fields["seq"], fields["t"], fields["event"]
        conn, channel = fields.get("conn", 0), fields.get("channel", "")
        service = fields.get("service", "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    right = (type(seq) is int and type(t) in (int, float) and type(conn) is int
             and type(name) is type(channel) is type(service) is str
             and channel in ("", *CHANNELS))
    return Event(seq, t, name, conn, channel, service, fields) if right else None
