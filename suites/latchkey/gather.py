# SPDX-License-Identifier: Apache-2.0
"""The controlling side of a run: entries in, progress and reports out."""

from __future__ import annotations

import atexit
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from latchkey import baseline, hints, paths, ports, report, results, runner, sample, sandbox
from latchkey.baseline import Baseline
from latchkey.catalog import Catalog
from latchkey.errors import UserError, suggestion
from latchkey.model import Client, Trial
from latchkey.outcome import error
from latchkey.report import facts, terminal
from latchkey.report.progress import Observer, observer
from latchkey.results import Entry, Run

REPORTS = ("junit",)                    # beside results.json and the site
_held: dict[Path, int] = {}             # folders that this process writes to, locked


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line."""

    clients: tuple[str, ...]
    out: Path
    suite: str | None = None
    posture: str | None = None
    keyword: str = ""
    baselines: tuple[str, ...] = ()
    least: int = 1
    pcap: bool = False
    repeat: int = 1
    ports: bool = False
    quick: bool = False

    @property
    def is_whole(self) -> bool:
        """All trials of the clients were asked for."""
        return not (self.suite or self.posture or self.keyword or self.quick)

    def trials(self, known: Catalog, client: Client) -> list[Trial]:
        """What was asked for of a client; the keyword and a quick run are a matter of the plugin's.
        """
        return known.trials(client, self.suite, None, self.posture)


def out_check(out: Path) -> None:
    """Only a former report may be replaced."""
    if not out.exists() or out.is_dir() and not any(out.iterdir()):
        return
    if not any((out / name).exists() for name in ("results.json", runner.SCRATCH)):
        raise UserError(out, 0, "is no report of a former run",
                        "name a new or empty folder with --out")


def out_prepare(out: Path) -> None:
    """A folder for the report, with nothing of a former one where it would be seen.

    It is this process's until its end: what two runs wrote there together would be no report.
    """
    out_check(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        _hold(out)
        _set_aside(list(out.iterdir()), out)
        (out / runner.SCRATCH).mkdir()
    except OSError as error:
        raise UserError(out, 0, f"cannot be written: {error.strerror}",
                        "name another folder with --out") from None


def _hold(out: Path) -> None:
    if out in _held:
        return
    folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise UserError(out, 0, "another run is writing its report there",
                        "wait for its end, or name another folder with --out") from None
    _held[out] = folder


def _set_aside(former: Sequence[Path], out: Path) -> None:
    """It goes when the run is over.

    To unlink thousands of files can take as long as the trials do, and for a minute ext4 looks at
    each of these again before it makes a new one.
    """
    if not former:
        return
    attic = Path(tempfile.mkdtemp(prefix=".former-", dir=out))
    for path in former:
        with suppress(FileNotFoundError):       # an older attic, whose removal has just ended
            path.rename(attic / path.name)
    atexit.register(_discard, attic)


def _discard(attic: Path) -> None:
    """Nobody waits for it."""
    subprocess.run(["/bin/sh", "-c", 'rm -rf -- "$1" &', "sh", str(attic)], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reports_write(out: Path) -> str:
    """Every report beside results.json; the last words of a run."""
    data = report.read([out], out)
    for name in REPORTS:
        report.write(name, data, out)
    width = min(terminal.WIDTH, shutil.get_terminal_size((terminal.WIDTH, 0)).columns)
    return terminal.final(data, report.write_site(data, out), width)


def as_data(item: Entry) -> dict[str, Any]:
    """One entry as it stands in results.json."""
    alone = Run("", "", "", {}, (), {}, (item,))
    data: dict[str, Any] = results.document(alone)["results"][0]
    return data


def broken(trial: Trial, text: str) -> Entry:
    """The entry of a trial in which the harness itself broke."""
    return results.entry(trial, error(text))


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def host_facts() -> dict[str, str]:
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {"name": platform.node(), "system": system, "kernel": platform.release(),
            "machine": platform.machine(), "processors": str(os.cpu_count() or 1)}


def _check_names(clients: Sequence[Client]) -> None:
    """What a run says of a client is filed under its name alone."""
    names = [client.name for client in clients]
    for client in clients:
        if names.count(client.name) > 1:
            raise UserError(None, 0, f"{client.name} is named more than once", "run one build after"
                            " the other, each with its own --out, and compare: latchkey diff A B")


@dataclass
class Gathering:
    """A run that goes on."""

    catalog: Catalog
    wish: Wish
    argv: tuple[str, ...]
    watcher: Observer | None            # None: somebody else shows progress
    began: str = field(default_factory=now)
    total: int = 0
    entries: list[Entry] = field(default_factory=list)
    clients: dict[str, dict[str, str]] = field(default_factory=dict)
    known: list[Baseline] = field(default_factory=list)
    final: str = ""

    def prepare(self) -> None:
        """Everything that may be wrong with what was asked for is found here."""
        named = [self.catalog.client(name) for name in dict.fromkeys(self.wish.clients)]
        _check_names(named)
        for client in named:
            self.wish.trials(self.catalog, client)
        self.known = [baseline.read(Path(name)) for name in self.wish.baselines]
        for file, one in zip(self.wish.baselines, self.known):
            names = {*self.catalog.client_names, *(client.name for client in named)}
            if one.client not in names:
                raise UserError(file, 0, f'is the baseline of "{one.client}", which nobody knows',
                                suggestion(one.client, names))
        if not paths.program("mockworld").is_file():
            raise UserError(None, 0, "the world is not built", "run make")
        if self.wish.ports:
            self._look_for_hosts(named)
        out_check(self.wish.out)

    def _look_for_hosts(self, clients: Sequence[Client]) -> None:
        """Without a resolver of ours the machine must know the hosts."""
        trials = [trial for client in clients for trial in self.wish.trials(self.catalog, client)
                  if trial.setup is not None and not ports.unfit(self.catalog, trial)]
        profiles = {trial.scenario.profile for trial in trials}
        for name in sorted({listener.host for profile in profiles
                            for listener in self.catalog.profiles[profile].listeners}):
            if refusal := ports.refusal(name):
                what, _, right = refusal.partition("; ")
                raise UserError(None, 0, f"--ports: {what}", right)

    def start(self, total: int) -> None:
        if self.clients:                # every worker tells the total
            return
        self.total = total
        self.clients = runner.with_version([self.catalog.client(name)
                                            for name in dict.fromkeys(self.wish.clients)])
        labels = [facts.client_label({"clients": self.clients}, name) for name in self.clients]
        if self.watcher is not None:
            self.watcher.start(total, labels, self.wish.quick)
        if self.wish.ports:
            print("latchkey: without a sandbox: clients run as you, on this machine's network; "
                  "only the port that each is told is watched", file=sys.stderr)
        elif refusal := sandbox.refusal(self.wish.out / runner.SCRATCH):
            print(f"latchkey: no namespaces on this machine ({refusal}): every trial is "
                  "SKIP(no-netns), nothing is judged; see `latchkey doctor`, or add --ports to do "
                  "without", file=sys.stderr)

    def add(self, item: Entry) -> None:
        item = self._with_known(item)
        self.entries.append(item)
        self.total = max(self.total, len(self.entries))     # in a quick run some stand in
        if self.watcher is not None:
            self.watcher.update(as_data(item))

    def finish(self, interrupted: bool) -> int:
        """Write everything; the exit status of the run."""
        try:
            return self._finish(interrupted)
        except OSError as error:
            print(f"latchkey: {error.filename or self.wish.out}: cannot be written: "
                  f"{error.strerror}; the run is lost", file=sys.stderr)
            return 3

    def _finish(self, interrupted: bool) -> int:
        run = self._run(interrupted)
        out = self.wish.out
        results.write(out / "results.json", run)
        shutil.rmtree(out / runner.SCRATCH, ignore_errors=True)
        named = [self.catalog.client(name) for name in dict.fromkeys(self.wish.clients)]
        self.final = (self._nothing(named) + hints.missing(named)
                      + hints.hints(run.controls, out) + reports_write(out))
        if interrupted:
            self.final += f"Interrupted: {run.host['interrupted']}.\n"
        if self.watcher is not None:
            self.watcher.finish(self.final)
        if interrupted:
            return 3
        return results.exit_status(self.entries, self.wish.least, run.stale)

    def _nothing(self, clients: Sequence[Client]) -> str:
        """Why there was nothing to run, if there was nothing."""
        if self.total:
            return ""
        suite = self.wish.suite
        asked = [one for one in self.catalog.scenarios.values()
                 if suite in (None, one.suite, one.id)]
        return hints.nothing(clients, asked, self.wish.keyword)

    def _run(self, interrupted: bool) -> Run:
        host: dict[str, Any] = host_facts()
        if self.wish.ports:
            host["sandbox"] = "none (--ports): only the port that each client was told was watched"
        if self.wish.quick:
            host["quick"] = sample.QUICK
        if interrupted:
            host["interrupted"] = f"only {len(self.entries)} of {self.total} trials were run"
        stale = [name for one in map(self._standard, self.known) for name in baseline.stale(
            one, self.entries, self._version(one.client)) if one.client in self.clients] \
            if self._is_complete() else []
        # The order of a run depends on the workers, that of its results does not.
        entries = sorted(self.entries, key=lambda item: (item.client, item.posture, item.name))
        return Run(paths.VERSION, self.began, now(), host, self.argv, self.clients, tuple(entries),
                   runner.controls_of(self.wish.out), tuple(stale))

    def _standard(self, known: Baseline) -> Baseline:
        """What a full run can meet of a baseline: experimental suites are no part of one."""
        odd = {name for name, one in self.catalog.scenarios.items() if one.experimental}
        return replace(known, items=tuple(item for item in known.items if item.id not in odd))

    def _is_complete(self) -> bool:
        return self.wish.is_whole and len(self.entries) == self.total

    def _version(self, client: str) -> str:
        return self.clients.get(client, {}).get("version", "")

    def _with_known(self, item: Entry) -> Entry:
        for one in self.known:
            item = baseline.with_baseline([item], one, self._version(one.client))[0]
        return item


def watching(quiet: bool) -> Observer | None:
    return None if quiet else observer()
