# SPDX-License-Identifier: Apache-2.0
"""Predicates of clients that latch (docs/latch.md).

The world carries the reference engine along: for each connection an event `latch` says what a
client has to make of it. Where that rests on an open reading of the drafts nobody is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from latchkey.finding import (CREDENTIALS, Context, Finding, Predicate, done, verdict_of)
from latchkey.transcript import Event, Transcript

# What a client may say on a connection that it has to refuse: ask, report, leave.
_HARMLESS: Mapping[str, frozenset[str]] = {
    "imap": frozenset({"CAPABILITY", "ID", "STARTTLS", "NOOP", "LOGOUT"}),
    "pop3": frozenset({"CAPA", "STLS", "NOOP", "RSET", "QUIT"}),
    "smtp": frozenset({"EHLO", "HELO", "STARTTLS", "CLIENT", "NOOP", "RSET", "QUIT"}),
}
_FAILURES = ("latch-fail", "latch-failure", "policy-fail", "policy-failure")
_PAIR = re.compile(r'"([^"]*)" "([^"]*)"')
_PARAMETER = re.compile(r' ([A-Za-z0-9-]+)(?:=(\S*)| "([^"]*)"| (\S+))')
_SEPARATORS = re.compile(r"[ ,;]+")
# What a directive of MUA-STS says, as the engine stores it (docs/latch.md).
_ANY, _PKIX, _DANE = "tls-cert=any", "tls-cert=pkix", "tls-cert=dane"
_MEANT: Mapping[str, tuple[str, ...]] = {
    "tls-cert": (_ANY,),
    "tls-version=1.2": ("tls-version=1.1", "tls-version=1.2"),
    "tls-cert=pkix": (_ANY, _PKIX),
    "tls-cert=dane": (_ANY, _DANE),
    "tls-cert=pkix+dane": (_ANY, _PKIX, _DANE),
}


def _words(transcript: Transcript, since: int = 0) -> dict[int, Event]:
    """The engine's last word about each connection that began there or later."""
    return {event.conn: event for event in transcript.all("latch") if event.seq > since}


def _must_refuse(event: Event | None) -> bool:
    return (event is not None and event.text("verdict") == "refuse"
            and bool(event.texts("unmet")) and not event.texts("open"))


def _unmet(event: Event) -> str:
    return ", ".join(event.texts("unmet"))


def _uses(event: Event) -> bool:
    """The client does on this connection what it does only with a server that it takes."""
    if event.name == "secret":
        return event.text("secret") in CREDENTIALS
    if event.name == "command":
        return event.text("verb").upper() not in _HARMLESS.get(event.service, frozenset())
    return event.name == "message"


def _used(transcript: Transcript) -> Iterable[tuple[Event, Event]]:
    """(what was done, the engine's word about this connection then)"""
    word: dict[int, Event] = {}
    for event in transcript.events:
        if event.name == "latch":
            word[event.conn] = event
        elif event.conn in word and _uses(event) and event.seq not in transcript.read_from_records:
            yield event, word[event.conn]


def _latch_kept(context: Context) -> Finding:
    found = [(event, word) for event, word in _used(context.transcript) if _must_refuse(word)]
    return Finding(not found, tuple(event.seq for event, _ in found),
                   ", ".join(dict.fromkeys(f"{_unmet(why)} was not kept" for _, why in found)))


def _level_kept(context: Context) -> Finding:
    found = [(event, word) for event, word in _used(context.transcript)
             if word.text("verdict") == "refuse" and word.texts("flaws")]
    return Finding(not found, tuple(event.seq for event, _ in found),
                   ", ".join(dict.fromkeys(flaw for _, why in found
                                           for flaw in why.texts("flaws"))))


def _refused_by_right(transcript: Transcript) -> bool:
    """Every connection of the last run ended as one to be refused, or nobody can say."""
    words = _words(transcript, transcript.last_run).values()
    return bool(words) and all(word.text("verdict") == "refuse" or word.texts("open")
                               for word in words)


