# SPDX-License-Identifier: Apache-2.0
"""The line protocol of the vectors (docs/vectors.md) for parsers that Python can call."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

# The value of what is accepted; None refuses.
Parser = Callable[[bytes], "dict[str, Any] | None"]


def strings(data: bytes) -> list[list[bytes]]:
    """The strings of each record of a set."""
    found = []
    while data:
        n = int.from_bytes(data[:2], "big")
        rdata, data = data[2:2 + n], data[2 + n:]
        record = []
        while rdata:
            record.append(rdata[1:1 + rdata[0]])
            rdata = rdata[1 + rdata[0]:]
        found.append(record)
    return found


def serve(parsers: Mapping[str, Parser], program: str, version: str) -> None:
    """Answer every line; `program` and `version`: whose parsers they are."""
    for line in sys.stdin:
        name, _, digits = line.strip().partition(" ")
        if name == "version":
            answer: dict[str, Any] = {"result": "valid",
                                      "value": {"program": program, "version": version}}
        elif name not in parsers:
            answer = {"result": "unsupported"}
        else:
            value = parsers[name](bytes.fromhex(digits))
            answer = {"result": "invalid"} if value is None else {"result": "valid", "value": value}
        print(json.dumps(answer), flush=True)
