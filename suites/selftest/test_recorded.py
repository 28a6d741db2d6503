# SPDX-License-Identifier: Apache-2.0
"""The judge against the transcripts in `transcripts/`; `outcomes.toml` there says what is right."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest
from latchkey import judge, transcript
from latchkey.judge import Case, Demand
from latchkey.postures import POSTURES

FOLDER = Path(__file__).resolve().parent / "transcripts"
SCHEMA = Path(__file__).resolve().parents[1] / "schemas/transcript.schema.json"
OUTCOMES: dict[str, Any] = tomllib.loads((FOLDER / "outcomes.toml").read_text(encoding="utf-8"))
CUT = "stripped-cut"


def load(name: str) -> transcript.Transcript:
    return transcript.read(FOLDER / f"{name}.jsonl")


def test_the_table_has_each_transcript() -> None:
    assert sorted(OUTCOMES) == sorted(path.stem for path in FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize(("name", "row"), OUTCOMES.items(), ids=OUTCOMES.keys())
def test_recorded(name: str, row: dict[str, Any]) -> None:
    demands = tuple(Demand(predicate, level, "interoperability")
                    for predicate, level in row.get("checks", {}).items())
    case = Case(POSTURES[row.get("posture", "imap-starttls")], demands,
                prompted=row.get("prompted", False))
    if name.startswith("control-"):
        result = judge.judge_control(case, load(name))
    else:
        twin = load(row["twin"]) if "twin" in row else None
        control = load(row.get("control", "control-imap-starttls"))
        result = judge.judge(case, load(name), control, twin)
    assert (result.outcome, result.reason) == (row["outcome"], row.get("reason", ""))
    assert sorted(predicate for predicate, _ in result.failed) == row.get("failed", [])
    assert row.get("note") is None or row["note"] in result.notes
    assert row.get("seen") is None or row["seen"] in result.seen
    assert all(check.promise is row.get("promise", True) for check in result.checks)


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != CUT])
def test_fits_the_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        validator.validate(json.loads(line))


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != CUT])
def test_cut_at_any_event_it_is_an_error(name: str) -> None:
    row = OUTCOMES[name]
    lines = (FOLDER / f"{name}.jsonl").read_bytes().split(b"\n")[:-1]
    case = Case(POSTURES[row.get("posture", "imap-starttls")])
    for keep in range(len(lines)):
        cut = judge.judge(case, transcript.parse(lines[:keep]), load("control-imap-starttls"))
        assert cut.outcome == "ERROR"
