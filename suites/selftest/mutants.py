# SPDX-License-Identifier: Apache-2.0
"""The proof that the suite notices bugs: client and sender of reference, with one or none.

`suites/refclient/bugs.h` has the bugs; `suites/refclient/mutants.toml` says for each of them which
trials find it, and by which checks:

    bug-name = ["SCENARIO[VARIANT]/POSTURE: predicate, predicate"]

A bug survives if one of its trials does not turn red by one of these checks. A check of a scenario
that no bug turns red proves nothing: the table `[idle]` has those, with the reason. What was seen
becomes `docs/mutants.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from latchkey import catalog, runner, tomlfile
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from latchkey.model import Scenario, Trial
from latchkey.results import Entry
from latchkey.runner import Bench

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build/mutant"
NAMES = ("refclient", "refsender")      # each has all bugs, and postures that the other has not
PROGRAM = FOLDER / NAMES[0]
TABLE = ROOT / "suites/refclient/mutants.toml"
PAGE = ROOT / "docs/mutants.md"
ADAPTERS = {name: ROOT / f"suites/clients/{name}/adapter.toml" for name in NAMES}
IDLE = "idle"
_DEADLINE = 4.0                         # of a bug that waits for ever
_WAITS = frozenset({"hangs"})
_TRIES = 3                              # a busy machine may spoil a control


@dataclass(frozen=True)
class Bug:
    name: str
    kind: str                           # the class in bugs.h
    text: str
    model: str                          # a public bug of the kind, or ""


@dataclass(frozen=True)
class Duel:
    """A bug, a trial, and the checks by which the trial has to find it."""

    bug: str
    trial: str                          # SCENARIO[VARIANT]/POSTURE
    checks: frozenset[str]              # predicates

    @property
    def scenario(self) -> str:
        return self.trial.partition("/")[0].partition("[")[0]


@dataclass(frozen=True)
class Outcome:
    duel: Duel
    outcome: str                        # of the trial, with its reason
    red: frozenset[str]

    @property
    def killed(self) -> bool:
        return self.duel.checks <= self.red


def bugs() -> dict[str, Bug]:
    """The table that the program carries."""
    said = subprocess.run([PROGRAM, "--bugs"], capture_output=True, text=True, check=True).stdout
    return {row["name"]: Bug(row["name"], row["class"], row["text"], row["model"])
            for row in json.loads(said)}


def duels(file: Path, known: Catalog, names: Iterable[str]) -> list[Duel]:
    """The table of the trials; each mistake in it is one UserError."""
    table = tomlfile.load(file)
    found: list[Duel] = []
    for bug, rows in table.data.items():
        if bug == IDLE:
            continue
        if bug not in names:
            table.fail((bug,), f'unknown bug "{bug}"', "write one of suites/refclient/bugs.h")
        if not isinstance(rows, list) or not rows:
            table.fail((bug,), "no list of trials", '["SCENARIO/POSTURE: predicate"]')
        for number, row in enumerate(rows):
            trial, _, words = str(row).partition(": ")
            duel = Duel(bug, trial, frozenset(words.split(", ")))
            wrong = _mistake(duel, known)
            if wrong:
                table.fail((bug, number), wrong, "write SCENARIO[VARIANT]/POSTURE: predicate, …")
            found.append(duel)
    return found


def named(file: Path) -> list[str]:
    """The bugs that the table has."""
    return [bug for bug in tomlfile.load(file).data if bug != IDLE]


def idle(file: Path) -> dict[str, str]:
    """"SCENARIO: predicate" → why no bug of this client can turn it red."""
    return dict(tomlfile.load(file).data.get(IDLE, {}))


def _mistake(duel: Duel, known: Catalog) -> str:
    scenario = known.scenarios.get(duel.scenario)
    if scenario is None:
        return f'unknown scenario "{duel.scenario}"'
    missing = duel.checks - {check.predicate for check in scenario.checks}
    return f'{duel.scenario} has no check "{min(missing)}"' if missing else ""


# --- mutants as clients


def adapter_write(folder: Path, name: str, bug: str) -> Path:
    """The adapter of one of NAMES with this bug, the program beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.link(FOLDER / name, folder / name)
    except OSError:
        shutil.copy(FOLDER / name, folder / name)
    plain, own = f"/run/latchkey/{name}", f"{{adapter}}/{name}"
    text = ADAPTERS[name].read_text(encoding="utf-8")
    text = text.replace(f'{plain}", "--version"', f'{own}", "--version"')
    text = text.replace(f'{plain}", ', f'{own}", "--bug", "{bug}", ')
    text = text.replace(f"{plain} ", f"{own} --bug {bug} ")     # in a script
    text = text.replace(f'name = "{name}"', f'name = "{bug}"')
    file = folder / "adapter.toml"
    file.write_text(text, encoding="utf-8")
    return file


def trials_of(known: Catalog, file: Path) -> dict[str, Trial]:
    """All trials of a client by the names that the table uses, experimental ones with them."""
    client = known.client(str(file))
    return {_name(trial): trial for suite in known.suites for trial in known.trials(client, suite)}


