# SPDX-License-Identifier: Apache-2.0
"""A sending MTA that does everything right, or everything but one thing (RFC 5321, 8461, 7672).

sender.py [--bug NAME] WISH FROM TO MESSAGE CA. WISH: sts, dane, dane-only, dane-sts. Exit status:
0 delivered, 75 put off, 69 given up; any other: it broke. It looks for a policy, then for the
hosts, and tries each of them once. In TO are commas between mails, and blanks between the
recipients of one.
"""

from __future__ import annotations

import re
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from scripted.policy import Policy, Unusable, context_of, matches, policy_of
from scripted import dane, resolver
from scripted.dane import Mismatch, Records, authenticate, records_of
from scripted.resolver import Answer, NoAnswer, ask, lookup
from scripted.smtp import Gone, NoTls, Refused, Session

DELIVERED, DEFERRED, BOUNCED, BROKEN = 0, 75, 69, 70
BUGS = {
    # the record
    "takes-any-record": "fetches a policy whatever the record says",
    "takes-first-record": "takes the first of two records",
    "wants-one-record": "takes no record if there is another TXT beside it",
    "joins-with-space": "puts a space between the strings of a record",
    "follows-no-alias": "looks for no record behind an alias",
    "knows-no-extensions": "takes nothing with a field that it does not know",
    "asks-parent": "looks for a record at the parent domain",
    # the fetch
    "trusts-any-policy-host": "takes a policy from whom it may be",
    "trusts-other-policy-host": "takes a policy from a host that is somebody else",
    "speaks-old-tls": "takes TLS 1.0 and 1.1",
    "sends-no-sni": "does not say which host it wants",
    "names-other-host": "asks for the domain's own host",
    "posts": "asks with POST",
    "asks-conditionally": "asks whether its copy is still good",
    "follows-redirects": "goes where the policy host sends it",
    "tries-again": "asks at once again after a failure",
    "takes-any-status": "takes a body whatever the status",
    "takes-success": "takes a body with any status of success",
    "takes-any-type": "takes any media type",
    "minds-parameters": "takes no media type with parameters",
    "knows-no-interim": "takes 100 for the answer",
    "knows-no-chunks": "takes no chunks",
    "believes-ends": "takes the end of the connection for the end of the body",
    "reads-little": "reads no more than 4096 octets",
    "keeps-cookies": "sends cookies back",
    "keeps-connection": "asks again on the connection that it has",
    "resumes-sessions": "resumes its session of TLS",
    "uses-proxy": "goes where HTTPS_PROXY leads",
    "asks-for-codings": "asks for a body that is compressed",
    "offers-h2": "says that it speaks HTTP/2",
    "names-itself": "says what it is",
    "visits-services": "goes to what Alt-Svc names",
    "believes-freshness": "keeps a policy as long as Cache-Control says",
    # the policy
    "wants-crlf": "takes no LF for a line end",
    "overlooks-lines": "takes what it can make out, line by line",
    "folds-case": "does not mind capitals",
    "last-wins": "goes by the last of several fields",
    "takes-any-value": "takes any value",
    "reads-prefixes": "takes a value that begins like a right one",
    "takes-any-pattern": "takes any pattern",
    "takes-incomplete": "makes up for what is missing",
    "wants-version-first": "takes no version but in the first line",
    "takes-first-mx": "reads the first pattern only",
    "stars-many-labels": "takes a star for several labels",
    "compares-ends": "takes a pattern for the end of a name",
    # the hosts
    "fetches-for-show": "fetches the policy, and does not go by it",
    "minds-no-pattern": "goes to hosts that the policy does not name",
    "checks-no-certificate": "takes every certificate of a host",
    "checks-no-name": "takes the certificate of another host",
    "believes-common-name": "takes the common name where there is no other",
    "wants-plain-certificate": "takes no certificate with other names than the host's",
    "goes-on-in-clear": "goes on without TLS where STARTTLS is not offered or fails",
    "enforces-testing": "takes testing for enforce",
    "tests-enforce": "takes enforce for testing",
    "enforces-none": "takes none for enforce",
    "tries-first-only": "tries the first host alone",
    "bounces": "gives a mail up that no host may have now",
    "goes-by-aliases": "takes the name that a host is an alias of for its name",
    "goes-to-policy-hosts": "goes to the hosts of the policy where there is no MX record",
    "knows-old-tls-only": "does not speak TLS 1.3",
    "knows-new-tls-only": "does not speak TLS 1.2",
    "reverses-hosts": "tries the last host first",
    "wants-plain-policy-host": "takes no certificate with other names than the policy host's",
    "does-without": "does without TLS for a mail that does not require it",
    # what if
    "believes-keywords": "enforces nothing if a word in the list of extensions says so",
    "obeys-keywords": "goes on without TLS if a word in the list of extensions says so",
    "minds-keywords": "leaves a host that has extensions which it does not know",
    "trusts-own-hosts": "wants a right certificate of hosts below the domain, policy or not",
    # the cache
    "keeps-old-policy": "keeps to its policy where the new one says that there is none",
    "drops-for-bad": "drops its policy for a new one that is malformed",
    "keeps-for-ever": "keeps a policy that has run out",
    "mixes-answers-up": "takes what it heard of one domain for the answer about another",
    "forgets": "keeps no policy",
    "fetches-always": "fetches the policy for each mail",
    "fetches-never-again": "keeps to its policy, whatever the record says",
    "keeps-first-policy": "fetches a new policy, and goes by the one that it has",
    "needs-record": "drops its policy when there is no usable record",
    "needs-fetch": "drops its policy when another one is announced and cannot be had",
    "needs-policy": "puts mail off if there is no policy to be had",
    "forgets-failures": "asks for each mail whether the policy can be fetched now",
    # several mails
    "serves-first-mail": "drops all mails but the first",
    "serves-first-recipient": "drops all recipients but the first",
    "serves-first-domain": "drops the recipients in all domains but the first",
    # hosts that take no mail
    "retries-521": "tries a host again that never takes mail",
    "goes-where-sent": "looks up who is named in an answer",
    "knows-no-null-mx": "looks for the host of a domain that says it has none",
    # no decision
    "looks-up-late": "looks for the policy when the host seems fine, else puts the mail off",
    "breaks": "breaks when a policy is unusable",
    "waits": "waits for ever when a policy is unusable",
    "never-delivers": "puts everything off",
    "demands-nothing": "goes on without records though it must not",
    "takes-insecure-mx": "goes to a host that nobody validated though it must not",
    # the policy beside TLSA records
    "policy-overrides": "goes by the policy alone where there is one",
    **dane.BUGS,
}


