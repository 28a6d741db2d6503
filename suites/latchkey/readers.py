# SPDX-License-Identifier: Apache-2.0
"""From TOML to the model: scenarios and adapters (profiles: profiles.py). Every mistake ends in one
UserError."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from latchkey import faults, formats, postures, recipes, template, tomlfile
from latchkey.errors import suggestion
from latchkey.model import (Check, Client, ClientFile, Deep, Fault, Mail, Profile, Scenario, Setup,
                            Status, Variant)
from latchkey.postures import MTA_WISHES, PROTOCOLS, WISHES
from latchkey.shape import Misfit, Shape, check
from latchkey.tomlfile import KeyPath, TomlFile


@dataclass(frozen=True)
class Known:
    """The names that a scenario may use."""

    profiles: Mapping[str, Profile]
    predicates: Collection[str]
    requirements: Collection[str]
    recipes: Mapping[str, Path]
    corpus: Path


def fits(file: TomlFile, shape: Shape) -> None:
    try:
        check(shape, file.data)
    except Misfit as misfit:
        file.fail(misfit.path, misfit.what, misfit.right)


def expect(file: TomlFile, path: KeyPath, kind: str, word: str, words: Collection[str]) -> None:
    if word not in words:
        file.fail(path, f'unknown {kind} "{word}"', suggestion(word, words))


def known_certificate(file: TomlFile, path: KeyPath, value: str, names: Collection[str]) -> None:
    found = re.search(r"\{(?:(?:leaf|issuer|top):([^}]*)|root)\}$", value)
    if "{" in value and found is None:
        file.fail(path, f'"{value}" names no certificate',
                  "write {leaf:LISTENER}, issuer or top in its place, or {root}")
    if found is not None and found[1] is not None:
        expect(file, path, "listener", found[1], names)


# --- scenarios


def scenario(file: TomlFile, name: str, known: Known) -> Scenario:
    data = file.data
    if isinstance(data.get("fault"), list):
        if len(data["fault"]) > 1:
            file.fail(("fault", 1), "a second [fault]",
                      tomlfile.ONE_FAULT)
        file.fail(("fault",), "[[fault]] is a list", "write [fault]")
    fits(file, formats.SCENARIO)
    expect(file, ("profile",), "profile", data["profile"], known.profiles)
    return Scenario(
        id=name,
        file=file.path,
        title=data["title"],
        why=" ".join(data["why"].split()),
        profile=data["profile"],
        checks=tuple(_check(file, number, row, known) for number, row in enumerate(data["check"])),
        variants=_variants(file, known),
        experimental=data.get("experimental", False),
    )


def _check(file: TomlFile, number: int, row: Mapping[str, Any], known: Known) -> Check:
    expect(file, ("check", number, "predicate"), "predicate", row["predicate"], known.predicates)
    return Check(row["predicate"], _levels(row["level"]), row["consequence"])


def _levels(level: str | Mapping[str, str]) -> dict[str, str]:
    """Wish → level: one word for all, or a table."""
    return (dict.fromkeys((*WISHES, *MTA_WISHES), level) if isinstance(level, str)
            else postures.by_wish(level))


def _variants(file: TomlFile, known: Known) -> tuple[Variant, ...]:
    alone: list[tuple[KeyPath, dict[str, Any]]] = [
        (("variant", number), row) for number, row in enumerate(file.data.get("variant", ()))]
    rows = [*alone, *_crossed(file, known)]
    if not rows:
        return (_variant(file, (), {"id": ""}, known),)
    found: dict[str, Variant] = {}
    for path, row in rows:
        if row["id"] in found:
            file.fail((*path, "id"), f'a second variant "{row["id"]}"',
                      "give each variant its own id")
        found[row["id"]] = _variant(file, path, row, known)
    return tuple(found.values())


def _crossed(file: TomlFile, known: Known) -> list[tuple[KeyPath, dict[str, Any]]]:
    """A variant for each choice of one cell of every axis, with the place of the last one's fault.
    """
    axes = [[(("axis", number, "cell", place), cell) for place, cell in enumerate(axis["cell"])]
            for number, axis in enumerate(file.data.get("axis", ()))]
    found = []
    for cells in product(*axes) if axes else ():
        row: dict[str, Any] = {}
        for path, cell in cells:
            if "recipe" in cell.get("do", {}):
                expect(file, (*path, "do", "recipe"), "recipe", cell["do"]["recipe"],
                       known.recipes)
            row |= {**cell, "do": _merged_do(row.get("do", {}), cell.get("do", {})),
                    "deep": {**row.get("deep", {}), **cell.get("deep", {})},
                    "level": {**row.get("level", {}), **cell.get("level", {})},
                    "at": _merged_at(row.get("at", {}), cell.get("at", {}))}
        row["id"] = "-".join(cell["id"] for _, cell in cells)
        row["title"] = "; ".join(_title(cell, known) for _, cell in cells)
        found.append((next((path for path, cell in reversed(cells) if "do" in cell), cells[-1][0]),
                      row))
    return found


def _title(cell: Mapping[str, Any], known: Known) -> str:
    recipe = cell.get("do", {}).get("recipe")
    said = recipes.says(known.recipes, recipe) if recipe is not None else {}
    return str(cell.get("title") or said.get("title") or cell["id"])


def _variant(file: TomlFile, path: KeyPath, row: Mapping[str, Any], known: Known) -> Variant:
    """`path` is () for the scenario itself."""
    base = file.data["fault"]
    own = row.get("do", {})
    do = _merged_do(base["do"], own)
    at = _merged_at(base.get("at", {}), row.get("at", {}))

    def place(inside: KeyPath) -> KeyPath:
        """Where a part of the merged fault is written."""
        if not path or (len(inside) > 1 and inside[1] not in row.get(str(inside[0]), {})):
            return ("fault", *inside)
        return path + inside

    try:
        faults.check_fault(at, do)
    except Misfit as misfit:
        file.fail(place(misfit.path), misfit.what, misfit.right)
    if "recipe" in do:
        expect(file, place(("do", "recipe")), "recipe", do["recipe"], known.recipes)
    told = recipes.says(known.recipes, do["recipe"]) if path and "recipe" in do else {}
    data = {**file.data, **told, **row}
    _check_mail(file, path if "mail" in row else (), data, known.profiles[data["profile"]])
    names = _postures(file, path if "postures" in row else (), data["postures"])
    _check_tlsa(file, path, row, data, do, place, known.profiles[data["profile"]])
    _check_listeners(file, place, at, names, known.profiles[data["profile"]])
    _check_bytes(file, place, do, names, known)
    for predicate in row.get("level", {}):
        expect(file, (*path, "level", predicate), "check", predicate,
               [check["predicate"] for check in file.data["check"]])
    where = path if "requirements" in row else ()
    for number, requirement in enumerate(data["requirements"]):
        expect(file, where + ("requirements", number), "requirement", requirement,
               known.requirements)
    return Variant(
        id=row["id"],
        title=data["title"],
        postures=names,
        requirements=tuple(data["requirements"]),
        cwe=tuple(data.get("cwe", ())),
        cve=tuple(data.get("cve", ())),
        fault=Fault(at, do),
        attacker=data.get("attacker", formats.ANYBODY),
        deep=_deep(file.data.get("deep"), row.get("deep", {}) if path else {}),
        mail=Mail(**data.get("mail", {})),
        cost=data.get("cost"),
        tlsa=tuple(data["tlsa"]) if "tlsa" in data else None,
        server=data.get("server"),
        signature=recipes.signature(known.recipes, do["recipe"]) if "recipe" in do else ("", ""),
        levels={predicate: _levels(level) for predicate, level in row.get("level", {}).items()},
    )


def _check_mail(file: TomlFile, path: KeyPath, data: Mapping[str, Any], profile: Profile) -> None:
    """The world has the domains that mail goes to."""
    if data.get("mail", {}).get("domains", 1) > profile.domains + 1:
        file.fail(path + ("mail", "domains"), f"{profile.name} has no more than "
                  f"{profile.domains + 1} domains", "name another profile, or fewer domains")


def _deep(base: Mapping[str, Any] | None, own: Mapping[str, Any]) -> Deep | None:
    if base is None:
        return None
    data = {**base, **own}
    return Deep(data["dialect"], data.get("examples", False), tuple(data["status"]),
                tuple(data.get("clear", ())), tuple(data.get("tlsa", ())))


def _merged_at(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The variant's place over the fault's; `run` and `runs` replace each other."""
    replaced = ("run", "runs") if "run" in own or "runs" in own else ()
    return {**{key: value for key, value in base.items() if key not in replaced}, **own}


