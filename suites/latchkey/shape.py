# SPDX-License-Identifier: Apache-2.0
"""Shapes: what a value in a file may look like, as data.

One table of shapes serves twice: `check` compares a value with it and says what would be right,
`schema` turns it into a JSON Schema for everybody else. (`jsonschema` alone takes longer to import
than a whole catalog takes to load, and its messages speak of schemas, not of mail.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latchkey.errors import suggestion
from latchkey.tomlfile import KeyPath


@dataclass(frozen=True)
class Text:
    pattern: str = ""       # the whole text must match
    right: str = "write a text in quotes"


@dataclass(frozen=True)
class Number:
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True)
class Flag:
    pass


@dataclass(frozen=True)
class Exactly:
    value: int


@dataclass(frozen=True)
class Word:
    kind: str               # what such a word is called: "action", "level"
    words: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    item: Shape
    low: int = 0


@dataclass(frozen=True)
class Table:
    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """A table whose keys the writer chooses, freely or (with `words`) from a closed list."""

    item: Shape
    kind: str = "name"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Either:
    """A plain value, or a table; which of the two, the value's own type says."""

    plain: Shape
    table: Table | Names


@dataclass(frozen=True)
class OrNull:
    item: Shape


@dataclass(frozen=True)
class Anything:
    """Somebody else's format."""


Shape = Text | Number | Flag | Exactly | Word | ListOf | Table | Names | Either | OrNull | Anything


class Misfit(Exception):
    """A value that does not have its shape; `path` leads to it."""

    def __init__(self, path: KeyPath, what: str, right: str) -> None:
        super().__init__(path, what, right)
        self.path = path
        self.what = what
        self.right = right


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "nothing" if value is None else "a date"


def title(path: KeyPath) -> str:
    """How a person calls the place: `[fault]`, `[[check]]`, `level`."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return "the file"
    if isinstance(path[-1], int):
        return f"[[{names[-1]}]]" if len(path) == 2 else names[-1]
    return f"[{names[-1]}]" if len(path) == 1 else names[-1]


def _wrong_type(path: KeyPath, value: object, right: str) -> Misfit:
    name = next((part for part in reversed(path) if isinstance(part, str)), "the file")
    of = " (in its list)" if path and isinstance(path[-1], int) else ""
    return Misfit(path, f"{name}{of} is {_kind(value)}", right)


def check(shape: Shape, value: Any, path: KeyPath = ()) -> None:
    """Raise Misfit at the first thing in `value` that is not as `shape` says."""
    match shape:
        case Text():
            _check_text(shape, value, path)
        case Number():
            _check_number(shape, value, path)
        case Flag():
            if not isinstance(value, bool):
                raise _wrong_type(path, value, "write true or false")
        case Exactly():
            if type(value) is not int or value != shape.value:
                raise Misfit(path, f"{path[-1]} = {value!r} is no version that this program knows",
                             f"write {path[-1]} = {shape.value}")
        case Word():
            if not isinstance(value, str):
                raise _wrong_type(path, value, suggestion("", shape.words))
            if value not in shape.words:
                raise Misfit(path, f'unknown {shape.kind} "{value}"',
                             suggestion(value, shape.words))
        case ListOf():
            _check_list(shape, value, path)
        case Table():
            _check_table(shape, value, path)
        case Names():
            _check_names(shape, value, path)
        case Either():
            check(shape.table if isinstance(value, dict) else shape.plain, value, path)
        case OrNull():
            if value is not None:
                check(shape.item, value, path)
        case Anything():
            pass


def _check_text(shape: Text, value: Any, path: KeyPath) -> None:
    if not isinstance(value, str):
        raise _wrong_type(path, value, shape.right)
    if shape.pattern and re.fullmatch(shape.pattern, value) is None:
        raise Misfit(path, f'"{value}" is not right here', shape.right)


def _check_number(shape: Number, value: Any, path: KeyPath) -> None:
    kinds: tuple[type, ...] = (int,) if shape.whole else (int, float)
    right = f"write a {'whole ' if shape.whole else ''}number from {shape.low:g} to {shape.high:g}"
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise _wrong_type(path, value, right)
    if not shape.low <= value <= shape.high:
        raise Misfit(path, f"{value} is out of range", right)


def _check_list(shape: ListOf, value: Any, path: KeyPath) -> None:
    if not isinstance(value, list):
        right = f"write [[{path[-1]}]]" if isinstance(value, dict) else "write a list: [ … ]"
        raise _wrong_type(path, value, right)
    if len(value) < shape.low:
        raise Misfit(path, f"{path[-1]} {f'has {len(value)}' if value else 'is empty'}",
                     f"write at least {shape.low if shape.low > 1 else 'one'}")
    for number, item in enumerate(value):
        check(shape.item, item, path + (number,))


def _check_table(shape: Table, value: Any, path: KeyPath) -> None:
    if not isinstance(value, dict):
        raise _wrong_type(path, value, "write a table: { key = value, … }")
    for key in value:
        if key not in shape.keys:
            raise Misfit(path + (key,), f'unknown key "{key}" in {title(path)}',
                         suggestion(key, shape.keys))
    for key in shape.required:
        if key not in value:
            raise Misfit(path, f"{title(path)} has no {key}", f"add {key}")
    for key, item in value.items():
        check(shape.keys[key], item, path + (key,))


def _check_names(shape: Names, value: Any, path: KeyPath) -> None:
    if not isinstance(value, dict):
        raise _wrong_type(path, value, "write a table: { name = value, … }")
    for key, item in value.items():
        if shape.words and key not in shape.words:
            raise Misfit(path + (key,), f'unknown {shape.kind} "{key}"',
                         suggestion(key, shape.words))
        check(shape.item, item, path + (key,))


def schema(shape: Shape) -> dict[str, Any]:
    """The same shape as a JSON Schema (draft 2020-12)."""
    match shape:
        case Text():
            pattern = {"pattern": f"^(?:{shape.pattern})$"} if shape.pattern else {}
            return {"type": "string", **pattern}
        case Number():
            return {"type": "integer" if shape.whole else "number",
                    "minimum": shape.low, "maximum": shape.high}
        case Flag():
            return {"type": "boolean"}
        case Exactly():
            return {"type": "integer", "const": shape.value}
        case Word():
            return {"enum": list(shape.words)}
        case ListOf():
            return {"type": "array", "items": schema(shape.item), "minItems": shape.low}
        case Table():
            return {"type": "object", "additionalProperties": False,
                    "required": list(shape.required),
                    "properties": {key: schema(item) for key, item in shape.keys.items()}}
        case Names():
            words = {"propertyNames": {"enum": list(shape.words)}} if shape.words else {}
            return {"type": "object", "additionalProperties": schema(shape.item), **words}
        case Either():
            return {"anyOf": [schema(shape.plain), schema(shape.table)]}
        case OrNull():
            return {"anyOf": [schema(shape.item), {"type": "null"}]}
        case Anything():
            return {}
