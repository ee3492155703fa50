"""Masks of images: which bits say that a pixel is bad, and a plane of bits for injected light.

A mask of the LSST pipelines has its planes in its header, `MP_BAD = 0` and so on.  There only some planes are
bad: pixels of detected objects are flagged too.  In other masks every bit is bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.config.errors import nearest

# The start of the keywords of planes.
PLANE = "MP_"
# The planes of pixels that are bad, by LSST's names.
BAD_PLANES = ("BAD", "SAT", "CR", "NO_DATA", "UNMASKEDNAN", "EDGE", "SUSPECT")
# The plane of pixels to which light was added, by LSST's name.
INJECTED = "INJECTED"
# Bits that a plane may have, by the type of the mask's pixels: the sign is left alone.
_BITS = {"u1": 8, "i2": 15, "i4": 31, "i8": 63}


def planes(header: Any) -> dict[str, int]:
    """The bits of the planes that a header lists, by name.

    >>> planes({"MP_BAD": 0, "MP_SAT": 1, "NAXIS": 2})
    {'BAD': 0, 'SAT': 1}
    """
    return {
        str(key).removeprefix(PLANE).upper(): int(header[key]) for key in header if str(key).startswith(PLANE)
    }


def bad_bits(header: Any, wanted: Sequence[str] | None, source: str) -> int:
    """The bits that make a pixel bad, as one number; -1 for any.

    Args:
        header: the header of the mask.
        wanted: names of planes, or numbers of bits as texts; None for the planes that are usually bad, or for
            every bit where the header has no planes.
        source: the name of the mask in messages.

    Raises:
        ValueError: if the header has no such plane; the message has the nearest.

    >>> bad_bits({"MP_BAD": 0, "MP_DETECTED": 5}, None, "mask.fits")
    1
    """
    named = planes(header)
    if wanted is None:
        wanted = [name for name in BAD_PLANES if name in named]
        if not named:
            return -1
    total = 0
    for word in wanted:
        if not word.isdigit() and word.upper() not in named:
            raise ValueError(f"{source} has no mask plane {word}; {nearest(word, named)}")
        total |= 1 << (int(word) if word.isdigit() else named[word.upper()])
    return total


def is_bad(pixels: ArrayLike, bits: int) -> NDArray[np.bool_]:
    """Which pixels of a mask have one of the bits.

    >>> is_bad([0, 1, 4], 1).tolist(), is_bad([0, 1, 4], -1).tolist()
    ([False, True, False], [False, True, True])
    """
    found: NDArray[np.bool_] = (np.asarray(pixels).astype(np.int64) & bits) != 0
    return found


def injected_bit(header: Any, dtype: np.dtype[Any]) -> int | None:
    """The bit of the plane INJECTED: that of the header, or the first that is free.

    None where the header has no planes, or none is free.

    Args:
        header: the header of the mask.
        dtype: the type of its pixels.

    >>> injected_bit({"MP_BAD": 0, "MP_SAT": 2}, np.dtype(">i4"))
    1
    """
    named = planes(header)
    if INJECTED in named:
        return named[INJECTED]
    room = _BITS.get(dtype.str[1:], 0) if named else 0
    return next((bit for bit in range(room) if bit not in named.values()), None)
