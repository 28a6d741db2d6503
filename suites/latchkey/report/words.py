# SPDX-License-Identifier: Apache-2.0
"""The plain words of every report: outcomes, consequences, postures and predicates for people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from latchkey import formats
from latchkey.postures import POSTURES
from latchkey.predicates import PREDICATES


class Outcome(NamedTuple):
    """How one outcome is shown: a letter for the matrix, a word and a sentence."""

    letter: str
    word: str
    meaning: str


# The gravest first, as in results.json.
OUTCOMES: dict[str, Outcome] = {
    "FAIL": Outcome("F", "failed", "a rule that must be kept was not kept"),
    "XPASS": Outcome("!", "newly passed", "a known failure did not come"),
    "WARN": Outcome("W", "warned", "only rules that should be kept were not kept"),
    "ERROR": Outcome("E", "error", "the harness broke, nothing is said about the client"),
    "INCONCLUSIVE": Outcome("?", "inconclusive", "the trial could not decide"),
    "XFAIL": Outcome("K", "known", "fails as the baseline says"),
    "PASS": Outcome("P", "passed", "every rule was kept"),
    "SKIP": Outcome("–", "skipped", "was not run"),
}


class Bucket(NamedTuple):
    """A group of results in the order in which a reader meets them."""

    title: str
    word: str
    meaning: str


BUCKETS: dict[str, Bucket] = {
    "broken": Bucket(
        "Broken promises", "broken", "TLS was demanded, and yet a rule was not kept"),
    "exposed": Bucket(
        "Exposures", "exposed", "TLS was not demanded; this is what an attacker gains"),
    "experimental": Bucket(
        "Experimental failures", "failed (experimental)",
        "a rule was not kept that no standard demands; it is part of no verdict"),
    "unclear": Bucket("Undecided", "undecided", "no verdict about the client"),
    "known": Bucket("Known", "known", "as the baseline says, or better"),
    "passed": Bucket("Passed", "passed", "the attack came, and every rule was kept"),
    "skipped": Bucket("Not run", "skipped", "the client or the machine cannot"),
}

# What is said of experimental trials wherever they stand.
EXPERIMENT = "No standard demands it; who fails here breaks no rule, and no verdict rests on it."
APART = ("These suites try what no standard demands: DEEP and MUA-STS, which were never finished, "
         "or ideas that nobody has taken up. Who fails here breaks no rule, and no verdict rests "
         "on it.")

# The groups of the trials that decide how a run ended, and of those that do not.
STANDARD = ("broken", "exposed", "unclear", "known", "passed", "skipped")
EXPERIMENTAL = ("experimental", "unclear", "known", "passed", "skipped")

# Words that a newcomer has to know, in the order in which a report uses them.
GLOSSARY: dict[str, str] = {
    "trial": "One run of the unmodified program in a small mail world made for it: name service, "
             "certificates and mail server. One thing in it is attacked. What the program then "
             "does is judged by what reached the wire.",
    "posture": "How the program was configured: a protocol and what was asked of it. "
               "imap-starttls means IMAP with STARTTLS demanded, imap-opportunistic TLS if it is "
               "offered, imap-default only host, user and password.",
    "broken promise": "TLS was demanded, and yet a rule was not kept. Somebody who configured the "
                      "program like this relies on what it did not do.",
    "exposure": "TLS, or its verification, was not demanded. The program did as it was told; the "
                "trial shows what an attacker gains from that.",
    "control": "The same world without the attack. The program must do its work there, otherwise "
               "its trials say nothing: a program that cannot even start resists every attack.",
    "inconclusive": "The trial could not decide, and says why: the attack did not reach the "
                    "program, the control failed, the time was up, or two runs ended differently. "
                    "It counts neither for nor against the program.",
    "experimental": "A suite that tries what no standard demands: DEEP, which was never finished, "
                    "or an idea that nobody has taken up. What fails there stands in a section of "
                    "its own and is part of no verdict.",
    "level": "How strictly the specification says it. A MUST that is not kept is a FAIL, a SHOULD "
             "a WARN.",
}


class Consequence(NamedTuple):
    """What is lost when a check fails; in the order of gravity."""

    title: str
    sentence: str


CONSEQUENCES: dict[str, Consequence] = {
    "credential-leak": Consequence("Credential leak", "the attacker gets the password or token"),
    "content-leak": Consequence("Content leak", "the attacker reads mail"),
    "spoofed-content": Consequence("Spoofed content", "the attacker's words pass as the server's"),
    "policy-bypass": Consequence("Policy bypass", "a published policy has no effect"),
    "silent-downgrade": Consequence("Silent downgrade", "protection is lost and nobody is told"),
    "denial-of-service": Consequence("Denial of service", "the client hangs or stops working"),
    "interoperability": Consequence("Interoperability", "correct servers are not served"),
}

# Who can do it: the easiest first.
ATTACKERS = dict(zip(formats.ATTACKERS, (
    "anybody on the path between the client and its server",
    "who is on the path and has a certificate that no authority should have given him, or "
    "somebody else's key",
    "the server that the client has verified, or who broke into it"), strict=True))

PROTOCOLS = {"imap": "IMAP", "pop3": "POP3", "submission": "Submission", "mta": "MTA"}
WISHES = {
    "implicit": "implicit TLS demanded",
    "starttls": "STARTTLS demanded",
    "opportunistic": "TLS if offered",
    "default": "only host, user and password given",
    "implicit-default": "implicit TLS demanded, verification as shipped",
    "starttls-default": "STARTTLS demanded, verification as shipped",
    "starttls-after-clear": "STARTTLS demanded behind a transfer without TLS",
    "starttls-after-unverified": "STARTTLS demanded behind a transfer without verification",
    "implicit-token": "implicit TLS demanded, login by token",
    "starttls-token": "STARTTLS demanded, login by token",
    "implicit-certificate": "implicit TLS demanded, login by certificate",
    "starttls-certificate": "STARTTLS demanded, login by certificate",
    "implicit-after-certificate": "implicit TLS demanded behind a transfer with a certificate",
    "srv": "only address and password given",
    "sts": "MTA-STS",
    "dane": "DANE",
    "tlsrpt": "reports of TLS",
}


def posture_words(posture: str) -> str:
    """What a posture's name means: protocol and wish."""
    protocol, _, wish = posture.partition("-")
    return f"{PROTOCOLS.get(protocol, protocol)}, {WISHES.get(wish, wish) or 'as it comes'}"


