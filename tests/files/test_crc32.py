"""The CRC-32 of what is joined, from those of the pieces."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from jaxlens.files.crc32 import joined_crc32


@pytest.mark.parametrize("lengths", [(0, 0), (0, 5), (7, 0), (1, 1), (1000, 123_457), (2, 2**20)])
def test_pieces_are_joined(lengths: tuple[int, int]) -> None:
    first, second = (np.random.default_rng(length).bytes(length) for length in lengths)
    joined = joined_crc32(zlib.crc32(first), zlib.crc32(second), len(second))
    assert joined == zlib.crc32(first + second)


def test_the_check_value() -> None:
    # of "123456789", in the catalogue of CRC algorithms (CRC-32/ISO-HDLC)
    assert joined_crc32(zlib.crc32(b"1234"), zlib.crc32(b"56789"), 5) == 0xCBF43926
