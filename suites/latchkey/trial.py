# SPDX-License-Identifier: Apache-2.0
"""One trial: a folder for its evidence, a world in a sandbox, and what was seen there."""

from __future__ import annotations

import json
import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from latchkey import paths, ports, sandbox, transcript
from latchkey.catalog import Catalog
from latchkey.model import Client, Trial
from latchkey.plan import FORGED, Places, compile_plan
from latchkey.transcript import Transcript
from latchkey.worlds import Kind, Worlds

PLACES = Places(home=sandbox.HOME, adapter=sandbox.ADAPTER, built=sandbox.BUILT, user="root")
GRACE = 5.0                             # seconds behind the world's own deadline
_OUTPUT_LIMIT = 1024 * 1024             # of a client's output, when something is looked for
_UNSAFE = re.compile(r"[^A-Za-z0-9._\[\]+-]")


@dataclass(frozen=True)
class Seen:
    """What is left of a run of the world."""

    transcript: Transcript
    prompted: bool = False              # the client asked a question
    shown: tuple[str, ...] = ()         # where its output has what the attacker wrote
    told: tuple[str, ...] = ()          # the URLs of providers that are in its output
    level: str = ""                     # of confidentiality, that the client shows: high or none
    trouble: str = ""                   # why the world could not do its part
    known: Mapping[str, str] = field(default_factory=dict)  # the secrets of its plan


def fresh_secrets(size: int = 8) -> dict[str, str]:
    """Canaries for one run: what no dictionary has and no mail program changes."""
    def word(letter: str) -> str:
        return letter + secrets.token_hex(size)

    return {
        "user": word("u"), "password": word("p"), "token": word("t"), "body": word("b"),
        "subject": word("s"), "recipient": f"{word('r')}@example.test",
        "sender": f"{word('f')}@example.test", "forged": word("x"),
        "forged-number": str(100_000 + secrets.randbelow(900_000)),
    }


def safe_name(text: str) -> str:
    """A file name that says the same."""
    return _UNSAFE.sub("_", text)


def folder_name(trial: Trial) -> str:
    """Where the evidence of a trial lies, below the folder of the report."""
    variant = f"[{trial.variant.id}]" if trial.variant.id else ""
    name = safe_name(trial.scenario.id + variant)
    return f"trials/{safe_name(trial.client.name)}/{trial.posture.name}/{name}"


@cache
def _adapter_argument(name: str, file: Path) -> str:
    file = file.resolve()
    return name if file.is_relative_to(paths.ROOT / "suites/clients") else str(file)


def client_argument(client: Client) -> str:
    """How this client is named on the command line."""
    name = _adapter_argument(client.name, client.file)
    return f"{name}@{client.build}" if client.build else name


def repeat_command(trial: Trial, on_ports: bool = False) -> list[str]:
    """The command that shows a trial again."""
    variant = ["-k", f"[{trial.variant.id}]"] if trial.variant.id else []
    return [str(paths.COMMAND), "run", client_argument(trial.client), "--suite", trial.scenario.id,
            "--posture", trial.posture.name, *variant, *(["--ports"] if on_ports else [])]


def repeat_write(folder: Path, trial: Trial, on_ports: bool = False) -> None:
    """repeat.sh, for whoever stands in the evidence folder."""
    file = folder / "repeat.sh"
    file.write_text("#!/bin/sh\n# Runs this trial again, with new secrets, and reports it in"
                    f" ./latchkey-repeat/\nexec {shlex.join(repeat_command(trial, on_ports))}"
                    ' --out latchkey-repeat "$@"\n', encoding="utf-8")
    file.chmod(0o755)


def run_on_ports(catalog: Catalog, trial: Trial, folder: Path, scratch: Path,
                 pcap: bool = False) -> Seen:
    """The same as `run`, without a sandbox: on ports of the machine's loopback."""
    folder.mkdir(parents=True)
    trouble = ports.run(catalog, trial, folder, scratch, fresh_secrets(), pcap, GRACE)
    return look(folder, trial.client, trouble)


def run(catalog: Catalog, trial: Trial, folder: Path, etc: Path, worlds: Worlds,
        pcap: bool = False) -> Seen:
    """Run the world once and read what it wrote into the folder, which is made here."""
    plan = compile_plan(catalog, trial, fresh_secrets(), PLACES)
    kind = Kind(etc, paths.resolved(trial.client.folder), pcap, bool(trial.client.root))
    end = worlds.play(kind, plan, folder, float(plan["deadline"]) + GRACE)
    return replace(look(folder, trial.client, known=plan["secrets"]), trouble=end())


def look(folder: Path, client: Client, trouble: str = "",
         known: Mapping[str, str] | None = None) -> Seen:
    """What the evidence in a folder says; known: the secrets of its plan, else read there."""
    output = {name: _beginning(folder / f"client.{name}") for name in ("stdout", "stderr")}
    question = re.compile(client.prompt) if client.prompt else None
    prompted = question is not None and any(map(question.search, output.values()))
    known = _secrets(folder) if known is None else known
    forged = _forged(known)
    shown = tuple(name for name, text in output.items()
                  if any(map(text.lower().__contains__, forged)))
    seen = transcript.read(folder / "transcript.jsonl")
    urls = dict.fromkeys(url for event in seen.all("latch") if (url := event.text("url")))
    told = tuple(url for url in urls if any(url in text for text in output.values()))
    return Seen(seen, prompted, shown, told, _level(client, output["stdout"]), trouble, known)


def _level(client: Client, output: str) -> str:
    """The last level that the client showed; "" if it showed none."""
    words = {} if client.status is None else {
        "high": client.status.high, "none": client.status.none}
    found = [(one.end(), word) for word, pattern in words.items()
             for one in re.finditer(pattern, output, re.MULTILINE)]
    return max(found)[1] if found else ""


def _secrets(folder: Path) -> Mapping[str, str]:
    """Of the plan in a folder; none without a plan."""
    try:
        known: Mapping[str, str] = json.loads((folder / "plan.json").read_bytes())["secrets"]
    except (OSError, ValueError, KeyError):
        return {}
    return known


def _forged(known: Mapping[str, str]) -> list[str]:
    """What the attacker of this trial wrote, however it is written, in small letters."""
    words = [known[name].lower() for name in FORGED if name in known]
    return [way for word in words for way in (_grouped(word) if word.isdecimal() else [word])]


def _grouped(number: str) -> list[str]:
    """A number of six digits, with a separator of thousands or without one."""
    return [f"{number[:-3]}{mark}{number[-3:]}" for mark in ("", *",.' \u00a0\u202f")]


def _beginning(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_OUTPUT_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""
