# SPDX-License-Identifier: Apache-2.0
"""Known differences (docs/vectors.md): where one program differs from the vectors, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from latchkey.baseline import is_empty
from latchkey.errors import suggestion
from latchkey.results import schema_text
from latchkey.shape import Exactly, ListOf, Misfit, Shape, Table, Text, check
from latchkey.tomlfile import load, quoted, save
from latchkey.vectors import Answer

_TEXT = Text()
_KEYS: Mapping[str, Shape] = {
    "vectors": ListOf(Text(r"[a-z0-9][a-z0-9-]*-[0-9]{3,4}", "write the id of a vector"), 1),
    "what": _TEXT,
    "source": _TEXT,
    "reason": _TEXT,
    "url": Text(r"https?://\S+", "write an address that begins with https://"),
}
DIFFERENCES = Table({
    "differences": Exactly(1),
    "program": _TEXT,
    "version": _TEXT,
    "known": ListOf(Table(_KEYS, ("vectors", "what", "reason"))),
}, ("differences", "program"))


@dataclass(frozen=True)
class Item:
    """The same difference of some vectors."""

    vectors: tuple[str, ...]
    what: str                           # as the command says it
    source: str = ""                    # what the vectors rest on
    reason: str = ""
    url: str = ""


@dataclass(frozen=True)
class Known:
    """`program` and `version` are what the program said of itself; empty: nothing."""

    program: str = ""
    version: str = ""
    items: tuple[Item, ...] = ()

    def of_vectors(self) -> dict[str, Item]:
        return {id: item for item in self.items for id in item.vectors}


def read(path: Path, ids: Iterable[str], finished: bool = True) -> Known:
    """A file about vectors of these ids; every mistake is a UserError.

    In a finished one, so is every reason that is none.
    """
    file = load(path)
    try:
        check(DIFFERENCES, file.data)
    except Misfit as misfit:
        file.fail(misfit.path, misfit.what, misfit.right)
    there, seen = set(ids), set()
    items = []
    for number, row in enumerate(file.data.get("known", ())):
        for place, id in enumerate(row["vectors"]):
            where = ("known", number, "vectors", place)
            if id not in there:
                file.fail(where, f'no vector "{id}"', suggestion(id, there))
            if id in seen:
                file.fail(where, f"a second entry for {id}", "keep one of them")
            seen.add(id)
        if finished and is_empty(row["reason"]):
            file.fail(("known", number, "reason"), f'"{row["reason"]}" is no reason',
                      "say in a sentence why the program differs")
        items.append(Item(tuple(row["vectors"]), row["what"], row.get("source", ""),
                          row["reason"], row.get("url", "")))
    return Known(file.data["program"], file.data.get("version", ""), tuple(items))


def with_known(answers: Iterable[Answer], known: Known) -> list[Answer]:
    """The same answers; those that differ as known, and those that do no longer, are marked."""
    items = known.of_vectors()
    return [_marked(answer, items.get(answer.id)) for answer in answers]


def _marked(answer: Answer, item: Item | None) -> Answer:
    if item is None or answer.outcome == "broke":
        return answer
    if answer.outcome != "differs":
        return replace(answer, outcome="gone", what=f"no longer {item.what}")
    return replace(answer, outcome="known") if answer.what == item.what else answer


# --- writing


def fresh(old: Known, program: str, version: str, answers: Iterable[Answer]) -> Known:
    """What a run found, in the old words where it is as known; the rest has no reason yet.

    Old entries stay for vectors that this run did not ask about.
    """
    items, asked = old.of_vectors(), set()
    groups: dict[Item, list[str]] = {}
    for answer in answers:
        asked.add(answer.id)
        if answer.outcome != "differs":
            continue
        was = items.get(answer.id)
        same = was if was is not None and was.what == answer.what else Item((), "")
        key = Item((answer.parser,), answer.what, answer.source, same.reason, same.url)
        groups.setdefault(key, []).append(answer.id)
    kept = [replace(item, vectors=left) for item in old.items
            if (left := tuple(id for id in item.vectors if id not in asked))]
    found = [replace(key, vectors=tuple(sorted(ids))) for key, ids in groups.items()]
    return Known(program or old.program, version or old.version,
                 tuple(sorted([*kept, *found], key=lambda item: item.vectors)))


def text(known: Known) -> str:
    """The file; one with an empty reason cannot be read until somebody writes it."""
    lines = ["# SPDX-License-Identifier: Apache-2.0",
             "# Known differences; docs/vectors.md has the fields. Every entry needs a reason.",
             "differences = 1", f"program = {quoted(known.program)}"]
    if known.version:
        lines.append(f"version = {quoted(known.version)}")
    for item in known.items:
        ids = textwrap.wrap(", ".join(map(quoted, item.vectors)), 96, break_on_hyphens=False)
        lines += ["", "[[known]]"]
        lines += [f"vectors = [{ids[0]}]"] if len(ids) == 1 and len(ids[0]) < 88 else \
            ["vectors = [", *(f"    {line}" for line in ids), "]"]
        lines += [f"{key} = {quoted(getattr(item, key))}" for key in ("what", "source", "reason",
                                                                      "url")
                  if getattr(item, key) or key == "reason"]
    return "\n".join(lines) + "\n"


def write(path: Path, known: Known) -> None:
    save(path, text(known))


def schema_file() -> str:
    """The text of `suites/schemas/differences.schema.json`."""
    return schema_text("Latchkey known differences, version 1", DIFFERENCES)
