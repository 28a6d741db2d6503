# SPDX-License-Identifier: Apache-2.0
"""The scripted sender's MTA-STS (RFC 8461): record, fetch, policy, cache, with the bugs in them."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import time
from typing import Any

from scripted.resolver import NoAnswer, lookup

CACHE = ".sts-cache-{}"                # of a domain
# Bugs that a second request shows.
FORGETFUL = ("forgets-failures", "keeps-cookies", "keeps-connection", "resumes-sessions")
PLACE = "/.well-known/mta-sts.txt"
TIMEOUT, MOST = 5.0, 64 * 1024
_VALUE = r"[\x21-\x3a\x3c\x3e-\x7e]+"
_FIELD = rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,31}}={_VALUE}"
_RECORD = re.compile(rf"v=STSv1((?:[ \t]*;[ \t]*{_FIELD})+)(?:[ \t]*;[ \t]*)?")
_ID = re.compile(r"(?:^|;)[ \t]*id=([A-Za-z0-9]{1,32})(?=[ \t]*(?:;|$))")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_VCHAR = r"(?:[\x21-\x7e]|[^\x00-\xa0\u2028\ud800-\udfff])"
_KNOWN = {
    "version": re.compile(r"STSv1"),
    "mode": re.compile(r"enforce|testing|none"),
    "max_age": re.compile(r"[0-9]{1,10}"),
    "mx": re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*"),
}
_LINE = re.compile(rf"([A-Za-z0-9][A-Za-z0-9_.-]{{0,31}}):[ \t]*({_VCHAR}(?:[ ]|{_VCHAR})*?)[ \t]*")

Policy = dict[str, Any]
_failed: dict[str, str] = {}            # domain → the id of what could not be had (section 3.3)
_asked: dict[str, str] = {}             # "first": the domain that it asked about first


class Unusable(Exception):
    """There is no policy to be had."""


def record_id(domain: str, bug: str) -> str:
    """The id that the domain announces; Unusable if there is none."""
    try:
        if bug == "asks-parent":
            lookup("_mta-sts." + domain.partition(".")[2], "TXT")
        values = lookup(f"_mta-sts.{domain}", "TXT", bug != "follows-no-alias")
    except NoAnswer as error:
        raise Unusable(str(error)) from None
    glue = b" " if bug == "joins-with-space" else b""
    texts = [glue.join(strings).decode("latin-1") for strings in values]
    ours = [text for text in texts if text.startswith("v=STSv1;")]
    if bug == "takes-any-record":
        found = re.search(r"id=(\w*)", " ".join(texts))
        return found.group(1) if found else "none"
    if bug == "wants-one-record" and len(texts) != 1:
        raise Unusable("several records")
    if len(ours) != 1 and not (ours and bug == "takes-first-record"):
        raise Unusable(f"{len(ours)} records")
    found = _RECORD.fullmatch(ours[0])
    number = _ID.search(found.group(1)) if found else None
    if number is None or bug == "knows-no-extensions" and found and "=" in found.group(1).replace(
            "id=", "", 1):
        raise Unusable("malformed record")
    return number.group(1)


# --- the fetch


def context_of(ca: str, bug: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = bug == "believes-common-name"
    if bug in ("trusts-any-policy-host", "trusts-other-policy-host", "sends-no-sni"):
        context.check_hostname = False
    if bug == "trusts-any-policy-host":
        context.verify_mode = ssl.CERT_NONE
    if bug == "speaks-old-tls":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def fetch(domain: str, ca: str, bug: str) -> bytes:
    """The body at the one place; Unusable for whatever else."""
    host = f"mta-sts.{domain}"
    path = PLACE
    for _ in range(3):
        status, headers, body = _request(host, path, ca, bug)
        where = re.match(r"https://([^/]+)(/.*)", headers.get("location", ""))
        if not (bug == "follows-redirects" and status // 100 == 3 and where):
            break
        host, path = where.groups()
    if bug == "tries-again" and status != 200:
        status, headers, body = _request(host, path, ca, bug)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if status != 200 and bug != "takes-any-status" and not (bug == "takes-success" and
                                                            status // 100 == 2):
        raise Unusable(f"status {status}")
    if kind != "text/plain" and bug != "takes-any-type":
        raise Unusable(f"media type {kind}")
    if bug == "minds-parameters" and ";" in headers.get("content-type", ""):
        raise Unusable("parameters")
    if "content-encoding" in headers:
        raise Unusable("a coding that nobody asked for")
    return body


class _Kept:
    """What the fetcher keeps for its next request, if it has a bug."""

    cookie = ""
    context: ssl.SSLContext | None = None
    tls: ssl.SSLSocket | None = None
    session: ssl.SSLSession | None = None


def _connect(host: str, name: str | None, ca: str, bug: str) -> ssl.SSLSocket:
    if bug == "keeps-connection" and _Kept.tls is not None:
        return _Kept.tls
    where = (lookup(host, "A")[0][0].decode("ascii"), 443)
    proxy = os.environ.get("HTTPS_PROXY", "") if bug == "uses-proxy" else ""
    if proxy:
        proxy_name, _, port = proxy.rpartition("/")[2].partition(":")
        where = (lookup(proxy_name, "A")[0][0].decode("ascii"), int(port))
    raw = socket.create_connection(where, TIMEOUT)
    if proxy:
        raw.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode("ascii"))
        raw.recv(1000)
    context = _Kept.context or context_of(ca, bug)
    context.set_alpn_protocols(["h2", "http/1.1"] if bug == "offers-h2" else ["http/1.1"])
    if bug == "resumes-sessions":
        _Kept.context = context
    _Kept.tls = context.wrap_socket(raw, server_hostname=name, session=_Kept.session,
                                    suppress_ragged_eofs=bug == "believes-ends")
    return _Kept.tls


_SAYS = {
    "asks-conditionally": 'If-None-Match: "1"\r\n',
    "asks-for-codings": "Accept-Encoding: gzip\r\n",
    "names-itself": "User-Agent: scripted\r\n",
}


def _request(host: str, path: str, ca: str, bug: str) -> tuple[int, dict[str, str], bytes]:
    name = None if bug == "sends-no-sni" else host
    extra = _SAYS.get(bug, "") + _Kept.cookie
    method = "POST" if bug == "posts" else "GET"
    named = host.removeprefix("mta-sts.") if bug == "names-other-host" else host
    try:
        tls = _connect(host, name, ca, bug)
        names = (tls.getpeercert() or {}).get("subjectAltName")
        if bug == "wants-plain-policy-host" and names != (("DNS", host),):
            raise ValueError(f"other names: {names}")
        last = "" if bug == "keeps-connection" else "Connection: close\r\n"
        tls.sendall(f"{method} {path} HTTP/1.1\r\nHost: {named}\r\n{extra}{last}\r\n".encode(
            "ascii"))
        with tls.makefile("rb") as stream:
            found = _response(stream, bug)
        if bug == "resumes-sessions":
            _Kept.session = tls.session
        if last:
            tls.close()
        if bug == "keeps-cookies" and "set-cookie" in found[1]:
            _Kept.cookie = f"Cookie: {found[1]['set-cookie'].partition(';')[0]}\r\n"
        if bug == "visits-services" and "alt-svc" in found[1]:
            lookup(found[1]["alt-svc"].partition('"')[2].partition(":")[0], "A")
        return found
    except (OSError, ValueError, IndexError, NoAnswer) as error:
        raise Unusable(f"{host}: {error}") from None


def _head(stream: Any) -> tuple[int, dict[str, str]]:
    line = stream.readline(8192).decode("latin-1")
    found = re.fullmatch(r"HTTP/1\.\d (\d{3})(?: .*)?\r\n", line)
    if found is None:
        raise ValueError(f"no status line: {line[:40]!r}")
    headers: dict[str, str] = {}
    for _ in range(100):
        line = stream.readline(8192).decode("latin-1").rstrip("\r\n")
        if not line:
            return int(found.group(1)), headers
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name != name.strip() or (name == "content-length" and name in headers):
            raise ValueError("malformed header")
        headers[name] = value.strip()
    raise ValueError("too many headers")


def _response(stream: Any, bug: str) -> tuple[int, dict[str, str], bytes]:
    status, headers = _head(stream)
    while status // 100 == 1 and status != 101 and bug != "knows-no-interim":
        status, headers = _head(stream)
    most = 4096 if bug == "reads-little" else MOST
    length = headers.get("content-length")
    if "chunked" in headers.get("transfer-encoding", ""):
        if length is not None or bug == "knows-no-chunks":
            raise ValueError("chunks")
        body = _chunks(stream, most)
    elif length is not None:
        body = stream.read(min(int(length), most + 1))
        if len(body) < min(int(length), most + 1) and bug != "believes-ends":
            raise ValueError("the body ends early")
    else:
        body = stream.read(most + 1)
    if len(body) > most:
        raise ValueError("too long")
    return status, headers, body


def _chunks(stream: Any, most: int) -> bytes:
    body = b""
    while len(body) <= most:
        size = int(stream.readline(1024).partition(b";")[0], 16)
        if size == 0:
            return body
        body += stream.read(min(size, most + 1))
        stream.readline(3)
    return body


# --- the policy


def parse(data: bytes, bug: str) -> Policy:
    """The policy of a file; Unusable if it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable("no UTF-8") from None
    if bug == "wants-crlf" and "\n" in text.replace("\r\n", ""):
        raise Unusable("LF")
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if bug == "overlooks-lines":
        lines = [line.strip() for line in re.split(r"[\r\n\x0b\x0c\x85\u2028]", text)
                 if ":" in line]
    policy: Policy = {"mx": []}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise Unusable(f"line {line[:40]!r}")
        name, value = found.groups()
        if bug == "folds-case":
            name, value = name.lower(), value if name.lower() == "version" else value.lower()
        known = _KNOWN.get(name)
        if known is None and bug == "knows-no-extensions":
            raise Unusable(f"field {name}")
        if name in policy and name != "mx" and bug != "last-wins":
            continue
        good = (known is None or known.fullmatch(value)
                or bug == "takes-any-value" or bug == "reads-prefixes" and known.match(value)
                or bug == "takes-any-pattern" and name == "mx")
        if not good:
            raise Unusable(f"value {line[:40]!r}")
        if name == "mx":
            policy["mx"].append(value.lower())
        elif known is not None:
            policy[name] = value
    if bug == "takes-incomplete":
        policy = {"version": "STSv1", "mode": "enforce", "max_age": "86400", **policy}
    if bug == "wants-version-first" and not lines[0].startswith("version"):
        raise Unusable("order")
    if not {"version", "mode", "max_age"} <= policy.keys():
        raise Unusable("a field is missing")
    if not policy["mx"] and policy["mode"] != "none" and bug != "takes-incomplete":
        raise Unusable("no mx")
    return policy


