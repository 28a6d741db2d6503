# SPDX-License-Identifier: Apache-2.0
"""An RSA key that worlds share: to make one takes longer than all the rest of a trial.

It lies in the sandbox's /etc, which one process makes for all its trials and throws away with them.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latchkey import paths

_KIND = "rsa-2048"
_NAME = "latchkey-rsa.pem"
_LOCK = threading.Lock()                # for the threads of the process
ARGUMENTS = ("--rsa", f"/etc/{_NAME}")     # for `mockworld`


def make(plan: Mapping[str, Any], etc: Path) -> None:
    """Make the key, if it is not there and a leaf of the plan needs it."""
    if not any(recipe.get("leaf", {}).get("key") == _KIND
               for recipe in plan["identities"].values()):
        return
    with _LOCK:
        if not (etc / _NAME).exists():
            made = subprocess.run(
                [str(paths.program("forgecert")), "--key", "localhost"], check=True,
                input=json.dumps({"leaf": {"key": _KIND}}).encode(), stdout=subprocess.PIPE)
            (etc / _NAME).write_bytes(made.stdout)
