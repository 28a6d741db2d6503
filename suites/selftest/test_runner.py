# SPDX-License-Identifier: Apache-2.0
"""The runner, over a world that only pretends: controls, reruns, skips, worlds that break."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue import (accept, close, command, exited, fault, lines, mail_in_clear, mail_in_tls,
                      secret)
from latchkey import catalog, paths, runner, sandbox, transcript, trial as trials, worlds
from latchkey.model import Fault, Trial
from latchkey.outcome import Result
from latchkey.results import Entry, entry
from latchkey.runner import Bench
from samples import ROOT, SECRETS

ADAPTER = """
adapter = 1
name = "mine"
title = "Mine"
kind = "mua"
version = { argv = ["/bin/true"], regex = 'x' }
trust = "system"
prompt = "Really\\\\?"

[posture.imap-starttls]
argv = ["mine", "{host}"]

[posture.imap-opportunistic]
argv = ["mine", "{host}"]
"""
NEST = """#!/usr/bin/python3
import os, socket, subprocess
requests = socket.socket(fileno=0)
while (request := socket.recv_fds(requests, 255, 2))[0]:
    channel, errors = request[1]
    folder = "/run/latchkey/evidence/" + request[0].decode()
    if os.fork() == 0:
        status = subprocess.run(["/bin/sh", "-c", SCRIPT], cwd=folder, stdin=channel,
                                stdout=channel, stderr=errors).returncode
        os.write(channel, b"ended %d" % (status if status >= 0 else 128 - status) + bytes([10]))
        break
    os.close(channel), os.close(errors)
"""
WORLD = """
read -r _ || exit 0
case $(cat plan.json) in
*'"fault": null'*) cp /run/latchkey/adapter/control.jsonl transcript.jsonl ;;
*) cp /run/latchkey/adapter/fault.jsonl transcript.jsonl ;;
esac
"""
GOOD = (*mail_in_tls(), exited(0))
REFUSED = (accept(), command("CAPABILITY"), fault(), command("LOGOUT"), close(), exited(1))
LEAKED = (accept(), command("CAPABILITY"), fault(), command("LOGIN"), secret(), *mail_in_clear(2),
          exited(0))


def written(file: Path, *parts: object) -> None:
    file.write_text("\n".join(lines(*parts)) + "\n", encoding="ascii")  # type: ignore[arg-type]


@pytest.fixture
def bench(boxed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    programs = boxed / "programs"
    programs.mkdir()
    world_write(programs, WORLD)
    monkeypatch.setenv("LATCHKEY_PROGRAMS", str(programs))
    adapter = boxed / "adapter"
    adapter.mkdir()
    (adapter / "mine.toml").write_text(ADAPTER, encoding="ascii")
    written(adapter / "control.jsonl", *GOOD)
    written(adapter / "fault.jsonl", *REFUSED)
    with Bench(catalog.load(ROOT), boxed / "out") as own:
        yield own


def world_write(programs: Path, script: str) -> None:
    """Each world that is asked for is this script of a shell, in the folder of its evidence."""
    file = programs / "mockworld"
    file.write_text(NEST.replace("SCRIPT", repr(script)), encoding="ascii")
    file.chmod(0o755)


def one_trial(bench: Bench, scenario: str = "starttls.stripped-capability",
              posture: str = "imap-starttls") -> Trial:
    client = bench.catalog.client(str(bench.out.parent / "adapter/mine.toml"))
    return bench.catalog.trials(client, scenario, posture=posture)[0]


def runs(bench: Bench, kind: str) -> list[str]:
    return sorted(str(file.parent.relative_to(bench.out))
                  for file in (bench.out / kind).rglob("plan.json"))


def test_a_client_that_refuses_passes(bench: Bench) -> None:
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason) == ("PASS", "")
    assert item.evidence == "trials/mine/imap-starttls/starttls.stripped-capability"
    assert runs(bench, "trials") == [item.evidence]


@pytest.mark.parametrize(("posture", "outcome"), [
    ("imap-starttls", "FAIL"), ("imap-opportunistic", "WARN"),
])
def test_a_failure_is_run_twice(bench: Bench, posture: str, outcome: str) -> None:
    written(bench.out.parent / "adapter/fault.jsonl", *LEAKED)
    item = runner.run_trial(bench, one_trial(bench, posture=posture))
    assert (item.outcome, item.result.runs, item.result.agreed) == (outcome, 2, 2)
    assert runs(bench, "trials") == [item.evidence, item.evidence + "~2"]


def test_secrets_are_new_in_every_run(bench: Bench) -> None:
    written(bench.out.parent / "adapter/fault.jsonl", *LEAKED)
    runner.run_trial(bench, one_trial(bench))
    told = [json.loads((bench.out / folder / "plan.json").read_text(encoding="ascii"))["secrets"]
            for folder in runs(bench, "trials")]
    assert all(told[0][name] != told[1][name] for name in told[0])


FLAKY = WORLD.replace("*) cp /run/latchkey/adapter/fault.jsonl transcript.jsonl",
                      "*) n=$(grep -o '\"password\": \"p.' plan.json | tail -c 2);"
                      " cp /run/latchkey/adapter/$n.jsonl transcript.jsonl")


def test_runs_that_differ_are_flaky(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run meets depends on its password here: the first fails, the second passes."""
    adapter = bench.out.parent / "adapter"
    written(adapter / "1.jsonl", *LEAKED)
    written(adapter / "2.jsonl", *REFUSED)
    world_write(bench.out.parent / "programs", FLAKY)
    numbers = iter("0123")              # the control has the first
    usual = trials.fresh_secrets

    def numbered() -> dict[str, str]:
        return {**usual(), "password": f"p{next(numbers)}0000000"}

    monkeypatch.setattr(trials, "fresh_secrets", numbered)
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason, item.result.runs) == ("INCONCLUSIVE", "flaky", 2)
    failed = [check.predicate for check in item.result.checks if check.outcome == "FAIL"]
    assert failed, "the evidence is the run that failed"
    assert not item.evidence.endswith("~2")


