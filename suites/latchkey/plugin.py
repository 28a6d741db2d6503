# SPDX-License-Identifier: Apache-2.0
"""pytest plugin: every trial is a test, the run's results are written when the session ends.

`latchkey run curl` and `pytest suites --client curl -n auto` are the same run. Each scenario file
is a collector; workers (pytest-xdist) run trials, and their entries travel in the test's report.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from latchkey import catalog, gather, guard, paths, runner
from latchkey.errors import UserError
from latchkey.model import Trial
from latchkey.report import facts
from latchkey.results import Entry

_PR_SET_PDEATHSIG = 1
_ENTRY = "latchkey_entry"               # attribute of a report


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("latchkey", "conformance of mail programs (latchkey)")
    add = group.addoption
    add("--client", action="append", default=[], metavar="NAME",
        help="run the scenarios against this client; may be repeated")
    add("--suite", metavar="SUITE", help="only this family of scenarios, or this scenario")
    add("--posture", metavar="POSTURE", help="only this posture, or pattern of postures")
    add("--out", default="latchkey-report", metavar="DIR", help="folder of the report")
    add("--baseline", action="append", default=[], metavar="FILE", help="known outcomes")
    add("--min", type=int, default=1, metavar="N", help="fail if fewer trials were decided")
    add("--pcap", action="store_true", help="write a capture.pcapng for every trial")
    add("--repeat", type=int, default=1, metavar="N", help="run every trial N times")
    add("--ports", action="store_true", help="without a sandbox, on free ports of the loopback")
    add("--quick", action="store_true", help="every attack once, not in every posture")


def _wish(config: pytest.Config) -> gather.Wish:
    option = config.option
    return gather.Wish(tuple(option.client), Path(option.out).resolve(), option.suite,
                       option.posture, option.keyword, tuple(option.baseline), option.min,
                       option.pcap, option.repeat, option.ports, option.quick)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.option.client:
        return
    if _is_worker(config):
        _die_with_parent()
        return
    wish = _wish(config)
    quiet = config.pluginmanager.hasplugin("terminalreporter")
    run = gather.Gathering(catalog.own(), wish, tuple(sys.argv), gather.watching(quiet))
    try:
        run.prepare()
        gather.out_prepare(wish.out)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None
    guard.start()
    config.option.out = str(wish.out)   # workers may stand elsewhere
    config.pluginmanager.register(Controller(config, run), "latchkey-controller")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _die_with_parent() -> None:
    """A worker whose controller was killed must not go on; the sandbox does the same with us."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# --- collection


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With --client only scenarios are collected, not the suite's own tests."""
    if config.option.client and collection_path == paths.ROOT / "suites/selftest":
        return True
    return None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    if not parent.config.option.client or file_path.suffix != ".toml":
        return None
    if not file_path.is_relative_to(paths.ROOT / "suites/scenarios"):
        return None
    found: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return found


@lru_cache(maxsize=1)
def _trials(wish: gather.Wish) -> dict[Path, list[Trial]]:
    """All trials that were asked for, by the file of their scenario."""
    found: dict[Path, list[Trial]] = {}
    for name in dict.fromkeys(wish.clients):
        client = catalog.own().client(name)
        for trial in wish.trials(catalog.own(), client):
            found.setdefault(trial.scenario.file.resolve(), []).append(trial)
    return found


class ScenarioFile(pytest.File):
    """One scenario."""

    def collect(self) -> Iterator[TrialItem]:
        for trial in _trials(_wish(self.config)).get(self.path.resolve(), ()):
            item: TrialItem = TrialItem.from_parent(self, name=trial.id, nodeid=trial.id)
            item.trial = trial
            yield item


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side what shares its controls, so that few workers wait for the same one."""
    if config.option.client:
        items.sort(key=lambda item: (item.trial.client.name, item.trial.posture.name)
                   if isinstance(item, TrialItem) else ("", ""))


class NotPassed(Exception):
    """A trial whose outcome pytest has to show as a failure."""


@lru_cache(maxsize=1)
def _ahead(wish: gather.Wish) -> runner.Ahead:
    return runner.Ahead(
        runner.Bench(catalog.own(), wish.out, wish.pcap, wish.repeat, wish.ports))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _ahead.cache_info().currsize > 0:
        _ahead(_wish(session.config)).close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """One worker (`-j 1`) means one trial at a time; each of several knows its next, too."""
    if isinstance(item, TrialItem) and isinstance(nextitem, TrialItem) and _is_worker(item.config):
        item.following = nextitem.trial


class TrialItem(pytest.Item):
    """One trial."""

    trial: Trial
    following: Trial | None = None      # what the same worker runs next
    entry: Entry | None = None

    def runtest(self) -> None:
        self.entry = _ahead(_wish(self.config)).run(self.trial, self.following)
        outcome = self.entry.result.outcome
        if outcome == "SKIP":
            pytest.skip(self.entry.result.reason)
        if outcome in ("FAIL", "ERROR", "INCONCLUSIVE"):
            raise NotPassed(self.entry)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException],
                     style: Any = None) -> Any:
        if isinstance(excinfo.value, NotPassed) and self.entry is not None:
            result = gather.as_data(self.entry)
            return f"{facts.outcome_text(result)}: {facts.in_one_line(result)}\n" \
                   f"{self.entry.repeat}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.trial.scenario.file, None, self.name


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item,
                              call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    if call.when == "call" and isinstance(item, TrialItem):
        found = item.entry
        if call.excinfo is not None and found is None:
            found = gather.broken(item.trial, call.excinfo.exconly(tryshort=True))
        setattr(outcome.get_result(), _ENTRY, pickle.dumps(found))


# --- the controlling process


def _children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return [int(word) for own in lists for word in own.read_text(encoding="ascii").split()]


class Controller:
    """Gathers the entries, shows progress, writes the reports."""

    def __init__(self, config: pytest.Config, run: gather.Gathering) -> None:
        self.config = config
        self.run = run
        self.interrupted = False
        self.broke = False

    def pytest_internalerror(self, excrepr: object) -> None:
        self._say(str(excrepr))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._say(report.longreprtext)

    def _say(self, text: str) -> None:
        """What is no result of a trial: without pytest's own terminal nobody else says it."""
        self.broke = True
        if not self.config.pluginmanager.hasplugin("terminalreporter"):
            print(text, file=sys.stderr)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.run.start(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.run.start(len(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = getattr(report, _ENTRY, None)
        if isinstance(found, bytes):
            self.run.add(pickle.loads(found))
        elif report.failed:             # also what a worker was at when it died
            self.run.add(gather.broken(self._trial(report.nodeid), report.longreprtext))

    def _trial(self, name: str) -> Trial:
        return next(trial for own in _trials(_wish(self.config)).values() for trial in own
                    if trial.id == name)

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True
        # Workers would first end the trials that they have in stock.
        for pid in _children():
            os.kill(pid, signal.SIGKILL)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        status = self.run.finish(self.interrupted)
        session.exitstatus = 3 if self.broke else status

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("latchkey")
        terminalreporter.write(self.run.final)
