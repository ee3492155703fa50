"""Lots: every system once, in order, and cut at the same places whatever the chunks are."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.lots import LotBuffer, pieces


@pytest.mark.parametrize("sizes", [[11], [1] * 11, [3, 5, 2, 1], [4, 4, 3]])
def test_lots_are_the_same_whatever_the_chunks(sizes: list[int]) -> None:
    lots: list[Chunk] = []
    buffer = LotBuffer(lots.append, start=100, size=4)
    start = 0
    for size in sizes:
        rows = np.arange(start, start + size)
        buffer.append(Chunk(100 + start, {"H0": rows}, {"images": rows[:, None]}))
        start += size
    buffer.flush()
    buffer.flush()
    assert [(lot.start, lot.count) for lot in lots] == [(100, 4), (104, 4), (108, 3)]
    for lot in lots:
        np.testing.assert_array_equal(lot.values["H0"], np.arange(lot.start, lot.start + lot.count) - 100)
        np.testing.assert_array_equal(lot.arrays["images"][:, 0], lot.values["H0"])


def test_a_chunk_of_no_systems_is_one_piece() -> None:
    empty = Chunk(7, {"H0": np.zeros(0)}, {})
    assert [piece.count for piece in pieces(empty, start=7, size=4)] == [0]
    lots: list[Chunk] = []
    buffer = LotBuffer(lots.append, start=7, size=4)
    buffer.append(empty)
    buffer.flush()
    assert [lot.count for lot in lots] == [0]
