# SPDX-License-Identifier: Apache-2.0
"""The closed list of predicates (docs/verdicts.md): each asks one thing of a transcript."""

from __future__ import annotations

import ipaddress
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from latchkey import latching
from latchkey.discovery import OF_DISCOVERY
from latchkey.finding import (CREDENTIALS, Context, Finding, Predicate, allowed_channels,
                              delivered, done, exit_words, is_elsewhere, success_reported,
                              verdict_of)
from latchkey.footprint import OF_FETCHERS
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
_GOODBYE = re.compile(rb"(?:\S+ LOGOUT|QUIT)\r\n", re.IGNORECASE)
# RSET undoes what was done on the connection: some say it before they leave.
_HARMLESS_TO_IMPOSTOR = frozenset({"NOOP", "RSET", "LOGOUT", "QUIT"})
# Replies to what a client logs in with.
_LOGINS = frozenset({"auth", "login", "user"})
# TLS records that a server took for a line are no command.
_VERB = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")

# By age. What is not here (GREASE values, drafts) counts as neither.
_VERSIONS = {"SSLv2": 0, "SSLv3": 1, "TLSv1": 2, "TLSv1.0": 2, "TLSv1.1": 3, "TLSv1.2": 4,
             "TLSv1.3": 5}
_OLDEST_GOOD = _VERSIONS["TLSv1.2"]
# The last two encrypt nothing (RFC 9150).
_WEAK_SIGNATURE = re.compile(r"_(?:md5|sha1)$")
_WEAK_GROUP = re.compile(r"^sec[tp]1\d\d[kr]\d$")   # curves below 200 bits
_RENEGOTIATION_SUITE = "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"  # RFC 5746, section 3.3
_WEAK_SUITE = re.compile(r"_(?:NULL|anon|EXPORT|EXPORT1024|RC4|RC2|DES|DES40|3DES)(?:_|$)"
                         r"|^TLS_SHA256_SHA256$|^TLS_SHA384_SHA384$")


def _verb(event: Event) -> str:
    verb = event.text("verb").upper()
    return verb if _VERB.fullmatch(verb) else ""


def _secret(event: Event) -> str:
    form = event.text("form")
    return event.text("secret") + (f" as {form}" if form not in ("", "clear") else "")


def _content(event: Event) -> str:
    return f"message {event.text('action')}" if event.name == "message" else _secret(event)


def _version(name: str) -> int | None:
    return _VERSIONS.get(name)


def _offered(hello: Event) -> dict[str, int]:
    """The known versions that a ClientHello names, with their age.

    Without the extension (RFC 8446, section 4.2.1) the field says the highest one only.
    """
    names = hello.texts("versions") or (hello.text("version"),)
    return {name: age for name in names if (age := _version(name)) is not None}


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


# --- the handshake


def _no_clear_text_in_handshake(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("hello")
                       if event.bytes("stray")),
                      lambda event: f"{len(event.bytes('stray'))} bytes")


def _no_handshake_completed(context: Context) -> Finding:
    # A client may look at names only once TLS is up: one that then goes without a byte did refuse.
    conns = {event.conn for event in context.transcript.all("fault.delivered") if event.conn}
    return verdict_of((event for event in context.transcript.all("tls.up")
                       if event.conn in conns and _used(context, event)),
                      lambda event: event.text("version"))


def _used(context: Context, up: Event) -> bool:
    return any(event.name == "recv" and event.seq > up.seq and event.bytes()
               for event in context.transcript.conn(up.conn))


def _no_downgraded_handshake(context: Context) -> Finding:
    """The mark is for those who offered TLS 1.3; who did not has nothing to mind."""
    transcript = context.transcript
    marked = {event.conn for event in transcript.all("fault.delivered")}
    offered = {event.conn for event in transcript.all("hello")
               if _VERSIONS["TLSv1.3"] in _offered(event).values()}
    return verdict_of((event for event in transcript.all("tls.up")
                       if event.conn in marked & offered
                       and (_version(event.text("version")) or 0) < _VERSIONS["TLSv1.3"]),
                      lambda event: event.text("version"))


def _no_old_version(context: Context) -> Finding:
    def is_old(event: Event) -> bool:
        age = _version(event.text("version"))
        return age is not None and age < _OLDEST_GOOD
    return verdict_of(filter(is_old, context.transcript.all("tls.up")),
                      lambda event: event.text("version"))


def _no_version_fallback(context: Context) -> Finding:
    # A ClientHello inside TLS renegotiates, and keeps to the version in use.
    highest, lower = -1, []
    for hello in context.transcript.all("hello"):
        best = max(_offered(hello).values(), default=-1)
        if hello.in_tls or best < 0:
            continue
        if best < highest:
            lower.append(hello)
        highest = max(highest, best)
    return verdict_of(lower, lambda event: max(_offered(event), key=_VERSIONS.__getitem__))


