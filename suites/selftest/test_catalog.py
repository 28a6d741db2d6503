# SPDX-License-Identifier: Apache-2.0
"""The catalog of the real files: it loads, and every trial compiles to a valid plan."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import]
import pytest

from latchkey import catalog, coverage, faults, formats, recipes, template
from latchkey.catalog import Catalog
from latchkey.formats import ATTACKERS
from latchkey.model import Client, Trial, control_of, twin_of
from latchkey.plan import compile_plan
from latchkey.postures import MTA_WISHES, POSTURES, WISHES, attacked, by_wish, matching
from latchkey.predicates import PREDICATES
from latchkey.shape import check
from samples import ROOT, SECRETS


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


@pytest.fixture(scope="module")
def clients(real: Catalog) -> list[Client]:
    return [real.client(name) for name in real.client_names]


@pytest.fixture(scope="module")
def plan_schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(formats.schema_file("plan")))


def test_replies_are_those_of_the_engines() -> None:
    header = (ROOT / "servers/proto/reply.h").read_text(encoding="utf-8")
    assert sorted(faults.REPLIES) == sorted(re.findall(r'#define REPLY_\w+[\s\\]+"(\w+)"', header))


def test_actions_are_those_of_the_document() -> None:
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    table = text.partition("| action |")[2]
    assert sorted(faults.ACTIONS) == sorted(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))


def test_postures() -> None:
    assert len(POSTURES) == 3 * len(WISHES) + len(MTA_WISHES)
    assert not any(POSTURES[name].is_mta for name in matching("*-opportunistic"))
    assert matching("mta-*") == tuple(f"mta-{wish}" for wish in MTA_WISHES)
    assert matching("*-starttls") == ("imap-starttls", "pop3-starttls", "submission-starttls")
    assert matching("imap-*") == tuple(f"imap-{wish}" for wish in WISHES)
    assert matching("imap") == () and matching("*") == () and matching("*-tls") == ()
    demanding = {wish for wish in WISHES if POSTURES[f"imap-{wish}"].demands_tls}
    assert demanding == set(WISHES) - {"opportunistic", "default", "srv"}
    assert {wish for wish in WISHES if POSTURES[f"imap-{wish}"].demands_identity} == {
        "implicit", "starttls", "starttls-after-clear", "starttls-after-unverified",
        "implicit-token", "starttls-token", "implicit-certificate", "starttls-certificate",
        "implicit-after-certificate", "implicit-dane", "starttls-dane", "srv-dane"}
    assert {wish for wish in WISHES if POSTURES[f"pop3-{wish}"].implicit} == {
        "implicit", "implicit-default", "implicit-token", "implicit-certificate",
        "implicit-after-certificate", "implicit-dane"}
    assert by_wish({"demanded": "MUST", "starttls": "MAY", "default": "SHOULD"}) == {
        "implicit": "MUST", "starttls": "MAY", "implicit-default": "MUST",
        "starttls-default": "MUST", "starttls-after-clear": "MUST",
        "starttls-after-unverified": "MUST", "implicit-token": "MUST", "starttls-token": "MUST",
        "implicit-certificate": "MUST", "starttls-certificate": "MUST",
        "implicit-after-certificate": "MUST",
        "implicit-dane": "MUST", "starttls-dane": "MUST", "srv-dane": "MUST",
        "default": "SHOULD", "sts": "MUST", "dane": "MUST", "dane-only": "MUST",
        "dane-sts": "MUST", "tlsrpt": "MUST", "dane-tlsrpt": "MUST", "dane-only-tlsrpt": "MUST",
        "smarthost": "MUST"}


def test_scenarios_name_the_postures_with_a_token() -> None:
    assert attacked("imap-*") == tuple(
        f"imap-{wish}" for wish in WISHES
        if wish not in ("implicit-token", "starttls-token", "implicit-certificate",
                        "starttls-certificate", "implicit-after-certificate", "srv",
                        "implicit-dane", "starttls-dane", "srv-dane"))
    assert attacked("*-srv") == ("imap-srv", "pop3-srv", "submission-srv")
    assert attacked("*-starttls-token") == matching("*-starttls-token") != ()
    assert attacked("pop3-implicit-token") == ("pop3-implicit-token",)
    assert attacked("imap") == ()


def test_templates() -> None:
    assert template.fill("{host} {print $1} {unknown} {user}", {"host": "h", "user": "{host}"}) == \
        "h {print $1} {unknown} {host}"
    assert template.misspelled("awk '{print}' {host}") is None
    assert template.misspelled("{pasword}") == ("{pasword}", "{password}")


def everything(real: Catalog, clients: list[Client]) -> Iterator[Trial]:
    for client in clients:
        for trial in real.trials(client):
            yield trial
            twin = twin_of(trial)
            if twin is not None:
                yield twin
            yield control_of(trial)


def test_every_trial_compiles_to_a_valid_plan(real: Catalog, clients: list[Client],
                                              plan_schema: jsonschema.Draft202012Validator) -> None:
    seen: set[str] = set()
    for trial in everything(real, clients):
        if trial.id in seen:
            assert trial.kind == "control"
            continue
        seen.add(trial.id)
        plan = compile_plan(real, trial, SECRETS)
        check(formats.PLAN, plan)
        if len(seen) % 20 == 0:         # jsonschema is slow, and agrees with the shapes
            assert [error.message for error in plan_schema.iter_errors(plan)] == [], trial.id
        json.dumps(plan)
        listeners = {listener["name"] for listener in plan["listeners"]} | {"dns"}
        assert (plan["fault"] is None) == (trial.kind == "control")
        if plan["fault"] is not None:
            assert set(plan["fault"]["listeners"]) <= listeners
            assert ("fault" in plan["identities"]) == ("recipe" in plan["fault"]["do"])
        assert not re.search(r"\{(?:host|port|user|password|from|to|home|message|adapter|built)\}",
                             json.dumps(plan["client"]))
    assert len(seen) > 1000


def test_every_client_has_trials_in_every_posture(real: Catalog, clients: list[Client]) -> None:
    assert {client.name for client in clients} >= {"curl", "isync", "mpop", "msmtp", "python"}
    for client in clients:
        used = {trial.posture.name for trial in real.trials(client)}
        assert used == set(client.setups)
    curl = real.client("curl")
    assert len(real.trials(curl)) > 100


def test_requirements_have_texts(real: Catalog) -> None:
    register = real.requirements()
    assert set(register) == real.requirement_ids
    used = {name for scenario in real.scenarios.values() for variant in scenario.variants
            for name in variant.requirements}
    for name in used:
        assert register[name]["text"] and register[name]["spec"]


def test_requirements_are_seen_by_a_check(real: Catalog) -> None:
    unseen = coverage.unseen(real.register(), real.scenarios.values())
    assert not unseen, "named, but no check of the scenario is in the statement's `checks`, " \
        "where it binds a client: docs/requirements.md"


def test_cves_are_in_the_right_form_and_scenarios_speak(real: Catalog) -> None:
    for scenario in real.scenarios.values():
        assert 40 < len(scenario.why) < 500, scenario.id
        assert scenario.why.endswith("."), scenario.id
        assert not scenario.title.endswith("."), scenario.id
        for variant in scenario.variants:
            for name in variant.postures:
                wish = POSTURES[name].wish
                assert any(wish in row.levels for row in scenario.checks), (scenario.id, name)


def test_work_is_a_must_only_where_the_register_has_one(real: Catalog) -> None:
    """Refusing by mistake is judged by what the text says of this very variant."""
    register = real.requirements()
    loose = [(scenario.id, variant.id) for scenario in real.scenarios.values()
             for variant in scenario.variants for row in scenario.checks_of(variant)
             if PREDICATES[row.predicate].of_work
             and "MUST" in {row.levels.get(POSTURES[name].wish) for name in variant.postures}
             and not any(register[name]["level"] in ("MUST", "MUST NOT", "IMPLIED")
                         and row.predicate in register[name].get("checks", ())
                         for name in variant.requirements)]
    assert not loose


def test_who_can_do_it_is_said_by_scenario_recipe_or_variant(real: Catalog) -> None:
    said = {(name, one.id): one.attacker for name, scenario in real.scenarios.items()
            for one in scenario.variants}
    assert set(said.values()) == set(ATTACKERS)
    assert said["starttls.refused", "no"] == "path"
    assert said["certificate.renegotiation", "greeting-other-host"] == "server"
    assert said["certificate.common-name", "cn-only"] == "certificate"
    assert said["certificate.impostor", "self-signed"] == "path"        # anybody makes one,
    assert said["certificate.impostor", "expired"] == "certificate"     # but not with this key
    for name, scenario in real.scenarios.items():
        for one in scenario.variants:
            taken = str(one.fault.do.get("recipe", ""))
            if one.id and taken and said[name, one.id] == "path":
                assert "attacker" not in recipes.read(real.recipes, taken), (name, one.id)


def test_selection(real: Catalog) -> None:
    curl = real.client("curl")
    everything_ = real.trials(curl)
    starttls = real.trials(curl, suite="starttls")
    assert 0 < len(starttls) < len(everything_)
    assert {trial.scenario.suite for trial in starttls} == {"starttls"}
    one = real.trials(curl, suite="starttls.stripped-capability", posture="imap-starttls")
    assert [trial.id for trial in one] == ["starttls.stripped-capability/curl/imap-starttls"]
    assert {trial.posture.service for trial in real.trials(curl, posture="pop3-*")} == {"pop3"}
    words = real.trials(curl, keyword="refused[smtp-421 opportunistic")
    assert [trial.id for trial in words] == [
        "starttls.refused[smtp-421]/curl/submission-opportunistic"]
    lacking = real.trials(real.client("msmtp"), suite="baseline", posture="imap-starttls")
    assert lacking and all(trial.setup is None for trial in lacking)
    assert real.trials(real.client("msmtp"), posture="imap-*") == []


def test_a_copy_of_the_files_loads_the_same(real: Catalog, tmp_path: Path) -> None:
    """Nothing hangs on where the files are, or on the order in which a file system lists them."""
    for folder in ("suites/scenarios", "suites/profiles", "suites/requirements",
                   "suites/clients", "corpus"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    copy = catalog.load(tmp_path)
    assert list(copy.scenarios) == list(real.scenarios) == sorted(real.scenarios)
    assert copy.client_names == real.client_names


def test_setup_installs_what_adapters_need(clients: list[Client]) -> None:
    listed = [line.split() for line in (ROOT / "scripts/packages").read_text().splitlines()]
    ready = {line[1] for line in listed if line and line[0] in ("clients", "run")}
    needed = {package for client in clients for package in client.packages
              if ":" not in package and not client.root}
    assert needed <= ready
