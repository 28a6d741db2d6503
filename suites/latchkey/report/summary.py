# SPDX-License-Identifier: Apache-2.0
"""The summary for a person who does not know the field: who broke what, and what it costs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import facts, words
from .facts import Result, Results


@dataclass(frozen=True)
class Finding:
    """The same thing seen in one scenario in one or more postures of a client."""

    client: str
    title: str
    identifier: str
    consequence: str
    sentence: str
    places: tuple[tuple[str, str], ...]  # (posture and variant, anchor)


@dataclass(frozen=True)
class Client:
    """One row of the table of clients."""

    name: str
    label: str
    ran: int
    buckets: dict[str, int]


@dataclass(frozen=True)
class Summary:
    """Everything above the matrix."""

    headline: str
    lede: tuple[str, ...]
    clients: tuple[Client, ...]
    findings: dict[str, tuple[Finding, ...]]  # by bucket
    skipped: tuple[tuple[str, str, int], ...]  # (client, reason, count)
    counts: dict[str, int]


def summary_make(results: Results, views: list[tuple[Result, str]]) -> Summary:
    """`views` are the results, the gravest first, with their anchors."""
    clients = tuple(_clients(results))
    findings = {b: tuple(_findings(b, views)) for b in ("broken", "exposed", "unclear", "known")}
    return Summary(
        headline(clients), tuple(lede(results, findings)), clients, findings,
        tuple(_skipped(results["results"])), facts.count(results["results"]))


def _clients(results: Results) -> Iterable[Client]:
    for name in sorted({str(r["client"]) for r in results["results"]}):
        own = [r for r in results["results"] if r["client"] == name]
        buckets = facts.count_buckets(own)
        yield Client(name, facts.client_label(results, name),
                     len(own) - buckets["skipped"], buckets)


def headline(clients: tuple[Client, ...]) -> str:
    """One line that says how it ended."""
    broken = [c for c in clients if c.buckets["broken"]]
    ran = sum(c.ran for c in clients)
    if not ran:
        return "No trial was run"
    if len(clients) == 1:
        client = clients[0]
        if broken:
            return (f"{client.label} broke its promise in {client.buckets['broken']:,} "
                    f"of {words.plural(client.ran, 'trial')}")
        judged = client.ran - client.buckets["unclear"]
        if not judged:
            return f"{client.label}: no trial could be decided"
        return f"{client.label} kept its promises in {words.plural(judged, 'trial')}"
    if broken:
        return f"{len(broken)} of {len(clients)} clients broke a promise"
    return f"All {len(clients)} clients kept their promises in {words.plural(ran, 'trial')}"


def lede(results: Results, findings: dict[str, tuple[Finding, ...]]) -> Iterable[str]:
    """The sentences below the headline."""
    counts = facts.count_buckets(results["results"])
    if findings["broken"]:
        first = findings["broken"][0]
        client = f"{first.client}, " if len(results.get("clients") or ()) > 1 else ""
        yield f"The gravest: {_small(first.sentence).rstrip('.')} ({client}“{first.title}”)."
    if counts["exposed"]:
        yield (f"{words.plural(counts['exposed'], 'trial')} more "
               f"{'shows' if counts['exposed'] == 1 else 'show'} what an attacker gains where TLS "
               "was not demanded; that is an exposure, not a broken promise.")
    elif not counts["broken"] and counts["passed"]:
        yield "Nothing was exposed in the other postures either."
    if late := sum(r["outcome"] == "XPASS" for r in results["results"]):
        yield (f"{words.plural(late, 'known failure')} did not come: "
               "the baseline is out of date.")
    if counts["unclear"]:
        yield (f"{words.plural(counts['unclear'], 'trial')} could not be decided and "
               f"{'says' if counts['unclear'] == 1 else 'say'} nothing about a client.")


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _findings(bucket: str, views: list[tuple[Result, str]]) -> Iterable[Finding]:
    groups: dict[tuple[str, str, str], list[tuple[Result, str]]] = {}
    for result, slug in views:
        if facts.bucket(result) == bucket:
            sentence = _sentence(result)
            place = str(result["id"]) if bucket != "unclear" else ""
            groups.setdefault((str(result["client"]), place, sentence), []).append((result, slug))
    for (client, identifier, sentence), members in groups.items():
        first = members[0][0]
        yield Finding(
            client, facts.title(first) if identifier else "", identifier, facts.worst(first),
            sentence, tuple((_place(r, bool(identifier)), slug) for r, slug in members))


def _sentence(result: Result) -> str:
    if facts.bucket(result) == "unclear":
        return f"{facts.outcome_text(result)}: {facts.in_one_line(result)}"
    return facts.breaches(result) or facts.in_one_line(result)


def _place(result: Result, own: bool) -> str:
    variant = result.get("variant")
    text = str(result["posture"]) + (f" [{variant}]" if variant else "")
    return text if own else f"{result['id']} {text}"


def _skipped(results: Iterable[Result]) -> list[tuple[str, str, int]]:
    skipped = [r for r in results if r["outcome"] == "SKIP"]
    found = Counter((str(r["client"]), facts.in_one_line(r)) for r in skipped)
    return [(client, reason, n) for (client, reason), n in sorted(found.items())]


def as_text(results: Results) -> dict[str, Any]:
    """Headline and sentences alone, for reports that are no HTML."""
    ordered = sorted(results["results"], key=facts.sort_key)
    whole = summary_make(results, [(r, "") for r in ordered])
    return {"headline": whole.headline, "lede": list(whole.lede), "clients": whole.clients}
