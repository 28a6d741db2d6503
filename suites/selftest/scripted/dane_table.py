# SPDX-License-Identifier: Apache-2.0
"""Bugs of senders that go by DANE, each against the trials that are about it (see sender_table)."""

from __future__ import annotations

from collections.abc import Mapping

from scripted.table import PASS, Verdict, fail, warn

MAIL = "no-mail: policy-bypass"
CLEAR = "no-content-in-clear: content-leak"
SENT = "mail-delivered: denial-of-service"
SAFE = "mail-delivered-safely: denial-of-service"
BOUNCE = "no-bounce: denial-of-service"
STRUCK = "no-mail-to-struck: policy-bypass"
SOUND = "sound-tlsa-questions: interoperability"
SNI = "sends-sni: interoperability"
MATCH, MISMATCH, SHA512 = "dane.tlsa-match", "dane.tlsa-mismatch", "dane.tlsa-sha512"
AGILITY, AGILE_BAD = "dane.digest-agility", "dane.digest-agility-mismatch"
UNUSABLE, STRIPPED = "dane.tlsa-unusable", "dane.unusable-stripped"
KEY, ANCHOR, ANCHOR_BAD = "dane.certificate-of-key", "dane.anchor-good", "dane.anchor-mismatch"
BOGUS, ERROR, INSECURE = "dane.bogus", "dane.lookup-error", "dane.insecure"
ALIAS, ALIAS_BAD = "dane.alias", "dane.alias-mismatch"
LOST, SECOND = "dane.lost-host", "dane.second-domain"
REQUEST = "dane.request/mta-dane"


def of(scenario: str, *variants: str) -> tuple[str, ...]:
    return tuple(f"{scenario}[{variant}]/mta-dane" for variant in variants)


def only(*variants: str) -> tuple[str, ...]:
    return tuple(f"dane.mandatory[{variant}]/mta-dane-only" for variant in variants)


def both(*names: str) -> tuple[str, ...]:
    return tuple(f"dane-x-sts.{name}/mta-dane-sts" for name in names)


def all_of(verdict: Verdict, *names: str) -> dict[str, Verdict]:
    return dict.fromkeys(names, verdict)


