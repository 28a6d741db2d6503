# SPDX-License-Identifier: Apache-2.0
"""What predicates are made of: the context that they look at, and the finding that they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from latchkey.postures import Posture
from latchkey.transcript import Event, Transcript


@dataclass(frozen=True)
class Context:
    """All that a predicate may look at."""

    transcript: Transcript
    posture: Posture
    success: tuple[int, ...] | None = (0,)      # exit codes that mean "done"; None: not seen
    twin: Transcript | None = None      # the same silent world with nothing injected
    prompted: bool = False              # the client's output shows that it asked the user
    shown: tuple[str, ...] = ()         # where its output has what the attacker wrote


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
    of_process: bool = False            # it asks how the client's process ended, or what it said


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


def exit_words(transcript: Transcript) -> str:
    """How the process ended."""
    exits = transcript.all("client.exit")
    if not exits:
        return "the client did not exit"
    code, signal = exits[-1].number("code"), exits[-1].fields.get("signal")
    return f"exit code {code}" if signal is None else f"ended by signal {signal}"
