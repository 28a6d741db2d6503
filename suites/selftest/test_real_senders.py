# SPDX-License-Identifier: Apache-2.0
"""Sending MTAs that others wrote: delivered to the right host, refused to the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from latchkey import catalog, runner, tomlfile, trial as trials
from latchkey.catalog import Catalog
from latchkey.model import Client, Trial, control_of
from latchkey.runner import Bench
from samples import ROOT

KNOWN = catalog.load(ROOT)
SENDERS = [client for client in map(KNOWN.client, KNOWN.client_names)
           if client.kind == "mta" and client.packages]
ROOTED = [client for client in SENDERS if client.root]
POSTFIX = KNOWN.client("postfix")
# In the place of the policy daemon: one that is gone, and one whose answer is no policy.
GONE = "echo Server started."
ANSWERS = """python3 -c '
import socket
door = socket.create_server(("127.0.0.1", 8461))
print("Server started.", flush=True)
while True:
    with door.accept()[0] as guest:
        guest.recv(999)
        guest.sendall(b"16:OK secure match=,")
'"""


@pytest.fixture(scope="module")
def known() -> Catalog:
    return KNOWN


@contextmanager
def _bench(built: Path, known: Catalog, trial: Trial) -> Iterator[Bench]:
    with Bench(known, built / "out") as bench:
        reason = runner.skip_reason(bench, trial)
        if reason:
            pytest.skip(f"{trial.client.name}: {reason}; scripts/setup senders (as root) makes it, "
                        "or scripts/setup clients")
        yield bench


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
    with _bench(built, known, trial) as bench:
        item = runner.run_trial(bench, trial)
    (control,) = runner.controls_of(built / "out")
    assert (control.outcome, control.result.reason) == ("PASS", "")
    assert (item.outcome, item.result.reason, item.result.agreed) == ("PASS", "", 1)


@pytest.mark.parametrize("client", ROOTED, ids=lambda client: str(client.name))
def test_a_root_is_described_whole(client: Client) -> None:
    assert client.kind == "mta" and client.packages
    like = tomlfile.load(client.file).data.get("like", client.folder.name)
    for name in ("prepare", "deliver"):
        assert (client.folder.parent / like / name).is_file()
    assert any("{built}/root" in word for word in client.version_argv)


@pytest.mark.parametrize("daemon, code", [(GONE, 70), (ANSWERS, 75)], ids=["gone", "answers"])
def test_want_of_an_answer_is_told_from_one_that_is_of_no_use(
        built: Path, known: Catalog, daemon: str, code: int) -> None:
    (trial,) = known.trials(POSTFIX, "mta-sts.mx-certificate", "[other-host]")
    program = (POSTFIX.folder / "deliver").read_text(encoding="utf-8")
    changed = program.replace("mta-sts-daemon -c /etc/mta-sts-daemon.yml", daemon)
    assert changed != program
    setup = replace(POSTFIX.setups["mta-sts"], argv=(
        "sh", "-c", 'printf %s "$PROGRAM" >deliver; exec sh deliver "$@"',
        *POSTFIX.setups["mta-sts"].argv), env={"PROGRAM": changed})
    client = replace(POSTFIX, setups={"mta-sts": setup})
    with _bench(built, known, trial) as bench:
        seen = bench.run(control_of(replace(trial, client=client)), built / "run")
    assert seen.transcript.all("client.exit")[-1].number("code") == code
