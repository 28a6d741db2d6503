# SPDX-License-Identifier: Apache-2.0
"""The cost meter on transcripts: four of the scripted sender, and small ones made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest
from latchkey import cost, transcript
from latchkey.formats import COSTS
from latchkey.report.items import Item
from latchkey.report.meter import meter_make
from latchkey.transcript import Event

FOLDER = Path(__file__).resolve().parent / "transcripts/cost"
SCHEMA = Path(__file__).resolve().parents[1] / "schemas/transcript.schema.json"
ONE = {"mx": 1, "mx-address": 1, "sts-record": 1, "policy-address": 1, "https": 1, "https-full": 1,
       "smtp": 1, "smtp-full": 1, "round-trips": 6}
# Counted by hand: TCP, greeting, EHLO, STARTTLS, ClientHello (TLS 1.2: and Finished), EHLO.
RECORDED: dict[str, dict[str, int]] = {
    "one-mail": {**ONE, "bytes": 6101},
    "one-mail-tls-1.2": {**ONE, "round-trips": 7, "bytes": 6031},
    "failed-fetch": {**ONE, "mx": 5, "mx-address": 5, "sts-record": 5, "smtp": 5, "smtp-full": 5,
                     "bytes": 20336},
    "same-policy": {**ONE, "policy-address": 0, "https": 0, "https-full": 0, "bytes": 3554},
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded(name: str) -> None:
    found = cost.measure(transcript.read(FOLDER / f"{name}.jsonl"))
    assert tuple(sorted(found)) == tuple(sorted(COSTS))
    assert {kind: number for kind, number in found.items() if number} \
        == {kind: number for kind, number in RECORDED[name].items() if number}


def test_all_recorded_fit_the_schema() -> None:
    assert sorted(RECORDED) == sorted(path.stem for path in FOLDER.glob("*.jsonl"))
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for file in FOLDER.glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            validator.validate(json.loads(line))


def made(*events: dict[str, Any]) -> transcript.Transcript:
    lines = [json.dumps({"seq": seq, "t": seq / 10, **event})
             for seq, event in enumerate((*events, {"event": "end", "seconds": 1}), 1)]
    return transcript.parse(lines)


def asked(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"event": "dns.query", "service": "dns", "name": name, "type": kind, "transport": "udp",
            **more}


LISTEN = {"event": "listen", "listener": "mx", "host": "mx.example.test", "service": "smtp"}


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("example.test", "MX", "mx"),
    ("MX.example.test.", "A", "mx-address"),
    ("example.test", "A", "other"),                     # no host that takes mail
    ("_25._tcp.mx.example.test", "TLSA", "tlsa"),
    ("_mta-sts.example.test", "TXT", "sts-record"),
    ("_mta-sts.example.test", "CNAME", "other"),
    ("_smtp._tls.example.test", "TXT", "report-record"),
    ("example.test", "TXT", "other"),
    ("mta-sts.example.test", "A", "policy-address"),
    ("mta-sts.example.test", "AAAA", "aaaa"),
    ("mx.example.test", "AAAA", "aaaa"),
    ("example.test", "NS", "other"),
    ("test", "DS", "validation"),                       # the resolver's own
    ("example.test", "DNSKEY", "validation"),
    (".", "DNSKEY", "validation"),
    (".", "NS", "validation"),
])
def test_each_question_has_its_kind(name: str, kind: str, expected: str) -> None:
    found = cost.measure(made(LISTEN, asked(name, kind)))
    assert [one for one in (*cost.QUESTIONS, cost.VALIDATION) if found[one]] == [expected]


def test_only_the_last_run_counts() -> None:
    start = {"event": "client.start", "argv": ["x"], "pid": 1}
    found = cost.measure(made(start, asked("example.test", "MX", size=9), start,
                              asked("example.test", "MX", size=30)))
    assert (found["mx"], found["bytes"]) == (1, 30)


def smtp(name: str, **more: Any) -> dict[str, Any]:
    return {"event": name, "conn": 1, "service": "smtp", "channel": "clear", **more}


def test_what_was_not_measured_is_not_guessed() -> None:
    unsized = cost.measure(made(asked("example.test", "MX")))
    assert unsized["bytes"] is None
    never_closed = cost.measure(made(smtp("accept", peer="x")))
    assert never_closed["bytes"] is None
    older = cost.measure(made(smtp("accept", peer="x"), smtp("close", by="client", how="fin")))
    assert older["bytes"] is None and older["smtp"] == 1
    assert older["round-trips"] is None                 # it came to no MAIL
    whole = cost.measure(made(smtp("accept", peer="x"), smtp("close", **{
        "by": "client", "how": "fin", "in": 20, "out": 300})))
    assert whole["bytes"] == 320


def test_resumption_is_counted_apart() -> None:
    up = {"version": "TLSv1.2", "cipher": "x", "group": None}
    found = cost.measure(made(smtp("accept", peer="x"), smtp("tls.up", resumed=True, **up),
                              smtp("accept", peer="x"), smtp("tls.up", resumed=False, **up)))
    assert (found["smtp-full"], found["smtp-resumed"]) == (1, 1)


def turns(*names: str, version: str = "TLSv1.3") -> tuple[Event, ...]:
    """S: the server says something; C: the client does; s and c: the same in the handshake."""
    kinds: dict[str, dict[str, Any]] = {
        "S": smtp("send", reply="x", data=""), "C": smtp("recv", data=""),
        "s": smtp("raw", dir="out", data=""), "c": smtp("raw", dir="in", data=""),
        "U": smtp("tls.up", version=version), "M": smtp("command", verb="MAIL")}
    return made(*(kinds[name] for name in names)).conn(1)


@pytest.mark.parametrize(("names", "version", "expected"), [
    ("SCM", "", 2), ("SCSCM", "", 3), ("CM", "", 1),
    ("SSCCSCM", "", 3),                                 # several events, one turn
    ("SCSCScscsUCSCM", "TLSv1.2", 7),                   # the server's Finished comes last
    ("SCSCScscsUCSCM", "TLSv1.3", 6),                   # tickets, for which nobody waits
    ("SCSCScscUSCSCM", "TLSv1.3", 7),
    ("SCSC", "", None),
])
def test_round_trips(names: str, version: str, expected: int | None) -> None:
    assert cost.round_trips(turns(*names, version=version)) == expected


def item(client: str, counts: dict[str, int | None], least: dict[str, int]) -> Item:
    return Item({"id": "cost.x", "variant": "v", "client": client, "posture": "mta-sts",
                 "outcome": "PASS", "title": "Nothing is cached",
                 "cost": {"counts": counts, "least": least}}, "slug")


def test_the_view_compares_with_the_least() -> None:
    least = {"mx": 1, "smtp": 1}
    view = meter_make(
        [item("b", {"mx": 2, "https": 0, "smtp": 2, "smtp-full": 1, "bytes": 7000}, least),
         item("a", {"mx": 1, "https": 0, "smtp": 1, "smtp-full": 1, "bytes": None}, least)],
        {"a": "a 1.0", "b": "b 2.0"}, {"cost.x": "A mail"})
    assert view is not None
    assert view.kinds == ("mx", "smtp", "smtp-full", "bytes")
    (one,) = view.situations
    assert one.title == "A mail: nothing is cached"
    assert [row.label for row in one.rows] == ["the least", "a 1.0", "b 2.0"]
    assert [[(cell.text, cell.state) for cell in row.cells] for row in one.rows] == [
        [("1", ""), ("1", ""), ("", ""), ("", "")],
        [("1", ""), ("1", ""), ("1", ""), ("not measured", "unknown")],
        [("2", "more"), ("2", "more"), ("1", ""), ("7,000", "")]]
    assert [row.total for row in one.rows] == [2, 2, 4] and one.mark == 50
    assert [(s.part, s.start, s.width) for s in one.rows[2].bar] \
        == [("dns", 0, 50), ("https", 50, 0), ("smtp", 50, 50)]


def test_without_counts_there_is_no_view() -> None:
    assert meter_make([Item({"id": "a.b", "client": "x"}, "slug")], {}, {}) is None
