# SPDX-License-Identifier: Apache-2.0
"""The catalog: all that `suites/` and `corpus/certificates/` say, checked, and the trials in it.

Loading is pure (files in, data out) and cheap: what few need (adapters, texts of requirements, the
inside of certificate recipes) is read when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from latchkey import builds, paths, postures, profiles, readers, recipes, tomlfile
from latchkey.errors import UserError, suggestion
from latchkey.model import Client, Profile, Scenario, Trial
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES

_REQUIREMENT_ID = re.compile(r'^id\s*=\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Catalog:
    root: Path
    scenarios: Mapping[str, Scenario]
    profiles: Mapping[str, Profile]
    requirement_ids: frozenset[str]
    recipes: Mapping[str, Path]

    @property
    def suites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(scenario.suite for scenario in self.scenarios.values()))

    @property
    def client_names(self) -> tuple[str, ...]:
        """The clients that come with Latchkey."""
        found = (self.root / "suites/clients").glob("*/adapter.toml")
        return tuple(sorted(file.parent.name for file in found))

    def client(self, name: str) -> Client:
        """A client by its name, or by the path of its adapter or the adapter's folder; behind it
        may stand @DIR, where its programs are looked for first."""
        adapter, at, folder = (name, "", "") if Path(name).is_file() else name.partition("@")
        found = self._adapter(adapter)
        return builds.another(found, Path(folder)) if at else found

    def _adapter(self, name: str) -> Client:
        if name.endswith(".toml") or "/" in name:
            path = Path(name)
            return readers.adapter(tomlfile.load(path / "adapter.toml" if path.is_dir() else path))
        if name not in self.client_names:
            raise UserError(None, 0, f'unknown client "{name}"',
                            suggestion(name, self.client_names) + " (or the path of an adapter)")
        return readers.adapter(tomlfile.load(self.root / "suites/clients" / name / "adapter.toml"))

    def scenario(self, name: str) -> Scenario:
        if name in self.suites:
            own = [one for one in self.scenarios if one.startswith(f"{name}.")]
            raise UserError(None, 0, f'"{name}" is a suite of {len(own)} scenarios',
                            f"name one of them: {', '.join(own)}")
        if name not in self.scenarios:
            raise UserError(None, 0, f'unknown scenario "{name}"', suggestion(name, self.scenarios))
        return self.scenarios[name]

    def recipe(self, name: str) -> dict[str, Any]:
        """A certificate recipe as the world reads it."""
        return recipes.read(self.recipes, name)

    def register(self) -> tuple[dict[str, Any], ...]:
        """The register of requirements: one table for each specification."""
        return tuple(tomlfile.load(path).data for path in _files(self.root / "suites/requirements"))

    def requirements(self) -> dict[str, dict[str, Any]]:
        """The register: id → its row, with the `spec` of its file."""
        return {row["id"]: {"spec": data["spec"], **row} for data in self.register()
                for row in data["requirement"]}

    def trials(self, client: Client, suite: str | None = None, keyword: str | None = None,
               posture: str | None = None) -> list[Trial]:
        """What there is to run.

        `suite` is a family (`starttls`) or a scenario's id; every word of `keyword` must be in the
        trial's id; `posture` is a name or a pattern. A posture that the client does not have gives
        a trial (to be skipped) only when it was asked for by its name.
        """
        wanted = self._postures(posture)
        words = (keyword or "").lower().split()
        return [trial for trial in self._all(client, suite)
                if (trial.setup is not None or trial.posture.name == posture)
                and trial.posture.name in wanted
                and all(word in trial.id.lower() for word in words)]

    def _all(self, client: Client, suite: str | None) -> Iterator[Trial]:
        if suite is not None and suite not in self.suites and suite not in self.scenarios:
            raise UserError(None, 0, f'unknown suite "{suite}"', suggestion(suite, self.suites))
        for scenario in self.scenarios.values():
            if suite in (None, scenario.suite, scenario.id) and not (
                    suite is None and scenario.experimental):
                for variant in scenario.variants:
                    for name in variant.postures:
                        yield Trial(scenario, variant, client, POSTURES[name])

    @staticmethod
    def _postures(pattern: str | None) -> tuple[str, ...]:
        if pattern is None:
            return tuple(POSTURES)
        found = postures.matching(pattern)
        if not found:
            raise UserError(None, 0, f'unknown posture "{pattern}"', postures.suggest(pattern))
        return found


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.toml"))


def _scenario_id(folder: Path, path: Path) -> str:
    return ".".join(path.relative_to(folder).with_suffix("").parts)


def load(root: Path) -> Catalog:
    """Read the catalog of a checkout or an installation: of what has `suites/` and `corpus/`."""
    suites = root / "suites"
    known_recipes = {path.stem: path for path in _files(root / "corpus/certificates")}
    known_profiles = {path.stem: profiles.profile(tomlfile.load(path), path.stem, known_recipes)
                      for path in _files(suites / "profiles")}
    ids = frozenset(name for path in _files(suites / "requirements")
                    for name in _REQUIREMENT_ID.findall(path.read_text(encoding="utf-8")))
    known = readers.Known(known_profiles, PREDICATES, ids, known_recipes, root / "corpus")
    folder = suites / "scenarios"
    names = {path: _scenario_id(folder, path) for path in _files(folder)}
    scenarios = {name: readers.scenario(tomlfile.load(path), name, known)
                 for path, name in sorted(names.items(), key=lambda item: item[1])}
    return Catalog(root, scenarios, known_profiles, ids, known_recipes)


@cache
def own() -> Catalog:
    """The catalog of the tree that this program is part of, read once."""
    return load(paths.ROOT)