def _name(trial: Trial) -> str:
    variant = f"[{trial.variant.id}]" if trial.variant.id else ""
    return f"{trial.scenario.id}{variant}/{trial.posture.name}"


def impatient(known: Catalog) -> Catalog:
    return replace(known, profiles={name: replace(profile, deadline=_DEADLINE)
                                    for name, profile in known.profiles.items()})


def red_of(item: Entry) -> frozenset[str]:
    """The predicates that did not hold; a failed MAY is a note."""
    return frozenset(check.predicate for check in item.result.checks
                     if check.outcome in ("FAIL", "WARN", "NOTE"))


class Arena:
    """Runs trials of mutants below one folder."""

    def __init__(self, folder: Path, known: Catalog, workers: int) -> None:
        self.folder, self.known, self.workers = folder, known, workers
        self._impatient = impatient(known)

    def bench(self, bug: str, attempt: int) -> Bench:
        known = self._impatient if bug in _WAITS else self.known
        return Bench(known, self.folder / f"out-{attempt}" / bug)

    def adapter(self, name: str, bug: str) -> Path:
        return adapter_write(self.folder / name / bug, name, bug)

    def fight(self, wanted: Mapping[str, Sequence[Duel]],
              told: Callable[[Outcome], None]) -> list[Outcome]:
        """All duels; one bug is one piece of work, so that its controls are made once."""
        with ThreadPoolExecutor(self.workers) as pool:
            found = pool.map(lambda bug: list(self._bug(bug, wanted[bug], told)), wanted)
            return [outcome for outcomes in found for outcome in outcomes]

    def _bug(self, bug: str, rows: Sequence[Duel],
             told: Callable[[Outcome], None]) -> Iterator[Outcome]:
        trials = {key: trial for name in NAMES
                  for key, trial in trials_of(self.known, self.adapter(name, bug)).items()}
        for attempt in range(_TRIES):
            with self.bench(bug, attempt) as bench:
                outcomes = [_duel(bench, trials, duel) for duel in rows]
            shutil.rmtree(bench.out, ignore_errors=True)
            last = attempt == _TRIES - 1
            for outcome in outcomes:
                if outcome.killed or last:
                    told(outcome)
                    yield outcome
            rows = [outcome.duel for outcome in outcomes if not outcome.killed]
            if not rows:
                return


def _duel(bench: Bench, trials: Mapping[str, Trial], duel: Duel) -> Outcome:
    if duel.trial not in trials:
        return Outcome(duel, "there is no such trial", frozenset())
    item = runner.run_trial(bench, trials[duel.trial])
    reason = f"({item.result.reason})" if item.result.reason else ""
    return Outcome(duel, item.outcome + reason, red_of(item))


# --- what has to hold


def judging(known: Catalog) -> list[Scenario]:
    """The scenarios that verdicts rest on, in postures that the reference programs have.

    Clients that can do without TLS have scripted clients of their own, and nobody fails by what is
    asked on the level MAY alone.
    """
    postures = {name for file in ADAPTERS.values() for name in known.client(str(file)).setups}
    return [scenario for scenario in known.scenarios.values()
            if any(set(check.levels.values()) != {"MAY"} for check in scenario.checks)
            and any(name in postures for variant in scenario.variants
                    for name in variant.postures)]


def unkilled(known: Catalog, rows: Iterable[Duel]) -> list[str]:
    """Checks of scenarios that no bug turns red."""
    killed = {(row.scenario, check) for row in rows for check in row.checks}
    return [f"{scenario.id}: {check.predicate}" for scenario in judging(known)
            for check in scenario.checks if (scenario.id, check.predicate) not in killed]


def correct_failures(arena: Arena) -> tuple[int, list[str]]:
    """How many trials the correct programs go through, and those that do not end as they must."""
    trials = [trial for file in ADAPTERS.values()
              for trial in trials_of(arena.known, file).values()]
    trials.sort(key=lambda trial: trial.posture.name)
    with Bench(arena.known, arena.folder / "correct") as bench, \
            ThreadPoolExecutor(arena.workers) as pool:
        items = list(pool.map(lambda trial: runner.run_trial(bench, trial), trials))
    bad = [f"{item.name}: {item.outcome} {item.result.reason}" for item in items
           if item.outcome not in ("PASS", "SKIP")]
    return len(items), bad


# --- seeking


def seek(arena: Arena, bug: str, suite: str | None, posture: str | None) -> None:
    """Print which trials a bug turns red, in the form of the table."""
    clients = [arena.known.client(str(arena.adapter(name, bug))) for name in NAMES]
    trials = [trial for client in clients
              for trial in arena.known.trials(client, suite, posture=posture)]
    with arena.bench(bug, 0) as bench, ThreadPoolExecutor(arena.workers) as pool:
        for trial, item in zip(trials, pool.map(lambda one: runner.run_trial(bench, one), trials)):
            red = red_of(item)
            if red:
                print(f'    "{_name(trial)}: {", ".join(sorted(red))}",', flush=True)
    shutil.rmtree(bench.out, ignore_errors=True)


