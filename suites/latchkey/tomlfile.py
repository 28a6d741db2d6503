# SPDX-License-Identifier: Apache-2.0
"""TOML files that can say in which line a value stands.

`tomllib` has no positions. The lines are therefore looked up by a small scanner of our own, and
only when there is an error to report: a correct file is never scanned.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from latchkey.errors import UserError

KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|'
    r"'''.*?'{3,5}(?!')|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'", re.DOTALL)
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

ONE_FAULT = "a scenario has exactly one fault: make a scenario, or a [[variant]], of each"

# What tomllib says (its beginning), and what would be right.
_MENDING = (
    ("Cannot overwrite a value", "write each key once"),
    ("Cannot declare", "write each table once, and either [name] or [[name]]"),
    ("Cannot redefine", "write each table once"),
    ("Cannot mutate", "write the whole table in one place"),
    ("Invalid value", 'text stands in quotes: "…"'),
    ("Unterminated string", "close the text with the quotes that it began with"),
    ("Expected '=' after a key", "a line is: key = value"),
    ("Invalid statement", "a line is: key = value, [table] or # comment"),
    ("Unclosed array", "close the list with ]"),
    ("Unclosed inline table", "close the table with }"),
    ("Unescaped '\\'", "write \\\\, or use single quotes"),
    ("Illegal character", "a text of several lines stands in three quotes"),
    ("Duplicate inline table key", "write each key once"),
)


@dataclass
class _Scan:
    """Where the scanner stands; `lines` fills on the way."""

    text: str
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)
    counts: dict[KeyPath, int] = field(default_factory=dict)
    statement: int = 1

    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()

    def looking_at(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    def note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.line())


@dataclass(frozen=True)
class TomlFile:
    path: Path
    text: str
    data: dict[str, Any]

    def line(self, path: KeyPath, word: str | None = None) -> int:
        """The line of a value, or of what is nearest above it; with `word`, of that behind it."""
        lines = scan(self.text).lines
        while path and path not in lines:
            path = path[:-1]
        line = lines.get(path, 1)
        if word is not None:
            for number, content in enumerate(self.text.split("\n")[line - 1:], line):
                if word in content:
                    return number
        return line

    def fail(self, path: KeyPath, what: str, right: str, word: str | None = None) -> NoReturn:
        raise UserError(self.path, self.line(path, word), what, right)


def load(path: Path) -> TomlFile:
    """Read and parse; every mistake is a UserError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(path, 0, f"cannot be read: {error.strerror}",
                        "name a file that exists and is readable") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UserError(path, line, "is not UTF-8", "save the file as UTF-8") from None
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None


def _syntax_error(path: Path, text: str, message: str) -> UserError:
    position = _POSITION.search(message)
    what = _POSITION.sub("", message)
    number = position.group(1) if position is not None else None
    # What was never closed is noticed too late; the place to look at is where it was opened.
    line = scan(text).statement if number is None or "Unclosed" in what else int(number)
    header = text.split("\n")[line - 1].strip() if line <= text.count("\n") + 1 else ""
    if what.startswith("Cannot") and re.match(r"\[{1,2}\s*fault\s*\]", header):
        return UserError(path, line, "a second [fault]", ONE_FAULT)
    right = next((mending for start, mending in _MENDING if what.startswith(start)),
                 "see https://toml.io for the syntax")
    return UserError(path, line, f"not TOML: {what}", right)


def scan(text: str) -> _Scan:
    """Find the line of every key, table and list element. Wrong TOML ends the scan early."""
    state = _Scan(text)
    prefix: KeyPath = ()
    while True:
        state.skip(_SPACE)
        if state.at >= len(text):
            return state
        state.statement = state.line()
        if state.looking_at("["):
            found = _header(state)
            if found is None:
                return state
            prefix = found
        elif not _pair(state, prefix):
            return state


def _key(state: _Scan) -> tuple[str, ...]:
    """A bare, quoted or dotted key; empty when there is none."""
    parts: list[str] = []
    while True:
        state.skip(_BLANK)
        found = _STRING.match(state.text, state.at) or _BARE.match(state.text, state.at)
        if found is None:
            return ()
        parts.append(found.group().strip("\"'"))
        state.at = found.end()
        state.skip(_BLANK)
        if not state.looking_at("."):
            return tuple(parts)
        state.at += 1


def _header(state: _Scan) -> KeyPath | None:
    is_list = state.looking_at("[[")
    start = state.at
    state.at += 2 if is_list else 1
    parts = _key(state)
    close = "]]" if is_list else "]"
    if not parts or not state.looking_at(close):
        return None
    end = state.at + len(close)
    path: KeyPath = ()
    state.at = start
    for number, part in enumerate(parts):
        path += (part,)
        if is_list and number == len(parts) - 1:
            state.note(path)
            state.counts[path] = state.counts.get(path, -1) + 1
        if path in state.counts:
            path += (state.counts[path],)
        state.note(path)
    state.at = end
    return path


def _pair(state: _Scan, prefix: KeyPath) -> bool:
    start = state.at
    parts = _key(state)
    if not parts or not state.looking_at("="):
        return False
    end = state.at + 1
    state.at = start
    for number in range(len(parts)):
        state.note(prefix + parts[:number + 1])
    state.at = end
    state.skip(_BLANK)
    return _value(state, prefix + parts)


def _value(state: _Scan, path: KeyPath) -> bool:
    state.note(path)
    if state.looking_at("["):
        return _list(state, path)
    if state.looking_at("{"):
        return _inline_table(state, path)
    if state.text[state.at:state.at + 1] in ("'", '"'):
        found = _STRING.match(state.text, state.at)
    else:
        found = _SCALAR.match(state.text, state.at)
    if found is None:
        return False
    state.at = found.end()
    return True


def _list(state: _Scan, path: KeyPath) -> bool:
    state.at += 1
    index = 0
    while True:
        state.skip(_SPACE)
        if state.looking_at("]"):
            state.at += 1
            return True
        if state.at >= len(state.text) or not _value(state, path + (index,)):
            return False
        index += 1
        if not _comma(state, "]"):
            return False


def _inline_table(state: _Scan, path: KeyPath) -> bool:
    state.at += 1
    while True:
        state.skip(_SPACE)
        if state.looking_at("}"):
            state.at += 1
            return True
        if not _pair(state, path) or not _comma(state, "}"):
            return False


def _comma(state: _Scan, close: str) -> bool:
    """Behind an element comes a comma, or the end."""
    state.skip(_SPACE)
    if state.looking_at(","):
        state.at += 1
        return True
    return state.looking_at(close)


def quoted(value: str) -> str:
    """A text as TOML has it."""
    # A JSON string is a TOML string but for DEL and what is no Unicode text.
    clean = value.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def save(path: Path, text: str) -> None:
    """Write a file that a user named; a UserError if that is not possible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(path, 0, f"cannot be written: {error.strerror}",
                        "name a file in a folder that exists") from None