def test_every_trial_as_often_as_asked(bench: Bench) -> None:
    bench.repeat = 3
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.runs) == ("PASS", 3)
    assert len(runs(bench, "trials")) == 3


def test_a_control_is_shared_also_between_processes(bench: Bench) -> None:
    for name in ("starttls.stripped-capability", "starttls.refused"):
        runner.run_trial(bench, one_trial(bench, name))
    with Bench(bench.catalog, bench.out) as other:
        runner.run_trial(other, one_trial(bench, "starttls.silent-answer"))
    assert len(runs(bench, "controls")) == 1
    found = runner.controls_of(bench.out)
    assert [(one.outcome, one.evidence) for one in found] == [("PASS", *runs(bench, "controls"))]


def test_controls_that_fail_decide_nothing(bench: Bench) -> None:
    written(bench.out.parent / "adapter/control.jsonl", accept(), close(), exited(1))
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason) == ("INCONCLUSIVE", "control")
    assert [one.outcome for one in runner.controls_of(bench.out)] == ["INCONCLUSIVE"]


def test_a_twin_is_run_where_the_fault_falls_silent(bench: Bench) -> None:
    client = bench.catalog.client(str(bench.out.parent / "adapter/mine.toml"))
    trial = next(one for one in bench.catalog.trials(client, "injection")
                 if one.variant.fault.has_twin)
    runner.run_trial(bench, trial)
    kinds = [Path(name).name.partition("-")[0] for name in runs(bench, "controls")]
    assert kinds == ["control", "twin"]


@pytest.mark.parametrize("script, reason", [
    ("echo 'plan.json: no' >&2; exit 2\n", "plan.json: no"),
    ("exit 3\n", "mockworld ended with status 3"),
    ("exit 0\n", "transcript: cannot be read: No such file or directory"),
    ("kill -9 $$\n", "mockworld ended with status 137"),
])
def test_a_world_that_breaks_is_an_error(bench: Bench, script: str, reason: str) -> None:
    world_write(bench.out.parent / "programs", script)
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason) == ("ERROR", reason)


def test_a_world_that_hangs_is_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = one_trial(bench)
    deadline = bench.catalog.profiles[trial.scenario.profile].deadline
    monkeypatch.setattr(trials, "GRACE", 2.0 - deadline)
    monkeypatch.setattr(worlds, "PATIENCE", 0.1)
    world_write(bench.out.parent / "programs", "exec sleep 600\n")
    item = runner.run_trial(bench, trial)
    assert (item.outcome, item.result.reason) == ("ERROR", "the world did not end in time")


def test_a_question_of_the_client_is_seen(bench: Bench) -> None:
    world_write(bench.out.parent / "programs", WORLD + "echo 'Sure? Really? (y)' >client.stderr\n")
    item = runner.run_trial(bench, one_trial(bench))
    assert any(note.startswith("asked-user") for note in item.result.notes)


