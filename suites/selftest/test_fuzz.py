# SPDX-License-Identifier: Apache-2.0
"""The fuzz harness: what it has to find is found, and what it lists is there."""

import fcntl
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "fuzz"))

import common  # noqa: E402
import crash  # noqa: E402
import planted  # noqa: E402

ENGINES = {
    "runner": ["asan/bin/{}"],
    "libfuzzer": ["fuzz/bin/{}"],
    "afl": ["afl/bin/{}", "afl/cmplog/{}", "afl/mutator.so"],
}


def make(*paths: str) -> None:
    """One at a time, for the workers of pytest share .build."""
    with (ROOT / ".build/make.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "-s", "-j2", *(f".build/{path}" for path in paths)],
                              cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", common.NEGATIVE)
def test_each_engine_sees_each_bug(engine: str, name: str, tmp_path: Path) -> None:
    if engine == "afl" and shutil.which("afl-fuzz") is None:
        pytest.skip("afl++ is not installed")
    make(*(path.format(name) for path in ENGINES[engine]), f"asan/bin/{name}")
    if engine == "runner":
        assert crash.signature(ROOT / ".build/asan/bin" / name, b"b") is not None
        assert crash.signature(ROOT / ".build/asan/bin" / name, b"a") is None
        return
    if (engine, name) == ("afl", "negative_leak"):
        pytest.skip("AFL++ does not look for leaks")
    done = subprocess.run([sys.executable, ROOT / "fuzz/run", engine, name, "30"], cwd=ROOT,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "minimised to 1" in done.stdout and "repeat: make" in done.stdout


@pytest.mark.parametrize("arguments, text", [
    (["libfuzzer", "nothing", "1"], "TARGET=nothing is none; it must be one of base64, "),
    (["honggfuzz", "smtp", "1"], "ENGINE=honggfuzz is none; it must be one of libfuzzer, afl"),
    (["afl", "smtp", "soon"], "TIME=soon must be a number of seconds"),
])
def test_wrong_words_are_one_error(arguments: list[str], text: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "fuzz/run", *arguments], capture_output=True,
                          text=True)
    assert done.returncode == 2 and done.stderr.startswith(f"fuzz: {text}")


def test_an_input_is_made_small_without_losing_its_bug() -> None:
    small = crash.minimise(b"a long text with a b and a c in it",
                           lambda data: b"b" in data and b"c" in data, 10)
    assert small == b"bc"


def test_each_target_is_built() -> None:
    listed = (ROOT / "fuzz/build.mk").read_text().replace("\\", " ").split()
    missing = [name for name in common.targets() + list(common.NEGATIVE) if name not in listed]
    assert not missing


def test_each_parser_of_the_library_has_a_target() -> None:
    make("dev/lkparse")
    done = subprocess.run([ROOT / ".build/dev/lkparse", "--list"], capture_output=True, text=True)
    names = [json.loads(line)["parser"] for line in done.stdout.splitlines()]
    assert names
    assert not {name.replace("-", "_") for name in names} - set(common.targets())


def test_seeds_are_made(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "fuzz/seeds", tmp_path], check=True)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"dns", "fault", "plan", "recipe", "tls_hello"} <= made
    held = {path.name for path in (ROOT / "corpus/seeds").iterdir()}
    assert not set(common.targets()) - made - held


def test_each_planted_bug_can_be_planted() -> None:
    bugs = planted.bugs()
    assert len(bugs) >= 12 and len({bug.id for bug in bugs}) == len(bugs)
    for bug in bugs:
        assert bug.source() != (ROOT / bug.file).read_text()
        assert bug.target in common.targets()


def test_the_example_of_an_own_parser_differs(tmp_path: Path) -> None:
    make("asan/fuzz/engines/runner.o")      # so that the next one is quick
    with (ROOT / ".build/make.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "-j2", "byo-asan"], cwd=ROOT, check=True)
    program = ROOT / ".build/asan/bin/byo"
    for text, what in ((b"v=STSv1; id=a;", None),
                       (b"V=STSV1; id=a;", "difference: you accept what is invalid"),
                       (b"v=STSv12; id=a;", "difference: you accept what is invalid"),
                       (b"v=STSv1; id=" + b"a" * 33, "difference: you accept what is invalid")):
        assert crash.signature(program, text) == what
    assert "reference: invalid (the id is not 1 to 32" in crash.report(
        program, b"v=STSv1; id=" + b"a" * 33)
