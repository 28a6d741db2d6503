# SPDX-License-Identifier: Apache-2.0
"""What a predicate is, what it may look at and what it finds; and was the work done?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from latchkey.postures import Posture
from latchkey.transcript import Event, Transcript

CREDENTIALS = frozenset({"password", "token"})
GOODBYE = re.compile(rb"(?:\S+ LOGOUT|QUIT)\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    """All that a predicate may look at."""

    transcript: Transcript
    posture: Posture
    success: tuple[int, ...] | None = (0,)      # exit codes that mean "done"; None: not seen
    twin: Transcript | None = None      # the same silent world with nothing injected
    prompted: bool = False              # the client's output shows that it asked the user
    shown: tuple[str, ...] = ()         # where its output has what the attacker wrote
    told: tuple[str, ...] = ()          # the URLs of providers that are in its output
    deliveries: int = 1                 # how many recipients a run has to reach
    level: str = ""                     # of confidentiality, that the client shows: high or none
    keys: Mapping[str, str] = field(default_factory=dict)   # records of keys for signatures


@dataclass(frozen=True)
class Finding:
    holds: bool
    events: tuple[int, ...] = ()        # seq of what decided
    note: str = ""                      # detail for people, to stand behind a sentence


@dataclass(frozen=True)
class Predicate:
    name: str
    function: Callable[[Context], Finding]
    rule: str                           # what is demanded
    failed: str                         # what happened when it was not kept
    held: str                           # what happened when it was
    needs_twin: bool = False
    of_identity: bool = False           # it asks who the server is, not whether there is TLS
    of_work: bool = False               # it asks for work to be brought to an end
    of_process: bool = False            # it asks how the client's process ended, or what it said
    of_status: bool = False             # it asks what level of confidentiality the client shows
    of_signature: bool = False          # it verifies the signature of a mail
    of_form: bool = False               # it asks how reports look and where they go
    # Where a transcript has what it is told by; None: in whatever the client does.
    shown: Callable[[Transcript], frozenset[str]] | None = None


def services_of(name: str) -> Callable[[Transcript], frozenset[str]]:
    """The services that have such an event."""
    return lambda transcript: frozenset(event.service for event in transcript.all(name))


def delivered(transcript: Transcript) -> Event | None:
    """Where the fault first took effect."""
    return transcript.first("fault.delivered")


def success_reported(context: Context) -> bool:
    """The exit code says that the work was done."""
    exits = context.transcript.all("client.exit")
    return (context.success is not None and bool(exits)
            and exits[-1].number("code") in context.success)


def verdict_of(events: Iterable[Event], describe: Callable[[Event], str]) -> Finding:
    """It holds when there is no such event."""
    found = tuple(events)
    return Finding(not found, tuple(event.seq for event in found),
                   ", ".join(dict.fromkeys(map(describe, found))))


def allowed_channels(posture: Posture) -> tuple[str, ...]:
    if posture.demands_identity:
        return ("tls-good",)
    return ("tls-good", "tls-bad") if posture.demands_tls else ("tls-good", "tls-bad", "clear")


def done(context: Context) -> tuple[Event, ...]:
    """The messages that prove the work: with the canary, on a channel that the posture allows."""
    channels = allowed_channels(context.posture)
    since = context.transcript.last_run         # what an earlier run did proves nothing
    return tuple(event for event in context.transcript.all("message")
                 if event.seq > since and event.text("action") in ("fetched", "submitted")
                 and event.fields.get("canary") is True and event.channel in channels
                 and not is_elsewhere(context, event))


def is_elsewhere(context: Context, event: Event) -> bool:
    """On a host that the client was not configured for: one without the posture's listener."""
    if context.posture.is_mta:          # nobody told it the hosts
        return event.service != "smtp"
    hosts = {one.text("host") for name in ("listen", "accept") for one in
             context.transcript.all(name) if one.text("listener") == context.posture.listener}
    return bool(event.conn) and bool(hosts) and event.text("host") not in hosts


def exit_words(transcript: Transcript) -> str:
    """How the process ended."""
    exits = transcript.all("client.exit")
    if not exits:
        return "the client did not exit"
    code, signal = exits[-1].number("code"), exits[-1].fields.get("signal")
    return f"exit code {code}" if signal is None else f"ended by signal {signal}"
