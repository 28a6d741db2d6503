# SPDX-License-Identifier: Apache-2.0
"""DANE as the scripted sender does it (RFC 7671, RFC 7672), with a bug if that is wished."""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scripted.resolver import Answer, NoAnswer, ask

TA, EE = 2, 3
CERTIFICATE, KEY = 0, 1
DIGESTS = {1: "sha256", 2: "sha512"}
BUGS = {
    # the records
    "ignores-tlsa": "asks for TLSA records, and does not go by them",
    "is-oblivious": "asks a name server that validates nothing, and believes it",
    "takes-first-tlsa": "looks at the first record only",
    "knows-no-sha512": "takes SHA-512 for unknown",
    "knows-no-full-data": "takes records without a digest for unknown",
    "knows-no-certificates": "takes records of whole certificates for unknown",
    "knows-no-anchors": "takes usage 2 for unknown",
    "wants-anchor-sent": "does not take an anchor out of a record",
    "wants-key-sent": "does not look whether the key in a record signed the last certificate",
    "takes-weaker-digests": "takes a weaker digest that fits beside a stronger one that does not",
    "drops-full-data": "drops records without a digest beside those with one",
    "mixes-selectors": "lets a strong digest of one selector stand for the other",
    "weighs-malformed": "lets a malformed record drop a weaker digest",
    "fits-one-kind": "knows keys by SHA-256 in usage 3, and takes all else for a mismatch",
    "unusable-is-clear": "does without TLS where no record is of use",
    "unusable-is-none": "goes without TLS where no record is of use",
    "unusable-is-wrong": "delivers nothing where no record is of use",
    "offers-raw-keys": "would take a bare key from anybody",
    # the certificate
    "matches-whole-chain": "takes a record of usage 3 for any certificate of the chain",
    "minds-names-of-keys": "wants the right name where the key is named",
    "minds-dates-of-keys": "wants a valid time where the key is named",
    "minds-issuers-of-keys": "wants a known issuer where the key is named",
    "minds-no-names": "takes any name below an anchor",
    "minds-no-chain": "takes any chain in which the anchor is",
    "minds-common-name": "takes the common name beside other names",
    "stars-parts": "takes a star for a part of a label",
    "knows-no-stars": "takes no star",
    "knows-host-only": "takes no certificate of the domain",
    "trusts-insecure-mx": "takes the name of the domain though its MX is insecure",
    "sends-no-sni-to-mx": "does not say which host it wants",
    # the lookup
    "believes-insecure": "goes by records that nobody validated",
    "asks-insecure": "asks for records of a host whose address is insecure",
    "asks-early": "asks for the records before the address",
    "asks-other-port": "asks for the records of another port, too",
    "error-is-none": "takes an error for the news that there are no records",
    "gives-up-on-error": "tries no other host behind an error",
    "asks-udp-only": "takes what is cut short for all",
    "goes-by-first-name": "asks at the name before its aliases",
    "asks-on-the-way": "asks at every name of a chain of aliases",
    "asks-at-end-only": "does not fall back on the name before its aliases",
    "minds-tlsa-aliases": "takes no records behind an alias",
    "prefers-dane": "goes first to hosts that have records",
    "refuses-aliases": "goes to no host that is an alias",
    "error-is-no-mx": "takes an error for the news that there is no MX record",
    "wants-secure-mx": "delivers nothing where the MX record is insecure",
    "wants-tlsa": "delivers nothing without records",
    "minds-nothing": "asks for records and for a policy, and goes by neither",
    # where there is no record
    "wants-tls": "delivers nothing without TLS",
    "wants-certificate": "wants a good certificate where nobody promised one",
    "takes-anonymous": "takes a server without a certificate",
}


BELIEVERS = ("believes-insecure", "is-oblivious")


class Mismatch(Exception):
    """The host cannot show that it is the one."""


class Record(NamedTuple):
    usage: int
    selector: int
    matching: int
    data: bytes


class Records(NamedTuple):
    """What there is for a host; `there` without `usable`: TLS, and no more."""

    base: str
    there: bool
    usable: Sequence[Record]


NONE = Records("", False, ())


# --- the records


