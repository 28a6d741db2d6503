# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts somewhere works there, for everybody, and goes away again."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from latchkey import complete, options, paths
from samples import ROOT

NOBODY = 65534


def make(*words: str) -> None:
    subprocess.run(["make", "-s", "-C", str(ROOT), *words], check=True, capture_output=True)


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir()}


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """A prefix that everybody may read, moved from where it was staged."""
    if not paths.program("mockworld").is_file():
        pytest.skip("mockworld is not built")
    folder = Path(tempfile.mkdtemp(prefix="latchkey-install-"))
    folder.chmod(0o755)
    make("install", f"DESTDIR={folder}/staged", "PREFIX=/opt/lk")
    shutil.move(folder / "staged/opt/lk", folder / "prefix")
    yield folder / "prefix"
    shutil.rmtree(folder)


def as_ordinary_user(*words: str) -> list[str]:
    if os.geteuid() != 0:
        return [*words]
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *words]


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A working directory of an ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="latchkey-user-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_can_run_it(installed: Path, own_folder: Path) -> None:
    before = files(installed)
    done = subprocess.run(as_ordinary_user(
        str(installed / "bin/latchkey"), "run", "python", "--suite", "starttls.refused",
        "--posture", "imap-starttls"), cwd=own_folder, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    data = json.loads((own_folder / "latchkey-report/results.json").read_text(encoding="utf-8"))
    assert {one["outcome"] for one in data["results"]} == {"PASS"}
    assert files(installed) == before
    # The report speaks of where it was installed, not of where it was built.
    assert str(ROOT) not in json.dumps(data)


def test_its_documentation_is_there(installed: Path) -> None:
    there = files(installed)
    assert {"share/man/man1/latchkey.1", "share/doc/latchkey/quickstart.md",
            "share/bash-completion/completions/latchkey", "share/zsh/site-functions/_latchkey",
            "share/fish/vendor_completions.d/latchkey.fish"} <= there
    assert not [name for name in there if "selftest" in name or name.endswith((".c", ".pyc"))
                and "suites/clients" not in name and "corpus/wrappers" not in name]
    for name in there - {"share/latchkey/installed"}:
        text = (installed / name).read_bytes()
        assert text[:4] in (b"\x7fELF", b"!<ar") or str(ROOT).encode() not in text, name


def test_the_list_is_whole(installed: Path) -> None:
    listed = (installed / "share/latchkey/installed").read_text(encoding="utf-8").splitlines()
    assert set(listed) == files(installed) - {"share/latchkey/installed"}
    assert len(listed) == len(set(listed))


def test_it_goes_away_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/mine").write_text("mine", encoding="ascii")
    make("install", f"PREFIX={tmp_path}")
    # What an older version had, a newer one takes away.
    old = tmp_path / "share/latchkey/suites/scenarios/starttls/old.toml"
    old.write_text("old", encoding="ascii")
    with (tmp_path / "share/latchkey/installed").open("a", encoding="ascii") as stream:
        stream.write("share/latchkey/suites/scenarios/starttls/old.toml\n")
    make("install", f"PREFIX={tmp_path}")
    assert not old.exists()
    (tmp_path / "share/latchkey/suites/latchkey/__pycache__").mkdir()
    make("uninstall", f"PREFIX={tmp_path}")
    assert files(tmp_path) == {"bin/mine"}
    assert not (tmp_path / "share/latchkey").exists()
    done = subprocess.run([ROOT / "scripts/install", "--remove", tmp_path], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_an_unbuilt_tree_is_not_installed(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "scripts/install", tmp_path / "prefix", tmp_path], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.endswith("run make\n")
    assert not (tmp_path / "prefix").exists()


# --- the manual


def commands() -> dict[str, argparse.ArgumentParser]:
    found = next(action for action in options.parser()._actions
                 if isinstance(action, argparse._SubParsersAction))
    return {name: one for name, one in found.choices.items() if name != "complete"}


def test_the_manual_has_every_command_and_option() -> None:
    page = (ROOT / "docs/latchkey.1").read_text(encoding="utf-8")
    synopsis = page.partition(".Sh SYNOPSIS")[2].partition(".Sh DESCRIPTION")[0]
    told = {part.split()[0]: set(re.findall(r"Fl (\S+)", part))
            for part in synopsis.split(".Nm\n.Cm ")[1:]}
    for name, one in commands().items():
        options = {word[1:] for action in one._actions for word in action.option_strings
                   if word not in ("-h", "--help")}
        assert told[name] - {"-help", "-version"} == options, name
        assert f".It Cm {name}" in page


def test_mandoc_has_nothing_to_say_against_the_manual() -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed: scripts/setup extra")
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", "docs/latchkey.1"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    # No file of ours has a date.
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_the_manual_is_well_formed() -> None:
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("man and groff are not installed")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "docs/latchkey.1"],
                          cwd=ROOT, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    assert done.stderr == b""
    # Bold is a letter over itself.
    assert b"EXIT STATUS" in re.sub(rb".\x08", b"", done.stdout)


# --- completion


@pytest.mark.parametrize("words, found", [
    ([""], {"run", "serve", "doctor", "--version"}),
    (["ru"], {"run"}),
    (["run", "cur"], {"curl"}),
    (["run", "curl", "--suite", "starttls.refu"], {"starttls.refused"}),
    (["run", "--suite", "x", "cur"], {"curl"}),
    (["run", "curl", "--posture", "pop3-i"],
     {"pop3-implicit", "pop3-implicit-default", "pop3-implicit-token",
      "pop3-implicit-certificate", "pop3-implicit-after-certificate", "pop3-implicit-dane"}),
    (["run", "curl", "--pc"], {"--pcap"}),
    (["serve", "starttls.refused[n"], {"starttls.refused[no]"}),
    (["show", "starttls.refu"], {"starttls.refused"}),
    (["show", "starttls.refused", ""], set()),
    (["report", "x", "--format", "ht"], {"html"}),
    (["list", "clie"], {"clients"}),
    (["baseline", ""], {"write"}),
    (["baseline", "write", ""], set()),
    (["run", "--out", ""], set()),
    (["nonsense", ""], set()),
])
def test_candidates(words: list[str], found: set[str]) -> None:
    seen = set(complete.candidates(options.parser(), words))
    assert found <= seen and (seen == found or words == [""]), seen
    assert "complete" not in seen


def test_bash_completes(installed: Path) -> None:
    script = (". share/bash-completion/completions/latchkey; COMP_CWORD=2\n"
              "COMP_WORDS=(latchkey serve 'starttls.refused[n'); _latchkey latchkey\n"
              'printf "%s\\n" "${COMPREPLY[@]}"; complete -p latchkey')
    done = subprocess.run(["bash", "-c", script], cwd=installed, capture_output=True, text=True,
                          env={"PATH": f"{installed}/bin:/usr/bin:/bin"}, check=True)
    assert done.stdout.splitlines() == [
        "starttls.refused\\[no\\]", "complete -o default -F _latchkey latchkey"]
    assert done.stderr == ""
