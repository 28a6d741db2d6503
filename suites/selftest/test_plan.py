# SPDX-License-Identifier: Apache-2.0
"""From a trial to its plan: property by property."""

from dataclasses import replace
from pathlib import Path

import pytest

from latchkey import catalog, formats, readers, tomlfile
from latchkey.catalog import Catalog
from latchkey.errors import UserError
from latchkey.model import Trial, control_of, twin_of
from latchkey.plan import Places, compile_plan, hosts
from latchkey.postures import LISTENERS, POSTURES, attacked
from latchkey.runner import world_key
from latchkey.shape import check
from samples import ADAPTER, ROOT, SCENARIO, SECRETS, VARIANTS, written


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


@pytest.fixture(scope="module")
def known(real: Catalog) -> readers.Known:
    return readers.Known(real.profiles, {"no-credential-in-clear", "operation-completed"},
                         real.requirement_ids, real.recipes, ROOT / "corpus")


def trial_of(real: Catalog, client: str, scenario: str, posture: str, variant: str = "") -> Trial:
    found = [trial for trial in real.trials(real.client(client), suite=scenario, posture=posture)
             if trial.variant.id == variant]
    assert len(found) == 1
    return found[0]


def test_plan_of_a_stripped_capability(real: Catalog) -> None:
    trial = trial_of(real, "curl", "starttls.stripped-capability", "pop3-starttls")
    plan = compile_plan(real, trial, SECRETS, Places(home="/home/x", adapter="/a"))
    assert plan["id"] == "starttls.stripped-capability/curl/pop3-starttls"
    assert plan["fault"] == {"listeners": ["pop3"], "at": {}, "do": {
        "action": "withhold", "phases": ["greeting", "clear"], "capabilities": ["STLS"]}}
    assert plan["client"]["argv"][-1] == "pop3://mail.example.test:110/1"
    assert f"{SECRETS['user']}:{SECRETS['password']}" in plan["client"]["argv"]
    assert plan["client"]["env"]["HOME"] == plan["client"]["home"] == "/home/x"
    assert [file["path"] for file in plan["client"]["files"]] == [".latchkey-message.eml"]
    assert plan["client"]["stdin"] == ""
    message = plan["client"]["files"][0]["text"]
    assert SECRETS["body"] in message and "\r" not in message
    assert SECRETS["sender"] in message and SECRETS["recipient"] in message
    assert all(SECRETS["body"] in text and "\r\n\r\n" in text for text in plan["mailbox"])
    ports = {row["name"]: (row["port"], row["implicit"]) for row in plan["listeners"]}
    assert ports == {
        "imap": (143, False), "imaps": (993, True), "pop3": (110, False), "pop3s": (995, True),
        "submission": (587, False), "submissions": (465, True)}
    assert {listener["identity"] for listener in plan["listeners"]} == {"good"}
    assert set(plan["identities"]) == {"good"}
    assert plan["secrets"] == SECRETS
    control = compile_plan(real, control_of(trial), SECRETS, Places(home="/home/x", adapter="/a"))
    assert control["id"] == "control:mail/curl/pop3-starttls"
    assert {**plan, "id": "", "fault": None} == {**control, "id": ""}


def test_plan_of_an_injection_and_its_twin(real: Catalog) -> None:
    trial = trial_of(real, "python", "injection.fragment", "imap-starttls", "half-word-same")
    plan = compile_plan(real, trial, SECRETS)
    assert plan["fault"] == {"listeners": ["imap"], "at": {"reply": "starttls"}, "do": {
        "action": "inject", "where": "behind", "segment": "same", "data": "{next-tag} O",
        "after": "K done\r\n"}}
    twin = twin_of(trial)
    assert twin is not None
    other = compile_plan(real, twin, SECRETS)
    assert other["id"] == "twin:injection.fragment[half-word-same]/python/imap-starttls"
    assert other["fault"]["do"] == {**plan["fault"]["do"], "data": ""}
    assert {**plan, "id": "", "fault": None} == {**other, "id": "", "fault": None}
    assert twin_of(trial_of(real, "curl", "starttls.stripped-capability", "imap-starttls")) is None


