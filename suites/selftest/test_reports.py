# SPDX-License-Identifier: Apache-2.0
"""The reports for programs and terminals: what they say, and that other tools can read them."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from latchkey import report, results
from latchkey.report import facts, ladder, progress, source, summary, terminal, text, wire, words
from latchkey.results import Change
from latchkey.shape import check

import report_scale
from report_sample import (PLAIN, SAMPLE, SCENARIOS, SECRETS, Entry, document, result, seqs,
                           transcript, write_evidence)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_evidence(path, SAMPLE)
    return path


def test_the_sample_is_what_results_json_is() -> None:
    check(results.RESULTS, document(SAMPLE))


# --- the ladder

def rows(kind: str, broke: Mapping[int, list[str]] | None = None) -> tuple[ladder.Row, ...]:
    return ladder.ladder_make(transcript(kind), broke or {}, SECRETS).rows


def test_what_made_a_check_fail_is_marked_and_never_folded() -> None:
    seq = seqs("noop", event="command")[30]
    made = rows("noop", {seq: ["ends-by-itself"]})
    assert [r.broke for r in made if r.broke] == [("ends-by-itself",)]
    assert [r.times for r in made if r.kind == "repeat"] == [29, 9]


def test_the_channel_changes_where_tls_is_up() -> None:
    shown = [(r.kind, r.channel) for r in rows("impostor") if r.kind in ("msg", "tls")]
    place = [k for k, _ in shown].index("tls")
    assert {c for _, c in shown[:place]} == {"clear"}
    assert {c for _, c in shown[place:]} == {"tls-bad"}


def test_a_ladder_is_bounded() -> None:
    events = [{"seq": i, "t": 0, "conn": 1, "event": "recv", "data": f"a{i} NOOP\r\n"}
              for i in range(1, 5000)]
    made = ladder.ladder_make(events, {}, {})
    assert len(made.rows) == ladder.ROW_LIMIT and made.left_out == 4999 - ladder.ROW_LIMIT


@pytest.mark.parametrize("data, head, cut", [
    ("a1 OK\r\n", "a1 OK", False),
    ("a1 OK", "a1 OK", True),
    ("a\rb\nc\r\n", "a<b>\\r</b>b<b>\\n</b>\nc", False),
    ("<i>&\x00\x1b\xff", "&lt;i&gt;&amp;<b>\\0\\x1b\\xff</b>", True),
    ("\ue000x\ue001\u20ac", "\\u{e000}x\\u{e001}\\u{20ac}", True),
    ("LOGIN p-81c2e5d09b\r\n", "LOGIN <mark>‹password›</mark>", False),
    (f"PLAIN {PLAIN}\r\n", "PLAIN <mark>‹base64: user, password›</mark>", False),
    ("", "", False)])
def test_bytes_are_shown(data: str, head: str, cut: bool) -> None:
    shown = wire.show(data, wire.redactor(SECRETS))
    assert (str(shown.head), str(shown.rest), shown.cut) == (head, "", cut)


def test_a_secret_is_not_cut_in_two() -> None:
    redact = wire.redactor(SECRETS)
    for size in range(wire.HEAD_BYTES - 20, wire.HEAD_BYTES + 5):
        shown = wire.show("x" * size + SECRETS["password"] + "y" * 200, redact)
        whole = shown.head + shown.rest
        assert whole.count("<mark>‹password›</mark>") == 1 and "\ue000" not in whole
    assert wire.show("z" * 9000, redact).left_out == 3000


# --- other formats

def test_junit(folder: Path) -> None:
    root = Xml.fromstring(report.render("junit", document(SAMPLE), folder))
    assert [s.get("name") for s in root] == ["acme 1.2.3", "bolt 1.2.3"]
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == (
        "14", "4", "2", "1")
    cases = {(c.get("classname"), c.get("name")): c for c in root.iter("testcase")}
    failed = cases["acme.imap-starttls", "starttls.stripped-capability"]
    failure = failed.find("failure")
    assert failure is not None and failure.get("message") == "It was seen: no-credential-in-clear."
    pairs = {(p.get("name"), p.get("value")) for p in failed.iter("property")}
    assert pairs == {("requirement", "rfc8314-5.2-only-capability"), ("cwe", "CWE-319"),
                     ("cve", "CVE-2021-22946"), ("level", "MUST"),
                     ("consequence", "credential-leak")}
    assert cases["acme.imap-starttls", "starttls.refused[no]"].find("failure") is None
    assert cases["acme.imap-default", "certificate.wrong-host"].find("system-out") is not None
    assert cases["bolt.imap-implicit", "robustness.no-reply"].find("skipped") is not None
    Xml.fromstring(report.render("junit", document([{**SAMPLE[1], "title": "\x00\x1b\ud800<"}]),
                                 folder))


def test_sarif(folder: Path) -> None:
    log = json.loads(report.render("sarif", document(SAMPLE), folder))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    run = log["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules)) == 3 and len(run["results"]) == 4
    assert sorted(r["level"] for r in run["results"]) == ["error", "error", "error", "warning"]
    taxa = {t["id"] for t in run["taxonomies"][0]["taxa"]}
    for found in run["results"]:
        assert rules[found["ruleIndex"]] == found["ruleId"] and found["message"]["text"]
        place = found["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"scenarios/\w+/[\w-]+\.toml", place["artifactLocation"]["uri"])
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert {t["id"] for t in found["taxa"]} <= taxa == {"319"}
    prints = [f["partialFingerprints"]["latchkey/v1"] for f in run["results"]]
    assert len(set(prints)) == 4


def test_tap(folder: Path) -> None:
    lines = report.render("tap", document(SAMPLE), folder).split("\n")
    assert lines[:3] == ["TAP version 13", "1..14",
                         "ok 1 - bolt/imap-implicit robustness.no-reply # SKIP posture"]
    points = [x for x in lines if re.match(r"(not )?ok \d+ - ", x)]
    assert len(points) == 14 and sum(x.startswith("not ok") for x in points) == 7
    assert [x.rpartition("# ")[2] for x in points if "# TODO" in x] == ["TODO since 1.0"]


def test_markdown_cannot_be_broken_out_of(folder: Path) -> None:
    evil = {**SAMPLE[1], "client": "a|b\n<b>`x`"}
    lines = report.render("markdown", document([*SAMPLE, evil]), folder).splitlines()
    tables = [re.sub(r"\\.", "", x) for x in lines if x.startswith("|")]
    assert {x.count("|") for x in tables} == {9, 6} and not any("<" in x for x in tables)
    assert lines[0] == "## 2 of 3 clients broke a promise"


@pytest.mark.parametrize("names, said", [
    (("imap-starttls", "pop3-implicit"), "MUST"), (("imap-opportunistic",), "SHOULD"),
    (("imap-starttls", "imap-opportunistic", "pop3-implicit"),
     "MUST in starttls, implicit; SHOULD in opportunistic"),
    (("imap-starttls", "imap-default"), "MUST in starttls"), (("imap-default",), "")])
def test_a_level_is_told_for_the_postures_that_there_are(names: tuple[str, ...],
                                                         said: str) -> None:
    by_wish = {"implicit": "MUST", "starttls": "MUST", "opportunistic": "SHOULD", "srv": "MUST"}
    assert words.levels(by_wish, names) == said
    assert words.levels(by_wish, names, {}) == said


def test_variants_with_a_level_of_their_own_are_told() -> None:
    may, table = {"starttls": "MAY"}, {"starttls": "SHOULD", "implicit": "MAY"}
    assert words.levels({"starttls": "MUST"}, ("imap-starttls",),
                        {"a": may, "b": table, "c": may}) == \
        "MUST; MAY with a, c; SHOULD with b"


def test_several_folders_are_one_report(tmp_path: Path) -> None:
    for name, client in (("a", "acme"), ("b", "bolt")):
        entries = [e for e in SAMPLE if e["client"] == client]
        write_evidence(tmp_path / name, entries)
        report.write("json", document(entries), tmp_path / name)
    merged = report.read([tmp_path / "a", tmp_path / "b" / "results.json"], tmp_path / "a")
    assert sorted(map(facts.key, merged["results"])) == sorted(map(facts.key, SAMPLE))
    assert set(merged["clients"]) == {"acme", "bolt"} and merged["summary"]["FAIL"] == 3
    check(results.RESULTS, merged)
    assert all(source.transcript_read(tmp_path / "a", e) for e in merged["results"]
               if e["evidence"])


def test_a_quick_run_says_so_also_among_others(tmp_path: Path) -> None:
    whole, quick = document(SAMPLE[:2]), document(SAMPLE[2:])
    quick["host"] = {"quick": "not all was tried"}
    for name, part in (("whole", whole), ("quick", quick)):
        (tmp_path / name).mkdir()
        report.write("json", part, tmp_path / name)
    said = "This was a quick run: not all was tried."
    for folders, there in ((("whole",), False), (("quick",), True), (("whole", "quick"), True)):
        data = report.read([tmp_path / name for name in folders], tmp_path)
        assert (said in terminal.final(data)) is there
        assert (said in report.render("html", data, tmp_path)) is there


def test_a_quick_run_says_what_could_not_be_judged() -> None:
    def attack(variant: str, *outcomes: str) -> list[Entry]:
        return [result(next(iter(SCENARIOS)), "acme", posture, outcome) | {
            "variant": variant, "reason": "untouched" if outcome == "SKIP" else "flaky"}
            for posture, outcome in zip(("imap-starttls", "pop3-starttls"), outcomes)]

    judged, far, vain = (attack("a", "SKIP", "PASS"), attack("b", "SKIP", "SKIP"),
                         attack("c", "SKIP", "INCONCLUSIVE"))
    told: list[tuple[list[Entry], list[str]]] = [
        (judged, []),
        (judged + far, ["1 of 2 attacks could be judged in no posture, because the client "
                        "never comes to what is attacked."]),
        (vain, ["1 of 1 attack could be judged in no posture."]),
        (judged + far + vain, ["2 of 3 attacks could be judged in no posture, 1 of them "
                               "because the client never comes to what is attacked."])]
    for entries, said in told:
        data = document(entries) | {"host": {"quick": "so and so"}}
        assert list(summary.sampled(data)) == ["This was a quick run: so and so.", *said]
        assert not list(summary.sampled(document(entries)))


def test_every_format_is_written(folder: Path) -> None:
    for name, entry in report.FORMATS.items():
        assert report.write(name, document(SAMPLE), folder).name == entry.file
    assert results.read(folder).results


def test_difference() -> None:
    changes = [Change("new", "n", "", "PASS"), Change("broken", "b|x", "PASS", "FAIL"),
               Change("changed", "c", "FAIL", "FAIL")]
    assert text.diff_text(changes) == (
        "Broken (1)\n  b|x  PASS -> FAIL\nChanged (1)\n  c  FAIL, by other checks\n"
        "New (1)\n  n  PASS\n")
    assert "| Broken | b\\|x | PASS -\\> FAIL |" in text.diff_markdown(changes)
    assert text.diff_text([]) == text.diff_markdown([]) == "No outcome changed.\n"


# --- while it runs, and at the end

def test_the_last_words() -> None:
    said = terminal.final(document(SAMPLE), "out/index.html")
    assert said.index("Broken promises") < said.index("Exposures") < said.index("Undecided")
    assert "    Spoofed content      1x  injection.behind-starttls: Clear text from before" in said
    assert "acme 1.2.3: 9 trials, 4 passed, 2 broken promises, 2 exposures, 1 undecided" in said
    assert "Baseline out of date:" in said and said.endswith("Report: out/index.html\n")
    assert said.splitlines()[-4:-1] == [
        "See the gravest again, and read what it is about:",
        "  latchkey run acme -k starttls.stripped-capability --posture imap-starttls",
        "  latchkey show starttls.stripped-capability"]
    narrow = terminal.final(document([e for e in SAMPLE if e["outcome"] != "XPASS"]), None, 70)
    said = terminal.final(document([e for e in SAMPLE if e["outcome"] != "XPASS"]))
    assert max(map(len, narrow.splitlines()[:-2])) <= 70 < max(map(len, said.splitlines()[:-2]))
    assert narrow.split() == said.split()


def test_the_last_words_say_why_nothing_was_run() -> None:
    entries = [{**SAMPLE[3], "outcome": "SKIP", "reason": "missing"}]
    said = terminal.final(document(entries))
    assert "bolt: 1 trial not run: The program is not installed.\nNo trial was run.\n" in said


def test_the_last_words_about_many_clients_are_few() -> None:
    """The gravest first, a few scenarios of each, no line wider than a terminal."""
    entries = list(report_scale.entries(20, 40, 2))
    lines = terminal.final(document(entries)).splitlines()
    assert len(lines) < 220 and max(map(len, lines)) <= terminal.WIDTH
    told = [x for x in lines if x.startswith("    Credential leak")]
    assert told and lines[2].startswith("    Credential leak")
    head = next(n for n, x in enumerate(lines) if x.split()[:2] == ["trials", "broken"])
    rows = [int(x.split()[3]) for x in lines[head + 1:head + 21]]
    assert rows[0] == max(rows) > 0 and rows[-1] == min(rows)
    loud = [{**e, "seen": ["\x1b[2J"], "client": "\x1b[31m"} for e in entries[:200]]
    assert "\x1b" not in terminal.final(document(loud))


def test_of_what_is_alike_only_the_first_few_are_told_at_once() -> None:
    teller = terminal.Teller()
    exposure, promise = SAMPLE[2], SAMPLE[1]
    told = [teller.tell(exposure) for _ in range(9)]
    assert [len(lines) for lines in told] == [1, 1, 2, 0, 0, 0, 0, 0, 0]
    assert told[2][1].endswith(f"more of {exposure['id']} is counted at the end")
    others = [teller.tell({**exposure, "id": f"other.{number}"}) for number in range(4)]
    assert [len(lines) for lines in others] == [1, 2, 0, 0]
    assert others[1][1].endswith("more exposures of acme are counted at the end")
    assert [len(teller.tell(promise)) for _ in range(5)] == [1, 1, 2, 0, 0]
    assert all(teller.tell({**promise, "id": f"other.{number}"}) for number in range(9))
    assert not teller.tell(SAMPLE[3])
    two = {**promise, "checks": [*promise["checks"], {**promise["checks"][0], "predicate": "x"}]}
    assert terminal.line(two).endswith("It was seen: no-credential-in-clear. (and 1 more rule)")


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    observer = progress.observer(stream)
    observer.start(20, ["acme"])
    for number in range(20):
        observer.update({**SAMPLE[2 if number == 3 else 3], "reason": "\x1b[31m"})
    observer.finish("done\n")
    lines = stream.getvalue().split("\n")
    assert lines[0] == "20 trials: acme" and "\x1b" not in stream.getvalue()
    assert len([x for x in lines if x.startswith("FAIL")]) == 1
    assert len([x for x in lines if " of 20: " in x]) == 10
    assert lines[-4] == "20 of 20: 1 failed, 19 passed" and lines[-2] == "done"


def test_a_run_may_grow() -> None:
    """A quick one: what stands in was in no total."""
    stream = io.StringIO()
    observer = progress.observer(stream)
    observer.start(20, ["acme"], True)
    for _ in range(25):
        observer.update(SAMPLE[3])
    lines = stream.getvalue().split("\n")
    assert lines[0] == "at least 20 trials: acme"
    assert lines[-3:] == ["22 of 22: 22 passed", "24 of 24: 24 passed", ""]


def test_a_terminal_gets_one_line_per_failure() -> None:
    stream = io.StringIO()
    live = progress.Live(stream)
    live.start(14, ["acme"])
    for entry in SAMPLE:
        live.update({**entry, "title": "[red]x[/nope]", "reason": "[/bad]\x1b[2J" + "x" * 99})
    live.finish("[/end]\n")
    assert "\x1b[2J" not in stream.getvalue() and "[/end]" in stream.getvalue()
    lines = stream.getvalue().split("\n")
    assert sum(x.startswith("FAIL ") for x in lines) == 3 and max(map(len, lines)) <= 80
