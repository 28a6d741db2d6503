# SPDX-License-Identifier: Apache-2.0
"""The matrix: scenarios by family down, clients and postures across."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from . import facts, source, words
from .facts import Result, Results


@dataclass(frozen=True)
class Cell:
    """One trial in the matrix."""

    outcome: str
    bucket: str
    letter: str
    link: str  # empty: nothing more to show
    hint: str


@dataclass(frozen=True)
class Line:
    """A scenario or one of its variants."""

    identifier: str
    variant: str
    title: str
    span: int  # rows that the scenario's heading covers; 0 in all but its first
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Matrix:
    """Columns are (client, posture); lines are grouped by family."""

    clients: tuple[tuple[str, int], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    families: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


def matrix_make(
    results: Results, views: list[tuple[Result, str]], library: source.Library
) -> Matrix:
    """`views` are the results with their anchors."""
    # A posture in which a client was never run is no column.
    ran = {(str(r["client"]), str(r["posture"])) for r, _ in views if r["outcome"] != "SKIP"}
    asked = {(str(r["client"]), str(r["posture"])) for r, _ in views}
    columns = tuple(sorted(ran or asked))
    clients = tuple((c, len(list(g))) for c, g in groupby(columns, key=lambda column: column[0]))
    cells: dict[tuple[str, str, str, str], tuple[Result, str]] = {}
    for result, slug in views:
        place = (str(result["id"]), str(result.get("variant") or ""),
                 str(result["client"]), str(result["posture"]))
        cells.setdefault(place, (result, slug))  # the worst of a repeated trial comes first
    rows = sorted({(facts.family(r), str(r["id"]), str(r.get("variant") or ""))
                   for r, _ in views})
    titles = {str(r["id"]): scenario_title(r, library) for r, _ in views}
    families = {}
    for name, group in groupby(rows, key=lambda row: row[0]):
        families[name] = tuple(_lines(list(group), titles, columns, cells))
    return Matrix(clients, columns, families)


def scenario_title(result: Result, library: source.Library) -> str:
    """The scenario's own title: a variant's may say more."""
    scenario = library.scenarios.get(str(result["id"]), {})
    return str(scenario.get("title") or facts.title(result))


def _lines(
    rows: list[tuple[str, str, str]],
    titles: Mapping[str, str],
    columns: tuple[tuple[str, str], ...],
    cells: Mapping[tuple[str, str, str, str], tuple[Result, str]],
) -> list[Line]:
    lines = []
    for identifier, group in groupby(rows, key=lambda row: row[1]):
        members = list(group)
        for place, (_, _, variant) in enumerate(members):
            found = tuple(_cell(cells.get((identifier, variant, *column))) for column in columns)
            lines.append(Line(identifier, variant, titles[identifier],
                              len(members) if place == 0 else 0, found))
    return lines


def _cell(found: tuple[Result, str] | None) -> Cell | None:
    if not found:
        return None
    result, slug = found
    outcome = str(result["outcome"])
    hint = (f"{facts.name(result)} · {result['client']} {result['posture']}: "
            f"{facts.outcome_text(result)}")
    return Cell(outcome, facts.bucket(result), words.OUTCOMES[outcome].letter,
                "" if outcome == "SKIP" else slug, hint)