def test_the_attackers_canaries_are_filled_in(known: readers.Known, real: Catalog,
                                              tmp_path: Path) -> None:
    text = SCENARIO.replace('"-ERR\\r\\n"', '"-ERR {forged} {forged-number} {tag} {x}\\r\\n"')
    scenario = readers.scenario(tomlfile.load(written(tmp_path, text)), "a.b", known)
    trial = Trial(scenario, scenario.variants[0], real.client("curl"), POSTURES["pop3-starttls"])
    do = compile_plan(real, trial, SECRETS)["fault"]["do"]
    assert do["data"] == f"-ERR {SECRETS['forged']} {SECRETS['forged-number']} {{tag}} {{x}}\r\n"


def test_plan_of_bytes_and_listeners(real: Catalog) -> None:
    garbage = trial_of(real, "msmtp", "tls.garbage", "submission-implicit", "broken-server-hello")
    plan = compile_plan(real, garbage, SECRETS)
    assert plan["fault"]["listeners"] == ["submissions"]
    assert plan["fault"]["do"] == {
        "action": "garbage", "data": "\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03"}
    assert plan["client"]["stdin"] == plan["client"]["files"][-1]["text"] != ""
    clear = trial_of(real, "msmtp", "tls.garbage", "submission-starttls", "mail")
    smtp = compile_plan(real, clear, SECRETS)
    assert smtp["fault"]["do"]["data"].startswith("500 ")
    assert smtp["fault"]["listeners"] == ["submission"]


def test_plan_of_an_alert(real: Catalog) -> None:
    trial = trial_of(real, "curl", "tls.alert", "imap-implicit", "unrecognized-name")
    fault = compile_plan(real, trial, SECRETS)["fault"]
    assert fault == {"listeners": ["imaps"], "at": {}, "do": {
        "action": "alert", "at": "hello", "description": 112}}


def test_bytes_are_one_code_point_each(real: Catalog, known: readers.Known, tmp_path: Path) -> None:
    text = SCENARIO.replace('"-ERR\\r\\n"', '"-ERR \u00fc\u20ac\\r\\n"').replace(
        'at = { reply = "starttls" }',
        'at = { reply = "starttls", listener = "both", connection = 2 }')
    scenario = readers.scenario(tomlfile.load(written(tmp_path, text)), "a.b", known)
    trial = Trial(scenario, scenario.variants[0], real.client("curl"), POSTURES["pop3-starttls"])
    fault = compile_plan(real, trial, SECRETS)["fault"]
    assert fault["do"]["data"].encode("latin-1") == "-ERR \u00fc\u20ac\r\n".encode()
    assert fault["listeners"] == [LISTENERS["pop3", False], "pop3s"]
    assert fault["at"] == {"reply": "starttls", "connection": 2}


def test_variants_inherit(known: readers.Known, tmp_path: Path) -> None:
    scenario = readers.scenario(tomlfile.load(written(tmp_path, VARIANTS)), "a.b", known)
    one, two = scenario.variants
    assert one.fault.do == {"action": "refuse", "text": "one\r\n"}
    assert one.title == "A test" and one.postures == ("imap-starttls", "pop3-starttls")
    assert two.fault.do == {"action": "close", "when": "before", "how": "fin"}
    assert two.fault.at == {"reply": "starttls"}
    assert two.title == "Another" and two.postures == attacked("submission-*")


