# SPDX-License-Identifier: Apache-2.0
"""ldns: TLSA records of a zone file, by its ldns-read-zone."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from typing import Any

from wrapper import serve


def presentation(data: bytes) -> dict[str, Any] | None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"_25._tcp.mx.example. 60 IN TLSA " + data + b"\n")
        file.flush()
        done = subprocess.run(["ldns-read-zone", os.fspath(file.name)], capture_output=True)
    words = done.stdout.decode("latin-1").split()
    if done.returncode != 0 or len(words) < 8:
        return None
    usage, selector, matching, *digits = words[4:]
    return {"usage": int(usage), "selector": int(selector), "matching": int(matching),
            "data": "".join(digits).lower()}


def version() -> str:
    said = subprocess.run(["ldns-read-zone", "-v"], capture_output=True, text=True).stdout
    found = re.search(r"ldns version ([0-9.]+)", said)
    return found[1] if found else ""


if __name__ == "__main__":
    serve({"tlsa-text": presentation}, "ldns", version())
