# SPDX-License-Identifier: Apache-2.0
"""What the catalog is made of: data, read by `readers` and `profiles`, compiled by `plan`,
judged by `judge`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from latchkey.formats import ANYBODY
from latchkey.postures import Posture


@dataclass(frozen=True)
class Check:
    predicate: str
    levels: Mapping[str, str]           # wish → level; other wishes do not get the check
    consequence: str


@dataclass(frozen=True)
class Fault:
    at: Mapping[str, Any]
    do: Mapping[str, Any]

    @property
    def action(self) -> str:
        return str(self.do["action"])

    @property
    def runs(self) -> int:
        """How often the client is started, over the same home."""
        return int(self.at.get("runs", self.at.get("run", 1)))

    @property
    def is_timed(self) -> bool:
        """Whether it strikes depends on when the client reads.

        That is bytes that are to be read in TLS, and a request that is read before or behind what
        the client has to say.
        """
        at_starttls = self.at.get("reply") == "starttls" and self.do.get("where") == "behind"
        return self.action == "renegotiate" or self.action == "inject" and (
            at_starttls or self.has_twin)

    @property
    def has_twin(self) -> bool:
        """The world falls silent behind it; a twin shows what the client then does by itself."""
        return "after" in self.do


@dataclass(frozen=True)
class Deep:
    """DEEP or MUA-STS as every server of the world speaks it; docs/latch.md."""

    dialect: str
    examples: bool                      # names of the drafts' examples where their text has others
    status: tuple[str, ...]             # in each run, the last one in all that follow
    clear: tuple[str, ...] = ()         # the same before TLS, if it is another there
    tlsa: tuple[str, ...] = ()          # whose certificates secure TLSA records name: good, fault


@dataclass(frozen=True)
class Mail:
    """What a client sends in one run: so many mails, one behind the other."""

    mails: int = 1
    recipients: int = 1                 # of each mail, in each domain
    domains: int = 1                    # of each mail; from the second on d1.test, d2.test, …
    field: str = ""                     # that its head has besides; not in the control

    @property
    def is_usual(self) -> bool:
        return self == Mail(field=self.field)

    @property
    def excuses(self) -> bool:
        """It asks that nobody's policy on TLS is minded (RFC 8689, section 3)."""
        return self.field == "TLS-Required: No"

    @property
    def deliveries(self) -> int:
        """How many recipients a run has to reach."""
        return self.mails * self.recipients * self.domains


@dataclass(frozen=True)
class Variant:
    """One fault and what may differ with it; a scenario without variants has one, with id ""."""

    id: str
    title: str
    postures: tuple[str, ...]
    requirements: tuple[str, ...]
    cwe: tuple[str, ...]
    cve: tuple[str, ...]
    fault: Fault
    attacker: str = ANYBODY             # who can do it, of formats.ATTACKERS
    deep: Deep | None = None
    mail: Mail = Mail()
    cost: Mapping[str, int] | None = None       # the least that it may cost; None: not measured
    tlsa: tuple[str, ...] | None = None     # of the host, in the place of the profile's
    server: str | None = None           # is it who it should be? None: as its recipe says
    signature: tuple[str, str] = ("", "")       # recipes.signature of the certificate it shows
    # predicate → levels, in the place of those of the scenario's check
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    id: str
    file: Path
    title: str
    why: str
    profile: str
    checks: tuple[Check, ...]
    variants: tuple[Variant, ...]
    experimental: bool = False          # only for those who ask for it

    @property
    def suite(self) -> str:
        return self.id.partition(".")[0]

    @property
    def postures(self) -> tuple[str, ...]:
        """Those of its variants, each once."""
        return tuple(dict.fromkeys(name for one in self.variants for name in one.postures))

    def checks_of(self, variant: Variant) -> tuple[Check, ...]:
        """The checks, as binding as they are there."""
        return tuple(replace(check, levels=variant.levels.get(check.predicate, check.levels))
                     for check in self.checks)


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class ClientFile:
    path: str                           # below HOME
    mode: str
    text: str                           # a template


@dataclass(frozen=True)
class Setup:
    """One posture of a client. All texts are templates."""

    argv: tuple[str, ...]
    files: tuple[ClientFile, ...]
    env: Mapping[str, str]
    feeds_message: bool                 # the message goes to standard input
    success: tuple[int, ...]
    several: bool = False               # {to} may be several mails to several recipients
    collected: bool = False             # its reports on TLS are put together by the adapter


@dataclass(frozen=True)
class Status:
    """How a client shows the level of confidentiality of its last visit."""

    argv: tuple[str, ...]               # what tells it behind each visit; (): the client by itself
    high: str                           # regular expressions in its standard output,
    none: str                           # of which the last that fits counts


