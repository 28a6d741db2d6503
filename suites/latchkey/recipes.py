# SPDX-License-Identifier: Apache-2.0
"""Certificate recipes (docs/certificates.md): found by name, given to the world as they are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from latchkey import tomlfile

# The list of a `hello` for the signatures of certificates: who has none is shown any.
CHAIN = "certificate_signatures"


@cache
def _data(path: Path) -> dict[str, Any]:
    return tomlfile.load(path).data


def read(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    """The recipe of that name, which all plans share: not to be changed."""
    return _data(paths[name])


def signature(paths: Mapping[str, Path], name: str) -> tuple[str, str]:
    """The list of a `hello` and the scheme in it without which a client is not shown this leaf.

    Its key makes the signature of the handshake; what the issuer made with an old digest is held
    against signature_algorithms_cert if there is such (RFC 8446, section 4.2.3). ("", ""): the
    lists of all clients will do.
    """
    data = read(paths, name)
    leaf: dict[str, Any] = data.get("leaf", {})
    if leaf.get("key") == "ed25519":
        return "signatures", "ed25519"
    if leaf.get("digest") in ("md5", "sha1"):
        issuer: dict[str, Any] = next(iter(data.get("intermediate", ())), {})
        kind = "rsa_pkcs1" if str(issuer.get("key", "")).startswith("rsa") else "ecdsa"
        return CHAIN, f"{kind}_{leaf['digest']}"
    return "", ""


def says(paths: Mapping[str, Path], name: str) -> dict[str, Any]:
    """What a recipe says of itself; a variant that shows it need not say it again."""
    data = read(paths, name)
    return {key: data[key] for key in ("title", "cwe", "cve", "attacker") if key in data}
