# SPDX-License-Identifier: Apache-2.0
"""The key for reports, and what is wrong with a signature, on mails signed here by hand."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (Encoding, PublicFormat,
                                                          load_pem_private_key)

from latchkey import catalog, dkim, runner, trial as trials
from latchkey.catalog import Catalog
from latchkey.plan import compile_plan
from latchkey.runner import Bench
from samples import ROOT

SECRETS = {**trials.fresh_secrets(), "token": "t1", "sender": "f@example.test"}
NAME = "latchkey._domainkey.example.test"
KEYS = dkim.records(SECRETS)
BODY = b"One\r\nTwo\r\n"
HEAD = "from:a@example.test\r\nsubject:A\r\n"
RSA = rsa.generate_private_key(65537, 2048)


def own_key() -> ed25519.Ed25519PrivateKey:
    key = load_pem_private_key(dkim.private_key(SECRETS).encode(), None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return key


def mail(body: bytes = BODY, subject: str = "A", covered: bytes = BODY, head: str = HEAD,
         more: Mapping[str, str] | None = None, kind: str = "") -> bytes:
    """A mail signed by RFC 6376 (relaxed/simple) and RFC 8463; more: tags instead of the right;
    kind: of the key, if its algorithm is not to tell it."""
    digest = base64.b64encode(hashlib.sha256(covered).digest()).decode()
    tags = {"v": "1", "a": "ed25519-sha256", "c": "relaxed/simple", "d": "example.test",
            "s": "latchkey", "h": "from:subject", "bh": digest, **(more or {})}
    words = "; ".join(f"{name}={value}" for name, value in tags.items()) + "; b="
    text = f"{head}dkim-signature:{words}".encode()
    signature = RSA.sign(text, padding.PKCS1v15(), SHA256()) \
        if (kind or tags["a"]).startswith("rsa") \
        else own_key().sign(hashlib.sha256(text).digest())
    if more is not None and "b" in more:
        words, signature = words.replace(f"; b={more['b']}", ""), base64.b64decode(more["b"])
    return (f"DKIM-Signature: {words}{base64.b64encode(signature).decode()}\r\n"
            f"From: a@example.test\r\nSubject: {subject}\r\n\r\n").encode() + body


def test_the_halves_of_the_key_belong_together() -> None:
    public = own_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert KEYS == {NAME: "v=DKIM1; k=ed25519; s=tlsrpt; p=" + base64.b64encode(public).decode()}
    assert dkim.private_key({**SECRETS, "token": "t2"}) != dkim.private_key(SECRETS)


NOT_BY_KEY = f"it is not signed with the key at {NAME}"


FLAWS = [
    (mail(), ""),
    (mail(more={"t": "1", "x": "2"}), ""),      # it ran out long ago
    (mail(BODY + b"\r\n\r\n"), ""),             # RFC 6376, section 3.4.3
    (b"DKIM-Signature: v=1; d=other.test\r\n" + mail(), ""),
    (mail(subject="B"), NOT_BY_KEY),
    (mail(more={"b": base64.b64encode(bytes(64)).decode()}), NOT_BY_KEY),
    (mail(more={"b": "eA=="}), "its signature is not right: "),
    (mail(BODY + b"Three\r\n"), "its signature is not right: body hash mismatch"),
    (mail(BODY + b"Three\r\n", more={"l": "10"}), "its signature is not right: body hash mismatch"),
    (mail(more={"d": "other.test"}), "it is signed by other.test"),
    (mail(more={"s": "else"}), "there is no key at else._domainkey.example.test"),
    (mail(head="subject:A\r\n", more={"h": "subject"}), "the signature leaves out From"),
    (mail(more={"a": "rsa-sha1"}), "its algorithm is rsa-sha1"),
    (mail(more={"a": "rsa-sha256"}), "its signature is not right: "),
    (mail(more={"a": "none"}), "its signature is not right: unknown signature algorithm"),
    (mail(more={"t": "2", "x": "2"}), "it has run out before it was made"),
    (mail(more={"c": "plain"}), "its signature is not right: "),
    (mail(more={"i": "example.test"}), "its signature is not right: "),
    (mail().replace(b"v=1", b"v=1; v=1"), "its signature is not right: "),
    (mail().partition(b"\r\n")[2], "there is no DKIM-Signature"),
    (b" \r\n", "its head cannot be read"), (b"A B\r\n\r\n", "its head cannot be read"),
    (b"", "there is no DKIM-Signature"),
]


@pytest.mark.parametrize("text, said", FLAWS, ids=map(str, range(len(FLAWS))))
def test_flaw(text: bytes, said: str) -> None:
    found = dkim.flaw(text, "example.test", KEYS)
    assert found == said if said in ("", NOT_BY_KEY) else found.startswith(said)


def test_a_key_of_another_kind() -> None:
    public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    keys = {NAME: "v=DKIM1; k=rsa; s=tlsrpt; p=" + base64.b64encode(public).decode()}
    assert dkim.flaw(mail(more={"a": "rsa-sha256"}), "example.test", keys) == ""
    assert dkim.flaw(mail(subject="B", more={"a": "rsa-sha256"}), "example.test", keys) == \
        NOT_BY_KEY
    assert dkim.flaw(mail(), "example.test", keys) != ""
    # What the key signed, but under the name of another algorithm.
    misnamed = mail(more={"a": "rsa-sha256"}, kind="ed25519")
    assert dkim.flaw(misnamed, "example.test", KEYS) == NOT_BY_KEY


# --- in a plan, and without a library


@pytest.fixture(scope="module")
def known() -> Catalog:
    return catalog.load(ROOT)


def test_who_reports_has_the_key_and_dns_the_record(known: Catalog) -> None:
    (trial,) = known.trials(known.client("refsender"), "tlsrpt.mail")
    plan = compile_plan(known, trial, SECRETS)
    (file,) = [one for one in plan["client"]["files"] if one["path"] == ".latchkey-dkim.pem"]
    assert file == {"path": ".latchkey-dkim.pem", "text": dkim.private_key(SECRETS), "mode": "600"}
    assert "--sign=latchkey:/home/latchkey/.latchkey-dkim.pem" in plan["client"]["argv"]
    assert {"name": NAME, "type": "TXT", "value": f'"{KEYS[NAME]}"', "ttl": 60} \
        in plan["dns"]["records"]
    other = known.trials(known.client("refsender"), "mta-sts.fetch-request")[0]
    assert "_domainkey" not in json.dumps(compile_plan(known, other, SECRETS))


@pytest.mark.parametrize("name, value, outcome", [
    ("is_there", lambda: False, "SKIP"),
    ("records", lambda secrets: {}, "INCONCLUSIVE"),    # as it was elsewhere, or earlier
])
def test_without_the_library_nothing_is_said_of_signatures(
        built: Path, known: Catalog, monkeypatch: pytest.MonkeyPatch, name: str, value: object,
        outcome: str) -> None:
    monkeypatch.setattr(dkim, name, value)
    assert dkim.records(SECRETS) == {}
    (trial,) = known.trials(known.client("refsender"), "tlsrpt.mail")
    with Bench(known, built / "out") as bench:
        result = runner.run_trial(bench, trial).result
    assert (result.outcome, result.reason) == (outcome, "no-dkim")
