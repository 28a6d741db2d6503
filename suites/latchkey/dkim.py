# SPDX-License-Identifier: Apache-2.0
"""The key that a sender signs its reports with, and whether it did (RFC 6376, RFC 8460 section 3).

The key is made of the secrets of a trial, so that a plan stays a function of them: the private half
is in a file for the sender, the public half in the DNS of its world. Whoever knows the secrets
finds both again. What needs a library imports it here, and where it is needed: it is large.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import re
from collections.abc import Mapping

SELECTOR = "latchkey"
# RFC 8410, section 7: what stands before the 32 octets of a private key of Ed25519.
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
# RFC 8301, section 3.1, and RFC 8463: SHA-1 is no signature.
ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}


def is_there() -> bool:
    """Signatures can be verified on this machine."""
    return all(importlib.util.find_spec(name) is not None for name in ("dkim", "nacl"))


def private_key(secrets: Mapping[str, str]) -> str:
    """As PEM (PKCS #8)."""
    text = base64.b64encode(_PKCS8 + _seed(secrets)).decode("ascii")
    return f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"


def records(secrets: Mapping[str, str]) -> dict[str, str]:
    """Name → text of the TXT record with the public half, for the domain that mail is from.

    It is for reports alone (RFC 8460, section 3). None where there is no library.
    """
    if not is_there():
        return {}
    from nacl.signing import SigningKey
    public = base64.b64encode(bytes(SigningKey(_seed(secrets)).verify_key)).decode("ascii")
    domain = secrets["sender"].rpartition("@")[2]
    return {f"{SELECTOR}._domainkey.{domain}": f"v=DKIM1; k=ed25519; s=tlsrpt; p={public}"}


def _seed(secrets: Mapping[str, str]) -> bytes:
    return hashlib.sha256(f"dkim {secrets['token']} {secrets['sender']}".encode()).digest()


def flaw(text: bytes, domain: str, keys: Mapping[str, str]) -> str:
    """What a mail lacks that the domain would have signed; "": nothing.

    keys: name → text of the TXT records that there are. One signature that is right is enough. What
    a signature says of the time is not held against the clock: evidence may be judged again.
    """
    import dkim     # type: ignore[import]
    try:
        signer = dkim.DKIM(text, tlsrpt=True)
    except (dkim.DKIMException, IndexError):
        return "its head cannot be read"
    fields = [(name, value) for name, value in signer.headers if name.lower() == b"dkim-signature"]
    said = [_signature_flaw(signer, field, domain, keys) for field in fields]
    return "" if "" in said else "; ".join(dict.fromkeys(said)) or "there is no DKIM-Signature"


def _signature_flaw(signer: object, field: tuple[bytes, bytes], domain: str,
                    keys: Mapping[str, str]) -> str:
    import dkim
    from dkim.util import InvalidTagValueList, parse_tag_value     # type: ignore[import]
    assert isinstance(signer, dkim.DKIM)
    try:
        tags = parse_tag_value(field[1])
        dkim.validate_signature_fields({name: value for name, value in tags.items()
                                        if name not in (b"t", b"x")})
        if tags.keys() >= {b"t", b"x"} and int(tags[b"x"]) <= int(tags[b"t"]):
            return "it has run out before it was made"
        own = tags[b"d"].decode("ascii", "replace").lower()
        name = f"{tags[b's'].decode('ascii', 'replace')}._domainkey.{own}".lower()
        names = [one.lower() for one in re.split(rb"\s*:\s*", tags[b"h"])]
        if own != domain:
            return f"it is signed by {own}"
        if tags[b"a"] not in ALGORITHMS:
            return f"its algorithm is {tags[b'a'].decode('ascii', 'replace')}"
        if b"from" not in names:
            return "the signature leaves out From"      # RFC 6376, section 5.4
        if name not in keys:
            return f"there is no key at {name}"
        good = signer.verify_sig(tags, names, field, lambda *_, **__: keys[name].encode("ascii"))
        if good and signer.ktag == ALGORITHMS[tags[b"a"]]:
            return ""
        return f"it is not signed with the key at {name}"
    except (dkim.DKIMException, InvalidTagValueList, ValueError, IndexError) as error:
        return f"its signature is not right: {error}"[:120]
