# SPDX-License-Identifier: Apache-2.0
"""`latchkey serve`: the worlds of one trial, for a client that comes by itself (docs/outside.md).

First the control, then (where the scenario needs it) the twin, then the fault; all on the same
ports, with the same secrets and the same root. What came is judged as any trial is, without what
only a process shows.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from latchkey import (catalog, gather, judge, paths, ports, results, runner, sandbox, transcript,
                      trial as trials)
from latchkey.catalog import Catalog
from latchkey.dialogue import lines
from latchkey.errors import UserError, suggestion
from latchkey.finding import Context, done
from latchkey.judge import Case
from latchkey.model import Client, Setup, Trial, control_of, twin_of
from latchkey.outcome import Result, error
from latchkey.plan import Places, compile_plan
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES
from latchkey.results import Entry, Run
from latchkey.transcript import Event, Transcript

CLIENT = "outside"                      # what the report calls whoever came
_SECRET = 4                             # octets of chance in a secret that somebody has to type
_TASKS = {"smtp": "send one mail", "imap": "fetch the mail", "pop3": "fetch the mail"}


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line."""

    scenario: str                       # with a variant: NAME[VARIANT]
    posture: str
    out: Path
    bind: str = ports.LOOPBACK
    host: str | None = None             # what the client calls the server
    usual: bool = False                 # the services' own ports
    control: bool = False               # only the control
    root: Path | None = None            # file that keeps the root between calls


def trial_of(known: Catalog, wish: Wish) -> Trial:
    """The trial that is meant; every mistake is a UserError."""
    name, _, variant = wish.scenario.rstrip("]").partition("[")
    scenario = known.scenario(name)
    found = [one for one in scenario.variants if one.id == variant]
    if not found:
        right = suggestion(variant, [one.id for one in scenario.variants])
        what = f'has no variant "{variant}"' if variant else "has variants"
        raise UserError(None, 0, f"{name} {what}", f"write {name}[VARIANT]; {right}")
    if wish.posture not in found[0].postures:
        raise UserError(None, 0, f"{wish.scenario} is not for the posture {wish.posture}",
                        suggestion(wish.posture, found[0].postures))
    setup = Setup((), (), {}, False, ())
    client = Client(CLIENT, "A client that came by itself", "library", (), (), "", "none", "", "",
                    Path(CLIENT), {wish.posture: setup})
    trial = Trial(scenario, found[0], client, POSTURES[wish.posture])
    if lack := _lack(known, trial, wish):
        raise UserError(None, 0, f"{wish.scenario} needs {lack}",
                        "run it in the sandbox: latchkey run")
    return trial


def _lack(known: Catalog, trial: Trial, wish: Wish) -> str:
    # Whoever came by itself was told where to come to: it takes any port.
    told = replace(trial, client=replace(trial.client, setups={
        wish.posture: Setup(("{port}",), (), {}, False, ())}))
    lack = ports.unfit(known, told, wish.usual)
    if lack == "all ports to be watched" and not wish.usual:
        return f"{lack} (--fixed-ports does)" if "listener" in trial.variant.fault.at else lack
    if wish.host is not None and not lack and ports.of_name(known, trial):
        return "its own host name"
    return lack


# --- one world


@dataclass
class Service:
    """What all worlds of one call share."""

    catalog: Catalog
    wish: Wish
    secrets: Mapping[str, str]
    root: str                           # file with the root
    stdin: TextIO | None                # None: nobody who could press Enter
    where: dict[str, int] | None = None     # listener → port, once the first world has said it
    ended: bool = False                 # Ctrl-C

    def places(self, folder: Path) -> Places:
        return Places(bundle=str((folder / ports.BUNDLE).resolve()), ports=self.where,
                      host=self.wish.host)

    def command(self, folder: Path) -> list[str]:
        free = ["--ports"] if self.where is None and not self.wish.usual else []
        return [str(paths.program("mockworld")), *free, "--bind", self.wish.bind, "--root",
                self.root, "--live", str(folder / "plan.json"), str(folder)]


def play(service: Service, trial: Trial, folder: Path) -> Transcript:
    """One world, until its work is done, or somebody presses Enter or Ctrl-C."""
    folder.mkdir(parents=True)
    plan = compile_plan(service.catalog, trial, service.secrets, service.places(folder))
    (folder / "plan.json").write_text(
        json.dumps(plan | {"client": None, "dns": None}) + "\n", encoding="ascii")
    # In a session of its own, so that Ctrl-C reaches us and not it.
    with subprocess.Popen(
            service.command(folder), env=sandbox.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            bufsize=0, pass_fds=_descriptors(service.root)) as world:
        try:
            _serve(service, trial, folder, world)
        except KeyboardInterrupt:
            service.ended = True
        finally:
            world.terminate()
            _, said = world.communicate()
    if world.returncode != 0:
        raise UserError(None, 0, sandbox.last_line(said).removeprefix("mockworld: "),
                        "see --bind and --fixed-ports")
    return transcript.read(folder / "transcript.jsonl")


