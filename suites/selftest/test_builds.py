# SPDX-License-Identifier: Apache-2.0
"""Another build of a client: it is the one that is started, asked for its version, and named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from latchkey import builds, catalog, paths, runner, trial as trials
from latchkey.errors import UserError
from latchkey.model import Client
from latchkey.plan import compile_plan
from latchkey.runner import Bench
from samples import ROOT, SECRETS

KNOWN = catalog.load(ROOT)
CARELESS = '[ "$1" = --version ] && { echo curl 6.6.6; exit; }\nexec /usr/bin/curl "$@" --insecure'


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a sandbox has nothing of its own, even if this checkout lies in /tmp."""
    places = [place for place in (paths.ROOT / ".build", Path.home(), Path("/srv"))
              if place.is_dir() and not builds.hidden_by(place)]
    if not places:
        pytest.skip("no folder that a sandbox would show")
    with tempfile.TemporaryDirectory(dir=places[0]) as name:
        yield Path(name)


def program_write(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o755)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_the_other_build_is_judged_and_told_apart(boxed: Path, folder: Path) -> None:
    program_write(folder / "curl", CARELESS)
    found: dict[str, str] = {}
    for name in ("curl", f"curl@{folder}"):
        client = KNOWN.client(name)
        one = next(trial for trial in KNOWN.trials(client, "certificate.impostor",
                                                   posture="imap-implicit")
                   if trial.variant.id == "self-signed")
        with Bench(KNOWN, boxed / str(len(found))) as bench:
            entry = runner.run_trial(bench, one)
        found[runner.version_of(client)] = entry.outcome
        assert f" run {name} " in entry.repeat
        assert (entry.client, runner.with_version([client])["curl"]["adapter"]) == ("curl", name)
    assert found.pop("6.6.6") == "FAIL"
    assert list(found.values()) == ["PASS"]


def test_its_programs_are_looked_for_first(folder: Path) -> None:
    program_write(folder / "curl", "exit 1")
    client = KNOWN.client(f"curl@{folder}")
    one = KNOWN.trials(client, "starttls.refused", posture="imap-starttls")[0]
    plan = compile_plan(KNOWN, one, SECRETS, trials.PLACES)
    assert plan["client"]["env"]["PATH"] == f"{folder}:{KNOWN.client('curl').search['PATH']}"


@pytest.mark.parametrize("below", ["bin", "usr/bin"])
def test_an_installed_or_unpacked_build_brings_its_libraries(folder: Path, below: str) -> None:
    (folder / below).mkdir(parents=True)
    program_write(folder / below / "curl", 'echo "curl $LD_LIBRARY_PATH"')
    lib = folder / below / "../lib/x86_64-linux-gnu"
    lib.mkdir(parents=True)
    client = KNOWN.client(f"curl@{folder}")
    libraries = f"{lib.resolve().parent}:{lib.resolve()}"
    assert runner.version_of(client) == libraries
    one = KNOWN.trials(client, "starttls.refused", posture="imap-starttls")[0]
    env = compile_plan(KNOWN, one, SECRETS, trials.PLACES)["client"]["env"]
    assert (env["PATH"].split(":")[0], env["LD_LIBRARY_PATH"]) == (str(folder / below), libraries)


def test_the_folder_of_programs_alone_has_the_libraries_beside_it(folder: Path) -> None:
    (folder / "bin").mkdir()
    program_write(folder / "bin/curl", "exit 1")
    (folder / "lib").mkdir()
    assert KNOWN.client(f"curl@{folder}/bin").libraries == (str(folder / "lib"),)


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
def test_a_library_takes_the_place_of_what_was_built(boxed: Path, folder: Path) -> None:
    """One that does nothing: not the usual one, so that its control cannot pass."""
    module = folder / "node_modules/nodemailer"
    module.mkdir(parents=True)
    (module / "package.json").write_text('{"version": "6.6.6"}', encoding="ascii")
    (module / "index.js").write_text(
        "exports.createTransport = () => { throw new Error(__dirname); };", encoding="ascii")
    client = KNOWN.client(f"nodemailer@{folder}")
    assert runner.version_of(client) == "6.6.6"
    assert runner.with_version([client])["nodemailer"]["adapter"] == f"nodemailer@{folder}"
    one = KNOWN.trials(client, "starttls.refused", posture="submission-starttls")[0]
    with Bench(KNOWN, boxed) as bench:
        entry = runner.run_trial(bench, one)
    assert entry.outcome == "INCONCLUSIVE"
    assert str(module) in (boxed / entry.evidence / "client.stderr").read_text(encoding="utf-8")


def test_the_version_of_an_interpreter_is_none_of_a_library(folder: Path) -> None:
    (folder / "imaplib.py").write_text("", encoding="ascii")
    client = KNOWN.client(f"python@{folder}")
    assert runner.version_of(client) == ""
    one = KNOWN.trials(client, "starttls.refused", posture="imap-starttls")[0]
    plan = compile_plan(KNOWN, one, SECRETS, trials.PLACES)
    assert plan["client"]["env"]["PYTHONPATH"] == str(folder)


