# SPDX-License-Identifier: Apache-2.0
"""What several tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from latchkey import paths, sandbox

# A busy machine is no failure, CI tries the same examples each time, nothing is written beside us.
hypothesis.settings.register_profile("latchkey", deadline=None, database=None,
                                     derandomize="CI" in os.environ)
hypothesis.settings.load_profile("latchkey")

# A shell script ignores interrupts for what it starts in the background; the commands that these
# tests interrupt would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def boxed(tmp_path: Path) -> Path:
    """A folder for a test that needs namespaces; without them the test is skipped, and says why."""
    refusal = sandbox.refusal(tmp_path / "probe")
    if refusal:
        pytest.skip(f"no sandbox: {refusal}")
    return tmp_path


@pytest.fixture
def built(boxed: Path) -> Path:
    """The same for a test that needs the real world, too."""
    if not paths.program("mockworld").is_file():
        pytest.skip("mockworld is not built")
    return boxed
