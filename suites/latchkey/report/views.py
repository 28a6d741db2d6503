# SPDX-License-Identifier: Apache-2.0
"""What the pages of a trial, a scenario and a client say, as data for their templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from latchkey.model import Check, Fault, Scenario
from latchkey.postures import POSTURES
from latchkey.results import Change

from . import facts, matrix, requirements, source, summary, words
from .facts import Result, Results
from .items import TOLD, Item, Links, grouped
from .ladder import Ladder, ladder_make

FILES = ("transcript.jsonl", "client.stdout", "client.stderr", "plan.json", "capture.pcapng",
         "repeat.sh")


@dataclass(frozen=True)
class Report:
    """All that the pages are made of."""

    results: Results
    folder: Path
    items: tuple[Item, ...]  # the gravest first
    library: source.Library
    changes: tuple[Change, ...] | None = None  # None: there is no earlier run

    @cached_property
    def by_client(self) -> dict[str, list[Item]]:
        return {c: own for (c,), own in sorted(grouped(self.items, "client").items())}

    @cached_property
    def by_scenario(self) -> dict[str, list[Item]]:
        return {s: own for (s,), own in sorted(grouped(self.items, "id").items())}

    @cached_property
    def by_name(self) -> dict[str, Item]:
        return {facts.key(item.result): item for item in self.items}

    @cached_property
    def controls(self) -> dict[tuple[str, str], list[Result]]:
        """(client, posture) → its controls."""
        found: dict[tuple[str, str], list[Result]] = {}
        for control in self.results.get("controls") or ():
            place = (str(control["client"]), str(control["posture"]))
            found.setdefault(place, []).append(control)
        return found

    @cached_property
    def specifications(self) -> tuple[requirements.Specification, ...]:
        return requirements.specifications_make(self.library.coverage, self.items)

    @cached_property
    def titles(self) -> dict[str, str]:
        return matrix.titles_of(self.items, self.library)

    def label(self, client: str) -> str:
        return facts.client_label(self.results, client)

    @cached_property
    def command(self) -> str:
        """How the command was called in this run."""
        repeat = next((str(r["repeat"]) for r in self.results["results"] if r.get("repeat")), "")
        return repeat.partition(" run ")[0] if " run " in repeat else "latchkey"

    def adapter(self, client: str) -> str:
        """What `latchkey run` calls it."""
        known = (self.results.get("clients") or {}).get(client) or {}
        return str(known.get("adapter") or client)


# --- a trial


def trial(report: Report, item: Item, links: Links) -> dict[str, Any]:
    """The page of one trial."""
    result = item.result
    known = report.library.scenarios.get(item.id)
    checks = [_check(result, check) for check in result.get("checks") or ()]
    drawn = ladder(result, report.folder) if item.paged else None
    return {
        "item": item,
        "result": result,
        "label": report.label(item.client),
        "worst": facts.worst(result),
        "gravest": _gravest(result),
        "why": _words(known.why if known else ""),
        "checks": checks,
        "requirements": [_requirement(i, report.library)
                         for i in result.get("requirements") or ()],
        "weaknesses": [*(result.get("cve") or ()), *(result.get("cwe") or ())],
        "notes": facts.strings(result.get("notes")),
        "expected": facts.strings(result.get("expected")) or [words.rule(c["predicate"])
                                                              for c in checks],
        "seen": facts.strings(result.get("seen")) or [facts.in_one_line(result)],
        "repeat": str(result.get("repeat") or ""),
        "controls": _controls(report, item, known.profile if known else "", links),
        "files": files(result, report.folder, links),
        "ladder": drawn,
        "anchors": {s for c in checks for s in c["events"]} & _shown(drawn),
    }


def _gravest(result: Result) -> str:
    """What the gravest of its failed checks means; "" if none failed."""
    failed = sorted(facts.failed_checks(result), key=facts.check_gravity)
    return words.breach(str(failed[0]["predicate"])) if failed else ""


def _shown(drawn: Ladder | None) -> set[int]:
    """The events that have a row."""
    return {seq for row in drawn.rows for seq in (row.seq, *row.seqs)} if drawn else set()


def _words(text: str) -> str:
    return " ".join(text.split())


def ladder(result: Result, folder: Path) -> Ladder | None:
    """The dialogue, if its transcript is there."""
    events = source.transcript_read(folder, result)
    if not events:
        return None
    broke: dict[int, list[str]] = {}
    for check in facts.failed_checks(result):
        for seq in check.get("events") or ():
            broke.setdefault(seq, []).append(str(check["predicate"]))
    return ladder_make(events, broke, source.secrets_read(folder, result))


def _check(result: Result, check: Mapping[str, Any]) -> dict[str, Any]:
    failed = facts.check_failed(check)
    return {
        "predicate": str(check["predicate"]),
        "word": ("noted" if check.get("level") == "MAY" else "failed") if failed else "held",
        "level": str(check.get("level", "")),
        "promise": facts.is_promise(result, check),
        "consequence": str(check.get("consequence", "")),
        "sentence": facts.sentence(check),
        "events": list(check.get("events") or ())[:12],
    }


def _requirement(identifier: str, library: source.Library) -> dict[str, Any]:
    entry = library.requirements.get(identifier, {})
    section, link = facts.spec_link(identifier, entry)
    return {"id": identifier, "text": str(entry.get("text") or ""), "section": section,
            "link": link, "level": str(entry.get("level") or ""),
            "known": identifier in library.requirements}


def _controls(report: Report, item: Item, profile: str, links: Links) -> list[dict[str, Any]]:
    """The controls of a trial's world: those of its client, posture and profile."""
    own = report.controls.get((item.client, item.posture), [])
    wanted = [c for c in own if str(c["id"]).startswith(f"control:{profile}/")] if profile else []
    alike: dict[tuple[str, ...], list[Result]] = {}
    for control in wanted:
        alike.setdefault((str(control["outcome"]), *facts.strings(control.get("seen"))),
                         []).append(control)
    return [{"outcome": outcome, "seen": seen, "number": len(own),
             "files": files(own[0], report.folder, links)}
            for (outcome, *seen), own in alike.items()]