def _no_lockout(context: Context) -> Finding:
    if _refused_by_right(context.transcript) or done(context):
        return Finding(True)
    words = _words(context.transcript, context.transcript.last_run).values()
    stored = dict.fromkeys(name for word in words for name in word.texts("stored"))
    ends = context.transcript.all("client.exit")
    return Finding(False, tuple(event.seq for event in (*words, *ends)),
                   "to be remembered was " + (", ".join(stored) or "nothing"))


def _failures(transcript: Transcript) -> list[Event]:
    """Connections inside TLS that were to be refused, where there is a way to say so."""
    return [word for word in _words(transcript).values()
            if _must_refuse(word) and word.in_tls and word.service in ("imap", "smtp")
            and any(event.name == "send" and _announces(event)
                    for event in transcript.conn(word.conn))]


def _announces(event: Event) -> bool:
    return event.in_tls and re.search(rb"\b(?:DEEP|M?STS)\b", event.bytes()) is not None


def fields_of(report: Event) -> dict[str, tuple[str, ...]]:
    """What the client says in ID or CLIENT: name → words."""
    text = report.bytes().decode("latin-1")
    pairs = (_PAIR.findall(text) if report.text("command") == "ID" else
             [(name, a or b or c) for name, a, b, c in _PARAMETER.findall(text)])
    return {name.lower(): tuple(word for word in _SEPARATORS.split(value) if word)
            for name, value in pairs}


def _failed_tags(report: Event) -> tuple[str, ...]:
    fields = fields_of(report)
    return tuple(word for name in _FAILURES for word in fields.get(name, ()))


def _failure_reported(context: Context) -> Finding:
    transcript = context.transcript
    silent = [word for word in _failures(transcript)
              if not any(_failed_tags(report) for report in transcript.all("report")
                         if report.conn == word.conn)]
    return verdict_of(silent, _unmet)


def _names(words: Iterable[str]) -> set[str]:
    """What promises are about: one that failed is named with all of its value."""
    return {word.partition("=")[0] for word in words}


def _meant(words: Iterable[str]) -> set[str]:
    """Directives, with those that they include."""
    return {name for word in words for name in _MEANT.get(word, (word,))}


def _report_is_false(transcript: Transcript, report: Event) -> str:
    """What a report says that is not so; "" when all of it is, or when it cannot be read."""
    words = [event for event in transcript.all("latch") if event.conn == report.conn]
    if not words or words[-1].texts("open") or not _is_well_formed(report):
        return ""
    fields = fields_of(report)
    # What was stored by this very connection may be said, or may not yet.
    stored = {name for word in words for name in word.texts("stored")}
    unmet = _names(name for word in words for name in word.texts("unmet")
                   if word.in_tls == report.in_tls)
    said = {*fields.get("latch", ()), *_meant(fields.get("saved", ()))}
    failed = _names(_failed_tags(report))
    if said - stored:
        return f"it remembers {', '.join(sorted(said - stored))}"
    if failed - unmet:
        return f"{', '.join(sorted(failed - unmet))} was not kept"
    return ""


def _reports_true(context: Context) -> Finding:
    return verdict_of((report for report in context.transcript.all("report")
                       if _report_is_false(context.transcript, report)),
                      lambda report: _report_is_false(context.transcript, report))


def _is_well_formed(report: Event) -> bool:
    return report.fields.get("well-formed") is True


def _reports_well_formed(context: Context) -> Finding:
    return verdict_of((report for report in context.transcript.all("report")
                       if not _is_well_formed(report)),
                      lambda report: report.bytes().decode("ascii", "replace").strip())


def _no_report_unasked(context: Context) -> Finding:
    transcript = context.transcript
    known = {report.conn for report in transcript.all("report")}
    return verdict_of((event for event in transcript.all("command")
                       if event.text("verb").upper() == "CLIENT" and event.conn not in known),
                      lambda event: "CLIENT")


def _refusals(transcript: Transcript) -> list[Event]:
    """The engine's words about connections of the last run that were to be refused."""
    return [word for word in _words(transcript, transcript.last_run).values()
            if _must_refuse(word)]


def _failure_told(context: Context) -> Finding:
    if done(context):
        return Finding(True)            # another connection was taken, or a promise was broken
    return verdict_of((word for word in _refusals(context.transcript)
                       if word.text("url") and word.text("url") not in context.told),
                      lambda word: word.text("url"))


