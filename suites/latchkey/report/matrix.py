# SPDX-License-Identifier: Apache-2.0
"""The matrix: scenarios by family down, clients across; what is folded shows its gravest trial.

The page gets it twice: folded as a table, and whole as data for the script, which filters it and
unfolds variants and postures.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import facts, source, words
from .items import TOLD, UNSAFE, Item, Links, grouped, slug_of

# One letter for each group and outcome; small: an exposure.
CODES = {("broken", "FAIL"): "F", ("broken", "WARN"): "W", ("exposed", "FAIL"): "f",
         ("exposed", "WARN"): "w", ("unclear", "ERROR"): "E", ("unclear", "INCONCLUSIVE"): "?",
         ("known", "XFAIL"): "K", ("known", "XPASS"): "!", ("experimental", "FAIL"): "X",
         ("experimental", "WARN"): "x", ("passed", "PASS"): "P", ("skipped", "SKIP"): "-"}
NOTHING = "."


@dataclass(frozen=True)
class Cell:
    """One or several trials of which the gravest is shown; `count` of them are in its group."""

    outcome: str
    bucket: str
    letter: str
    count: int
    link: str  # empty: nothing more to show
    hint: str


@dataclass(frozen=True)
class Line:
    """A scenario, or whatever stands before a row of cells."""

    name: str
    title: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Matrix:
    """Columns are clients, or the postures of the only client; lines are grouped by family."""

    columns: tuple[str, ...] = ()
    single: str = ""  # the only client
    families: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


def cell_make(items: Sequence[Item], what: str, links: Links) -> Cell | None:
    """The gravest first; `what` says for the hint what the trials have in common."""
    if not items:
        return None
    first = items[0]
    counts = Counter(item.bucket for item in items)
    told = ", ".join(f"{n} {words.BUCKETS[b].word}" for b, n in counts.items())
    one = len(items) == 1
    hint = f"{what}: {facts.outcome_text(first.result) if one else told}"
    link = links.best(first) if one else links.client(first.client, first.id)
    return Cell(first.outcome, first.bucket, first.letter,
                counts[first.bucket] if first.bucket != "passed" and not one else 0, link, hint)


def matrix_make(items: Sequence[Item], library: source.Library, links: Links) -> Matrix:
    """`items` are all trials, the gravest first."""
    clients = sorted({item.client for item in items})
    single = clients[0] if len(clients) == 1 else ""
    ran = {item.posture for item in items if item.outcome != "SKIP"}
    columns = sorted(ran or {item.posture for item in items}) if single else clients
    cells = grouped(items, "id", "posture" if single else "client")
    families: dict[str, list[Line]] = {}
    for identifier, title in titles_of(items, library).items():
        made = tuple(cell_make(cells.get((identifier, column), ()), f"{column}, {title}", links)
                     for column in columns)
        families.setdefault(_family(identifier), []).append(Line(identifier, title, made))
    return Matrix(tuple(columns), single, {f: tuple(x) for f, x in families.items()})


def _family(identifier: str) -> str:
    return identifier.partition(".")[0]


def titles_of(items: Iterable[Item], library: source.Library) -> dict[str, str]:
    """Scenarios with their own titles, by id: a variant's title may say more."""
    first = {item.id: item.result for item in items}
    return {identifier: library.title(identifier) or facts.title(first[identifier])
            for identifier in sorted(first)}


def lines_make(items: Sequence[Item], down: str, across: str, links: Links) -> tuple[
        tuple[str, ...], tuple[Line, ...]]:
    """Columns and lines of a small table of trials that share all but two properties.

    The line of the gravest trial comes first.
    """
    columns = tuple(sorted({getattr(item, across) for item in items}))
    place = {row: number for number, ((row,), own) in enumerate(grouped(items, down).items())
             if own[0].bucket in TOLD}
    rows = sorted({getattr(item, down) for item in items},
                  key=lambda row: (place.get(row, len(items)), row))
    cells = grouped(items, down, across)
    return columns, tuple(Line(row, row, tuple(
        cell_make(cells.get((row, column), ()), f"{row} {column}".strip(), links)
        for column in columns)) for row in rows)


# --- data for the script


def data_make(items: Sequence[Item], library: source.Library, links: Links) -> str:
    """JSON that no markup can end: clients, scenarios and for each pair of them the trials.

    `cells` has for each scenario and variant a table client → [codes, gravities, sentences, pages],
    with one letter for each posture of the client, and the sentences of the letters that need one.
    """
    clients: dict[str, list[str]] = {}
    for item in items:
        if item.posture not in clients.setdefault(item.client, []):
            clients[item.client].append(item.posture)
    names = sorted(clients)
    for postures in clients.values():
        postures.sort()
    sentences: dict[str, int] = {}
    scenarios = []
    by_scenario = grouped(items, "id")
    for identifier, title in titles_of(items, library).items():
        variants = []
        own = by_scenario[identifier,]
        for (variant,), members in sorted(grouped(own, "variant").items()):
            cells = {names.index(c): _codes(of, clients[c], sentences)
                     for (c,), of in grouped(members, "client").items()}
            cwe = sorted({str(w) for item in members for w in item.result.get("cwe") or ()})
            variants.append([variant, cwe, cells])
        scenarios.append([identifier, title, slug_of(identifier), variants, own[0].experimental])
    data: dict[str, Any] = {
        "clients": [[name, slug_of(name), clients[name]] for name in names],
        "scenarios": scenarios, "sentences": list(sentences), "single": links.single,
        "odd": {_simple(item): item.slug for item in items if _simple(item) != item.slug},
        "consequences": [c.title for c in words.CONSEQUENCES.values()],
        "codes": {code: [outcome, bucket, words.OUTCOMES[outcome].letter,
                         words.BUCKETS[bucket].word] for (bucket, outcome), code in CODES.items()},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _simple(item: Item) -> str:
    """What the script makes of the names of a trial."""
    return re.sub(UNSAFE, "~", facts.key(item.result))


def _codes(items: Sequence[Item], postures: Sequence[str], sentences: dict[str, int]) -> list[Any]:
    first: dict[str, Item] = {}
    for item in items:  # the worst of a repeated trial comes first
        first.setdefault(item.posture, item)
    codes, gravities, pages = "", "", ""
    said = []
    for posture in postures:
        found = first.get(posture)
        codes += CODES[found.bucket, found.outcome] if found else NOTHING
        gravities += str(min(found.gravity, 9)) if found else NOTHING
        pages += "1" if found and found.paged else "0"
        if found and found.bucket not in ("passed", "skipped"):
            text = facts.in_one_line(found.result)
            said.append(sentences.setdefault(text, len(sentences)))
    return [codes, gravities, said, pages]
