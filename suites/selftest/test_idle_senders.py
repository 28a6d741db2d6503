# SPDX-License-Identifier: Apache-2.0
"""Senders that work in the correct world and do their work by halves in the others (scripted.idle):
none of them passes but where what it did is all that is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from latchkey import catalog, runner, trial as trials
from latchkey.model import Trial, control_of
from latchkey.results import Entry
from latchkey.runner import Bench
from samples import ROOT
from scripted import stage

KNOWN = catalog.load(ROOT)
SUITES = ("mta-sts", "smtp-521", "footprint", "dane", "dane-x-sts", "tlsrpt", "what-if")
OF_DANE = ("dane", "dane-x-sts")
# What a sender may pass that looked for all, and put the mail off without a visit: where the
# answers of the name server, or the policy, are enough for that; or the fetch alone is asked for.
ENOUGH = """
dane-x-sts.lookup-error-enforce dane-x-sts.lookup-error-none dane-x-sts.lookup-error-testing
dane-x-sts.lookup-error-unlisted dane-x-sts.lookup-error-unusable dane-x-sts.match-unlisted
dane-x-sts.mismatch-unlisted dane-x-sts.no-record-unlisted dane.bogus dane.bogus[address-bogus]
dane.bogus[delegation-bogus] dane.bogus[key-bogus] dane.bogus[mx-forged] dane.bogus[tlsa-bogus]
dane.bogus[tlsa-forged] dane.lookup-error dane.lookup-error[alias-loop]
dane.lookup-error[mx-servfail] dane.lookup-silence dane.mandatory dane.mandatory[insecure-host]
dane.mandatory[insecure-mx] dane.mandatory[unusable]
footprint.body footprint.connection footprint.cookie footprint.elsewhere footprint.limits
footprint.redirect footprint.resumption footprint.conditional footprint.fresh
mta-sts.fetch-unusual mta-sts.policy-unusual mta-sts.mx-not-listed mta-sts.mx-alias mta-sts.no-mx
mta-sts.policy-certificate-good mta-sts.record-alias mta-sts.record-unusual mta-sts.new-policy
"""
# Without the TLSA records there is what is known of the host's address, and the policy.
ENOUGH_OF_HOSTS = """
dane.bogus dane.bogus[address-bogus] dane.bogus[delegation-bogus] dane.bogus[key-bogus]
dane.bogus[mx-forged] dane.lookup-error[mx-servfail] dane.mandatory[insecure-host]
dane.mandatory[insecure-mx]
"""
# One that goes by both, and looked for one of them.
ENOUGH_OF_POLICY = """
dane-x-sts.lookup-error-unlisted dane-x-sts.match-unlisted dane-x-sts.mismatch-unlisted
dane-x-sts.no-record-unlisted
"""
ENOUGH_OF_RECORDS = """
dane-x-sts.match-enforce dane-x-sts.match-none dane-x-sts.match-testing dane-x-sts.match-unlisted
dane-x-sts.match-unusable
"""
# One that looked for the hosts alone, and handed the mail over without TLS: where nothing can be
# known of a host, and how it is asked for what nobody may ask.
IN_CLEAR = """
dane.insecure dane.insecure[zone-of-host] dane.insecure-question
"""
# With TLS that authenticates nobody, there are these besides: the MX record is insecure; the host
# is the right one, and the policy of an earlier mail, or of this one, is known; or the author of
# the mail asks for no more (RFC 8689, section 3).
TO_ANYBODY = """
dane.anchor-insecure-mx dane.tls-not-required mta-sts.later-none mta-sts.run-out
mta-sts.tls-not-required
footprint.conditional footprint.fresh mta-sts.same-id
"""
# One that looked for all, and then did without TLS: where the answer of the name server, or of the
# policy host, leaves nothing that is known of a host.
FOR_SHOW = """
dane.denied dane.host-order dane.insecure dane.insecure[record-alias] dane.insecure[zone-of-host]
dane.no-tlsa
footprint.body footprint.connection footprint.cookie footprint.elsewhere footprint.redirect
footprint.resumption
mta-sts.fetch-broken mta-sts.fetch-redirect mta-sts.fetch-status mta-sts.fetch-type
mta-sts.fetch-unreachable mta-sts.policy-certificate mta-sts.policy-host-unknown
mta-sts.policy-lacks-field mta-sts.policy-malformed mta-sts.record-unusable
"""
WAYS = {
    "nothing nobody 75": "", "nothing nobody 0": "", "nothing nobody 69": "", "all nobody 0": "",
    "all nobody 75": ENOUGH, "hosts in-clear 0": IN_CLEAR,
    "hosts to-anybody 0": IN_CLEAR + TO_ANYBODY, "all in-clear 0": FOR_SHOW,
}
# Of those that go by DANE.
HALVES = {
    "hosts nobody 75": ENOUGH_OF_HOSTS, "policy nobody 75": ENOUGH_OF_HOSTS + ENOUGH_OF_POLICY,
    "policy to-anybody 0": IN_CLEAR + "dane.anchor-insecure-mx dane.tls-not-required",
    "records to-anybody 0": ENOUGH_OF_RECORDS,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idle")


def _chosen(trials: Iterable[Trial]) -> Iterator[tuple[str, Trial]]:
    """The first of a scenario; by DANE, the first with each kind of answer to each question."""
    seen: set[object] = set()
    for trial in trials:
        do = trial.variant.fault.do
        kind = (do.get("type"), "values" in do) if trial.scenario.suite in OF_DANE else ()
        if kind not in seen:
            yield trial.scenario.id + (f"[{trial.variant.id}]" if seen else ""), trial
        seen.add(kind)


@pytest.fixture(scope="module")
def trials_known(folder: Path) -> dict[str, Trial]:
    client = KNOWN.client(str(stage.idle_write(folder / "adapter")))
    return {name: trial for scenario in KNOWN.scenarios if scenario.partition(".")[0] in SUITES
            for name, trial in _chosen(KNOWN.trials(client, scenario)) if trial.setup is not None}


Run = Callable[[list[Trial]], Iterable[Entry]]


@pytest.fixture(scope="module")
def run_all(folder: Path, trials_known: dict[str, Trial]) -> Iterator[Run]:
    """Runs trials; their controls are done."""
    with Bench(KNOWN, folder / "out") as bench, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda trial: bench.control(control_of(trial)), trials_known.values()))
        yield lambda own: pool.map(lambda trial: runner.run_trial(bench, trial), own)


@pytest.mark.parametrize("way", [*WAYS, *HALVES])
def test_who_does_half_of_it_passes_nothing_else(boxed: Path, run_all: Run, folder: Path, way: str,
                                                 trials_known: dict[str, Trial],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    deserved = {**WAYS, **HALVES}[way].split()
    met = {name: trial for name, trial in trials_known.items()
           if way in WAYS or trial.scenario.suite in OF_DANE}
    if way.startswith("records"):       # by DANE alone that is all
        met = {name: trial for name, trial in met.items() if trial.posture.goes_by_policy}
    assert set(deserved) <= set(met)
    wrong: dict[str, str] = {}
    for run in sorted({trial.variant.fault.runs for trial in met.values()}):
        (folder / "adapter/way").write_text(f"{run} {way}", encoding="ascii")
        own = {name: trial for name, trial in met.items() if trial.variant.fault.runs == run}
        shutil.rmtree(folder / "out/trials", ignore_errors=True)
        wrong |= {name: f"{item.result.outcome} {item.result.reason}"
                  for name, item in zip(own, run_all(list(own.values())))
                  if (item.result.outcome == "PASS") is not (name in deserved)}
    assert wrong == {}
