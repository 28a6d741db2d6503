# SPDX-License-Identifier: Apache-2.0
"""The trials of a report in the order in which they are told, and where each of them is shown."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from urllib.parse import quote

from . import facts, words
from .facts import Result, Results

UNSAFE = r"[^A-Za-z0-9._-]+"  # in an address, or a file's name
SLUG_LENGTH = 180  # a file's name has 255 bytes
TOLD = ("broken", "exposed", "experimental", "unclear", "known")  # groups that are told one by one


@dataclass(frozen=True)
class Item:
    """A trial; `paged` says that its dialogue has a page (or a place in the single file)."""

    result: Result
    slug: str
    paged: bool = False

    @cached_property
    def bucket(self) -> str:
        return facts.bucket(self.result)

    @cached_property
    def gravity(self) -> int:
        return facts.gravity(self.result)

    @cached_property
    def reach(self) -> int:
        return facts.reach(self.result)

    @cached_property
    def weight(self) -> int:
        return facts.weight(self.result)

    @property
    def id(self) -> str:
        return str(self.result["id"])

    @property
    def variant(self) -> str:
        return str(self.result.get("variant") or "")

    @property
    def client(self) -> str:
        return str(self.result["client"])

    @property
    def posture(self) -> str:
        return str(self.result["posture"])

    @property
    def outcome(self) -> str:
        return str(self.result["outcome"])

    @property
    def experimental(self) -> bool:
        return facts.is_experimental(self.result)

    @property
    def letter(self) -> str:
        return words.OUTCOMES[self.outcome].letter

    @property
    def place(self) -> str:
        """`imap-starttls [variant]`"""
        return f"{self.posture} [{self.variant}]" if self.variant else self.posture


def items_make(results: Results, told: int, passed: int) -> tuple[Item, ...]:
    """All trials, the gravest first.

    A page is given to as many trials as `told` and `passed` say; of those that passed first to one
    for each client and scenario.
    """
    ordered = sorted(results["results"], key=facts.sort_key)
    used: dict[str, int] = {}
    items = []
    for result in ordered:
        slug = slug_of(facts.key(result))
        used[slug] = used.get(slug, 0) + 1
        items.append(Item(result, slug if used[slug] == 1 else f"{slug}~{used[slug]}"))
    paged = {item.slug for item in [i for i in items if i.bucket in TOLD][:told]}
    paged |= {item.slug for item in _examples([i for i in items if i.bucket == "passed"])[:passed]}
    return tuple(replace(item, paged=True) if item.slug in paged else item for item in items)


def _examples(items: Sequence[Item]) -> list[Item]:
    """Round after round, one of each client and scenario."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    ranked = []
    for item in items:
        ranked.append((seen[item.client, item.id], item))
        seen[item.client, item.id] += 1
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def slug_of(name: str) -> str:
    """A name as part of an address and as a file's name."""
    slug = re.sub(UNSAFE, "~", name)
    if len(slug) <= SLUG_LENGTH:
        return slug
    digest = sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{slug[:SLUG_LENGTH - 13]}~{digest}"


def grouped(items: Iterable[Item], *keys: str) -> dict[tuple[str, ...], list[Item]]:
    """Items by the values of these properties, in the order in which they come."""
    found: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        found.setdefault(tuple(getattr(item, key) for key in keys), []).append(item)
    return found


@dataclass(frozen=True)
class Links:
    """Addresses from one page to the others: files below `base`, or places in one file."""

    base: str = ""
    single: bool = False

    def _to(self, folder: str, name: str, place: str) -> str:
        if self.single:
            return f"#{place or '-'.join(filter(None, (folder, name)))}"
        path = f"{folder}/{quote(name)}" if folder else name
        return f"{self.base}{path}.html" + (f"#{place}" if place else "")

    def index(self, place: str = "") -> str:
        return self._to("", "index", place)

    def trial(self, item: Item) -> str:
        return self._to("trials", item.slug, "")

    def client(self, name: str, scenario: str = "") -> str:
        """A client's page, or what it says of one scenario."""
        return self._to("clients", slug_of(name), self.place(name, scenario) if scenario else "")

    def place(self, client: str, scenario: str) -> str:
        """The anchor of a scenario in a client's page."""
        prefix = f"{slug_of(client)}." if self.single else ""
        return f"s-{prefix}{slug_of(scenario)}"

    def scenario(self, identifier: str) -> str:
        return self._to("scenarios", slug_of(identifier), "")

    def requirements(self, identifier: str = "") -> str:
        return self._to("", "requirements", f"r-{slug_of(identifier)}" if identifier else "")

    def changes(self) -> str:
        return self._to("", "changes", "")

    def evidence(self, path: str) -> str:
        """A file of the evidence, by its path below the report's folder."""
        return (self.base or "./") + quote(path)

    def best(self, item: Item) -> str:
        """The page of a trial, or what its client's page says of the scenario."""
        return self.trial(item) if item.paged else self.client(item.client, item.id)