def protocol(posture: str) -> str:
    """`IMAP`: what a posture speaks."""
    name = posture.partition("-")[0]
    return PROTOCOLS.get(name, name)


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`"""
    *head, last = parts or [""]
    return f"{', '.join(head)} and {last}" if head else last


def rule(predicate: str) -> str:
    """The rule that a predicate stands for."""
    known = PREDICATES.get(predicate)
    return known.rule if known else predicate


def levels(by_wish: Mapping[str, str], names: Collection[str],
           own: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> str:
    """How binding a check is in the postures of these names: `MUST in starttls; MAY in default`,
    and in those variants (id → wish → level) that have levels of their own."""
    found: dict[str, list[str]] = {}
    for variant, its in own.items():
        found.setdefault(_levels(its, names), []).append(variant)
    return "; ".join([_levels(by_wish, names), *(
        f"{level} with {', '.join(variants)}" for level, variants in found.items())])


def _levels(by_wish: Mapping[str, str], names: Iterable[str]) -> str:
    wishes = dict.fromkeys(POSTURES[name].wish for name in names)
    found: dict[str, list[str]] = {}
    for wish in wishes:
        if wish in by_wish:
            found.setdefault(by_wish[wish], []).append(wish)
    if list(map(len, found.values())) == [len(wishes)]:
        return "".join(found)
    return "; ".join(f"{level} in {', '.join(own)}" for level, own in found.items())


def breach(predicate: str) -> str:
    """What it means that a predicate failed."""
    known = PREDICATES.get(predicate)
    return known.failed if known else f"{predicate} failed."


def consequence_title(consequence: str) -> str:
    """The heading of a consequence."""
    known = CONSEQUENCES.get(consequence)
    return known.title if known else consequence.replace("-", " ").capitalize()


def plural(count: int, word: str, many: str = "") -> str:
    """`1 trial`, `2 trials`, `1,204 trials`."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"
