# SPDX-License-Identifier: Apache-2.0
"""`latchkey doctor`: what this machine can run, tried and not guessed, and what mends the rest."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from latchkey import catalog, dkim, paths, runner, sandbox
from latchkey.errors import UserError
from latchkey.model import Client

# module → Debian package
MODULES = {"jinja2": "python3-jinja2", "pytest": "python3-pytest", "rich": "python3-rich",
           "xdist": "python3-pytest-xdist"}
_SWITCHES = (("kernel.unprivileged_userns_clone", "1"), ("user.max_user_namespaces", "10000"),
             ("kernel.apparmor_restrict_unprivileged_userns", "0"))


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    detail: str
    needed: bool = True                 # without it nothing can be judged
    package: str = ""                   # what mends it: a package,
    command: str = ""                   # or a command


def examine(scratch: Path) -> Iterator[Finding]:
    """Look at everything that a run needs."""
    for module, package in MODULES.items():
        found = importlib.util.find_spec(module) is not None
        yield Finding(f"python: {module}", found, "" if found else "not there", package=package)
    yield _sandbox(scratch)
    yield _resolver()
    yield _dkim()
    yield _world()
    try:
        yield from _clients()
    except UserError as error:
        yield Finding("catalog", False, str(error))


def _sandbox(scratch: Path) -> Finding:
    refusal = sandbox.refusal(scratch)
    if not refusal:
        return Finding("sandbox", True, "user, network, mount and pid namespaces")
    if refusal == "bwrap is not installed":
        return Finding("sandbox", False, refusal, package="bubblewrap")
    return Finding("sandbox", False, refusal, command=_allow_namespaces())


def _resolver() -> Finding:
    """Worlds with DNSSEC need one that validates; no other does."""
    good = sandbox.has_resolver()
    return Finding("resolver", good, "unbound" if good else "unbound is not installed",
                   needed=False, package="unbound")


def _dkim() -> Finding:
    """Signatures of mailed reports are verified with a library."""
    good = dkim.is_there()
    return Finding("dkim", good, "signatures of mails can be verified" if good else
                   "python3-dkim is not installed", needed=False, package="python3-dkim")


def _allow_namespaces() -> str:
    """The command that lets everybody make namespaces; "" where it is not ours to say."""
    wanted = [f"{name}={value}" for name, value in _SWITCHES if _switch(name) not in (None, value)
              and (name != "user.max_user_namespaces" or _switch(name) == "0")]
    return f"sysctl -w {' '.join(wanted)}" if wanted else ""


def _switch(name: str) -> str | None:
    try:
        return Path("/proc/sys", *name.split(".")).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _world() -> Finding:
    program = paths.program("mockworld")
    build = shlex.join(["make", "-C", str(paths.ROOT)])
    if not program.is_file():
        return Finding("world", False, f"{program} is not built", command=build)
    try:
        # A plan that is not there: the program says so in one line, with status 2.
        done = subprocess.run([program, "/nonexistent", "/nonexistent"], timeout=20, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("world", False, f"{program} does not start: {error}", command=build)
    if done.returncode in (2, 3):
        return Finding("world", True, str(program))
    return Finding("world", False, sandbox.last_line(done.stderr) or f"status {done.returncode}",
                   command=build)


def _clients() -> Iterator[Finding]:
    known = catalog.own()
    yield from (look_at(known.client(name)) for name in known.client_names)


def look_at(client: Client) -> Finding:
    """Is it installed, and what would install it."""
    step = runner.supply_step(client)
    if step:
        # It is no command, and stays out of the one that mends the rest.
        return Finding(f"client: {client.name}", False, f"not installed: {step}", needed=False)
    good = runner.is_installed(client)
    detail = runner.version_of(client) or "version unknown" if good else "not installed"
    debian = [package for package in client.packages if ":" not in package]
    others = [package for package in client.packages if ":" in package]
    if not good and others:
        detail += f" ({', '.join(others)})"
    # A library of Debian's names {built} for the sake of another build alone.
    if others or (client.folder / "build").is_file() or not client.another and any(
            "{built}" in word for word in client.version_argv):
        # Installs the packages too, before it makes what Debian does not have.
        group = "senders" if client.root else "clients"
        setup = shlex.join([str(paths.ROOT / "scripts/setup"), group])
        return Finding(f"client: {client.name}", good, detail, needed=False, command=setup)
    return Finding(f"client: {client.name}", good, detail, needed=False, package=" ".join(debian))


def remedy(findings: Iterable[Finding]) -> str:
    """The one command that mends all that is bad; "" if nothing is, or nothing can."""
    bad = [finding for finding in findings if not finding.good]
    packages = sorted({word for finding in bad for word in finding.package.split()})
    root = "" if os.geteuid() == 0 else "sudo "
    steps = [f"{root}apt-get install -y {' '.join(packages)}"] if packages else []
    for command in dict.fromkeys(finding.command for finding in bad if finding.command):
        steps.append((root if command.startswith("sysctl") else "") + command)
    return " && ".join(steps)


def told(findings: Iterable[Finding]) -> str:
    """The findings for a person."""
    findings = list(findings)
    lines = [f"{'ok ' if one.good else 'NO ' if one.needed else '-  '} {one.name:<22} {one.detail}"
             .rstrip() for one in findings]
    broken = [one.name for one in findings if one.needed and not one.good]
    installed = sum(one.good for one in findings if one.name.startswith("client: "))
    if broken:
        lines += ["", f"Nothing can be judged here: {', '.join(broken)}."]
        lines += ["Without a sandbox there is still: latchkey run --ports"] \
            if broken == ["sandbox"] else []
    else:
        lines += ["", f"Everything is there to judge {installed} clients."]
    mend = remedy(findings)
    if mend:
        lines += [f"{'This mends it' if broken else 'This installs the rest'}:", f"  {mend}"]
    return "\n".join(lines) + "\n"


def command(as_json: bool) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        findings = list(examine(Path(scratch)))
    if as_json:
        print(json.dumps({"findings": [asdict(one) for one in findings],
                          "remedy": remedy(findings)}, indent=1))
    else:
        print(told(findings), end="")
    return 0 if all(one.good for one in findings if one.needed) else 3
