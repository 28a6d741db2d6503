# SPDX-License-Identifier: Apache-2.0
"""Experimental suites stand apart: no verdict, count or exit status knows them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from latchkey import catalog, report, results
from latchkey.outcome import Result
from latchkey.model import Trial
from latchkey.postures import POSTURES
from latchkey.report import facts, html, source, terminal
from latchkey.shape import check

from report_sample import APART, SAMPLE, document, result, write_evidence

GOOD = [e for e in SAMPLE if e["outcome"] in ("PASS", "SKIP")]
MIXED = document([*GOOD, *APART])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("apart")
    write_evidence(path, [*SAMPLE, *APART])
    return path


def text_of(page: str) -> str:
    """What a page says, without its markup and its data for scripts."""
    page = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    apart = re.sub("(</?(?:p|t[drh]|h[1-6]|li|div|b|option))", r" \1", page)
    return " ".join(re.sub(r"<[^>]*>", "", apart).split())


def before(page: str) -> str:
    """What stands above the section of the experimental suites."""
    return page.partition('<section class="apart"')[0]


def test_scenarios_make_entries_that_know_it() -> None:
    known = catalog.own()
    client = known.client("refclient")
    for name, expected in (("deep.latched", True), ("starttls.refused", False)):
        scenario = known.scenarios[name]
        trial = Trial(scenario, scenario.variants[0], client, POSTURES["imap-starttls"])
        assert results.entry(trial, Result("PASS")).experimental == expected
    assert {t.scenario.suite for t in known.trials(client)}.isdisjoint({"deep", "what-if"})


@pytest.mark.parametrize(("standard", "odd", "status"), [
    (("PASS",), ("FAIL",), 0),
    (("PASS",), ("ERROR", "INCONCLUSIVE", "XPASS"), 0),
    (("FAIL",), ("PASS",), 1),
    (("INCONCLUSIVE",), ("PASS", "FAIL"), 3),
    (("SKIP",), ("PASS",), 3),          # nothing that counts was decided
    ((), ("FAIL",), 1),                 # nothing else was asked for
    ((), ("PASS", "WARN"), 0),
    ((), ("INCONCLUSIVE",), 3),
], ids=str)
def test_exit_status(standard: tuple[str, ...], odd: tuple[str, ...], status: int) -> None:
    def made(outcome: str, experimental: bool) -> results.Entry:
        mark = outcome if outcome == "XPASS" else ""
        judged = Result("PASS" if mark else outcome)
        return results.Entry("a.b", "acme", "imap-starttls", judged, mark=mark,
                             experimental=experimental)
    entries = [made(o, False) for o in standard] + [made(o, True) for o in odd]
    assert results.exit_status(entries) == status
    assert results.exit_status(reversed(entries)) == status


def test_results_count_them_apart(folder: Path, tmp_path: Path) -> None:
    (folder / "results.json").write_text(json.dumps(MIXED))
    read = results.read(folder)
    written = results.document(read)
    assert all(written[key] == MIXED[key] for key in ("summary", "experimental"))
    assert [e["experimental"] for e in written["results"]] == [False] * 6 + [True] * 4
    assert MIXED["summary"] == {"PASS": 5, "SKIP": 1}
    assert MIXED["experimental"] == {"FAIL": 1, "WARN": 1, "INCONCLUSIVE": 1, "PASS": 1}
    assert results.exit_status(read.results) == 0
    merged = source.results_merge([(folder, MIXED), (folder, document(APART))], folder)
    check(results.RESULTS, merged)
    assert merged["summary"] == MIXED["summary"] and merged["experimental"]["FAIL"] == 2
    old = {k: v for k, v in MIXED.items() if k != "experimental"} | {
        "results": [{k: v for k, v in e.items() if k != "experimental"} for e in GOOD]}
    (tmp_path / "results.json").write_text(json.dumps(old))
    assert not any(e.experimental for e in results.read(tmp_path).results)


def test_a_group_of_their_own() -> None:
    assert [facts.bucket(e) for e in APART] == ["experimental", "passed", "experimental", "unclear"]
    ordered = sorted([*APART, *SAMPLE], key=facts.sort_key)
    assert all(map(facts.is_experimental, ordered[-len(APART):]))
    assert facts.counted([*APART, *GOOD]) == GOOD and facts.counted(APART) == APART


def test_junit(folder: Path) -> None:
    root = Xml.fromstring(report.render("junit", MIXED, folder))
    assert [s.get("name") for s in root] == ["acme 1.2.3", "acme 1.2.3 (experimental)",
                                             "bolt 1.2.3", "cork 1.2.3 (experimental)"]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("10", "0", "0")
    assert not root.findall(".//failure") and not root.findall(".//error")
    assert [s.text.partition(":")[0] for s in root.iter("system-out") if s.text] == [
        "FAIL", "WARN", "INCONCLUSIVE"]
    alone = Xml.fromstring(report.render("junit", document(APART), folder))
    assert (alone.get("failures"), alone.get("errors")) == ("1", "1")
    assert [f.get("type") for f in alone.iter("failure")] == ["experimental failure"]


def test_sarif_and_tap(folder: Path) -> None:
    log = json.loads(report.render("sarif", MIXED, folder))["runs"][0]["results"]
    assert [(r["level"], r["properties"]["experimental"]) for r in log] == [("note", True)] * 2
    assert all("; experimental)" in r["message"]["text"] for r in log)
    lines = report.render("tap", MIXED, folder).split("\n")
    bad = [line for line in lines if line.startswith("not ok")]
    assert len(bad) == 2 and all(line.endswith("# TODO experimental") for line in bad)
    alone = report.render("tap", document(APART), folder).split("\n")
    assert sum(line.startswith("not ok") for line in alone) == 2 and "# TODO" not in str(alone)


def test_markdown(folder: Path) -> None:
    lines = report.render("markdown", MIXED, folder).splitlines()
    assert lines[0] == "## All 2 clients kept their promises in 5 trials"
    head = lines.index("### Experimental: deep and what-if")
    assert not any("latched" in line or "cork" in line for line in lines[:head])
    assert sum("deep.latched" in line for line in lines[head:]) == 2
    alone = report.render("markdown", document(APART), folder).splitlines()
    assert alone[0].startswith("## Only experimental trials were run")


def test_the_last_words() -> None:
    said = terminal.final(MIXED)
    assert said.endswith("All 2 clients kept their promises in 5 trials.\n")
    assert "Experimental: deep and what-if\n" in said and "See the gravest" not in said
    assert "  acme 1.2.3: 2 trials, 1 passed, 1 failed (experimental)" in said
    assert "\nacme 1.2.3: 4 trials, 4 passed\n" in said
    alone = terminal.final(document(APART))
    assert "Only experimental trials were run: deep and what-if." in alone
    assert "See the gravest again" in alone and "  latchkey run acme -k deep.latched" in alone
    teller = terminal.Teller()
    assert [len(teller.tell({**APART[0], "id": f"deep.{number}"})) for number in range(7)] == [
        1, 1, 1, 1, 2, 0, 0]


@pytest.fixture(scope="module")
def site(folder: Path) -> dict[str, str]:
    return {page.path: page.text for page in html.site(MIXED, folder)}


def test_the_first_page(site: Mapping[str, str]) -> None:
    index = site["index.html"]
    said = text_of(before(index))
    assert "All 2 clients kept their promises in 5 trials" in said
    assert "4 trials of experimental suites (deep and what-if)" in said
    assert "What was promised is not kept" not in said and "cork" not in said.partition("Matrix")[0]
    apart = text_of(index[len(before(index)):].partition('aria-labelledby="h-cover"')[0])
    assert "Experimental: deep and what-if part of no verdict" in apart
    assert "Experimental failures 2 trials" in apart and "Undecided 1 trial" in apart
    assert all(name in apart for name in ("acme", "cork", "deep.latched", "what-if.keywords"))
    assert "starttls.refused" not in apart


def test_other_pages(site: Mapping[str, str]) -> None:
    acme = site["clients/acme.html"]
    assert "acme 1.2.3 kept its promises in 4 trials" in text_of(before(acme))
    assert "latched" not in text_of(before(acme)).partition("Requirement by requirement")[0]
    assert "1 experimental failures · 1 passed" in text_of(acme[len(before(acme)):])
    assert "cork 1.2.3: only experimental trials were run" in text_of(site["clients/cork.html"])
    trial = text_of(site["trials/deep.latched~acme~imap-starttls.html"])
    assert "Not kept: No standard demands it" in trial and "broken promise:" not in trial.lower()
    assert "Experimental. No standard demands it" in text_of(site["scenarios/deep.latched.html"])


def test_alone_they_are_the_whole_report(folder: Path) -> None:
    page = html.render(document(APART), folder)
    said = text_of(page)
    assert "Only experimental trials were run: deep and what-if" in said
    assert "See the gravest again: latchkey run acme -k deep.latched" in said


def test_a_requirement_is_not_unkept_by_an_experiment(folder: Path) -> None:
    """Where a default suite tries a statement, what an experiment saw of it is not told."""
    known = source.library_read()
    tried = next(s for spec in known.coverage for s in spec.statements
                 if {known.scenarios[c.scenario].experimental for c in s.covers} == {True, False})
    made = []
    for cover in tried.covers:
        odd = known.scenarios[cover.scenario].experimental
        one = result("deep.latched", "acme", cover.postures[0], "FAIL" if odd else "PASS",
                     experimental=odd, id=cover.scenario, variant=cover.variant)
        one["checks"][0]["predicate"] = cover.checks[0]
        made.append(one)
    page_text = {p.path: p.text for p in html.site(document(made), folder)}["requirements.html"]
    row = re.search(rf'<tr id="r-{re.escape(tried.id)}".*?</tr>', page_text, re.DOTALL)
    assert row is not None and 'class="cell PASS passed"' in row[0]
    assert "experimental" not in row[0].partition("<td><div")[2]
