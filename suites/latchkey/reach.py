# SPDX-License-Identifier: Apache-2.0
"""Whether a fault can touch a client, as its control shows, and whether it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from latchkey.model import Fault
from latchkey.postures import Posture
from latchkey.recipes import CHAIN
from latchkey.transcript import Event, Transcript

# Replies that go by the list of what the server offers.
_BY_LIST = frozenset({"capabilities", "starttls", "auth", "login", "user"})


@dataclass(frozen=True)
class Step:
    """Where a fault waits: the nth reply of a name, in one phase or connection, at a listener."""

    reply: str = ""                     # "": it is enough to come
    phase: str = "any"                  # any, clear, tls
    nth: int = 1
    connection: int = 0                 # 0: every one
    listeners: tuple[str, ...] = ()     # (): all
    offers: str = ""                    # instead: a ClientHello that has something in this list,
    offered: str = ""                   # or that very name
    question: str = ""                  # instead: a question of the last run, as "NAME TYPE"


def step_of(fault: Fault, posture: Posture, signature: tuple[str, str] = ("", "")) -> Step | None:
    """The step that a fault waits for; signature: that of Variant."""
    if signature[0]:
        return Step(offers=signature[0], offered=signature[1])
    at = fault.at
    if fault.action == "alpn":
        return Step(offers="alpn")
    if at.get("listener") == "dns":
        # Senders have their own controls, which ask whether they asked at all.
        asks = "run" in at or posture.wish == "srv"
        return Step(question=f"{fault.do['name']} {fault.do['type']}") if asks else None
    return Step(at.get("reply", ""), at.get("phase", "any"), at.get("nth", 1),
                at.get("connection", 0), posture.struck(at.get("listener")))


def offers(event: Event, phases: tuple[str, ...]) -> bool:
    """This reply goes by the list of one of these phases: it tells it, or takes what is in it."""
    reply = event.text("reply")
    return (reply == "greeting" and "greeting" in phases
            or reply in _BY_LIST and not {"login", "tls" if event.in_tls else "clear"}.isdisjoint(
                phases))


def _asks(query: Event, question: str) -> bool:
    name, kind = question.lower().split(" ")
    asked = query.text("name").lower()
    return (kind in ("any", query.text("type").lower())
            and (asked == name or name.startswith("*.") and asked.endswith(name[1:])))


def comes_to(control: Transcript, step: Step) -> bool:
    """In the correct world the client comes to what the fault is about.

    That is a connection, a reply on it, a ClientHello with such an offer, or a question.
    """
    if step.question:
        return any(_asks(event, step.question) for event in control.all("dns.query")
                   if event.seq > control.last_run)
    if step.offers:
        return any(any(step.offered in ("", name) for name in hello.texts(step.offers))
                   or step.offers == CHAIN and CHAIN not in hello.fields
                   for hello in control.all("hello"))
    met: dict[str, list[int]] = {}
    for event in control.all("accept"):
        met.setdefault(event.text("listener"), []).append(event.conn)
    conns = {conn for listener, all_conns in met.items()
             if not step.listeners or listener in step.listeners
             for number, conn in enumerate(all_conns, 1) if step.connection in (0, number)}
    if not step.reply:
        return bool(conns)
    counts = Counter(event.conn for event in control.all("send")
                     if event.text("reply") == step.reply and event.conn in conns
                     and step.phase in ("any", "tls" if event.in_tls else "clear"))
    return max(counts.values(), default=0) >= step.nth


def fault_reached(transcript: Transcript) -> bool:
    """The fault took effect while the client was there, and the client did something behind it."""
    return any(_reached(transcript, fault) for fault in transcript.all("fault.delivered"))


def _reached(transcript: Transcript, fault: Event) -> bool:
    # What the kernel refused is counted when the client is gone: the refusal itself reached it.
    if any((event.number("attempts") or 0) > 0 for event in transcript.all("refused")):
        return True
    if any(event.seq < fault.seq for event in left(transcript, fault.conn)):
        return False
    return any(_by_client(event) for event in transcript.events[fault.seq:])


def left(transcript: Transcript, conn: int) -> list[Event]:
    """Where the client closed a connection."""
    return [event for event in transcript.conn(conn) if conn
            and event.name == "close" and event.text("by") == "client"]


def _by_client(event: Event) -> bool:
    """It shows how the client took the fault: with a byte, an end, or without doing anything."""
    if event.name == "recv":
        return bool(event.bytes())
    if event.name in ("raw", "tls.alert"):
        return event.text("dir") == "in"
    return event.name in ("accept", "hello", "tls.up", "tls.fail", "dns.query", "close",
                          "client.exit", "quiet", "deadline")