def test_a_variant_may_bind_less(known: readers.Known, real: Catalog, tmp_path: Path) -> None:
    text = VARIANTS.replace('id = "one"', 'id = "one"\nlevel = { no-credential-in-clear = "MAY" }')
    scenario = readers.scenario(tomlfile.load(written(tmp_path, text)), "a.b", known)
    one, two = (Trial(scenario, variant, real.client("curl"), POSTURES["imap-starttls"])
                for variant in scenario.variants)
    assert [level for _, level in one.levels] == ["MAY"]
    assert [level for _, level in two.levels] == ["MUST"]
    assert one.levels[0][0].levels["default"] == "MAY" and two.scenario.checks == scenario.checks
    text = text.replace('"MAY"', '{ opportunistic = "MAY" }')
    own = readers.scenario(tomlfile.load(written(tmp_path, text)), "a.b", known)
    assert own.checks_of(own.variants[0])[0].levels == {"opportunistic": "MAY"}


AXES = SCENARIO.replace("no-credential-in-clear", "operation-completed") + '''
[[variant]]
id = "alone"

[[axis]]
cell = [
    { id = "no", title = "NO", do = { text = "no\\r\\n" } },
    { id = "bye", do = { action = "close", when = "before", how = "fin" } },
]

[[axis]]
cell = [
    { id = "imap", title = "I", postures = ["imap-starttls"], level.operation-completed = "MAY" },
    { id = "pop3", title = "POP3", postures = ["pop3-starttls"], at = { phase = "clear" } },
    { id = "stranger", do = { action = "certificate", recipe = "expired" } },
]
'''


def test_axes_are_crossed(known: readers.Known, tmp_path: Path) -> None:
    found = readers.scenario(tomlfile.load(written(tmp_path, AXES)), "a.b", known).variants
    assert [one.id for one in found] == ["alone", "no-imap", "no-pop3", "no-stranger", "bye-imap",
                                         "bye-pop3", "bye-stranger"]
    by_id = {one.id: one for one in found}
    assert by_id["no-pop3"].fault.do == {"action": "refuse", "text": "no\r\n"}
    assert by_id["bye-pop3"].fault.at == {"reply": "starttls", "phase": "clear"}
    assert by_id["bye-imap"].fault.do == {"action": "close", "when": "before", "how": "fin"}
    assert by_id["bye-stranger"].fault.do == {"action": "certificate", "recipe": "expired"}
    assert by_id["no-imap"].postures == ("imap-starttls",)
    assert by_id["no-imap"].title == "NO; I"
    assert set(by_id["no-imap"].levels["operation-completed"].values()) == {"MAY"}
    assert by_id["bye-imap"].levels and not by_id["bye-pop3"].levels
    assert by_id["bye-stranger"].title == "bye; The leaf has expired"


def test_the_level_is_asked_for_where_a_check_looks_at_it(real: Catalog) -> None:
    trial = trial_of(real, "refclient", "deep.assurance", "imap-implicit", "04-clear")
    argv = compile_plan(real, trial, SECRETS)["client"]["argv"]
    assert argv[:2] == ["sh", "-c"] and argv[3] == "sh"
    assert "; /run/latchkey/refclient status account.json; exit $code" in argv[2]
    other = trial_of(real, "refclient", "deep.level", "imap-implicit", "04-expired")
    assert compile_plan(real, other, SECRETS)["client"]["argv"] == argv[4:]
    assert real.client("curl").status is None


def test_a_certificate_for_the_client(real: Catalog) -> None:
    trial, = real.trials(real.client("curl"), suite="auth.certificate-not-shared",
                         posture="imap-implicit-after-certificate")
    for one in (trial, control_of(trial)):
        client = compile_plan(real, one, SECRETS)["client"]
        assert client["certificate"] == ".latchkey-certificate.pem"
        assert client["argv"].count("/home/latchkey/.latchkey-certificate.pem") == 1
    other = real.trials(real.client("curl"), posture="imap-implicit")[0]
    assert "certificate" not in compile_plan(real, other, SECRETS)["client"]


