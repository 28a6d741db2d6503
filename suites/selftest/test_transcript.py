# SPDX-License-Identifier: Apache-2.0
"""Reading transcripts: whole ones, cut ones, wrong ones."""

import json
import re
import time
from pathlib import Path

import dialogue
import jsonschema  # type: ignore[import]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from latchkey import transcript

ROOT = Path(__file__).resolve().parents[2]
GOOD = dialogue.lines(dialogue.mail_in_tls(), dialogue.exited())


def test_reads_what_all_events_have() -> None:
    read = transcript.parse(GOOD)
    assert read.complete and read.damage == ""
    assert [event.seq for event in read.events] == list(range(1, len(GOOD) + 1))
    first = read.all("command")[0]
    assert (first.conn, first.channel, first.service) == (1, "clear", "imap")
    assert first.text("verb") == "STARTTLS" and first.t == pytest.approx(first.seq / 1000)


def test_finds_events_by_name_and_by_connection() -> None:
    read = transcript.parse(dialogue.lines(dialogue.accept(2), dialogue.accept(1),
                                           dialogue.close(2), dialogue.exited()))
    assert read.conns == (2, 1)
    assert [event.name for event in read.conn(2)] == ["accept", "close"]
    assert read.conn(9) == () and read.all("hello") == () and read.first("hello") is None
    assert read.first("accept") == read.all("accept")[0]


def test_bytes_are_one_code_point_each() -> None:
    every = "".join(map(chr, range(256)))
    read = transcript.parse(dialogue.lines(dialogue.recv(data=every),
                                           dialogue.hello(stray="\xff\x00")))
    assert read.all("recv")[0].bytes() == bytes(range(256))
    assert read.all("hello")[0].bytes("stray") == b"\xff\x00"
    assert read.all("hello")[0].bytes("data") == b""


def test_fields_of_another_type_read_as_nothing() -> None:
    read = transcript.parse(dialogue.lines(dialogue.event("x", text=5, list="no", number=True)))
    event = read.all("x")[0]
    assert event.text("text") == "" and event.texts("list") == () and event.number("number") is None


@pytest.mark.parametrize("keep", range(len("\n".join(GOOD)) - 2, 0, -37))
def test_cut_anywhere_is_not_complete(keep: int) -> None:
    read = transcript.parse("\n".join(GOOD)[:keep].encode().split(b"\n"))
    assert not read.complete
    assert [event.seq for event in read.events] == list(range(1, len(read.events) + 1))


def test_a_cut_last_line_keeps_what_stands_before_it() -> None:
    read = transcript.parse([*GOOD[:4], GOOD[4][:-3]])
    assert len(read.events) == 4 and read.damage == "line 5 is not a whole event"


WRONG = {
    "no JSON": "{",
    "no object": "[1]",
    "a text": '"seq t event data stray"',
    "no seq": '{"t": 1, "event": "x"}',
    "seq is true": '{"seq": true, "t": 1, "event": "x"}',
    "event is a number": '{"seq": 3, "t": 1, "event": 4}',
    "conn is a text": '{"seq": 3, "t": 1, "event": "x", "conn": "1"}',
    "unknown channel": '{"seq": 3, "t": 1, "event": "x", "channel": "tls"}',
    "code point above U+00FF": '{"seq": 3, "t": 1, "event": "recv", "data": "\\u0100"}',
    "data is a number": '{"seq": 3, "t": 1, "event": "recv", "data": 1}',
    "a line is missing": '{"seq": 4, "t": 1, "event": "x"}',
    "a line stands twice": '{"seq": 2, "t": 1, "event": "x"}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_line_is_damage_and_ends_the_reading(line: str) -> None:
    read = transcript.parse([*GOOD[:2], line, *GOOD[3:]])
    assert len(read.events) == 2 and "line 3" in read.damage


def test_a_line_behind_the_end_is_damage() -> None:
    more = json.dumps({"seq": len(GOOD) + 1, "t": 9, "event": "recv"})
    assert "behind the end" in transcript.parse([*GOOD, more]).damage


def test_nothing_and_no_file_are_damaged(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert transcript.read(tmp_path / "empty").damage == "there is no end"
    assert "cannot be read" in transcript.read(tmp_path / "none").damage


def test_a_file_reads_as_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "transcript.jsonl"
    path.write_text("\n".join(GOOD) + "\n", encoding="utf-8")
    assert transcript.read(path) == transcript.parse(GOOD)
    path.write_bytes(b"\xff\xfe\n")
    assert not transcript.read(path).complete


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_can_be_read(data: list[bytes]) -> None:
    assert not transcript.parse(data).complete


def test_a_usual_transcript_is_read_fast() -> None:
    many = dialogue.lines(*(dialogue.recv(data="x" * 200) for _ in range(200)))
    best = min(_seconds(many) for _ in range(5))
    assert best < 0.02      # ten times of what it takes, for slow machines


def _seconds(given_lines: list[str]) -> float:
    start = time.perf_counter()
    transcript.parse(given_lines)
    return time.perf_counter() - start


SCHEMA = json.loads((ROOT / "suites/schemas/transcript.schema.json").read_text())


def test_document_schema_and_reader_know_the_same_events() -> None:
    page = (ROOT / "docs/transcript.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z.-]+)` \|", page, re.MULTILINE)
    assert tuple(documented) == transcript.EVENTS
    assert tuple(SCHEMA["properties"]["event"]["enum"]) == transcript.EVENTS


@pytest.mark.parametrize("line", GOOD)
def test_synthetic_events_fit_the_schema(line: str) -> None:
    jsonschema.validate(json.loads(line), SCHEMA)


@pytest.mark.parametrize("wrong", [
    {"event": "unknown"},
    {"event": "deadline", "more": 1},
    {"event": "close", "by": "client", "how": "fin"},
    {**dialogue.close(), "how": "gently"},
    {**dialogue.recv(), "data": "\u0100"},
    {**dialogue.recv(), "channel": "tls"},
], ids=str)
def test_the_schema_refuses(wrong: dialogue.Event) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"seq": 1, "t": 0.5, **wrong}, SCHEMA)
