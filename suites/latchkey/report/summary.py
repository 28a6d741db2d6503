# SPDX-License-Identifier: Apache-2.0
"""The summary for a person who does not know the field: who broke what, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from latchkey.results import DECIDED

from . import facts, words
from .facts import Result, Results
from .items import TOLD, Item, grouped, items_make

BLAMED = ("broken", "exposed", "experimental")


@dataclass(frozen=True)
class Finding:
    """The same thing seen in one scenario, in one or more postures of one or more clients."""

    title: str
    identifier: str  # empty: what is undecided is told by its reason
    consequence: str
    sentence: str
    items: tuple[Item, ...]

    @property
    def clients(self) -> dict[str, tuple[Item, ...]]:
        return {c: tuple(own) for (c,), own in grouped(self.items, "client").items()}

    @property
    def gravest(self) -> str:
        """What the gravest of the failed checks means; of what is undecided its reason."""
        failed = [c for c in facts.failed_checks(self.items[0].result)
                  if c.get("consequence") == self.consequence]
        return words.breach(str(failed[0]["predicate"])) if failed else self.sentence

    @property
    def rest(self) -> str:
        """What else it means."""
        return self.sentence.replace(self.gravest, "", 1).strip()

    @property
    def variants(self) -> tuple[str, ...]:
        """What its variants are called, where that says more than the title."""
        names = (facts.own_title(item.result, self.title) for item in self.items)
        return tuple(dict.fromkeys(filter(None, names)))


@dataclass(frozen=True)
class Client:
    """One row of the table of clients."""

    name: str
    label: str
    ran: int
    buckets: dict[str, int]
    worst: str  # the gravest consequence of a broken promise; of an exposure, if there is none
    worst_bucket: str
    gravity: tuple[int, ...]  # for the order; the smallest is the gravest


@dataclass(frozen=True)
class Summary:
    """What stands above the matrix; of the experimental suites apart, in a summary of their own."""

    headline: str
    lede: tuple[str, ...]
    notes: tuple[str, ...]  # what was not tried
    clients: tuple[Client, ...]  # by name
    findings: Mapping[str, tuple[Finding, ...]]  # by bucket
    skipped: tuple[tuple[str, str, int], ...]  # (client, reason, count)
    counts: dict[str, int]
    suites: tuple[str, ...]
    experimental: Summary | None = None

    @property
    def columns(self) -> list[str]:
        """The groups that the table of clients has: seldom ones only if there is something."""
        seldom = ("unclear", "known", "skipped")
        return [b for b in self.clients[0].buckets
                if b not in seldom or any(client.buckets[b] for client in self.clients)]

    @property
    def worst(self) -> Item | None:
        """The gravest failure, if there is one."""
        found = [f for bucket in BLAMED for f in self.findings[bucket]] or \
            ([] if self.clients or not self.experimental else
             list(self.experimental.findings["experimental"]))
        return found[0].items[0] if found else None

    @property
    def gravest_again(self) -> str:
        """The command that shows the gravest failure again, if there is one."""
        return str(self.worst.result.get("repeat") or "") if self.worst else ""

    @property
    def gravest(self) -> list[Client]:
        """The clients in the order of what they broke."""
        return sorted(self.clients, key=lambda client: (client.gravity, client.name))


def summary_make(results: Results, items: Sequence[Item],
                 titles: Mapping[str, str] | None = None) -> Summary:
    """`items` are the trials, the gravest first; `titles` those of scenarios by id."""
    standard, odd = ([item for item in items if item.experimental == e] for e in (False, True))
    whole = _summary(results, standard, titles or {}, words.STANDARD)
    if not odd:
        return whole
    apart = _summary(results, odd, titles or {}, words.EXPERIMENTAL)
    apart = replace(apart, headline=f"Experimental: {words.listed(apart.suites)}",
                    lede=tuple(_apart(apart.clients)), notes=())
    if not standard:
        whole = replace(whole, headline=f"Only experimental trials were run: "
                                        f"{words.listed(apart.suites)}", lede=apart.lede)
    return replace(whole, experimental=apart)


def _summary(results: Results, items: Sequence[Item], titles: Mapping[str, str],
             groups: Sequence[str]) -> Summary:
    clients = tuple(client_make(results, name, own, groups)
                    for (name,), own in sorted(grouped(items, "client").items()))
    findings = {b: findings_of(b, items, titles) for b in TOLD}
    return Summary(
        headline(clients), tuple(lede(items, findings)), tuple(sampled(results)), clients, findings,
        tuple(skipped(item.result for item in items)),
        facts.count(item.result for item in items),
        tuple(sorted({facts.family(item.result) for item in items})))


def _apart(clients: Iterable[Client]) -> Iterable[str]:
    """How each client took it, in words."""
    for client in clients:
        ran, failed = client.ran, client.buckets["experimental"]
        if not ran:
            yield f"{client.label}: no trial was run."
        elif failed:
            yield f"{client.label} failed {failed:,} of {words.plural(ran, 'trial')}."
        else:
            yield f"{client.label} failed none of {words.plural(ran, 'trial')}."


def client_make(results: Results, name: str, items: Sequence[Item],
                groups: Sequence[str] = words.STANDARD) -> Client:
    """A client by those of its trials that are in these groups, the gravest first."""
    buckets = {b: sum(item.bucket == b for item in items) for b in groups}
    first = items[0] if items else None
    blamed = first if first and first.bucket in BLAMED else None
    order = (list(words.BUCKETS).index(first.bucket), first.weight) if first else \
        (len(words.BUCKETS), 0)
    weights = (-buckets.get(b, 0) for b in (*BLAMED, "unclear"))
    return Client(name, facts.client_label(results, name), len(items) - buckets["skipped"], buckets,
                  facts.worst(blamed.result) if blamed else "", blamed.bucket if blamed else "",
                  (*order, *weights))


def headline(clients: tuple[Client, ...]) -> str:
    """One line that says how it ended."""
    broken = [c for c in clients if c.buckets.get("broken")]
    ran = sum(c.ran for c in clients)
    if not ran:
        return "No trial was run"
    if len(clients) == 1:
        return client_headline(clients[0])
    if broken:
        return f"{len(broken)} of {len(clients)} clients broke a promise"
    return f"All {len(clients)} clients kept their promises in {words.plural(ran, 'trial')}"


def client_headline(client: Client) -> str:
    """The same for one client."""
    if not client.ran:
        return f"{client.label}: no trial was run"
    if client.buckets.get("broken"):
        return (f"{client.label} broke its promise in {client.buckets['broken']:,} "
                f"of {words.plural(client.ran, 'trial')}")
    judged = client.ran - client.buckets["unclear"]
    if not judged:
        return f"{client.label}: no trial could be decided"
    return f"{client.label} kept its promises in {words.plural(judged, 'trial')}"


def lede(items: Sequence[Item], findings: Mapping[str, Sequence[Finding]]) -> Iterable[str]:
    """The sentences below the headline."""
    counts = facts.count_buckets(item.result for item in items)
    if findings["broken"]:
        first = findings["broken"][0]
        yield f"The gravest: {_small(first.gravest.rstrip('.'))} ({_whose(first, items)})."
    if counts["exposed"]:
        more = " more" if counts["broken"] else ""
        yield (f"{words.plural(counts['exposed'], 'trial')}{more} "
               f"{'shows' if counts['exposed'] == 1 else 'show'} what an attacker gains where TLS "
               "was not demanded; that is an exposure, not a broken promise.")
    elif not counts["broken"] and counts["passed"]:
        yield "Nothing was exposed in the other postures either."
    if late := sum(item.outcome == "XPASS" for item in items):
        yield (f"{words.plural(late, 'known failure')} did not come: "
               "the baseline is out of date.")
    if counts["unclear"]:
        yield (f"{words.plural(counts['unclear'], 'trial')} could not be decided and "
               f"{'says' if counts['unclear'] == 1 else 'say'} nothing about a client.")


def sampled(results: Results) -> Iterable[str]:
    """What a quick run tried (sample.py); of several runs together, if one was quick."""
    host = results.get("host")
    if not (isinstance(host, Mapping) and host.get("quick")):
        return
    yield f"This was a quick run: {host['quick']}."
    attacks: dict[tuple[str, str], list[Result]] = {}
    for result in results["results"]:
        attacks.setdefault((str(result["client"]), facts.name(result)), []).append(result)
    vain = [own for own in attacks.values() if not any(one["outcome"] in DECIDED for one in own)]
    if vain:
        far = sum(all(one.get("reason") == "untouched" for one in own) for own in vain)
        because = "because the client never comes to what is attacked"
        where = f", {far:,} of them {because}" if far else ""
        if far == len(vain):
            where = f", {because}"
        yield (f"{len(vain):,} of {words.plural(len(attacks), 'attack')} could be judged in no "
               f"posture{where}.")


def _whose(finding: Finding, items: Sequence[Item]) -> str:
    what = f"“{': '.join((finding.title, *finding.variants[:1]))}”"
    if len(finding.variants) > 1:
        what = f"for example {what}"
    whole = len({item.client for item in items})
    if whole == 1:
        return what
    many = len(finding.clients)
    who = finding.items[0].client if many == 1 else f"{many} clients"
    return f"{who}, {what}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def findings_of(bucket: str, items: Iterable[Item],
                titles: Mapping[str, str]) -> tuple[Finding, ...]:
    """What is alike in scenario and in what failed, the gravest and then the most common first."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if item.bucket == bucket:
            place = item.id if bucket != "unclear" else ""
            groups.setdefault((place, _sentence(item)), []).append(item)
    found = [Finding(_title(own, titles) if place else "", place,
                     facts.worst(own[0].result), sentence, tuple(own))
             for (place, sentence), own in groups.items()]
    return tuple(sorted(found, key=lambda f: (f.items[0].weight, -len(f.clients), -len(f.items),
                                              f.identifier)))