def test_repeat_sh_is_the_command(bench: Bench) -> None:
    item = runner.run_trial(bench, one_trial(bench, "starttls.refused"))
    file = bench.out / item.evidence / "repeat.sh"
    assert file.stat().st_mode & stat.S_IXUSR
    text = file.read_text(encoding="utf-8")
    assert f"exec {item.repeat} " in text and item.repeat.endswith(" --out latchkey-repeat")
    assert f"run {bench.out.parent}/adapter/mine.toml --suite starttls.refused" in item.repeat
    assert subprocess.run(["sh", "-n", str(file)], check=False).returncode == 0


def test_what_cannot_be_run_is_skipped_with_its_reason(bench: Bench) -> None:
    adapter = bench.out.parent / "adapter/mine.toml"
    client = bench.catalog.client(str(adapter))
    absent = bench.catalog.trials(client, "starttls.refused", posture="pop3-starttls")[0]
    assert runner.run_trial(bench, absent).result.reason == "posture"
    adapter.write_text(ADAPTER.replace("/bin/true", "no-such-program"), encoding="ascii")
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason) == ("SKIP", "missing")


@pytest.mark.parametrize("script, installed", [
    ("exit 1", False), ("echo y; exit 1", False), ("echo x; exit 1", True), ("exit 0", True),
])
def test_a_library_is_missing_though_its_interpreter_is_there(tmp_path: Path, script: str,
                                                              installed: bool) -> None:
    adapter = tmp_path / "mine.toml"
    adapter.write_text(ADAPTER.replace('"/bin/true"', f'"/bin/sh", "-c", "{script}"'),
                       encoding="ascii")
    assert runner.is_installed(catalog.load(ROOT).client(str(adapter))) is installed


