# SPDX-License-Identifier: Apache-2.0
"""What the name server told, and what of it a sender that does DANE has to go by (RFC 7672)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from latchkey.transcript import Transcript

_ZONE = 9                               # field of an RRSIG in which the name of its zone stands
_SIZES = {0: None, 1: 64, 2: 128}       # matching type → hexadecimal digits; None: any number


def rows(transcript: Transcript) -> Iterator[list[str]]:
    """The records of all answers, field by field: owner, type, data; in lower case."""
    for event in transcript.all("dns.answer"):
        for text in event.texts("answers"):
            yield text.lower().split()


def links(transcript: Transcript, kind: str) -> list[tuple[str, str]]:
    """Owner and target of all records of a type whose last field is a name."""
    return [(row[0], row[-1].rstrip(".")) for row in rows(transcript) if row[1:2] == [kind]]


def _secure(transcript: Transcript, *kinds: str) -> frozenset[str]:
    """Owners of records of these types that a validating resolver takes for secure.

    They are signed, and the zone that signed them is known above: the resolver got its DS records.
    """
    found = list(rows(transcript))
    zones = {row[0] for row in found if row[1:2] == ["ds"]}
    return frozenset(row[0] for row in found if row[1:2] == ["rrsig"] and row[2] in kinds
                     and zones.intersection(zone.rstrip(".") for zone in row[_ZONE:_ZONE + 1]))


def _ends(names: Iterable[str], aliases: dict[str, str]) -> Iterator[str]:
    for name in names:
        for _ in aliases:               # they may lead in a circle
            name = aliases.get(name, name)
        yield name


def addresses_known(transcript: Transcript) -> frozenset[str]:
    """Where the aliases of MX hosts end, of those whose address is known."""
    hosts = (target for _, target in links(transcript, "mx"))
    known = {row[0] for row in rows(transcript) if row[1:2] in (["a"], ["aaaa"])}
    return frozenset(_ends(hosts, dict(links(transcript, "cname")))) & known


def tlsa_owed(transcript: Transcript) -> bool:
    """An MX host is known for sure, and so is its address: whether there are TLSA records has to be
    asked (sections 2.1.2, 2.2.1 and 2.2.2)."""
    domains = _secure(transcript, "mx")
    hosts = (target for owner, target in links(transcript, "mx") if owner in domains)
    ends = _ends(hosts, dict(links(transcript, "cname")))
    return not _secure(transcript, "a", "aaaa").isdisjoint(ends)


def tlsa_told(transcript: Transcript) -> bool:
    """There are secure records by which a host can be known (RFC 7671, section 4)."""
    owners = _secure(transcript, "tlsa")
    return any(row[0] in owners and _is_usable(row) for row in rows(transcript)
               if row[1:2] == ["tlsa"])


def _is_usable(row: list[str]) -> bool:
    fields = row[2:5]
    if len(fields) < 3 or not all(field.isdigit() for field in fields):
        return False                    # data of some other form
    usage, selector, matching = map(int, fields)
    size = _SIZES.get(matching, 0)
    return usage in (2, 3) and selector in (0, 1) and size in (None, len("".join(row[5:])))
