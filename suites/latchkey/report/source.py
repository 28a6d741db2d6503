# SPDX-License-Identifier: Apache-2.0
"""Reads what reports are made of: results folders, transcripts, the register and the scenarios."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latchkey import paths
from latchkey.results import document, read

from .facts import Result, Results, count

SUITES = paths.ROOT / "suites"
TRANSCRIPT_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Library:
    """The register and the scenarios, by id."""

    requirements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scenarios: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _toml(path: Path) -> dict[str, Any]:
    # A report must not fail because a file of today's tree cannot be read.
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def library_read(results: Results, suites: Path = SUITES) -> Library:
    """The entries that these results name."""
    wanted = {r for result in results["results"] for r in result.get("requirements") or ()}
    requirements: dict[str, Mapping[str, Any]] = {}
    for path in sorted((suites / "requirements").glob("*.toml")) if wanted else ():
        document = _toml(path)
        entries = document.get("requirement") or document.get("requirements") or []
        for entry in entries:
            if isinstance(entry, dict) and entry.get("id") in wanted:
                spec = {k: document[k] for k in ("spec", "url") if k in document}
                requirements[entry["id"]] = spec | entry
    scenarios = {}
    for identifier in sorted({str(result["id"]) for result in results["results"]}):
        path = suites / scenario_path(identifier)
        if path.is_file():
            scenarios[identifier] = _toml(path)
    return Library(requirements, scenarios)


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
    merged["stale"] = sorted({s for _, p in parts for s in p.get("stale") or ()})
    merged["started"] = min(str(p.get("started", "")) for _, p in parts)
    merged["finished"] = max(str(p.get("finished", "")) for _, p in parts)
    merged["summary"] = count(merged["results"])
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
