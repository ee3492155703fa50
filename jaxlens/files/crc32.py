"""The CRC-32 of pieces that follow each other, from those of each.

A CRC-32 is a polynomial over GF(2) modulo P (RFC 1952, section 8).  Zeros after a piece multiply its
remainder by a power of x, so that of two pieces follows from the remainders of both and the length of the
second: crc(A B) = crc(A) x^(8 |B|) + crc(B) mod P.
"""

from __future__ import annotations

from typing import NamedTuple

# P without x^32; the highest bit is the coefficient of x^0 (RFC 1952, section 8).
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31
# x^8, which one byte of zeros multiplies by.
_BYTE = _ONE >> 8


class Piece(NamedTuple):
    """Bytes of a file whose CRC-32 is known.

    Attributes:
        start: the place of the first byte.
        length: how many bytes.
        crc: their CRC-32, as `zlib.crc32` gives it.
    """

    start: int
    length: int
    crc: int


def joined_crc32(first: int, second: int, count: int) -> int:
    """The CRC-32 of bytes that are followed by others.

    Args:
        first: the CRC-32 of the former.
        second: the CRC-32 of the latter.
        count: how many bytes the latter are.

    >>> import zlib
    >>> joined_crc32(zlib.crc32(b"lens and "), zlib.crc32(b"source"), 6) == zlib.crc32(b"lens and source")
    True
    """
    return _product(first, _power(_BYTE, count)) ^ second


def _product(one: int, other: int) -> int:
    """The product of two polynomials modulo P."""
    result = 0
    while one:
        if one & _ONE:
            result ^= other
        one = (one << 1) & (2 * _ONE - 1)
        other = (other >> 1) ^ (_POLYNOMIAL if other & 1 else 0)
    return result


def _power(base: int, exponent: int) -> int:
    """A power of a polynomial modulo P, by repeated squares."""
    result = _ONE
    while exponent:
        if exponent & 1:
            result = _product(result, base)
        base, exponent = _product(base, base), exponent >> 1
    return result
