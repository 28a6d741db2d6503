# SPDX-License-Identifier: Apache-2.0
"""What clients that latch deserve: a bug meets the trials that it must turn red, and the correct
client meets all of them."""

from __future__ import annotations

from collections.abc import Mapping

from scripted.table import CREDENTIAL, CREDENTIAL_TO, Verdict, fail, warn

KEPT = "latch-kept: credential-leak"
TOLD = "latch-failure-told: denial-of-service"
REPORTED = "latch-failure-reported: interoperability"
CLICK = "no-click-through: policy-bypass"
TRUE = "reports-true: interoperability"
WELL_FORMED = "reports-well-formed: interoperability"
UNASKED = "no-report-unasked: interoperability"
BELOW = "level-kept: credential-leak"
LOCKOUT = "no-lockout: denial-of-service"
FLATTERY = "no-false-assurance: silent-downgrade"
SHOWN = "level-shown: interoperability"

USED = fail(KEPT)                       # and there is no way to report, or no check of it
USED_SILENTLY = fail(KEPT, REPORTED)
LOCKED_OUT = warn(LOCKOUT)

# Bug → trial → verdict.
LATCHES: Mapping[str, Mapping[str, Verdict]] = {
    "remembers-nothing": {
        "deep.latched[04-tls-cert]/imap-opportunistic": USED_SILENTLY,
        "deep.latched[06-stripped]/pop3-opportunistic": USED,
        "deep.latched[01-tls12]/submission-implicit": USED_SILENTLY,
    },
    "never-looks": {
        "deep.latched[04-tls-cert]/imap-opportunistic": USED_SILENTLY,
        "deep.latched[05-tls-version]/submission-starttls": USED_SILENTLY,
    },
    "skips-check-certificate": {
        "deep.latched[04-expired]/pop3-opportunistic": USED,
        "deep.latched[05-any-cert]/imap-opportunistic": USED_SILENTLY,
    },
    "takes-either": {
        "deep.cert-moves[04-pkix-to-dane]/imap-opportunistic": USED,
        "deep.cert-moves[04-dane-to-pkix]/submission-opportunistic": USED,
        "deep.cert-moves[05-pkix-to-dane]/pop3-opportunistic": USED,
        "deep.cert-moves[06-both-to-dane]/imap-opportunistic": USED,
    },
    "will-have-both": {
        "deep.cert-moves[05-any-to-dane]/imap-opportunistic": LOCKED_OUT,
        "deep.cert-moves[06-any-to-pkix]/pop3-opportunistic": LOCKED_OUT,
    },
    "skips-check-version": {
        "deep.latched[04-tls11]/imap-implicit": USED_SILENTLY,
        "deep.stays[06-lowered]/imap-starttls": USED,
    },
    "skips-check-in-clear": {"deep.latched[04-stripped]/imap-opportunistic": USED},
    "takes-it-from-strangers": {
        "deep.not-latched[04-stranger]/imap-opportunistic": LOCKED_OUT,
        "deep.not-latched[06-stranger]/submission-opportunistic": LOCKED_OUT,
    },
    "takes-it-in-clear": {
        "deep.before-tls[04-cert]/imap-opportunistic": LOCKED_OUT,
        "deep.before-tls[06-version]/submission-starttls": LOCKED_OUT,
        "deep.before-tls[04-version]/pop3-starttls": LOCKED_OUT,
    },
    "takes-what-is-not-said": {
        "deep.not-latched[04-unsaid]/imap-implicit": LOCKED_OUT,
        "deep.not-latched[05-unsaid]/pop3-implicit": LOCKED_OUT,
    },
    "takes-what-does-not-hold": {
        "deep.not-latched[04-unmet]/imap-implicit": LOCKED_OUT,
        "deep.not-latched[06-unmet]/submission-starttls": LOCKED_OUT,
    },
    "takes-beginnings": {"deep.words[04-beginning]/imap-implicit": LOCKED_OUT},
    "takes-unknown-words": {
        "deep.words[04-later]/imap-implicit": LOCKED_OUT,
        "deep.words[01-tls11]/pop3-implicit": LOCKED_OUT,
        "deep.words[06-hsts]/imap-implicit": LOCKED_OUT,
    },
    "stops-at-unknown-words": {
        "deep.words[04-dropped]/pop3-implicit": LOCKED_OUT,
        "deep.words[04-long]/submission-implicit": LOCKED_OUT,
    },
    "stops-at-empty-status": {
        "deep.changed-status[04-empty]/imap-implicit": LOCKED_OUT,
        "deep.changed-status[06-gone]/pop3-implicit": LOCKED_OUT,
    },
    "stops-at-repeated-words": {"deep.changed-status[04-repeated]/imap-implicit": LOCKED_OUT},
    "lets-go": {"deep.stays[04-empty]/imap-implicit": USED},
    "lowers-version": {"deep.stays[06-lowered]/submission-implicit": USED},
    "keeps-first-version": {
        "deep.stays[04-raised]/imap-implicit": USED,
        "deep.stays[06-raised]/pop3-implicit": USED,
    },
    "knows-one-name": {"deep.latched[04-tls-cert]/imap-opportunistic": USED_SILENTLY},
    "says-nothing": {
        "deep.latched[04-tls-cert]/imap-implicit": warn(REPORTED),
        "deep.latched[06-tls-version]/submission-starttls": warn(REPORTED),
    },
    "says-it-wrongly": {
        "deep.reports[04]/imap-implicit": warn(WELL_FORMED),
        "deep.latched[04-tls12]/submission-implicit": warn(WELL_FORMED),
        "deep.reports[06]/submission-starttls": warn(WELL_FORMED),
    },
    "says-it-always": {
        "deep.reports[04]/imap-implicit": warn(TRUE),
        "deep.reports[06]/submission-implicit": warn(TRUE),
        "deep.latched[04-tls12]/imap-implicit": warn(TRUE),
    },
    "says-it-unasked": {
        "deep.not-announced[04]/submission-implicit": warn(UNASKED),
        "deep.changed-status[04-gone]/submission-implicit": warn(UNASKED),
    },
    "stops-without-deep": {
        "deep.not-announced[06]/submission-starttls": LOCKED_OUT,
        "deep.changed-status[04-gone]/pop3-implicit": LOCKED_OUT,
    },
    "minds-the-answer": {"deep.client-refused[04-501]/submission-implicit": LOCKED_OUT},
    "tells-no-url": {
        "deep.latched[04-tls-cert]/pop3-implicit": warn(TOLD),
        "deep.latched[06-stripped]/imap-starttls": warn(TOLD),
    },
    "works-in-spite": {
        "deep.assurance[06-tls1.3-self-signed]/imap-implicit": fail(BELOW),
        "deep.level[04-stripped]/imap-starttls": fail(BELOW),
        "deep.level[04-expired]/submission-implicit": fail(BELOW),
        "deep.level[06-second-visit]/pop3-starttls": fail(BELOW),
        "deep.level[06-tls1.0]/pop3-implicit": fail(BELOW),
    },
    "trusts-by-default": {"deep.default-level[04]/imap-default": warn(CREDENTIAL_TO)},
    "goes-in-clear": {
        "deep.none-attempts[04]/pop3-opportunistic": warn(CREDENTIAL),
    },
    "knows-old-tls-only": {"deep.level-reached[04-tls1.3]/imap-implicit": LOCKED_OUT},
    "shows-what-is-asked-for": {
        "deep.assurance[04-stripped]/imap-starttls": fail(FLATTERY),
        "deep.assurance[06-clear]/pop3-implicit": fail(FLATTERY),
        "deep.assurance[06-tls1.0-good]/submission-implicit": fail(FLATTERY),
        "deep.assurance[04-tls1.2-good]/imap-opportunistic": warn(SHOWN),
    },
    "shows-high-for-tls": {
        "deep.assurance[04-tls1.3-expired]/imap-opportunistic": fail(FLATTERY, SHOWN),
        "deep.assurance[06-tls1.1-nul-in-san]/pop3-opportunistic": fail(FLATTERY, SHOWN),
        "deep.assurance[06-tls1.2-other-host]/submission-starttls": fail(FLATTERY),
    },
    "shows-good-certificates": {
        "deep.assurance[06-tls1.0-good]/imap-opportunistic": fail(FLATTERY, SHOWN),
    },
    "shows-first-visit": {
        "deep.assurance[06-second-visit]/imap-implicit": fail(FLATTERY),
        "deep.assurance[04-second-visit]/pop3-opportunistic": fail(FLATTERY, SHOWN),
    },
    "shows-nothing": {
        "deep.assurance[04-tls1.3-good]/imap-implicit": warn(SHOWN),
        "deep.assurance[06-stripped]/pop3-opportunistic": warn(SHOWN),
    },
    "asks-first": {
        "deep.latched[04-tls-cert]/imap-opportunistic": fail(CLICK),
        "deep.stays[04-shorter]/imap-opportunistic": fail(CLICK),
    },
}
