# SPDX-License-Identifier: Apache-2.0
"""The lines in which the values of a TOML file stand, and the shapes and schemas of such files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest

from latchkey import formats, tomlfile
from latchkey.shape import Misfit, check
from samples import ADAPTER, ROOT, VARIANTS, written

LINES = '''\
# a comment with [brackets] and = signs
a = 1
"b c".d = """
[not.a.table]
"""
e = [
    1, # one
    { f = 'x', g = [2, 3] },
]

[h.i]
j = "#no comment"
[[k]]
l = 1
[[k]]
l = 2
[k.m]
n = \'\'\'
o = 1\'\'\'
[[k.p]]
q.r = true
'''


def test_lines_of_keys() -> None:
    lines = tomlfile.scan(LINES).lines
    expected: dict[tuple[str | int, ...], int] = {
        ("a",): 2, ("b c",): 3, ("b c", "d"): 3, ("e",): 6, ("e", 0): 7, ("e", 1): 8,
        ("e", 1, "f"): 8, ("e", 1, "g", 1): 8, ("h",): 11, ("h", "i"): 11, ("h", "i", "j"): 12,
        ("k",): 13, ("k", 0): 13, ("k", 0, "l"): 14, ("k", 1): 15, ("k", 1, "l"): 16,
        ("k", 1, "m"): 17, ("k", 1, "m", "n"): 18, ("k", 1, "p", 0): 20,
        ("k", 1, "p", 0, "q", "r"): 21}
    assert {path: lines.get(path) for path in expected} == expected


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, path + (key,))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from paths(item, path + (number,))


def test_every_value_of_the_real_files_has_its_line() -> None:
    for path in sorted((ROOT / "suites").rglob("*.toml")):
        if path.parent.name == "requirements":
            continue        # large, and of one simple shape
        file = tomlfile.load(path)
        lines = tomlfile.scan(file.text).lines
        assert set(paths(file.data)) <= set(lines), path


def test_a_scan_of_cut_text_ends() -> None:
    for cut in range(len(LINES)):
        assert tomlfile.scan(LINES[:cut]).at <= cut


def test_schema_files_are_made_of_the_shapes() -> None:
    for name in formats.FORMATS:
        stored = (ROOT / f"suites/schemas/{name}.schema.json").read_text(encoding="ascii")
        assert stored == formats.schema_file(name), f"write {name} anew with latchkey.formats"


OTHERS: tuple[Any, ...] = (
    None, True, -1, 10**9, 0.5, "", "x", "MUST", [], ["x"], {}, {"x": 1}, {"imap": "x"})


def mutations(value: Any) -> Iterator[Any]:
    """Copies of a JSON value in which one thing is wrong, or merely different."""
    yield from OTHERS
    if isinstance(value, dict):
        for key, item in value.items():
            yield {other: inside for other, inside in value.items() if other != key}
            yield {**value, f"{key}s": item}
            for changed in mutations(item):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for number, item in enumerate(value[:2]):
            for changed in mutations(item):
                yield [*value[:number], changed, *value[number + 1:]]


@pytest.mark.parametrize("name, text", [("scenario", VARIANTS), ("adapter", ADAPTER)],
                         ids=["scenario", "adapter"])
def test_shapes_and_schemas_agree(name: str, text: str, tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(formats.schema_file(name)))
    data = tomlfile.load(written(tmp_path, text)).data
    refused = 0
    for candidate in (data, *mutations(data)):
        try:
            check(formats.FORMATS[name], candidate)
            fits = True
        except Misfit:
            fits = False
            refused += 1
        assert validator.is_valid(candidate) == fits, candidate
    assert refused > 200


def test_real_files_fit_the_schemas() -> None:
    for name, pattern in (("scenario", "scenarios/**/*.toml"),
                          ("adapter", "clients/*/adapter.toml"), ("profile", "profiles/*.toml")):
        validator = jsonschema.Draft202012Validator(json.loads(formats.schema_file(name)))
        for path in (ROOT / "suites").glob(pattern):
            wrong = validator.iter_errors(tomlfile.load(path).data)
            assert [error.message for error in wrong] == [], path