def test_what_was_built_for_an_adapter_is_seen(boxed: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", boxed)
    adapter = boxed / "suites/clients/mine"
    adapter.mkdir(parents=True)
    built = paths.built(adapter)
    built.mkdir(parents=True)
    (built / "client").write_text("#!/bin/sh\necho x7\n", encoding="ascii")
    (built / "client").chmod(0o755)
    (adapter / "adapter.toml").write_text(
        ADAPTER.replace("/bin/true", "{built}/client").replace("'x'", r"'x(\d)'"), encoding="ascii")
    client = catalog.load(ROOT).client(str(adapter / "adapter.toml"))
    assert runner.version_of(client) == "7"
    inside = sandbox.command(sandbox.etc_make(boxed / "out", None), None, adapter,
                             [f"{sandbox.BUILT}/client"])
    said = subprocess.run(inside, env=sandbox.environment(), capture_output=True, check=False)
    assert said.stdout == b"x7\n"


def test_without_namespaces_everything_is_skipped(bench: Bench,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "refusal", lambda scratch: "bwrap: not here")
    item = runner.run_trial(bench, one_trial(bench))
    assert (item.outcome, item.result.reason) == ("SKIP", "no-netns")


def test_secrets_fit_the_world_and_no_two_are_alike() -> None:
    first, second = trials.fresh_secrets(), trials.fresh_secrets()
    values = [*first.values(), *second.values()]
    assert len(set(values)) == len(values) == 18
    assert all(6 <= len(value) <= 100 and value.isascii() for value in values)


@pytest.mark.parametrize("out, err, shown", [
    ("nothing", "", ()), ("", "no: X7Z6Y5W4V3U2T1S0R", ("stderr",)),
    ("mail 271828 of 271828", "x7z6y5w4v3u2t1s0r", ("stdout", "stderr")), ("271827", "", ()),
    ("mail 1 of 271,828", "", ("stdout",)),
])
def test_what_the_attacker_wrote_is_looked_for_in_the_output(
        tmp_path: Path, out: str, err: str, shown: tuple[str, ...]) -> None:
    client = catalog.load(ROOT).client("curl")
    (tmp_path / "client.stdout").write_text(out, encoding="ascii")
    (tmp_path / "client.stderr").write_text(err, encoding="ascii")
    assert trials.look(tmp_path, client).shown == (), "without a plan nobody wrote anything"
    (tmp_path / "plan.json").write_text(json.dumps({"secrets": SECRETS}), encoding="ascii")
    assert trials.look(tmp_path, client).shown == shown


@pytest.mark.parametrize("out, level", [
    ("", ""), ("\tlast\tlevel 1: TLSv1.3", "high"), ("x last\tlevel 1", ""),
    ("\tlast\tlevel 1: a\n\tlast\tlevel 0: b\n", "none"), ("\tlast\tnever tried\n", "none"),
    ("\tlast\tlevel 0: b\nmail\n\tlast\tlevel 1: a\n", "high"),
])
def test_the_last_level_that_is_shown_counts(tmp_path: Path, out: str, level: str) -> None:
    (tmp_path / "client.stdout").write_text(out, encoding="ascii")
    (tmp_path / "client.stderr").write_text("\tlast\tlevel 1: no", encoding="ascii")
    known = catalog.load(ROOT)
    assert trials.look(tmp_path, known.client("refclient")).level == level
    assert trials.look(tmp_path, known.client("curl")).level == ""


@pytest.mark.parametrize("text, name", [
    ("starttls.refused[no]", "starttls.refused[no]"), ("a/../b c", "a_.._b_c"), ("é\n", "__"),
])
def test_names_of_folders_are_safe(text: str, name: str) -> None:
    assert trials.safe_name(text) == name


def test_a_program_of_ours_is_asked_for_its_version(tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATCHKEY_PROGRAMS", str(tmp_path))
    program = tmp_path / "mockworld"
    program.write_text("#!/bin/sh\necho mine 7.1 >&2\n", encoding="ascii")
    program.chmod(0o755)
    adapter = tmp_path / "mine.toml"
    text = ADAPTER.replace("/bin/true", "/run/latchkey/mockworld").replace("'x'", r"'mine (\S+)'")
    adapter.write_text(text, encoding="ascii")
    client = catalog.load(ROOT).client(str(adapter))
    assert runner.with_version([client]) == {"mine": {"version": "7.1", "adapter": str(adapter)}}
    assert paths.program("mockworld") == tmp_path / "mockworld"


@pytest.mark.parametrize("at, do, timed", [
    ({"reply": "starttls"}, {"action": "inject", "where": "behind"}, True),
    ({"reply": "greeting"}, {"action": "inject", "where": "behind", "after": ""}, True),
    ({"reply": "greeting"}, {"action": "inject", "where": "behind"}, False),
    ({"reply": "greeting"}, {"action": "renegotiate"}, True),
    ({"reply": "greeting"}, {"action": "drop"}, False),
])
def test_where_timing_decides(at: dict[str, str], do: dict[str, str], timed: bool) -> None:
    assert Fault(at, do).is_timed is timed


@pytest.mark.parametrize(("outcomes", "more"), [
    ("PP", True), ("PPP", False), ("FPP", True), ("FPP" + "P" * 16, True),
    ("FPP" + "P" * 17, False), ("FPPPF", False), ("FFP", False), ("WPP", True), ("WFP", False),
])
def test_where_timing_decides_one_failure_is_looked_for_again(outcomes: str, more: bool) -> None:
    names = {"P": "PASS", "F": "FAIL", "W": "WARN"}
    results = [Result(names[letter]) for letter in outcomes]
    assert runner._wants_more(results, timed=True) is more


def pretended(trial: Trial) -> Entry:
    return entry(trial, Result("PASS"))


def test_the_next_trial_runs_beside_the_one_that_is_waited_for(
        bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    first = one_trial(bench)
    second = one_trial(bench, posture="imap-opportunistic")
    begun: list[str] = []
    second_runs = threading.Event()

    def run(_: Bench, trial: Trial) -> Entry:
        begun.append(trial.id)
        if trial.id == first.id:
            assert second_runs.wait(60)
        else:
            second_runs.set()
        return pretended(trial)

    monkeypatch.setattr(runner, "run_trial", run)
    ahead = runner.Ahead(bench)
    assert ahead.run(first, second).posture == first.posture.name
    assert ahead.run(second, None).posture == second.posture.name
    assert sorted(begun) == sorted([first.id, second.id])    # none of them twice
    ahead.close()


def test_who_names_no_next_trial_runs_one_at_a_time(bench: Bench,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def run(_: Bench, trial: Trial) -> Entry:
        begun.append(trial.id)
        return pretended(trial)

    monkeypatch.setattr(runner, "run_trial", run)
    ahead = runner.Ahead(bench)
    ahead.run(one_trial(bench), None)
    ahead.close()
    assert begun == [one_trial(bench).id]


@pytest.mark.parametrize("alone", [True, False])
def test_a_heavy_client_is_tried_one_trial_at_a_time(bench: Bench, alone: bool,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    trial = one_trial(bench)
    heavy = replace(trial, client=replace(trial.client, alone=alone))
    others = []

    def run(*_: object) -> trials.Seen:
        # Whoever else has such a client, in this process or in another one.
        script = f"exec flock --nonblock {shlex.quote(str(bench.scratch / 'alone.lock'))} true"
        bench.scratch.mkdir(exist_ok=True)
        others.append(subprocess.run(["/bin/sh", "-c", script], check=False).returncode)
        return trials.Seen(transcript.read(bench.out / "none"))

    monkeypatch.setattr(trials, "run", run)
    bench.run(heavy, bench.out / "trial")
    assert others == [1 if alone else 0]
