# SPDX-License-Identifier: Apache-2.0
"""Bugs of sending MTAs, each against the trials that are about it, and what they deserve there.

A bug meets the trials that it must turn red, and some that it must not; the correct sender meets
all of the suite.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripted import dane_table
from scripted.table import PASS, Verdict, fail, warn

SUITES = ("mta-sts", "smtp-521", "cost", "footprint", "dane", "dane-x-sts", "what-if")

MAIL = "no-mail: policy-bypass"
BOUNCE = "no-bounce: denial-of-service"
LEAK = "no-content-to-impostor: content-leak"
CLEAR = "no-content-in-clear: content-leak"
SENT = "mail-delivered: denial-of-service"
USUAL = "mail-delivered: interoperability"
SAFE = "mail-delivered-safely: denial-of-service"
USUAL_SAFE = "mail-delivered-safely: interoperability"
HIJACKED = "mail-delivered: policy-bypass"
STRUCK = "no-mail-to-struck: policy-bypass"
FETCH = "no-policy-fetch: interoperability"
FETCH_BAD = "no-policy-fetch: policy-bypass"
FETCHED = "policy-fetched: policy-bypass"
SECOND = "no-second-fetch: denial-of-service"
SECOND_PLACE = "no-second-fetch: policy-bypass"
SOUND = "sound-policy-requests: interoperability"
OLD = "no-old-version: policy-bypass"

CERTIFICATE = "mta-sts.mx-certificate[other-host]/mta-sts"
UNKNOWN = "mta-sts.mx-certificate[unknown-root]/mta-sts"
LISTED_NAME = "mta-sts.mx-certificate-listed/mta-sts"
SECOND_DOMAIN = "mta-sts.second-domain"
STRIPPED = "mta-sts.mx-starttls[stripped]/mta-sts"
NOT_LISTED = "mta-sts.mx-not-listed[other-host]/mta-sts"
MALFORMED = "mta-sts.policy-malformed"
UNUSUAL = "mta-sts.policy-unusual"
LACKS = "mta-sts.policy-lacks-field"
RECORD, RARE = "mta-sts.record-unusable", "mta-sts.record-unusual"
STATUS, BROKEN, HTTP = "mta-sts.fetch-status", "mta-sts.fetch-broken", "mta-sts.fetch-unusual"
REQUEST = "mta-sts.fetch-request/mta-sts"
GIVES_UP = "gives-up: interoperability"
VISIT = "no-visit-elsewhere: policy-bypass"
SAME_ID, AGAIN = "mta-sts.same-id/mta-sts", "no-policy-fetch: interoperability"
NAME_REFUSED = "what-if.name-refused/mta-sts"
ELSEWHERE = "mta-sts.fetch-redirect[301-elsewhere]/mta-sts"
UNDECIDED = Verdict("INCONCLUSIVE", "undecided")
DEADLINE = Verdict("INCONCLUSIVE", "deadline")
UNFETCHED = Verdict("INCONCLUSIVE", "policy-not-fetched")
CONTROL = Verdict("INCONCLUSIVE", "control", note="control: never-connected")


def of(scenario: str, *variants: str) -> tuple[str, ...]:
    return tuple(f"{scenario}[{variant}]/mta-sts" for variant in variants)


# Bug → trial → verdict.
OF_POLICIES: Mapping[str, Mapping[str, Verdict]] = {
    # the record
    "takes-any-record": {
        **dict.fromkeys(of(RECORD, "no-id", "long-id", "version-last", "two", "space-first"),
                        fail(FETCH)),
        **dict.fromkeys(of(RECORD, "nxdomain", "others"), fail(FETCH)),
    },
    "takes-first-record": {
        **dict.fromkeys(of(RECORD, "two"), fail(FETCH)),
        **dict.fromkeys(of(RARE, "beside-spf"), PASS),
    },
    "wants-one-record": dict.fromkeys(of(RARE, "beside-spf", "beside-other-version"),
                                      fail(FETCHED)),
    "joins-with-space": dict.fromkeys(of(RARE, "strings", "many-strings"), fail(FETCHED)),
    "follows-no-alias": dict.fromkeys(of("mta-sts.record-alias", "one", "three"), fail(FETCHED)),
    "knows-no-extensions": {
        **dict.fromkeys(of(RARE, "unknown-field", "unknown-first"), fail(FETCHED)),
        **dict.fromkeys(of(UNUSUAL, "unknown-field", "unknown-first"), fail(MAIL)),
    },
    "asks-parent": {REQUEST: fail("no-parent-lookup: policy-bypass")},
    # the fetch
    "trusts-any-policy-host": dict.fromkeys(
        of("mta-sts.policy-certificate", "self-signed", "other-host", "expired"), fail(FETCH_BAD)),
    "trusts-other-policy-host": {
        **dict.fromkeys(of("mta-sts.policy-certificate", "other-host"), fail(FETCH_BAD)),
        **dict.fromkeys(of("mta-sts.policy-certificate", "self-signed"), PASS),
    },
    "believes-common-name": {
        **dict.fromkeys(of("mta-sts.policy-certificate", "cn-only"), fail(FETCH_BAD)),
        **dict.fromkeys(of("mta-sts.mx-certificate", "cn-only"), fail(MAIL)),
    },
    "speaks-old-tls": {
        **dict.fromkeys(of("mta-sts.mx-old-tls", "tls1.0", "tls1.1"), warn(OLD)),
        **dict.fromkeys(of("mta-sts.policy-old-tls", "tls1.0"), warn(OLD)),
        REQUEST: warn("no-old-version-offered: policy-bypass"),
    },
    "sends-no-sni": {
        REQUEST: fail(SOUND, "sends-sni: interoperability"),
        # What it took for the policy it may have from anybody.
        CERTIFICATE: UNFETCHED,
    },
    "names-other-host": {REQUEST: warn(SOUND)},
    "posts": {REQUEST: warn(SOUND)},
    "asks-conditionally": {REQUEST: fail("no-conditional-fetch: policy-bypass")},
    "follows-redirects": {
        ELSEWHERE: fail(SECOND_PLACE, SENT),
        **dict.fromkeys(of("mta-sts.fetch-redirect", "307-itself"), fail(SECOND_PLACE)),
    },
    "tries-again": dict.fromkeys(of(STATUS, "404", "500"), warn(SECOND)),
    "takes-any-status": dict.fromkeys(of(STATUS, "201", "206", "404", "500"), fail(SENT)),
    "takes-success": {
        **dict.fromkeys(of(STATUS, "201", "206"), fail(SENT)),
        **dict.fromkeys(of(STATUS, "404"), PASS),
    },
    "takes-any-type": dict.fromkeys(of("mta-sts.fetch-type", "html", "picture"), warn(HIJACKED)),
    "minds-parameters": dict.fromkeys(of(HTTP, "charset", "parameters"), fail(MAIL)),
    "knows-no-interim": dict.fromkeys(of(HTTP, "continue", "early-hints"), fail(MAIL)),
    "knows-no-chunks": dict.fromkeys(of(HTTP, "chunked", "chunk-extension"), fail(MAIL)),
    "believes-ends": dict.fromkeys(of(BROKEN, "short"), fail(SENT)),
    "reads-little": dict.fromkeys(of(UNUSUAL, "large"), fail(MAIL)),
    # the policy
    "wants-crlf": dict.fromkeys(of(UNUSUAL, "lf", "mixed-ends"), fail(MAIL)),
    "overlooks-lines": dict.fromkeys(
        of(MALFORMED, "bare-cr", "blank-between", "space-first", "form-feed", "no-field"),
        warn(SENT)),
    "folds-case": dict.fromkeys(of(LACKS, "capital-mode", "capital-field", "capital-host"),
                                fail(SENT)),
    "last-wins": {
        **dict.fromkeys(of(UNUSUAL, "second-mode"), fail(MAIL)),
    },
    "takes-any-value": dict.fromkeys(of(LACKS, "other-version"), fail(SENT)),
    "reads-prefixes": dict.fromkeys(of(LACKS, "longer-version"), fail(SENT)),
    "takes-any-pattern": {
        **dict.fromkeys(of(MALFORMED, "bare-star", "leading-dot", "two-stars"), warn(SENT)),
        **dict.fromkeys(of(LACKS, "host-list"), fail(SENT)),
    },
    "takes-incomplete": dict.fromkeys(of(LACKS, "no-version", "no-mode", "no-age", "no-host"),
                                      fail(SENT)),
    "wants-version-first": dict.fromkeys(of(UNUSUAL, "version-last", "hosts-first"), fail(MAIL)),
    "takes-first-mx": dict.fromkeys(of("mta-sts.mx-listed", "last-of-three"),
                                    warn(USUAL_SAFE)),
    "stars-many-labels": dict.fromkeys(of("mta-sts.mx-not-listed", "star-too-high"), fail(MAIL)),
    "compares-ends": {
        **dict.fromkeys(of("mta-sts.mx-not-listed", "parent", "star-too-high"), fail(MAIL)),
        NOT_LISTED: PASS,
    },
    # the hosts
    "fetches-for-show": {
        CERTIFICATE: fail(MAIL, LEAK), STRIPPED: fail(MAIL, CLEAR), NOT_LISTED: fail(MAIL),
        **dict.fromkeys(of("mta-sts.first-host-fails", "other-host", "stripped"), fail(STRUCK)),
        **dict.fromkeys(of("mta-sts.all-hosts-fail", "other-host"), fail(MAIL)),
    },
    "minds-no-pattern": {
        **dict.fromkeys(of("mta-sts.mx-not-listed", "other-host", "parent", "star-elsewhere"),
                        fail(MAIL)),
        CERTIFICATE: PASS,
    },
    "checks-no-certificate": {"cost.held-back/mta-sts": fail(MAIL),
                              CERTIFICATE: fail(MAIL, LEAK), UNKNOWN: fail(MAIL, LEAK),
                              STRIPPED: PASS, LISTED_NAME: fail(MAIL, LEAK),
                              **dict.fromkeys(of(SECOND_DOMAIN, "other-host", "two-mails"),
                                              fail(STRUCK)),
                              **dict.fromkeys(of(SECOND_DOMAIN, "stripped"), PASS)},
    "checks-no-name": {CERTIFICATE: fail(MAIL, LEAK), UNKNOWN: PASS,
                       LISTED_NAME: fail(MAIL, LEAK)},
    "wants-plain-certificate": dict.fromkeys(
        of("mta-sts.mx-certificate-good", "good-wildcard", "good-multi-name"), warn(USUAL_SAFE)),
    "goes-on-in-clear": {
        **dict.fromkeys(
            of("mta-sts.mx-starttls", "stripped", "masked-word", "empty-list", "refused", "closed",
               "alert"), fail(MAIL, CLEAR)),
        **dict.fromkeys(of(SECOND_DOMAIN, "stripped"), fail(STRUCK)),
        NAME_REFUSED: fail(CLEAR),
    },
    "enforces-testing": dict.fromkeys(
        of("mta-sts.mode-testing", "other-host", "stripped", "not-listed"), warn(USUAL)),
    "tests-enforce": {CERTIFICATE: fail(MAIL, LEAK), NOT_LISTED: fail(MAIL)},
    "enforces-none": dict.fromkeys(
        of("mta-sts.mode-none", "other-host", "stripped", "not-listed"), warn(USUAL)),
    "tries-first-only": {
        **dict.fromkeys(of("mta-sts.first-host-fails", "other-host", "unreachable", "not-listed"),
                        warn(USUAL)),
        **dict.fromkeys(of("smtp-521.first-host", "greeting"), warn(USUAL)),
        NAME_REFUSED: warn(USUAL),
    },
    "bounces": {
        CERTIFICATE: warn(BOUNCE), STRIPPED: warn(BOUNCE), NOT_LISTED: warn(BOUNCE),
        LISTED_NAME: warn(BOUNCE),
        **dict.fromkeys(of("mta-sts.all-hosts-fail", "stripped"), warn(BOUNCE)),
        **dict.fromkeys(of("mta-sts.tls-not-required", "other-host"), warn(BOUNCE)),
    },
    "needs-policy": {
        "cost.one-mail[no-record]/mta-sts": warn(SENT),
        **dict.fromkeys(of(RECORD, "nxdomain", "no-id"), fail(SENT)),
        **dict.fromkeys(of(RECORD, "servfail"), warn(SENT)),
        **dict.fromkeys(of("mta-sts.policy-host-unknown", "nxdomain"), fail(SENT)),
        **dict.fromkeys(of("mta-sts.fetch-unreachable", "refused", "reset", "h2-only"), fail(SENT)),
        **dict.fromkeys(of("mta-sts.policy-certificate", "self-signed"), fail(SENT)),
        **dict.fromkeys(of("mta-sts.policy-old-tls", "tls1.0"),
                        warn(SENT)),
        **dict.fromkeys(of(BROKEN, "nothing", "cut-body"), fail(SENT)),
    },
    "does-without": {
        **dict.fromkeys(of("mta-sts.tls-not-required", "good"), warn(CLEAR)),
        **dict.fromkeys(of("mta-sts.mx-starttls", "stripped"), fail(MAIL, CLEAR)),
        **dict.fromkeys(of("mta-sts.mx-certificate", "other-host"), PASS)},
    # what if
    "believes-keywords": {
        **dict.fromkeys(of("what-if.keywords", "msts"), PASS),
        **dict.fromkeys(of("what-if.announced-policy", "other-host", "unknown-root"), fail(MAIL)),
        **dict.fromkeys(of("what-if.announced-policy", "stripped"), fail(MAIL, CLEAR)),
    },
    "obeys-keywords": {
        **dict.fromkeys(of("what-if.keywords", "msts"), fail(CLEAR)),
        **dict.fromkeys(of("what-if.keywords", "deep", "own"), PASS),
    },
    "minds-keywords": dict.fromkeys(
        of("what-if.keywords", "msts", "deep", "own", "longest", "many"), warn(USUAL)),
    "trusts-own-hosts": dict.fromkeys(
        of("what-if.own-hosts", "other-host", "self-signed", "expired"), warn(USUAL)),
    # the cache
    "mixes-answers-up": {
        **dict.fromkeys(of(SECOND_DOMAIN, "other-host", "stripped", "two-mails"), fail(STRUCK)),
        CERTIFICATE: PASS},
    "forgets": {
        SAME_ID: warn(AGAIN),
        **dict.fromkeys(of("mta-sts.record-gone", "other-host"), fail(MAIL, LEAK)),
        **dict.fromkeys(of("mta-sts.policy-host-gone", "stripped"), fail(MAIL)),
    },
    "fetches-always": {SAME_ID: warn(AGAIN), "cost.same-policy/mta-sts": warn(AGAIN),
                       "cost.dane-sts-same-policy/mta-dane-sts": warn(AGAIN)},
    "fetches-never-again": {
        "mta-sts.new-id/mta-sts": warn(FETCHED), "cost.new-policy/mta-sts": warn(FETCHED),
        "mta-sts.stale-file/mta-sts": warn(FETCHED), SAME_ID: PASS},
    "keeps-first-policy": {
        **dict.fromkeys(of("mta-sts.later-none", "other-host", "stripped"), warn(SENT)),
        **dict.fromkeys(of("mta-sts.new-policy", "other-host", "other-domain"), PASS)},
    "needs-record": {
        **dict.fromkeys(of("mta-sts.record-gone", "other-host"), fail(MAIL, LEAK)),
        **dict.fromkeys(of("mta-sts.record-gone", "stripped"), fail(MAIL)), SAME_ID: PASS},
    "needs-fetch": {
        **dict.fromkeys(of("mta-sts.policy-host-gone", "other-host"), fail(MAIL, LEAK)),
        **dict.fromkeys(of("mta-sts.policy-host-gone", "stripped"), fail(MAIL)), SAME_ID: PASS},
    "forgets-failures": {"cost.failed-fetch/mta-sts": warn(SECOND)},
    # more than a fetcher needs: nobody fails by it (test_footprint.py)
    **{bug: {REQUEST: PASS} for bug in (
        "keeps-cookies", "keeps-connection", "resumes-sessions", "uses-proxy", "offers-h2",
        "asks-for-codings", "names-itself", "visits-services")},
    "believes-freshness": {"mta-sts.new-id/mta-sts": warn(FETCHED)},
    # several mails
    "serves-first-mail": {"cost.failed-fetch/mta-sts": fail(SENT), SAME_ID: PASS,
                          "cost.dane[two-mails]/mta-dane": warn(SENT),
                          "cost.dane-sts[two-mails]/mta-dane-sts": warn(SENT)},
    "serves-first-recipient": {"cost.hundred-recipients/mta-sts": warn(SENT), SAME_ID: PASS,
                               "cost.dane[hundred-recipients]/mta-dane": warn(SENT)},
    "serves-first-domain": {"cost.hundred-domains/mta-sts": warn(SENT), SAME_ID: PASS,
                            "cost.dane-hundred-domains/mta-dane": warn(SENT)},
    "goes-by-aliases": {"mta-sts.mx-alias/mta-sts": warn(MAIL)},
    "goes-to-policy-hosts": {"mta-sts.no-mx/mta-sts": warn(MAIL)},
    "knows-old-tls-only": dict.fromkeys(of("mta-sts.mx-new-tls", "tls1.3"), fail(SAFE)),
    "knows-new-tls-only": dict.fromkeys(of("mta-sts.mx-new-tls", "tls1.2"), fail(SAFE)),
    "reverses-hosts": {"mta-sts.host-order/mta-sts": warn("hosts-in-order: interoperability")},
    "wants-plain-policy-host": dict.fromkeys(
        of("mta-sts.policy-certificate-good", "wildcard", "several-names"), warn(FETCHED)),
    "keeps-old-policy": dict.fromkeys(of("mta-sts.later-none", "other-host", "stripped"),
                                      warn(SENT)),
    "drops-for-bad": dict.fromkeys(of("mta-sts.later-bad", "other-host", "stripped"), fail(MAIL)),
    "keeps-for-ever": dict.fromkeys(of("mta-sts.run-out", "other-host", "stripped"), warn(SENT)),
    # hosts that take no mail
    "retries-521": {
        **dict.fromkeys(of("smtp-521.only-host", "greeting", "many-lines", "named-host"),
                        warn(GIVES_UP)),
        **dict.fromkeys(of("smtp-521.recipient", "556"), warn(GIVES_UP)),
        **dict.fromkeys(of("smtp-521.first-host", "greeting"), PASS),
    },
    "goes-where-sent": {
        **dict.fromkeys(of("smtp-521.only-host", "named-host", "url"), warn(VISIT)),
        **dict.fromkeys(of("smtp-521.recipient", "named-host"), warn(VISIT)),
    },
    "knows-no-null-mx": {"smtp-521.null-mx/mta-sts": warn(GIVES_UP)},
    # no decision
    "looks-up-late": {STRIPPED: UNFETCHED, CERTIFICATE: PASS},
    "breaks": dict.fromkeys((*of(STATUS, "404"), *of(RECORD, "nxdomain"), *of(LACKS, "no-mode")),
                            UNDECIDED),
    "waits": dict.fromkeys((*of(STATUS, "404"), *of(RECORD, "nxdomain")), DEADLINE),
    "never-delivers": {CERTIFICATE: CONTROL, NOT_LISTED: CONTROL},
}

DUELS: Mapping[str, Mapping[str, Verdict]] = {
    bug: {**OF_POLICIES.get(bug, {}), **dane_table.DUELS.get(bug, {})}
    for bug in (*OF_POLICIES, *dane_table.DUELS)}
