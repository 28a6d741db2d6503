# SPDX-License-Identifier: Apache-2.0
"""A quick run: fewer trials, but every attack and every posture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from latchkey.model import Trial

QUICK = "every attack was tried once, and not in every posture"


def quick(trials: Sequence[Trial]) -> list[Trial]:
    """Of each scenario and client just so many trials that no variant and no posture is left out.

    A variant gets the posture that had the fewest so far, one that demands TLS if there is one;
    a posture that is left gets the first variant. The order stays.
    """
    groups: dict[tuple[str, str], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.client.name, trial.scenario.id), []).append(trial)
    chosen = {trial.id for group in groups.values() for trial in _of_scenario(group)}
    return [trial for trial in trials if trial.id in chosen]


def _of_scenario(group: Sequence[Trial]) -> list[Trial]:
    variants: dict[str, list[Trial]] = {}
    for trial in group:
        variants.setdefault(trial.variant.id, []).append(trial)
    used: Counter[str] = Counter()
    chosen = []
    for own in variants.values():
        best = min(own, key=lambda one: (not one.posture.demands_tls, used[one.posture.name]))
        used[best.posture.name] += 1
        chosen.append(best)
    left = {trial.posture.name: trial for trial in reversed(group) if not used[trial.posture.name]}
    return [*chosen, *left.values()]
