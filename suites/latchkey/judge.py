# SPDX-License-Identifier: Apache-2.0
"""The judge (docs/verdicts.md): what was seen in, outcome out. It reads no file and no clock."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from latchkey import cost, tlsrpt
from latchkey.faults import ACTIONS
from latchkey.finding import Context, Finding, done, exit_words, success_reported
from latchkey.logins import certificates
from latchkey.model import Fault, Trial
from latchkey.postures import Posture
from latchkey.predicates import PREDICATES
from latchkey.recipes import CHAIN
from latchkey.senders import UNPROVEN, doubt, policy_sought, tlsa_asked
from latchkey.transcript import Event, Transcript

# The gravest first.
OUTCOMES = ("FAIL", "WARN", "ERROR", "INCONCLUSIVE", "PASS", "SKIP")
# Replies that go by the list of what the server offers.
_BY_LIST = frozenset({"capabilities", "starttls", "auth", "login", "user"})
# What a failed check of a level makes of its trial, and what it is called itself.
_FAILED = {"MUST": "FAIL", "SHOULD": "WARN", "MAY": "NOTE"}

REASONS = {
    "control": "The client did not do its work in the correct world either.",
    "fault-not-delivered": "The fault did not reach the client.",
    "deadline": "The client was stopped before anything was decided.",
    "flaky": "Another run of the same trial ended otherwise.",
    "undecided": "The sender did not say what became of the mail.",
    "certificate-not-shown": "The client showed the certificate of its account to nobody.",
    "policy-not-fetched": "The mail was held back by a sender that did not know the policy.",
    "tlsa-not-asked": "The mail was held back by a sender that had not asked for TLSA records.",
    "posture": "The adapter does not have this posture.",
    "one-mail": "The adapter hands over one mail to one recipient, and no more.",
    "missing": "The program is not installed.",
    "no-status": "The program shows no level of confidentiality, or the adapter does not say how.",
    "untouched": "In the correct world the client never comes to the step that the fault is about.",
    "no-netns": "This machine allows no network namespace.",
    "needs-root": "Root is needed.",
    "no-resolver": "There is no validating resolver (unbound).",
    "no-dkim": "Nothing is there to verify signatures of mails with (python3-dkim).",
}


@dataclass(frozen=True)
class Demand:
    """One check as it stands for one posture."""

    predicate: str
    level: str
    consequence: str


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
    deliveries: int = 1                 # how many recipients a run has to reach
    measured: bool = False              # what it costs is counted
    keys: Mapping[str, str] = field(default_factory=dict)   # name → record, for signatures


@dataclass(frozen=True)
class Check:
    """What became of one check."""

    predicate: str
    level: str
    consequence: str
    outcome: str                        # PASS, FAIL, WARN, NOTE
    promise: bool                       # the posture demanded it: a failure breaks a promise
    events: tuple[int, ...]             # seq of what decided
    sentence: str


@dataclass(frozen=True)
class Result:
    outcome: str
    reason: str = ""
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()      # sentences
    seen: tuple[str, ...] = ()          # sentences
    runs: int = 1                       # how often the trial was run,
    agreed: int = 1                     # and how many of the runs ended like this
    cost: Mapping[str, int | None] | None = None    # of its last run (cost.py); None: not asked for

    @property
    def failed(self) -> frozenset[tuple[str, str]]:
        """The checks that failed, as (predicate, level), without those that are only notes."""
        return frozenset((check.predicate, check.level) for check in self.checks
                         if check.outcome in ("FAIL", "WARN"))


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
                trial.variant.mail.deliveries, trial.variant.cost is not None, keys or {})


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


def skip(reason: str) -> Result:
    """A trial that was not run."""
    return Result("SKIP", reason, seen=(REASONS.get(reason, reason),))


def error(text: str) -> Result:
    """A trial in which the harness broke."""
    return Result("ERROR", text, seen=(f"The harness broke: {text}.",))


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
        reason = doubt(transcript, case.posture)
        final = any(check.predicate == "gives-up" for check in checks)
        if reason and (reason not in UNPROVEN or outcome == "PASS" and not final):
            return _undecided(context, case, reason)
    if outcome == "PASS" and case.posture.has_certificate and transcript.all("tls.up") \
            and not certificates(transcript):
        return _undecided(context, case, "certificate-not-shown")
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


def confirm(first: Result, second: Result) -> Result:
    """A FAIL and its second run: it stands only if both say the same."""
    return settle((first, second))


def settle(results: Sequence[Result], worst: bool = False) -> Result:
    """Several runs of one trial as one result.

    Runs agree when their outcome and their failed checks are the same. If not all agree the trial
    is flaky; but with `worst`, where the client's own timing decides whether it is hit, a FAIL (or
    else a WARN) that came twice stands, with the count and the checks of the worst such run.
    """
    groups: dict[tuple[str, frozenset[tuple[str, str]]], list[Result]] = {}
    for result in results:
        groups.setdefault((result.outcome, result.failed), []).append(result)
    ranked = sorted(groups.values(), key=len, reverse=True)
    if len(ranked) == 1:
        return replace(ranked[0][0], runs=len(results), agreed=len(results))
    counts = ", ".join(f"{len(group)} of {len(results)}: {_in_short(group[0])}" for group in ranked)
    for outcome in ("FAIL", "WARN") if worst else ():
        same = [result for result in results if result.outcome == outcome]
        if len(same) > 1:
            fullest = max(same, key=lambda result: len(result.failed))
            return replace(fullest, runs=len(results), agreed=len(same),
                           notes=(*fullest.notes, f"runs: {counts}"))
    gravest = min(results, key=lambda result: OUTCOMES.index(result.outcome))
    return replace(gravest, outcome="INCONCLUSIVE", reason="flaky",
                   seen=(REASONS["flaky"], *gravest.seen),
                   notes=(*gravest.notes, f"runs: {counts}"),
                   runs=len(results), agreed=len(ranked[0]))


def _in_short(result: Result) -> str:
    failed = ", ".join(sorted(name for name, _ in result.failed))
    return result.outcome + (f" ({failed or result.reason})" if failed or result.reason else "")


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
    if case.lists and not any(_offers(event, case.lists) for event in control.all("send")):
        return False
    return case.step is None or comes_to(control, case.step)


def _offers(event: Event, phases: tuple[str, ...]) -> bool:
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
    if any(event.seq < fault.seq for event in _left(transcript, fault.conn)):
        return False
    return any(_by_client(event) for event in transcript.events[fault.seq:])


def _left(transcript: Transcript, conn: int) -> list[Event]:
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
        if refused and not alerts and _left(transcript, events[0].conn):
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
