# SPDX-License-Identifier: Apache-2.0
"""The footprint of scripted senders: each bug shows in the trial that offers it something."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchkey import catalog, trial as trials
from latchkey.catalog import Catalog
from latchkey.footprint import OF_FETCHERS
from latchkey.gather import as_data
from latchkey.report.footprint import footprint_make
from latchkey.report.items import Item
from samples import ROOT
from scripted import stage

# Bug → the trials in which it does something with what is offered, and the correct sender does not.
ACTS = {
    "takes-success": ("body[other-success]", "body[partial]"),
    "takes-any-type": ("body[html]", "body[no-type]"),
    "believes-ends": ("body[length-too-long]",),
    "follows-redirects": ("redirect[301]", "redirect[308]", "elsewhere[redirect]"),
    "tries-again": ("redirect[retry-after]", "redirect[authenticate]"),
    "visits-services": ("elsewhere[alt-svc]",),
    "uses-proxy": ("proxy[https-proxy-capitals]",),
    "keeps-cookies": ("cookie",),
    "keeps-connection": ("connection",),
    "resumes-sessions": ("resumption",),
    "asks-conditionally": ("conditional[etag]",),
    "believes-freshness": ("fresh[cache-control]",),
    "names-itself": ("request",),
    "asks-for-codings": ("codings",),
    "offers-h2": ("h2",),
}
# What also the correct sender takes: its minimum, and what any reader of HTTP/1.1 has.
CORRECT = ("body[chunked]", "body[closed]", "body[http-1.0]", "body[slow]", "limits[64k]")


@pytest.fixture(scope="session")
def known() -> Catalog:
    return catalog.load(ROOT)


def states(known: Catalog, folder: Path, bug: str, names: tuple[str, ...]) -> dict[str, str]:
    """Trial → what the report says of its feature."""
    asked = {f"footprint.{name}/mta-sts": name for name in names}
    items = stage.judged(known, folder, bug, list(asked), False, stage.sender_write)
    assert {item.outcome for item in items.values()} == {"PASS"}
    found = {}
    for name, entry in items.items():
        view = footprint_make([Item(as_data(entry), "slug")], {})
        assert view is not None
        ((feature,),) = (group.features for group in view.groups)
        found[asked[name]] = feature.marks[0].state
    return found


@pytest.mark.parametrize("bug", ACTS)
def test_a_bug_acts_upon_what_it_is_offered(built: Path, known: Catalog, bug: str,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)      # a busy machine is no outcome
    assert states(known, built, bug, ACTS[bug]) == dict.fromkeys(ACTS[bug], "acts")


def test_the_correct_sender_leaves_it_alone(built: Path, known: Catalog,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    names = tuple(dict.fromkeys(name for own in ACTS.values() for name in own))
    # It asks once for a policy that cannot be had, so nothing is told of a second request.
    unknown = ("cookie", "connection", "resumption")
    assert states(known, built, stage.CORRECT, (*names, *CORRECT)) == {
        **dict.fromkeys(names, "ignores"), **dict.fromkeys(unknown, "unknown"),
        **dict.fromkeys(CORRECT, "acts")}


def test_a_second_request_tells_more(built: Path, known: Catalog,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "GRACE", 60.0)
    names = ("cookie", "connection", "resumption")
    assert states(known, built, "forgets-failures", names) == dict.fromkeys(names, "ignores")


def test_every_predicate_has_its_bug(known: Catalog) -> None:
    tried = {check.predicate for names in ACTS.values() for name in names
             for check in known.scenario(f"footprint.{name.partition('[')[0]}").checks}
    assert {predicate.name for predicate in OF_FETCHERS} <= tried
    assert {check.predicate for scenario in known.scenarios.values()
            if scenario.suite == "footprint" for check in scenario.checks} <= tried | {
                "no-use-of-policy"}


def test_nobody_fails_by_the_footprint(known: Catalog) -> None:
    own = [scenario for scenario in known.scenarios.values() if scenario.suite == "footprint"]
    assert own and all(set(check.levels.values()) == {"MAY"}
                       for scenario in own for check in scenario.checks)


def item(client: str, name: str, variant: str, outcome: str, check: str, predicate: str) -> Item:
    return Item({"id": f"footprint.{name}", "variant": variant, "client": client,
                 "posture": "mta-sts", "outcome": outcome, "title": variant or name,
                 "checks": [{"predicate": predicate, "level": "MAY", "outcome": check,
                             "consequence": "interoperability", "events": []}] if check else []},
                "slug")


def test_the_view_scores_what_could_be_told() -> None:
    view = footprint_make([
        item("b", "body", "gzip", "PASS", "NOTE", "no-use-of-policy"),
        item("b", "body", "slow", "INCONCLUSIVE", "", ""),
        item("a", "body", "gzip", "PASS", "PASS", "no-use-of-policy"),
        item("b", "cookie", "", "PASS", "PASS", "no-cookie"),
    ], {"footprint.body": "Bodies", "footprint.cookie": "Cookies"})
    assert view is not None
    assert [(one.client, one.acts, one.told) for one in view.scores] == [("a", 0, 1), ("b", 1, 1)]
    assert [(group.title, [(feature.title, [mark.state for mark in feature.marks])
                           for feature in group.features]) for group in view.groups] == [
        ("Bodies", [("gzip", ["ignores", "acts"]), ("slow", ["unknown", "unknown"])]),
        ("What a fetcher says and keeps", [("Cookies", ["unknown", "unknown"])])]
    assert footprint_make([], {}) is None