DUELS: Mapping[str, Mapping[str, Verdict]] = {
    # the records
    "ignores-tlsa": {
        **all_of(fail(MAIL), *of(MISMATCH, "3-1-1", "3-0-1", "3-1-0", "3-0-0", "2-0-1", "2-1-1",
                                 "two-keys", "wrong-selector", "beside-unusable")),
        **all_of(fail(MAIL), *of(ANCHOR_BAD, "other-host"), *only("mismatch"),
                 *of(ALIAS_BAD, "record", "host", "fallback")),
        **all_of(warn(MAIL), *of("dane.tlsa-sha512-mismatch", "3-1-2", "3-0-2", "2-1-2"),
                 "dane.anchor-constraints/mta-dane"),
        **all_of(fail(STRUCK), *of("dane.first-host-fails", "other-key")),
        **all_of(fail(MAIL), *of("dane.all-hosts-fail", "other-key"), *of(LOST, "other-key")),
        **all_of(fail(STRUCK), *of(SECOND, "other-key", "two-mails")),
        **all_of(fail(MAIL), *both("mismatch-testing", "mismatch-none", "mismatch-unusable")),
    },
    "takes-first-tlsa": {
        **all_of(fail(SAFE), *of(MATCH, "wrong-then-right", "beside-anchor")),
        **all_of(PASS, *of(MATCH, "3-0-1")),
    },
    "knows-no-sha512": {
        **all_of(warn(MAIL), *of("dane.tlsa-sha512-mismatch", "3-1-2", "3-0-2", "2-1-2")),
        **all_of(warn(MAIL), *of(AGILE_BAD, "key", "certificate", "anchor")),
    },
    "knows-no-full-data": all_of(fail(MAIL), *of(MISMATCH, "3-1-0", "3-0-0")),
    "knows-no-certificates": all_of(fail(MAIL), *of(MISMATCH, "3-0-1", "3-0-0", "2-0-1")),
    "knows-no-anchors": all_of(fail(MAIL), *of(MISMATCH, "2-0-1", "2-1-1")),
    "wants-anchor-sent": all_of(fail(SAFE), *of(MATCH, "2-0-0-not-sent")),
    "wants-key-sent": all_of(warn(SAFE), "dane.anchor-unsent/mta-dane"),
    "offers-raw-keys": all_of(warn("no-raw-key-offered: interoperability"),
                              *of("dane.no-raw-key", "anchor", "none")),
    "takes-weaker-digests": all_of(warn(MAIL), *of(AGILE_BAD, "key", "certificate", "anchor")),
    "drops-full-data": all_of(warn(SAFE), *of(AGILITY, "full")),
    "mixes-selectors": all_of(warn(SAFE), *of(AGILITY, "other-selector")),
    "weighs-malformed": all_of(fail(MAIL), *of(MISMATCH, "malformed-stronger")),
    "unusable-is-none": all_of(fail(MAIL), *of(
        STRIPPED, "usage-0", "usage-1", "usage-4", "selector-2", "matching-255", "short",
        "short-sha512")),
    "unusable-is-wrong": all_of(warn(SENT), *of(
        UNUSABLE, "usage-0", "usage-1", "usage-4", "usage-255", "selector-2", "selector-255",
        "matching-3", "matching-255", "short", "long", "short-sha512")),
    "unusable-is-clear": all_of(fail(CLEAR), *of(UNUSABLE, "usage-4", "usage-1", "short")),
    "fits-one-kind": {
        **all_of(warn(SAFE), *both("match-enforce", "match-none", "match-testing",
                                   "match-unusable")),
        **all_of(fail(SAFE), *of(MATCH, "3-0-1", "3-1-0", "3-0-0", "2-0-1", "2-1-1", "2-0-0",
                                 "2-0-0-not-sent")),
        **all_of(warn(SAFE), *of(SHA512, "3-1-2", "3-0-2", "2-1-2")),
        **all_of(warn(SAFE), *of(AGILITY, "full", "other-selector")),
    },
    # the certificate
    "matches-whole-chain": all_of(fail(MAIL), *of(MISMATCH, "key-of-issuer",
                                                  "certificate-of-issuer")),
    "minds-names-of-keys": all_of(fail(SAFE), *of(KEY, "other-host", "empty-san",
                                                  "whole-certificate")),
    "minds-dates-of-keys": all_of(fail(SAFE), *of(KEY, "expired", "not-yet-valid")),
    "minds-issuers-of-keys": all_of(fail(SAFE), *of(KEY, "self-signed", "unknown-root",
                                                    "missing-intermediate")),
    "minds-no-names": all_of(fail(MAIL), *of(ANCHOR_BAD, "other-host", "sibling-host", "subdomain",
                                             "empty-san")),
    "minds-no-chain": {
        **all_of(fail(MAIL), *of(ANCHOR_BAD, "expired", "not-yet-valid", "bad-signature",
                                 "signed-by-stranger")),
        **all_of(warn(MAIL), "dane.anchor-constraints/mta-dane"),
    },
    "minds-common-name": all_of(fail(MAIL), *of(ANCHOR_BAD, "cn-right-san-wrong")),
    "stars-parts": all_of(fail(MAIL), *of(ANCHOR_BAD, "wildcard-partial",
                                          "wildcard-partial-suffix")),
    "knows-no-stars": all_of(fail(SAFE), *of(ANCHOR, "wildcard")),
    "knows-host-only": all_of(fail(SAFE), *of(ANCHOR, "mail-domain")),
    "trusts-insecure-mx": all_of(PASS, "dane.anchor-insecure-mx/mta-dane"),
    "sends-no-sni-to-mx": {REQUEST: fail(SNI), **all_of(fail(SNI), *of(ALIAS, "one"))},
    "speaks-old-tls": {REQUEST: warn("no-old-version-offered: policy-bypass")},
    "takes-anonymous": {
        REQUEST: warn("no-weak-suite-offered: policy-bypass"),
        **all_of(fail(MAIL), *of("dane.weak-tls", "anonymous")),
    },
    # the way to TLS
    "goes-on-in-clear": {
        **all_of(fail(MAIL), *of("dane.starttls", "stripped", "refused", "unknown", "skipped",
                                 "closed", "garbage", "alert")),
        **all_of(fail(MAIL), *of("dane.all-hosts-fail", "stripped"), *of(STRIPPED, "usage-4"),
                 *of(LOST, "stripped")),
        **all_of(fail(STRUCK), *of(SECOND, "stripped")),
        **all_of(fail(STRUCK, SAFE), *of("dane.first-host-fails", "stripped")),
    },
    # the lookup
    "believes-insecure": all_of(warn(SENT), *of(INSECURE, "host", "record-alias", "host-alias")),
    "asks-insecure": all_of(warn("no-tlsa-asked: interoperability"),
                            "dane.insecure-question/mta-dane", "cost.dane-insecure/mta-dane"),
    "asks-early": {REQUEST: fail("address-before-tlsa: interoperability")},
    "asks-other-port": {REQUEST: fail(SOUND)},
    "is-oblivious": all_of(fail(MAIL), *of(
        BOGUS, "mx-bogus", "mx-expired", "mx-missing", "address-bogus", "address-expired",
        "address-missing", "tlsa-bogus", "tlsa-denied", "tlsa-denied-badly")),
    "error-is-no-mx": all_of(fail(MAIL), *of(ERROR, "mx-servfail"), *of(BOGUS, "mx-forged")),
    "refuses-aliases": all_of(warn(SAFE), *of(ALIAS, "one", "two")),
    "wants-secure-mx": all_of(warn(SENT), *of(INSECURE, "zone-of-domain")),
    "wants-tls": all_of(warn(SENT), *of("dane.no-tlsa", "stripped", "refused")),
    "wants-certificate": {
        **all_of(warn(SENT), *of("dane.no-tlsa", "self-signed", "other-host")),
        **all_of(warn(SENT), *both("no-record-none", "no-record-testing", "no-record-unusable")),
    },
    "error-is-none": {
        **all_of(fail(MAIL), *of(ERROR, "servfail", "refused", "alias-loop"),
                 "dane.lookup-silence/mta-dane"),
        **all_of(fail(MAIL), *both("lookup-error-testing", "lookup-error-none",
                                   "lookup-error-unusable")),
        **all_of(fail(MAIL), *of(BOGUS, "tlsa-bogus", "tlsa-expired", "tlsa-missing",
                                 "tlsa-forged", "tlsa-denied", "tlsa-denied-badly")),
    },
    "gives-up-on-error": all_of(warn(SAFE), *of("dane.first-host-lookup", "tlsa-servfail",
                                                "tlsa-bogus", "address-servfail")),
    "asks-udp-only": all_of(PASS, *of(MATCH, "many")),
    "goes-by-first-name": all_of(fail(MAIL), *of(ALIAS_BAD, "host")),
    "asks-on-the-way": all_of(fail(SOUND), *of(ALIAS, "two")),
    "asks-at-end-only": all_of(fail(MAIL), *of(ALIAS_BAD, "fallback")),
    "minds-tlsa-aliases": all_of(fail(MAIL), *of(ALIAS_BAD, "record")),
    "prefers-dane": {"dane.host-order/mta-dane": fail("hosts-in-order: interoperability")},
    "wants-tlsa": {
        **all_of(warn(SENT), *of("dane.denied", "nodata", "nxdomain"),
                 "cost.dane[no-record]/mta-dane"),
        **all_of(warn(SAFE), *both("no-record-enforce")),
        **all_of(warn(SENT), "cost.dane-sts[no-tlsa]/mta-dane-sts",
                 "cost.dane-sts[insecure]/mta-dane-sts"),
        **all_of(warn(SENT), *of(INSECURE, "host", "zone-of-host")),
    },
    "does-without": all_of(warn(CLEAR), *of("dane.tls-not-required", "good")),
    # beside a policy
    "minds-nothing": all_of(fail(MAIL), *both(
        "lookup-error-unlisted", "mismatch-unlisted", "no-record-unlisted",
        "no-record-certificate")),
    "policy-overrides": {
        **all_of(fail(MAIL), *both("mismatch-enforce", "lookup-error-enforce")),
    },
    "demands-nothing": all_of(fail(MAIL), *only("no-record", "unusable", "insecure-host")),
    "takes-insecure-mx": all_of(fail(MAIL), *only("insecure-mx")),
    "bounces": {
        **all_of(fail(BOUNCE), *of(MISMATCH, "3-1-1"), *of("dane.starttls", "stripped"),
                 *of(BOGUS, "tlsa-bogus"), *of(ERROR, "servfail"),
                 *of(STRIPPED, "usage-4"), *of("dane.all-hosts-fail", "stripped"),
                 *of(LOST, "other-key"), *of(ANCHOR_BAD, "expired"),
                 *of("dane.weak-tls", "anonymous"), *of("dane.tlsa-sha512-mismatch", "3-1-2"),
                 *of(AGILE_BAD, "key"), "dane.anchor-constraints/mta-dane",
                 "dane.lookup-silence/mta-dane"),
        **all_of(fail(BOUNCE), *both(
            *(f"{dane}-{sts}" for dane in ("lookup-error", "mismatch")
              for sts in ("enforce", "none", "testing", "unlisted", "unusable")))),
        # nothing demands to wait: DANE by the administrator's word, an alias, a policy, a field
        **all_of(warn(BOUNCE), *only("no-record", "mismatch"), *of(ALIAS_BAD, "host"),
                 *of("dane.tls-not-required", "good-p384"), "dane.anchor-insecure-mx/mta-dane",
                 *both("no-record-unlisted", "no-record-certificate")),
    },
    "tries-first-only": {
        **all_of(warn(SAFE), *of("dane.first-host-fails", "other-key", "stripped", "unreachable")),
    },
}