def _no_click_through(context: Context) -> Finding:
    refusals = _refusals(context.transcript)
    asked = context.prompted and bool(refusals)
    return Finding(not asked, tuple(word.seq for word in refusals) if asked else ())


# --- what the client shows its user


def _is_high(word: Event) -> bool:
    return word.in_tls and not word.texts("flaws") and word.text("verdict") != "refuse"


def _was_high(transcript: Transcript) -> bool:
    """What the last visit was: as confidential as the least of the connections it was done on."""
    since = transcript.last_run
    words = _words(transcript, since)
    used = {event.conn for event, word in _used(transcript) if word.seq > since} or set(words)
    return bool(used) and all(_is_high(words[conn]) for conn in used)


def _visited(transcript: Transcript) -> tuple[int, ...]:
    return tuple(event.seq for event in transcript.all("accept")
                 if event.seq > transcript.last_run)


def _no_false_assurance(context: Context) -> Finding:
    visits = _visited(context.transcript)
    false = context.level == "high" and bool(visits) and not _was_high(context.transcript)
    return Finding(not false, visits if false else (), "it shows high" if false else "")


def _level_shown(context: Context) -> Finding:
    if not done(context):
        return Finding(True)
    level = "high" if _was_high(context.transcript) else "none"
    return Finding(context.level == level, _visited(context.transcript),
                   "" if context.level == level else
                   f"it was {level}, and the client shows {context.level or 'nothing'}")


ALL = (
    Predicate(
        "latch-kept", _latch_kept,
        "Where the server does not keep what the client remembers, it neither logs in nor works.",
        "The client used a connection that does not keep what it has to remember.",
        "The client used no connection that does not keep what it has to remember."),
    Predicate(
        "level-kept", _level_kept,
        "Whoever asks for high confidentiality uses no connection without it.",
        "The client used a connection that is less confidential than its account asks for.",
        "The client used no connection that is less confidential than its account asks for."),
    Predicate(
        "no-lockout", _no_lockout,
        "Where nothing that is remembered is broken, the work is done.",
        "The client did not do its work, though nothing that it has to remember was broken.",
        "The client did its work, or had to refuse.",
        of_work=True),
    Predicate(
        "latch-failure-reported", _failure_reported,
        "A server that does not keep its promise is told so.",
        "The client did not tell the server which promise was not kept.",
        "The client told the server which promise was not kept, or left during the handshake."),
    Predicate(
        "reports-true", _reports_true,
        "What the client tells the server of its memory is so.",
        "The client told the server what is not so.",
        "The client told the server nothing that is not so."),
    Predicate(
        "reports-well-formed", _reports_well_formed,
        "Reports have the syntax of their revision.",
        "A report of the client did not have the syntax of its revision.",
        "The client's reports had the syntax of their revision."),
    Predicate(
        "no-report-unasked", _no_report_unasked,
        "CLIENT is sent only to servers that announce it.",
        "The client sent CLIENT to a server that does not announce it.",
        "The client sent CLIENT to nobody who does not announce it."),
    Predicate(
        "latch-failure-told", _failure_told,
        "The user is told of the failure, with the recorded URL.",
        "The client did not show its user the recorded URL.",
        "The client showed its user the recorded URL, or there was none to be shown.",
        of_process=True),
    Predicate(
        "no-false-assurance", _no_false_assurance,
        "High confidentiality is shown only where the last visit had it.",
        "The client shows its user high confidentiality, which its last visit did not have.",
        "The client shows its user no more confidentiality than its last visit had.",
        of_process=True, of_status=True),
    Predicate(
        "level-shown", _level_shown,
        "A visit that was done is shown with the level of confidentiality that it had.",
        "The client does not show its user how confidential its last visit was.",
        "The client shows its user how confidential its last visit was, or it was not done.",
        of_process=True, of_status=True),
    Predicate(
        "no-click-through", _no_click_through,
        "The user is not asked whether to go on without what was promised.",
        "The client asked its user whether to go on without what was promised.",
        "The client did not ask its user whether to go on without what was promised.",
        of_process=True),
)
