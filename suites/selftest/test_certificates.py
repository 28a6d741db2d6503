# SPDX-License-Identifier: Apache-2.0
"""Every recipe of corpus/certificates forges, can be served and is wrong as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

ROOT = Path(__file__).resolve().parents[2]
RECIPES = {path.stem: path for path in sorted((ROOT / "corpus/certificates").glob("*.toml"))}
HOST = "mail.example.test"
KEYS = {"certificate", "title", "why", "verdict", "attacker", "requirements", "cwe", "openssl",
        "openssl_accepts", "base", "anchor", "intermediate", "leaf", "send"}

# No client offers a group for this key: the handshake ends before the certificate is shown.
CANNOT_BE_SERVED = {"weak-curve"}

# python3-cryptography refuses to read these at all, which is a client's right.
CANNOT_BE_READ = {"malformed-not-after", "malformed-not-before", "time-without-seconds",
                  "version-4"}


@pytest.fixture(scope="session")
def forgecert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command: the one that LATCHKEY_FORGECERT names, or one built here."""
    given = os.environ.get("LATCHKEY_FORGECERT")
    if given:
        return Path(given)
    program = tmp_path_factory.mktemp("forge") / "forgecert"
    servers = ROOT / "servers"
    sources = sorted((servers / "pki").glob("*.c"))
    sources += [servers / f"core/{name}.c" for name in ("buf", "err", "span")]
    subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-O1", f"-I{servers}",
                    *map(str, sources), "-o", str(program), "-lssl", "-lcrypto", "-ljansson"],
                   check=True, timeout=120)
    return program


def recipe(name: str) -> dict[str, Any]:
    """The recipe with its base under it, as deep as tables go (docs/certificates.md)."""
    data = tomllib.loads(RECIPES[name].read_text(encoding="utf-8"))
    base = data.pop("base", None)
    return data if base is None else over(recipe(base), data)


def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, all else is replaced."""
    tables = {key for key in above
              if isinstance(above[key], dict) and isinstance(below.get(key), dict)}
    return below | above | {key: over(below[key], above[key]) for key in tables}


def run(forgecert: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(forgecert), *arguments], input=text, capture_output=True,
                          text=True, timeout=60)


def forged(forgecert: Path, name: str) -> tuple[dict[str, str], list[bytes]]:
    """What the command says of the recipe; its leaf, what is sent behind it, the root."""
    result = run(forgecert, json.dumps(recipe(name)), HOST)
    assert result.returncode == 0, result.stderr
    said = dict(re.findall("^([a-z]+): (.*)$", result.stdout, re.MULTILINE))
    pems = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
                      result.stdout, re.DOTALL)
    return said, [pem.encode() for pem in pems]


def register() -> set[str]:
    """The ids of all requirements."""
    files = sorted((ROOT / "suites/requirements").glob("*.toml"))
    return {match for file in files
            for match in re.findall(r'^id = "([^"]+)"', file.read_text(encoding="utf-8"),
                                    re.MULTILINE)}


def test_there_are_recipes_of_every_verdict() -> None:
    assert len(RECIPES) >= 60
    assert {recipe(name)["verdict"] for name in RECIPES} == {"accept", "refuse", "either"}


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_described(name: str) -> None:
    data = tomllib.loads(RECIPES[name].read_text(encoding="utf-8"))
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name)
    assert set(data) <= KEYS
    assert data["certificate"] == 1
    assert 0 < len(data["title"]) <= 72 and not data["title"].endswith(".")
    assert 20 <= len(data["why"].strip()) <= 300 and data["why"].strip().endswith(".")
    assert data["requirements"] and set(data["requirements"]) <= register()
    assert all(re.fullmatch("CWE-[0-9]+", entry) for entry in data.get("cwe", []))
    assert ("cwe" in data) == (data["verdict"] == "refuse")
    assert data.get("attacker", "certificate") == "certificate"
    assert not ("attacker" in data and data["verdict"] == "accept"), "nobody attacks by it"


@pytest.mark.parametrize("name", RECIPES)
def test_openssl_says_what_the_recipe_says(forgecert: Path, name: str) -> None:
    data = recipe(name)
    said, _ = forged(forgecert, name)
    assert said["verify"] == data.get("openssl", "ok")
    assert said["acceptable"] == ("no" if data["verdict"] == "refuse" else "yes")
    assert said["served"] == ("no" if name in CANNOT_BE_SERVED else "yes")
    if data["verdict"] == "accept":
        assert said["verify"] == "ok"
    silent = data["verdict"] == "refuse" and said["verify"] == "ok"
    assert ("openssl_accepts" in data) == silent, "the reason belongs to a silent OpenSSL"


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.parametrize("name", RECIPES)
def test_second_parser_reads_the_certificates(forgecert: Path, name: str) -> None:
    _, pems = forged(forgecert, name)
    try:
        certificates = [x509.load_pem_x509_certificate(pem) for pem in pems]
        for certificate in certificates:
            _ = certificate.version, certificate.subject, certificate.not_valid_after
    except (ValueError, x509.InvalidVersion):
        assert name in CANNOT_BE_READ
        return
    assert name not in CANNOT_BE_READ
    root = certificates[-1]
    assert root.subject == root.issuer
    now = datetime.utcnow()
    assert root.not_valid_before < now < root.not_valid_after < now + timedelta(days=31)


def test_right_leaf_as_the_second_parser_sees_it(forgecert: Path) -> None:
    _, pems = forged(forgecert, "good")
    leaf, issuer, root = (x509.load_pem_x509_certificate(pem) for pem in pems)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    ca = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
    assert ca.critical and ca.value == x509.BasicConstraints(ca=True, path_length=0)
    key = x509.AuthorityKeyIdentifier.from_issuer_public_key
    for below, above in ((leaf, issuer), (issuer, root)):
        assert below.issuer == above.subject
        identifier = below.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert identifier == key(above.public_key())  # type: ignore[arg-type]


def test_names_follow_the_host(forgecert: Path) -> None:
    result = run(forgecert, json.dumps(recipe("good-wildcard")), "imap.sub.example.test")
    assert "verify: ok" in result.stdout


@pytest.mark.parametrize(("text", "message"), [
    ('{"leaf": {"san": ["dns:{hast}"]}}', "recipe: leaf.san[0]: {hast} stands for nothing"),
    ('{"leaf": {"color": 1}}', "recipe: leaf.color: no such key; known: subject"),
    ("{", "forgecert: line 1"),
])
def test_wrong_recipe_is_the_users_error(forgecert: Path, text: str, message: str) -> None:
    result = run(forgecert, text, HOST)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_key_is_printed_on_demand_only(forgecert: Path) -> None:
    assert "PRIVATE KEY" not in run(forgecert, "{}", HOST).stdout
    assert "PRIVATE KEY" in run(forgecert, "{}", "--key", HOST).stdout