def _descriptors(root: str) -> tuple[int, ...]:
    head, _, number = root.rpartition("/")
    return (int(number),) if head == "/proc/self/fd" else ()


def _serve(service: Service, trial: Trial, folder: Path, world: subprocess.Popen[bytes]) -> None:
    found = ports.ports_told(world)
    if not found:
        return
    if service.where is None:
        service.where = found
        _tell(service, trial, folder)
    print(f"\n== {_heading(trial)}", flush=True)
    events: list[Event] = []
    asked = False
    for event in events_of(service, world):
        if event is None:
            if asked or any(one.name == "accept" for one in events):
                return
            # It may have been meant for the world before, which has ended by itself.
            asked = True
            print("Nobody has come yet. Press Enter again to go on all the same.", flush=True)
            continue
        events.append(event)
        for line in lines(event):
            print(line, flush=True)
        if event.name == "close" and _is_over(trial, Transcript(tuple(events))):
            return


def events_of(service: Service, world: subprocess.Popen[bytes]) -> Iterator[Event | None]:
    """What the world sees, while it does; None where somebody presses Enter.

    The world writes each event before it answers, so all that a client did before Enter was
    pressed can be read by then: it comes first.
    """
    assert world.stdout is not None
    os.set_blocking(world.stdout.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(world.stdout, selectors.EVENT_READ)
        _listen_to(service, selector)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            pressed = service.stdin in ready and _pressed(service, selector)
            while (data := world.stdout.read(65536)) is not None:
                if not data:
                    return
                *whole, rest = (rest + data).split(b"\n")
                yield from (event for event in map(transcript.event_of, whole)
                            if event is not None)
            if pressed:
                yield None


def _listen_to(service: Service, selector: selectors.BaseSelector) -> None:
    if service.stdin is None:
        return
    try:
        selector.register(service.stdin, selectors.EVENT_READ)
    except (PermissionError, ValueError):   # a file, /dev/null, or closed: nobody presses Enter
        service.stdin = None


def _pressed(service: Service, selector: selectors.BaseSelector) -> bool:
    """It was Enter; somebody who is gone is not listened to any more."""
    assert service.stdin is not None
    if os.read(service.stdin.fileno(), 4096):
        return True
    selector.unregister(service.stdin)
    service.stdin = None
    return False


def _is_over(trial: Trial, seen: Transcript) -> bool:
    """A world whose work is done ends by itself; only the one with the fault waits for more."""
    if len(seen.all("accept")) > len(seen.all("close")):
        return False
    if trial.kind == "control":
        return bool(done(Context(seen, trial.posture, None)))
    return trial.kind == "twin" and bool(seen.all("fault.delivered"))


# --- what is said


def _heading(trial: Trial) -> str:
    task = _TASKS[trial.posture.protocol]
    if trial.kind == "control":
        return f"The correct world. Let your client {task}; it goes on by itself when that is done."
    again = f"Let your client {task} again"
    if trial.kind == "twin":
        return f"Silence, and no attack. {again}; it goes on by itself when that gives up. " \
               "Press Enter if it hangs."
    return f"The attack: {trial.variant.title}. {again}; press Enter to judge what came."


def _tell(service: Service, trial: Trial, folder: Path) -> None:
    wish, where, secrets = service.wish, service.where or {}, service.secrets
    listener = service.catalog.profiles[trial.scenario.profile].listener(trial.posture.listener)
    rows = [("host", wish.host or listener.host), ("address", wish.bind),
            ("port", f"{where[listener.name]} ({'TLS at once' if listener.implicit else 'STARTTLS'}"
                     f", {listener.protocol})"),
            ("user", secrets["user"]), ("password", secrets["password"]),
            ("trust", str((folder / ports.BUNDLE).resolve()))]
    if trial.posture.protocol == "smtp":
        rows += [("from", secrets["sender"]), ("to", secrets["recipient"]),
                 ("subject", secrets["subject"]), ("text", secrets["body"])]
    others = ", ".join(f"{name} {port}" for name, port in where.items() if name != listener.name)
    rows.append(("other ports", others))
    print(f"Set your client up for {trial.posture.name}:")
    for name, value in rows:
        print(f"  {name:<12}{value}")


# --- the whole


def serve(wish: Wish, argv: tuple[str, ...], stdin: TextIO | None) -> int:
    """Play, judge, write the report; the exit status."""
    known = catalog.own()
    trial = trial_of(known, wish)
    if not paths.program("mockworld").is_file():
        raise UserError(None, 0, "the world is not built", "run make")
    gather.out_prepare(wish.out)
    began = gather.now()
    signal.signal(signal.SIGTERM, _interrupt)
    with _root(wish) as root:
        service = Service(known, wish, trials.fresh_secrets(_SECRET), root, stdin)
        entries = _all(service, trial)
    host = gather.host_facts() | {"sandbox": "none (serve): only these ports were watched"}
    found = [one for one in entries if not one.id.startswith(("control:", "twin:"))]
    run = Run(paths.VERSION, began, gather.now(), host, argv,
              {CLIENT: {"version": "", "adapter": "serve"}}, tuple(found),
              tuple(one for one in entries if one not in found))
    results.write(wish.out / "results.json", run)
    shutil.rmtree(wish.out / runner.SCRATCH, ignore_errors=True)
    final = gather.reports_write(wish.out)
    print()
    if not found:
        control = entries[0]
        print(f"The control: {control.outcome}"
              f"{f' ({control.result.reason})' if control.result.reason else ''}")
        return 0 if control.outcome == "PASS" else 3
    sys.stdout.write(final)
    return results.exit_status(found)


def _interrupt(number: int, frame: object) -> None:
    # Not by way of SIGINT: who starts us in the background of a script has it ignored.
    raise KeyboardInterrupt


@contextmanager
def _root(wish: Wish) -> Iterator[str]:
    """Where the worlds keep their common root: in a file of the user's, or in memory."""
    if wish.root is not None:
        yield str(wish.root.resolve())
        return
    memory = os.memfd_create("root")
    try:
        yield f"/proc/self/fd/{memory}"
    finally:
        os.close(memory)


def _all(service: Service, trial: Trial) -> list[Entry]:
    """The worlds in their order, and what the judge says of each; the trial is the last."""
    seen: dict[str, Transcript] = {}
    entries: list[Entry] = []
    case = case_of(trial)
    worlds = [control_of(trial), twin_of(trial), trial]
    for world in worlds[:1] if service.wish.control else worlds:
        if world is None or service.ended and world.kind == "twin":
            continue
        below = trials.folder_name(trial) if world.kind == "fault" else f"controls/{world.kind}"
        if service.ended and seen:      # Ctrl-C in the control: there is nothing to judge
            entries.append(results.entry(world, Result("INCONCLUSIVE", "control"),
                                         repeat=_repeat(service.wish)))
            continue
        began = time.monotonic()
        seen[world.kind] = play(service, world, service.wish.out / below)
        entries.append(results.entry(world, _judged(world, case, seen), time.monotonic() - began,
                                     below, _repeat(service.wish)))
    return entries


def case_of(trial: Trial) -> Case:
    """The facts of the trial; nobody sees how the client ends."""
    case = judge.case_of(trial)
    demands = tuple(one for one in case.demands if not PREDICATES[one.predicate].of_process
                    and not PREDICATES[one.predicate].of_signature)
    return replace(case, demands=demands, success=None)


def _judged(world: Trial, case: Case, seen: Mapping[str, Transcript]) -> Result:
    own = seen[world.kind]
    if world.kind == "control":
        return judge.judge_control(case, own)
    if world.kind == "twin":
        trouble = judge.harness_trouble(own)
        return error(trouble) if trouble else Result("PASS")
    result = judge.judge(case, own, seen.get("control"), seen.get("twin"))
    left = [demand.predicate for demand in judge.case_of(world).demands
            if demand not in case.demands]
    notes = [*result.notes, ports.NOTE]
    notes += [f"exit: nobody saw it; left out: {', '.join(left)}"] if left else []
    notes.append("runs: one; whether this attack hits depends on timing, so a PASS says little"
                 if world.variant.fault.is_timed else "runs: one, nothing was confirmed")
    return replace(result, notes=tuple(notes))


def _repeat(wish: Wish) -> str:
    return f"latchkey serve {wish.scenario} --posture {wish.posture}"


def command(arguments: Any) -> int:
    stdin = sys.stdin
    wish = Wish(arguments.scenario, arguments.posture, arguments.out.resolve(), arguments.bind,
                arguments.host, arguments.fixed_ports, arguments.control, arguments.authority)
    return serve(wish, tuple(sys.argv), stdin)
