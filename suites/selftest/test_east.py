# SPDX-License-Identifier: Apache-2.0
"""docs/east.md: what it names exists, and speaks the protocol of its table."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from latchkey import catalog
from latchkey.catalog import Catalog
from latchkey.postures import POSTURES
from samples import ROOT

# The cases of EAST in the three families; the untagged data has two places for each of its kinds.
CASES = {
    "IMAP": {*"O_1 O_2 O_3 O_4 D_1 D_2 D_3 P L_1_A L_1_B M_1_A M_1_B M_2_A M_2_B B_1 B_2 B_3 LIST "
             "LSUB SEARCH FLAGS EXISTS RECENT EXPUNGE REFERRAL".split(),
             "P_1 to P_5", "STATUS of an unknown mailbox", "STATUS of INBOX", "FETCH with a body"},
    "POP3": {"O_1", "O_2", "O_3", "O_4", "B_1", "B_2", "-"},
    "SMTP": {"O_1", "O_2", "O_3", "O_4", "D_1", "B_1", "-"},
}


def rows() -> Iterator[tuple[str, str, str]]:
    """(protocol, case, counterparts)"""
    protocol = ""
    for line in (ROOT / "docs/east.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            protocol = line[3:]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if protocol and len(cells) == 4 and "`" in cells[3]:
            yield protocol, cells[1], cells[3]


@pytest.fixture(scope="module")
def real() -> Catalog:
    return catalog.load(ROOT)


def test_every_case_has_its_row() -> None:
    assert {protocol: {case for name, case, _ in rows() if name == protocol}
            for protocol in CASES} == CASES
    # P_1 to P_5 share a row.
    assert sum(protocol == "IMAP" for protocol, _, _ in rows()) == 19 - 4 + 3 + 21


def test_every_counterpart_is_there(real: Catalog) -> None:
    for protocol, case, counterparts in rows():
        names = re.findall(r"`([^`]+)`", counterparts)
        assert names, case
        for name in names:
            scenario, _, variant = name.removesuffix("]").partition("[")
            found = {one.id: one for one in real.scenario(scenario).variants}
            assert variant in found or not variant, name
            protocols = {POSTURES[posture].protocol for one in found.values()
                         if one.id == variant or not variant for posture in one.postures}
            assert protocol.lower() in protocols, (protocol, name)
