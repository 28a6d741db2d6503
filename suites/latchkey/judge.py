# SPDX-License-Identifier: Apache-2.0
"""The judge (docs/verdicts.md): what was seen in, outcome out. It reads no file and no clock."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from latchkey import cost, tlsrpt
from latchkey.doubts import UNPROVEN, doubt, policy_sought, tlsa_asked
from latchkey.faults import ACTIONS
from latchkey.finding import Context, Finding, done, exit_words, success_reported
from latchkey.logins import certificates
from latchkey.model import Fault, Trial
from latchkey.outcome import REASONS, Check, Result, error, skip
from latchkey.postures import Posture
from latchkey.predicates import PREDICATES
from latchkey.reach import Step, comes_to, fault_reached, left, offers, step_of
from latchkey.transcript import Transcript

# What a failed check of a level makes of its trial, and what it is called itself.
_FAILED = {"MUST": "FAIL", "SHOULD": "WARN", "MAY": "NOTE"}


@dataclass(frozen=True)
class Demand:
    """One check as it stands for one posture."""

    predicate: str
    level: str
    consequence: str


@dataclass(frozen=True)
class Case:
    """What the judge has to know of a trial beside what was seen."""

    posture: Posture
    demands: tuple[Demand, ...] = ()
    success: tuple[int, ...] | None = (0,)      # None: nobody sees how the client ends
    prompted: bool = False              # the adapter's `prompt` matches the client's output
    shown: tuple[str, ...] = ()         # where its output has what the attacker wrote
    told: tuple[str, ...] = ()          # the URLs of providers that are in its output
    level: str = ""                     # of confidentiality, that the client shows: high or none
    step: Step | None = None            # None: the fault does not wait for a reply
    in_tls: bool = False                # the fault strikes where there is TLS, and only there
    lists: tuple[str, ...] = ()         # it changes what the server offers in these phases
    has_records: bool = False           # it is a right answer of the name server, with records
    deliveries: int = 1                 # how many recipients a run has to reach
    excused: bool = False               # the mail asks that nobody's policy is minded (RFC 8689)
    measured: bool = False              # what it costs is counted
    keys: Mapping[str, str] = field(default_factory=dict)   # name → record, for signatures


def case_of(trial: Trial, prompted: bool = False, shown: tuple[str, ...] = (),
            told: tuple[str, ...] = (), level: str = "",
            keys: Mapping[str, str] | None = None) -> Case:
    """The facts of a catalog's trial."""
    demands = tuple(Demand(check.predicate, level, check.consequence)
                    for check, level in trial.levels)
    success = trial.setup.success if trial.setup is not None else (0,)
    fault = trial.variant.fault
    return Case(trial.posture, demands, success, prompted, shown, told, level,
                step_of(fault, trial.posture, trial.variant.signature), ACTIONS[fault.action].tls,
                tuple(fault.do["phases"]) if fault.action in ("withhold", "advertise") else (),
                _has_records(fault),
                trial.variant.mail.deliveries,
                trial.variant.mail.excuses,
                trial.variant.cost is not None, keys or {})


def _has_records(fault: Fault) -> bool:
    """It is a right answer of the name server, with records; a loop of aliases is none."""
    values = fault.do.get("values", ())
    return (fault.action == "dns" and bool(values) and "dnssec" not in fault.do
            and fault.do["name"] not in values)


