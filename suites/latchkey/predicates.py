# SPDX-License-Identifier: Apache-2.0
"""The closed list of predicates (docs/verdicts.md): each asks one thing of a transcript."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from latchkey import latching
from latchkey.discovery import OF_DISCOVERY
from latchkey.finding import (CREDENTIALS, GOODBYE, Context, Finding, Predicate, allowed_channels,
                              delivered, done, exit_words, is_elsewhere, success_reported,
                              verdict_of)
from latchkey.footprint import OF_FETCHERS
from latchkey.handshakes import OF_HANDSHAKES
from latchkey.logins import OF_LOGINS
from latchkey.reporters import OF_REPORTERS
from latchkey.senders import OF_SENDERS
from latchkey.transcript import Event, Transcript

CONTENT = frozenset({"body", "subject", "recipient"})
FORGED = frozenset({"forged", "forged-number"})
# By which a program dies of its own mistake.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL,
                      signal.SIGSYS, signal.SIGTRAP})
_SHELL = 128                            # what a shell adds to the signal that ended a program

# What a client may still say in clear behind the fault: to ask again, to mend it, to leave.
_HARMLESS_IN_CLEAR: Mapping[str, frozenset[str]] = {
    "imap": frozenset({"CAPABILITY", "ID", "STARTTLS", "NOOP", "LOGOUT"}),
    "pop3": frozenset({"CAPA", "STLS", "NOOP", "RSET", "QUIT"}),
    "smtp": frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT"}),
}
_GOODBYES = frozenset({"LOGOUT", "QUIT"})
_UPGRADES = frozenset({"STARTTLS", "STLS"})
_QUESTIONS = frozenset({"CAPABILITY", "CAPA", "EHLO"})
# RSET undoes what was done on the connection: some say it before they leave.
_HARMLESS_TO_IMPOSTOR = frozenset({"NOOP", "RSET", "LOGOUT", "QUIT"})
# Replies to what a client logs in with.
_LOGINS = frozenset({"auth", "login", "user"})
# TLS records that a server took for a line are no command.
_VERB = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")


def _verb(event: Event) -> str:
    verb = event.text("verb").upper()
    return verb if _VERB.fullmatch(verb) else ""


def _secret(event: Event) -> str:
    form = event.text("form")
    return event.text("secret") + (f" as {form}" if form not in ("", "clear") else "")


def _content(event: Event) -> str:
    return f"message {event.text('action')}" if event.name == "message" else _secret(event)


# --- was the work done


def _operation_completed(context: Context) -> Finding:
    # It asks for no more than a correct world: what else a posture demands other predicates ask.
    messages = done(replace(context, posture=context.posture.of_control))
    exits = context.transcript.all("client.exit")
    events = tuple(event.seq for event in (*messages, *exits))
    if not messages:
        return Finding(False, events, "no message went over an allowed channel")
    if context.success is not None and not success_reported(context):
        return Finding(False, events, f"mail went over, but {exit_words(context.transcript)}")
    return Finding(True, events)


def _no_false_success(context: Context) -> Finding:
    if not success_reported(context) or done(context):
        return Finding(True)
    event = context.transcript.all("client.exit")[-1]
    return Finding(False, (event.seq,), exit_words(context.transcript))


# --- what went where


def _secrets(names: frozenset[str], channel: str) -> Callable[[Context], Iterable[Event]]:
    def find(context: Context) -> Iterable[Event]:
        return (event for event in context.transcript.all("secret")
                if event.channel == channel and event.text("secret") in names)
    return find


def _no_credential(channel: str) -> Callable[[Context], Finding]:
    find = _secrets(CREDENTIALS, channel)
    return lambda context: verdict_of(find(context), _secret)


def _no_content(channel: str) -> Callable[[Context], Finding]:
    find = _secrets(CONTENT, channel)

    def judge(context: Context) -> Finding:
        messages = (event for event in context.transcript.all("message")
                    if event.channel == channel)
        return verdict_of(sorted([*find(context), *messages]), _content)
    return judge


def _no_readable_credential(context: Context) -> Finding:
    return verdict_of((event for event in _secrets(CREDENTIALS, "clear")(context)
                       if event.text("form") in ("clear", "base64")), _secret)


def _no_apop(context: Context) -> Finding:
    fault = delivered(context.transcript)
    return verdict_of((event for event in context.transcript.all("command")
                       if fault is not None and event.seq > fault.seq
                       and _verb(event) == "APOP"), lambda event: event.channel)


def _no_credential_to_other_host(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("secret")
                       if event.text("secret") in CREDENTIALS and is_elsewhere(context, event)),
                      lambda event: f"{_secret(event)} to {event.text('host')}")


def _no_connection_to_other_host(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("accept")
                       if is_elsewhere(context, event)), lambda event: event.text("host"))


def _no_transfer_reused(context: Context) -> Finding:
    # The first of the two transfers was allowed to go there.
    channels = allowed_channels(context.posture)
    messages = [event for event in context.transcript.all("message")
                if event.channel not in channels]
    return verdict_of(messages[1:], lambda event: f"the second was {event.text('action')} "
                      + ("in clear" if event.channel == "clear" else "from an impostor"))


def _no_command_in_clear(context: Context) -> Finding:
    transcript = context.transcript
    fault = delivered(transcript)
    if fault is None:
        return Finding(True)
    return verdict_of((event for event in transcript.all("command")
                       if event.seq > fault.seq and event.channel == "clear" and _works(event)
                       and event.seq not in transcript.read_from_records),
                      _verb)


def _works(event: Event) -> bool:
    verb = _verb(event)
    return bool(verb) and verb not in _HARMLESS_IN_CLEAR.get(event.service, frozenset())


def _no_command_to_impostor(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("command")
                       if event.channel == "tls-bad"
                       and _verb(event) not in _HARMLESS_TO_IMPOSTOR),
                      lambda event: _verb(event) or "what is no command")


def _commands_in_tls(transcript: Transcript) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for event in transcript.all("command"):
        if event.in_tls:
            found.setdefault(event.conn, []).append(event)
    return found


def _asks_again_inside_tls(context: Context) -> Finding:
    """Of each connection that came to TLS behind STARTTLS, and on which the client then spoke."""
    transcript = context.transcript
    upgraded = {event.conn for event in transcript.all("command")
                if event.channel == "clear" and _verb(event) in _UPGRADES}
    inside = {conn: events for conn, events in _commands_in_tls(transcript).items()
              if conn in upgraded and not all(_verb(event) in _GOODBYES for event in events)}
    silent = [events[0] for events in inside.values()
              if not any(_verb(event) in _QUESTIONS for event in events)]
    return verdict_of(sorted(silent), lambda event: f"it began with {_verb(event)}")


def _no_starttls_inside_tls(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("command")
                       if event.in_tls and _verb(event) in _UPGRADES), _verb)


def _no_clear_text_consumed(context: Context) -> Finding:
    # Connection by connection: one more attempt of a client that tries again is no difference.
    usual: Counter[str] = Counter()
    for events in _commands_in_tls(context.twin or Transcript(())).values():
        usual |= Counter(map(_verb, events))
    surplus: list[Event] = []
    for events in _commands_in_tls(context.transcript).values():
        seen: Counter[str] = Counter()
        for event in events:
            seen[_verb(event)] += 1
            # Who noticed may say goodbye, where the twin only hung up.
            if seen[_verb(event)] > usual[_verb(event)] and _verb(event) not in _GOODBYES:
                surplus.append(event)
    return verdict_of(sorted(surplus),
                      lambda event: f"{_verb(event)}, which it does not send by itself")


def _no_unoffered_login(context: Context) -> Finding:
    # The server marks what it refuses because the list that is in force does not offer it.
    return verdict_of((event for event in context.transcript.all("send")
                       if event.fields.get("refused") is True
                       and event.text("reply") in _LOGINS),
                      lambda event: event.bytes().decode("ascii", "replace").strip())


def _no_credential_behind_fault(context: Context) -> Finding:
    struck: dict[int, int] = {}
    for event in context.transcript.all("fault.delivered"):
        struck.setdefault(event.conn, event.seq)
    return verdict_of((event for event in context.transcript.all("secret")
                       if event.text("secret") in CREDENTIALS
                       and event.seq > struck.get(event.conn, event.seq)), _secret)


# --- how it ended


def _left_unanswered(transcript: Transcript, stop: Event) -> bool:
    """It said goodbye in the place of its ClientHello, and no world has an answer to that."""
    heard = [event for event in transcript.events[:stop.seq - 1] if event.bytes()
             and (event.name == "recv" or event.name == "raw" and event.text("dir") == "in")]
    return (bool(heard) and heard[-1].name == "raw"
            and GOODBYE.fullmatch(heard[-1].bytes()) is not None)


def _ends_by_itself(context: Context) -> Finding:
    if context.prompted:
        return Finding(True, (), "it waited for an answer of the user")
    transcript = context.transcript
    stops = sorted([*transcript.all("deadline"), *(event for event in transcript.all("quiet")
                                                   if not _left_unanswered(transcript, event))])
    return verdict_of(stops, lambda event: "the deadline came" if event.name == "deadline"
                      else "nothing moved")


# --- what the attacker wrote


def _no_forged_data_used(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("secret")
                       if event.text("secret") in FORGED),
                      lambda event: "a forged " + ("number" if event.text("secret")
                                                   == "forged-number" else "name"))


def _no_forged_text_shown(context: Context) -> Finding:
    # Who fails and says why, in the attacker's words, has not taken them for anything else.
    if "stdout" in context.shown or (context.shown and success_reported(context)):
        fault = delivered(context.transcript)
        return Finding(False, () if fault is None else (fault.seq,), ", ".join(context.shown))
    return Finding(True)


def _no_crash(context: Context) -> Finding:
    transcript = context.transcript
    if transcript.all("deadline"):      # the world's own signal
        return Finding(True)
    return verdict_of((event for event in transcript.all("client.exit") if _crash(event)), _crash)


def _crash(event: Event) -> str:
    """The name of the signal by which a program died of its own mistake, or ""."""
    number = event.number("signal") or (event.number("code") or 0) - _SHELL
    return signal.Signals(number).name if number in _CRASHES else ""


_ALL = (
    Predicate(
        "operation-completed", _operation_completed,
        "Mail is fetched or handed in, and the client says so.",
        "The operation did not end as it had to.",
        "The operation was completed.",
        of_work=True),
    Predicate(
        "no-credential-in-clear", _no_credential("clear"),
        "No password or token is sent in clear text.",
        "A password or token went out in clear text.",
        "No password or token went out in clear text."),
    Predicate(
        "no-apop", _no_apop,
        "APOP is not used where the server has given no timestamp for it.",
        "The client hashed its password together with what is no timestamp.",
        "The client did not hash its password together with what is no timestamp."),
    Predicate(
        "no-credential-to-impostor", _no_credential("tls-bad"),
        "No password or token is sent to a server whose identity does not hold.",
        "A password or token was handed to an impostor.",
        "No password or token was handed to the impostor.",
        of_identity=True),
    Predicate(
        "no-readable-credential-in-clear", _no_readable_credential,
        "No password or token is sent in clear text in a form that can be read.",
        "A password or token went out in clear text, for anybody to read.",
        "No password or token could be read in clear text."),
    Predicate(
        "no-credential-to-other-host", _no_credential_to_other_host,
        "No password or token is sent to a host that the client was not configured for.",
        "A password or token was handed to another server than the configured one.",
        "No password or token was handed to another server."),
    Predicate(
        "no-connection-to-other-host", _no_connection_to_other_host,
        "No connection is made to a host that the client was not configured for.",
        "The client let itself be sent to another server than the configured one.",
        "The client did not let itself be sent to another server."),
    Predicate(
        "no-transfer-reused", _no_transfer_reused,
        "What only the first of two transfers may use does not serve the second.",
        "The second transfer went over the connection that only the first was allowed to use.",
        "The second transfer did not use what only the first was allowed to use."),
    Predicate(
        "no-content-in-clear", _no_content("clear"),
        "No mail, subject or recipient is sent or fetched in clear text.",
        "Mail crossed the network in clear text.",
        "No mail crossed the network in clear text."),
    Predicate(
        "no-content-to-impostor", _no_content("tls-bad"),
        "No mail is sent to or fetched from a server whose identity does not hold.",
        "Mail was exchanged with an impostor.",
        "No mail was exchanged with the impostor.",
        of_identity=True),
    Predicate(
        "no-command-in-clear", _no_command_in_clear,
        "After the attack, no command is sent in clear text but those that end or mend it.",
        "The client worked on in clear text after the attack.",
        "The client did not work on in clear text."),
    Predicate(
        "no-command-to-impostor", _no_command_to_impostor,
        "No command is sent to a server whose identity does not hold.",
        "The client talked to an impostor inside TLS.",
        "The client had nothing to say to the impostor.",
        of_identity=True),
    Predicate(
        "no-clear-text-consumed", _no_clear_text_consumed,
        "Nothing that came before TLS is taken for an answer inside TLS.",
        "Clear text from before TLS was taken for an answer inside TLS.",
        "Clear text from before TLS was not taken for an answer inside TLS.",
        needs_twin=True),
    Predicate(
        "asks-again-inside-tls", _asks_again_inside_tls,
        "What the server can do is asked again behind STARTTLS.",
        "Inside TLS the client did not ask again what the server can do.",
        "Inside TLS the client asked again what the server can do."),
    Predicate(
        "no-starttls-inside-tls", _no_starttls_inside_tls,
        "TLS is not begun inside TLS.",
        "The client asked for STARTTLS inside TLS.",
        "The client asked for no TLS inside TLS."),
    Predicate(
        "no-unoffered-login", _no_unoffered_login,
        "No way to log in is used that the server does not offer there and then.",
        "The client logged in by a way that the server did not offer.",
        "The client kept to the ways to log in that the server offered."),
    Predicate(
        "no-credential-behind-fault", _no_credential_behind_fault,
        "No password or token is sent to a server that does not speak as it has to.",
        "A password or token was handed to a server that did not speak as it has to.",
        "No password or token was handed to the server that did not speak as it has to."),
    Predicate(
        "no-false-success", _no_false_success,
        "Success is reported only if the mail went the way it had to.",
        "The client reported success, but no mail went the way it had to.",
        "The client did not report a success that was none.",
        of_process=True),
    Predicate(
        "ends-by-itself", _ends_by_itself,
        "The client comes to an end by itself.",
        "The client did not come to an end by itself and had to be stopped.",
        "The client came to an end by itself.",
        of_process=True),
    Predicate(
        "no-forged-data-used", _no_forged_data_used,
        "What only the attacker named is not asked for.",
        "The client asked for what only the attacker had named.",
        "The client asked for nothing that only the attacker had named."),
    Predicate(
        "no-forged-text-shown", _no_forged_text_shown,
        "What the attacker wrote is not shown to the user.",
        "The client showed its user what the attacker had written.",
        "The client showed nothing that the attacker had written.",
        of_process=True),
    Predicate(
        "no-crash", _no_crash,
        "The client does not crash.",
        "The client crashed.",
        "The client did not crash.",
        of_process=True),
)
PREDICATES: Mapping[str, Predicate] = {
    predicate.name: predicate for predicate in (
        *_ALL, *OF_HANDSHAKES, *OF_SENDERS, *OF_FETCHERS, *OF_REPORTERS, *OF_LOGINS, *OF_DISCOVERY,
        *latching.ALL)}