@pytest.mark.parametrize("name", [name for name in KNOWN.client_names
                                  if KNOWN.client(name).another])
def test_who_takes_another_library_looks_for_it(folder: Path, name: str) -> None:
    usual = KNOWN.client(name)
    (folder / usual.another[0]).mkdir(parents=True)
    client = KNOWN.client(f"{name}@{folder}")
    plan = compile_plan(KNOWN, KNOWN.trials(client)[0], SECRETS, trials.PLACES)["client"]
    assert any(str(folder) in text for text in (*plan["argv"], *plan["env"].values()))


def test_a_version_is_never_that_of_another_program(folder: Path) -> None:
    """fdm's is told by Debian's list of packages, which knows nothing of this one."""
    program_write(folder / "fdm", "exit 1")
    client = KNOWN.client(f"fdm@{folder}")
    assert not builds.tells_version(client)
    assert runner.version_of(client) == ""
    assert runner.is_installed(client)


def test_a_program_with_a_path_is_another_one_too(folder: Path) -> None:
    """nmh's lie outside of PATH, and Python is not the first on it."""
    program_write(folder / "send", "exit 1")
    program_write(folder / "python3", "echo Python 2.6.6")
    program_write(folder / "sh", "exit 1")
    line = KNOWN.client(f"nmh@{folder}").setups["submission-starttls"].argv
    assert line[0] == "sh" and f" {folder}/send " in line[2] and "/usr/bin/mh" not in line[2]
    python = KNOWN.client(f"python@{folder}")
    assert {setup.argv[0] for setup in python.setups.values()} == {f"{folder}/python3"}
    assert runner.version_of(python) == "2.6.6"
    program_write(folder / "php", "exit 1")
    php = KNOWN.client(f"phpmailer@{folder}").setups["submission-starttls"].argv
    assert "include_path={built}:/usr/share/php" in php


def test_another_build_finds_what_the_machine_trusts(folder: Path) -> None:
    program_write(folder / "curl", "exit 1")
    bundles = []
    for name in ("curl", f"curl@{folder}"):
        one = KNOWN.trials(KNOWN.client(name), "starttls.refused", posture="imap-starttls")[0]
        plan = compile_plan(KNOWN, one, SECRETS, trials.PLACES)
        bundles.append(plan["client"]["env"].get("SSL_CERT_FILE"))
    assert bundles == [None, KNOWN.profiles["mail"].bundle]


def test_a_version_is_never_that_of_a_program_with_a_path(folder: Path) -> None:
    """nmh's adapter asks install-mh where Debian has it, and starts other programs by name."""
    program_write(folder / "mhfixmsg", "exit 1")
    client = KNOWN.client("nmh")
    assert client.version_argv[0].startswith("/")
    assert not builds.tells_version(replace(client, programs=str(folder)))


def test_the_users_own_path_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No trial would find the program there."""
    program_write(tmp_path / "latchkey-mine", "echo x7")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    adapter = tmp_path / "mine.toml"
    adapter.write_text('adapter = 1\nname = "mine"\ntitle = "Mine"\nkind = "library"\n'
                       'version = { argv = ["latchkey-mine"], regex = "x(.)" }\ntrust = "system"\n'
                       '[posture.imap-starttls]\nargv = ["latchkey-mine"]\n', encoding="ascii")
    assert not runner.is_installed(KNOWN.client(str(adapter)))


def refused(name: str) -> str:
    with pytest.raises(UserError) as caught:
        KNOWN.client(name)
    return str(caught.value)


def test_a_build_that_would_not_be_used_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "curl").mkdir()
    (folder / "msmtp").write_text("", encoding="ascii")
    program_write(folder / "timeout", 'shift; exec "$@"')
    assert "uses nothing that is in there; it starts curl" in refused(f"curl@{folder}")
    assert "it starts msmtp" in refused(f"msmtp@{folder}")
    assert "uses nothing" in refused(f"s-nail@{folder}")          # only what starts it
    assert "it starts /usr/bin/python3, or takes imaplib.py or" in refused(f"python@{folder}")
    assert "there is no such folder" in refused(f"curl@{folder / 'none'}")
    assert "has a /tmp of its own" in refused("curl@/tmp/build")
    assert "has a root of its own" in refused(f"postfix@{folder}")
    assert "no such folder" not in refused("crul@/usr")


def test_an_adapter_may_have_another_build_and_an_at_in_its_path(folder: Path) -> None:
    source = KNOWN.client("curl").file
    copy = folder / "a@b.toml"
    shutil.copy(source, copy)
    program_write(folder / "curl", "exit 1")
    assert KNOWN.client(str(copy)).programs == ""
    other: Client = KNOWN.client(f"{source}@{folder}")
    assert (other.programs, other.name) == (str(folder), "curl")