def files(result: Result, folder: Path, links: Links) -> list[tuple[str, str]]:
    """The evidence that is there: name and address."""
    evidence = result.get("evidence")
    if not evidence:
        return []
    return [(f, links.evidence(f"{evidence}/{f}")) for f in FILES
            if (folder / evidence / f).is_file()]


def neighbours(items: Sequence[Item]) -> dict[str, tuple[Item | None, Item | None]]:
    """Slug → the trials before and behind it with a page, among those of its client."""
    found: dict[str, tuple[Item | None, Item | None]] = {}
    for own in grouped((i for i in items if i.paged), "client").values():
        around: list[Item | None] = [None, *own, None]
        for place, item in enumerate(own):
            found[item.slug] = (around[place], around[place + 2])
    return found


# --- a scenario


def scenario(report: Report, identifier: str, links: Links) -> dict[str, Any]:
    """What it does, why, who failed, and how the gravest trial went."""
    items = report.by_scenario[identifier]
    known = report.library.scenarios.get(identifier)
    blamed = [item for item in items if item.bucket in (*summary.BLAMED, "known")]
    example = next((item for item in blamed if item.paged and item.result.get("evidence")), None)
    variants = sorted({item.variant for item in items})
    return {
        "id": identifier,
        "title": report.titles[identifier],
        "why": _words(known.why if known else ""),
        "checks": [_demand(check, known) for check in known.checks] if known else [],
        "fault": _fault(known.variants[0].fault) if known else [],
        "findings": [f for b in TOLD for f in summary.findings_of(b, items, {})],
        "by_posture": matrix.lines_make(items, "client", "posture", links),
        "by_variant": matrix.lines_make(items, "variant", "client", links)
        if len(variants) > 1 else None,
        "variants": {item.variant: facts.own_title(item.result, report.titles[identifier])
                     for item in reversed(items)},
        "example": trial(report, example, links) if example else None,
        "requirements": [_requirement(i, report.library) for i in dict.fromkeys(
            str(n) for item in items for n in item.result.get("requirements") or ())],
        "weaknesses": list(dict.fromkeys(
            str(w) for item in items for k in ("cve", "cwe") for w in item.result.get(k) or ())),
        "counts": _counts(items),
        "experimental": items[0].experimental,
    }


