# SPDX-License-Identifier: Apache-2.0
"""Trials without namespaces: the world listens on free ports of the loopback, and says which.

The host keeps its name, so that certificates and verdicts mean what they mean in the sandbox; the
machine has to lead that name to 127.0.0.1. What needs a resolver of its own, a port of its own or
the whole network to be watched cannot be run: those trials are SKIP(no-netns).
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from latchkey import paths, sandbox
from latchkey.catalog import Catalog
from latchkey.model import Setup, Trial
from latchkey.plan import Places, compile_plan

LOOPBACK = "127.0.0.1"
BUNDLE = "ca.pem"                       # in the evidence folder
NOTE = "ports: only the port that the client was told was watched"
_START = 20.0                           # seconds until a world has said where it listens


@cache
def refusal(host: str) -> str:
    """Why trials with this host cannot be run on ports; "" if they can."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)}
    except OSError:
        found = set()
    if found == {LOOPBACK}:
        return ""
    where = f"leads to {', '.join(sorted(found))}" if found else "is not known"
    return f"{host} {where}; as root: {remedy(host)}"


def remedy(host: str) -> str:
    """The command that makes the machine know the host."""
    return f"echo '{LOOPBACK} {host}' >>/etc/hosts"


def unfit(catalog: Catalog, trial: Trial, usual: bool = False) -> str:
    """What a trial needs that there is not; "" if nothing. `usual`: each service has its port."""
    if trial.posture.is_mta:
        return "a resolver of its own"
    profile = catalog.profiles[trial.scenario.profile]
    host = profile.listener(trial.posture.listener).host
    fault = trial.variant.fault
    if {listener.host for listener in profile.listeners} != {host}:
        return "several hosts"
    if fault.action == "dns" or fault.at.get("listener") == "dns":
        return "a resolver of its own"
    if fault.action == "refuse-connection" or "listener" in fault.at and not usual:
        return "all ports to be watched"
    if trial.setup is not None and not usual and not _takes_port(trial.setup):
        return "the usual port"
    if "ip:" in _names(catalog, trial):
        return "an address of its own"
    return ""


def of_name(catalog: Catalog, trial: Trial) -> bool:
    """The certificate of the fault has names that are made of the host's labels."""
    return bool(re.search(r"\{(?:domain|label|parent|initial|upper-host)\}",
                          _names(catalog, trial)))


def _takes_port(setup: Setup) -> bool:
    texts = (*setup.argv, *setup.env.values(), *(file.text for file in setup.files))
    return any("{port}" in text for text in texts)


def _names(catalog: Catalog, trial: Trial) -> str:
    """The recipe of the fault, as text."""
    recipe = trial.variant.fault.do.get("recipe")
    return json.dumps(catalog.recipe(recipe)) if isinstance(recipe, str) else ""


# --- one run


@contextmanager
def home_made(scratch: Path) -> Iterator[Path]:
    """A folder for the client, gone when it is done. It is short: sockets are made in there."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="h", dir=scratch))
    try:
        yield folder / "home"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(catalog: Catalog, trial: Trial, folder: Path, scratch: Path, secrets: Mapping[str, str],
        pcap: bool, grace: float) -> str:
    """Run the world once, with the evidence in `folder`; what went wrong, or ""."""
    with home_made(scratch) as home:
        places = Places(home=str(home), adapter=str(trial.client.folder.resolve()),
                        built=str(paths.built(trial.client.folder)), user=_user(),
                        bundle=str((folder / BUNDLE).resolve()))
        plan = _plan(catalog, trial, secrets, places)
        file = folder / "plan.json"
        file.write_text(json.dumps(plan | {"client": None}) + "\n", encoding="ascii")
        words = [str(paths.program("mockworld")), "--ports", "--client",
                 *(["--pcap"] if pcap else []), str(file), str(folder)]
        # In a group of its own: whoever kills ours leaves it the time to end its client.
        with subprocess.Popen(words, env=sandbox.environment(), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True) as world:
            try:
                found = ports_told(world)
                if found:
                    plan = _plan(catalog, trial, secrets, replace(places, ports=found))
                    file.write_text(json.dumps(plan) + "\n", encoding="ascii")
                client = json.dumps({"client": plan["client"]}).encode()
                _, said = world.communicate(client if found else b"", plan["deadline"] + grace)
            except subprocess.TimeoutExpired:
                _end(world)
                return "the world did not end in time"
            except BaseException:
                _end(world)
                raise
    if world.returncode == 0:
        return ""
    return sandbox.last_line(said) or f"mockworld ended with status {world.returncode}"


def _end(world: subprocess.Popen[bytes]) -> None:
    """It ends its client first; if it does not end itself, it is ended."""
    world.terminate()
    try:
        world.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        world.kill()


def ports_told(world: subprocess.Popen[bytes]) -> dict[str, int]:
    """The first line of a world: listener → port. Empty if it ended or did not say it in time."""
    assert world.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(world.stdout, selectors.EVENT_READ)
        line = world.stdout.readline() if selector.select(_START) else b""
    found: dict[str, int] = json.loads(line) if line else {}
    return found


def _plan(catalog: Catalog, trial: Trial, secrets: Mapping[str, str],
          places: Places) -> dict[str, Any]:
    plan = compile_plan(catalog, trial, secrets, places)
    # Whoever uses OpenSSL with its defaults finds the private root; others have {ca}.
    env = {"SSL_CERT_FILE": places.bundle, **plan["client"]["env"]}
    return plan | {"dns": None, "client": plan["client"] | {"env": env}}


def _user() -> str:
    return os.environ.get("LOGNAME") or "root"
