# SPDX-License-Identifier: Apache-2.0
"""What a shell offers to complete: it asks `latchkey complete WORD...` for it.

The shells' own files (scripts/completion) know no word of ours: the parser of the command line
says what may stand where, and the catalog says which names there are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

from latchkey import catalog
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from latchkey.postures import POSTURES


def _with_variants(known: Catalog) -> Iterable[str]:
    return (f"{name}[{variant.id}]" if variant.id else name
            for name, scenario in known.scenarios.items() for variant in scenario.variants)


# (subcommand, argument) or argument → the names; what is in neither is a file or free.
_NAMES: dict[str, Callable[[Catalog], Iterable[str]]] = {
    "run clients": lambda known: known.client_names,
    "client": lambda known: known.client_names,
    "suite": lambda known: (*known.suites, *known.scenarios),
    "posture": lambda known: POSTURES,
    "show scenario": lambda known: known.scenarios,
    "serve scenario": _with_variants,
}


def candidates(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """What may stand in the place of the last word; the ones before it are typed already."""
    *before, current = words or [""]
    name = before[0] if before else ""
    commands = next(action for action in parser._actions
                    if isinstance(action, argparse._SubParsersAction))
    if not before:
        found = [word for word in (*commands.choices, *parser._option_string_actions)
                 if word != "complete"]
    elif name not in commands.choices:
        found = []
    else:
        found = _of_command(name, commands.choices[name], before[1:], current)
    return sorted(word for word in dict.fromkeys(found) if word.startswith(current))


def _of_command(name: str, parser: argparse.ArgumentParser, before: Sequence[str],
                current: str) -> list[str]:
    options = parser._option_string_actions
    last = options.get(before[-1]) if before else None
    if last is not None and last.nargs != 0:
        return _values(name, last)
    if current.startswith("-"):
        return [*options]
    places = [action for action in parser._actions if not action.option_strings]
    taken = _positionals(before, options)
    if not places:
        return []
    return _values(name, places[min(taken, len(places) - 1)]) if taken < len(places) \
        or places[-1].nargs in ("*", "+") else []


def _positionals(before: Sequence[str], options: dict[str, argparse.Action]) -> int:
    """How many of the words are neither options nor their values."""
    count, skip = 0, False
    for word in before:
        action = options.get(word)
        if skip or action is not None:
            skip = not skip and action is not None and action.nargs != 0
        elif not word.startswith("-"):
            count += 1
    return count


def _values(name: str, action: argparse.Action) -> list[str]:
    if action.choices is not None:
        return [str(word) for word in action.choices]
    source = _NAMES.get(f"{name} {action.dest}") or _NAMES.get(action.dest)
    return list(source(catalog.own())) if source is not None else []


def command(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    try:
        print("".join(f"{word}\n" for word in candidates(parser, words)), end="")
    except UserError:                   # a shell has no place for it
        return 1
    return 0
