# SPDX-License-Identifier: Apache-2.0
"""From a trial to its entry in the results: controls, reruns, verdict."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from latchkey import builds, dkim, judge, paths, ports, sandbox, template, trial as trials
from latchkey.catalog import Catalog
from latchkey.model import Client, Trial, control_of, twin_of
from latchkey.outcome import Result, error, settle, skip
from latchkey.plan import asks_form, asks_signature, asks_status, compile_plan
from latchkey.results import Entry, entry
from latchkey.trial import Seen
from latchkey.worlds import Worlds

SCRATCH = ".sandbox"                    # below the folder of the report, while a run goes on
_FIXED = {name: f"{name}-000000" for name in trials.fresh_secrets()}
_TIMED_RUNS, _TIMED_RUNS_MOST = 3, 20
_TRIES = 2                              # a control that fails once may have met a busy machine


@dataclass
class Bench:
    """What all trials of one process share."""

    catalog: Catalog
    out: Path                           # the folder of the report
    pcap: bool = False
    repeat: int = 1
    ports: bool = False                 # without a sandbox
    _etcs: dict[str | None, Path] = field(default_factory=dict)
    _controls: dict[str, Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._worlds = Worlds(self.scratch)
        self._lock = threading.Lock()   # trials may run in several threads

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worlds that wait."""
        self._worlds.close()

    @property
    def scratch(self) -> Path:
        return self.out / SCRATCH

    def etc(self, trial: Trial) -> Path:
        """The sandbox's /etc for the world of a trial; made once."""
        address = self.catalog.profiles[trial.scenario.profile].nameserver
        with self._lock:
            if address not in self._etcs:
                self._etcs[address] = sandbox.etc_make(self.scratch, address)
            return self._etcs[address]

    def run(self, trial: Trial, folder: Path) -> Seen:
        """Run the world of a trial once, with its evidence in a new folder."""
        with _alone(self.scratch / "alone.lock") if trial.client.alone else nullcontext():
            if self.ports:
                return trials.run_on_ports(self.catalog, trial, folder, self.scratch, self.pcap)
            return trials.run(self.catalog, trial, folder, self.etc(trial), self._worlds,
                              self.pcap)

    def control(self, trial: Trial) -> Seen:
        """A control or a twin, run once for all trials whose world is the same without a fault."""
        # By what the world is, not by its name: a control of another world would prove nothing.
        key = world_key(self.catalog, trial)
        if key not in self._controls:
            self._controls[key] = _shared_control(self, trial, key)
        return self._controls[key]


def world_key(catalog: Catalog, trial: Trial) -> str:
    """The same for all trials that differ in nothing but secrets and name."""
    plan = compile_plan(catalog, trial, _FIXED, trials.PLACES)
    del plan["id"]
    facts = [plan, trials.client_argument(trial.client), trial.posture.name]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


# --- controls


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One at a time, in whatever process; the others wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _shared_control(bench: Bench, trial: Trial, key: str) -> Seen:
    below = f"controls/{trials.safe_name(trial.client.name)}/{trial.posture.name}"
    folder = bench.out / below / f"{trial.kind}-{key}"
    done = bench.scratch / f"{trial.kind}-{key}.pickle"
    with _alone(done.with_suffix(".lock")):
        if done.exists():
            trouble = pickle.loads(done.read_bytes())[0]
            return trials.look(folder, trial.client, trouble)
        seen, result, seconds = _run_control(bench, trial, folder)
        item = entry(trial, result, seconds, str(folder.relative_to(bench.out)))
        done.write_bytes(pickle.dumps((seen.trouble, item)))
    return seen


def _run_control(bench: Bench, trial: Trial, folder: Path) -> tuple[Seen, Result, float]:
    started = time.monotonic()
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        seen = bench.run(trial, folder)
        result = _judge_control(trial, seen)
        if result.outcome == "PASS" or trial.kind == "twin":
            break
    return seen, result, time.monotonic() - started


def _judge_control(trial: Trial, seen: Seen) -> Result:
    if seen.trouble:
        return error(seen.trouble)
    if trial.kind == "twin":            # nothing can be done in a silent world
        trouble = judge.harness_trouble(seen.transcript)
        return error(trouble) if trouble else Result("PASS")
    return judge.judge_control(judge.case_of(trial, seen.prompted), seen.transcript)


def controls_of(out: Path) -> tuple[Entry, ...]:
    """The controls that a run has made."""
    found = (pickle.loads(file.read_bytes())[1] for file in (out / SCRATCH).glob("*.pickle"))
    return tuple(sorted(found, key=lambda item: (item.client, item.posture, item.id)))


# --- trials


def run_trial(bench: Bench, trial: Trial) -> Entry:
    """Run, judge, and run again what failed."""
    reason = skip_reason(bench, trial)
    if reason:
        return entry(trial, skip(reason), repeat=_repeat(bench, trial))
    started = time.monotonic()
    folder = bench.out / trials.folder_name(trial)
    results: list[Result] = []
    timed = trial.variant.fault.is_timed
    while len(results) < bench.repeat or _wants_more(results, timed):
        results.append(_run_once(bench, trial, _run_folder(folder, len(results))))
    settled = settle(results, worst=timed)
    chosen = _run_folder(folder, _deciding(results, settled))
    trials.repeat_write(chosen, trial, bench.ports)
    return entry(trial, settled, time.monotonic() - started, str(chosen.relative_to(bench.out)),
                 _repeat(bench, trial))


