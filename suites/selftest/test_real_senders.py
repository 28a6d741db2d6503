# SPDX-License-Identifier: Apache-2.0
"""Sending MTAs in roots of their own: delivered to the right host, refused to the wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchkey import catalog, runner, tomlfile, trial as trials
from latchkey.catalog import Catalog
from latchkey.model import Client
from latchkey.runner import Bench
from samples import ROOT

KNOWN = catalog.load(ROOT)
SENDERS = [client for client in map(KNOWN.client, KNOWN.client_names) if client.root]


@pytest.fixture(scope="module")
def known() -> Catalog:
    return KNOWN


@pytest.mark.parametrize("client, scenario, variant", [
    (client, scenario, variant) for client in SENDERS
    for posture, scenario, variant in (("mta-sts", "mta-sts.mx-certificate", "[other-host]"),
                                       ("mta-dane", "dane.tlsa-mismatch", "[3-1-1]"))
    if posture in client.setups], ids=lambda one: str(getattr(one, "name", one)))
def test_a_wrong_host_does_not_get_the_mail(built: Path, known: Catalog, client: Client,
                                            scenario: str, variant: str,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    (trial,) = (trial for trial in known.trials(client, scenario, variant))
    with Bench(known, built / "out") as bench:
        reason = runner.skip_reason(bench, trial)
        if reason:
            pytest.skip(f"{client.name}: {reason}; scripts/setup senders makes it, as root")
        item = runner.run_trial(bench, trial)
    (control,) = runner.controls_of(built / "out")
    assert (control.outcome, control.result.reason) == ("PASS", "")
    assert (item.outcome, item.result.reason, item.result.agreed) == ("PASS", "", 1)


@pytest.mark.parametrize("client", SENDERS, ids=lambda client: str(client.name))
def test_a_root_is_described_whole(client: Client) -> None:
    assert client.kind == "mta" and client.packages
    like = tomlfile.load(client.file).data.get("like", client.folder.name)
    for name in ("prepare", "deliver"):
        assert (client.folder.parent / like / name).is_file()
    assert any("{built}/root" in word for word in client.version_argv)