def _demand(check: Check, scenario: Scenario) -> dict[str, str]:
    return {"predicate": check.predicate, "rule": words.rule(check.predicate),
            "level": words.levels(check.levels, scenario.postures, {
                variant.id: variant.levels[check.predicate] for variant in scenario.variants
                if check.predicate in variant.levels}),
            "consequence": check.consequence}


def _fault(fault: Fault) -> list[tuple[str, str]]:
    """`at` and `do` of a scenario as pairs."""
    return [(f"{name}.{key}", str(value)) for name, part in (("at", fault.at), ("do", fault.do))
            for key, value in part.items()]


def _counts(items: Iterable[Item]) -> dict[str, int]:
    return {b: n for b, n in facts.count_buckets(i.result for i in items).items() if n}


# --- a client


def client(report: Report, name: str, links: Links) -> dict[str, Any]:
    """A client for an auditor: in words, what failed, requirement by requirement, what passed."""
    items, odd = ([i for i in report.by_client[name] if i.experimental == e]
                  for e in (False, True))
    whole = summary.client_make(report.results, name, items)
    controls = [c for (client, _), own in report.controls.items() if client == name for c in own
                if str(c["id"]).startswith("control:")]
    return {
        "name": name,
        "whole": whole,
        "headline": summary.client_headline(whole) if items else f"{whole.label}: only "
        "experimental trials were run",
        "apart": _apart(report, name, odd),
        "words": summary.in_words(items),
        "adapter": report.adapter(name),
        "postures": _postures(report.by_client[name]),
        "controls": (sum(c["outcome"] == "PASS" for c in controls), len(controls)),
        "failed_controls": [(str(c["posture"]), " ".join(facts.strings(c.get("seen"))),
                             files(c, report.folder, links))
                            for c in controls if c["outcome"] != "PASS"],
        "findings": {b: summary.findings_of(b, items, report.titles) for b in TOLD},
        "all": _by_scenario(items),
        "skipped": summary.skipped(i.result for i in items),
        "specifications": requirements.of_client(report.specifications, name),
        "changes": changes(report, [c for c in report.changes or () if c.name in {
            facts.key(i.result) for i in report.by_client[name]}])
        if report.changes is not None else None,
    }


def _apart(report: Report, name: str, items: Sequence[Item]) -> dict[str, Any] | None:
    """What experimental suites saw of a client."""
    return None if not items else {
        "whole": summary.client_make(report.results, name, items, words.EXPERIMENTAL),
        "suites": words.listed(sorted({facts.family(i.result) for i in items})),
        "findings": {b: summary.findings_of(b, items, report.titles) for b in TOLD},
        "all": _by_scenario(items),
        "skipped": summary.skipped(i.result for i in items),
    }


def _by_scenario(items: Iterable[Item]) -> dict[str, list[Item]]:
    return {s: own for (s,), own in sorted(grouped(items, "id").items())}


def _postures(items: Iterable[Item]) -> list[tuple[str, str, bool, dict[str, int]]]:
    """(name, meaning, whether TLS is demanded, group → number)"""
    found = []
    for (name,), own in sorted(grouped(items, "posture").items()):
        known = POSTURES.get(name)
        found.append((name, words.posture_words(name), known is None or known.demands_tls,
                      _counts(own)))
    return found


# --- the difference to an earlier run

KINDS = {
    "broken": ("Broken", "worse than in the earlier run"),
    "fixed": ("Fixed", "failed in the earlier run, passes now"),
    "changed": ("Changed", "another outcome, or other checks failed"),
    "new": ("New", "only in this run"),
    "gone": ("Gone", "only in the earlier run"),
}


@dataclass(frozen=True)
class Changed:
    """One difference; `item` is the trial in this run, if it has one."""

    name: str
    before: str
    after: str
    item: Item | None


def changes(report: Report, found: Iterable[Change]) -> dict[str, list[Changed]]:
    """Kind → what changed, the gravest first; kinds without anything are left out."""
    order = {facts.key(item.result): place for place, item in enumerate(report.items)}
    ranked = sorted(found, key=lambda c: (order.get(c.name, len(order)), c.name))
    sorted_in: dict[str, list[Changed]] = {kind: [] for kind in KINDS}
    for change in ranked:
        sorted_in[change.kind].append(
            Changed(change.name, change.before, change.after, report.by_name.get(change.name)))
    return {kind: own for kind, own in sorted_in.items() if own}
