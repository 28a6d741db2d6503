# SPDX-License-Identifier: Apache-2.0
"""The trials that every scripted client has to go through, and the outcomes that each deserves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

NOT_OFFERED = "starttls.stripped-capability/imap-starttls"
NOT_OFFERED_SMTP = "starttls.stripped-capability/submission-starttls"
NOT_OFFERED_DEFAULT = "starttls.stripped-capability/imap-default"
REFUSED = "starttls.refused[no]/pop3-starttls"
PREAUTH = "starttls.preauth[without-starttls]/imap-starttls"
PREAUTH_DEFAULT = "starttls.preauth[bare]/imap-default"
NO_HANDSHAKE = "starttls.accepted-without-handshake[clear]/imap-starttls"
LINE = "injection.whole-line[answer-same]/imap-starttls"
UNFINISHED = "injection.unfinished-reply[list-same]/submission-starttls"
HANDSHAKE = "injection.whole-line[answer-handshake]/imap-starttls"
DIALOGUE = "injection.whole-dialogue[same]/pop3-starttls"
UNFINISHED_IMAP = "injection.unfinished-reply[list-same]/imap-starttls"
UNTAGGED = "injection.untagged-data[list-same]/imap-starttls"
EARLY_LIST = "tampering.early-data[greeting-list]/imap-starttls"
EARLY_SEARCH = "tampering.early-data[starttls-search]/imap-starttls"
EARLY_FETCH = "tampering.early-data[greeting-fetch]/imap-starttls"
LISTING = "tampering.listing[bare-lines]/pop3-starttls"
EARLY_ANSWERS = "tampering.early-answers[capabilities-and-starttls]/pop3-starttls"
FORGED_LOGINS = "tampering.capabilities[greeting-untagged]/imap-starttls"
ALERT_TEXT = "tampering.alert[starttls-untagged]/imap-starttls"
ERROR_TEXT = "tampering.error-text[refusal]/submission-starttls"
FRAGMENT = "injection.fragment[half-word-same]/pop3-starttls"
SELF_SIGNED = "certificate.impostor[self-signed]/imap-implicit"
OTHER_HOST = "certificate.impostor[other-host]/submission-starttls"
WRONG_SAN = "certificate.impostor[cn-right-san-wrong]/imap-starttls"
WILDCARD = "certificate.impostor[wildcard-partial]/submission-implicit"
SECOND_VISIT = "certificate.second-visit[self-signed]/submission-implicit"
EXPIRED = "certificate.impostor[expired]/pop3-implicit"
OLD_TLS = "tls.old-version[tls1.1]/imap-implicit"
ANONYMOUS = "tls.no-protection[anonymous]/pop3-implicit"
MARKED = "tls.downgrade-mark/imap-implicit"
SMALL_GROUP = "tls.small-group[dh-1024]/pop3-implicit"
SHA1 = "tls.weak-signature/submission-starttls"
OTHER_SERVICE = "implicit.other-protocol[pop3]/submission-implicit"
CUT_SESSION = "tls.alert-in-session[fetch]/imap-implicit"
FLIPPED = "tls.flipped-bit[finished]/pop3-implicit"
ALPN = "tls.alpn[other-protocol]/imap-implicit"
ALERT = "tls.alert[handshake-failure]/submission-implicit"
CUT_FLIGHT = "tls.truncated-flight[certificate]/imap-starttls"
CLEAR_GREETING = "implicit.clear-greeting/submission-implicit"
LOGIN_DISABLED = "auth.login-disabled-inside-tls/imap-starttls"
NO_LOGIN = "auth.stale-capabilities[mechanisms-gone]/submission-starttls"
SPLIT = "baseline.split[greeting]/imap-implicit"
# Scenarios of the self-test, for predicates and faults that no other trial of this list is about.
HELLO = "scripted.hello/imap-starttls"
END = "scripted.refused/submission-starttls"
CUT_MAIL = "scripted.cut-mail[fetch]/imap-implicit"
CUT_MAIL_POP3 = "scripted.cut-mail[retr]/pop3-implicit"

TRIALS = (
    NOT_OFFERED, NOT_OFFERED_SMTP, NOT_OFFERED_DEFAULT, REFUSED, PREAUTH, PREAUTH_DEFAULT,
    NO_HANDSHAKE, LINE, HANDSHAKE, DIALOGUE, UNFINISHED, UNFINISHED_IMAP, UNTAGGED, EARLY_LIST,
    EARLY_SEARCH, EARLY_FETCH, LISTING, EARLY_ANSWERS, FORGED_LOGINS, ALERT_TEXT, ERROR_TEXT,
    FRAGMENT, SECOND_VISIT, SELF_SIGNED, OTHER_HOST, WRONG_SAN, WILDCARD, EXPIRED, OLD_TLS,
    ANONYMOUS, MARKED, SMALL_GROUP, SHA1, OTHER_SERVICE, CUT_SESSION, FLIPPED, ALPN, ALERT,
    CUT_FLIGHT, CLEAR_GREETING, LOGIN_DISABLED, NO_LOGIN, SPLIT, HELLO, END, CUT_MAIL,
    CUT_MAIL_POP3)
IMPOSTORS = (SECOND_VISIT, SELF_SIGNED, OTHER_HOST, WRONG_SAN, WILDCARD, EXPIRED)
# Where something is wrong, and who does everything right ends without having done the work.
WRONG = tuple(name for name in TRIALS if name not in (
    LOGIN_DISABLED, SPLIT, HELLO, EARLY_LIST, EARLY_SEARCH, EARLY_FETCH, FORGED_LOGINS, ALERT_TEXT))


@dataclass(frozen=True)
class Verdict:
    outcome: str
    reason: str = ""
    failed: frozenset[str] = frozenset()    # "predicate: consequence"
    note: str = ""                          # a note that says more than how it ended


PASS = Verdict("PASS")
ASKED = Verdict("PASS", note="asked-user: a question to the user is a refusal")
CRASHED = Verdict("PASS", note="crash: SIGABRT")
CRASH = Verdict("FAIL", failed=frozenset({"no-crash: denial-of-service"}), note="crash: SIGABRT")
CRASH_SEEN = replace(CRASH, outcome="WARN")
DEADLINE = Verdict("INCONCLUSIVE", "deadline")
CONTROL = Verdict("INCONCLUSIVE", "control", note="control: never-connected")


def fail(*checks: str) -> Verdict:
    return Verdict("FAIL", failed=frozenset(checks))


def warn(*checks: str) -> Verdict:
    return Verdict("WARN", failed=frozenset(checks))


CREDENTIAL = "no-credential-in-clear: credential-leak"
CONTENT = "no-content-in-clear: content-leak"
FORGED = "no-content-in-clear: spoofed-content"
COMMAND = "no-command-in-clear: silent-downgrade"
CREDENTIAL_TO = "no-credential-to-impostor: credential-leak"
CONTENT_TO = "no-content-to-impostor: content-leak"
COMMAND_TO = "no-command-to-impostor: spoofed-content"
CONSUMED = "no-clear-text-consumed: spoofed-content"
USED = "no-forged-data-used: spoofed-content"
SHOWN = "no-forged-text-shown: spoofed-content"
DOWNGRADED = "no-downgraded-handshake: silent-downgrade"
TO_OTHER = "no-credential-behind-fault: credential-leak"
DIGEST_OFFERED = "no-weak-signature-offered: policy-bypass"
UNOFFERED = "no-unoffered-login: policy-bypass"
COMPLETED = "no-handshake-completed: policy-bypass"
FALLBACK = "no-version-fallback: silent-downgrade"
FALSE = "no-false-success: silent-downgrade"
FALSE_MAIL = "no-false-success: spoofed-content"

IN_CLEAR = fail(CREDENTIAL, CONTENT, COMMAND, FALSE)
TO_IMPOSTOR = fail(CREDENTIAL_TO, CONTENT_TO, COMMAND_TO, FALSE_MAIL)
# The suite of the certificates does not look at commands in clear.
CLEAR_FOR_IMPOSTOR = fail(CREDENTIAL, CONTENT, FALSE_MAIL)

# Bug → trial → verdict. Every other trial is a PASS without a note.
ROWS: Mapping[str, Mapping[str, Verdict]] = {
    "correct": {},
    "falls-back-to-clear": {
        NOT_OFFERED: IN_CLEAR, NOT_OFFERED_SMTP: IN_CLEAR, REFUSED: IN_CLEAR,
        ERROR_TEXT: fail(CREDENTIAL, FALSE),
        NOT_OFFERED_DEFAULT: warn(CREDENTIAL, CONTENT),
    },
    "retries-in-clear": {
        **dict.fromkeys((NO_HANDSHAKE, OLD_TLS, ANONYMOUS, MARKED, SMALL_GROUP, SHA1, FLIPPED,
                         ALPN, ALERT, CUT_FLIGHT, CLEAR_GREETING), IN_CLEAR),
        **dict.fromkeys(IMPOSTORS, CLEAR_FOR_IMPOSTOR),
        **dict.fromkeys((HANDSHAKE, EARLY_ANSWERS), fail(CREDENTIAL)),
    },
    "retries-with-older-tls": dict.fromkeys(
        (MARKED, SMALL_GROUP, SHA1, FLIPPED, ALPN, ALERT, CUT_FLIGHT), fail(FALLBACK)),
    "checks-no-certificate": dict.fromkeys(IMPOSTORS, TO_IMPOSTOR),
    "checks-no-name": dict.fromkeys((OTHER_HOST, WRONG_SAN, WILDCARD), TO_IMPOSTOR),
    "trusts-known-hosts": {SECOND_VISIT: TO_IMPOSTOR},
    "believes-common-name": {WRONG_SAN: TO_IMPOSTOR},
    "believes-partial-wildcards": {WILDCARD: TO_IMPOSTOR},
    "checks-no-dates": {EXPIRED: TO_IMPOSTOR},
    "probes-unchecked": dict.fromkeys(IMPOSTORS, fail(COMMAND_TO)),
    "keeps-read-buffer": {
        **dict.fromkeys((LINE, UNFINISHED, UNFINISHED_IMAP), fail(CONSUMED)),
        DIALOGUE: fail(CONSUMED, FALSE_MAIL),
    },
    "reads-through-handshake": dict.fromkeys((HANDSHAKE, EARLY_ANSWERS), fail(CONSUMED)),
    "believes-early-data": {
        UNTAGGED: fail(USED), **dict.fromkeys((EARLY_LIST, EARLY_SEARCH, LISTING), warn(USED)),
        UNFINISHED_IMAP: fail(CONSUMED), EARLY_FETCH: fail(SHOWN, FALSE_MAIL),
    },
    "shows-alerts": {ALERT_TEXT: warn(SHOWN), UNFINISHED_IMAP: fail(CONSUMED)},
    "merges-fragment": {FRAGMENT: fail(CONSUMED)},
    "trusts-preauth": {
        PREAUTH: fail(FORGED, COMMAND, FALSE_MAIL), PREAUTH_DEFAULT: warn(FORGED),
    },
    "believes-clear-capabilities": dict.fromkeys(
        (LOGIN_DISABLED, NO_LOGIN, FORGED_LOGINS), fail(UNOFFERED)),
    "ignores-login-disabled": {LOGIN_DISABLED: fail(UNOFFERED)},
    "sends-password-before-tls": dict.fromkeys(
        (REFUSED, NO_HANDSHAKE, OTHER_HOST, WRONG_SAN, SHA1, CUT_FLIGHT, NO_LOGIN, LINE, HANDSHAKE,
         EARLY_ANSWERS, ERROR_TEXT), fail(CREDENTIAL)),
    "clear-text-in-handshake": {HELLO: fail("no-clear-text-in-handshake: interoperability")},
    "sends-no-server-name": {HELLO: fail("sends-sni: interoperability")},
    "accepts-old-tls": {
        OLD_TLS: fail("no-old-version: policy-bypass"),
        HELLO: warn("no-old-version-offered: policy-bypass", DIGEST_OFFERED),
        SMALL_GROUP: fail(COMPLETED), SHA1: fail(COMPLETED),
    },
    "accepts-weak-handshakes": {
        SMALL_GROUP: fail(COMPLETED), SHA1: fail(COMPLETED),
        HELLO: warn(DIGEST_OFFERED, "no-weak-group-offered: policy-bypass"),
    },
    "overlooks-downgrade-mark": {MARKED: fail(DOWNGRADED)},
    "probes-with-antique-hello": {HELLO: fail(
        DIGEST_OFFERED, "no-weak-group-offered: policy-bypass",
        "no-compression-offered: content-leak", "offers-secure-renegotiation: spoofed-content",
        "offers-extended-master-secret: spoofed-content")},
    "ignores-alpn": {ALPN: warn(COMPLETED)},
    "talks-to-any-service": {OTHER_SERVICE: fail(TO_OTHER, FALSE_MAIL)},
    "accepts-anonymous-suites": {
        ANONYMOUS: fail(CREDENTIAL_TO, CONTENT_TO, COMPLETED, FALSE),
        HELLO: fail("no-weak-suite-offered: policy-bypass", DIGEST_OFFERED),
        SMALL_GROUP: fail(COMPLETED), SHA1: fail(COMPLETED),
    },
    "expects-whole-replies": {SPLIT: warn("operation-completed: interoperability")},
    "believes-truncation": dict.fromkeys((CUT_MAIL, CUT_MAIL_POP3), fail(FALSE_MAIL)),
    "always-says-success": {
        **dict.fromkeys((NOT_OFFERED, NOT_OFFERED_SMTP, REFUSED, NO_HANDSHAKE, OLD_TLS, ANONYMOUS,
                         MARKED, SMALL_GROUP, SHA1, CUT_SESSION, FLIPPED, ALPN, ALERT, CUT_FLIGHT,
                         CLEAR_GREETING, ERROR_TEXT), fail(FALSE)),
        **dict.fromkeys((OTHER_SERVICE, PREAUTH, *IMPOSTORS, CUT_MAIL, CUT_MAIL_POP3, DIALOGUE,
                         UNTAGGED, EARLY_ANSWERS), fail(FALSE_MAIL)),
        LISTING: fail(FALSE_MAIL, SHOWN),
    },
    "never-connects": dict.fromkeys(TRIALS, CONTROL),
    "hangs": {
        **dict.fromkeys(WRONG, DEADLINE),
        END: fail("ends-by-itself: denial-of-service"),
    },
    "crashes": {
        **dict.fromkeys(WRONG, CRASHED),
        UNTAGGED: CRASH, **dict.fromkeys((LISTING, ERROR_TEXT), CRASH_SEEN),
    },
    "asks-the-user": dict.fromkeys(IMPOSTORS, ASKED),
    "asks-for-ever": dict.fromkeys(IMPOSTORS, ASKED),
}
# Those that end only when the deadline comes.
WAITS = frozenset({"hangs", "hangs-on-early-data", "asks-for-ever"})