def _title(items: Sequence[Item], titles: Mapping[str, str]) -> str:
    """What all variants have in common, as far as it is known."""
    return titles.get(items[0].id, facts.title(items[0].result))


def _sentence(item: Item) -> str:
    if item.bucket == "unclear":
        return f"{facts.outcome_text(item.result)}: {facts.in_one_line(item.result)}"
    return facts.breaches(item.result) or facts.in_one_line(item.result)


WHEN = {"broken": "Although TLS was demanded", "exposed": "Where TLS, or its verification, was not "
        "demanded"}


def in_words(items: Sequence[Item]) -> dict[str, list[str]]:
    """What a client did for somebody who reads nothing else: when → what was lost, and where."""
    said: dict[str, list[str]] = {}
    for bucket, when in WHEN.items():
        own = [item for item in items if item.bucket == bucket]
        for name, members in _by_consequence(own).items():
            scenarios = words.plural(len({i.id for i in members}), "scenario")
            consequence = words.CONSEQUENCES.get(name)
            lost = consequence.sentence if consequence else "a rule was not kept"
            services = words.listed(sorted({words.protocol(i.posture) for i in members}))
            said.setdefault(when, []).append(f"{lost}: {scenarios} ({services})")
    return said


def _by_consequence(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: item.gravity):
        found.setdefault(facts.worst(item.result), []).append(item)
    return found


def skipped(results: Iterable[Result]) -> list[tuple[str, str, int]]:
    """(client, reason, number of trials)"""
    found = Counter((str(r["client"]), facts.in_one_line(r)) for r in results
                    if r["outcome"] == "SKIP")
    return [(client, reason, n) for (client, reason), n in sorted(found.items())]


def as_text(results: Results) -> Summary:
    """The same for reports that are no HTML."""
    return summary_make(results, items_make(results, 0, 0))
