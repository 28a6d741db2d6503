# SPDX-License-Identifier: Apache-2.0
"""What the grammars say, once more: naive, slow, regular expressions, and no line of the C parsers.

`ORACLES[parser](octets)` gives a Verdict; the tests hold the vectors and the parsers to it.
"""

from __future__ import annotations

from oracle import deep, http, imap, latch, pop3, sasl, smtp, sts, sts_old, tlsa, tlsrpt
from oracle.verdict import Oracle, Verdict

ORACLES: dict[str, Oracle] = {
    **deep.ORACLES, **http.ORACLES, **imap.ORACLES, **latch.ORACLES, **pop3.ORACLES,
    **sasl.ORACLES, **smtp.ORACLES, **sts.ORACLES, **sts_old.ORACLES, **tlsa.ORACLES,
    **tlsrpt.ORACLES}

__all__ = ["ORACLES", "Oracle", "Verdict"]
