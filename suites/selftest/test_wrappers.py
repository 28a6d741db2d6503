# SPDX-License-Identifier: Apache-2.0
"""The wrappers of real parsers answer as docs/vectors.md has it, and their parsers differ from the
vectors as their lists say; those whose package is not there are skipped aloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from latchkey import differences, paths, vectors

FOLDER = paths.ROOT / "corpus/wrappers"
GOCODE = Path("/usr/share/gocode")
DIGEST = "ab" * 32
GOOD_TLSA = bytes.fromhex("030101" + DIGEST)
TLSA = {"usage": 3, "selector": 1, "matching": 1, "data": DIGEST}
# Parser, input, and the value that it must have; None: it must be refused.
Row = tuple[str, bytes, "dict[str, Any] | None"]
GO: dict[str, tuple[str, list[Row]]] = {
    "miekg-dns": ("github.com/miekg/dns", [
        ("tlsa", GOOD_TLSA, TLSA), ("tlsa-text", b"3 1 1 " + DIGEST.encode(), TLSA),
        ("tlsa-text", b"3 1", None)]),
    "go-imap": ("github.com/emersion/go-imap", [
        ("imap-response", b"* OK hello\r\n", {"word": "OK", "text": "hello"}),
        ("imap-response", b"+ go on\r\n", {"kind": "continue", "text": "go on"}),
        ("imap-response", b"* OK hello", None)]),
}
C: dict[str, tuple[str, list[Row]]] = {
    "libetpan": ("etpan", [
        ("imap-response", b"* OK a\r\n", {}), ("imap-response", b"* PREAUTH a\r\n", {}),
        ("imap-response", b"* 1 FETCH (\r\n", None),
        ("smtp-reply", b"250-a\r\n250 b\r\n", {"code": 250}), ("smtp-reply", b"a\r\n", None),
        ("pop3-greeting", b"+OK a\r\n", {}), ("pop3-greeting", b"-ERR a\r\n", None)]),
}
PYTHON: dict[str, tuple[str, list[Row]]] = {
    "dnspython": ("dns.rdata", [
        ("tlsa", GOOD_TLSA, TLSA), ("tlsa-text", b"3 1 1 " + DIGEST.encode(), TLSA),
        ("tlsa", b"", None)]),
    "python-stdlib": ("smtplib", [
        ("smtp-reply", b"250-a\r\n250 b\r\n", {"code": 250}), ("smtp-reply", b"2x0 a\r\n", None),
        ("http-response", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
         {"status": 200, "minor": 1, "phrase": "OK"}),
        ("http-response", b"HTTP/1.1 x\r\n\r\n", None),
        ("pop3-reply", b"+OK a\r\n", {"status": "+OK"}),
        ("pop3-reply", b"-ERR a\r\n", {"status": "-ERR"}), ("pop3-reply", b"a\r\n", None),
        ("imap-response", b"* OK a\r\n", {}), ("imap-response", b"* 1 FETCH (X {1}\r\na)\r\n", {}),
        ("imap-response", b"* OK a", None)]),
}


def hold_to_the_known(name: str, words: list[str]) -> None:
    """Of the version in its list, a parser differs from the vectors as listed and not otherwise."""
    file = FOLDER / f"{name}.toml"
    there = vectors.load(paths.ROOT / "corpus/vectors")
    known = differences.read(file, [vector.id for vector in there])
    program = vectors.Program(words)
    try:
        said = program.version()
        assert said[0] == known.program
        if said[1] != known.version:
            pytest.skip(f"{file.name} is about version {known.version}, this is {said[1]}")
        found = differences.with_known(vectors.run(there, program), known)
    finally:
        program.close()
    assert [(one.outcome, one.id, one.what) for one in found
            if one.outcome in ("differs", "gone")] == []


def answers(words: list[str], rows: list[Row]) -> None:
    """Ask for all the rows, and for a parser that nobody has."""
    requests = [f"{parser} {data.hex()}\n" for parser, data, _ in rows] + ["no-such-parser 00\n"]
    done = subprocess.run(words, input="".join(requests), capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    wanted: list[dict[str, Any]] = [
        {"result": "invalid"} if value is None else {"result": "valid", "value": value}
        for _, _, value in rows]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found == [*wanted, {"result": "unsupported"}]


@pytest.mark.parametrize("name", PYTHON)
def test_wrappers_in_python(name: str) -> None:
    module, rows = PYTHON[name]
    pytest.importorskip(module)
    answers([sys.executable, str(FOLDER / f"{name}.py")], rows)
    hold_to_the_known(name, [sys.executable, str(FOLDER / f"{name}.py")])


def version_of(package: str) -> str:
    """The upstream part of the version of Debian's package; empty: it has no such package."""
    name = f"golang-{package.replace('.com/', '-').replace('/', '-')}-dev"
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True,
                          text=True, check=False)
    return done.stdout.partition("-")[0]


@pytest.mark.parametrize("name", GO)
def test_wrappers_in_go(name: str, tmp_path: Path) -> None:
    package, rows = GO[name]
    if shutil.which("go") is None or not (GOCODE / "src" / package).is_dir():
        pytest.skip(f"{package} is not there: scripts/setup clients")
    program = tmp_path / name
    # GO111MODULE=off: the packages of the system, and no network.
    subprocess.run(["go", "build", "-ldflags", f"-X main.version={version_of(package)}", "-o",
                    str(program), str(FOLDER / f"{name}.go")], check=True, timeout=300,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GOCODE),
                        "GOCACHE": os.environ.get("GOCACHE", str(tmp_path / "go")),
                        "GOFLAGS": "-mod=mod"})
    answers([str(program)], rows)
    hold_to_the_known(name, [str(program)])


@pytest.mark.parametrize("name", C)
def test_wrappers_in_c(name: str, tmp_path: Path) -> None:
    library, rows = C[name]
    if not Path(f"/usr/include/lib{library}").is_dir():
        pytest.skip(f"lib{library}-dev is not there: scripts/setup clients")
    program = tmp_path / name
    subprocess.run(["cc", "-o", str(program), str(FOLDER / f"{name}.c"), f"-l{library}"],
                   check=True, timeout=60)
    answers([str(program)], rows)
    hold_to_the_known(name, [str(program)])
