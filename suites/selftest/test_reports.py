# SPDX-License-Identifier: Apache-2.0
"""The reports: what they say, that they are safe to open, and that other tools can read them."""

import io
import json
import re
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from latchkey import report, results
from latchkey.report import facts, html, ladder, progress, source, terminal, text, wire
from latchkey.results import Change
from latchkey.shape import check

from report_sample import PLAIN, SAMPLE, SECRETS, document, seqs, transcript, write_evidence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_evidence(path, SAMPLE)
    return path


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return html.render(document(SAMPLE), folder)


def test_the_sample_is_what_results_json_is() -> None:
    check(results.RESULTS, document(SAMPLE))


# --- the page

VOID = {"meta", "input", "br", "link", "img", "path", "use"}


class Page(HTMLParser):
    """Collects what a browser would make of the page; an unbalanced page is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack.pop() == tag

    def all(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


def test_every_link_inside_the_page_has_its_target(page: str) -> None:
    seen = Page(page)
    ids = seen.all("id")
    assert len(ids) == len(set(ids))
    inner = {h[1:] for h in seen.all("href") if h.startswith("#")}
    assert inner and inner <= set(ids)
    slug = "starttls.stripped-capability~acme~imap-starttls"
    assert f"{slug}.e{seqs('strip', event='secret', secret='password')[0]}" in inner


def test_the_page_loads_nothing(page: str) -> None:
    seen = Page(page)
    assert "default-src 'none'" in page
    assert not seen.all("src") and not seen.all("srcset") and "url(" not in page
    assert "@import" not in page and not any(t in ("link", "img", "iframe") for t, _ in seen.tags)
    links = [h for h in seen.all("href") if not h.startswith(("#", "./trials/"))]
    hosts = {"www.rfc-editor.org", "cwe.mitre.org", "www.cve.org"}
    assert {h.split("/")[2] for h in links} == hosts
    assert all(t == "a" for t, a in seen.tags if (a.get("href") or "#")[0] != "#")


def test_hostile_bytes_stay_text(page: str, tmp_path: Path) -> None:
    write_evidence(tmp_path, SAMPLE, "hostile")
    evil = "</script><img src=x onerror=alert(4)>\x1b\u202e"
    entries = [{**e, "title": evil, "repeat": evil, "seen": [evil], "notes": [evil],
                "cwe": [evil], "requirements": [evil], "reason": evil} for e in SAMPLE]
    entries += [{**e, "client": evil, "posture": evil, "variant": evil} for e in SAMPLE]
    text = html.render({**document(entries), "argv": [evil], "host": {evil: evil}}, tmp_path)
    seen, tame = Page(text), Page(page)
    assert {t for t, _ in seen.tags} <= {t for t, _ in tame.tags}
    assert [t for t, _ in seen.tags].count("script") == 1
    assert not [k for _, a in seen.tags for k in a if k.startswith("on")]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "javascript:" not in text
    text.encode("utf-8")


def test_secrets_are_named_and_never_shown(page: str) -> None:
    assert "<mark>‹password›</mark>" in page and "‹base64: user, password›" in page
    for value in (*SECRETS.values(), PLAIN):
        assert value not in page


@pytest.mark.parametrize("words", [
    "1 of 2 clients broke a promise", "It was seen: no-credential-in-clear.", "RFC 8314, section",
    "#section-5.2", "CVE-2021-22946", "definitions/319.html", "‹password›", "user, password in",
    "SNI imap.example.test", "TLS_AES_256_GCM_SHA384", "fatal unknown_ca", "client exits with",
    "Fault: withhold", "attacker's bytes", "the same, 39 times more", "2 of 3 runs",
    "1 known failure did not come", "DNS A imap.example.test → 127.0.0.2",
    "latchkey run acme -k starttls.refused --posture imap-starttls", "transcript.jsonl"])
def test_the_page_says(page: str, words: str) -> None:
    assert words in page


def test_exposures_are_apart_from_broken_promises(page: str) -> None:
    broken = page[page.index('id="h-broken"'):page.index('id="h-exposed"')]
    exposed = page[page.index('id="h-exposed"'):page.index('id="h-unclear"')]
    assert "imap-opportunistic" not in broken and "imap-default" not in broken
    assert "imap-opportunistic" in exposed and "imap-starttls" not in exposed


def test_a_big_report_is_small_and_fast(tmp_path: Path) -> None:
    entries = [{**SAMPLE[1], "client": f"c{i}"} for i in range(150)]
    write_evidence(tmp_path, entries[:1], "inject")
    begin = time.process_time()
    assert len(html.render(document(entries), tmp_path).encode()) < 5_000_000
    assert time.process_time() - begin < 5  # about half a second where nothing else runs


def test_a_result_without_evidence_has_a_page(tmp_path: Path) -> None:
    assert "The dialogue is in the transcript" in html.render(document(SAMPLE), tmp_path)


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
    assert "FAIL  acme imap-starttls  injection.behind-starttls: It was seen" in said
    assert "acme 1.2.3: 9 trials, 4 passed, 2 broken promises, 2 exposures, 1 undecided" in said
    assert "Baseline out of date:" in said and said.endswith("Report: out/index.html\n")


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


def test_a_terminal_gets_one_line_per_failure() -> None:
    stream = io.StringIO()
    live = progress.Live(stream)
    live.start(14, ["acme"])
    for entry in SAMPLE:
        live.update({**entry, "title": "[red]x[/nope]", "reason": "[/bad]\x1b[2J"})
    live.finish("[/end]\n")
    assert "\x1b[2J" not in stream.getvalue() and "[/end]" in stream.getvalue()
    assert stream.getvalue().count("FAIL ") == 3
