# SPDX-License-Identifier: Apache-2.0
"""The parser vectors: files, grammars in Python and parsers in C say the same of every input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest

from latchkey import catalog, cli, paths, vectors
from latchkey.errors import UserError
from latchkey.vectors import Program, Vector
from oracle import ORACLES, Verdict

FOLDER = paths.ROOT / "corpus/vectors"
# Its Host goes on in a folded line and is none, which is seen when the head is whole.
JUDGED_WHOLE = {"http-request-105"}
LKPARSE = str(paths.ROOT / ".build/dev/lkparse")
FILES = sorted(FOLDER.glob("*.json"))
NAMES = [file.stem for file in FILES]
# One program for each way to break: what it does with every request, and what is said of it.
BROKEN = {
    "import os; os.abort()": "died of signal 6",
    "raise SystemExit(3)": "ended with status 3",
    "print('what?', flush=True)": "wrote no JSON",
    "print('[' * 100000, flush=True)": "wrote no JSON",
    "print('[]', flush=True)": "wrote no object",
    "print('{}', flush=True)": "wrote no result",
    "print('{\"result\": \"perhaps\"}', flush=True)": "wrote no result",
    "print('{\"error\": \"no idea\"}', flush=True)": "said: no idea",
    "print('{\"result\": \"valid\"}\\n' * 2, flush=True)": "wrote more than one line",
    "print('x' * (5 << 20), flush=True)": "wrote too much in one line",
    "sys.stdout.close(); os.close(1); sys.stdin.read()": "closed its output",
    "sys.stdin.read()": "hung",
}


def lines(argument: str) -> list[dict[str, Any]]:
    done = subprocess.run([LKPARSE, argument], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def python(body: str, seconds: float = 10) -> Program:
    script = f"import os, sys\nfor line in sys.stdin:\n    {body}"
    return Program([sys.executable, "-c", script], seconds)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_files_fit_the_schema(file: Path) -> None:
    schema = json.loads((paths.ROOT / "suites/schemas/vectors.schema.json").read_text())
    whole = json.loads(file.read_text())
    jsonschema.Draft202012Validator(schema).validate(whole)
    assert whole["parser"] == file.stem
    ids = [test["id"] for test in whole["tests"]]
    assert len(set(ids)) == len(ids) and all(id.startswith(file.stem + "-") for id in ids)
    inputs = [vectors.input_of(test) for test in whole["tests"]]
    assert len(set(inputs)) == len(inputs)
    # Each side of the grammar is there.
    assert {"valid", "invalid"} <= {test["result"] for test in whole["tests"]}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_vectors_name_what_the_register_has_about_them(file: Path) -> None:
    table = json.loads(file.read_text()).get("requirements", {})
    found = vectors.read(file)
    words = {word for one in found for word in (one.reason, *one.flags) if word} | {"valid"}
    assert set(table) <= words | {"*"}, "each line of the table is about some vector"
    assert {name for names in table.values() for name in names} <= set(
        catalog.own().requirements())
    if file.stem.startswith(("deep-", "sts-client", "sts-directives", "sts-mx", "sts-record",
                             "tlsa", "tlsrpt-", "latch", "received-")):
        assert file.stem == "sts-record-2016" or all(one.requirements for one in found)


def test_the_requirements_of_a_vector() -> None:
    table = {"valid": ["v"], "a": ["x", "y"], "b": ["y", "z"], "*": ["rest"]}
    rows: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({}, ("v",)), ({"reason": "a"}, ("x", "y")), ({"reason": "c"}, ("rest",)),
        ({"flags": ["a", "b"]}, ("x", "y", "z")), ({"flags": ["b", "c"]}, ("y", "z", "rest"))]
    for test, names in rows:
        assert vectors.requirements_of(table, test) == names
    assert vectors.requirements_of({}, {}) == vectors.requirements_of({"a": ["x"]}, {}) == ()


def octets(one: Vector | Verdict, data: bytes) -> int:
    """How many of them are the parser's."""
    return len(data) if one.consumed is None else one.consumed


def test_every_parser_has_vectors_and_an_oracle() -> None:
    parsers = {row["parser"] for row in lines("--list")}
    assert {file.stem for file in FILES} == set(ORACLES) == parsers | {"latch"}


