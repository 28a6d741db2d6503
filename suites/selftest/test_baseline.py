# SPDX-License-Identifier: Apache-2.0
"""Baselines: what they accept, what they refuse, and what becomes of the outcomes."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import jsonschema  # type: ignore[import]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from latchkey import baseline
from latchkey.baseline import Baseline, Item, fresh, read, stale, version_within, with_baseline
from latchkey.errors import UserError
from latchkey.outcome import Check, Result
from latchkey.results import Entry, Known, Run

ROOT = Path(__file__).resolve().parents[2]
REASON = "The option is new in the next release."
LEAK = Check("no-credential-in-clear", "MUST", "credential-leak", "FAIL", True, (), "")
FALSE = Check("no-false-success", "MUST", "silent-downgrade", "FAIL", True, (), "")
FAIL = Result("FAIL", checks=(LEAK,))
WARN = Result("WARN", checks=(replace(LEAK, level="SHOULD", outcome="WARN"),))
ITEM = Item("family.name", "imap-starttls", "FAIL", REASON)
SCHEMA = json.loads((ROOT / "suites/schemas/baseline.schema.json").read_text())


def entry(result: Result, name: str = "family.name", variant: str = "",
          client: str = "curl") -> Entry:
    return Entry(name, client, "imap-starttls", result, variant)


def outcome(item: Item, result: Result, version: str = "1.0") -> str:
    found, = with_baseline([entry(result)], Baseline("curl", (item,)), version)
    return found.outcome


@pytest.mark.parametrize(("known", "came", "shown"), [
    ("FAIL", "FAIL", "XFAIL"), ("FAIL", "WARN", "XPASS"), ("FAIL", "PASS", "XPASS"),
    ("FAIL", "INCONCLUSIVE", "INCONCLUSIVE"), ("FAIL", "ERROR", "ERROR"), ("FAIL", "SKIP", "SKIP"),
    ("WARN", "WARN", "XFAIL"), ("WARN", "PASS", "XPASS"), ("WARN", "FAIL", "FAIL"),
    ("INCONCLUSIVE", "INCONCLUSIVE", "XFAIL"), ("INCONCLUSIVE", "PASS", "XPASS"),
    ("INCONCLUSIVE", "FAIL", "FAIL"), ("INCONCLUSIVE", "WARN", "WARN"),
])
def test_known_outcome(known: str, came: str, shown: str) -> None:
    assert outcome(replace(ITEM, outcome=known), Result(came)) == shown


def test_another_failed_check_is_news() -> None:
    item = replace(ITEM, checks=("no-credential-in-clear",))
    assert outcome(item, FAIL) == "XFAIL"
    assert outcome(item, replace(FAIL, checks=(LEAK, FALSE))) == "FAIL"
    assert outcome(replace(item, checks=(LEAK.predicate, FALSE.predicate)), FAIL) == "XFAIL"


def test_the_entry_keeps_what_was_judged_and_says_why_it_is_known() -> None:
    known = Baseline("curl", (replace(ITEM, url="https://x.test"),))
    found, = with_baseline([entry(FAIL)], known, "")
    assert found.result == FAIL and found.known == Known("FAIL", REASON, "https://x.test")


def test_others_are_left_alone() -> None:
    others = (entry(FAIL, "family.other"), entry(FAIL, variant="v"), entry(FAIL, client="wget"),
              replace(entry(FAIL), posture="pop3-starttls"))
    assert with_baseline(others, Baseline("curl", (ITEM,)), "1.0") == others


def test_stale_entries() -> None:
    items = (ITEM, replace(ITEM, id="family.gone"), replace(ITEM, variant="v"),
             replace(ITEM, id="family.skipped"), replace(ITEM, id="family.old", versions="< 1"))
    found = stale(Baseline("curl", items), [entry(FAIL), entry(Result("SKIP"), "family.skipped"),
                                            entry(FAIL, "family.gone", client="wget")], "1.0")
    assert found == ("family.gone/curl/imap-starttls", "family.name[v]/curl/imap-starttls",
                     "family.skipped/curl/imap-starttls")


@pytest.mark.parametrize("reason", ["missing", "no-netns", "needs-root"])
def test_what_could_not_be_run_is_not_stale(reason: str) -> None:
    assert stale(Baseline("curl", (ITEM,)), [entry(Result("SKIP", reason))], "1.0") == ()
    assert stale(Baseline("curl", (ITEM,)), [entry(Result("SKIP", "posture"))], "1.0")


@pytest.mark.parametrize(("version", "bounds", "within"), [
    ("1.2", "", True), ("", "", True), ("", ">= 1", False),
    ("1.2", ">= 1.2, < 2", True), ("2", ">= 1.2, < 2", False), ("1.10", "> 1.9", True),
    ("1.10", "<1.9", False), ("1.2", "=1.2", True), ("1.2.1", "= 1.2", False),
    ("1.2.1", "<= 1.2", False), ("1.2", "<= 1.2", True), ("1.2", "< 1.2", False),
    ("1.2", "> 1.2", False), ("1.2", ">= 1.2", True),
    ("1.2rc1", "< 1.2", True), ("1.2~rc1", ">= 1.2", False),
    ("1.2k", "> 1.2", True), ("1.2k", "< 1.2.1", True), ("20220429", ">= 20210101", True),
    ("7.88.1", ">= 7.88, < 7.88.2", True),
])
def test_version_within(version: str, bounds: str, within: bool) -> None:
    assert version_within(version, bounds) is within


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4),
       st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_numbers_sort_as_numbers(one: list[int], other: list[int]) -> None:
    first, second = ".".join(map(str, one)), ".".join(map(str, other))
    assert version_within(first, f"< {second}") is (one < other)


def test_an_entry_of_another_version_says_nothing() -> None:
    assert outcome(replace(ITEM, versions="< 1"), FAIL, "1.0") == "FAIL"
    assert outcome(replace(ITEM, versions=">= 1"), FAIL, "1.0") == "XFAIL"


# --- files

HEAD = 'baseline = 1\nclient = "curl"\n'
ROW = '[[known]]\nid = "a.b"\nposture = "imap-starttls"\noutcome = "FAIL"\n'
WHOLE = (ROW + f'reason = "{REASON}"\nvariant = "v"\nchecks = ["no-false-success"]\n'
         'url = "https://x.test/1"\ndate = "2000-12-31"\nversions = ">= 1.2, < 2"\n')


def load(tmp_path: Path, text: str) -> Baseline:
    path = tmp_path / "curl.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_reads_a_file(tmp_path: Path) -> None:
    assert load(tmp_path, HEAD + WHOLE) == Baseline("curl", (
        Item("a.b", "imap-starttls", "FAIL", REASON, "v", ("no-false-success",), "https://x.test/1",
             "2000-12-31", ">= 1.2, < 2"),))
    assert load(tmp_path, HEAD) == Baseline("curl")
    jsonschema.validate(tomllib.loads(HEAD + WHOLE), SCHEMA)


REFUSED = {
    "empty reason": (ROW + 'reason = ""\n', 'curl.toml:7: "" is no reason'),
    "blank reason": (ROW + 'reason = "  "\n', "is no reason"),
    "one word": (ROW + 'reason = "known"\n', "is no reason"),
    "the same word": (ROW + 'reason = "known known known"\n', "is no reason"),
    "no words": (ROW + 'reason = "... 1 2 3 ???"\n', "is no reason"),
    "no reason at all": (ROW, "has no reason"),
    "one reason for two scenarios": (
        f'{ROW}reason = "{REASON}"\n{ROW.replace("a.b", "a.c")}reason = "{REASON.upper()}"\n',
        "curl.toml:12: the same reason"),
    "twice": ((ROW + f'reason = "{REASON}"\n') * 2, "a second entry for a.b/imap-starttls"),
    "PASS": (ROW.replace("FAIL", "PASS") + f'reason = "{REASON}"\n', 'unknown outcome "PASS"'),
    "posture": (ROW.replace("imap-", "imap_") + f'reason = "{REASON}"\n', "unknown posture"),
    "predicate": (ROW + f'reason = "{REASON}"\nchecks = ["x"]\n', 'unknown predicate "x"'),
    "versions": (ROW + f'reason = "{REASON}"\nversions = "1.2"\n', '"1.2" is not right here'),
    "date": (ROW + f'reason = "{REASON}"\ndate = 2000-12-31\n', "is a date"),
    "key": (ROW + f'reason = "{REASON}"\nwhy = "x"\n', 'unknown key "why"'),
    "version of the format": ("", "curl.toml:1: baseline = 2 is"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(text: str, said: str, tmp_path: Path) -> None:
    head = HEAD if text else HEAD.replace("= 1", "= 2")
    with pytest.raises(UserError) as caught:
        load(tmp_path, head + text)
    assert said in str(caught.value)


def test_three_words_can_be_a_reason(tmp_path: Path) -> None:
    assert load(tmp_path, f'{HEAD}{ROW}reason = "Upstream disagrees politely"\n').items


@pytest.mark.parametrize("second", [
    ROW.replace("imap-", "pop3-") + f'reason = "{REASON}"\n',
    ROW + f'variant = "v"\nreason = "{REASON}"\n',
    ROW + f'versions = "> 2"\nreason = "{REASON}"\n',
    ROW.replace("a.b", "a.c") + f'url = "https://x.test"\nreason = "{REASON}"\n',
])
def test_one_reason_may_stand_for_one_bug(second: str, tmp_path: Path) -> None:
    assert len(load(tmp_path, f'{HEAD}{ROW}reason = "{REASON}"\n{second}').items) == 2


def test_a_fresh_baseline_cannot_be_read_before_somebody_gave_reasons(tmp_path: Path) -> None:
    made = fresh(Baseline("curl"), "1.0", [entry(FAIL), entry(Result("PASS"), "family.good"),
                                           entry(FAIL, client="wget")], "2000-12-31")
    assert made.items == (replace(ITEM, reason="", checks=("no-credential-in-clear",),
                                  date="2000-12-31"),)
    path = tmp_path / "curl.toml"
    baseline.write(path, made)
    with pytest.raises(UserError, match="is no reason"):
        read(path)
    path.write_text(path.read_text().replace('reason = ""', f'reason = "{REASON}"'))
    assert read(path) == Baseline("curl", (replace(made.items[0], reason=REASON),))


def test_a_fresh_baseline_keeps_reasons_that_still_hold() -> None:
    old = Baseline("curl", (ITEM, replace(ITEM, id="family.fixed"),
                            replace(ITEM, id="family.worse", outcome="WARN")))
    made = fresh(old, "1.0", [entry(FAIL), entry(FAIL, "family.worse"),
                              entry(Result("PASS"), "family.fixed")], "2000-12-31")
    assert [(item.id, item.outcome, item.reason) for item in made.items] == [
        ("family.name", "FAIL", REASON), ("family.worse", "FAIL", "")]
    assert made.items[0].date == "2000-12-31"


def test_a_reason_does_not_hold_for_another_check() -> None:
    old = Baseline("curl", (replace(ITEM, checks=("no-false-success",)),))
    made, = fresh(old, "1.0", [entry(FAIL)], "2000-12-31").items
    assert (made.checks, made.reason) == (("no-credential-in-clear",), "")


def test_a_fresh_baseline_keeps_what_the_run_says_nothing_of() -> None:
    old = Baseline("curl", (replace(ITEM, versions="< 1"), replace(ITEM, id="family.untried"),
                            replace(ITEM, id="family.skipped")))
    made = fresh(old, "1.0", [entry(FAIL), entry(Result("SKIP", "missing"), "family.skipped")],
                 "2000-12-31")
    assert [(item.id, item.versions, item.reason) for item in made.items] == [
        ("family.name", "", ""), ("family.name", "< 1", REASON), ("family.skipped", "", REASON),
        ("family.untried", "", REASON)]


def test_a_baseline_of_a_run(tmp_path: Path) -> None:
    made = Run("0", "2000-12-30T23:59:59+00:00", "2000-12-31T00:00:01+00:00", {}, (),
               {"curl": {"version": "1.0", "adapter": "curl"}}, (entry(FAIL),))
    both = replace(made, results=(entry(FAIL), entry(FAIL, client="wget")))
    item, = baseline.of_run(made, None, None).items
    assert (item.reason, item.date) == ("", "2000-12-31")
    assert baseline.of_run(both, "curl", None).items == (item,)
    # An unfinished file may be written again: nothing that was filled in is lost.
    path = tmp_path / "curl.toml"
    baseline.write(path, Baseline("curl", (item, replace(item, id="family.other"))))
    path.write_text(path.read_text().replace('reason = ""', f'reason = "{REASON}"', 1))
    assert [one.reason for one in baseline.of_run(made, None, path).items] == [REASON, ""]
    for run, client, said in ((both, None, "several clients; name one with --client: curl, wget"),
                              (made, "crul", 'did you mean "curl"?'),
                              (replace(made, results=()), None, "no trials")):
        with pytest.raises(UserError, match=re.escape(said)):
            baseline.of_run(run, client, None)
    with pytest.raises(UserError, match='is the baseline of "curl", not of "wget"'):
        baseline.of_run(both, "wget", path)


@pytest.mark.parametrize("result", [FAIL, WARN, Result("INCONCLUSIVE", "flaky")])
def test_what_is_freshly_known_is_as_known(result: Result) -> None:
    made = fresh(Baseline("curl"), "1.0", [entry(result)], "2000-12-31")
    found, = with_baseline([entry(result)], made, "1.0")
    assert found.outcome == "XFAIL" and stale(made, [entry(result)], "1.0") == ()


@given(st.text())
def test_any_reason_can_be_written(reason: str) -> None:
    text = baseline.text(Baseline("curl", (replace(ITEM, reason=reason),)))
    data = tomllib.loads(text)
    assert data["known"][0]["reason"] == reason
    jsonschema.validate(data, SCHEMA)


def test_the_schema_is_made_of_the_same_shape() -> None:
    assert (ROOT / "suites/schemas/baseline.schema.json").read_text() == baseline.schema_file()


def test_ours_can_be_read() -> None:
    for path in (ROOT / "suites/baselines").glob("*.toml"):
        assert read(path).client == path.stem
