# SPDX-License-Identifier: Apache-2.0
"""Where the scripted clients are judged: their adapters, and the scenarios of the self-test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from latchkey import catalog, runner
from latchkey.catalog import Catalog
from latchkey.model import Trial
from latchkey.results import Entry
from latchkey.runner import Bench
from samples import ROOT
from scripted.table import Verdict

HERE = Path(__file__).resolve().parent
CORRECT = "correct"
WISHES = ("implicit", "starttls", "opportunistic", "default", "starttls-after-clear",
          "starttls-after-unverified", "implicit-token", "starttls-token",
          "implicit-certificate", "starttls-certificate", "implicit-after-certificate")
LATCHING_WISHES = ("implicit", "starttls", "opportunistic", "default")
_DEADLINE = 4.0                         # for those who wait for it; they do so side by side
_TOLD = ("asked-user", "control", "crash")
_BUSY, _WAITING = 2, 8                 # how many trials of a client go on at once

_ADAPTER = '''\
adapter = 1
name = "{name}"
title = "A scripted client"
kind = "mua"
version = {{ argv = ["/usr/bin/python3", "--version"], regex = 'Python (\\S+)' }}
trust = "own-file"
prompt = 'accept this certificate\\?'
'''
# An isolated interpreter starts fast, and looks for modules nowhere by itself.
_START = ("import sys; sys.path.insert(0, sys.argv.pop(1)); from scripted import client; "
          "sys.exit(client.main(sys.argv[1:]))")
_POSTURE = '''
[posture.{service}-{wish}]
argv = [
    "/usr/bin/python3", "-ISEc", "{start}", "{{adapter}}",{bug} "{service}", "{wish}", "{{host}}",
    "{{port}}", "{{ca}}", "{{user}}", "{{{secret}}}", "{{from}}", "{{to}}", "{{message}}",
]
'''
_HAS_CERTIFICATE = 'env = { CERTIFICATE = "{certificate}" }\n'


_SENDER = _ADAPTER.replace('"mua"', '"mta"').replace(
    '"A scripted client"', '"A scripted sender"') + "".join(f'''
[posture.mta-{wish}]
argv = [
    "/usr/bin/python3", "-ISEc", "{_START.replace("client", "sender")}", "{{{{adapter}}}}",{{bug}}
    "{wish}", "{{{{from}}}}", "{{{{to}}}}", "{{{{message}}}}", "{{{{ca}}}}",
]
several = true
''' for wish in ("sts", "dane", "dane-only", "dane-sts"))


def _switch(bug: str) -> str:
    return "" if bug == CORRECT else f' "--bug", "{bug}",'


def _modules(folder: Path, *names: str) -> Path:
    (folder / "scripted").mkdir(parents=True)
    for name in ("__init__", *names):
        shutil.copy(HERE / f"{name}.py", folder / "scripted")
    return folder / "adapter.toml"


# A host of mail that all mail goes to is for programs that know no other way.
SENDER_POSTURES = frozenset(re.findall(r"^\[posture\.([\w-]+)\]$", _SENDER, re.MULTILINE))


def sender_write(folder: Path, bug: str) -> Path:
    """The adapter of the sending MTA with this bug, the program beside it."""
    file = _modules(folder, "sender", "smtp", "policy", "dane", "resolver")
    file.write_text(_SENDER.format(name=bug, bug=_switch(bug)), encoding="ascii")
    return file


def reporter_write(folder: Path, bug: str) -> Path:
    """The same of the MTA that reports."""
    file = _modules(folder, "reporter", "sender", "smtp", "policy", "dane", "resolver")
    start = _START.replace("client", "reporter")
    file.write_text(_ADAPTER.replace('"mua"', '"mta"').format(name=bug) + "".join(f'''
[posture.mta-{wish}]
argv = [
    "/usr/bin/python3", "-ISEc", "{start}", "{{adapter}}",{_switch(bug)} "{wish}",
    "{{from}}", "{{to}}", "{{message}}", "{{ca}}", "{{dkim-key}}",
]
several = true
''' for wish in ("tlsrpt", "dane-tlsrpt", "dane-only-tlsrpt")), encoding="ascii")
    return file


def idle_write(folder: Path) -> Path:
    """The adapter of the MTA that does some of its runs by halves."""
    file = _modules(folder, "idle", "reporter", "sender", "smtp", "policy", "dane", "resolver")
    start = _START.replace("client", "idle")
    file.write_text(_ADAPTER.replace('"mua"', '"mta"').format(name="idle") + "".join(f'''
[posture.mta-{wish}]
argv = [
    "/usr/bin/python3", "-ISEc", "{start}", "{{adapter}}", "{wish}", "{{from}}", "{{to}}",
    "{{message}}", "{{ca}}",{' "{dkim-key}",' if wish.endswith("tlsrpt") else ""}
]
several = true
''' for wish in ("sts", "dane", "dane-only", "dane-sts", "tlsrpt", "dane-tlsrpt",
                 "dane-only-tlsrpt")), encoding="ascii")
    return file


def seen(item: Entry) -> Verdict:
    """An entry in the words of a table."""
    result = item.result
    failed = frozenset(f"{check.predicate}: {check.consequence}" for check in result.checks
                       if check.outcome in ("FAIL", "WARN"))
    notes = [note for note in result.notes if note.partition(":")[0] in _TOLD]
    return Verdict(result.outcome, result.reason, failed, "; ".join(notes))


def _adapter(folder: Path, program: str, wishes: Sequence[str], bug: str, words: str) -> Path:
    file = _modules(folder, program, "lines", "sessions")
    file.write_text(_ADAPTER.format(name=bug) + "".join(
        _POSTURE.format(start=_START.replace("client", program), service=service, wish=wish,
                        bug=words, secret="token" if wish.endswith("-token") else "password")
        + (_HAS_CERTIFICATE if wish.endswith("-certificate") else "")
        for service in ("imap", "pop3", "submission")
        for wish in wishes), encoding="ascii")
    return file


def adapter_write(folder: Path, bug: str) -> Path:
    """The adapter of the client with this bug, the client beside it."""
    return _adapter(folder, "client", WISHES, bug, _switch(bug))


def latching_write(folder: Path, bug: str) -> Path:
    """The same of the client that latches."""
    file = _adapter(folder, "latching", LATCHING_WISHES, bug, _switch(bug) + ' "{dialect}",')
    with file.open("a", encoding="ascii") as stream:
        stream.write("[status]\nhigh = '^level: high$'\nnone = '^level: none$'\n")
    return file


def catalog_with_own(folder: Path) -> Catalog:
    """The real catalog, and the scenarios beside us as the suite `scripted`."""
    real = catalog.load(ROOT)
    suites = folder / "suites"
    shutil.copytree(HERE / "scenarios", suites / "scenarios/scripted")
    for name in ("profiles", "requirements"):
        (suites / name).symlink_to(ROOT / "suites" / name)
    (folder / "corpus").symlink_to(ROOT / "corpus")
    own = catalog.load(folder)
    return replace(real, scenarios={**real.scenarios, **own.scenarios})


def impatient(known: Catalog) -> Catalog:
    """The same worlds, with an early deadline."""
    return replace(known, profiles={name: replace(profile, deadline=_DEADLINE)
                                    for name, profile in known.profiles.items()})


def judged(known: Catalog, folder: Path, bug: str, names: Sequence[str], waits: bool,
           write: Callable[[Path, str], Path] = adapter_write) -> Mapping[str, Entry]:
    """What becomes of the client with this bug in these trials (SCENARIO[VARIANT]/POSTURE)."""
    file = write(folder / "adapter", bug)
    known = impatient(known) if waits else known
    trials = [_trial(known, file, name) for name in names]
    with Bench(known, folder / "out") as bench, \
            ThreadPoolExecutor(_WAITING if waits else _BUSY) as pool:
        return dict(zip(names, pool.map(lambda trial: runner.run_trial(bench, trial), trials)))


def _trial(known: Catalog, adapter: Path, name: str) -> Trial:
    scenario, _, posture = name.rpartition("/")
    scenario, _, variant = scenario.removesuffix("]").partition("[")
    (trial,) = (trial for trial in known.trials(known.client(str(adapter)), scenario,
                                                posture=posture)
                if trial.variant.id == variant)
    return trial