def _merged_do(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The variant's parameters over the fault's; another action, or other bytes, replace them."""
    if own.get("action", base.get("action")) != base.get("action"):
        return dict(own)
    replaced = faults.BYTES if any(key in own for key in faults.BYTES) else ()
    return {**{key: value for key, value in base.items() if key not in replaced}, **own}


def _postures(file: TomlFile, path: KeyPath, patterns: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for number, pattern in enumerate(patterns):
        names = postures.attacked(pattern)
        if not names:
            file.fail(path + ("postures", number), f'unknown posture "{pattern}"',
                      postures.suggest(pattern))
        found.update(dict.fromkeys(names))
    return tuple(found)


def _check_tlsa(file: TomlFile, path: KeyPath, row: Mapping[str, Any], data: Mapping[str, Any],
                do: Mapping[str, Any], place: Callable[[KeyPath], KeyPath],
                profile: Profile) -> None:
    """TLSA records and signatures need a world with DNSSEC, and certificates that are there."""
    names = {*(listener.name for listener in profile.listeners), "fault"}
    where = path if "tlsa" in row else ()
    if "tlsa" in data and profile.resolver is None:
        file.fail(where + ("tlsa",), f"the world of {profile.name} has no signed zones",
                  "name another profile")
    if "dnssec" in do and profile.resolver is None:
        file.fail(place(("do", "dnssec")), f"the world of {profile.name} has no signed zones",
                  "name another profile")
    for number, value in enumerate(data.get("tlsa", ())):
        known_certificate(file, where + ("tlsa", number), value, names)
    if do.get("type") == "TLSA":
        for number, value in enumerate(do.get("values", ())):
            known_certificate(file, place(("do", "values", number)), value, names)


def _check_listeners(file: TomlFile, place: Callable[[KeyPath], KeyPath], at: Mapping[str, Any],
                     names: tuple[str, ...], profile: Profile) -> None:
    """The profile is a world for these postures, and has what the fault strikes."""
    for name in names:
        posture = postures.POSTURES[name]
        if not profile.has(posture.listener):
            file.fail(("profile",), f"{profile.name} has no listener {posture.listener}, "
                      f"which {name} needs", "name another profile, or other postures")
        struck = posture.struck(at.get("listener"))
        if not struck or not all(one == "dns" or profile.has(one) for one in struck):
            file.fail(place(("at", "listener")), f'there is no "{at["listener"]}" for {name} in '
                      f"the profile {profile.name}", "name another listener")


def _check_bytes(file: TomlFile, place: Callable[[KeyPath], KeyPath], do: Mapping[str, Any],
                 names: tuple[str, ...], known: Known) -> None:
    """What the fault needs for the protocols of its postures, and the names of files in it."""
    used = {postures.POSTURES[name].protocol for name in names}
    for key, value in do.items():
        if isinstance(value, dict) and key != "variables":
            for protocol in PROTOCOLS:
                if protocol in used and protocol not in value:
                    file.fail(place(("do", key)), f"{key} has nothing for {protocol}",
                              f"add {protocol} = …, or leave the {protocol} postures out")
    if do.get("state") == "preauth" and used != {"imap"}:
        file.fail(place(("do", "state")), "only IMAP has a PREAUTH greeting",
                  "leave the other postures out")
    if "file" in do:
        value = do["file"]
        for path in value.values() if isinstance(value, dict) else (value,):
            if not (known.corpus / path).is_file():
                file.fail(place(("do", "file")), f"there is no corpus/{path}",
                          "name a file below corpus/")


# --- adapters


def adapter(file: TomlFile) -> Client:
    fits(file, formats.ADAPTER)
    data = file.data
    for name in data["posture"]:
        expect(file, ("posture", name), "posture", name, postures.POSTURES)
    check_templates(file, data, ())
    shows = data.get("status")
    for path, pattern in ((("version", "regex"), data["version"]["regex"]),
                          (("prompt",), data.get("prompt", "")),
                          *((("status", key), shows[key]) for key in ("high", "none") if shows)):
        try:
            re.compile(pattern)
        except re.error as error:
            file.fail(path, f"{path[-1]} is no regular expression: {error}",
                      r"write one in single quotes, like 'curl (\S+)'")
    return Client(
        name=data["name"],
        title=data["title"],
        kind=data["kind"],
        packages=tuple(data.get("packages", ())),
        root=data.get("root", ""),
        supplied=tuple(data.get("supplied", ())),
        another=tuple(data.get("another", ())),
        alone=data.get("alone", False),
        version_argv=tuple(data["version"]["argv"]),
        version_regex=data["version"]["regex"],
        trust=data["trust"],
        trust_note=data.get("trust-note", ""),
        prompt=data.get("prompt", ""),
        status=Status(tuple(shows.get("argv", ())), shows["high"], shows["none"])
        if shows else None,
        file=file.path,
        setups={name: _setup(file, name, row) for name, row in data["posture"].items()},
    )


def _setup(file: TomlFile, name: str, row: Mapping[str, Any]) -> Setup:
    texts = {path: _client_file(file, ("files", path), path, entry)
             for path, entry in file.data.get("files", {}).items()}
    texts.update({path: _client_file(file, ("posture", name, "files", path), path, entry)
                  for path, entry in row.get("files", {}).items()})
    return Setup(
        argv=tuple(row["argv"]),
        files=tuple(texts.values()),
        env={**file.data.get("env", {}), **row.get("env", {})},
        feeds_message=row.get("stdin") == "message",
        success=tuple(row.get("success", (0,))),
        several=row.get("several", False),
        collected=row.get("collected", False),
    )


def _client_file(file: TomlFile, where: KeyPath, path: str, entry: Mapping[str, str]) -> ClientFile:
    if path.startswith("/") or ".." in path.split("/"):
        file.fail(where, f'"{path}" is not below HOME', "write a path relative to HOME")
    if ("text" in entry) == ("from" in entry):
        has = "both text and from" if "text" in entry else "no text"
        file.fail(where, f'the file "{path}" has {has}', "give exactly one of text or from")
    text = entry.get("text")
    if text is None:
        source = file.path.parent / entry["from"]
        if not source.is_file():
            file.fail(where + ("from",), f'there is no {source}', "name a file beside the adapter")
        text = source.read_text(encoding="utf-8")
        wrong = template.misspelled(text)
        if wrong is not None:
            file.fail(where + ("from",), f"unknown variable {wrong[0]} in {source}",
                      f"did you mean {wrong[1]}?")
    return ClientFile(path, entry.get("mode", "600"), text)


def check_templates(file: TomlFile, value: Any, path: KeyPath) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not path and key in ("version", "prompt") or path == ("status",) and key != "argv":
                continue        # regular expressions have braces of their own
            check_templates(file, item, path + (key,))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_templates(file, item, path + (number,))
    elif isinstance(value, str):
        wrong = template.misspelled(value)
        if wrong is not None:
            file.fail(path, f"unknown variable {wrong[0]}", f"did you mean {wrong[1]}?",
                      word=wrong[0])
