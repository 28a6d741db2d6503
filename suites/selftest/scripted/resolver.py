# SPDX-License-Identifier: Apache-2.0
"""A small resolver of the standard library alone: it loads sooner than any other."""

from __future__ import annotations

import os
import re
import socket
import struct
from typing import NamedTuple

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "TLSA": 52}
TIMEOUT, LINKS = 1.0, 8
OBLIVIOUS = ""                          # a name server in the place of the machine's resolver


class NoAnswer(Exception):
    """The name server has none: SERVFAIL, nonsense, or silence."""


class Answer(NamedTuple):
    """What a name server says."""

    records: list[tuple[bytes, ...]]
    secure: bool                        # it says that it has validated that (AD)
    name: str                           # where the aliases end


def _question(name: str, kind: str, number: bytes) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode("ascii") for part in name.split("."))
    # RD, and AD: it may say so (RFC 6840, section 5.7).
    return number + b"\1\x20\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", TYPES[kind], 1)


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name, and where what is behind it begins."""
    parts, end = [], -1
    while data[at]:
        if data[at] >= 0xc0:
            end = at + 2 if end < 0 else end
            at = (data[at] & 0x3f) << 8 | data[at + 1]
            continue
        parts.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
        at += 1 + data[at]
    return ".".join(parts).lower(), end if end >= 0 else at + 1


def _value(data: bytes, kind: int, at: int, size: int) -> tuple[bytes, ...]:
    if kind == TYPES["MX"]:
        return (data[at:at + 2], _name(data, at + 2)[0].encode("ascii"))
    if kind == TYPES["CNAME"]:
        return (_name(data, at)[0].encode("ascii"),)
    if kind == TYPES["TXT"]:
        strings, end = [], at + size
        while at < end:
            strings.append(data[at + 1:at + 1 + data[at]])
            at += 1 + data[at]
        return tuple(strings)
    if kind == TYPES["TLSA"]:
        return (data[at:at + 3], data[at + 3:at + size])
    return (socket.inet_ntoa(data[at:at + size]).encode("ascii"),)


def _exchange(query: bytes, server: str, patient: bool) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT)
        udp.sendto(query, (server, 53))
        answer = udp.recv(4096)
    if not answer[2] & 2 or not patient:
        return answer
    with socket.create_connection((server, 53), TIMEOUT) as tcp, tcp.makefile("rb") as stream:
        tcp.sendall(struct.pack(">H", len(query)) + query)
        return stream.read(struct.unpack(">H", stream.read(2))[0])


def lookup(name: str, kind: str, follow: bool = True) -> list[tuple[bytes, ...]]:
    """The values of all records, behind CNAMEs too; [] if there are none."""
    return ask(name, kind, follow).records


def ask(name: str, kind: str, follow: bool = True, patient: bool = True) -> Answer:
    """The same, and how it came about; patient: what is cut short is asked again over TCP."""
    with open("/etc/resolv.conf", encoding="ascii") as file:
        found = re.search(r"^nameserver (\S+)", file.read(), re.MULTILINE)
    try:
        server = OBLIVIOUS or (found.group(1) if found else "")
        data = _exchange(_question(name, kind, os.urandom(2)), server, patient)
        records, end = _records(data, name.lower(), TYPES[kind], follow)
        return Answer(records, bool(data[3] & 0x20), end)
    except (OSError, IndexError, ValueError, struct.error) as error:
        raise NoAnswer(f"{name} {kind}: {error}") from None


def _records(data: bytes, name: str, wanted: int,
             follow: bool) -> tuple[list[tuple[bytes, ...]], str]:
    if data[3] & 0xf not in (0, 3):
        raise NoAnswer(f"{name}: code {data[3] & 0xf}")
    at = _name(data, 12)[1] + 4
    found: list[tuple[str, int, tuple[bytes, ...]]] = []
    for _ in range(struct.unpack(">H", data[6:8])[0]):
        owner, at = _name(data, at)
        kind, _, _, size = struct.unpack(">HHIH", data[at:at + 10])
        found.append((owner, kind, _value(data, kind, at + 10, size)))
        at += 10 + size
    for _ in range(LINKS if follow else 0):
        aliases = [value for owner, kind, value in found
                   if owner == name and kind == TYPES["CNAME"] != wanted]
        if not aliases:
            break
        name = aliases[0][0].decode("ascii")
    return [value for owner, kind, value in found if owner == name and kind == wanted], name
