# SPDX-License-Identifier: Apache-2.0
"""A capture shows the decrypted dialogue to whoever opens it, with nothing beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from latchkey import paths

pytestmark = pytest.mark.skipif(
    shutil.which("tshark") is None or shutil.which("editcap") is None,
    reason="tshark is not installed: scripts/setup extra")


def inside_tls(capture: Path) -> list[str]:
    """Protocol and summary of what tshark reads inside TLS records."""
    done = subprocess.run(
        ["tshark", "-r", str(capture), "-Y", "tls.app_data && (imap || pop || smtp)", "-T",
         "fields", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info"],
        check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("posture, protocol, login", [
    ("imap-implicit", "IMAP", "Request: "), ("imap-starttls", "IMAP", "Request: "),
    ("pop3-implicit", "POP", "C: USER"), ("submission-starttls", "SMTP", "C: AUTH"),
])
def test_the_dialogue_is_decrypted(built: Path, posture: str, protocol: str, login: str) -> None:
    done = subprocess.run(
        [paths.COMMAND, "run", "python", "--suite", "baseline.only-tls12", "--posture", posture,
         "--pcap", "--out", "out"], cwd=built, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((built / "out/results.json").read_text(encoding="utf-8"))
    # TLS 1.2 in the trial, TLS 1.3 in its control.
    for one in (data["results"][0], data["controls"][0]):
        capture = built / "out" / one["evidence"] / "capture.pcapng"
        shown = inside_tls(capture)
        assert any(line.startswith(f"{protocol}\t") and login in line for line in shown), shown
        # It is the secrets inside the file that do it.
        bare = built / "bare.pcapng"
        subprocess.run(["editcap", "--discard-all-secrets", str(capture), str(bare)], check=True,
                       capture_output=True)
        assert inside_tls(bare) == []