def _is_usable(record: Record, bug: str) -> bool:
    """RFC 7671, sections 4 and 10.3; RFC 7672, section 3.1.3."""
    size = {1: 32, 2: 64}.get(record.matching)
    return not (record.usage not in (TA, EE) or record.selector not in (CERTIFICATE, KEY)
                or record.matching not in (0, 1, 2) or not record.data
                or size is not None and len(record.data) != size
                or bug == "knows-no-sha512" and record.matching == 2
                or bug == "knows-no-full-data" and record.matching == 0
                or bug == "knows-no-certificates" and record.selector == CERTIFICATE
                or bug == "knows-no-anchors" and record.usage == TA)


def _chosen(records: Sequence[Record], all_records: Sequence[Record], bug: str) -> list[Record]:
    """Of each usage and selector the strongest digest, and what has none (RFC 7671, section 9)."""
    if bug == "takes-weaker-digests":
        return list(records)
    found = []
    for record in records:
        rivals = [other for other in (all_records if bug == "weighs-malformed" else records)
                  if other.usage == record.usage
                  and (other.selector == record.selector or bug == "mixes-selectors")]
        strongest = max(other.matching for other in rivals if other.matching < 3)
        if record.matching == strongest or (record.matching == 0 and bug != "drops-full-data"):
            found.append(record)
    return found


def records_of(host: str, address: Answer, bug: str) -> Records:
    """RFC 7672, section 2.2; NoAnswer where delivery has to wait."""
    if not address.secure and bug not in ("asks-insecure", *BELIEVERS):
        return NONE
    bases = dict.fromkeys([address.name, host])
    if bug == "goes-by-first-name":
        bases = dict.fromkeys([host])
    if bug == "asks-at-end-only":
        bases = dict.fromkeys([address.name])
    if bug == "asks-on-the-way":
        bases = dict.fromkeys([*_way(host), address.name, host])
    for base in bases:
        try:
            if bug == "asks-other-port":
                ask(f"_465._tcp.{base}", "TLSA")
            answer = ask(f"_25._tcp.{base}", "TLSA", bug != "minds-tlsa-aliases",
                         bug != "asks-udp-only")
        except NoAnswer:
            if bug == "error-is-none":
                return NONE
            raise
        if answer.records and (answer.secure or bug in BELIEVERS):
            found = [Record(head[0], head[1], head[2], data) for head, data in answer.records]
            found = found[:1] if bug == "takes-first-tlsa" else found
            usable = [record for record in found if _is_usable(record, bug)]
            return Records(base, True, _chosen(usable, found, bug))
    return NONE


def _way(host: str) -> Iterable[str]:
    """The aliases between a name and its end."""
    while aliases := ask(host, "CNAME").records:
        host = aliases[0][0].decode("ascii")
        yield host


# --- the certificates


def _value(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of a DER value begins, and what is behind it."""
    size, begin = der[at + 1], at + 2
    if size & 0x80:
        begin += size & 0x7f
        size = int.from_bytes(der[at + 2:begin], "big")
    return begin, begin + size


def key_of(der: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate (RFC 5280, section 4.1)."""
    at = _value(der, _value(der, 0)[0])[0]
    at = _value(der, at)[1] if der[at] == 0xa0 else at
    for _ in range(5):                  # serial, signature, issuer, validity, subject
        at = _value(der, at)[1]
    return der[at:_value(der, at)[1]]


def fits(record: Record, der: bytes, bug: str = "") -> bool:
    if bug == "fits-one-kind" and record[:3] != (EE, KEY, 1):
        return False
    chosen = der if record.selector == CERTIFICATE else key_of(der)
    digest = DIGESTS.get(record.matching)
    return record.data == (hashlib.new(digest, chosen).digest() if digest else chosen)


def _names(leaf: bytes, bug: str) -> list[str]:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(ssl.DER_cert_to_PEM_cert(leaf))
        file.flush()
        decoded = ssl._ssl._test_decode_cert(file.name)  # type: ignore[attr-defined]
    names = [name for kind, name in decoded.get("subjectAltName", ()) if kind == "DNS"]
    if not names or bug == "minds-common-name":
        names += [value for part in decoded["subject"] for kind, value in part
                  if kind == "commonName"]
    return [name.lower() for name in names]


def _names_host(name: str, host: str, bug: str) -> bool:
    """RFC 7672, section 3.2.3: a star is the first label, and stands for one."""
    label, _, rest = name.partition(".")
    first, _, above = host.partition(".")
    if name == host:
        return True
    if bug == "stars-parts" and "*" in label and rest == above:
        head, _, tail = label.partition("*")
        return first.startswith(head) and first.endswith(tail)
    return label == "*" and rest == above and bug != "knows-no-stars"


def _is_issued(leaf: bytes, chain: Sequence[bytes], anchor: bytes) -> bool:
    """The chain leads to the anchor, and all of it is valid now."""
    with tempfile.TemporaryDirectory() as folder:
        for name, certificates in (("leaf", [leaf]), ("chain", [leaf, *chain]),
                                   ("anchor", [anchor])):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.writelines(map(ssl.DER_cert_to_PEM_cert, certificates))
        return subprocess.run(
            ["openssl", "verify", "-partial_chain", "-purpose", "sslserver", "-no-CAfile",
             "-no-CApath", "-no-CAstore", "-trusted", "anchor", "-untrusted", "chain", "leaf"],
            cwd=folder, capture_output=True, check=False).returncode == 0


def _signs(key: bytes, der: bytes) -> bool:
    """This key signed the certificate (ECDSA or RSA with SHA-256)."""
    signed = _value(der, _value(der, 0)[0])[1]      # what follows: algorithm, signature
    begin, end = _value(der, _value(der, signed)[1])
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", key), ("text", der[_value(der, 0)[0]:signed]),
                           ("signature", der[begin + 1:end])):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", "key", "-signature",
             "signature", "text"], cwd=folder, capture_output=True, check=False).returncode == 0


