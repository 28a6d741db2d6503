# SPDX-License-Identifier: Apache-2.0
"""Every bug against the trials that are about it, so that no check of any scenario is idle.

The table of `table` sends every bug through every trial. Here are more trials than that would bear:
a bug meets those that it must turn red, and the correct client meets all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripted.table import (CLEAR_FOR_IMPOSTOR, COMMAND, COMMAND_TO, COMPLETED, CONSUMED, CONTENT,
                            CONTENT_TO, CRASH, CRASH_SEEN, CREDENTIAL, CREDENTIAL_TO,
                            DIGEST_OFFERED, FALLBACK, FALSE, FALSE_MAIL, FORGED, IN_CLEAR, PASS,
                            SHOWN, TO_IMPOSTOR, UNOFFERED, Verdict, fail, warn)

DONE = "operation-completed: interoperability"
SHARED = "no-certificate-shared: policy-bypass"
LIMIT = "auth-line-within-limit: interoperability"
BESIDE = "no-password-beside-certificate: policy-bypass"
SHOWN_ANY = "no-client-certificate: policy-bypass"
REUSED = "no-transfer-reused: content-leak"
READABLE = "no-readable-credential-in-clear: credential-leak"
GIVEN_ELSEWHERE = "no-credential-to-other-host: credential-leak"
WENT_ELSEWHERE = "no-connection-to-other-host: spoofed-content"
HASHED = "no-apop: policy-bypass"
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
            "auth.certificate-without-tls[stripped]/submission-starttls-certificate",
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
        **dict.fromkeys((
            "certificate.common-name[cn-only]/imap-implicit",
            "certificate.debated[parent-domain]/imap-implicit",
            "implicit.closed-behind-handshake[fin]/imap-implicit",
            "implicit.handshake-fails[alert]/pop3-implicit",
            "implicit.starttls-offered/imap-implicit",
            "tls.oversized-record[server-hello]/imap-starttls",
            "tls.oversized-record[application]/imap-implicit",
            "tls.renegotiation[capabilities]/imap-starttls",
            "implicit.unreachable[refused]/submission-implicit",
            "tls.alert-in-session[capabilities]/imap-implicit",
            "tls.flipped-application-record/imap-implicit",
            "tls.garbage[http]/imap-implicit",
            "tls.late-alert/pop3-starttls",
            "tls.name-refused/imap-implicit",
            "tls.old-version-unsigned[tls1.0]/submission-implicit",
            "tls.renegotiation-unacknowledged/pop3-starttls",
            "tls.small-curve/imap-starttls",
            "tls.ssl-3/submission-starttls",
        ), IN_CLEAR),
        "certificate.rare[uri-only]/pop3-implicit": CLEAR_FOR_IMPOSTOR,
        "certificate.renegotiation[greeting-self-signed]/imap-implicit": CLEAR_FOR_IMPOSTOR,
        "certificate.weak[rsa-1024]/submission-implicit": fail(CREDENTIAL, CONTENT),
        "implicit.other-protocol[ssh]/submission-implicit":
            fail(CREDENTIAL, CONTENT, COMMAND, FALSE_MAIL),
        "tampering.listing[bare-lines]/pop3-starttls": fail(CREDENTIAL, FALSE_MAIL, SHOWN),
        "tampering.minimal-capabilities[empty]/imap-starttls": fail(CREDENTIAL, FALSE),
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
        "auth.token-without-tls[stripped]/imap-starttls-token": IN_CLEAR,
        "auth.token-without-tls[refused]/submission-starttls-token": IN_CLEAR,
        "auth.certificate-without-tls[refused]/pop3-starttls-certificate": fail(COMMAND),
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
        "auth.certificate-not-shared/imap-implicit-after-certificate": fail(SHARED),
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
    "overlooks-offers": {"starttls.offered/submission-opportunistic": EXPOSED},
    "autodetects": {
        "setup.only-clear-port[refused]/imap-default": EXPOSED,
        "setup.only-clear-port[alert]/submission-default": EXPOSED,
        IMPOSTOR_PORT: warn(CREDENTIAL),
    },
    "autodetects-unchecked": {IMPOSTOR_PORT: warn(CREDENTIAL_TO)},
    "checks-no-certificate": {
        IMPOSTOR_STARTTLS: warn(CREDENTIAL_TO),
        "certificate.rare[uri-only]/pop3-implicit": TO_IMPOSTOR,
        "auth.token-to-impostor[self-signed]/pop3-implicit-token":
            fail(CREDENTIAL_TO, CONTENT_TO, FALSE_MAIL),
        "certificate.second-connection[self-signed]/imap-starttls-after-unverified":
            fail(CREDENTIAL_TO, CONTENT_TO, COMMAND_TO),
    },
    "looks-at-first-handshake": {
        "certificate.renegotiation[greeting-self-signed]/imap-implicit": TO_IMPOSTOR,
        # Who writes before it reads has logged in to the right server.
        **dict.fromkeys((
            "certificate.renegotiation[capabilities-other-host]/submission-starttls",
            "certificate.renegotiation[mail-self-signed]/submission-implicit",
        ), fail(CONTENT_TO, COMMAND_TO, FALSE_MAIL)),
    },
    "believes-common-name": {"certificate.common-name[cn-only]/imap-implicit": warn(COMPLETED)},
    "retries-with-older-tls": dict.fromkeys((
        "certificate.debated[parent-domain]/imap-implicit",
        "implicit.handshake-fails[alert]/pop3-implicit",
        "tls.garbage[http]/imap-implicit",
        "tls.renegotiation-unacknowledged/pop3-implicit",
        "tls.small-curve/imap-starttls",
        "tls.ssl-3/submission-starttls",
    ), fail(FALLBACK)),
    "gives-up-at-warnings": {
        "tls.warning-alert[no-certificate]/imap-implicit":
            fail(CREDENTIAL, CONTENT, COMMAND, FALSE, FALLBACK),
    },
    "accepts-weak-handshakes": {
        "certificate.weak[rsa-1024]/imap-implicit": warn(COMPLETED),
        "tls.small-curve/imap-implicit": fail(COMPLETED),
        "tls.static-rsa/submission-starttls": warn("no-handshake-completed: silent-downgrade"),
    },
    "talks-to-old-servers": {
        "tls.renegotiation-unacknowledged/submission-implicit": fail(COMPLETED),
    },
    "accepts-old-tls": {
        "tls.old-version-unsigned[tls1.1]/imap-implicit": fail("no-old-version: policy-bypass"),
    },
    "accepts-anonymous-suites": {
        "tls.client-hello/submission-implicit":
            fail(DIGEST_OFFERED, "no-weak-suite-offered: policy-bypass"),
    },
    "probes-with-antique-hello": {"tls.client-hello/imap-starttls": fail(
        DIGEST_OFFERED, "no-weak-group-offered: policy-bypass",
        "no-compression-offered: content-leak", "offers-secure-renegotiation: spoofed-content",
        "offers-extended-master-secret: spoofed-content",
        "no-truncated-hmac-offered: spoofed-content")},
    "clear-text-in-handshake": {
        "tls.client-hello/imap-starttls": fail("no-clear-text-in-handshake: credential-leak"),
    },
    "sends-no-server-name": {
        "tls.client-hello/imap-implicit": fail("sends-sni: interoperability"),
    },
    "believes-truncation": {"tls.cut-mail[fetch]/imap-implicit": warn(FALSE_MAIL)},
    "keeps-read-buffer": {
        "injection.whole-dialogue[same]/imap-starttls": fail(CONSUMED, FALSE_MAIL, SHOWN),
    },
    "shows-alerts": {"injection.untagged-data[alert-same]/imap-starttls": fail(SHOWN)},
    "crashes-on-early-data": {
        "tampering.early-data[starttls-exists]/imap-starttls": CRASH,
        "tampering.alert[starttls-untagged]/imap-starttls": CRASH_SEEN,
    },
    "hangs-on-early-data": {
        "tampering.early-data[starttls-expunge]/imap-starttls":
            warn("ends-by-itself: denial-of-service"),
    },
    "crashes": {
        "tls.renegotiation[greeting]/imap-implicit": CRASH_SEEN,
        "tls.oversized-record[application-longest]/pop3-implicit": CRASH,
        "tampering.minimal-capabilities[empty]/imap-starttls": CRASH_SEEN,
    },
    "hangs": {"tls.ssl-3/imap-implicit": fail("ends-by-itself: policy-bypass")},
    # Nothing is wrong with these worlds.
    "knows-one-curve": {
        "baseline.hello-retry/submission-starttls": warn(DONE),
        "baseline.only-tls13/imap-implicit": warn(DONE),
    },
    "speaks-only-tls13": {"baseline.only-tls12/pop3-starttls": fail(DONE)},
    "takes-no-wildcards": {"baseline.wildcard/imap-starttls": warn(DONE)},
    "looks-for-common-name": {"baseline.certificates[good-no-subject]/imap-implicit": fail(DONE)},
    "knows-no-sha512": {
        "baseline.certificate-algorithms[good-sha512]/imap-implicit": warn(DONE),
    },
    "pins-for-ever": {"baseline.second-visit/imap-implicit": warn(DONE)},
    "minds-certificate-request": {"baseline.asks-for-certificate/pop3-implicit": warn(DONE)},
    "prefers-its-password": dict.fromkeys((
        "auth.only-external/imap-implicit-certificate",
        "auth.only-external/submission-starttls-certificate",
    ), fail(DONE, UNOFFERED, BESIDE)),
    "sends-long-commands": {
        "auth.long-token[size-450]/submission-implicit-token": fail(LIMIT),
        "auth.long-token[size-2000]/pop3-starttls-token": fail(LIMIT),
    },
    "cuts-long-commands": {
        "auth.long-token[size-450]/submission-starttls-token": warn(DONE),
        "auth.long-token[size-2000]/pop3-implicit-token": warn(DONE),
    },
    "leaves-empty-response-out": {
        "auth.empty-initial-response/imap-starttls-certificate": fail(DONE),
    },
    "shares-certificate": dict.fromkeys((
        f"auth.certificate-not-shared/{service}-implicit-after-certificate"
        for service in ("imap", "pop3", "submission")), fail(SHARED)),
    "shows-any-certificate": {"baseline.asks-for-certificate/pop3-implicit": fail(SHOWN_ANY)},
    "minds-abrupt-goodbye": {"baseline.abrupt-goodbye/imap-implicit": warn(DONE)},
    "minds-unknown-words": {
        "baseline.unknown-capabilities/imap-starttls": warn(DONE),
        "baseline.unknown-capabilities/pop3-implicit": warn(DONE),
    },
    "retries-in-clear": {
        "certificate.second-connection[other-host]/submission-starttls-after-unverified":
            fail(CREDENTIAL, CONTENT),
        IMPOSTOR_STARTTLS: warn(CREDENTIAL),
        "auth.token-to-impostor[other-host]/submission-starttls-token": CLEAR_FOR_IMPOSTOR,
    },
    "always-says-success": {
        ONLY_TLS_PORT: warn(FALSE),
        "auth.token-not-offered/imap-starttls-token": fail(FALSE),
        "auth.certificate-without-tls[stripped]/imap-starttls-certificate": fail(FALSE),
    },
    "always-sends-initial-response": {
        "auth.no-initial-response/imap-starttls": fail(UNOFFERED, DONE),
    },
    "obeys-its-mail": {
        "baseline.tls-not-required/submission-starttls": fail(CREDENTIAL, CONTENT, DONE),
    },
    # Nobody took that from the list before TLS.
    "logs-in-by-user": {
        "auth.only-plain-inside-tls/pop3-starttls": PASS,
        "auth.only-proofs-inside-tls/pop3-starttls": PASS,
    },
    "proves-to-any-timestamp": {
        "auth.apop-timestamp[no-at]/pop3-default": warn(HASHED),
        "auth.apop-timestamp[eight-bit]/pop3-starttls": warn(HASHED),
    },
    "reads-short-lists": {"auth.long-menu/submission-starttls": warn(DONE)},
    "believes-clear-capabilities": {
        "auth.only-plain-inside-tls/imap-starttls": fail(UNOFFERED, DONE),
        "auth.token-not-offered/submission-starttls-token": warn(UNOFFERED),
        "auth.external-not-offered/submission-starttls-certificate": warn(UNOFFERED),
        "auth.only-proofs-inside-tls/submission-starttls": fail(UNOFFERED),
    },
    "sends-password-before-tls": {
        "auth.token-not-offered/imap-starttls-token": fail(CREDENTIAL),
        "auth.external-not-offered/pop3-starttls-certificate": fail(CREDENTIAL),
        "auth.only-readable-in-clear/pop3-starttls": fail(READABLE),
        "tampering.capabilities[starttls-untagged]/imap-starttls": fail(CREDENTIAL),
    },
}

# (scenario, check) → why no scripted client fails it. The predicates have their mutants elsewhere.
NO_LIBRARY = "a TLS library would have to complete what is no handshake"
IDLE: Mapping[tuple[str, str], str] = {
    ("baseline.slow", DONE): "only a short time limit fails it, and then the machine decides",
    **{(f"tls.{name}", COMPLETED): NO_LIBRARY for name in (
        "alert", "flipped-bit", "garbage", "name-refused", "ssl-3", "truncated-flight")},
}
