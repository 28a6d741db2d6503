# SPDX-License-Identifier: Apache-2.0
"""A transcript as the rows of a ladder: client left, server right, time downward."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from . import wire

Event = Mapping[str, Any]

ROW_LIMIT = 300
CYCLE_LIMIT = 6


@dataclass(frozen=True)
class Row:
    """One rung of the ladder."""

    kind: str  # msg, note, open, tls, fault, end
    seq: int
    t: float
    side: str = ""  # who speaks: client, server
    conn: int = 0
    channel: str = ""  # clear, tls-good, tls-bad, or nothing
    text: str = ""
    data: wire.Shown | None = None
    facts: tuple[tuple[str, Markup], ...] = ()  # folded
    chips: tuple[tuple[str, str], ...] = ()  # (tone, text)
    seqs: tuple[int, ...] = ()  # further events told by this row
    broke: tuple[str, ...] = ()  # predicates that failed because of this row
    attacker: bool = False
    times: int = 1
    cycle: int = 0  # how many rows above are repeated; only kind "repeat"


@dataclass(frozen=True)
class Ladder:
    """The rows, what stood ready before them, and how many rows were left out."""

    rows: tuple[Row, ...]
    ready: tuple[str, ...] = ()
    left_out: int = 0


def ladder_make(
    events: Sequence[Event],
    broke: Mapping[int, Sequence[str]],
    secrets: Mapping[str, str],
) -> Ladder:
    """`broke` says which predicates failed because of which event."""
    redact = wire.redactor(secrets)
    rows: list[Row] = []
    for event in _raw_grouped(events):
        name = str(event.get("event"))
        if name in _ATTACH:
            _attach(rows, event, _ATTACH[name](event))
        elif name == "dns.answer":
            _answer(rows, event)
        elif name in _ROWS:
            rows.append(_common(_ROWS[name](event, redact), event))
    rows = [_marked(row, broke) for row in rows]
    ready = tuple(
        f"{e.get('listener')}: {e.get('host')} {e.get('address')}:{e.get('port')}"
        for e in events if e.get("event") == "listen")
    rows = _folded(rows)
    return Ladder(tuple(rows[:ROW_LIMIT]), ready, max(0, len(rows) - ROW_LIMIT))


def _common(row: Row, event: Event) -> Row:
    conn = event.get("conn")
    channel = event.get("channel")
    return replace(
        row,
        conn=conn if isinstance(conn, int) else 0,
        channel=channel if channel in ("clear", "tls-good", "tls-bad") else "")


def _row(event: Event, kind: str, **more: Any) -> Row:
    t = event.get("t")
    return Row(kind, event["seq"], t if isinstance(t, (int, float)) else 0.0, **more)


def _recv(event: Event, redact: wire.Redact) -> Row:
    return _row(event, "msg", side="client", data=wire.show(_text(event, "data"), redact))


def _send(event: Event, redact: wire.Redact) -> Row:
    fault = event.get("by") == "fault"
    return _row(event, "msg", side="server", data=wire.show(_text(event, "data"), redact),
                attacker=fault)


def _accept(event: Event, redact: wire.Redact) -> Row:
    where = f"{_text(event, 'host')} · {_text(event, 'listener')}"
    return _row(event, "open", text=where, side="client")


def _hello(event: Event, redact: wire.Redact) -> Row:
    versions = _list(event, "versions")
    sni = event.get("sni")
    short = [f"SNI {sni}" if sni else "no SNI"]
    if _list(event, "alpn"):
        short.append("ALPN " + ", ".join(_list(event, "alpn")))
    if versions:
        short.append(_versions(versions))
    facts = [("offers", wire.inline(", ".join(versions), redact))]
    for label, field in (("suites", "ciphers"), ("groups", "groups")):
        if _list(event, field):
            facts.append((label, wire.inline(", ".join(_list(event, field)), redact)))
    stray = _text(event, "stray")
    if stray:
        facts.insert(0, ("clear text before it", wire.inline(stray, redact)))
    chips = (("bad", "clear text in the handshake"),) if stray else ()
    return _row(event, "msg", side="client", text="ClientHello · " + " · ".join(short),
                facts=tuple(facts), chips=chips)


def _versions(versions: list[str]) -> str:
    plain = sorted(v.removeprefix("TLSv").removeprefix("TLS ") for v in versions)
    return f"TLS {plain[0]}" + (f" to {plain[-1]}" if len(plain) > 1 else "")


def _raw(event: Event, redact: wire.Redact) -> Row:
    parts: list[Event] = event["parts"]
    facts = []
    for part in parts[:12]:
        data = _text(part, "data")
        record = data[:1] in ("\x14", "\x15", "\x16", "\x17", "\x80")
        shown = wire.dump(data) if record else wire.inline(data[:400], redact)
        arrow = "client → server" if part.get("dir") == "in" else "server → client"
        facts.append((f"{arrow}, {len(data)} bytes", shown))
    size = sum(len(_text(p, "data")) for p in parts)
    word = "segment" if len(parts) == 1 else "segments"
    return _row(event, "note", text=f"{len(parts)} {word} on the wire, {size:,} bytes",
                facts=tuple(facts), seqs=tuple(p["seq"] for p in parts))


def _tls_up(event: Event, redact: wire.Redact) -> Row:
    parts = [_text(event, k) for k in ("version", "cipher", "group")]
    if event.get("resumed"):
        parts.append("resumed")
    if event.get("certificate"):
        parts.append("the client showed a certificate")
    return _row(event, "tls", text=" · ".join(p for p in parts if p))


def _tls_alert(event: Event, redact: wire.Redact) -> Row:
    side = "client" if event.get("dir") == "in" else "server"
    text = f"TLS alert · {_text(event, 'level')} {_text(event, 'description')}"
    return _row(event, "msg", side=side, text=text)


def _fault(event: Event, redact: wire.Redact) -> Row:
    action = event.get("do")
    name = action.get("action") if isinstance(action, Mapping) else action
    return _row(event, "fault", text=str(name or ""),
                data=wire.Shown(wire.inline(_text(event, "detail"), redact)))


def _close(event: Event, redact: wire.Redact) -> Row:
    how = {"notify": "close_notify, FIN", "fin": "FIN", "reset": "RST"}
    side = "client" if event.get("by") == "client" else "server"
    text = f"closes · {how.get(_text(event, 'how'), _text(event, 'how'))}"
    return _row(event, "msg", side=side, text=text)


def _exit(event: Event, redact: wire.Redact) -> Row:
    if event.get("signal") is not None:
        return _row(event, "end", text=f"client ended by signal {event['signal']}")
    return _row(event, "end", text=f"client exits with code {event.get('code')}")


def _start(event: Event, redact: wire.Redact) -> Row:
    argv = " ".join(_list(event, "argv"))
    return _row(event, "note", text="client starts", data=wire.Shown(wire.inline(argv, redact)))


def _query(event: Event, redact: wire.Redact) -> Row:
    return _row(event, "note", text=f"DNS {_text(event, 'type')} {_text(event, 'name')}")


def _said(prefix: str, field: str = "text", tone: str = "") -> Callable[[Event, wire.Redact], Row]:
    def make(event: Event, redact: wire.Redact) -> Row:
        text = _text(event, field)
        return _row(event, "note", text=prefix, chips=((tone, ""),) if tone else (),
                    data=wire.Shown(wire.inline(text, redact)) if text else None)
    return make


_ROWS: dict[str, Callable[[Event, wire.Redact], Row]] = {
    "client.start": _start,
    "dns.query": _query,
    "accept": _accept,
    "hello": _hello,
    "raw": _raw,
    "tls.up": _tls_up,
    "tls.alert": _tls_alert,
    "tls.fail": _said("TLS fails", "reason"),
    "recv": _recv,
    "send": _send,
    "protocol-error": _said("protocol error"),
    "fault.delivered": _fault,
    "refused": _said("connections refused by the kernel", "attempts"),
    "quiet": _said("nothing moves; the world hangs up"),
    "close": _close,
    "client.exit": _exit,
    "deadline": _said("deadline: the client was stopped", tone="bad"),
    "stray": _said("the world strayed from its plan", tone="bad"),
    "error": _said("the world could not do its part", tone="bad"),
}


def _secret_chip(event: Event) -> tuple[str, str]:
    channel = event.get("channel")
    where = {"clear": "in clear text", "tls-bad": "to an impostor"}.get(str(channel), "inside TLS")
    form = _text(event, "form")
    where += f" ({form})" if form not in ("", "clear") else ""
    return ("ok" if channel == "tls-good" else "bad", f"{_text(event, 'secret')} {where}")


def _message_chip(event: Event) -> tuple[str, str]:
    return ("said", f"message {_text(event, 'action')}")


def _auth_chip(event: Event) -> tuple[str, str]:
    return ("said", f"{_text(event, 'mechanism')} {'accepted' if event.get('ok') else 'refused'}")


# Events that belong to the row above them.
_ATTACH: dict[str, Callable[[Event], tuple[str, str] | None]] = {
    "command": lambda event: None,
    "auth": _auth_chip,
    "secret": _secret_chip,
    "message": _message_chip,
}
ATTACH_REACH = 40  # rows that are looked through for the one that an event belongs to


def _attach(rows: list[Row], event: Event, chip: tuple[str, str] | None) -> None:
    conn = event.get("conn") or 0
    for place in range(len(rows) - 1, max(-1, len(rows) - ATTACH_REACH), -1):
        row = rows[place]
        speaks = row.side == "client" or event.get("event") == "message"
        if row.kind == "msg" and row.conn == conn and row.data is not None and speaks:
            chips = _chips_with(row.chips, chip) if chip else row.chips
            rows[place] = replace(row, chips=chips, seqs=row.seqs + (event["seq"],))
            return


def _chips_with(chips: tuple[tuple[str, str], ...], new: tuple[str, str]) -> tuple[
        tuple[str, str], ...]:
    """Secrets that went the same way become one chip: `user, password in clear text`."""
    if new in chips:
        return chips
    name, _, where = new[1].partition(" ")
    for place, (tone, text) in enumerate(chips):
        if tone == new[0] != "said" and text.endswith(" " + where):
            names = text.removesuffix(" " + where).split(", ")
            joined = text if name in names else f"{', '.join([*names, name])} {where}"
            return chips[:place] + ((tone, joined),) + chips[place + 1:]
    return chips + (new,)


def _answer(rows: list[Row], event: Event) -> None:
    """A DNS answer is told in the row of its question."""
    question = f"DNS {_text(event, 'type')} {_text(event, 'name')}"
    answer = ", ".join(_list(event, "answers"))[:200] or _text(event, "rcode") or "no answer"
    for place in range(len(rows) - 1, max(-1, len(rows) - ATTACH_REACH), -1):
        if rows[place].text == question:
            rows[place] = replace(rows[place], text=f"{question} → {answer}",
                                  attacker=event.get("by") == "fault",
                                  seqs=rows[place].seqs + (event["seq"],))
            return


def _raw_grouped(events: Iterable[Event]) -> Iterable[Event]:
    """Neighbouring `raw` events of one connection become one, with `parts`."""
    held: list[Event] = []
    for event in events:
        raw = event.get("event") == "raw"
        if held and not (raw and event.get("conn") == held[0].get("conn")):
            yield {**held[0], "parts": held}
            held = []
        if raw:
            held.append(event)
        else:
            yield event
    if held:
        yield {**held[0], "parts": held}


def _marked(row: Row, broke: Mapping[int, Sequence[str]]) -> Row:
    found = [p for seq in (row.seq, *row.seqs) for p in broke.get(seq, ())]
    return replace(row, broke=tuple(dict.fromkeys(found)))


def _look(row: Row) -> tuple[Any, ...]:
    """What a row looks like apart from its time and number."""
    data = row.data and (row.data.head, row.data.rest)
    return (row.kind, row.side, row.channel, row.text, data, row.chips, row.attacker)


def _folded(rows: list[Row]) -> list[Row]:
    """Rows or groups of rows that come three times or more are shown once, with a count."""
    looks = [_look(row) for row in rows]
    out: list[Row] = []
    at = 0
    while at < len(rows):
        size, times = _cycle(rows, looks, at)
        if times < 3:
            out.append(rows[at])
            at += 1
            continue
        out += rows[at:at + size]
        first, last = rows[at + size], rows[at + size * times - 1]
        seqs = tuple(s for r in rows[at + size:at + size * times] for s in (r.seq, *r.seqs))
        out.append(Row("repeat", first.seq, last.t, channel=last.channel, conn=last.conn,
                       seqs=seqs[1:], times=times - 1, cycle=size))
        at += size * times
    return out


def _cycle(rows: list[Row], looks: list[tuple[Any, ...]], at: int) -> tuple[int, int]:
    """The shortest group at `at` that repeats thrice without anything marked in its repetitions."""
    for size in range(1, CYCLE_LIMIT + 1):
        times, start = 1, at + size
        while looks[at:at + size] == looks[start:start + size] and not any(
                r.broke or r.kind == "fault" for r in rows[start:start + size]):
            times, start = times + 1, start + size
            if start >= len(rows):
                break
        if times >= 3:
            return size, times
    return 0, 0


def _text(event: Event, field: str) -> str:
    value = event.get(field)
    return "" if value is None else str(value)


def _list(event: Event, field: str) -> list[str]:
    value = event.get(field)
    return [str(v) for v in value] if isinstance(value, list) else []
