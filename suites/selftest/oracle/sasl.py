# SPDX-License-Identifier: Apache-2.0
"""Messages of SASL mechanisms (RFC 4616, 2195, 5801, 5802, 7628, and XOAUTH2)."""

from __future__ import annotations

import re

from oracle.chars import WIDE
from oracle.verdict import INVALID, Oracle, Verdict, accepted, text

# RFC 5801 section 4, RFC 5802 section 7
_SAFE = rb"(?:[\x01-\x2b\x2d-\x3c\x3e-\x7f]|" + WIDE + rb")"
_NAME = rb"(?:" + _SAFE + rb"|=2[Cc]|=3[Dd])+"
_VALUE = rb"(?:" + _SAFE + rb"|=)+"
_GS2 = rb"(?P<flag>[nyNY]|[pP]=[A-Za-z0-9.-]+),(?:a=(?P<authzid>" + _NAME + rb"))?,"
_LOOSE_GS2 = _GS2.replace(rb"(?:a=", rb"(?:(?P<key>[aA])=")
_SCRAM = re.compile(_GS2 + rb"n=(?P<name>" + _NAME + rb"),r=(?P<nonce>[\x21-\x2b\x2d-\x7e]+)"
                    rb"(?P<attributes>(?:,[A-Za-ln-z]=" + _VALUE + rb")*)")
# RFC 7628 section 3.1, RFC 6750 section 2.1
_PAIR = rb"[A-Za-z]+=[\t\n\r\x20-\x7e]*\x01"
_BEARER = re.compile(rb"(?:(?P<nonstandard>[Ff]),)?" + _LOOSE_GS2
                     + rb"\x01(?P<pairs>(?:" + _PAIR + rb")*)\x01")
_XOAUTH2 = re.compile(rb"user=(?P<user>(?:[\x02-\x7f]|" + WIDE + rb")+)\x01(?P<pairs>(?:" + _PAIR
                      + rb")*)\x01")
_AUTH = re.compile(rb"([\x21-\x7e]+)\x20+([^\x20].*)", re.DOTALL)


def case_of(message: re.Match[bytes]) -> list[str]:
    """The reading of a message whose flag or escapes have the other case."""
    names = b"".join(value for name, value in message.groupdict().items()
                     if name in ("name", "authzid") and value)
    other = (message["flag"][:1].isupper() or re.search(rb"=2c|=3d", names)
             or message.groupdict().get("nonstandard") == b"f"
             or message.groupdict().get("key") == b"A")
    return ["sasl-case"] if other else []


def plain(data: bytes) -> Verdict:
    try:
        parts = data.decode("utf-8").split("\0")
    except UnicodeDecodeError:
        return INVALID
    if len(parts) != 3 or not parts[1] or not parts[2]:
        return INVALID
    authzid, authcid, password = data.split(b"\0")
    return accepted({"authzid": text(authzid), "authcid": text(authcid),
                     "password": text(password)})


def cram(data: bytes) -> Verdict:
    match = re.fullmatch(rb"(.+)\x20([0-9a-f]{32})", data, re.DOTALL)
    if match is None:
        return INVALID
    name, digest = match.groups()
    return accepted({"name": text(name), "digest": text(digest)})


def scram(data: bytes) -> Verdict:
    match = _SCRAM.fullmatch(data)
    if match is None:
        return INVALID
    return accepted({name: text(value or b"") for name, value in match.groupdict().items()},
                    case_of(match))


def auth_of(pairs: list[list[bytes]], empty: bool) -> tuple[str, str, list[str]] | None:
    """Scheme, token and readings of the pairs; None without a good auth."""
    values = [value for key, value in pairs if key == b"auth"]
    match = _AUTH.fullmatch(values[0]) if values else None
    flags = ["sasl-bearer-auth-twice"] if len(values) > 1 else []
    if match is None:
        return ("", "", flags) if empty and values[:1] == [b""] else None
    return text(match[1]), text(match[2]), flags


def pairs_of(data: bytes) -> list[list[bytes]]:
    return [pair.split(b"=", 1) for pair in data.split(b"\x01")[:-1]]


def bearer(data: bytes) -> Verdict:
    if data == b"\x01":
        return accepted({"flag": "", "authzid": "", "scheme": "", "token": "", "pairs": []})
    match = _BEARER.fullmatch(data)
    pairs = pairs_of(match["pairs"]) if match else []
    auth = auth_of(pairs, True)
    if match is None or auth is None:
        return INVALID
    flags = auth[2] + case_of(match)
    if auth[0].lower() == "bearer" and not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", auth[1]):
        flags.append("sasl-bearer-token")
    return accepted({"flag": text(match["flag"]), "authzid": text(match["authzid"] or b""),
                     "scheme": auth[0], "token": auth[1],
                     "pairs": [[text(key), text(value)] for key, value in pairs]},
                    flags)


def xoauth2(data: bytes) -> Verdict:
    match = _XOAUTH2.fullmatch(data)
    auth = auth_of(pairs_of(match["pairs"]), False) if match else None
    if match is None or auth is None:
        return INVALID
    return accepted({"user": text(match["user"]), "scheme": auth[0], "token": auth[1]}, auth[2])


ORACLES: dict[str, Oracle] = {
    "sasl-plain": plain, "sasl-cram": cram, "sasl-scram": scram, "sasl-bearer": bearer,
    "sasl-xoauth2": xoauth2}
