# SPDX-License-Identifier: Apache-2.0
"""Reads what reports are made of: results folders, transcripts, the register and the scenarios."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latchkey import catalog
from latchkey.coverage import Specification
from latchkey.coverage import coverage as coverage_of
from latchkey.errors import UserError
from latchkey.model import Scenario
from latchkey.results import document, read

from .facts import Result, Results, count, is_experimental

TRANSCRIPT_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Library:
    """The register and the scenarios of the tree that makes the report."""

    requirements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    coverage: tuple[Specification, ...] = ()

    def title(self, identifier: str) -> str:
        """A scenario's own title; nothing if the tree does not have it."""
        return self.scenarios[identifier].title if identifier in self.scenarios else ""


def library_read() -> Library:
    """Everything that the tree has; nothing, if it cannot be read: a report must not fail by it."""
    try:
        known = catalog.own()
        return Library(known.requirements(), known.scenarios,
                       coverage_of(known.register(), known.scenarios.values()))
    except UserError:
        return Library()


def scenario_path(identifier: str) -> str:
    """The file of a scenario, relative to the suites: `scenarios/FAMILY/NAME.toml`."""
    parts = [p for p in identifier.replace("/", ".").split(".") if p]
    return "scenarios/" + "/".join(parts) + ".toml"


def results_read(path: Path) -> dict[str, Any]:
    """The results of one folder (or file), checked; a UserError if it holds none."""
    return document(read(path))


def results_merge(parts: Sequence[tuple[Path, Results]], folder: Path) -> dict[str, Any]:
    """Several results documents as one; evidence becomes relative to `folder`."""
    merged: dict[str, Any] = dict(parts[0][1])
    merged["clients"] = {k: v for _, p in parts for k, v in (p.get("clients") or {}).items()}
    for name in ("results", "controls"):
        entries = [_moved(e, base, folder) for base, p in parts for e in p.get(name) or ()]
        merged[name] = entries
    quick = [host["quick"] for _, p in parts if (host := p.get("host") or {}).get("quick")]
    if quick:
        merged["host"] = {**(merged.get("host") or {}), "quick": quick[0]}
    merged["stale"] = sorted({s for _, p in parts for s in p.get("stale") or ()})
    merged["started"] = min(str(p.get("started", "")) for _, p in parts)
    merged["finished"] = max(str(p.get("finished", "")) for _, p in parts)
    for name, odd in (("summary", False), ("experimental", True)):
        merged[name] = count(r for r in merged["results"] if is_experimental(r) == odd)
    return merged


def _moved(entry: Any, base: Path, folder: Path) -> Any:
    if not isinstance(entry, dict) or not entry.get("evidence"):
        return entry
    there = (base / entry["evidence"]).resolve()
    return entry | {"evidence": os.path.relpath(there, folder.resolve())}


def transcript_read(folder: Path, result: Result) -> list[dict[str, Any]]:
    """The events of a trial; none if the file is not there, without lines that are no events."""
    evidence = result.get("evidence")
    if not evidence:
        return []
    try:
        with (folder / evidence / "transcript.jsonl").open("rb") as file:
            lines = file.read(TRANSCRIPT_LIMIT).decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [e for e in map(_event, lines) if e]


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(event, dict) or not isinstance(event.get("seq"), int):
        return {}
    return event


def secrets_read(folder: Path, result: Result) -> dict[str, str]:
    """The canaries of a trial, name to value; none if its plan is not there."""
    evidence = result.get("evidence")
    if not evidence:
        return {}
    try:
        secrets = json.loads((folder / evidence / "plan.json").read_text("utf-8"))["secrets"]
        return {str(k): str(v) for k, v in secrets.items() if v}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
