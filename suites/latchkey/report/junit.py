# SPDX-License-Identifier: Apache-2.0
"""junit.xml: one suite per client, for the test view of a CI system."""

import re
from pathlib import Path
from xml.etree import ElementTree as Xml

from . import facts
from .facts import Result, Results

# What XML 1.0 cannot hold.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Results, folder: Path) -> str:
    """The document as text."""
    root = Xml.Element("testsuites", name="latchkey")
    apart = all(map(facts.is_experimental, results["results"]))
    for client, odd in sorted({(str(r["client"]), facts.is_experimental(r))
                               for r in results["results"]}):
        own = [r for r in results["results"]
               if (r["client"], facts.is_experimental(r)) == (client, odd)]
        label = facts.client_label(results, client) + (" (experimental)" if odd else "")
        counted = own if apart or not odd else []
        suite = Xml.SubElement(root, "testsuite", {
            "name": _legal(label),
            # The common schema knows no zone here; the time is UTC.
            "timestamp": _legal(str(results.get("started") or "")[:19]), **_counts(own, counted)})
        for result in own:
            suite.append(_case(result, bool(counted)))
    root.attrib |= _counts(list(results["results"]), facts.counted(results["results"]))
    Xml.indent(root)
    return Xml.tostring(root, "unicode", xml_declaration=False, short_empty_elements=True).join(
        ('<?xml version="1.0" encoding="utf-8"?>\n', "\n"))


def _counts(own: list[Result], counted: list[Result]) -> dict[str, str]:
    """Of all of them number and time; what failed only of those that count."""
    outcomes = [r["outcome"] for r in counted]
    return {
        "tests": str(len(own)),
        "failures": str(outcomes.count("FAIL") + outcomes.count("XPASS")),
        "errors": str(outcomes.count("ERROR") + outcomes.count("INCONCLUSIVE")),
        "skipped": str([r["outcome"] for r in own].count("SKIP")),
        "time": f"{sum(float(r.get('seconds') or 0) for r in own):.3f}",
    }


def _case(result: Result, counts: bool) -> Xml.Element:
    case = Xml.Element("testcase", {
        "classname": _legal(f"{result['client']}.{result['posture']}"),
        "name": _legal(facts.name(result)),
        "time": f"{float(result.get('seconds') or 0):.3f}"})
    pairs = [("requirement", r) for r in result.get("requirements") or ()]
    pairs += [(kind, i) for kind in ("cwe", "cve") for i in result.get(kind) or ()]
    for check in facts.failed_checks(result):
        pairs += [("level", check.get("level")), ("consequence", check.get("consequence"))]
    pairs = list(dict.fromkeys(pairs))
    if pairs:
        properties = Xml.SubElement(case, "properties")
        for name, value in pairs:
            Xml.SubElement(properties, "property", name=name, value=_legal(value))
    _outcome(case, result, counts)
    return case


KINDS = {"broken": "broken promise", "exposed": "exposure", "experimental": "experimental failure",
         "known": "baseline out of date"}


def _outcome(case: Xml.Element, result: Result, counts: bool) -> None:
    outcome = result["outcome"]
    message = _legal(facts.in_one_line(result))
    if not counts and outcome not in ("PASS", "SKIP"):
        Xml.SubElement(case, "system-out").text = _legal(f"{outcome}: {detail(result)}")
    elif outcome in ("FAIL", "XPASS"):
        kind = KINDS[facts.bucket(result)]
        Xml.SubElement(case, "failure", message=message, type=kind).text = _legal(detail(result))
    elif outcome in facts.UNDECIDED:
        element = Xml.SubElement(case, "error", message=message, type=str(outcome))
        element.text = _legal(detail(result))
    elif outcome == "SKIP":
        Xml.SubElement(case, "skipped", message=message)
    elif outcome != "PASS":
        Xml.SubElement(case, "system-out").text = _legal(f"{outcome}: {detail(result)}")


def detail(result: Result) -> str:
    """Title, failed checks and how to see it again, as lines."""
    lines = [facts.title(result)]
    lines += [f"{c.get('level')} {c['predicate']} ({c.get('consequence')}): "
              f"{facts.sentence(c)} Events: "
              f"{', '.join(map(str, c.get('events') or ())) or 'none'}"
              for c in facts.failed_checks(result)]
    lines += [f"{key}: {' '.join(facts.strings(result.get(key)))}"
              for key in ("expected", "seen", "repeat", "evidence") if result.get(key)]
    return "\n".join(lines)


def _legal(value: object) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", str(value))