def judge(case: Case, transcript: Transcript, control: Transcript | None,
          twin: Transcript | None = None) -> Result:
    """The rules of docs/verdicts.md, in their order."""
    trouble = harness_trouble(transcript)
    if trouble:
        return replace(error(trouble), expected=_expected(case))
    context = Context(transcript, case.posture, case.success, twin, case.prompted,
                      case.shown, case.told, case.deliveries, case.level, case.keys)
    lack = judge_control(case, control).reason if control is not None else "there was none"
    reached = fault_reached(transcript)
    if not lack and control is not None and (
            _needs_twin(case) and not _asks_for_tls(control)
            or not reached and not (_can_touch(case, control) and _came(context, case))):
        return replace(skip("untouched"), notes=_notes(context))
    if lack := lack or _twin_lack(case, twin):
        result = _undecided(context, case, "control")
        return replace(result, notes=(f"control: {lack}", *result.notes))
    if not reached:
        return _undecided(context, case, "fault-not-delivered")
    if not case.keys and any(PREDICATES[one.predicate].of_signature for one in case.demands):
        return _undecided(context, case, "no-dkim")
    checks = tuple(_check(context, demand) for demand in case.demands)
    outcomes = {check.outcome for check in checks}
    outcome = next((word for word in ("FAIL", "WARN") if word in outcomes), "PASS")
    # Work that is not done a sender that came to no decision fails without having done wrong.
    if case.posture.is_mta and all(PREDICATES[check.predicate].of_work for check in checks
                                   if check.outcome in ("FAIL", "WARN")):
        anyhow = any(demand.predicate == "mail-delivered" and demand.level != "MAY"
                     for demand in case.demands)
        reason = doubt(transcript, case.posture, case.has_records, anyhow, case.excused)
        final = any(check.predicate == "gives-up" for check in checks)
        if reason and (reason not in UNPROVEN or outcome == "PASS" and not final):
            return _undecided(context, case, reason)
    if outcome == "PASS" and case.posture.has_certificate and transcript.all("tls.up") \
            and not certificates(transcript):
        return _undecided(context, case, "certificate-not-shown")
    if outcome == "PASS" and control is not None and (unshown := _unshown(
            case, transcript, control)):
        return skip("untouched") if unshown == "untouched" else _undecided(context, case, unshown)
    if outcome == "PASS" and transcript.all("deadline") and not case.prompted:
        return replace(_undecided(context, case, "deadline"), checks=checks)
    return Result(outcome, "", checks, _notes(context), _expected(case), _seen(context, checks),
                  cost=cost.measure(transcript) if case.measured else None)


def judge_control(case: Case, transcript: Transcript) -> Result:
    """The world without its fault, where the client has to do its work; the reason: what lacks."""
    work = PREDICATES["operation-completed"]
    trouble = harness_trouble(transcript)
    if trouble:
        return replace(error(trouble), expected=(work.rule,))
    context = Context(transcript, case.posture.of_control, case.success, None, case.prompted)
    finding = work.function(context)
    lack = "" if finding.holds else _work_lack(context)
    # Whether a sender with a policy still asks for TLSA records is for the trial to judge.
    if not lack and case.posture.goes_by_policy:
        lack = "" if policy_sought(transcript) else "no-policy"
    elif not lack and case.posture.is_mta and case.posture.goes_by_dane:
        lack = "" if tlsa_asked(transcript) else "no-tlsa"
    if not lack and case.posture.reports and not tlsrpt.reports(transcript):
        lack = "no-report"
    return Result("INCONCLUSIVE" if lack else "PASS", lack,
                  (), _notes(context), (work.rule,), (_sentence(work.name, finding),))


# --- the rules


def harness_trouble(transcript: Transcript) -> str:
    """Why this transcript says nothing about a client; "" when it does."""
    for event in transcript.events:
        if event.name == "stray":
            return f"stray: {event.text('text')}"
        if event.name == "error":
            return f"error: {event.text('class')}: {event.text('text')}"
    return f"transcript: {transcript.damage}" if transcript.damage else ""


def _asks_for_tls(control: Transcript) -> bool:
    return bool(control.all("hello")) or any(
        event.text("reply") == "starttls" for event in control.all("send"))


def _unshown(case: Case, transcript: Transcript, control: Transcript) -> str:
    """Why a check holds for want of what it is about; "" if it does not."""
    asked = [PREDICATES[demand.predicate] for demand in case.demands]
    if any(one.shown(control) - one.shown(transcript) for one in asked if one.shown):
        return "nothing-shown"
    # Work that was done is something by itself.
    empty = all(one.shown and not one.of_work and not one.shown(transcript) for one in asked)
    return "untouched" if asked and empty else ""


def _needs_twin(case: Case) -> bool:
    return any(PREDICATES[demand.predicate].needs_twin for demand in case.demands)


def _came(context: Context, case: Case) -> bool:
    """Not if the client did all of its work without the connection that the fault waits for.

    Some make another one only now and then; before the fault this world is the correct one.
    """
    number = case.step.connection if case.step is not None else 0
    accepts = [event for event in context.transcript.all("accept")
               if case.step is None or not case.step.listeners
               or event.text("listener") in case.step.listeners]
    return len(accepts) >= number or not PREDICATES["operation-completed"].function(context).holds


def _twin_lack(case: Case, twin: Transcript | None) -> str:
    """What lacks in the twin; "" when it says what is needed, or is not needed."""
    if not _needs_twin(case):
        return ""
    if twin is None:
        return "there was no twin"
    if trouble := harness_trouble(twin):
        return f"twin: {trouble}"
    # Without TLS a twin does not show what the client says in it by itself.
    return "" if twin.all("tls.up") else "the twin had no TLS"


