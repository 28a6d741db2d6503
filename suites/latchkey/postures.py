# SPDX-License-Identifier: Apache-2.0
"""Postures: how a client is configured, as a service and a wish (`imap-starttls`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from latchkey.errors import suggestion

# service → protocol
SERVICES = {"imap": "imap", "pop3": "pop3", "submission": "smtp", "mta": "smtp"}
USER_SERVICES = tuple(service for service in SERVICES if service != "mta")
PROTOCOLS = tuple(dict.fromkeys(SERVICES.values()))
# What a listener may speak: a sender also fetches policies.
SPOKEN = (*PROTOCOLS, "https")
WISHES = ("implicit", "starttls", "opportunistic", "default", "implicit-default",
          "starttls-default", "starttls-after-clear", "starttls-after-unverified",
          "implicit-token", "starttls-token", "implicit-certificate",
          "starttls-certificate", "implicit-after-certificate", "srv",
          "implicit-dane", "starttls-dane", "srv-dane")
# Of a sending MTA: what it goes by. A smart host it was told, and no domain is asked.
MTA_WISHES = ("sts", "dane", "dane-only", "dane-sts", "tlsrpt", "dane-tlsrpt",
              "dane-only-tlsrpt", "smarthost")
DEMANDED = "demanded"       # in a table of levels: every wish that demands TLS

# (protocol, implicit TLS) → name of the listener
LISTENERS = {
    ("imap", False): "imap", ("imap", True): "imaps",
    ("pop3", False): "pop3", ("pop3", True): "pop3s",
    ("smtp", False): "submission", ("smtp", True): "submissions",
}
MX = "mx"
# What a fault in the world of a sender may strike, by `at.listener`.
MTA_LISTENERS = {None: (MX,), "mx": (MX,), "mx-2": ("mx-2",), "every-mx": (MX, "mx-2"),
                 "policy": ("policy",), "dns": ("dns",), "reports": ("reports",),
                 "reports-mx": ("reports-mx",)}


@dataclass(frozen=True)
class Posture:
    service: str
    wish: str

    @property
    def name(self) -> str:
        return f"{self.service}-{self.wish}"

    @property
    def protocol(self) -> str:
        return SERVICES[self.service]

    @property
    def implicit(self) -> bool:
        """TLS comes first on the port that this posture uses."""
        return self.wish.startswith("implicit")

    @property
    def demands_tls(self) -> bool:
        """Without TLS the client was told to do nothing."""
        return self.wish not in ("opportunistic", "default", "srv")

    @property
    def demands_identity(self) -> bool:
        """The client was told to verify the server, not left to its default."""
        return self.demands_tls and not self.wish.endswith("default")

    def struck(self, listener: str | None) -> tuple[str, ...]:
        """The listeners that a fault means by `at.listener`; none if this posture has no such."""
        if self.is_mta:
            return MTA_LISTENERS.get(listener, ())
        clear, implicit = LISTENERS[self.protocol, False], LISTENERS[self.protocol, True]
        return {None: (self.listener,), "starttls": (clear,), "implicit": (implicit,),
                "both": (clear, implicit), "dns": ("dns",)}.get(listener, ())

    @property
    def has_token(self) -> bool:
        """The client has a token (RFC 7628) and no password."""
        return self.wish.endswith("-token")

    @property
    def has_certificate(self) -> bool:
        """There is a certificate for the client, and an account that names it."""
        return self.wish.endswith("-certificate")

    @property
    def is_rare(self) -> bool:
        """Few clients or few worlds have it: `*` in a scenario does not mean it."""
        return self.has_token or self.has_certificate or self.discovers or self.goes_by_dane

    @property
    def discovers(self) -> bool:
        """The client is told an address, and looks for its servers (RFC 6186)."""
        return self.wish in ("srv", "srv-dane")

    @property
    def of_control(self) -> Posture:
        """What the correct world asks of this posture.

        Where the first of two transfers may go in clear, a client that keeps its connection for the
        second shows no mail inside TLS even there: that is for the trial to judge.
        """
        return Posture(self.service, "default") if self.wish == "starttls-after-clear" else self

    @property
    def listener(self) -> str:
        """The port that this posture uses."""
        return MX if self.is_mta else LISTENERS[self.protocol, self.implicit]

    @property
    def goes_by_policy(self) -> bool:
        """A sender that follows MTA-STS (RFC 8461)."""
        return self.is_mta and self.wish in ("sts", "dane-sts", "tlsrpt")

    @property
    def reports(self) -> bool:
        """A sender that tells others how it fared (RFC 8460); the day is over behind each run."""
        return self.is_mta and "tlsrpt" in self.wish.split("-")

    @property
    def goes_by_dane(self) -> bool:
        """It follows DANE (RFC 7672; of a user's client RFC 7673)."""
        return "dane" in self.wish.split("-")

    @property
    def needs_dane(self) -> bool:
        """It delivers nothing without DANE (RFC 7672, section 6)."""
        return self.is_mta and self.wish.startswith("dane-only")

    @property
    def has_smarthost(self) -> bool:
        """A sender that hands all mail to one host that it was told, over TLS that it verifies."""
        return self.is_mta and self.wish == "smarthost"

    @property
    def is_mta(self) -> bool:
        """It sends mail to others' domains, and finds their hosts itself."""
        return self.service == "mta"


POSTURES = {posture.name: posture for posture in (
    *(Posture(service, wish) for service in USER_SERVICES for wish in WISHES),
    *(Posture("mta", wish) for wish in MTA_WISHES))}


def by_wish(levels: Mapping[str, str]) -> dict[str, str]:
    """A table of levels with `demanded` written out; what is given for one wish goes before it."""
    demanded = {wish: levels[DEMANDED] for wish in (*WISHES, *MTA_WISHES)
                if DEMANDED in levels and Posture("imap", wish).demands_tls}
    return {**demanded, **{wish: level for wish, level in levels.items() if wish != DEMANDED}}


def matching(pattern: str) -> tuple[str, ...]:
    """The postures that a name or a pattern means.

    `*` stands for every wish, or for every service of a user: a sending MTA is named.
    """
    if pattern in POSTURES:
        return (pattern,)
    service, _, wish = pattern.partition("-")
    if service != "*" and wish != "*":
        return ()
    return tuple(name for name, posture in POSTURES.items()
                 if service in ("*", posture.service) and wish in ("*", posture.wish)
                 and (service == "mta" or not posture.is_mta))


def attacked(pattern: str) -> tuple[str, ...]:
    """The same in a scenario, where a rare wish has to be named."""
    wish = pattern.partition("-")[2]
    return tuple(name for name in matching(pattern)
                 if not POSTURES[name].is_rare or wish == POSTURES[name].wish)


def suggest(pattern: str) -> str:
    """What would be right in the place of a posture that does not exist."""
    return suggestion(pattern, [*POSTURES, *(f"*-{wish}" for wish in WISHES),
                                *(f"{service}-*" for service in SERVICES)])