def matches(policy: Policy, host: str, bug: str) -> bool:
    """RFC 8461, section 4.1."""
    patterns = policy["mx"][:1] if bug == "takes-first-mx" else policy["mx"]
    for pattern in patterns:
        suffix = pattern.removeprefix("*")
        if pattern == host:
            return True
        if suffix != pattern and host.endswith(suffix) and (
                bug == "stars-many-labels" or host.partition(".")[2] == suffix[1:]):
            return True
        if bug == "compares-ends" and host.endswith(pattern.removeprefix("*.")):
            return True
    return False


# --- what is in force


def _cached(domain: str, bug: str) -> Policy | None:
    try:
        with open(CACHE.format(domain), encoding="ascii") as file:
            kept: Policy = json.load(file)
    except OSError:
        return None
    return kept if kept["until"] > time.time() or bug == "keeps-for-ever" else None


def policy_of(domain: str, ca: str, bug: str) -> Policy | None:
    """The policy to go by; None if there is none."""
    if bug == "mixes-answers-up":
        domain = _asked.setdefault("first", domain)
    kept = None if bug == "forgets" else _cached(domain, bug)
    try:
        number = record_id(domain, bug)
        same = kept is not None and (kept["id"] == number or bug in (
            "fetches-never-again", "believes-freshness"))
        if same and bug != "fetches-always":
            return kept
        if bug == "needs-fetch":
            kept = None
        if _failed.get(domain) == number and bug not in FORGETFUL:
            raise Unusable("it could not be had a moment ago")
        _failed[domain] = number
        body = fetch(domain, ca, bug)
        kept = None if bug == "drops-for-bad" else kept
        policy = parse(body, bug)
        del _failed[domain]
        if kept is not None and (bug == "keeps-first-policy" or (
                bug == "keeps-old-policy" and policy["mode"] == "none")):
            return kept
        policy |= {"id": number, "until": time.time() + int(policy["max_age"])}
        with open(CACHE.format(domain), "w", encoding="ascii") as file:
            json.dump(policy, file)
        return policy
    except Unusable:
        if bug == "needs-record":
            return None
        if bug in ("needs-policy", "breaks", "waits"):
            raise
        return kept
