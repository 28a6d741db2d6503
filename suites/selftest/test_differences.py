# SPDX-License-Identifier: Apache-2.0
"""Known differences of parsers (docs/vectors.md): reading, marking, writing, and our own lists."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema  # type: ignore[import]
import pytest

from latchkey import cli, differences, paths, vectors
from latchkey.differences import Item, Known
from latchkey.errors import UserError
from latchkey.tomlfile import load
from latchkey.vectors import Answer

WRAPPERS = sorted((paths.ROOT / "corpus/wrappers").glob("*.toml"))
SCHEMA = json.loads((paths.ROOT / "suites/schemas/differences.schema.json").read_text())
ACCEPTS = "accepts what is invalid"
IDS = ["x-001", "x-002", "x-003"]
HEAD = 'differences = 1\nprogram = "p"\n'
ENTRY = '[[known]]\nvectors = ["x-001"]\nwhat = "w"\nreason = "a b c"\n'


def answer(id: str, outcome: str, what: str = "") -> Answer:
    return Answer(id, "x", outcome, "invalid", "valid", what, "a comment", "RFC 1")


@pytest.mark.parametrize("file", WRAPPERS, ids=[file.stem for file in WRAPPERS])
def test_our_lists_are_right(file: Path) -> None:
    found = {vector.id: vector for vector in vectors.load(paths.ROOT / "corpus/vectors")}
    known = differences.read(file, found)
    jsonschema.Draft202012Validator(SCHEMA).validate(load(file).data)
    assert differences.text(known) == file.read_text()
    assert known.version and known.items
    for item in known.items:
        assert {found[id].source for id in item.vectors} == {item.source}
        assert all(found[id].result != "ambiguous" for id in item.vectors)


def test_the_schema_is_that_of_the_reader() -> None:
    assert (paths.ROOT / "suites/schemas/differences.schema.json").read_text() == \
        differences.schema_file()


@pytest.mark.parametrize("text, line, what", [
    (HEAD + "differencez = 2\n", 3, "unknown key"),
    ('differences = 2\nprogram = "p"\n', 1, "no version that this program knows"),
    ("differences = 1\n", 1, "has no program"),
    (HEAD + ENTRY.replace("x-001", "x-009"), 4, 'no vector "x-009"'),
    (HEAD + ENTRY.replace("x-001", "x 1"), 4, "is not right here"),
    (HEAD + ENTRY.replace('"x-001"', ""), 4, "is empty"),
    (HEAD + ENTRY + ENTRY, 8, "a second entry for x-001"),
    (HEAD + ENTRY.replace("a b c", ""), 6, "is no reason"),
    (HEAD + ENTRY.replace("a b c", "bug bug"), 6, "is no reason"),
    (HEAD + ENTRY.replace("what", "that"), 5, "unknown key"),
    (HEAD + ENTRY + 'url = "here"\n', 7, "is not right here"),
    (HEAD + "[[known]\n", 3, ""),
])
def test_a_wrong_list_is_one_clear_error(text: str, line: int, what: str, tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text(text)
    with pytest.raises(UserError) as error:
        differences.read(file, IDS)
    assert str(error.value).startswith(f"{file}:{line}: ") and what in str(error.value)


@pytest.mark.parametrize("outcome, what, marked, said", [
    ("differs", ACCEPTS, "known", ACCEPTS),
    ("differs", "refuses what is valid", "differs", "refuses what is valid"),
    ("agrees", "", "gone", f"no longer {ACCEPTS}"),
    ("open", "accepted", "gone", f"no longer {ACCEPTS}"),
    ("unsupported", "", "gone", f"no longer {ACCEPTS}"),
    ("broke", "died of signal 11", "broke", "died of signal 11"),
])
def test_what_is_known_is_marked(outcome: str, what: str, marked: str, said: str) -> None:
    known = Known("p", "1", (Item(("x-001",), ACCEPTS, "RFC 1", "a b c"),))
    one, other = differences.with_known(
        [answer("x-001", outcome, what), answer("x-002", outcome, what)], known)
    assert (one.outcome, one.what) == (marked, said)
    assert other == answer("x-002", outcome, what)


def test_what_is_written_keeps_reasons_and_what_was_not_asked_about() -> None:
    old = Known("p", "1", (Item(("x-001", "x-002", "x-003"), ACCEPTS, "RFC 0", "a b c", "http://u"),
                           Item(("x-005",), ACCEPTS, "RFC 0", "d e f")))
    made = differences.fresh(old, "", "2", [
        answer("x-004", "differs", ACCEPTS), answer("x-001", "differs", ACCEPTS),
        answer("x-002", "differs", "refuses what is valid"), answer("x-005", "agrees")])
    assert made == Known("p", "2", (
        Item(("x-001",), ACCEPTS, "RFC 1", "a b c", "http://u"),
        Item(("x-002",), "refuses what is valid", "RFC 1"),
        Item(("x-003",), ACCEPTS, "RFC 0", "a b c", "http://u"),
        Item(("x-004",), ACCEPTS, "RFC 1")))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    ids = [f"x-{number:03}" for number in range(40)]
    known = Known("p", "1", (Item(tuple(ids), 'a is "b"\\', "RFC 1", "a b c", "http://u"),))
    differences.write(file, known)
    assert differences.read(file, ids) == known
    assert max(map(len, file.read_text().splitlines())) <= 100
    with pytest.raises(UserError, match="cannot be written"):
        differences.write(tmp_path / "no/list.toml", known)


# --- the command


def script(folder: Path, result: str, version: str = "1") -> str:
    """A program that says the same of every input."""
    file = folder / "parser.py"
    file.write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        "    said = {'program': 'p', 'version': %r} if line.startswith('version') else {}\n"
        "    print(json.dumps({'result': 'valid' if said else %r, 'value': said}), flush=True)\n"
        % (version, result))
    return f"{sys.executable} {file}"


def run(folder: Path, result: str, *words: str, version: str = "1") -> int:
    return cli.main(["vectors", "--parser", script(folder, result, version), "-k", "sts-record-00",
                     *words])


def test_the_command_knows_what_it_wrote(tmp_path: Path,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.toml"
    assert run(tmp_path, "valid", "--write-baseline", str(file)) == 0
    assert "entries without a reason" in capsys.readouterr().err
    assert run(tmp_path, "valid", "--baseline", str(file)) == 2
    assert '"" is no reason' in capsys.readouterr().err
    file.write_text(file.read_text().replace('reason = ""', 'reason = "It takes everything."'))
    assert run(tmp_path, "valid", "--baseline", str(file)) == 0
    told = capsys.readouterr()
    assert " 0 differs, 5 known, 0 unsupported" in told.out and told.err == ""
    # Written again, it is the same.
    before = file.read_text()
    assert run(tmp_path, "valid", "--write-baseline", str(file)) == 0
    assert file.read_text() == before and "without" not in capsys.readouterr().err
    # Of another version, a program that differs elsewhere, and no longer here.
    assert run(tmp_path, "invalid", "--baseline", str(file), version="2") == 1
    told = capsys.readouterr()
    assert f"gone     sts-record-005: no longer {ACCEPTS}" in told.out
    assert "differs  sts-record-001: refuses what is valid" in told.out
    assert " 4 differs, 5 gone, " in told.out
    assert told.err == f"latchkey: {file} is about p 1, this is p 2\n"


def test_a_list_is_read_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["vectors", "--baseline", "a", "--write-baseline", "b"])
    assert end.value.code == 2 and "not allowed with" in capsys.readouterr().err
    assert cli.main(["vectors", "--baseline", str(tmp_path / "none.toml")]) == 2