def _can_touch(case: Case, control: Transcript) -> bool:
    """In the correct world the client comes to where the fault is."""
    if case.in_tls and not control.all("hello"):
        return False
    if case.lists and not any(offers(event, case.lists) for event in control.all("send")):
        return False
    return case.step is None or comes_to(control, case.step)


def _check(context: Context, demand: Demand) -> Check:
    predicate, posture = PREDICATES[demand.predicate], context.posture
    finding = predicate.function(context)
    # Where verification is left to the client nobody was promised that it looks who the server is.
    promise = posture.demands_identity if predicate.of_identity else posture.demands_tls
    return Check(demand.predicate, demand.level, demand.consequence,
                 "PASS" if finding.holds else _FAILED[demand.level], promise,
                 finding.events, _sentence(demand.predicate, finding))


def _undecided(context: Context, case: Case, reason: str) -> Result:
    return Result("INCONCLUSIVE", reason, (), _notes(context), _expected(case), (REASONS[reason],))


def _work_lack(context: Context) -> str:
    """Why the work was not done, in one word: what to look at in an adapter."""
    transcript = context.transcript
    if not transcript.all("accept"):
        return "never-connected"
    if done(context):
        return "deadline" if transcript.all("deadline") else "exit-code"
    if any(event.fields.get("canary") is True for event in transcript.all("message")):
        return "wrong-channel"
    if transcript.all("message"):
        return "wrong-message"
    return "deadline" if transcript.all("deadline") else "nothing-done"


# --- words


def _sentence(predicate: str, finding: Finding) -> str:
    words = PREDICATES[predicate]
    sentence = words.held if finding.holds else words.failed
    return f"{sentence.removesuffix('.')} ({finding.note})." if finding.note else sentence


def _expected(case: Case) -> tuple[str, ...]:
    return tuple(PREDICATES[demand.predicate].rule for demand in case.demands
                 if demand.level != "MAY")


def _seen(context: Context, checks: Iterable[Check]) -> tuple[str, ...]:
    failed = tuple(check.sentence for check in checks if check.outcome in ("FAIL", "WARN"))
    if failed:
        return failed
    held = tuple(check.sentence for check in checks if check.outcome == "PASS")
    return held if context.success is None else (*held, f"The client ended {_end_words(context)}.")


def _end_words(context: Context) -> str:
    if context.prompted:
        return "with a question to the user"
    if context.transcript.all("deadline"):
        return "only when the deadline came"
    if context.transcript.all("quiet"):
        return "only when the world hung up"
    return "by itself"


def _notes(context: Context) -> tuple[str, ...]:
    """Facts that decide nothing; each begins with a fixed word."""
    meaning = ", which means success" if success_reported(context) else ""
    crash = _crash(context.transcript)
    return tuple(dict.fromkeys((
        *(("asked-user: a question to the user is a refusal",) if context.prompted else ()),
        *_alert_notes(context.transcript),
        *((f"shown: what the attacker wrote, on {' and '.join(context.shown)}",)
          if context.shown else ()),
        *((f"crash: {crash}",) if crash else ()),
        *((f"exit: {exit_words(context.transcript)}{meaning}", f"end: {_end_words(context)}")
          if context.success is not None else ()))))


def _alert_notes(transcript: Transcript) -> list[str]:
    """The client's alerts on the connections that the fault struck, and where it left without."""
    notes = []
    struck = {event.conn: None for event in transcript.all("fault.delivered") if event.conn}
    for events in map(transcript.conn, struck):
        alerts = [event for event in events if event.name == "tls.alert"
                  and event.text("dir") == "in" and event.text("description") != "close_notify"]
        notes += [f"alert: {event.text('level')} {event.text('description')}" for event in alerts]
        refused = (any(event.name == "hello" for event in events)
                   and not any(event.in_tls and event.bytes() for event in events))
        if refused and not alerts and left(transcript, events[0].conn):
            notes.append("alert: none before the client closed")
    return notes


def _crash(transcript: Transcript) -> str:
    """The name of the signal that ended the client; "" if none did, or it was the world's."""
    exits = transcript.all("client.exit")
    number = exits[-1].number("signal") if exits else None
    if number is None or transcript.all("deadline"):
        return ""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
