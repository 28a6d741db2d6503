# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0: failed checks for code-scanning views. A rule is a predicate, a place a scenario."""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from . import facts, source, words
from .facts import Result, Results

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(results: Results, folder: Path) -> str:
    """The log as text."""
    found = [(r, c) for r in sorted(results["results"], key=facts.sort_key)
             if r["outcome"] in ("FAIL", "WARN") for c in facts.failed_checks(r)]
    rules = sorted({str(c["predicate"]) for _, c in found})
    weaknesses = sorted({w for r, _ in found for w in r.get("cwe") or ()
                         if facts.weakness_link(w)})
    run = {
        "tool": {"driver": {
            "name": "Latchkey",
            "version": str(results.get("latchkey") or "unknown"),
            "rules": [_rule(rule, found) for rule in rules],
            "supportedTaxonomies": [{"name": "CWE", "index": 0}] if weaknesses else [],
        }},
        "originalUriBaseIds": {"SUITES": {"description": {
            "text": "The folder of the test suites in Latchkey's source tree."}}},
        "invocations": [_invocation(results)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(results, r, c, rules) for r, c in found],
        "taxonomies": [_taxonomy(weaknesses)] if weaknesses else [],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: str, found: list[tuple[Result, Mapping[str, Any]]]) -> dict[str, Any]:
    own = [(r, c) for r, c in found if c["predicate"] == rule]
    consequences = sorted({str(c.get("consequence")) for _, c in own})
    return {
        "id": rule,
        "name": "".join(part.capitalize() for part in rule.split("-")),
        "shortDescription": {"text": words.rule(rule)},
        "fullDescription": {"text": f"{words.rule(rule)} If not: {words.breach(rule)}"},
        "help": {"text": f"{words.rule(rule)} If not: {words.breach(rule)} What is lost: "
                         f"{'; '.join(map(_lost, consequences))}."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security", *consequences]},
        "relationships": [
            {"target": _taxon(w), "kinds": ["relevant"]}
            for w in sorted({w for r, _ in own for w in r.get("cwe") or ()})
            if facts.weakness_link(w)],
    }


def _lost(consequence: str) -> str:
    known = words.CONSEQUENCES.get(consequence)
    return known.sentence if known else consequence


def _invocation(results: Results) -> dict[str, Any]:
    """When it was; a time that is none is left out, consumers refuse the file for it."""
    times = {"startTimeUtc": results.get("started"), "endTimeUtc": results.get("finished")}
    found: dict[str, Any] = {"executionSuccessful": True}
    for name, text in times.items():
        try:
            moment = datetime.fromisoformat(str(text)).astimezone(timezone.utc)
        except ValueError:
            continue
        found[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return found


def _result(
    results: Results, result: Result, check: Mapping[str, Any], rules: list[str]
) -> dict[str, Any]:
    rule = str(check["predicate"])
    client = facts.client_label(results, str(result["client"]))
    odd = facts.is_experimental(result)
    kind = "experimental" if odd else \
        "a broken promise" if facts.is_promise(result, check) else "an exposure"
    level = "error" if check.get("level") == "MUST" else "warning"
    digest = sha256(f"{facts.key(result)}/{rule}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "note" if odd else level,
        "message": {"text": f"{client}, {words.posture_words(str(result['posture']))}: "
                            f"{facts.sentence(check)} ({facts.title(result)}; {kind})"},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": source.scenario_path(str(result["id"])),
                                     "uriBaseId": "SUITES"},
                "region": {"startLine": 1}},
            "logicalLocations": [{"name": str(result["posture"]), "kind": "member",
                                  "fullyQualifiedName": facts.key(result)}]}],
        # GitHub tells results of one rule in one place apart by the second alone.
        "partialFingerprints": {"latchkey/v1": digest,
                                "primaryLocationLineHash": f"{digest[:16]}:1"},
        "taxa": [_taxon(w) for w in result.get("cwe") or () if facts.weakness_link(w)],
        "properties": {
            "client": client, "posture": result["posture"], "variant": result.get("variant"),
            "level": check.get("level"), "consequence": check.get("consequence"),
            "promise": facts.is_promise(result, check), "experimental": odd,
            "requirements": list(result.get("requirements") or ()),
            "cve": list(result.get("cve") or ()), "events": list(check.get("events") or ())},
    }


def _taxon(weakness: str) -> dict[str, Any]:
    return {"id": weakness.removeprefix("CWE-"), "toolComponent": {"name": "CWE", "index": 0}}


def _taxonomy(weaknesses: list[str]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "Common Weakness Enumeration"},
        "taxa": [{"id": w.removeprefix("CWE-"), "helpUri": facts.weakness_link(w)}
                 for w in weaknesses],
    }
