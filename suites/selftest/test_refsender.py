# SPDX-License-Identifier: Apache-2.0
"""The reference sender: its commands, its state, and that it keeps every promise."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from latchkey import catalog, paths, runner
from latchkey.catalog import Catalog
from latchkey.model import Trial
from latchkey.runner import Bench
from samples import ROOT

SCHEMA = json.loads((ROOT / "suites/schemas/sender.schema.json").read_text())
# Under sanitizers, where they were built: `make check` does.
SANITIZED = ROOT / ".build/asan/refsender"
POLICY = "version: STSv1\nmode: enforce\nmx: {host}\nmax_age: 604800\n"


@pytest.fixture(scope="module")
def known() -> Catalog:
    return catalog.load(ROOT)


@pytest.fixture
def program() -> str:
    file = SANITIZED if SANITIZED.is_file() else paths.program("refsender")
    if not file.is_file():
        pytest.skip("refsender is not built")
    return str(file)


def run(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=20,
                          check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("words, said", [
    ([], "which command?"),
    (["fly"], 'no command "fly"'),
    (["--bug", "list-ignored", "send", "s", "a@b.test", "c@d.test"], "no bug"),
    (["send", "state.json", "a@b.test"], "send needs STATE FROM TO"),
    (["send", "state.json", "a@b.test", "nobody"], "no address"),
    (["send", "state.json", "a b@c.test", "d@e.test"], "no address"),
    (["policy", "state.json"], "policy needs STATE DOMAIN"),
    (["--by=luck", "policy", "state.json", "b.test"], "--by=luck: sts, dane, dane-only or"),
    (["--sign=key.pem", "key", "state.json"], "--sign=key.pem: no SELECTOR:FILE"),
])
def test_wrong_usage_is_one_line(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(program, *words)
    assert done.returncode == 2 and said in done.stderr and done.stdout == ""
    assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("text, said", [
    ("{", "wrong.json:1: "),
    ('{\n"sender": 1,\n"sender": 1}', "wrong.json:3: "),
    ("[]", "wrong.json:1: the state is no object"),
    ("{}", "wrong.json:1: sender"),
    ('{"sender": 2}', "wrong.json:1: sender"),
    ('{"sender": 1, "policies": []}', "wrong.json:1: policies"),
    ('{"sender": 1, "cache": {}}', "cache"),
])
def test_a_wrong_state_is_one_line(program: str, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    done = run(program, "send", str(file), "a@b.test", "c@d.test")
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert file.read_text() == text


# A sender with a past: the state is there before it comes.
ADAPTER = """\
adapter = 1
name = "remembers"
title = "A sender that has been there before"
kind = "mta"
version = {{ argv = ["/run/latchkey/refsender", "--version"], regex = 'refsender (.*)' }}
trust = "own-file"

[files]
"sender.json".text = '''{state}'''

