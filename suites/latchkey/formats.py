# SPDX-License-Identifier: Apache-2.0
"""The shapes of what people write (scenario, adapter, profile) and of the plan for the world.

`suites/schemas/*.schema.json` are made of these tables: `python3 -m latchkey.formats FOLDER`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latchkey.faults import AT, AT_SHAPE, BYTES, DO_SHAPE, PHASES, RECORDS, VERSIONS
from latchkey.postures import DEMANDED, MTA_WISHES, PROTOCOLS, SPOKEN, WISHES
from latchkey.shape import (Anything, Either, Exactly, Flag, ListOf, Names, Number, OrNull, Shape,
                            Table, Text, Word, schema)

LEVELS = ("MUST", "SHOULD", "MAY")
CONSEQUENCES = ("credential-leak", "content-leak", "silent-downgrade", "spoofed-content",
                "policy-bypass", "denial-of-service", "interoperability")
# What somebody needs to do to a client what a scenario does; the easiest first.
ATTACKERS = ("path", "certificate", "server")
ANYBODY = ATTACKERS[0]                  # unless it is said
KINDS = ("mua", "submission", "library", "mta")
TRUSTS = ("system", "own-file", "nss", "none")
SECRETS = ("user", "password", "token", "body", "subject", "recipient", "sender", "forged",
           "forged-number")

_TEXT = Text()
_TEXTS = ListOf(_TEXT)
_NAME = Text(r"[a-z0-9][a-z0-9._-]*", "write small letters, digits, - and _")
_ID = Text(r"[a-z0-9][a-z0-9.-]*", "write small letters, digits, - and .")
_CWE = ListOf(Text(r"CWE-\d+", "write CWE-number"))
_CVE = ListOf(Text(r"CVE-\d{4}-\d{4,}", "write CVE-year-number"))
_WORD = Word("level", LEVELS)
_LEVEL = Either(_WORD, Names(_WORD, "wish", (DEMANDED, *WISHES, *MTA_WISHES)))
_ADDRESS = Text(r"\d{1,3}(?:\.\d{1,3}){3}", "write an IPv4 address")
_HOST = Text(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", "write a host name in small letters")
_PORT = Number(1, 65535, whole=True)
_PATH = Text(r"/.*", "write an absolute path")
_OWNER = Text(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", "write a name in small letters")
# In a profile {n} stands for the number of a further domain.
_OWNERS = Text(r"(?:[a-z0-9._-]|\{n\})+", "write a name in small letters")
_TTL = Number(0, 2**31 - 1, whole=True)
_RUN = Number(1, 9, whole=True)

# What is counted of a sender (cost.py).
COSTS = ("mx", "mx-address", "sts-record", "policy-address", "tlsa", "report-record", "aaaa",
         "other", "validation", "https", "https-full", "https-resumed", "smtp", "smtp-full",
         "smtp-resumed", "round-trips", "bytes")

DIALECTS = ("01", "02", "03", "04", "comma", "05", "06")
_DEEP: Mapping[str, Shape] = {
    "dialect": Word("dialect", DIALECTS),
    "examples": Flag(),
    "status": ListOf(_TEXT, 1),
    "clear": ListOf(_TEXT, 1),
}
_RECORDS_TLSA = ListOf(Text(r"\d+ \d+ \d+ .+", "write it like 3 1 1 {leaf:mx}"))
_SERVER = Word("verdict", ("accept", "refuse"))
_DENIAL = Word("denial", ("none", "nsec", "nsec3"))
_TLSA: Mapping[str, Shape] = {"tlsa": ListOf(Word("certificate", ("good", "fault")))}

_SEVERAL = Number(1, 100, whole=True)
_MAIL: Mapping[str, Shape] = {
    "mail": Table({"mails": _SEVERAL, "recipients": _SEVERAL, "domains": _SEVERAL,
                   "field": Text(r"[A-Za-z-]+: [ -~]+", "write it like TLS-Required: No")}),
    "cost": Names(Number(0, 10_000, whole=True), "kind of cost", COSTS),
}

_SAYS: Mapping[str, Shape] = {
    "title": _TEXT,
    "postures": ListOf(_TEXT, 1),
    "requirements": _TEXTS,
    "cwe": _CWE,
    "cve": _CVE,
    "attacker": Word("attacker", ATTACKERS),
}

_VARIANT = Table({"id": _ID, **_SAYS, **_MAIL, "deep": Table({**_DEEP, **_TLSA}),
                  "tlsa": _RECORDS_TLSA, "server": _SERVER, "at": AT_SHAPE, "do": DO_SHAPE,
                  "level": Names(_LEVEL, "predicate")}, ("id",))

SCENARIO = Table({
    "scenario": Exactly(1),
    **_SAYS,
    "why": _TEXT,
    "profile": _TEXT,
    "experimental": Flag(),
    **_MAIL,
    "deep": Table({**_DEEP, **_TLSA}, ("dialect", "status")),
    "tlsa": _RECORDS_TLSA,
    "server": _SERVER,
    "fault": Table({"at": AT_SHAPE, "do": DO_SHAPE}, ("do",)),
    "check": ListOf(Table({
        "predicate": _TEXT,
        "level": _LEVEL,
        "consequence": Word("consequence", CONSEQUENCES),
    }, ("predicate", "level", "consequence")), 1),
    "variant": ListOf(_VARIANT, 1),
    "axis": ListOf(Table({"cell": ListOf(_VARIANT, 1)}, ("cell",)), 2),
}, ("scenario", "title", "why", "profile", "postures", "requirements", "fault", "check"))

_MODE = Text(r"[0-7]{3,4}", 'write the mode as an octal text: "600"')
_FILES = Names(Table({"mode": _MODE, "text": _TEXT, "from": _TEXT}), "file")
_ENV = Names(_TEXT, "variable")

ADAPTER = Table({
    "adapter": Exactly(1),
    "name": _NAME,
    "title": _TEXT,
    "kind": Word("kind", KINDS),
    "root": Text(r"[a-z]+", "name a release of Debian, like bookworm"),
    "like": _NAME,
    "packages": _TEXTS,
    "supplied": ListOf(Text(r"[A-Za-z0-9][A-Za-z0-9._-]*", "write the name of a program"), 1),
    "another": ListOf(Text(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "write a path below {built}"), 1),
    "version": Table({"argv": ListOf(_TEXT, 1), "regex": _TEXT}, ("argv", "regex")),
    "trust": Word("trust", TRUSTS),
    "trust-note": _TEXT,
    "prompt": _TEXT,
    "alone": Flag(),
    "status": Table({"argv": ListOf(_TEXT, 1), "high": _TEXT, "none": _TEXT}, ("high", "none")),
    "files": _FILES,
    "env": _ENV,
    "posture": Names(Table({
        "argv": ListOf(_TEXT, 1),
        "files": _FILES,
        "env": _ENV,
        "stdin": Word("standard input", ("message",)),
        "several": Flag(),
        "collected": Flag(),
        "success": ListOf(Number(0, 255, whole=True), 1),
    }, ("argv",)), "posture"),
}, ("adapter", "name", "title", "kind", "version", "trust", "posture"))

_CAPABILITIES = Table({phase: _TEXTS for phase in PHASES})
_SECONDS = Number(0.1, 600)
_QUIET = Number(0.02, 10)

PROFILE = Table({
    "profile": Exactly(1),
    "title": _TEXT,
    "deadline": _SECONDS,
    "quiet": _QUIET,
    "recipe": _TEXT,
    "trust": Table({"bundle": _PATH, "folder": _PATH}, ("bundle",)),
    "hosts": Names(_ADDRESS, "host"),
    "domains": Number(1, 120, whole=True),
    "request-certificate": Flag(),
    "capabilities": Table({protocol: _CAPABILITIES for protocol in PROTOCOLS}),
    "listener": ListOf(Table({
        "name": _NAME, "host": _HOST, "port": _PORT, "protocol": Word("protocol", SPOKEN),
        "implicit": Flag(), "policy": _TEXT, "later-policy": _TEXT,
        "names": ListOf(_OWNERS), "sink": Flag(),
        "recipe": _TEXT,
    }, ("name", "host", "port", "protocol", "implicit")), 1),
    "mailbox": ListOf(Table({"text": _TEXT}, ("text",))),
    "message": Table({"text": _TEXT}, ("text",)),
    "dns": Table({
        "address": _ADDRESS,
        "resolver": _ADDRESS,
        "zones": Names(_DENIAL, "zone"),
        "record": ListOf(Table({
            "name": _OWNERS, "type": Word("record type", RECORDS), "value": _TEXT, "ttl": _TTL,
            "from-run": _RUN, "until-run": _RUN,
        }, ("name", "type", "value"))),
    }, ("address",)),
}, ("profile", "title", "deadline", "quiet", "recipe", "trust", "hosts", "capabilities", "listener",
    "message"))

_OFFER: Mapping[str, Shape] = {
    "min": Word("TLS version", VERSIONS), "max": Word("TLS version", VERSIONS),
    "ciphers": _TEXT, "groups": _TEXT, "suites": _TEXT, "alpn": _TEXTS,
    "request-certificate": Flag(),
}
_PLAN_LISTENER = Table({
    "name": _NAME, "host": _HOST, "address": _ADDRESS, "port": _PORT,
    "protocol": Word("protocol", SPOKEN), "implicit": Flag(), "identity": _TEXT, "policy": _TEXT,
    "later": _TEXT,
    "names": ListOf(_HOST), "sink": Flag(),
    "capabilities": Table(dict(_CAPABILITIES.keys), PHASES), "tls": Table(_OFFER),
}, ("name", "host", "address", "port", "protocol", "implicit", "identity", "capabilities", "tls"))

_PLAN_AT = Table({key: shape for key, shape in AT.items() if key not in ("listener", "runs")})
# One `data` key in place of text, hex and file; nothing is left that differs by protocol.
_PLAN_DO = Table({
    "data": Text(r"[\u0000-\u00ff]*", "code points below U+0100"),
    **{key: shape.plain if isinstance(shape, Either) else shape
       for key, shape in DO_SHAPE.keys.items() if key not in BYTES},
    "description": Number(1, 255, whole=True),
}, ("action",))

PLAN = Table({
    "plan": Exactly(1),
    "id": _TEXT,
    "deadline": _SECONDS,
    "quiet": _QUIET,
    "trust": Table({"bundle": _PATH, "folder": OrNull(_PATH)}, ("bundle", "folder")),
    "identities": Names(Names(Anything(), "key"), "identity"),
    "secrets": Names(_TEXT, "secret", SECRETS),
    "mailbox": _TEXTS,
    "listeners": ListOf(_PLAN_LISTENER, 1),
    "dns": OrNull(Table({
        "address": _ADDRESS, "port": _PORT,
        "records": ListOf(Table({
            "name": _OWNER, "type": Word("record type", RECORDS), "value": _TEXT, "ttl": _TTL,
            "from": _RUN, "until": _RUN,
        }, ("name", "type", "value", "ttl"))),
        "secure": Flag(),
        "zones": ListOf(Table({"name": _OWNER, "denial": _DENIAL}, ("name", "denial"))),
        "anchor": _PATH,
    }, ("address", "port", "records"))),
    "deep": OrNull(Table({**_DEEP, "level": Word("level", ("none", "high")),
                          "status": ListOf(OrNull(_TEXT), 1), "clear": ListOf(OrNull(_TEXT))},
                         ("dialect", "examples", "level", "status", "clear"))),
    "fault": OrNull(Table({"listeners": ListOf(_NAME, 1), "at": _PLAN_AT, "do": _PLAN_DO},
                          ("listeners", "at", "do"))),
    "client": OrNull(Table({
        "argv": ListOf(_TEXT, 1), "env": _ENV, "home": _PATH, "stdin": _TEXT,
        "certificate": _TEXT, "runs": Number(1, 9, whole=True),
        "files": ListOf(Table({"path": _TEXT, "text": _TEXT, "mode": _MODE},
                              ("path", "text", "mode"))),
    }, ("argv", "env", "home", "files", "stdin"))),
}, ("plan", "id", "deadline", "quiet", "trust", "identities", "secrets", "mailbox", "listeners",
    "dns", "deep", "fault", "client"))

FORMATS = {"scenario": SCENARIO, "adapter": ADAPTER, "profile": PROFILE, "plan": PLAN}


def schema_file(name: str) -> str:
    """The text of `suites/schemas/NAME.schema.json`."""
    whole: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema",
                             "title": f"Latchkey {name}, version 1", **schema(FORMATS[name])}
    return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"


def main(argv: list[str]) -> int:
    """Write all schemas into the folder argv[1]."""
    for name in FORMATS:
        (Path(argv[1]) / f"{name}.schema.json").write_text(schema_file(name), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
