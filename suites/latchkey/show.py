# SPDX-License-Identifier: Apache-2.0
"""`latchkey list` and `latchkey show`: what there is, in words."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latchkey import catalog, faults, results, runner, transcript
from latchkey.catalog import Catalog
from latchkey.dialogue import dialogue
from latchkey.errors import UserError
from latchkey.model import Scenario, Variant
from latchkey.outcome import OUTCOMES
from latchkey.predicates import PREDICATES
from latchkey.report import words
from latchkey.results import Entry

WIDTH = min(96, shutil.get_terminal_size((96, 0)).columns)
_GRAVITY = {outcome: number for number, outcome in enumerate(OUTCOMES)}
Rows = list[dict[str, Any]]


# --- list


def _clients(known: Catalog) -> Rows:
    rows = []
    for name in known.client_names:
        client = known.client(name)
        rows.append({"name": name, "kind": client.kind, "installed": runner.is_installed(client),
                     "version": runner.version_of(client), "packages": list(client.packages),
                     "supply": runner.supply_step(client),
                     "postures": list(client.setups)})
    return rows


def _scenarios(known: Catalog) -> Rows:
    return [{"name": name, "title": scenario.title,
             "variants": [variant.id for variant in scenario.variants if variant.id]}
            for name, scenario in known.scenarios.items()]


def _suites(known: Catalog) -> Rows:
    return [{"name": suite, "scenarios": sum(one.suite == suite
                                             for one in known.scenarios.values())}
            for suite in known.suites]


def _requirements(known: Catalog) -> Rows:
    return [{"name": name, **{key: row.get(key, "") for key in
                              ("spec", "section", "level", "actor", "text")}}
            for name, row in known.requirements().items()]


def _predicates(known: Catalog) -> Rows:
    return [{"name": name, "rule": predicate.rule} for name, predicate in PREDICATES.items()]


def _faults(known: Catalog) -> Rows:
    return [{"name": name, "required": [*action.required], "one of": [*action.one_of],
             "optional": [*action.optional]} for name, action in faults.ACTIONS.items()]


_LISTS = {"clients": _clients, "scenarios": _scenarios, "suites": _suites,
          "requirements": _requirements, "predicates": _predicates, "faults": _faults}


def _told(what: str, row: Mapping[str, Any]) -> str:
    """The words that stand behind a name."""
    match what:
        case "clients":
            version = row["version"] or ("installed" if row["installed"] else "not installed")
            step = f": {row['supply']}" if row["supply"] else ""
            return f"{version:<14} {row['kind']:<11} {len(row['postures'])} postures{step}"
        case "scenarios":
            count = len(row["variants"])
            return f"{row['title']} ({count} variants)" if count else str(row["title"])
        case "suites":
            return f"{row['scenarios']} scenarios"
        case "requirements":
            return f"{row['level']:<10} {row['text']}"
        case "predicates":
            return str(row["rule"])
        case _:
            chosen = [" or ".join(row["one of"])] if row["one of"] else []
            return ", ".join([*row["required"], *chosen,
                              *(f"({name})" for name in row["optional"])])


def list_command(what: str, as_json: bool) -> int:
    rows = _LISTS[what](catalog.own())
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    wide = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        print(f"{row['name']:<{wide}}  {_told(what, row)}".rstrip())
    return 0


# --- show


def facts_of(known: Catalog, scenario: Scenario) -> dict[str, Any]:
    """Everything that is said of a scenario, as data."""
    register = known.requirements()
    names = dict.fromkeys(name for variant in scenario.variants for name in variant.requirements)
    return {
        "id": scenario.id, "title": scenario.title, "why": " ".join(scenario.why.split()),
        "file": str(scenario.file), "profile": scenario.profile,
        "checks": [{"predicate": check.predicate, "rule": PREDICATES[check.predicate].rule,
                    "levels": dict(check.levels), "consequence": check.consequence}
                   for check in scenario.checks],
        "variants": [_variant(variant) for variant in scenario.variants],
        "requirements": [{"id": name, "spec": register[name]["spec"],
                          "section": register[name].get("section", ""),
                          "level": register[name].get("level", ""),
                          "text": register[name].get("text", "")} for name in names],
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {"id": variant.id, "title": variant.title, "postures": list(variant.postures),
            "at": dict(variant.fault.at), "do": dict(variant.fault.do),
            "cve": list(variant.cve), "cwe": list(variant.cwe), "attacker": variant.attacker,
            "levels": {name: dict(levels) for name, levels in variant.levels.items()}}


def _paragraph(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent,
                         break_on_hyphens=False)


def show_text(facts: Mapping[str, Any]) -> str:
    """The same for a person."""
    lines = [facts["id"], facts["title"], "", _paragraph(facts["why"]), *_attackers(facts),
             "", "Faults"]
    for variant in facts["variants"]:
        own = variant["title"].removeprefix(facts["title"]).removeprefix(": ")
        heading = " ".join(filter(None, (variant["id"] and f"[{variant['id']}]", own)))
        lines += [*([_paragraph(heading, "  ")] if heading else []), *_pairs("at", variant["at"]),
                  *_pairs("do", variant["do"])]
    lines += ["", "Checks"]
    postures = dict.fromkeys(name for one in facts["variants"] for name in one["postures"])
    for check in facts["checks"]:
        lines += [f"  {check['predicate']} ({check['consequence']})",
                  _paragraph(check["rule"], "    "),
                  _paragraph(words.levels(check["levels"], postures, {
                      one["id"]: one["levels"][check["predicate"]] for one in facts["variants"]
                      if check["predicate"] in one["levels"]}), "    ")]
    lines += ["", "Postures", _paragraph(", ".join(postures), "  "), "", "Requirements"]
    for row in facts["requirements"]:
        lines += [f"  {row['id']}: {row['spec']}, section {row['section']}, {row['level']}",
                  _paragraph(row["text"], "    ")]
    known = dict.fromkeys(name for one in facts["variants"] for name in one["cve"] + one["cwe"])
    if known:
        lines += ["", "Known as", _paragraph(", ".join(known), "  ")]
    return "\n".join([*lines, "", f"File: {facts['file']}", f"Run:  latchkey run CLIENT --suite "
                      f"{facts['id']}"]) + "\n"


def _attackers(facts: Mapping[str, Any]) -> list[str]:
    """Who can do it, the easiest first, and with which variants; nothing if nobody gains by it."""
    if all(check["consequence"] == "interoperability" for check in facts["checks"]):
        return []
    found = {name: [one["id"] for one in facts["variants"] if one["attacker"] == name]
             for name in words.ATTACKERS}
    shown = {name: own for name, own in found.items() if own}
    return ["", "Who can do it", *(
        _paragraph(" ".join((words.ATTACKERS[name].capitalize(),
                             *([f"[{', '.join(own)}]"] if len(shown) > 1 else []))), "  ")
        for name, own in shown.items())]


def _pairs(word: str, table: Mapping[str, Any]) -> list[str]:
    shown = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}"
                      for key, value in table.items())
    return [_paragraph(f"{word}: {shown}", "    ")] if shown else []


def seen_in(report: Path, name: str) -> tuple[Entry, ...]:
    """What a report says of a scenario, the gravest first; nothing if there is no report."""
    try:
        entries = results.read(report / "results.json").results
    except (OSError, UserError):
        return ()
    found = [entry for entry in entries if entry.id == name and entry.outcome != "SKIP"]
    return tuple(sorted(found, key=lambda entry: (_GRAVITY.get(entry.outcome, len(_GRAVITY)),
                                                  entry.client, entry.posture, entry.variant)))


def seen_text(report: Path, entries: tuple[Entry, ...]) -> str:
    """Who failed it, and how the gravest trial went."""
    lines = ["", f"Seen in {report}/"]
    counts: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        variant = f"[{entry.variant}]" if entry.variant else ""
        counts.setdefault((entry.outcome, entry.client), []).append(entry.posture + variant)
    for (outcome, client), where in counts.items():
        lines.append(_paragraph(f"{outcome} {client}: {', '.join(where)}", "  "))
    first = entries[0]
    variant = f"[{first.variant}]" if first.variant else ""
    lines += ["", f"Dialogue of {first.client} {first.posture} {variant}({first.outcome})"]
    lines += [f"  {line}" for line in dialogue(
        transcript.read(report / first.evidence / "transcript.jsonl"))]
    return "\n".join(lines) + "\n"


def show_command(name: str, as_json: bool, report: Path) -> int:
    known = catalog.own()
    name = name.partition("[")[0]       # with a variant, as reports have it
    facts = facts_of(known, known.scenario(name))
    if as_json:
        print(json.dumps(facts, indent=1))
        return 0
    print(show_text(facts), end="")
    if entries := seen_in(report, name):
        print(seen_text(report, entries), end="")
    return 0