[posture.mta-sts]
argv = ["sh", "-c", "{command}"]
stdin = "message"
"""
SEND = ("/run/latchkey/refsender --trust={ca} send sender.json {from} {to}; code=$?;"
        " cat sender.json; exit $code")


def ran(built: Path, known: Catalog, state: dict[str, Any], suite: str, command: str = SEND
        ) -> tuple[str, Any, str]:
    """The outcome of the one trial of a suite, its transcript, and what the sender printed."""
    file = built / "adapter.toml"
    file.write_text(ADAPTER.format(state=json.dumps({"sender": 1, **state}),
                                   command=command))
    trials = known.trials(known.client(str(file)), suite)
    with Bench(known, built / "out") as bench:
        item = runner.run_trial(bench, trials[0])
    (folder,) = [place.parent for place in (built / "out/trials").rglob("client.stdout")][:1]
    return item.outcome, item, (folder / "client.stdout").read_text()


def test_what_is_learnt_is_remembered(built: Path, known: Catalog) -> None:
    before = int(time.time())
    outcome, _, said = ran(built, known, {}, "mta-sts.fetch-request")
    assert outcome == "PASS"
    state = json.loads(said)
    jsonschema.Draft202012Validator(SCHEMA).validate(state)
    policy = state["policies"]["example.test"]
    assert policy["id"] == "20240301T093000"
    assert policy["policy"].replace("\r\n", "\n") == POLICY.format(host="mx.example.test")
    assert before <= policy["until"] - 604800 <= time.time()
    assert "failures" not in state


def past(until: int, policy_id: str = "old", host: str = "other.example.test") -> dict[str, Any]:
    return {"policies": {"example.test": {
        "id": policy_id, "until": until, "policy": POLICY.format(host=host)}}}


@pytest.mark.parametrize("ahead, outcome", [(3600, "FAIL"), (-1, "PASS")])
def test_a_policy_stays_until_it_expires(built: Path, known: Catalog, ahead: int, outcome: str
                                         ) -> None:
    """It lists no host that is there; a new one cannot be had."""
    state = past(int(time.time()) + ahead)
    found, _, said = ran(built, known, state, "mta-sts.fetch-status")
    assert found == outcome
    after = json.loads(said)
    jsonschema.Draft202012Validator(SCHEMA).validate(after)
    assert ("example.test" in after["policies"]) == (ahead > 0)
    assert after["failures"]["example.test"]["id"] == "20240301T093000"


def test_a_policy_that_failed_is_not_fetched_again_so_soon(built: Path, known: Catalog) -> None:
    failure: dict[str, Any] = {"id": "20240301T093000", "when": int(time.time()) - 200}
    outcome, item, _ = ran(built, known, {"failures": {"example.test": failure}},
                           "mta-sts.mx-certificate-good")
    assert (outcome, item.result.reason) == ("INCONCLUSIVE", "control"), "no policy is asked for"
    failure["when"] -= 200
    shutil.rmtree(built / "out")
    outcome, _, said = ran(built, known, {"failures": {"example.test": failure}},
                           "mta-sts.mx-certificate-good")
    assert outcome == "PASS" and json.loads(said)["failures"] == {}


def test_the_policy_is_shown(built: Path, known: Catalog) -> None:
    show = "/run/latchkey/refsender --trust={ca} policy sender.json Example.TEST; exit 70"
    _, _, said = ran(built, known, {}, "mta-sts.policy-malformed", show)
    assert said == "Example.TEST\tno policy\na line ends with LF or CR LF\n"
    shutil.rmtree(built / "out")
    _, _, said = ran(built, known, {}, "mta-sts.mx-certificate-good", show)
    assert said == "Example.TEST\tenforce\n" + POLICY.format(host="mx.example.test")


def chosen(known: Catalog) -> list[Trial]:
    """Of each scenario the first trial, the last, and one between them."""
    found = [known.trials(known.client("refsender"), name)
             for name, scenario in known.scenarios.items() if not scenario.experimental]
    picked = {(row[at].scenario.id, row[at].variant.id): row[at] for row in found if row
              for at in (0, len(row) // 2, -1)}
    return list(picked.values())


def test_every_promise_is_kept(built: Path, known: Catalog, monkeypatch: pytest.MonkeyPatch
                               ) -> None:
    if SANITIZED.is_file():
        programs = built / "programs"
        programs.mkdir()
        for file in (SANITIZED, paths.program("mockworld"), paths.program("forgecert")):
            shutil.copy(file, programs)
        monkeypatch.setenv("LATCHKEY_PROGRAMS", str(programs))
    trials = chosen(known)
    assert len(trials) > 120
    with Bench(known, built / "out") as bench, ThreadPoolExecutor(2) as pool:
        entries = list(pool.map(lambda trial: runner.run_trial(bench, trial), trials))
    assert [(item.id, item.posture, item.result) for item in entries
            if item.outcome != "PASS"] == []


def test_a_mailed_report_is_signed_right(built: Path, known: Catalog) -> None:
    """RFC 6376 with RFC 8463, computed here from the octets that arrived."""
    send = SEND.replace("--trust={ca} send", "--trust={ca} --report={from}"
                        " --sign=latchkey:{dkim-key} send")
    adapter = ADAPTER.replace("[posture.mta-sts]", "[posture.mta-tlsrpt]")
    file = built / "adapter.toml"
    file.write_text(adapter.format(state='{"sender": 1}', command=send))
    (trial,) = known.trials(known.client(str(file)), "tlsrpt.mail")
    with Bench(known, built / "out") as bench:
        assert runner.run_trial(bench, trial).outcome == "PASS"
    (folder,) = [place.parent for place in (built / "out/trials").rglob("client.stdout")]
    state = json.loads((folder / "client.stdout").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(state)
    events = [json.loads(line) for line in (folder / "transcript.jsonl").read_text().splitlines()]
    text = next(event["data"] for event in events if event["event"] == "recv"
                and event["data"].startswith("DKIM-Signature: ")).encode("latin-1")
    head, _, body = text.removesuffix(b".\r\n").partition(b"\r\n\r\n")
    signature, *lines = head.decode().split("\r\n")
    tags = dict(part.strip().split("=", 1) for part in signature.partition(": ")[2].split(";"))
    assert tags["bh"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    fields = {line.partition(":")[0]: line.partition(": ")[2] for line in lines}
    covered = "".join(f"{name.lower()}:{fields[name]}\r\n" for name in tags["h"].split(":"))
    bare = signature.partition(": ")[2].removesuffix(tags["b"])
    digest = hashlib.sha256((covered + "dkim-signature:" + bare).encode()).digest()
    assert tags["s"] == "latchkey" and "key" not in state
    files = json.loads((folder / "plan.json").read_text())["client"]["files"]
    (text,) = [one["text"] for one in files if one["path"] == ".latchkey-dkim.pem"]
    key = load_pem_private_key(text.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    key.public_key().verify(base64.b64decode(tags["b"]), digest)
    assert set(fields) == set(tags["h"].split(":")) and "TLS-Report-Domain" in fields
