# SPDX-License-Identifier: Apache-2.0
"""Bugs of senders that report on TLS, each against the trials that are about it (reporter.py)."""

from __future__ import annotations

from collections.abc import Mapping

from latchkey.tlsrpt import RESULTS
from scripted.table import PASS, Verdict, fail, warn

DELIVERY, COUNTS, MAIL = "tlsrpt.delivery", "tlsrpt.counts", "tlsrpt.mail"
CONTROL = Verdict("INCONCLUSIVE", "control", note="control: no-report")


def named(*predicates: str) -> tuple[str, ...]:
    return tuple(f"{predicate}: interoperability" for predicate in predicates)


def all_of(scenario: str, *variants: str) -> list[str]:
    return [f"{scenario}[{variant}]" for variant in variants]


UNUSABLE = all_of("tlsrpt.record-unusable", "nxdomain", "no-rua", "other-version", "two", "others")
# Of a result that several trials are about.
TRIALS = {"tlsa-invalid": all_of("tlsrpt.tlsa-invalid", "mismatch", "malformed"),
          "dnssec-invalid": all_of("tlsrpt.dnssec-invalid", "bogus", "expired")}
# Bug → trial → verdict.
DUELS: Mapping[str, Mapping[str, Verdict]] = {
    "reports-to-nobody": {DELIVERY: CONTROL},
    "reports-to-everybody": dict.fromkeys(UNUSABLE, fail("no-report: content-leak")),
    "wants-one-record": {"tlsrpt.record-unusual[beside-spf]": fail(*named("report-posted"))},
    "joins-with-space": {"tlsrpt.record-unusual[strings]": fail(*named("report-posted"))},
    "knows-no-extensions": dict.fromkeys(
        all_of("tlsrpt.record-unusual", "unknown-field", "unknown-first"),
        fail(*named("report-posted"))),
    "posts-elsewhere": {DELIVERY: fail(*named("report-posted"))},
    "puts": {DELIVERY: CONTROL},
    "says-json": {DELIVERY: warn(*named("report-typed")), MAIL: warn(*named("report-typed"))},
    "sends-plain": {DELIVERY: warn(*named("report-compressed")),
                    MAIL: fail(*named("report-file-extension"))},
    "forgets-contact": {DELIVERY: fail(*named("report-well-formed")),
                        MAIL: fail(*named("report-well-formed", "report-mail-fields"))},
    "tells-seconds": {DELIVERY: fail(*named("report-well-formed"))},
    "tells-one-policy": {DELIVERY: fail(*named("report-well-formed"))},
    "repeats-member": {DELIVERY: fail(*named("report-well-formed"))},
    "tells-text": {COUNTS: fail(*named("report-has-policy")),
                   DELIVERY: fail(*named("report-well-formed"))},
    "counts-mails-once": {COUNTS: fail(*named("report-counts"))},
    "counts-failures-only": {COUNTS: fail(*named("report-counts"))},
    "counts-no-failure": {f"tlsrpt.{word}": warn(*named("report-counts")) for word in (
        "starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
        "certificate-not-trusted")} | {
        "tlsrpt.validation-failure": warn(*named("report-counts"))},
    "always-policy": {"tlsrpt.no-policy": warn(*named("report-without-policy"))},
    "never-mails": {MAIL: CONTROL, "tlsrpt.mail-despite-policy": CONTROL, DELIVERY: PASS},
    "honours-policy": {
        "tlsrpt.mail-despite-policy": fail("report-mailed: denial-of-service"), MAIL: PASS},
    "mails-plainly": {MAIL: fail(*named("report-mail-form"))},
    "names-nobody": {MAIL: fail(*named("report-mail-fields", "report-signed"))},
    "has-own-subject": {MAIL: warn(*named("report-mail-subject"))},
    "names-file-badly": {MAIL: fail(*named("report-file-extension", "report-file-name"))},
    "numbers-file": {MAIL: warn(*named("report-file-name"))},
    "signs-nothing": {MAIL: fail(*named("report-signed", "report-signed-fields"))},
    "signs-another-body": {MAIL: fail(*named("report-signed"))},
    "signs-a-part": {MAIL: fail(*named("report-signed-whole"))},
    "signs-few-fields": {MAIL: warn(*named("report-signed-fields"))},
    "signs-with-another-key": {MAIL: fail(*named("report-signed"))},
    "signs-for-its-host": {MAIL: fail(*named("report-signed"))},
    "signs-without-record": {MAIL: fail(*named("report-signed"))},
    "signs-another-subject": {MAIL: fail(*named("report-signed"))},
    **{f"hides-{word}": dict.fromkeys(
        TRIALS.get(word, [f"tlsrpt.{word}"]),
        warn(*named(f"tells-{word}")))
       for word in RESULTS},
    "hides-sts-policy-fetch-error": {
        "tlsrpt.sts-policy-fetch-error": warn(*named("tells-sts-policy-fetch-error")),
        "tlsrpt.refresh-failure": warn(*named("tells-sts-policy-fetch-error"))},
}
