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
from _pytest.runner import call_and_report

from latchkey import catalog, gather, guard, paths, runner, sample
from latchkey.errors import UserError
from latchkey.model import Trial
from latchkey.report import facts
from latchkey.results import Entry

_PR_SET_PDEATHSIG = 1
_ENTRIES = "latchkey_entries"           # attribute of a report


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
    add("--quick", action="store_true", help="every attack, but not in every posture")


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


@lru_cache(maxsize=1)
def _by_id(wish: gather.Wish) -> dict[str, Trial]:
    return {trial.id: trial for own in _trials(wish).values() for trial in own}


class ScenarioFile(pytest.File):
    """One scenario."""

    def collect(self) -> Iterator[TrialItem]:
        for trial in _trials(_wish(self.config)).get(self.path.resolve(), ()):
            item: TrialItem = TrialItem.from_parent(self, name=trial.id, nodeid=trial.id)
            item.trial = trial
            yield item


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side what shares its controls, so that few workers wait for the same one.

    Of these first what is run several times: at the end of a run it would be waited for.
    """
    if not config.option.client:
        return
    if config.option.quick:
        _thin_out(config, items)
    else:
        items.sort(key=lambda item: (item.trial.client.name, item.trial.posture.name,
                                     not item.trial.variant.fault.is_timed)
                   if isinstance(item, TrialItem) else ("", "", False))


def _thin_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of what was asked for a quick run keeps the first trials of each group.

    The last of a group has the rest behind it: it sees which of them must stand in. One client
    comes after the other, because each needs a sandbox of its own.
    """
    found = {item.trial.id: item for item in items if isinstance(item, TrialItem)}
    kept = []
    for group in sample.groups(item.trial for item in found.values()):
        kept += [found.pop(trial.id) for trial in group.first]
        kept[-1].rest = group.rest
    kept.sort(key=lambda item: item.trial.client.name)
    items[:] = kept
    config.hook.pytest_deselected(items=list(found.values()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One worker sees a whole group."""
    if not (config.option.client and config.option.quick):
        return None
    from xdist.scheduler import LoadScheduling      # type: ignore[import]
    known = _by_id(_wish(config))

    class Groups(LoadScheduling):       # type: ignore[misc]
        def _send_tests(self, node: Any, num: int) -> None:
            groups = [sample.key(known[self.collection[index]]) for index in self.pending]
            while 0 < num < len(groups) and groups[num] == groups[num - 1]:
                num += 1
            super()._send_tests(node, num)

    return Groups(config, log)


class NotPassed(Exception):
    """A trial whose outcome pytest has to show as a failure."""


@lru_cache(maxsize=1)
def _ahead(wish: gather.Wish) -> runner.Ahead:
    return runner.Ahead(
        runner.Bench(catalog.own(), wish.out, wish.pcap, wish.repeat, wish.ports))


@lru_cache(maxsize=1)
def _sample(wish: gather.Wish) -> sample.Sample:
    return sample.Sample()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _ahead.cache_info().currsize > 0:
        _ahead(_wish(session.config)).close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A trial has nothing to set up or tear down: only plugins do, and nobody has to hear of it.

    One worker (`-j 1`) means one trial at a time; each of several knows its next, too.
    """
    if not isinstance(item, TrialItem):
        return None
    if isinstance(nextitem, TrialItem) and _is_worker(item.config):
        item.following = nextitem.trial
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    call_and_report(item, "setup", log=False)
    call_and_report(item, "call")
    call_and_report(item, "teardown", log=False, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


class TrialItem(pytest.Item):
    """One trial; in a quick run also those that stand in for the trials of its group."""

    trial: Trial
    following: Trial | None = None      # what the same worker runs next
    rest: tuple[Trial, ...] = ()        # what can stand in
    running: Trial | None = None
    entries: tuple[Entry, ...] = ()     # of those that have ended

    def runtest(self) -> None:
        wish = _wish(self.config)
        self._run(self.trial, self.following)
        for trial in _sample(wish).wanted(self.rest):
            self._run(trial, None)
        found = {one.result.outcome: one for one in self.entries}
        for outcome in ("FAIL", "ERROR", "INCONCLUSIVE"):
            if outcome in found:
                raise NotPassed(found[outcome])
        if found.keys() == {"SKIP"}:
            pytest.skip(found["SKIP"].result.reason)

    def _run(self, trial: Trial, following: Trial | None) -> None:
        wish = _wish(self.config)
        self.running = trial
        made = _ahead(wish).run(trial, following)
        _sample(wish).saw(trial, made.result)
        self.running = None
        self.entries += (made,)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException],
                     style: Any = None) -> Any:
        if isinstance(excinfo.value, NotPassed):
            entry, = excinfo.value.args
            result = gather.as_data(entry)
            return f"{facts.outcome_text(result)}: {facts.in_one_line(result)}\n" \
                   f"{entry.repeat}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.trial.scenario.file, None, self.name


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item,
                              call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    if call.when == "call" and isinstance(item, TrialItem):
        found = item.entries
        if call.excinfo is not None and item.running is not None:
            found += (gather.broken(item.running, call.excinfo.exconly(tryshort=True)),)
        setattr(outcome.get_result(), _ENTRIES, pickle.dumps(found))


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
        found = getattr(report, _ENTRIES, None)
        if isinstance(found, bytes):
            for entry in pickle.loads(found):
                self.run.add(entry)
        elif report.failed:             # also what a worker was at when it died
            trial = _by_id(_wish(self.config))[report.nodeid]
            self.run.add(gather.broken(trial, report.longreprtext))

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
