# SPDX-License-Identifier: Apache-2.0
"""Quick runs: fewer trials, and neither an attack nor a posture less."""

from collections import Counter
from pathlib import Path

import pytest

from latchkey import catalog, sample
from latchkey.catalog import Catalog
from latchkey.model import Trial


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
    assert quick == [one for one in whole if one in quick] == sample.quick(whole)
    assert sample.quick(quick) == quick and len(quick) <= len(whole)


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
