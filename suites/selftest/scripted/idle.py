# SPDX-License-Identifier: Apache-2.0
"""A sending MTA that does all of its work in the correct world, and less of it in the others.

idle.py WISH FROM TO MESSAGE CA [KEY]. The file `way` beside its adapter says which run of one home
is to be done by halves, and how: "RUN FINDS VISITS CODE". FINDS: whether it looks for nothing, for
hosts alone, for them and for the policy, or the records, or for all. VISITS: what it does at the
host. CODE: its exit status. Without the file, and in every other run, it is `sender`, or with KEY
`reporter`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from scripted import reporter, sender
from scripted.policy import Unusable, policy_of
from scripted.resolver import NoAnswer, ask
from scripted.sender import hosts_of, opportunistic
from scripted.smtp import NoTls, Refused, Session

FINDS = ("nothing", "hosts", "policy", "records", "all")
VISITS = ("nobody", "greets", "shakes-hands", "in-clear", "to-anybody", "to-last")
RUNS = "runs"                           # in HOME: a letter for each


def by_halves(finds: str, visits: str, wish: str, words: Sequence[str]) -> None:
    """One mail to the first host, or to the last; whoever that is."""
    for mail in words[1].split(","):
        domain = mail.rpartition("@")[2]
        hosts = [] if finds == "nothing" else hosts_of(ask(domain, "MX"), domain)
        if finds in ("policy", "all") and (wish == "dane-sts" or not wish.startswith("dane")):
            with suppress(Unusable):
                policy_of(domain, words[3], "")
        for host in hosts:
            ask(host, "A")
            if finds in ("records", "all") and wish.startswith("dane"):
                with suppress(NoAnswer):
                    ask(f"_25._tcp.{host}", "TLSA")
        if hosts and visits != "nobody":
            visit(hosts[-1 if visits == "to-last" else 0], visits, words[0], mail, words[2])


def visit(host: str, visits: str, author: str, mail: str, message: str) -> None:
    session = Session(host)
    session.command("EHLO client.example.test")
    if visits in ("shakes-hands", "to-anybody"):
        session.secure(opportunistic(""))
        session.command("EHLO client.example.test")
    if visits in ("in-clear", "to-anybody", "to-last"):
        with open(message, "rb") as file:
            reporter.hand_over(session, author, mail.split(), file.read().replace(b"\n", b"\r\n"))
    else:
        session.socket.sendall(b"QUIT\r\n")
        session.close()


def main(words: Sequence[str]) -> int:
    with open(RUNS, "a+", encoding="ascii") as file:
        file.write("x")
        run = file.tell()
    way: list[str] = []
    with suppress(FileNotFoundError), open(os.path.join(sys.path[0], "way"), encoding="ascii") as \
            file:
        way = file.read().split()
    if not way or run != int(way[0]):
        return reporter.main(words) if words[5:] else sender.main(words)
    with suppress(NoAnswer, OSError, Refused, NoTls):
        by_halves(way[1], way[2], words[0], words[1:])
    return int(way[3])
