# SPDX-License-Identifier: Apache-2.0
"""Bugs on the way to TLS and at the login, each against the trials that are about it.

The table of `table` sends every bug through every trial. Here are more trials than that would bear:
a bug meets those that it must turn red, and the correct client meets all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripted.table import (COMMAND, CONTENT, CREDENTIAL, CREDENTIAL_TO, FALSE, FALSE_MAIL, FORGED,
                            IN_CLEAR, UNOFFERED, Verdict, fail, warn)

# All checks of these suites are killed here or in `table`.
SUITES = ("starttls", "auth", "setup")

DONE = "operation-completed: interoperability"
REUSED = "no-transfer-reused: content-leak"
READABLE = "no-readable-credential-in-clear: credential-leak"
GIVEN_ELSEWHERE = "no-credential-to-other-host: credential-leak"
WENT_ELSEWHERE = "no-connection-to-other-host: spoofed-content"
EXPOSED = warn(CREDENTIAL, CONTENT)

LOGIN_REFERRAL = "starttls.login-referral[greeting]/imap-starttls"
LOGIN_REFERRAL_LATER = "starttls.login-referral[starttls]/imap-starttls"
MAILBOX_REFERRAL = "starttls.mailbox-referral[bare]/imap-starttls"
ONLY_TLS_PORT = "setup.only-tls-port/imap-default"
IMPOSTOR_PORT = "setup.impostor-on-tls-port[self-signed]/imap-default"
IMPOSTOR_STARTTLS = "setup.impostor-with-starttls[other-host]/imap-default"

# Bug → trial → verdict.
DUELS: Mapping[str, Mapping[str, Verdict]] = {
    "second-attempt-in-clear": {
        **dict.fromkeys((
            "starttls.accepted-without-handshake[closed]/submission-starttls",
            "starttls.answer-ahead[yes]/pop3-starttls",
            "starttls.answer-ahead[no]/submission-starttls",
            "starttls.closed-answer[fin]/imap-starttls",
            "starttls.early-answer/imap-starttls",
            "starttls.first-attempt-fails[alert]/pop3-starttls",
            "starttls.first-attempt-fails[broken-handshake]/imap-starttls",
            "starttls.first-attempt-fails[closed]/imap-starttls",
            "starttls.first-attempt-fails[stripped]/submission-starttls",
            "starttls.guessed-tags[with-greeting-second]/imap-starttls",
            "starttls.old-server/pop3-starttls",
            "starttls.silent-answer/submission-starttls",
            "starttls.stripped-and-refused[continuation]/imap-starttls",
            "starttls.unusual-answer[unknown-status]/imap-starttls",
        ), IN_CLEAR),
        "starttls.turned-away/submission-starttls": fail(CREDENTIAL, CONTENT, FALSE),
        "starttls.preauth-lists[logins-in-both]/imap-starttls":
            fail(CREDENTIAL, FORGED, COMMAND, FALSE_MAIL),
        "auth.login-disabled/imap-starttls": fail(CREDENTIAL, COMMAND),
        "auth.no-mechanism/pop3-starttls": fail(CREDENTIAL, COMMAND),
        "auth.no-mechanism/submission-starttls": fail(CREDENTIAL, COMMAND),
    },
    "takes-any-greeting": {
        "starttls.garbled-greeting/imap-starttls": IN_CLEAR,
        "starttls.impossible-greeting[imap-no]/imap-default": EXPOSED,
        "starttls.impossible-greeting[pop3-continuation]/pop3-starttls": IN_CLEAR,
        "starttls.impossible-greeting[smtp-454]/submission-starttls": IN_CLEAR,
        "starttls.preauth[bare]/imap-starttls": fail(CREDENTIAL, COMMAND),
    },
    "does-without-list": {
        "starttls.capabilities-refused[no]/imap-starttls": IN_CLEAR,
        "starttls.capabilities-refused-and-stripped[bad]/pop3-starttls": IN_CLEAR,
        "starttls.capabilities-refused-and-stripped[no]/submission-default": EXPOSED,
        "starttls.doubled-greeting[twice]/submission-starttls": IN_CLEAR,
        "starttls.ehlo-refused[554]/submission-starttls": IN_CLEAR,
        "starttls.ehlo-refused[other-success]/submission-starttls": IN_CLEAR,
    },
    "believes-early-tag": {
        "starttls.guessed-tags[before-list]/imap-starttls": IN_CLEAR,
        "starttls.guessed-tags[further-ahead]/imap-starttls": IN_CLEAR,
    },
    "falls-back-to-clear": {
        "starttls.contradicting-lists[command-without]/imap-starttls": IN_CLEAR,
        "starttls.old-greeting[imap4]/imap-starttls": IN_CLEAR,
        "starttls.guessed-tags[refused]/imap-starttls": IN_CLEAR,
        "auth.apop-without-tls[among-others]/pop3-starttls": fail(CREDENTIAL, COMMAND, FALSE),
        "setup.starttls-fails[refused]/submission-default": EXPOSED,
    },
    "demands-tls-once": {
        "starttls.second-connection-weaker[refused]/imap-starttls": IN_CLEAR,
        "starttls.second-connection-weaker[stripped]/submission-starttls": IN_CLEAR,
    },
    "keeps-connection": {
        **dict.fromkeys((f"starttls.connection-kept/{service}-starttls-after-clear"
                         for service in ("imap", "pop3", "submission")), fail(REUSED, FALSE)),
        "starttls.unverified-connection-kept[other-host]/imap-starttls-after-unverified":
            fail(REUSED, FALSE_MAIL),
    },
    "follows-referral": {
        LOGIN_REFERRAL: fail(GIVEN_ELSEWHERE, WENT_ELSEWHERE, FALSE_MAIL),
        MAILBOX_REFERRAL: fail(GIVEN_ELSEWHERE, WENT_ELSEWHERE, COMMAND, FALSE_MAIL),
    },
    "visits-referral": {LOGIN_REFERRAL: warn(WENT_ELSEWHERE)},
    "forgets-demand-elsewhere": {
        LOGIN_REFERRAL_LATER:
            fail(GIVEN_ELSEWHERE, WENT_ELSEWHERE, CREDENTIAL, COMMAND, FALSE_MAIL),
        MAILBOX_REFERRAL: fail(GIVEN_ELSEWHERE, WENT_ELSEWHERE, CREDENTIAL, COMMAND, FALSE_MAIL),
        "auth.referral-inside-tls[login]/imap-starttls": fail(CREDENTIAL),
    },
    "trusts-preauth": {
        "starttls.preauth-lists[starttls-in-list]/imap-default": warn(FORGED),
    },
    "logs-in-blindly": {
        "auth.login-disabled-in-clear/imap-default": fail(UNOFFERED, CREDENTIAL),
        "auth.no-login-in-clear/submission-default": warn(UNOFFERED, CREDENTIAL),
        "auth.only-readable-in-clear/imap-default": warn(READABLE),
        "setup.nothing-wrong/pop3-default": EXPOSED,
        ONLY_TLS_PORT: warn(CREDENTIAL),
    },
    "autodetects": {
        "setup.only-clear-port[refused]/imap-default": EXPOSED,
        "setup.only-clear-port[alert]/submission-default": EXPOSED,
        IMPOSTOR_PORT: warn(CREDENTIAL),
    },
    "autodetects-unchecked": {IMPOSTOR_PORT: warn(CREDENTIAL_TO)},
    "checks-no-certificate": {IMPOSTOR_STARTTLS: warn(CREDENTIAL_TO)},
    "retries-in-clear": {IMPOSTOR_STARTTLS: warn(CREDENTIAL)},
    "always-says-success": {ONLY_TLS_PORT: warn(FALSE)},
    "always-sends-initial-response": {
        "auth.no-initial-response/imap-starttls": fail(UNOFFERED, DONE),
    },
    "reads-short-lists": {"auth.long-menu/submission-starttls": warn(DONE)},
    "believes-clear-capabilities": {
        "auth.only-plain-inside-tls/imap-starttls": fail(UNOFFERED, DONE),
        "auth.only-proofs-inside-tls/submission-starttls": fail(UNOFFERED),
    },
    "sends-password-before-tls": {
        "auth.only-readable-in-clear/pop3-starttls": fail(READABLE),
    },
}