def test_every_reason_and_reading_has_a_vector() -> None:
    found = vectors.load(FOLDER)
    seen = {vector.reason for vector in found} | {flag for vector in found for flag in vector.flags}
    names = {row.get("reason", row.get("reading")) for row in lines("--reasons")}
    engine = {name for name in seen if name is not None and name.startswith("latch-")}
    assert seen - {None} - engine == names
    page = (paths.ROOT / "docs/latch.md").read_text().partition("## Readings")[2]
    assert engine == {"latch-session", "latch-state", *re.findall(r"^\| `(latch-[a-z0-9-]+)`", page,
                                                                  re.MULTILINE)}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_grammars_in_python_say_so_too(file: Path) -> None:
    found = vectors.read(file)
    for vector in found:
        verdict = ORACLES[vector.parser](vector.data)
        expected = "invalid" if vector.result == "more" else vector.result
        value = vector.value
        if vector.parser == "latch" and value is not None:      # reports have their own grammars
            value = {name: value[name] for name in value if name not in ("id", "client")}
        assert (vector.id, verdict.result, verdict.value, verdict.flags) == (
            vector.id, expected, value, tuple(sorted(vector.flags)))
        if vector.value is not None:
            assert (vector.id, octets(verdict, vector.data)) == (
                vector.id, octets(vector, vector.data))
        # What wants more is the beginning of something that is accepted.
        assert vector.result != "more" or vector.id in JUDGED_WHOLE or any(
            other.data.startswith(vector.data) for other in found if other.value is not None)


def test_reports_of_the_latch_engine_fit_their_grammars() -> None:
    said = set()
    for vector in vectors.read(FOLDER / "latch.json"):
        sts = vector.data[:2] in (b"05", b"06")
        for member, parser in (("id", "deep-id"), ("client", "sts-client" if sts else
                                                   "deep-client")):
            report = str((vector.value or {}).get(member, ""))
            said.add((parser, bool(report)))
            assert not report or ORACLES[parser](report.encode()).value is not None, vector.id
    assert said == {(name, one) for name in ("deep-id", "sts-client", "deep-client")
                    for one in (True, False)}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_parsers_in_c_say_so_too(file: Path) -> None:
    program = Program([LKPARSE])
    try:
        for vector in vectors.read(file):
            answer = program.ask(vector.parser, vector.data)
            assert (vector.id, answer["result"], answer.get("value"), answer.get("reason"),
                    sorted(answer.get("readings", []))) == (
                vector.id, vector.result, vector.value, vector.reason, sorted(vector.flags))
            if vector.reason is not None:
                assert (vector.id, answer["offset"]) == (vector.id, vector.offset)
            else:
                assert (vector.id, answer["consumed"]) == (
                    vector.id, octets(vector, vector.data))
                if vector.parser == "latch":
                    continue            # what is made of a session is no text of its kind
                again = program.ask(vector.parser, bytes.fromhex(answer["printed"]))
                assert (vector.id, again.get("value")) == (vector.id, vector.value)
                assert again["printed"] == answer["printed"]
    finally:
        program.close()


def test_the_document_has_every_parser_reason_and_reading() -> None:
    """Mended by: lkparse --tables, in place of what is behind the marker."""
    document = (paths.ROOT / "docs/parsers.md").read_text()
    done = subprocess.run([LKPARSE, "--tables"], capture_output=True, check=True, text=True)
    assert document.partition("<!-- lkparse --tables -->\n")[2] == done.stdout


# --- the command


def vector(result: str, **more: Any) -> Vector:
    return Vector("x-001", "x", "a comment", b"a", result, "RFC 1", **more)


@pytest.mark.parametrize("expected, answer, outcome, what", [
    ("valid", {"result": "valid"}, "agrees", ""),
    ("valid", {"result": "ambiguous"}, "agrees", ""),
    ("valid", {"result": "valid", "value": {"a": 1}}, "agrees", ""),
    ("valid", {"result": "valid", "value": {"c": 1}}, "agrees", ""),
    ("valid", {"result": "valid", "value": {"a": 2}}, "differs", "a is 1, not 2"),
    ("valid", {"result": "valid", "value": 3}, "differs", "its value is no object"),
    ("valid", {"result": "valid", "consumed": 1}, "agrees", ""),
    ("valid", {"result": "valid", "consumed": 0}, "differs", "takes 0 octets, not 1"),
    ("valid", {"result": "invalid"}, "differs", "refuses what is valid"),
    ("valid", {"result": "more"}, "differs", "refuses what is valid"),
    ("invalid", {"result": "invalid"}, "agrees", ""),
    ("invalid", {"result": "valid"}, "differs", "accepts what is invalid"),
    ("invalid", {"result": "ambiguous"}, "differs", "accepts what is invalid"),
    ("invalid", {"result": "more"}, "differs", "waits for more of what is invalid"),
    ("more", {"result": "more"}, "agrees", ""),
    ("more", {"result": "invalid"}, "agrees", ""),
    ("more", {"result": "valid"}, "differs", "accepts what is not complete"),
    ("ambiguous", {"result": "valid"}, "open", "accepted"),
    ("ambiguous", {"result": "ambiguous"}, "open", "accepted"),
    ("ambiguous", {"result": "invalid"}, "open", "refused"),
    ("ambiguous", {"result": "more"}, "open", "refused"),
    ("valid", {"result": "unsupported"}, "unsupported", ""),
])
def test_judging(expected: str, answer: dict[str, Any], outcome: str, what: str) -> None:
    assert vectors.judge(vector(expected, value={"a": 1}), answer) == (outcome, what)


