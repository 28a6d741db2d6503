# SPDX-License-Identifier: Apache-2.0
"""Templates: `{host}` and its like in adapters and profiles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from latchkey.errors import nearest

VARIABLES = ("host", "port", "user", "password", "token", "from", "to", "subject", "body", "home",
             "ca", "certificate", "dkim-key", "message", "adapter", "built", "dialect")
_WORD = re.compile(r"\{([a-z][a-z_-]*)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a brace that is no variable stays as it is."""
    return _WORD.sub(lambda found: values.get(found.group(1), found.group()), text)


def misspelled(text: str) -> tuple[str, str] | None:
    """A brace that is nearly a variable, with the variable that was meant."""
    for found in _WORD.finditer(text):
        word = found.group(1)
        if word not in VARIABLES:
            meant = nearest(word, VARIABLES, 0.75)
            if meant is not None:
                return found.group(), f"{{{meant}}}"
    return None