def offer_raw_keys(address: str) -> None:
    """A ClientHello with server_certificate_type, and no mail behind it."""
    subprocess.run(["openssl", "s_client", "-starttls", "smtp", "-connect", f"{address}:25",
                    "-serverinfo", "20"], stdin=subprocess.DEVNULL, capture_output=True,
                   check=False)


def _is_anchored(record: Record, leaf: bytes, chain: Sequence[bytes], names: Sequence[str],
                 bug: str) -> bool:
    anchors = [der for der in chain if fits(record, der, bug)]
    if (record.selector, record.matching) == (CERTIFICATE, 0) and bug not in (
            "wants-anchor-sent", "fits-one-kind"):
        anchors.append(record.data)
    top = [leaf, *chain][-1]
    if (record.selector, record.matching) == (KEY, 0) and bug not in (
            "wants-key-sent", "fits-one-kind") and _signs(record.data, top):
        anchors.append(top)
    named = bug == "minds-no-names" or any(
        _names_host(name, host, bug) for name in _names(leaf, bug) for host in names)
    return named and any(bug == "minds-no-chain" or _is_issued(leaf, chain, anchor)
                         for anchor in anchors)


def _is_minded(leaf: bytes, chain: Sequence[bytes], names: Sequence[str], ca: str,
               bug: str) -> bool:
    """What need not be minded where the key itself is named (RFC 7672, section 3.1.1)."""
    if bug == "minds-names-of-keys":
        return any(_names_host(name, host, "") for name in _names(leaf, "") for host in names)
    if bug == "minds-dates-of-keys":
        return _is_issued(leaf, (), leaf)
    with open(ca, encoding="ascii") as file:
        root = ssl.PEM_cert_to_DER_cert(file.read())
    return bug != "minds-issuers-of-keys" or _is_issued(leaf, chain, root)


def authenticate(tls: ssl.SSLSocket, records: Records, names: Sequence[str], ca: str,
                 bug: str) -> None:
    """Mismatch unless a record names who this is."""
    if bug == "ignores-tlsa" or bug == "takes-anonymous" and tls.getpeercert(True) is None:
        return
    whole = tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
    leaf, *chain = [certificate.public_bytes(ssl._ssl.ENCODING_DER)  # type: ignore[attr-defined]
                    for certificate in whole]
    for record in records.usable:
        shown = [leaf, *chain] if bug == "matches-whole-chain" else [leaf]
        if record.usage == EE and any(fits(record, der, bug) for der in shown) and _is_minded(
                leaf, chain, names, ca, bug):
            return
        if record.usage == TA and _is_anchored(record, leaf, chain, names, bug):
            return
    raise Mismatch("no record fits")
