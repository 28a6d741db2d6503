# SPDX-License-Identifier: Apache-2.0
"""A sending MTA that reports on TLS (RFC 8460), right or with one bug.

reporter.py [--bug NAME] WISH FROM TO MESSAGE CA KEY. It delivers as `sender` does, by DANE if that
is in the wish, else by no policy, but looks how it would fare with it; and reports when it is done:
the day is over with each run.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import site
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from scripted.dane import Mismatch, authenticate, records_of
from scripted.policy import Unusable, context_of, fetch, matches, parse, record_id
from scripted.resolver import NoAnswer, ask, lookup
from scripted.sender import DEFERRED, DELIVERED, opportunistic
from scripted.smtp import NoTls, Refused, Session

OWN, DOMAIN = "client.example.test", "example.test"
_SEED = 32                              # octets at the end of a key of Ed25519 (RFC 8410)
BUGS = {
    "reports-to-nobody": "sends no report",
    "reports-to-everybody": "takes any record, and what it does not understand for the usual place",
    "wants-one-record": "takes no record if there is another TXT beside it",
    "joins-with-space": "puts a space between the strings of a record",
    "knows-no-extensions": "takes no record with a field that it does not know",
    "posts-elsewhere": "sends its report to another place of the host",
    "puts": "sends its report by PUT",
    "says-json": "says of a compressed report that it is not",
    "sends-plain": "does not compress",
    "forgets-contact": "leaves out a member",
    "tells-seconds": "tells times as numbers",
    "tells-one-policy": "tells its one policy without a list",
    "repeats-member": "has a member twice",
    "tells-text": "tells the policy as one text",
    "counts-mails-once": "counts one session, however many there were",
    "counts-failures-only": "counts no session that went well",
    "counts-no-failure": "counts no session that failed",
    "always-policy": "tells of a policy where there is none",
    "never-mails": "sends no report by mail",
    "honours-policy": "sends a report only where policy and certificate are right",
    "mails-plainly": "mails its report as a plain attachment",
    "names-nobody": "leaves TLS-Report-Submitter out",
    "has-own-subject": "has a subject of its own",
    "names-file-badly": "gives the file another extension",
    "numbers-file": "gives the file a name of its own",
    "signs-nothing": "does not sign",
    "signs-a-part": "tells in its signature how much of the body it covers",
    "signs-another-body": "signs a body that it does not send",
    "signs-few-fields": "leaves the fields of reports out of its signature",
    "signs-with-another-key": "signs with a key that is not the published one",
    "signs-for-its-host": "signs for its host, not for its domain",
    "signs-without-record": "signs by a selector where no key is",
    "signs-another-subject": "signs a subject that it does not send",
    **{f"hides-{word}": f"has another word for {word}" for word in (
        "starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
        "certificate-not-trusted", "validation-failure", "sts-policy-fetch-error",
        "sts-policy-invalid", "sts-webpki-invalid", "tlsa-invalid", "dnssec-invalid",
        "dane-required")},
}
# OpenSSL's X509_V_ERR_…
_CODES = {10: "certificate-expired", 62: "certificate-host-mismatch"}


class Day:
    """What is told of one day."""

    def __init__(self) -> None:
        self.policy: dict[str, Any] | None = None
        self.text = ""
        self.good = 0
        self.failures: Counter[str] = Counter()


# --- what happens


def look_for_policy(domain: str, ca: str, day: Day) -> None:
    try:
        record_id(domain, "")
    except Unusable:
        return
    day.policy = {}
    try:
        day.text = fetch(domain, ca, "").decode()
        day.policy = parse(day.text.encode(), "")
    except Unusable as error:
        word = "sts-policy-invalid" if day.text else "sts-policy-fetch-error"
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            word = "sts-webpki-invalid"
        day.failures[word] += 1


def session_with(host: str, ca: str, day: Day, bug: str) -> Session:
    """A session with a host, as safe as may be; what kept it from being safer is noted."""
    for context in (context_of(ca, ""), opportunistic(bug), None):
        session = Session(host)
        offered = b"STARTTLS" in session.command(f"EHLO {OWN}").upper()
        if context is None or not offered:
            if not offered:
                day.failures["starttls-not-supported"] += 1
            return session
        try:
            session.secure(context)
            session.command(f"EHLO {OWN}")
            day.good += context.verify_mode == ssl.CERT_REQUIRED
            return session
        except ssl.SSLCertVerificationError as error:
            day.failures[_CODES.get(error.verify_code, "certificate-not-trusted")] += 1
        except (NoTls, OSError):
            day.failures["validation-failure"] += context.verify_mode == ssl.CERT_REQUIRED
        session.close()
    raise Refused("unreachable")


def session_by_dane(host: str, needs_dane: bool, ca: str, day: Day) -> Session:
    """A session as the TLSA records of the host want it; what is wrong with them is noted."""
    try:
        records = records_of(host, ask(host, "A"), "")
    except NoAnswer:
        day.failures["dnssec-invalid"] += 1
        raise
    if needs_dane and not records.usable:
        day.failures["dane-required"] += 1
        raise Refused("no record is of use")
    session = Session(host, records.base)
    session.command(f"EHLO {OWN}")
    session.secure(opportunistic(""))
    assert isinstance(session.socket, ssl.SSLSocket)
    try:
        if records.usable:
            authenticate(session.socket, records, (records.base, host), ca, "")
    except Mismatch:
        day.failures["tlsa-invalid"] += 1
        raise Refused("no record fits") from None
    day.failures["tlsa-invalid"] += records.there and not records.usable
    session.command(f"EHLO {OWN}")
    return session


def hand_over(session: Session, sender: str, recipients: Sequence[str], text: bytes) -> None:
    session.command(f"MAIL FROM:<{sender}>")
    for recipient in recipients:
        session.command(f"RCPT TO:<{recipient}>")
    session.command("DATA", b"3")
    session.socket.sendall(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    session.expect(b"2")
    session.socket.sendall(b"QUIT\r\n")
    session.close()


# --- the record


def places_of(domain: str, bug: str) -> list[str]:
    """Where reports of a domain go."""
    try:
        values = lookup(f"_smtp._tls.{domain}", "TXT")
    except NoAnswer:
        values = []
    glue = b" " if bug == "joins-with-space" else b""
    texts = [glue.join(strings).decode("latin-1") for strings in values]
    if bug == "reports-to-everybody":
        return ["https://reports.example.test/v1/tlsrpt"]
    if bug == "wants-one-record" and len(texts) != 1:
        return []
    own = [text for text in texts if re.match(r"v=TLSRPTv1[ \t]*;", text)]
    if len(own) != 1:
        return []
    fields = [part.strip() for part in own[0].split(";")[1:] if part.strip()]
    if bug == "knows-no-extensions" and len(fields) != 1:
        return []
    rua = next((one[4:] for one in fields if one.startswith("rua=")), "")
    return [uri for uri in rua.split(",") if uri.startswith(("https://", "mailto:"))]


# --- the report


def report_of(domain: str, day: Day, bug: str) -> dict[str, Any]:
    failures = {(f"{word}-x" if bug == f"hides-{word}" else word): number
                for word, number in day.failures.items() if number}
    bad = 0 if bug == "counts-no-failure" else sum(failures.values())
    good = 0 if bug == "counts-failures-only" else \
        min(1, day.good) if bug == "counts-mails-once" else day.good
    own: dict[str, Any] = {"policy-type": "no-policy-found", "policy-domain": domain}
    if day.policy is not None or bug == "always-policy":
        lines = day.text.split("\r\n")[:-1]
        own = {"policy-type": "sts", "policy-domain": domain,
               "policy-string": day.text if bug == "tells-text" else lines,
               "mx-host": (day.policy or {}).get("mx", [])}
    policies: Any = [{
        "policy": own,
        "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
        "failure-details": [{"result-type": word, "sending-mta-ip": "192.0.2.25",
                             "failed-session-count": number} for word, number in failures.items()],
    }]
    start: Any = 1 if bug == "tells-seconds" else "2024-03-01T00:00:00Z"
    found = {"organization-name": "Scripted",
             "date-range": {"start-datetime": start, "end-datetime": "2024-03-01T23:59:59Z"},
             "contact-info": f"tls@{DOMAIN}", "report-id": "1@x",
             "policies": policies[0] if bug == "tells-one-policy" else policies}
    if bug == "forgets-contact":
        del found["contact-info"]
    return found


def post(uri: str, body: bytes, kind: str, ca: str, bug: str) -> None:
    host, _, path = uri.removeprefix("https://").partition("/")
    address = lookup(host, "A")[0][0].decode("ascii")
    path = "elsewhere" if bug == "posts-elsewhere" else path
    verb = "PUT" if bug == "puts" else "POST"
    with socket.create_connection((address, 443), 5) as raw, \
            context_of(ca, "").wrap_socket(raw, server_hostname=host) as tls:
        tls.sendall(f"{verb} /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        tls.recv(1000)


def message_of(address: str, domain: str, body: bytes, kind: str, bug: str) -> bytes:
    submitter = "" if bug == "names-nobody" else f"TLS-Report-Submitter: {DOMAIN}\r\n"
    subject = "TLS report" if bug == "has-own-subject" else \
        f"Report Domain: {domain} Submitter: {DOMAIN} Report-ID: <1@x>"
    name = f"{DOMAIN}!{domain}!1709251200!1709337599.json.gz"
    name = {"names-file-badly": name.replace(".json.gz", ".gz"),
            "numbers-file": "1.json.gz"}.get(bug, name)
    whole = "multipart/mixed" if bug == "mails-plainly" else "multipart/report; report-type=tlsrpt"
    text = ("--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
            f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
            f"{base64.encodebytes(body).decode()}--b--\r\n").replace("\n", "\r\n").replace(
                "\r\r\n", "\r\n").encode()
    return (f"From: tls@{DOMAIN}\r\nTo: {address}\r\nSubject: {subject}\r\n"
            f"TLS-Report-Domain: {domain}\r\n{submitter}MIME-Version: 1.0\r\n"
            f'Content-Type: {whole}; boundary="b"\r\n\r\n').encode() + text


def signature_of(message: bytes, key: str, bug: str) -> bytes:
    """The field DKIM-Signature (RFC 6376) over a message, with Ed25519 (RFC 8463)."""
    if bug == "signs-nothing":
        return b""
    site.main()                         # an isolated interpreter (stage.py) knows no packages
    import dkim     # type: ignore[import]
    if bug == "signs-another-body":
        message += b"x\r\n"
    if bug == "signs-another-subject":
        message = message.replace(b"\r\nSubject: ", b"\r\nSubject: Re: ")
    with open(key, encoding="ascii") as file:
        secret = base64.b64decode("".join(file.read().split("\n")[1:-2]))[-_SEED:]
    fields = [b"from", b"to", b"subject", b"tls-report-domain", b"tls-report-submitter"]
    signed: bytes = dkim.DKIM(message, signature_algorithm=b"ed25519-sha256").sign(
        b"nowhere" if bug == "signs-without-record" else b"latchkey",
        (OWN if bug == "signs-for-its-host" else DOMAIN).encode("ascii"),
        base64.b64encode(bytes(_SEED) if bug == "signs-with-another-key" else secret),
        include_headers=fields[:3] if bug == "signs-few-fields" else fields,
        length=bug == "signs-a-part")
    return signed


def mail(address: str, domain: str, body: bytes, kind: str, ca: str, key: str, bug: str) -> None:
    target = address.rpartition("@")[2]
    host = sorted(lookup(target, "MX"))[0][1].decode("ascii")
    if bug == "honours-policy":
        try:
            record_id(target, "")
            if not matches(parse(fetch(target, ca, ""), ""), host, ""):
                return
        except Unusable:
            pass
    message = message_of(address, domain, body, kind, bug)
    hand_over(session_with(host, ca, Day(), bug), f"tls@{DOMAIN}", [address],
              signature_of(message, key, bug) + message)


def tell(domain: str, day: Day, ca: str, key: str, bug: str) -> None:
    text = json.dumps(report_of(domain, day, bug))
    if bug == "repeats-member":
        text = text.replace('"report-id"', '"report-id": "0", "report-id"')
    body, kind = gzip.compress(text.encode()), "application/tlsrpt+gzip"
    if bug == "sends-plain":
        body, kind = text.encode(), "application/tlsrpt+json"
    if bug == "says-json":
        kind = "application/tlsrpt+json"
    for uri in places_of(domain, bug):
        if uri.startswith("https:"):
            post(uri, body, kind, ca, bug)
        elif bug != "never-mails":
            mail(uri.removeprefix("mailto:"), domain, body, kind, ca, key, bug)


def main(words: Sequence[str]) -> int:
    bug, words = (words[1], words[2:]) if words[0] == "--bug" else ("", words)
    if bug and bug not in BUGS:
        sys.exit(f"unknown bug {bug}")
    wish, sender, mails, message, ca, key = words
    by_dane = wish.startswith("dane")
    day = Day()
    domain = mails.split(",")[0].split()[0].rpartition("@")[2]
    with open(message, "rb") as file:
        text = file.read().replace(b"\n", b"\r\n")
    try:
        if not by_dane:
            look_for_policy(domain, ca, day)
        for recipients in mails.split(","):
            host = sorted(lookup(domain, "MX"))[0][1].decode("ascii")
            session = session_by_dane(host, wish.startswith("dane-only"), ca, day) if by_dane \
                else session_with(host, ca, day, bug)
            hand_over(session, sender, recipients.split(), text)
        decision = DELIVERED
    except (Refused, NoAnswer, OSError) as error:
        print(error, file=sys.stderr)
        decision = DEFERRED
    if bug != "reports-to-nobody":
        tell(domain, day, ca, key, bug)
    return decision
