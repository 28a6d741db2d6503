# SPDX-License-Identifier: Apache-2.0
"""A quick run: fewer trials, but every attack and every posture.

Of each scenario and client just so many trials are run first that no variant and no posture is left
out. Whether a trial says anything only its run shows, so what was not judged is made up for by what
was left out: until each variant (where TLS is demanded, if that can be) and each posture has been
judged, or nothing is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from latchkey.model import Trial
from latchkey.outcome import Result

QUICK = "every attack was tried until one posture was judged, and every posture in every scenario"
# Why a trial was not judged that could be in another posture, or with another variant.
_ELSEWHERE = frozenset({"untouched", "one-mail", "collected", "no-netns"})


@dataclass(frozen=True)
class Group:
    """The trials of one scenario against one client."""

    first: tuple[Trial, ...]
    rest: tuple[Trial, ...]             # what can stand in; postures that demand TLS come first


def key(trial: Trial) -> tuple[str, str]:
    """The group of a trial."""
    return trial.client.name, trial.scenario.id


def groups(trials: Iterable[Trial]) -> list[Group]:
    """A quick run of these trials."""
    found: dict[tuple[str, str], list[Trial]] = {}
    for trial in trials:
        found.setdefault(key(trial), []).append(trial)
    return [_group(own) for own in found.values()]


def quick(trials: Iterable[Trial]) -> list[Trial]:
    """What is run if every trial is judged."""
    return [trial for group in groups(trials) for trial in group.first]


def _group(trials: Sequence[Trial]) -> Group:
    """A variant gets the posture that had the fewest so far, one that demands TLS if there is one;
    a posture that is left gets the first variant."""
    variants: dict[str, list[Trial]] = {}
    for trial in trials:
        variants.setdefault(trial.variant.id, []).append(trial)
    used: Counter[str] = Counter()
    chosen = set()
    for own in variants.values():
        best = min(own, key=lambda one: (not one.posture.demands_tls, used[one.posture.name]))
        used[best.posture.name] += 1
        chosen.add(best.id)
    chosen.update({trial.posture.name: trial.id for trial in reversed(trials)
                   if not used[trial.posture.name]}.values())
    rest = (trial for trial in trials if trial.id not in chosen)
    return Group(tuple(trial for trial in trials if trial.id in chosen),
                 tuple(sorted(rest, key=lambda one: not one.posture.demands_tls)))


_Duty = tuple[str, ...]


def _duties(trial: Trial) -> tuple[_Duty, _Duty]:
    """What a trial is run for: its variant, where TLS is demanded or else at all; its posture."""
    how = "demanded" if trial.posture.demands_tls else "at all"
    return ((*key(trial), "variant", trial.variant.id, how),
            (*key(trial), "posture", trial.posture.name))


@dataclass
class Sample:
    """What has become of a quick run so far."""

    _met: set[_Duty] = field(default_factory=set)
    _idle: set[_Duty] = field(default_factory=set)  # postures in which the client does not work

    def saw(self, trial: Trial, result: Result) -> None:
        """A trial has ended."""
        variant, posture = _duties(trial)
        if result.reason == "control":
            self._idle.add(posture)
        elif result.outcome in ("PASS", "FAIL", "WARN") or (
                result.outcome == "SKIP" and result.reason not in _ELSEWHERE):
            self._met |= {variant, (*variant[:-1], "at all"), posture}

    def wanted(self, rest: Iterable[Trial]) -> Iterator[Trial]:
        """The trials that must stand in; each is asked for when those before it have been seen."""
        for trial in rest:
            variant, posture = _duties(trial)
            if posture not in self._idle and not {variant, posture} <= self._met:
                yield trial