class Ahead:
    """Runs the trial that is asked for, and beside it the one that will be asked for next.

    Much of a trial is silence: a client that waits in vain, a kernel that takes namespaces down.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pool = ThreadPoolExecutor(2)
        self._begun: dict[str, Future[Entry]] = {}

    def run(self, trial: Trial, following: Trial | None) -> Entry:
        asked = self._begun.pop(trial.id, None)
        if asked is None and following is None:
            return run_trial(self._bench, trial)    # an interrupt ends it, as it does no thread
        asked = asked or self._begin(trial)
        if following is not None:
            self._begun[following.id] = self._begin(following)
        return asked.result()

    def _begin(self, trial: Trial) -> Future[Entry]:
        return self._pool.submit(run_trial, self._bench, trial)

    def close(self) -> None:
        """End what has begun, and the worlds that wait."""
        self._pool.shutdown()
        self._bench.close()


def skip_reason(bench: Bench, trial: Trial) -> str:
    """Why a trial cannot be run here; "" if it can."""
    if trial.setup is None:
        return "posture"
    if not (trial.variant.mail.is_usual or trial.setup.several):
        return "one-mail"
    if trial.setup.collected and asks_form(trial):
        return "collected"
    if asks_status(trial) and trial.client.status is None:
        return "no-status"
    if not is_installed(trial.client):
        return "missing"
    if trial.client.root and os.geteuid() != 0:
        return "needs-root"
    if bench.catalog.profiles[trial.scenario.profile].resolver and not sandbox.has_resolver():
        return "no-resolver"
    if asks_signature(trial) and not dkim.is_there():
        return "no-dkim"
    if bench.ports:
        return "no-netns" if ports.unfit(bench.catalog, trial) else ""
    return "no-netns" if sandbox.refusal(bench.scratch) else ""


def _wants_more(results: Sequence[Result], timed: bool) -> bool:
    """A verdict needs more runs.

    A failure (FAIL or WARN) is seen twice before it is told. Where the client's timing decides, one
    good run says little, and a bad one among good ones is looked for again.
    """
    failed = sum(result.outcome in ("FAIL", "WARN") for result in results)
    if not timed:
        return not results or len(results) == 1 == failed
    return len(results) < _TIMED_RUNS or (failed == 1 and len(results) < _TIMED_RUNS_MOST)


def _run_folder(folder: Path, number: int) -> Path:
    return folder if number == 0 else folder.with_name(f"{folder.name}~{number + 1}")


def _run_once(bench: Bench, trial: Trial, folder: Path) -> Result:
    control = bench.control(control_of(trial))
    twin_trial = twin_of(trial)
    twin = bench.control(twin_trial) if twin_trial is not None else None
    seen = bench.run(trial, folder)
    if seen.trouble:
        return error(seen.trouble)
    keys = dkim.records(seen.known) if asks_signature(trial) and seen.known else {}
    case = judge.case_of(trial, seen.prompted, seen.shown, seen.told, seen.level, keys)
    result = judge.judge(case, seen.transcript, control.transcript,
                         twin.transcript if twin is not None else None)
    return replace(result, notes=(*result.notes, ports.NOTE)) if bench.ports else result


def _deciding(results: Sequence[Result], settled: Result) -> int:
    """Which run the settled result speaks of: its events are that run's."""
    for number, result in enumerate(results):
        if result.checks == settled.checks and settled.outcome in (result.outcome, "INCONCLUSIVE"):
            return number
    return 0


def _repeat(bench: Bench, trial: Trial) -> str:
    """For whoever reads the report, which must not be replaced by it."""
    return shlex.join([*trials.repeat_command(trial, bench.ports), "--out", "latchkey-repeat"])


# --- clients


def _version_argv(client: Client) -> tuple[str, ...]:
    """As it is run outside the sandbox."""
    values = {"adapter": str(paths.resolved(client.folder)),
              "built": client.built or str(paths.built(client.folder))}
    first, *rest = [template.fill(word, values) for word in client.version_argv]
    name = first.removeprefix(sandbox.PROGRAMS + "/")
    return (first if name == first else str(paths.program(name)), *rest)


def _asked(client: Client) -> tuple[int, str]:
    """How a client ended that was asked for its version, and what it said."""
    return _asked_along(_version_argv(client), tuple(client.search.items()))


@cache
def _asked_along(argv: tuple[str, ...], search: tuple[tuple[str, str], ...]) -> tuple[int, str]:
    # Not along the user's own PATH: the program that tells its version is the one that is judged.
    program = shutil.which(argv[0], path=dict(search)["PATH"])
    if program is None:
        return 127, ""
    with tempfile.TemporaryDirectory() as home:
        try:
            done = subprocess.run(
                (program, *argv[1:]), cwd=home,
                env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8", **dict(search)},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return 127, ""
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def supply_step(client: Client) -> str:
    """What is left to do about the programs that the user supplies; "" if they are there."""
    folder = paths.built(client.folder)
    lacking = [name for name in client.supplied if not os.access(folder / name, os.X_OK)]
    made = f", then run {paths.ROOT / 'scripts/setup'} senders" if client.root else ""
    return f"put {' and '.join(lacking)} into {folder}/{made}" if lacking else ""


def is_installed(client: Client) -> bool:
    """A library is missing, though its interpreter is there, if asking for its version fails."""
    if supply_step(client):
        return False
    if not builds.tells_version(client):
        return True
    return _asked(client)[0] == 0 or version_of(client) != ""


def version_of(client: Client) -> str:
    """The version that the program itself tells; "" if it is not installed or tells none."""
    if not builds.tells_version(client):
        return ""
    found = re.search(client.version_regex, _asked(client)[1])
    return (found.group(1) if found.re.groups else found.group()) if found is not None else ""


def with_version(clients: Sequence[Client]) -> dict[str, dict[str, str]]:
    """What results.json says of the clients."""
    return {client.name: {"version": version_of(client), "adapter": trials.client_argument(client)}
            for client in clients}
