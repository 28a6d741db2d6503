# SPDX-License-Identifier: Apache-2.0
"""The way of somebody with an own client: the template, the page, and help with what fails."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from latchkey import catalog, hints, newadapter, paths
from latchkey.errors import UserError
from latchkey.outcome import Result
from latchkey.results import Entry
from samples import ROOT


def test_the_template_loads_as_it_is(tmp_path: Path) -> None:
    file = newadapter.write("my-mail.2", tmp_path / "new")
    client = catalog.load(ROOT).client(str(file))
    assert (client.name, list(client.setups)) == ("my-mail.2", ["imap-starttls"])
    assert catalog.load(ROOT).client(str(tmp_path / "new")) == client
    assert "NAME" not in file.read_text(encoding="utf-8").replace("NAME@", "")


def test_with_everything_uncommented_it_loads_too(tmp_path: Path) -> None:
    file = newadapter.write("mine", tmp_path)
    text = re.sub(r"^# (?=\[|argv|stdin|success|prompt|\"|host|port)", "",
                  file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text.replace("[...]", '["mine"]').replace('# """', '"""'), encoding="utf-8")
    client = catalog.load(ROOT).client(str(file))
    assert len(client.setups) == 5 and client.prompt
    assert client.setups["submission-starttls"].feeds_message
    assert client.setups["imap-starttls"].files[0].text == "host = {host}\nport = {port}\n"


@pytest.mark.parametrize("name, folder, said", [
    ("My Mail", "x", "is no name for a client"), ("../x", "x", "is no name for a client"),
    ("mine", ".", "is there already"), ("mine", "adapter.toml", "is there already"),
    ("mine", "adapter.toml/x", "cannot be written"),
])
def test_mistakes(tmp_path: Path, name: str, folder: str, said: str) -> None:
    (tmp_path / "adapter.toml").write_text("precious", encoding="ascii")
    with pytest.raises(UserError, match=said):
        newadapter.write(name, tmp_path / folder)
    assert (tmp_path / "adapter.toml").read_text(encoding="ascii") == "precious"


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    mine = catalog.load(ROOT).client(str(newadapter.write("no-such", tmp_path)))
    ours = replace(mine, name="ours", file=ROOT / "suites/clients/curl/adapter.toml")
    assert hints.missing([mine, ours]).splitlines() == [
        "Not run: no-such, because `no-such --version` cannot be started, or fails and tells no "
        "version", '  A program beside the adapter is called "{adapter}/NAME" there',
        "Not run: ours is not installed; `latchkey doctor` says what installs it"]
    there = replace(mine, version_argv=("/bin/true",))
    assert hints.missing([there]) == hints.missing([]) == ""


def test_the_page_can_be_pasted_into_a_shell(built: Path) -> None:
    page = (ROOT / "docs/your-client.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.MULTILINE)
    script = "\n".join(re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks)
    # All scenarios take too long for a test.
    script = script.replace("certificate.impostor", "certificate.impostor -k unknown-root")
    script = script.replace("latchkey run ./fetch/adapter.toml || true",
                            "latchkey run ./fetch/adapter.toml --suite starttls.refused || true")
    script = script.replace("new-adapter fetch", "new-adapter fetch && rm fetch/adapter.toml")
    done = subprocess.run(["sh", "-e", "-c", script], cwd=built, capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{ROOT}/scripts:{os.environ['PATH']}"},
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 trials, 3 passed" in done.stdout
    assert "2 trials, 2 broken promises" in done.stdout and "2 trials, 2 passed" in done.stdout
    assert (built / "known.toml").exists()


def entry(reason: str, posture: str = "imap-starttls", outcome: str = "INCONCLUSIVE") -> Entry:
    return Entry("control:mail/mine", "mine", posture,
                 Result(outcome, reason, notes=("exit: exit code 3", "end: by itself")),
                 evidence="controls/x")


@pytest.mark.parametrize("reason", hints.TRY)
def test_a_failed_control_is_helped(tmp_path: Path, reason: str) -> None:
    (tmp_path / "controls/x").mkdir(parents=True)
    (tmp_path / "controls/x/client.stderr").write_bytes(b"first\nno such\x1b[1m option\n\n")
    text = hints.hints([entry(reason), entry("", outcome="PASS")], tmp_path)
    assert text == (f"Not judged: mine imap-starttls, because {hints.TRY[reason]}\n"
                    "  exit: exit code 3\n  client.stderr: no such?[1m option\n"
                    f"  Evidence: {tmp_path}/controls/x\n")


def test_help_is_short(tmp_path: Path) -> None:
    text = hints.hints([entry("deadline", f"imap-{number}") for number in range(9)], tmp_path)
    assert text.count("Not judged") == 3 and "and 6 more postures of mine" in text
    assert hints.hints([], tmp_path) == ""


def test_every_reason_of_a_control_has_help() -> None:
    page = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    told = page.partition("A control has an outcome of its own")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z]+-?[a-z]+)`", told)) == set(hints.TRY)


def test_the_command(built: Path) -> None:
    done = subprocess.run([paths.COMMAND, "new-adapter", "mine"], cwd=built, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and "latchkey run ./mine/adapter.toml" in done.stdout
    again = subprocess.run([paths.COMMAND, "new-adapter", "mine"], cwd=built, capture_output=True,
                           text=True, check=False)
    assert again.returncode == 2 and again.stderr.count("\n") == 1
