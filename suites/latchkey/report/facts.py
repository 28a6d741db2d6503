# SPDX-License-Identifier: Apache-2.0
"""Small pure questions to a results document that every report asks."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from latchkey.outcome import REASONS
from latchkey.postures import POSTURES

from . import words

Result = Mapping[str, Any]
Results = Mapping[str, Any]

BAD = frozenset({"FAIL", "WARN", "XFAIL"})
UNDECIDED = frozenset({"INCONCLUSIVE", "ERROR"})


def name(result: Result) -> str:
    """The scenario's id, with the variant."""
    variant = result.get("variant")
    return f"{result['id']}[{variant}]" if variant else str(result["id"])


def key(result: Result) -> str:
    """The whole name of a trial: `id[variant]/client/posture`."""
    return f"{name(result)}/{result['client']}/{result['posture']}"


def family(result: Result) -> str:
    """The scenario's family; the first word of its id."""
    return str(result.get("family") or str(result["id"]).partition(".")[0])


def title(result: Result) -> str:
    """A title for people."""
    return str(result.get("title") or name(result))


def own_title(result: Result, whole: str) -> str:
    """What a variant's title says beside that of its scenario; "" if nothing."""
    own = title(result)
    return "" if own == whole else own.removeprefix(f"{whole}: ")


def full_title(result: Result, whole: str) -> str:
    """The title of its scenario, and that of its variant."""
    return ": ".join(filter(None, (whole, own_title(result, whole))))


def check_failed(check: Mapping[str, Any]) -> bool:
    """Whether the client did not keep this check."""
    return str(check.get("outcome", "")).upper() in {"FAIL", "FAILED", "WARN", "NOTE"}


def failed_checks(result: Result) -> list[Mapping[str, Any]]:
    """The checks that decided against the client; a failed MAY is none of them."""
    return [c for c in result.get("checks") or () if check_failed(c) and c.get("level") != "MAY"]


def is_promise(result: Result, check: Mapping[str, Any]) -> bool:
    """Whether the posture had demanded TLS, so that a failure is a broken promise."""
    said = check.get("promise")
    if isinstance(said, bool):
        return said
    posture = POSTURES.get(str(result["posture"]))
    return posture is None or posture.demands_tls


def is_experimental(result: Result) -> bool:
    """Whether its suite is one that no standard demands: it is part of no verdict."""
    return bool(result.get("experimental"))


def counted(results: Iterable[Result]) -> list[Result]:
    """Those that decide how a run ended: without the experimental ones, unless all are."""
    found = list(results)
    return [r for r in found if not is_experimental(r)] or found


def bucket(result: Result) -> str:
    """Which group of the report a result belongs to."""
    outcome = result["outcome"]
    if outcome in ("XFAIL", "XPASS"):
        return "known"
    if outcome in UNDECIDED:
        return "unclear"
    if outcome == "SKIP":
        return "skipped"
    if outcome == "PASS":
        return "passed"
    if is_experimental(result):
        return "experimental"
    broken = any(is_promise(result, c) for c in failed_checks(result))
    return "broken" if broken else "exposed"


def gravity(result: Result) -> int:
    """How grave the worst failed check is: 0 is the gravest."""
    return min(map(check_gravity, failed_checks(result)), default=len(words.CONSEQUENCES))


def check_gravity(check: Mapping[str, Any]) -> int:
    """How grave it is that a check failed: 0 is the gravest."""
    order = list(words.CONSEQUENCES)
    consequence = check.get("consequence")
    return order.index(consequence) if consequence in order else len(order)


def reach(result: Result) -> int:
    """How hard it is to do that to a client: 0 is the easiest."""
    order = list(words.ATTACKERS)
    attacker = result.get("attacker")
    return order.index(attacker) if attacker in order else 0


def weight(result: Result) -> int:
    """What is lost, against what it takes: 0 comes first.

    A password that a wrongly given certificate gets stands beside words that anybody can forge,
    behind mail that anybody can read.
    """
    return gravity(result) + 2 * reach(result)


def attacker(result: Result) -> str:
    """Who can do that to a client, in words; "" if all that is at stake is a correct server."""
    lost = {check.get("consequence") for check in result.get("checks") or ()}
    return "" if lost <= {"interoperability"} else list(words.ATTACKERS.values())[reach(result)]