def _sends_sni(context: Context) -> Finding:
    def is_wrong(event: Event) -> bool:
        host = event.text("host").rstrip(".").lower()
        sni = event.text("sni").rstrip(".").lower()
        return bool(host) and not _is_address(host) and sni != host
    return verdict_of(filter(is_wrong, context.transcript.all("hello")),
                      lambda event: f"it named {event.text('sni') or 'nobody'}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _no_old_version_offered(context: Context) -> Finding:
    def old(event: Event) -> list[str]:
        return [name for name, age in _offered(event).items() if age < _OLDEST_GOOD]
    return verdict_of(filter(old, context.transcript.all("hello")),
                      lambda event: ", ".join(old(event)))


def _offers_none(field: str, pattern: re.Pattern[str]) -> Callable[[Context], Finding]:
    def found(event: Event) -> list[str]:
        return [name for name in event.texts(field) if pattern.search(name)]

    return lambda context: verdict_of(filter(found, context.transcript.all("hello")),
                                      lambda event: ", ".join(found(event)))


def _no_compression_offered(context: Context) -> Finding:
    return verdict_of((event for event in context.transcript.all("hello")
                       if event.fields.get("compression") is True), lambda _: "compression")


def _always_says(extension: str, suite: str = "") -> Callable[[Context], Finding]:
    """Of each ClientHello that would agree to a version before TLS 1.3; suite: says the same."""
    def lacks(event: Event) -> bool:
        return (any(age < _VERSIONS["TLSv1.3"] for age in _offered(event).values())
                and extension not in event.texts("extensions")
                and (not suite or suite not in event.texts("ciphers")))

    return lambda context: verdict_of(filter(lacks, context.transcript.all("hello")),
                                      lambda _: f"{extension} is missing")


def _left_unanswered(transcript: Transcript, stop: Event) -> bool:
    """It said goodbye in the place of its ClientHello, and no world has an answer to that."""
    heard = [event for event in transcript.events[:stop.seq - 1] if event.bytes()
             and (event.name == "recv" or event.name == "raw" and event.text("dir") == "in")]
    return (bool(heard) and heard[-1].name == "raw"
            and _GOODBYE.fullmatch(heard[-1].bytes()) is not None)


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
        "no-clear-text-in-handshake", _no_clear_text_in_handshake,
        "Nothing but TLS is sent where the handshake begins.",
        "The client mixed clear text into the TLS handshake.",
        "The client kept the handshake free of clear text."),
    Predicate(
        "no-handshake-completed", _no_handshake_completed,
        "The TLS handshake is not completed.",
        "The client completed a handshake that was to be refused.",
        "The client refused the handshake."),
    Predicate(
        "no-downgraded-handshake", _no_downgraded_handshake,
        "A handshake that the server marks as downgraded is not completed.",
        "The client overlooked the mark of a downgrade.",
        "The client did not complete a handshake that was marked as downgraded."),
    Predicate(
        "no-old-version", _no_old_version,
        "No TLS older than 1.2 is used.",
        "The session ran on a TLS version that is no longer safe.",
        "No session ran on an old TLS version."),
    Predicate(
        "no-version-fallback", _no_version_fallback,
        "No later attempt offers an older TLS version.",
        "After a failure the client tried again with an older TLS version.",
        "The client did not fall back to an older TLS version."),
    Predicate(
        "no-false-success", _no_false_success,
        "Success is reported only if the mail went the way it had to.",
        "The client reported success, but no mail went the way it had to.",
        "The client did not report a success that was none.",
        of_process=True),
    Predicate(
        "sends-sni", _sends_sni,
        "Every ClientHello names the host that is wanted.",
        "The client did not say which host it wanted.",
        "The client said which host it wanted."),
    Predicate(
        "no-old-version-offered", _no_old_version_offered,
        "No TLS version below 1.2 is offered.",
        "The client offered a TLS version that is no longer safe.",
        "The client offered no old TLS version."),
    Predicate(
        "no-weak-suite-offered", _offers_none("ciphers", _WEAK_SUITE),
        "No broken cipher suite is offered.",
        "The client offered a cipher suite that is broken.",
        "The client offered no broken cipher suite."),
    Predicate(
        "no-weak-signature-offered", _offers_none("signatures", _WEAK_SIGNATURE),
        "No signature with MD5 or SHA-1 is asked for.",
        "The client would take a signature with a broken digest.",
        "The client asked for no signature with a broken digest."),
    Predicate(
        "no-weak-group-offered", _offers_none("groups", _WEAK_GROUP),
        "No curve below 224 bits is offered.",
        "The client offered a curve that is too small.",
        "The client offered no curve that is too small."),
    Predicate(
        "no-compression-offered", _no_compression_offered,
        "No TLS compression is offered.",
        "The client offered TLS compression.",
        "The client offered no TLS compression."),
    Predicate(
        "offers-secure-renegotiation",
        _always_says("renegotiation_info", _RENEGOTIATION_SUITE),
        "Every ClientHello for TLS 1.2 says that renegotiation is safe.",
        "The client did not protect renegotiation.",
        "The client protected renegotiation."),
    Predicate(
        "offers-extended-master-secret", _always_says("extended_master_secret"),
        "Every ClientHello for TLS 1.2 binds the keys to the whole handshake.",
        "The client did not offer the extended master secret.",
        "The client offered the extended master secret."),
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
        *_ALL, *OF_SENDERS, *OF_FETCHERS, *OF_REPORTERS, *OF_LOGINS, *OF_DISCOVERY,
        *latching.ALL)}
