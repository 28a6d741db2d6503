# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/latch.md once more, over sets of words; what the server is told is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from oracle import deep
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

_LINE = re.compile(
    r"(01|02|03|04|comma|05|06) (high|none) (clear|1\.[0-3]) ([0-9]{1,4}) "
    r"(none|pkix(?:\+dane)?(?:\+bound)?|dane(?:\+bound)?|bound)\n([^\n]*)(?:\n(.*))?", re.DOTALL)
ORDER = ("tls10", "tls11", "tls12", "tls-cert", "tls-dane-tlsa", "tls-version=1.1",
         "tls-version=1.2", "tls-cert=any", "tls-cert=pkix", "tls-cert=dane")
_TAGS = {"01": ("tls10", "tls12", "tls-cert", "tls-dane-tlsa")}
_LATER = ("tls11", "tls12", "tls-cert", "tls-dane-tlsa")
_INCLUDED = {"tls-version=1.2": {"tls-version=1.1"}, "tls-cert=pkix": {"tls-cert=any"},
             "tls-cert=dane": {"tls-cert=any"}}
_MEANT = {("tls-version", "1.1"): {"tls-version=1.1"}, ("tls-version", "1.2"): {"tls-version=1.2"},
          ("tls-cert", None): {"tls-cert=any"}, ("tls-cert", "any"): {"tls-cert=any"},
          ("tls-cert", "pkix"): {"tls-cert=pkix"}, ("tls-cert", "dane"): {"tls-cert=dane"}}
_BOTH = {"tls-cert=pkix", "tls-cert=dane"}


def _with_included(names: set[str]) -> set[str]:
    return names.union(*(_INCLUDED.get(name, set()) for name in names))


def _met(name: str, dialect: str, version: int, bits: int, proofs: set[str]) -> bool:
    """`version` is 0 for TLS 1.0, and -1 for none."""
    known = bool(proofs & {"pkix", "dane"})
    word, _, value = name.partition("=")
    if word == "tls-version":
        return version >= int(value[-1])
    if word.startswith("tls1"):
        return version >= int(word[-1]) and bits >= 128 and (
            known or dialect == "01" or word == "tls10")
    if name == "tls-cert=any":
        return version >= 0 and known
    return version >= 0 and ("dane" if name in ("tls-dane-tlsa", "tls-cert=dane") else
                             "pkix") in proofs


def _state(line: str) -> tuple[set[str], str | None] | None:
    try:
        data = json.loads(line)
        names, url = data["promises"], data["url"]
        if set(data) != {"latch", "promises", "url"} or data["latch"] != 1 \
                or not set(names) <= set(ORDER) or not (url is None or url.startswith("https:")):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return _with_included(set(names)), url


def _offered(dialect: str, status: str) -> tuple[list[set[str]], list[str], bool] | None:
    """What each word asks for, the URLs, and whether a known tag came in other letter case."""
    kind = "sts-directives" if dialect in ("05", "06") else \
        "deep-status-comma" if dialect == "comma" else "deep-status"
    value = deep.ORACLES[kind](status.encode("latin-1")).value
    if value is None:
        return None
    if kind != "sts-directives":
        known = _TAGS.get(dialect, _LATER)
        other = any(tag.lower() in known and tag not in known for tag in value["tags"])
        return [{tag} for tag in value["tags"] if tag in known], value["urls"], other
    urls = [given.strip("<>") for name, given in value["directives"]
            if name == "sts-url" and given is not None]
    asked = [_BOTH if (dialect, name, given) == ("06", "tls-cert", "pkix+dane")
             else _MEANT.get((name, given), set()) for name, given in value["directives"]]
    return [_with_included(set(names)) for names in asked], \
        [url for url in urls if url.lower().startswith("https:")], False


def step(data: bytes) -> Verdict:
    found = _LINE.fullmatch(text(data))
    state = _state(found[6]) if found is not None else None
    if found is None or state is None:
        return INVALID
    dialect, level, tls, bits, proof = found[1], found[2], found[3], int(found[4]), found[5]
    stored, url = state
    proofs, version = set(proof.split("+")), -1 if tls == "clear" else int(tls[-1])

    def met(name: str) -> bool:
        return _met(name, dialect, version, bits, proofs)

    unmet = {name for name in stored if not met(name)}
    flaws = ["clear"] if version < 0 else [
        *(["old"] if version < (dialect in ("05", "06")) else []),
        *(["unverified"] if not proofs & {"pkix", "dane"} else [])]
    verdict = "refuse" if unmet or flaws and level == "high" else "warn" if flaws else "proceed"
    value: dict[str, Any] = {
        "verdict": verdict, "unmet": _ordered(unmet), "added": [], "flaws": flaws,
        "malformed": False, "state": _state_value(stored, url)}
    if verdict == "refuse" or version < 0:
        return accepted(value)
    offered = _offered(dialect, found[7] or "")
    if offered is None:
        return accepted(value | {"malformed": True})
    return _stored(value, offered, stored, url, dialect, version, proofs, met)


def _stored(value: Mapping[str, Any], offered: tuple[list[set[str]], list[str], bool],
            stored: set[str], url: str | None, dialect: str, version: int, proofs: set[str],
            met: Any) -> Verdict:
    asked, urls, other_case = offered
    known = bool(proofs & {"pkix", "dane", "bound"})
    names = {name for one in asked if all(map(met, one)) for name in one}
    early = {"tls10", "tls12"} if dialect == "01" else set()
    now = names if known else names & early
    flags = [*(["latch-tag-case"] if other_case else []),
             *(["latch-unverified"] if not known and now else []),
             *(["latch-urls"] if len(urls) > 1 else [])]
    if known and dialect not in ("05", "06") and version == 0 and {"tls11"} in asked:
        flags.append("latch-early-tls11")
    had, got = stored & _BOTH, now & _BOTH
    if had and got and had != _BOTH and got - had and had - got:
        flags.append("latch-cert-values")
    return accepted({**value, "added": _ordered(now - stored), "state": _state_value(
        stored | now, urls[0] if known and urls else url)}, flags)


def _ordered(names: set[str]) -> list[str]:
    return [name for name in ORDER if name in names]


def _state_value(names: set[str], url: str | None) -> dict[str, Any]:
    return {"latch": 1, "promises": _ordered(names), "url": url}


ORACLES: dict[str, Oracle] = {"latch": step}