# --- the page


def page(known: Catalog, all_bugs: Mapping[str, Bug], outcomes: Sequence[Outcome],
         reasons: Mapping[str, str], correct: int) -> str:
    """docs/mutants.md"""
    kills: dict[tuple[str, str], list[str]] = {}
    for outcome in outcomes:
        for predicate in sorted(outcome.duel.checks):
            kills.setdefault((outcome.duel.scenario, predicate), []).append(outcome.duel.bug)
    scenarios = judging(known)
    checks = sum(len(scenario.checks) for scenario in scenarios)
    lines = [
        "# Mutants", "",
        "Who tests the tests? [The reference client](refclient.md) and [the reference sender]"
        "(refsender.md) keep every promise. Built with their bug switches they have",
        "one bug at a time, and then a trial has to find it, by the check that is meant for it,"
        " twice in a row. `make mutants` runs all of that and writes this page; it fails",
        "when a bug survives, when a check of a scenario finds no bug, or when the correct programs"
        " do not pass everywhere. Scenarios of postures that they do not have are left out.", "",
        f"{len(all_bugs)} bugs, {len(outcomes)} trials, {checks} checks of"
        f" {len(scenarios)} scenarios; the correct programs in {correct} trials.", "",
        "## Bugs", "", "| bug | what it does | of the kind of | found by |",
        "| --- | --- | --- | --- |",
    ]
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.duel.bug, []).append(outcome.duel.trial)
    for bug in all_bugs.values():
        seen = found.get(bug.name, [])
        more = f" and {len(seen) - 2} more" if len(seen) > 2 else ""
        lines.append(f"| `{bug.name}` | {bug.text} | {bug.model} |"
                     f" {', '.join(f'`{name}`' for name in seen[:2])}{more} |")
    lines += ["", "## Checks", "", "| scenario | check | bugs that it finds |",
              "| --- | --- | --- |"]
    for scenario in scenarios:
        for check in scenario.checks:
            names = dict.fromkeys(kills.get((scenario.id, check.predicate), []))
            shown = ", ".join(f"`{name}`" for name in list(names)[:4])
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""
            why = reasons.get(f"{scenario.id}: {check.predicate}", "")
            lines.append(f"| `{scenario.id}` | `{check.predicate}` |"
                         f" {shown}{more}{f'none: {why}' if why else ''} |")
    return "\n".join(lines) + "\n"


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, metavar="N", dest="workers")
    parser.add_argument("--bug", action="append", default=[], metavar="NAME",
                        help="only this one; nothing is written then")
    parser.add_argument("--seek", metavar="NAME", help="print the trials that find this bug")
    parser.add_argument("--suite", metavar="SUITE", help="seek in this suite, or scenario")
    parser.add_argument("--posture", metavar="POSTURE", help="seek in this posture, or pattern")
    return parser.parse_args(words)


def _tell(outcome: Outcome) -> None:
    if not outcome.killed:
        missing = ", ".join(sorted(outcome.duel.checks - outcome.red))
        print(f"SURVIVED  {outcome.duel.bug}  {outcome.duel.trial}: {outcome.outcome}, not by"
              f" {missing}", flush=True)


def main(words: Sequence[str]) -> int:
    given = _arguments(words)
    known = catalog.load(ROOT)
    all_bugs = bugs()
    wrong = [name for name in (*given.bug, *filter(None, [given.seek])) if name not in all_bugs]
    if wrong:
        raise UserError(None, 0, f'unknown bug "{wrong[0]}"', f"{PROGRAM} --bugs lists them")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="latchkey-mutants-") as name:
        arena = Arena(Path(name), known, given.workers)
        if given.seek:
            seek(arena, given.seek, given.suite, given.posture)
            return 0
        rows = duels(TABLE, known, all_bugs)
        wanted: dict[str, list[Duel]] = {}
        for row in rows:
            if not given.bug or row.bug in given.bug:
                wanted.setdefault(row.bug, []).append(row)
        outcomes = arena.fight(wanted, _tell)
        alive = [outcome for outcome in outcomes if not outcome.killed]
        print(f"{len(wanted)} bugs in {len(outcomes)} trials, {len(alive)} not found,"
              f" {time.monotonic() - started:.0f} s", flush=True)
        if given.bug:
            return 1 if alive else 0
        known_idle = idle(TABLE)
        without = unkilled(known, rows)
        lacks = [f"no trial is to find {bug}" for bug in all_bugs if bug not in wanted]
        lacks += [f"no bug is found by {check}" for check in without if check not in known_idle]
        lacks += [f"{check} is not idle" for check in known_idle if check not in without]
        count, refused = correct_failures(arena)
        print("\n".join([*lacks, *(f"the correct program: {line}" for line in refused),
                         f"the correct programs in {count} trials, {len(refused)} not as it must"
                         f" be, {time.monotonic() - started:.0f} s"]), flush=True)
    if alive or lacks or refused:
        return 1
    PAGE.write_text(page(known, all_bugs, outcomes, known_idle, count), encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