def worst(result: Result) -> str:
    """The gravest consequence of a result's failed checks, or nothing."""
    order = list(words.CONSEQUENCES)
    place = gravity(result)
    return order[place] if place < len(order) else ""


def sort_key(result: Result) -> tuple[bool, int, int, str, str, str]:
    """What was promised and broken first, then by weight and name; experimental ones last."""
    place = list(words.BUCKETS).index(bucket(result))
    return (is_experimental(result), place, weight(result), name(result), str(result["client"]),
            str(result["posture"]))


def breaches(result: Result) -> str:
    """What the failed checks mean, without the details of this trial."""
    failed = failed_checks(result)
    return " ".join(dict.fromkeys(words.breach(str(c["predicate"])) for c in failed))


def sentence(check: Mapping[str, Any]) -> str:
    """What was seen of one check."""
    predicate = str(check["predicate"])
    meant = words.breach(predicate) if check_failed(check) else words.rule(predicate)
    return str(check.get("sentence") or meant)


def in_one_line(result: Result) -> str:
    """Why a result is what it is: the failed checks with their details, or the reason."""
    outcome = str(result["outcome"])
    failed = failed_checks(result)
    if failed and outcome in BAD:
        return " ".join(dict.fromkeys(map(sentence, failed)))
    reason = str(result.get("reason") or "")
    return REASONS.get(reason, reason) or words.OUTCOMES[outcome].meaning


def runs_text(result: Result) -> str:
    """`2 of 3 runs`, where the runs of a trial did not all end alike."""
    runs, agreed = result.get("runs") or 1, result.get("agreed") or 1
    return f"{agreed} of {runs} runs" if agreed < runs else ""


def outcome_text(result: Result) -> str:
    """`INCONCLUSIVE(flaky)`: the outcome with its reason, where it has one."""
    reason = result.get("reason")
    if reason and result["outcome"] in ("SKIP", "INCONCLUSIVE"):
        return f"{result['outcome']}({reason})"
    return str(result["outcome"])


def count(results: Iterable[Result]) -> dict[str, int]:
    """Outcome to number, in the order of the outcomes, without zeros."""
    found = Counter(str(r["outcome"]) for r in results)
    return {outcome: found[outcome] for outcome in words.OUTCOMES if found[outcome]}


def count_buckets(results: Iterable[Result]) -> dict[str, int]:
    """Group to number, in the order of the groups, with zeros."""
    found = Counter(bucket(r) for r in results)
    return {group: found[group] for group in words.BUCKETS}


def client_label(results: Results, client: str) -> str:
    """`curl 7.88.1`."""
    version = (results.get("clients") or {}).get(client, {}).get("version")
    return f"{client} {version}" if version else client


def spec_link(requirement: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Text and address of the section that a requirement comes from; the address may be empty."""
    found = re.match(r"rfc(\d+)-(?:([0-9A-Z]+(?:\.\d+)*)-)?", requirement)
    spec = str(entry.get("spec") or (f"RFC {found[1]}" if found else ""))
    section = str(entry.get("section") or (found[2] if found and found[2] else ""))
    text = f"{spec}, section {section}" if section else spec
    number = re.fullmatch(r"RFC ?(\d+)", spec)
    if not number:
        return text, ""
    anchor = ""
    if re.fullmatch(r"\d+(\.\d+)*", section):
        anchor = f"#section-{section}"
    elif re.fullmatch(r"[A-Z](\.\d+)*", section):
        anchor = f"#appendix-{section}"
    return text, f"https://www.rfc-editor.org/rfc/rfc{number[1]}{anchor}"


def weakness_link(identifier: str) -> str:
    """The address of a CVE or CWE entry; empty if the identifier is neither."""
    if re.fullmatch(r"CVE-\d{4}-\d{4,}", identifier):
        return f"https://www.cve.org/CVERecord?id={identifier}"
    if re.fullmatch(r"CWE-\d+", identifier):
        return f"https://cwe.mitre.org/data/definitions/{identifier[4:]}.html"
    return ""


def strings(value: Any) -> list[str]:
    """A field that is one sentence or several, as several."""
    if not value:
        return []
    return [str(v) for v in value] if isinstance(value, (list, tuple)) else [str(value)]
