# SPDX-License-Identifier: Apache-2.0
"""What a trial comes to (docs/verdicts.md), and what several runs of it come to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

# The gravest first.
OUTCOMES = ("FAIL", "WARN", "ERROR", "INCONCLUSIVE", "PASS", "SKIP")

REASONS = {
    "control": "The client did not do its work in the correct world either.",
    "fault-not-delivered": "The fault did not reach the client.",
    "deadline": "The client was stopped before anything was decided.",
    "flaky": "Another run of the same trial ended otherwise.",
    "undecided": "The sender did not say what became of the mail.",
    "certificate-not-shown": "The client showed the certificate of its account to nobody.",
    "policy-not-fetched": "The mail was held back by a sender that did not know the policy.",
    "policy-not-sought": "The mail was delivered by a sender that did not look for a policy.",
    "host-not-visited": "The mail was held back by a sender that did not look at the host.",
    "nowhere-arrived": "The sender says that it delivered the mail, and it arrived nowhere.",
    "in-clear": "The sender had a policy that is to be enforced, and did without the TLS that "
                "was there.",
    "idle": "The sender asked nobody anything.",
    "nothing-shown": "What a check is about the client did in the correct world alone.",
    "tlsa-not-asked": "The mail was held back by a sender that had not asked for TLSA records.",
    "posture": "The adapter does not have this posture.",
    "one-mail": "The adapter hands over one mail to one recipient, and no more.",
    "collected": "The sender tells of its sessions, and the adapter puts the reports together.",
    "missing": "The program is not installed.",
    "no-status": "The program shows no level of confidentiality, or the adapter does not say how.",
    "untouched": "In the correct world the client never comes to the step that the fault is about.",
    "no-netns": "This machine allows no network namespace.",
    "needs-root": "Root is needed.",
    "no-resolver": "There is no validating resolver (unbound).",
    "no-dkim": "Nothing is there to verify signatures of mails with (python3-dkim).",
}


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


def skip(reason: str) -> Result:
    """A trial that was not run."""
    return Result("SKIP", reason, seen=(REASONS.get(reason, reason),))


def error(text: str) -> Result:
    """A trial in which the harness broke."""
    return Result("ERROR", text, seen=(f"The harness broke: {text}.",))


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
