# SPDX-License-Identifier: Apache-2.0
"""What to do about a client that is not there, or did not do its work in the correct world."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from latchkey import paths, runner
from latchkey.model import Client, Scenario
from latchkey.results import Entry

_TAIL = 4096
_MOST = 3                               # of one client: more of the same help nobody

# Why a control failed (docs/verdicts.md) → what to look at.
TRY = {
    "never-connected": "it connected to none of the servers: does argv (or a file) have {host} and "
                       "{port}, and does the program start at all?",
    "nothing-done": "it connected, but no mail was fetched or handed in: does it get {user} and "
                    "{password}, and does it trust {ca}?",
    "wrong-channel": "the mail went over a channel that this posture does not allow: is TLS "
                     "switched on in the posture's argv or files?",
    "wrong-message": "a mail was sent, but not the trial's: send {message}, or {body} in its text, "
                     'or set stdin = "message"',
    "exit-code": "the mail went over, but the exit code says otherwise: name the right ones in the "
                 "posture's success",
    "no-policy": "it asked nobody for the policy: is MTA-STS switched on?",
    "no-tlsa": "it asked nobody for TLSA records: is DANE switched on, and does it trust the AD "
               "bit of its resolver?",
    "no-report": "no report on TLS came: does the program, once it has handed in the mail, send "
                 "the reports that are due?",
    "deadline": "it did not end by itself: let it fetch or send once and exit, and give it a time "
                "limit of 8 seconds",
}


def hints(controls: Iterable[Entry], out: Path) -> str:
    """One block for each posture whose control failed; "" if none did."""
    lines: list[str] = []
    count: dict[str, int] = {}
    for one in controls:
        if one.outcome != "INCONCLUSIVE":
            continue
        count[one.client] = count.get(one.client, 0) + 1
        if count[one.client] > _MOST:
            continue
        folder = out / one.evidence
        lines += [f"Not judged: {one.client} {one.posture}, because {TRY[one.result.reason]}"
                  if one.result.reason in TRY else
                  f"Not judged: {one.client} {one.posture}: {one.result.reason}"]
        lines += [f"  {note}" for note in one.result.notes if note.startswith("exit:")]
        lines += [f"  {name}: {said}" for name in ("client.stderr", "client.stdout")
                  if (said := _last_line(folder / name))]
        lines += [f"  Evidence: {folder}"]
    lines += [f"  and {number - _MOST} more postures of {client}"
              for client, number in count.items() if number > _MOST]
    return "".join(f"{line}\n" for line in lines)


def missing(clients: Iterable[Client]) -> str:
    """One line or two for each client whose program is not there; "" if all are."""
    lines = []
    for client in clients:
        if runner.is_installed(client):
            continue
        if client.file.resolve().is_relative_to(paths.ROOT / "suites/clients"):
            lines.append(f"Not run: {client.name} is not installed; `latchkey doctor` says what "
                         "installs it")
        else:
            lines += [f"Not run: {client.name}, because `{shlex.join(client.version_argv)}` cannot "
                      "be started, or fails and tells no version",
                      '  A program beside the adapter is called "{adapter}/NAME" there']
    return "".join(f"{line}\n" for line in lines)


def nothing(clients: Iterable[Client], scenarios: Iterable[Scenario], keyword: str) -> str:
    """Why there was nothing to run: of these scenarios, by this keyword."""
    wanted = {name for one in scenarios for name in one.postures}
    for client in clients:
        if not wanted & client.setups.keys():
            return (f"Nothing to run: {client.name} has none of the postures that this is for: "
                    f"{', '.join(sorted(wanted))}\n")
    if keyword:
        return (f'Nothing to run: -k "{keyword}" fits no trial; `latchkey list scenarios` has the '
                "names\n")
    return ("Nothing to run: no trial is of both suite and posture; `latchkey show SCENARIO` names "
            "the postures\n")


def _last_line(file: Path) -> str:
    """What a program said last; nothing in it can move the terminal."""
    try:
        text = file.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    except OSError:
        return ""
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "").strip()
    return "".join(c if c.isprintable() else "?" for c in last)[:200]
