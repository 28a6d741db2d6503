# SPDX-License-Identifier: Apache-2.0
"""Mutated vectors: grammars and parsers in C say the same of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey import paths, vectors
from latchkey.vectors import Program
from oracle import deep, http, imap, pop3, sasl, smtp, sts, sts_old, tlsa, tlsrpt

ORACLES = {parser: oracle for grammars in (deep, http, imap, pop3, sasl, smtp, sts, sts_old, tlsa,
                                           tlsrpt)
           for parser, oracle in grammars.ORACLES.items()}
SEEDS = {parser: [vector.data for vector in vectors.read(
    paths.ROOT / f"corpus/vectors/{parser}.json") if len(vector.data) <= 1024]
    for parser in ORACLES}
# What formats end, separate, quote or forbid.
PIECES = [b"\r\n", b"\n", b"\r", b"\0", b"\x01", b"\x7f", b" ", b"\t", b"  ", b"\r\n ", b"\xc3\xbc",
          b"\xe2\x82\xac", b"\xf0\x9f\x94\x91", b"\xed\xa0\x80", b"\xc0\x80", b"\x80", b"\xff",
          *(bytes([octet]) for octet in b"!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~")]


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    lkparse = Program([str(paths.ROOT / ".build/dev/lkparse")])
    yield lkparse
    lkparse.close()


@st.composite
def mutants(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A vector with a few places changed, or spliced with another one."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 1, 2, 4, 1024])))
        other = draw(st.sampled_from(seeds))
        tail = other[draw(st.integers(0, len(other))):]
        new = draw(st.sampled_from([b"", tail, data[start:end] * 2, *PIECES]))
        data = data[:start] + new + data[end:]
    return data


@pytest.mark.parametrize("parser", ORACLES)
@given(st.data())
def test_mutants_mean_the_same(parser: str, program: Program, data: st.DataObject) -> None:
    octets = data.draw(mutants(SEEDS[parser]))
    verdict, answer = ORACLES[parser](octets), program.ask(parser, octets)
    result = "invalid" if answer["result"] == "more" else answer["result"]
    assert (verdict.result, verdict.value, list(verdict.flags)) == (
        result, answer.get("value"), sorted(answer.get("readings", [])))
    if verdict.value is not None:
        consumed = len(octets) if verdict.consumed is None else verdict.consumed
        assert consumed == answer["consumed"]
