# SPDX-License-Identifier: Apache-2.0
"""From TOML to the model: profiles. Every mistake ends in one UserError."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from latchkey import faults, formats, postures, template
from latchkey.model import Listener, Profile, Record
from latchkey.postures import PROTOCOLS
from latchkey.readers import check_templates, expect, fits, known_certificate
from latchkey.tomlfile import TomlFile


def _check_web(file: TomlFile, number: int, row: Mapping[str, Any]) -> None:
    """A listener with https has a policy, or is a sink for reports; no other has anything of it."""
    own = [key for key in ("policy", "sink") if row.get(key)]
    if row["protocol"] == "https" and len(own) != 1:
        file.fail(("listener", number), "a listener with https needs one of policy and sink",
                  "give exactly one of them")
    if "later-policy" in row and "policy" not in row:
        file.fail(("listener", number, "later-policy"), "there is no policy before it",
                  "add policy, for the first run")
    for key in ("policy", "later-policy", "names", "sink") if row["protocol"] != "https" else ():
        if key in row:
            file.fail(("listener", number, key), f"{key} belongs to a listener with https",
                      "leave it out")


def _listener(row: Mapping[str, Any], domains: int) -> Listener:
    names = tuple(template.fill(name, each) for name in row.get("names", ())
                  for each in _copies(name, domains))
    own = {key.replace("-", "_"): value for key, value in row.items() if key != "names"}
    return Listener(names=names, **own)


def _copies(text: str, domains: int) -> list[dict[str, str]]:
    """What {n} stands for in a text: one value for each domain; {} alone if it is not there."""
    return [{"n": str(n + 1)} for n in range(domains)] if "{n}" in text else [{}]


def _check_dnssec(file: TomlFile) -> None:
    """A resolver and zones go together; TLSA records name certificates that are there."""
    dns = file.data.get("dns", {})
    if ("resolver" in dns) != ("zones" in dns):
        file.fail(("dns",), "a validating resolver and signed zones need each other",
                  "give both resolver and zones, or neither")
    for number, row in enumerate(dns.get("record", ())):
        if row["type"] == "TLSA":
            known_certificate(file, ("dns", "record", number, "value"), row["value"],
                              {listener["name"] for listener in file.data["listener"]})


def profile(file: TomlFile, name: str, known_recipes: Collection[str]) -> Profile:
    fits(file, formats.PROFILE)
    data = file.data
    expect(file, ("recipe",), "recipe", data["recipe"], known_recipes)
    for number, row in enumerate(data["listener"]):
        expect(file, ("listener", number, "host"), "host", row["host"], data["hosts"])
        _check_web(file, number, row)
        if "recipe" in row:
            expect(file, ("listener", number, "recipe"), "recipe", row["recipe"], known_recipes)
    have = {row["name"] for row in data["listener"]}
    wants = (postures.MX,) if postures.MX in have else postures.LISTENERS.values()
    for wanted in wants:
        if wanted not in have:
            file.fail(("listener",), f"there is no listener {wanted}",
                      "add it: every posture has its port")
    for key, texts in (("mailbox", data.get("mailbox", [])), ("message", [data["message"]])):
        check_templates(file, texts if key == "mailbox" else texts[0], (key,))
    _check_dnssec(file)
    dns, domains = data.get("dns"), data.get("domains", 0)
    return Profile(
        name=name,
        file=file.path,
        title=data["title"],
        deadline=data["deadline"],
        quiet=data["quiet"],
        recipe=data["recipe"],
        bundle=data["trust"]["bundle"],
        folder=data["trust"].get("folder"),
        hosts=data["hosts"],
        capabilities={protocol: {phase: tuple(data["capabilities"].get(protocol, {}).get(phase, ()))
                                 for phase in faults.PHASES} for protocol in PROTOCOLS},
        listeners=tuple(_listener(row, domains) for row in data["listener"]),
        mailbox=tuple(row["text"] for row in data.get("mailbox", [])),
        message=data["message"]["text"],
        dns_address=None if dns is None else dns["address"],
        resolver=None if dns is None else dns.get("resolver"),
        zones={} if dns is None else dns.get("zones", {}),
        records=() if dns is None else tuple(
            Record(template.fill(row["name"], each), row["type"],
                   template.fill(row["value"], each), row.get("ttl", 60),
                   {key: row[f"{key}-run"] for key in ("from", "until") if f"{key}-run" in row})
            for row in dns.get("record", ()) for each in _copies(row["name"], domains)),
        domains=domains,
        requests_certificate=data.get("request-certificate", False),
    )