def opportunistic(bug: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if bug == "speaks-old-tls":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if bug == "takes-anonymous":
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def demanding(ca: str, bug: str) -> ssl.SSLContext:
    context = context_of(ca, bug if bug in ("speaks-old-tls", "believes-common-name") else "")
    if bug == "knows-old-tls-only":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if bug == "knows-new-tls-only":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    if bug in ("checks-no-certificate", "checks-no-name"):
        context.check_hostname = False
    if bug == "checks-no-certificate":
        context.verify_mode = ssl.CERT_NONE
    return context


class Trip(NamedTuple):
    """What is known of a host before the connection."""

    host: str
    enforced: bool                      # a policy demands a certificate
    records: Records
    names: Sequence[str]                # that its certificate may have, below an anchor

    def demands_tls(self, bug: str) -> bool:
        if bug in ("wants-tls", "wants-certificate"):
            return True
        named = self.records.there and (bool(self.records.usable) or bug != "unusable-is-none")
        return (self.enforced or named) and bug != "goes-on-in-clear"


def context_for(trip: Trip, ca: str, bug: str) -> ssl.SSLContext:
    if trip.enforced and not trip.records.usable or (
            bug == "wants-certificate" and not trip.records.there):
        return demanding(ca, bug)
    return opportunistic(bug)


def deliver(trip: Trip, words: Sequence[str], bug: str, clear: bool = False) -> None:
    """To one host, or Refused."""
    sender, recipients, message, ca = words
    if bug == "offers-raw-keys":
        dane.offer_raw_keys(lookup(trip.host, "A")[0][0].decode("ascii"))
    session = Session(trip.host, trip.records.base)
    if bug == "sends-no-sni-to-mx":
        session.name = None
    if bug == "does-without":
        with open(message, "rb") as file:
            clear = clear or b"TLS-Required: No" in file.read()
    try:
        extensions = session.command("EHLO client.example.test").upper()
        offered = b"STARTTLS" in extensions
        if bug == "unusable-is-clear" and trip.records.there and not trip.records.usable:
            clear = True
        if bug == "minds-keywords" and re.search(rb"XYZZY|DEEP|MSTS", extensions):
            raise Refused("unknown extensions")
        if bug in ("believes-keywords", "obeys-keywords") and b"MSTS" in extensions:
            trip, offered = trip._replace(enforced=False), offered and bug != "obeys-keywords"
        if offered and not clear:
            session.secure(context_for(trip, ca, bug))
            if trip.records.usable:
                assert isinstance(session.socket, ssl.SSLSocket)
                authenticate(session.socket, trip.records, trip.names, ca, bug)
            if bug == "wants-plain-certificate" and trip.enforced:
                session.look_at_names()
            session.command("EHLO client.example.test")
        elif trip.demands_tls(bug) and bug not in ("unusable-is-clear", "does-without"):
            raise Refused("no STARTTLS")
        session.command(f"MAIL FROM:<{sender}>")
        for recipient in recipients.split():
            session.command(f"RCPT TO:<{recipient}>")
        session.command("DATA", b"3")
        with open(message, "rb") as file:
            text = file.read().replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
        session.socket.sendall(text + b".\r\n")
        session.expect(b"2")
        session.socket.sendall(b"QUIT\r\n")
    except (NoTls, OSError) as error:   # without TLS, if need be (RFC 7435)
        session.close()
        if clear or trip.demands_tls(bug):
            raise Refused(str(error)) from None
        deliver(trip, words, bug, True)
    finally:
        session.close()


def trip_to(host: str, domain: str, hosts: Answer, enforced: bool, wish: str, bug: str) -> Trip:
    """What there is to know of a host; NoAnswer if that cannot be known now."""
    overridden = bug == "policy-overrides" and enforced or bug == "minds-nothing"
    if overridden:
        with suppress(NoAnswer):
            ask(f"_25._tcp.{host}", "TLSA")
    if overridden or not wish.startswith("dane"):
        return Trip(host, enforced and bug != "minds-nothing", dane.NONE, (host,))
    if bug == "asks-early":
        ask(f"_25._tcp.{host}", "TLSA")
    address = ask(host, "A")
    if bug == "refuses-aliases" and address.name != host:
        raise Refused("an alias")
    if bug == "wants-secure-mx" and not hosts.secure:
        raise Refused("the MX record is insecure")
    records = records_of(host, address, bug)
    names = [records.base, host]
    if (hosts.secure or bug == "trusts-insecure-mx") and bug != "knows-host-only":
        names.append(domain)            # RFC 7672, section 3.2.2
    demanded = wish == "dane-only" and bug != "demands-nothing"
    if demanded and not hosts.secure and bug != "takes-insecure-mx":
        raise Refused("the MX record is insecure")
    if not records.usable and (
            demanded or bug == ("unusable-is-wrong" if records.there else "wants-tlsa")):
        raise Refused("no record is of use")
    return Trip(host, enforced and not records.usable, records, names)


def hosts_of(answer: Answer, domain: str) -> list[str]:
    return [name.decode("ascii") for _, name in sorted(answer.records)] or [domain]


def _hosts_asked(domain: str, bug: str) -> Answer:
    if bug == "is-oblivious":
        resolver.OBLIVIOUS = "127.0.0.53"
    try:
        return ask(domain, "MX")
    except NoAnswer:
        if bug != "error-is-no-mx":
            raise
        return Answer([], False, domain)


def _with_records_first(hosts: Sequence[str]) -> list[str]:
    return sorted(hosts, key=lambda host: not ask(f"_25._tcp.{host}", "TLSA").records)


def run(wish: str, words: Sequence[str], bug: str) -> int:
    """All mails; the worst of what becomes of them."""
    mails = words[1].split(",")
    results = []
    for mail in mails[:1] if bug == "serves-first-mail" else mails:
        found: dict[str, list[str]] = {}
        for recipient in mail.split():
            found.setdefault(recipient.rpartition("@")[2], []).append(recipient)
        for own in list(found.values())[:1 if bug == "serves-first-domain" else None]:
            own = own[:1] if bug == "serves-first-recipient" else own
            results.append(send(wish, (words[0], " ".join(own), *words[2:]), bug))
    order = (DELIVERED, DEFERRED, BOUNCED, BROKEN)
    return max(results, key=order.index)


def send(wish: str, words: Sequence[str], bug: str) -> int:
    """One mail to recipients in one domain."""
    domain = words[1].rpartition("@")[2]
    if bug == "looks-up-late":
        session = Session(hosts_of(ask(domain, "MX"), domain)[0])
        if b"STARTTLS" not in session.command("EHLO client.example.test"):
            return DEFERRED
    try:
        policy: Policy | None = None
        if wish.endswith("sts"):
            policy = policy_of(domain, words[3], bug)
    except Unusable:
        if bug == "waits":
            signal.pause()
        return BROKEN if bug == "breaks" else DEFERRED
    if bug == "fetches-for-show":
        policy = None
    modes = {"enforces-testing": ("enforce", "testing"), "tests-enforce": (),
             "enforces-none": ("enforce", "none")}.get(bug, ("enforce",))
    enforced = policy is not None and policy["mode"] in modes
    answer = _hosts_asked(domain, bug)
    hosts, gone = hosts_of(answer, domain), 0
    if bug == "trusts-own-hosts" and policy is None:
        enforced = all(host.endswith("." + domain) for host in hosts)
    if hosts == [""] and bug != "knows-no-null-mx":
        return BOUNCED
    if bug == "goes-to-policy-hosts" and not answer.records and policy is not None:
        hosts = list(policy["mx"])
    if bug == "reverses-hosts":
        hosts = hosts[::-1]
    if bug == "prefers-dane":
        hosts = _with_records_first(hosts)
    for host in hosts:
        try:
            if bug == "goes-by-aliases":
                host = ask(host, "A").name
            if enforced and policy is not None and not matches(policy, host, bug) \
                    and bug not in ("minds-no-pattern", "minds-nothing"):
                raise Refused(f"{host} is not in the policy")
            deliver(trip_to(host, domain, answer, enforced, wish, bug), words, bug)
            return DELIVERED
        except (Refused, Mismatch, OSError, NoAnswer) as error:
            print(f"{host}: {error}", file=sys.stderr)
            if isinstance(error, NoAnswer) and bug == "gives-up-on-error":
                break
            gone += isinstance(error, Gone) and bug != "retries-521"
            named = re.search(r"[a-z]+\.example\.test", str(error))
            if bug == "goes-where-sent" and named:
                lookup(named.group(), "A")
            if bug == "tries-first-only":
                break
    return BOUNCED if bug == "bounces" or gone == len(hosts) else DEFERRED


def main(words: Sequence[str]) -> int:
    bug, words = (words[1], words[2:]) if words[0] == "--bug" else ("", words)
    if bug and bug not in BUGS:
        sys.exit(f"unknown bug {bug}")
    if bug == "never-delivers":
        return DEFERRED
    try:
        return run(words[0], words[1:], bug)
    except (NoAnswer, OSError) as error:
        print(error, file=sys.stderr)
        return DEFERRED
