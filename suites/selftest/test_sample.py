# SPDX-License-Identifier: Apache-2.0
"""Quick runs: fewer trials, and neither an attack nor a posture less."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from latchkey import catalog, sample
from latchkey.catalog import Catalog
from latchkey.model import Trial
from latchkey.outcome import Result, skip


@pytest.fixture(scope="module")
def known() -> Catalog:
    return catalog.load(Path(__file__).resolve().parents[2])


def tried(trials: list[Trial]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(scenario, variant) and (scenario, posture)"""
    return ({(one.scenario.id, one.variant.id) for one in trials},
            {(one.scenario.id, one.posture.name) for one in trials})


@pytest.mark.parametrize("name", ["curl", "msmtp", "nullmailer", "postfix", "python"])
def test_nothing_is_left_out(known: Catalog, name: str) -> None:
    whole = known.trials(known.client(name))
    quick = sample.quick(whole)
    assert tried(quick) == tried(whole)
    assert quick == [one for one in whole if one in quick]
    assert sample.quick(quick) == quick and len(quick) <= len(whole)
    parts = [one for group in sample.groups(whole) for one in (*group.first, *group.rest)]
    assert sorted(one.id for one in parts) == sorted(one.id for one in whole)


def test_it_is_less_than_half_where_there_are_many_postures(known: Catalog) -> None:
    for name in ("curl", "python"):
        whole = known.trials(known.client(name))
        assert 0 < 2 * len(sample.quick(whole)) < len(whole)


def test_postures_take_turns_and_those_that_demand_tls_come_first(known: Catalog) -> None:
    whole = known.trials(known.client("curl"), "certificate.impostor")
    assert {one.posture.demands_tls for one in whole} == {False, True}
    quick = sample.quick(whole)
    demanded = [one for one in quick if one.posture.demands_tls]
    assert {one.variant.id for one in demanded} == {one.variant.id for one in whole}
    turns = Counter(one.posture.name for one in demanded)
    assert min(turns.values()) > 1 and max(turns.values()) - min(turns.values()) <= 1


def test_each_client_has_its_own(known: Catalog) -> None:
    clients = [known.client(name) for name in ("curl", "python")]
    both = [one for client in clients for one in known.trials(client, "starttls")]
    assert sample.quick(both) == [one for client in clients
                                  for one in sample.quick(known.trials(client, "starttls"))]


# --- what stands in for trials that were not judged


def played(trials: list[Trial], judge: Callable[[Trial], Result]) -> list[Trial]:
    """What a quick run runs, as the plugin does it."""
    seen, ran = sample.Sample(), []
    for group in sample.groups(trials):
        for trial in group.first:
            seen.saw(trial, judge(trial))
            ran.append(trial)
        for trial in seen.wanted(group.rest):
            seen.saw(trial, judge(trial))
            ran.append(trial)
    assert len(ran) == len({trial.id for trial in ran})
    return ran


@pytest.mark.parametrize("result", [Result("PASS"), Result("FAIL"), Result("WARN"),
                                    skip("missing"), skip("needs-root")])
def test_nothing_stands_in_for_what_was_judged_or_never_can_be(known: Catalog,
                                                               result: Result) -> None:
    whole = known.trials(known.client("curl"), "starttls")
    assert played(whole, lambda _: result) == sample.quick(whole)


@pytest.mark.parametrize("result", [skip("untouched"), skip("one-mail"), skip("collected"),
                                    Result("INCONCLUSIVE", "flaky"), Result("ERROR", "broke")])
def test_everything_is_tried_before_an_attack_is_given_up(known: Catalog, result: Result) -> None:
    whole = known.trials(known.client("curl"), "starttls")
    assert set(map(id, played(whole, lambda _: result))) == set(map(id, whole))


def test_what_can_be_judged_anywhere_is_judged(known: Catalog) -> None:
    """Whatever goes untouched, each variant and each posture that some trial can judge has one."""
    whole = known.trials(known.client("curl"))
    for seed in range(20):
        dice = random.Random(seed)
        good = {trial.id for trial in whole if dice.random() < seed / 20}
        judged = [trial for trial in played(whole, lambda trial: Result("PASS")
                  if trial.id in good else skip("untouched")) if trial.id in good]
        could = [trial for trial in whole if trial.id in good]
        assert tried(judged) == tried(could)
        demanded = [[one for one in some if one.posture.demands_tls] for some in (judged, could)]
        assert tried(demanded[0])[0] == tried(demanded[1])[0]


def test_another_posture_stands_in_and_one_that_demands_tls_first(known: Catalog) -> None:
    whole = known.trials(known.client("curl"), "starttls.refused")
    first, = (one for one in sample.quick(whole)
              if one.variant.id == "no" and one.posture.demands_tls)
    ran = played(whole, lambda trial: skip("untouched") if trial is first else Result("PASS"))
    more = [one for one in ran if one not in sample.quick(whole)]
    assert [one.variant.id for one in more] == ["no"] and more[0].posture.demands_tls


def test_a_posture_without_a_control_is_given_up_and_its_variants_are_not(known: Catalog) -> None:
    whole = known.trials(known.client("curl"), "certificate.impostor")
    broken = sample.quick(whole)[0].posture.name
    ran = played(whole, lambda trial: Result("INCONCLUSIVE", "control")
                 if trial.posture.name == broken else Result("PASS"))
    judged = [one for one in ran if one.posture.name != broken]
    assert tried(judged)[0] == tried(whole)[0]
    assert [one for one in ran if one.posture.name == broken] == [
        one for one in sample.quick(whole) if one.posture.name == broken]
    # If it works in no posture at all, a quick run stays one.
    nowhere = played(whole, lambda _: Result("INCONCLUSIVE", "control"))
    assert nowhere == sample.quick(whole)