@pytest.mark.parametrize("body, what", BROKEN.items())
def test_a_broken_program_is_said_to_be_one_and_started_again(body: str, what: str) -> None:
    program = python(body, 0.5 if what == "hung" else 10)
    try:
        answers = list(vectors.run([vector("valid"), vector("valid")], program))
    finally:
        program.close()
    assert [answer.outcome for answer in answers] == ["broke", "broke"]
    assert all(answer.what.startswith(what) for answer in answers)


def test_a_request_that_is_never_read_does_not_block() -> None:
    program = Program([sys.executable, "-c", "import signal; signal.pause()"], 0.5)
    big = Vector("x-001", "x", "", b"a" * (1 << 20), "valid", "")
    try:
        answers = list(vectors.run([big], program))
    finally:
        program.close()
    assert answers[0].what.startswith("hung")


@pytest.mark.parametrize("counts, status", [
    ({"agrees": 3}, 0), ({"open": 1}, 0), ({"agrees": 1, "unsupported": 5}, 0),
    ({"agrees": 1, "differs": 1, "broke": 1}, 1), ({"agrees": 1, "broke": 1}, 3),
    ({"unsupported": 4}, 3), ({}, 3),
])
def test_exit_status(counts: dict[str, int], status: int) -> None:
    assert vectors.status_of(counts) == status


def test_the_command_holds_our_parsers_to_the_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["vectors"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("0 differs, 0 unsupported, 0 broke")


def test_the_command_says_where_a_program_differs(tmp_path: Path,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "parser.py"
    script.write_text("import sys\nfor line in sys.stdin:\n"
                      "    print('{\"result\": \"valid\"}', flush=True)\n")
    words = ["vectors", "-k", "sts-record-00", "--parser", f"{sys.executable} {script}"]
    assert cli.main(words) == 1
    told = capsys.readouterr().out
    assert "differs  sts-record-005: accepts what is invalid (" in told
    assert "; RFC 8461 section 3.1; rfc8461-3.1-" in told


def test_the_command_says_that_a_program_broke(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["vectors", "-k", "sts-record-00", "--json", "--parser", "/bin/cat"]
    assert cli.main(words) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["summary"]["broke"] == len(told["answers"]) > 5


@pytest.mark.parametrize("words, message", [
    (["--parser", "/no/such/program"], "/no/such/program cannot be started"),
    (["--parser", ""], "--parser is empty"),
    (["--parser", "'a"], "--parser: No closing quotation"),
    (["-k", "no-such-vector"], 'no vector fits "no-such-vector"'),
])
def test_wrong_usage(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["vectors", *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("text, message", [
    ("{", "is no JSON"), ("[]", "does not fit its schema"),
    ('{"vectors": 2, "tests": []}', "is no version that this program knows"),
    ('{"vectors": 1, "parser": "x", "tests": [{"id": "x-001"}]}', "does not fit its schema"),
    ('{"vectors": 1, "parser": "x", "source": "", "tests": [{"id": "x-001", "comment": "", '
     '"text": "y", "result": "more", "reason": "z", "offset": 2}]}', "offset 2 in 1 octets"),
])
def test_a_wrong_file_is_one_clear_error(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UserError, match=message):
        vectors.load(tmp_path)


def test_an_id_is_there_once(tmp_path: Path) -> None:
    one = {"id": "x-001", "comment": "c", "text": "", "result": "invalid"}
    (tmp_path / "x.json").write_text(json.dumps(
        {"vectors": 1, "parser": "x", "title": "t", "source": "s", "tests": [one, one]}))
    with pytest.raises(UserError, match="twice"):
        vectors.load(tmp_path)
