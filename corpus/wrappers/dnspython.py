# SPDX-License-Identifier: Apache-2.0
"""dnspython: TLSA records on the wire and as text. It does not ask whether SMTP can use them."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.rdata
import dns.version
from wrapper import serve


def _value(rdata: Any) -> dict[str, Any]:
    return {"usage": rdata.usage, "selector": rdata.selector, "matching": rdata.mtype,
            "data": rdata.cert.hex()}


def wire(data: bytes) -> dict[str, Any] | None:
    try:
        return _value(dns.rdata.from_wire("IN", "TLSA", data, 0, len(data)))
    except dns.exception.DNSException:
        return None


def presentation(data: bytes) -> dict[str, Any] | None:
    try:
        return _value(dns.rdata.from_text("IN", "TLSA", data.decode("latin-1")))
    except (dns.exception.DNSException, ValueError):
        return None


if __name__ == "__main__":
    serve({"tlsa": wire, "tlsa-text": presentation}, "dnspython", dns.version.version)
