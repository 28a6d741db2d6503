# SPDX-License-Identifier: Apache-2.0
"""A client that latches (docs/latch.md), and does everything right or everything but one thing.

latching.py [--bug NAME] DIALECT SERVICE WISH HOST PORT CA USER PASSWORD FROM TO MESSAGE

DIALECT is that of the world, or empty. implicit, starttls and default ask for high
confidentiality, opportunistic for none. What it remembers is in .latch.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripted.lines import Failed, Lines
from scripted.sessions import Imap, Pop3, Session, Smtp

BUGS = {
    "remembers-nothing": "stores nothing",
    "never-looks": "stores, and does not look at what it has stored",
    "skips-check-certificate": "takes tls-cert for kept, whatever the certificate",
    "will-have-both": "takes tls-cert without a value for both PKIX and DANE",
    "takes-either": "takes DANE for PKIX, and PKIX for DANE",
    "skips-check-version": "takes a version for kept, whatever the version",
    "skips-check-in-clear": "looks at what it has stored only where there is TLS",
    "takes-it-from-strangers": "stores what a server says that it could not verify",
    "takes-it-in-clear": "stores what was said before TLS",
    "takes-what-is-not-said": "stores whatever holds, advertised or not",
    "takes-what-does-not-hold": "stores what is advertised, whether it holds or not",
    "takes-beginnings": "takes a longer word for the tag that it begins with",
    "takes-unknown-words": "stores words that it does not know, and never sees them kept",
    "stops-at-unknown-words": "does not go on where it does not know a word",
    "stops-at-empty-status": "does not go on where nothing is advertised any more",
    "stops-at-repeated-words": "does not go on where a word comes twice",
    "lets-go": "stores what is advertised in the place of what it had",
    "lowers-version": "stores a lower version in the place of a higher one",
    "keeps-first-version": "does not raise a version that it has stored",
    "stops-without-deep": "does not go on where DEEP is not announced any more",
    "knows-one-name": "reads the status under one name of the field only",
    "says-nothing": "does not tell the server which promise was not kept",
    "says-it-wrongly": "separates tags as another revision does",
    "says-it-always": "tells the server of a failure where there is none",
    "says-it-unasked": "sends CLIENT to everybody",
    "minds-the-answer": "does not go on where CLIENT is refused",
    "tells-no-url": "does not show its user the URL of the provider",
    "works-in-spite": "does its work on a connection below what its account asks for",
    "trusts-by-default": "takes every certificate if it was told nothing",
    "goes-in-clear": "does not try TLS if it need not, or was told nothing",
    "knows-old-tls-only": "does not offer TLS 1.3",
    "asks-first": "asks its user whether to go on",
    "shows-what-is-asked-for": "shows its user the level of the account, not that of the visit",
    "shows-high-for-tls": "shows every connection inside TLS as high",
    "shows-good-certificates": "does not look at the version of TLS for what it shows",
    "shows-first-visit": "shows the level of the first visit for ever",
    "shows-nothing": "does not show how confidential a visit was",
}
FILE = ".latch"
STS = ("05", "06")
TAGS = {"01": ("tls10", "tls12", "tls-cert", "tls-dane-tlsa")}
LATER = ("tls11", "tls12", "tls-cert", "tls-dane-tlsa")
VALUES = ("tls-version=1.1", "tls-version=1.2", "tls-cert=any", "tls-cert=pkix", "tls-cert=dane")
INCLUDED = {"tls-version=1.2": "tls-version=1.1", "tls-cert=pkix": "tls-cert=any",
            "tls-cert=dane": "tls-cert=any"}
VERSIONS = {"TLSv1": 0, "TLSv1.1": 1, "TLSv1.2": 2, "TLSv1.3": 3}
NAMES = ("deep-status", "deep", "sts-policy", "sts")
WORD = {"imap": re.compile(r"^(DEEP|STS)$"), "pop3": re.compile(r"^(DEEP|STS)( |$)"),
        "submission": re.compile(r"^(DEEP|MSTS)( |$)")}


class Refused(Failed):
    """What the server promised does not hold, or the account asks for more than there is."""


def associations(host: str, port: str) -> list[str]:
    """The digests of whole certificates in secure TLSA records (RFC 6698, RFC 6840 section 5.7)."""
    name = b"".join(bytes([len(label)]) + label.encode()
                    for label in (f"_{port}", "_tcp", *host.split("."), ""))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.settimeout(5)
        resolver.sendto(b"\x4c\x6b\x01\x20\0\1\0\0\0\0\0\0" + name + b"\0\x34\0\1",
                        ("127.0.0.53", 53))
        answer = resolver.recv(4096)
    is_secure = answer[3] & 0x20 != 0
    at, found = 12 + len(name) + 4, []
    for _ in range(int.from_bytes(answer[6:8], "big")):
        at += 2 if answer[at] & 0xc0 else answer.index(b"\0", at) + 1 - at
        size = int.from_bytes(answer[at + 8:at + 10], "big")
        data = answer[at + 10:at + 10 + size]
        at += 10 + size
        if data[:3] == b"\3\0\1":
            found.append(data[3:].hex())
    return found if is_secure else []


class Facts:
    """What a connection is."""

    def __init__(self, tls: Any, pkix: bool, digests: Sequence[str]) -> None:
        self.dane = tls is not None and hashlib.sha256(
            tls.getpeercert(binary_form=True)).hexdigest() in digests
        self.version = -1 if tls is None else VERSIONS[tls.version()]
        self.strong = tls is not None and tls.cipher()[2] >= 128
        self.pkix = tls is not None and pkix

    def holds(self, promise: str, dialect: str, bug: str) -> bool:
        if self.version < 0:
            return bug == "skips-check-in-clear"
        tag, _, value = promise.partition("=")
        if tag == "tls-version":
            return bug == "skips-check-version" or self.version >= int(value[-1])
        either = bug == "takes-either" and (self.pkix or self.dane)
        if promise == "tls-cert=any" and bug == "will-have-both":
            return self.pkix and self.dane
        if promise == "tls-cert=any":
            return bug == "skips-check-certificate" or self.pkix or self.dane
        if promise in ("tls-cert", "tls-cert=pkix"):
            return bug == "skips-check-certificate" or self.pkix or either
        if promise in ("tls-dane-tlsa", "tls-cert=dane"):
            return bug == "skips-check-certificate" or self.dane or either
        if promise in ("tls10", "tls11", "tls12"):
            known = self.pkix or self.dane or dialect == "01" or promise == "tls10"
            return bug == "skips-check-version" or (
                self.version >= int(promise[-1]) and self.strong and (
                    known or bug == "skips-check-certificate"))
        return False                    # what it does not know


def promises_of(status: str, dialect: str, bug: str) -> list[str]:
    """The words of a status that this revision knows, as they are stored."""
    found = []
    for word in re.split(r";" if dialect in STS else r"," if dialect == "comma" else r" ",
                         status):
        word = word.strip()
        if bug == "takes-beginnings":
            word = next((tag for tag in LATER if word.startswith(tag)), word)
        if dialect in STS:
            name, _, value = word.partition("=")
            if name == "tls-cert":
                value = value or "any"
                for part in value.split("+") if dialect == "06" else [value]:
                    found.append(f"tls-cert={part}")
            elif name == "tls-version":
                found.append(word)
            elif bug == "takes-unknown-words" and word and not name.endswith("url"):
                found.append(word)
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", word):
            found.append(word)
    known = VALUES if dialect in STS else TAGS.get(dialect, LATER)
    if bug == "stops-at-unknown-words" and not set(found) <= set(known):
        raise Failed("an unknown word")
    if bug == "stops-at-repeated-words" and len(found) > len(set(found)):
        raise Failed("a word comes twice")
    if bug == "takes-unknown-words":
        return found
    return [name for name in found if name in known]


def url_of(status: str) -> str:
    found = re.search(r"<(https://[^>]*)>|sts-url=(https://[^; ]*)", status)
    return "" if found is None else found[1] or found[2]


class Memory:
    """What is stored of the server."""

    def __init__(self) -> None:
        try:
            with open(FILE, encoding="ascii") as file:
                stored = json.load(file)
        except FileNotFoundError:
            stored = {"promises": [], "url": None}
        self.promises: list[str] = stored["promises"]
        self.url: str = stored["url"] or ""

    def add(self, names: Sequence[str]) -> None:
        for name in names:
            for one in (INCLUDED.get(name), name):
                if one is not None and one not in self.promises:
                    self.promises.append(one)

    def write(self) -> None:
        with open(FILE, "w", encoding="ascii") as file:
            json.dump({"latch": 1, "promises": self.promises, "url": self.url or None}, file)


def store(memory: Memory, facts: Facts, status: str, dialect: str, bug: str) -> None:
    """What this session, which is not refused, makes the client remember."""
    names = promises_of(status, dialect, bug)
    if bug == "stops-at-empty-status" and memory.promises and not names:
        raise Failed("nothing is advertised any more")
    if bug == "takes-what-is-not-said":
        names = list(VALUES[:2] if dialect in STS else TAGS.get(dialect, LATER)[:-2])
    if not (facts.pkix or facts.dane) and bug not in ("takes-it-from-strangers",
                                                      "takes-it-in-clear"):
        names = [name for name in names if dialect == "01" and name in ("tls10", "tls12")]
    elif url_of(status):
        memory.url = url_of(status)
    if bug not in ("takes-what-does-not-hold", "takes-unknown-words", "takes-it-from-strangers",
                   "takes-it-in-clear"):
        names = [name for name in names if facts.holds(name, dialect, bug)]
    versions = [name for name in memory.promises if name.startswith("tls-version")]
    if bug == "lets-go" or bug == "lowers-version" and any("tls-version" in name
                                                           for name in names):
        memory.promises = []
    if bug == "keeps-first-version" and (versions or {"tls11"} & set(memory.promises)):
        names = []
    if bug != "remembers-nothing":
        memory.add(names)
    memory.write()


class Client:
    """One connection."""

    def __init__(self, bug: str, words: Sequence[str], verified: bool) -> None:
        self.bug, self.verified = bug, verified
        self.dialect, self.service, self.wish, host, port, ca, *rest = words
        self.high = self.wish != "opportunistic"
        self.lines, self.port = Lines(host, int(port), ""), port
        self.raw: Any = self.lines.socket
        self.session: Session = {"imap": Imap, "pop3": Pop3, "submission": Smtp}[self.service](
            self.lines, *rest)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.load_verify_locations(ca)
        self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
        self.context.minimum_version = ssl.TLSVersion.TLSv1
        if bug == "knows-old-tls-only":
            self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        if not verified:
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
        self.tls: Any = None
        self.announced = False
        self.shown = "none"

    def secure(self) -> None:
        self.tls = self.lines.socket = self.context.wrap_socket(
            self.raw, server_hostname=self.lines.host)

    def run(self, memory: Memory) -> None:
        status = ""
        if self.wish == "implicit":
            self.secure()
        self.session.greet()
        if self.tls is None:
            if self.bug == "takes-it-in-clear":
                status = self.status()
            self.start()
        facts = Facts(self.tls, self.verified,
                      associations(self.lines.host, self.port) if self.tls is not None else [])
        if self.tls is not None and not status:
            status = self.status()
        if self.tls is not None and not self.announced and self.bug == "stops-without-deep" and (
                memory.promises):
            raise Failed("DEEP is not announced")
        self.shown = self.level(facts)
        self.judge(memory, facts)
        store(memory, facts, status, self.dialect, self.bug)
        self.report(memory, [])
        self.session.use([])
        self.session.end()

    def start(self) -> None:
        if self.bug == "goes-in-clear" and self.wish in ("default", "opportunistic"):
            return
        if self.session.starttls not in self.session.capabilities():
            return
        self.session.command(self.session.starttls)
        self.lines.forget()
        self.secure()

    def listed(self) -> list[str]:
        """The words of the list, in their own case."""
        if self.service == "imap":
            return [word for line in self.session.command("CAPABILITY") for word in line.split()]
        verb = "CAPA" if self.service == "pop3" else "EHLO client.example.test"
        return [line[4:] if self.service != "pop3" else line
                for line in self.session.command(verb)]

    def status(self) -> str:
        line = next((line for line in self.listed() if WORD[self.service].match(line)), None)
        self.announced = line is not None
        if line is None:
            return ""
        if self.service != "imap":
            return line.partition(" ")[2]
        for line in self.session.command('ID ("name" "scripted")'):
            for name in NAMES[:1] if self.bug == "knows-one-name" else NAMES:
                found = re.search(rf'"{name}" "([^"]*)"', line)
                if found is not None:
                    return found[1]
        return ""

    def level(self, facts: Facts) -> str:
        """What the user is shown of this visit."""
        known = facts.pkix or facts.dane or self.bug == "shows-high-for-tls"
        least = 1 if self.dialect in STS and self.bug != "shows-good-certificates" else 0
        return "high" if known and facts.version >= least else "none"

    def judge(self, memory: Memory, facts: Facts) -> None:
        unmet = [] if self.bug == "never-looks" else [
            name for name in memory.promises if not facts.holds(name, self.dialect, self.bug)]
        least = 1 if self.dialect in STS else 0
        if not unmet and self.bug == "works-in-spite":
            return
        if not unmet and self.bug in ("trusts-by-default", "goes-in-clear") and (
                self.wish == "default"):
            return
        if not unmet and not (self.high and (
                not (facts.pkix or facts.dane) or facts.version < least)):
            return
        if unmet and self.bug == "asks-first":
            print("accept this certificate? [y/N]", flush=True)
            sys.stdin.readline()
        if unmet and self.bug != "tells-no-url":
            print(f"The server does not keep {', '.join(unmet)}. {memory.url}", flush=True)
        if unmet and facts.version >= 0:
            self.report(memory, unmet)
        self.session.end()
        raise Refused(", ".join(unmet))

    def report(self, memory: Memory, unmet: list[str]) -> None:
        if self.service == "pop3" or self.tls is None:
            return
        if not self.announced and self.bug != "says-it-unasked":
            return
        if self.bug == "says-it-always":
            unmet = unmet or (["tls-cert=any"] if self.dialect in STS else ["tls-cert"])
        if unmet and self.bug == "says-nothing":
            return
        names = unmet or memory.promises
        if not names and self.bug != "says-it-unasked":
            return
        try:
            self.session.command(self.words(bool(unmet), names))
        except Failed:
            if self.bug == "minds-the-answer":
                raise

    def words(self, is_failure: bool, names: Sequence[str]) -> str:
        sts = self.dialect in STS
        key = ("policy-fail" if sts else "latch-fail") if is_failure else (
            "saved" if sts else "latch")
        imap = self.service == "imap"
        if sts:
            tops = [name for name in names if name not in map(INCLUDED.get, names)]
            text = "; ".join(tops)
        else:
            text = (" " if imap else ",").join(names)
        if self.bug == "says-it-wrongly":
            text = "=".join(names) + "="
        if imap:
            return f'ID ("name" "scripted" "{key}" "{text}")'
        if sts:
            return f'CLIENT name scripted {key} "{text}"'
        return f"CLIENT name=scripted {key}={text or 'none'}"


def main(words: Sequence[str]) -> int:
    bug, words = (words[1], words[2:]) if words[0] == "--bug" else ("", words)
    if bug and bug not in BUGS:
        sys.exit(f"unknown bug {bug}")
    memory = Memory()
    clients = []
    try:
        clients.append(Client(bug, words, True))
        try:
            clients[-1].run(memory)
        except ssl.SSLCertVerificationError:
            clients.append(Client(bug, words, False))
            clients[-1].run(memory)
    except (Failed, EOFError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        show(bug, words[2], clients)
        return 1
    show(bug, words[2], clients)
    return 0


def show(bug: str, wish: str, clients: Sequence[Client]) -> None:
    """Tell the user the level of this visit."""
    level = clients[-1].shown if clients else "none"
    if bug == "shows-what-is-asked-for":
        level = "none" if wish == "opportunistic" else "high"
    if bug == "shows-first-visit":
        first = Path(".shown")
        if not first.exists():
            first.write_text(level, encoding="ascii")
        level = first.read_text(encoding="ascii")
    if bug != "shows-nothing":
        print(f"level: {level}", flush=True)
