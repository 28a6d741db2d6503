# SPDX-License-Identifier: Apache-2.0
"""The sandbox: the command line that puts worlds and clients into namespaces (bubblewrap).

Inside, the user is 0 of a private user namespace, with nothing but a loopback, and the machine's
files are there to read. It works for root and for everybody else alike. Worlds are born in it one
after the other, and each has its own processes, network, and places to write to. What a mail
program asks the machine for (resolver, names of users, trusted certificates) is ours: /etc is a
folder of links into the machine's own, except for these few files. That is one mount instead of one
for each file, and it does not matter which of them the machine has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from latchkey import guard, paths

PROGRAMS = "/run/latchkey"              # what the build makes
EVIDENCE = f"{PROGRAMS}/evidence"       # folders of worlds (servers/world/nest.c has them, too)
TRIAL = f"{PROGRAMS}/trial"             # of the one that is ours
ADAPTER = f"{PROGRAMS}/adapter"
BUILT = f"{PROGRAMS}/built"           # what was built for the adapter
HOME = "/tmp/home"
HOST = "client.example.test"
_MACHINE_ETC = f"{PROGRAMS}/etc"
_SBIN = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin", os.environ.get("PATH", "")))
_KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS")
_ROOM_FOR_ERRORS = 2000

_BEFORE = (
    "bwrap", "--unshare-net", "--unshare-pid",
    "--unshare-ipc", "--unshare-uts", "--hostname", HOST, "--die-with-parent", "--new-session",
    "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run",
    "--tmpfs", "/tmp",
)
# The last one is for the namespaces of a world, which gives it up then.
_AS_USER = ("--unshare-user", "--uid", "0", "--gid", "0", "--cap-drop", "ALL",
            "--cap-add", "CAP_NET_BIND_SERVICE", "--cap-add", "CAP_NET_ADMIN",
            "--cap-add", "CAP_SYS_ADMIN")
# A client with a root of its own has users of its own, too: it needs the machine's root, who may
# do in the namespaces what he likes.
_AS_ROOT = ("--cap-add", "ALL")


def etc_texts(nameserver: str | None) -> dict[str, str]:
    """The files of /etc that are not the machine's; names are resolved by the world's DNS."""
    resolver = "" if nameserver is None else f"nameserver {nameserver}\n"
    return {
        "group": "root:x:0:\nnogroup:x:65534:\n",
        "hosts": "127.0.0.1 localhost\n",
        "hostname": f"{HOST}\n",
        "nsswitch.conf": "hosts: files dns\npasswd: files\ngroup: files\nservices: files\n",
        "passwd": f"root:x:0:0:root:{HOME}:/bin/sh\n"
                  "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
        "resolv.conf": f"{resolver}options trust-ad timeout:1 attempts:2\n",
    }


def etc_make(scratch: Path, nameserver: str | None) -> Path:
    """Make the sandbox's /etc in a new folder: our files, and links to everything else."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="etc-", dir=scratch))
    folder.chmod(0o755)
    texts = etc_texts(nameserver)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="ascii")
    _link_all("", folder, {*texts, "ssl"})
    (folder / "ssl").mkdir()
    _link_all("ssl", folder / "ssl", {"certs"})
    (folder / "ssl/certs").mkdir()      # empty: only what the world puts here is trusted
    return folder


def _link_all(below: str, folder: Path, but: set[str]) -> None:
    machine = os.path.join("/etc", below)
    for name in os.listdir(machine) if os.path.isdir(machine) else ():
        if name not in but:
            path = os.path.join(machine, name)
            # A link of the machine may be relative to its place, which ours keeps.
            os.symlink(os.readlink(path) if os.path.islink(path)
                       else os.path.join(_MACHINE_ETC, below, name), folder / name)


def command(etc: Path, evidence: Path | None, adapter: Path | None, inner: list[str],
            own_root: bool = False) -> list[str]:
    """The command line that runs `inner` in the sandbox.

    evidence: the folder with those of the worlds; own_root: a client has one.
    """
    words = [shutil.which(_BEFORE[0]) or _BEFORE[0], *_BEFORE[1:]]
    words += _AS_ROOT if own_root else _AS_USER
    words += ["--ro-bind", "/etc", _MACHINE_ETC, "--ro-bind", str(etc), "/etc"]
    words += ["--tmpfs", "/etc/ssl/certs"]
    if evidence is not None:
        words += ["--bind", str(evidence), EVIDENCE, "--dir", TRIAL]
    if adapter is not None:
        words += ["--ro-bind", str(adapter), ADAPTER]
        words += ["--ro-bind-try", str(paths.built(adapter)), BUILT]
    for name in ("mockworld", "refclient", "refsender"):
        file = paths.program(name)
        if file.is_file():
            words += ["--ro-bind", str(file), f"{PROGRAMS}/{name}"]
    words += ["--ro-bind", str(paths.VALIDATE), f"{PROGRAMS}/validate"]
    if own_root:
        words += ["--ro-bind", str(paths.ENTER), f"{PROGRAMS}/enter"]
    return [*words, "--chdir", "/", *inner]


def has_resolver() -> bool:
    """The machine has the program that validates answers of a name server."""
    return shutil.which("unbound", path=_SBIN) is not None


def environment() -> dict[str, str]:
    """What the world inherits: nothing that changes how TLS or the resolver behave."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **kept}


@lru_cache(maxsize=1)
def refusal(scratch: Path) -> str:
    """Why this machine cannot make a sandbox; "" if it can. Tried once, by doing it."""
    try:
        etc = etc_make(scratch, None)
        done = subprocess.run(
            command(etc, None, None, ["/bin/true"]), env=environment(), timeout=20, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, process_group=guard.group())
    except FileNotFoundError:
        return "bwrap is not installed"
    except subprocess.TimeoutExpired:
        return "bwrap did not end"
    if done.returncode == 0:
        return ""
    return last_line(done.stderr) or f"bwrap ended with status {done.returncode}"


def last_line(said: bytes) -> str:
    """What a program said last, as one line."""
    lines = said[-_ROOM_FOR_ERRORS:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