@dataclass(frozen=True)
class Client:
    name: str
    title: str
    kind: str
    packages: tuple[str, ...]
    version_argv: tuple[str, ...]
    version_regex: str
    trust: str
    trust_note: str
    prompt: str                         # "" when the program never asks
    file: Path
    setups: Mapping[str, Setup]         # name of posture →
    status: Status | None = None        # None: it shows no level
    root: str = ""                      # Debian release of a root of its own; "": it has none
    supplied: tuple[str, ...] = ()      # programs that the user puts into the folder {built}
    another: tuple[str, ...] = ()       # what of {built} another build may have instead
    alone: bool = False                 # one trial at a time
    # Of another build than the machine's (builds.py); all absolute.
    build: str = ""                     # the folder that the user named; "": it is none
    programs: str = ""                  # the one that is searched first; "": none
    libraries: tuple[str, ...] = ()     # those that the dynamic linker searches first
    built: str = ""                     # the one in the place of {built}; "": the usual

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def search(self) -> dict[str, str]:
        """Where its programs and their libraries are looked for: variables of its environment."""
        path = {"PATH": f"{self.programs}:{_PATH}" if self.programs else _PATH}
        return {**path, "LD_LIBRARY_PATH": ":".join(self.libraries)} if self.libraries else path


@dataclass(frozen=True)
class Listener:
    name: str
    host: str
    port: int
    protocol: str
    implicit: bool
    policy: str = ""                    # https: the MTA-STS policy, LF line ends
    later_policy: str = ""              # the same from the second run on; "": no other
    names: tuple[str, ...] = ()         # https: of the host, beside its own
    sink: bool = False                  # https: it takes reports
    recipe: str = ""                    # of its certificate; "": the profile's


@dataclass(frozen=True)
class Record:
    name: str
    type: str
    value: str
    ttl: int
    # from, until: the runs of the client that have it; what is left out sets no bound
    runs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    name: str
    file: Path
    title: str
    deadline: float
    quiet: float
    recipe: str
    bundle: str
    folder: str | None
    hosts: Mapping[str, str]            # host name → address
    capabilities: Mapping[str, Mapping[str, tuple[str, ...]]]   # protocol → phase →
    listeners: tuple[Listener, ...]
    mailbox: tuple[str, ...]            # templates, LF line ends
    message: str                        # the template of what is sent
    dns_address: str | None
    records: tuple[Record, ...]
    domains: int = 0                    # further ones: d1.test, d2.test, …
    # DNSSEC: where a validating resolver listens, and the zones below the root, each with its way
    # to deny ("none": it is not signed).
    resolver: str | None = None
    zones: Mapping[str, str] = field(default_factory=dict)
    requests_certificate: bool = False  # of the client, by every listener

    @property
    def nameserver(self) -> str | None:
        """Whom a client asks."""
        return self.resolver or self.dns_address

    def has(self, name: str) -> bool:
        return any(listener.name == name for listener in self.listeners)

    def listener(self, name: str) -> Listener:
        return next(listener for listener in self.listeners if listener.name == name)


@dataclass(frozen=True)
class Trial:
    """One run to be made. `kind` is `fault`, `control` (no fault) or `twin` (nothing injected)."""

    scenario: Scenario
    variant: Variant
    client: Client
    posture: Posture
    kind: str = "fault"

    @property
    def id(self) -> str:
        client = f"{self.client.name}/{self.posture.name}"
        if self.kind == "control":
            runs, deep = self.variant.fault.runs, self.variant.deep
            spoken = f"/deep-{deep.dialect}" if deep is not None else ""
            twice = f"/run-{runs}" if runs > 1 else ""
            return f"control:{self.scenario.profile}/{client}{spoken}{twice}"
        variant = f"[{self.variant.id}]" if self.variant.id else ""
        twin = "twin:" if self.kind == "twin" else ""
        return f"{twin}{self.scenario.id}{variant}/{client}"

    @property
    def setup(self) -> Setup | None:
        """None: the client does not have this posture."""
        return self.client.setups.get(self.posture.name)

    @property
    def levels(self) -> tuple[tuple[Check, str], ...]:
        """The checks that this posture gets, each with its level."""
        return tuple((check, check.levels[self.posture.wish])
                     for check in self.scenario.checks_of(self.variant)
                     if self.posture.wish in check.levels)


def control_of(trial: Trial) -> Trial:
    """The same world without its fault. Different worlds may have the same id: what they are is in
    their plans (`runner.world_key`)."""
    return replace(trial, kind="control")


def twin_of(trial: Trial) -> Trial | None:
    """The same world, silent at the same place, but nothing is injected; None without a silence."""
    return replace(trial, kind="twin") if trial.variant.fault.has_twin else None