def test_an_adapter_from_any_path(real: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "my-client.toml"
    path.write_text(ADAPTER + '\n[posture.imap-starttls.files]\n".other".from = "other.conf"\n')
    (tmp_path / "other.conf").write_text("password {password}\n")
    client = real.client(str(path))
    assert client.folder == tmp_path
    trial = next(iter(real.trials(client, suite="starttls.stripped-capability")))
    plan = compile_plan(real, trial, SECRETS)
    assert plan["client"]["files"][:2] == [
        {"path": ".minerc", "mode": "600",
         "text": f"host mail.example.test\nuser {SECRETS['user']}\nhook {{print $1}}\n"},
        {"path": ".other", "mode": "600", "text": f"password {SECRETS['password']}\n"}]
    check(formats.PLAN, plan)
    with pytest.raises(UserError, match=r"there is no \[posture.imap-implicit\]"):
        lacking = Trial(trial.scenario, trial.variant, client, POSTURES["imap-implicit"])
        compile_plan(real, lacking, SECRETS)


@pytest.mark.parametrize(("scenario", "quiet"), [
    ("baseline.only-tls12", 2.0), ("starttls.stripped-capability", 0.3),
])
def test_a_client_with_work_to_do_is_given_time(real: Catalog, scenario: str, quiet: float) -> None:
    trial = trial_of(real, "curl", scenario, "imap-starttls")
    assert compile_plan(real, trial, SECRETS)["quiet"] == quiet
    assert compile_plan(real, control_of(trial), SECRETS)["quiet"] == 0.3


def test_a_field_of_the_mail_is_part_of_what_is_tried(real: Catalog) -> None:
    trial = trial_of(real, "curl", "baseline.tls-not-required", "submission-implicit")
    usual = trial_of(real, "curl", "baseline.wildcard", "submission-implicit")

    def mail(one: Trial) -> str:
        files = compile_plan(real, one, SECRETS)["client"]["files"]
        return str(next(file["text"] for file in files if file["path"].endswith(".eml")))
    assert trial.variant.mail.is_usual          # anybody can send that
    assert trial.variant.mail.excuses and not usual.variant.mail.excuses
    assert not replace(trial.variant.mail, field="TLS-Required: Yes").excuses
    assert mail(trial) == f"TLS-Required: No\n{mail(usual)}"
    assert mail(control_of(trial)) == mail(usual)


def test_hosts(real: Catalog) -> None:
    assert ("127.0.0.10", "mail.example.test") in hosts(real.profiles["mail"])


def test_controls_are_shared_by_what_they_are(real: Catalog) -> None:
    """Trials that differ in the fault alone have one; another DEEP or number of runs is another."""
    client = real.client("mpop")
    one, other = (control_of(trial) for trial in real.trials(
        client, "starttls.refused", posture="pop3-starttls")[:2])
    assert world_key(real, one) == world_key(real, other)
    twice = replace(one, variant=replace(one.variant, fault=replace(one.variant.fault,
                                                                    at={"run": 2})))
    assert world_key(real, twice) != world_key(real, one)
    spoken = {(trial.variant.deep.status, trial.variant.deep.dialect, trial.variant.deep.tlsa):
              world_key(real, control_of(trial)) for trial in real.trials(
                  client, "deep", posture="pop3-implicit") if trial.variant.deep is not None}
    assert len(spoken) > 9 and len({*spoken.values()}) == len(spoken)


@pytest.mark.parametrize("size", [450, 2000])
def test_a_token_is_as_long_as_the_fault_wants_it(real: Catalog, size: int) -> None:
    trial = trial_of(real, "curl", "auth.long-token", "submission-implicit-token", f"size-{size}")
    plan, control = (compile_plan(real, one, SECRETS) for one in (trial, control_of(trial)))
    token = plan["secrets"]["token"]
    assert len(token) == size and token.startswith(SECRETS["token"])
    assert token.count(SECRETS["token"]) == 1
    assert token in plan["client"]["argv"]
    assert plan["fault"]["do"] == {"action": "none"}
    assert control["secrets"] == SECRETS and control["fault"] is None
