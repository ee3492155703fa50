"""The precision in which arrays are stored: that of the simulation, or half of it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from jaxlens.config.users_line import users_line
from jaxlens.files.contents import ArrayName, Chunk, Contents

HALF = "float16"
# The largest float16 (IEEE 754 binary16).
_LARGEST = 65504.0
# The smallest float16 of 11 bits; those below it are multiples of _STEP.
_SMALLEST = 2.0**-14
_STEP = 2.0**-24


def stored_array(chunk: Chunk, array: ArrayName, contents: Contents) -> np.ndarray:
    """An array of a chunk, contiguous and in the precision in which it is stored.

    Args:
        chunk: some systems.
        array: "images", "planes" or "difference".
        contents: has the precision, `dtype`.

    Returns:
        The array itself where it has this precision already, of shape (n, ...).

    Raises:
        ValueError: if the precision is float16 and a pixel is too large for it.

    Warns:
        UserWarning: if it is, and all pixels of a system are too small for it; of the first systems of a file
            alone.

    >>> chunk = Chunk(7, {"H0": np.array([70.0])}, {"images": np.full((1, 1, 1, 1), 7e4, np.float32)})
    >>> half = Contents("CONFIGURATION_1", "Demo", ("g",), 1, 8, {}, dtype="float16")
    >>> stored_array(chunk, "images", half)
    Traceback (most recent call last):
    ValueError: the images of system 7 have a pixel of 7e+04, and float16 ends at 65504; give float32
    """
    values = chunk.arrays[array]
    if contents.dtype == HALF and values.dtype != HALF and len(values):
        flat = values.reshape(len(values), -1)
        largest = np.maximum(flat.max(axis=1), -flat.min(axis=1))
        indices = range(chunk.start, chunk.start + len(values))
        refuse_too_large(f"the {array}", indices, largest)
        if chunk.start == contents.start:
            warn_faint(f"the {array}", indices, largest)
    return np.ascontiguousarray(values, np.dtype(contents.dtype).newbyteorder("<"))


def refuse_too_large(what: str, indices: Sequence[int], largest: np.ndarray) -> None:
    """ValueError where a system has a pixel that is too large for float16.

    Args:
        what: the array, in the message.
        indices: the index of each system.
        largest: the largest absolute value of a pixel of each, (n,).
    """
    wrong = largest > _LARGEST
    if np.any(wrong):
        first = int(np.argmax(wrong))
        raise ValueError(
            f"{what} of system {indices[first]} have a pixel of {largest[first]:.4g}, and float16 ends at "
            f"{_LARGEST:.0f}; give float32"
        )


def is_faint(largest: np.ndarray) -> np.ndarray:
    """Whether float16 rounds every pixel of a system to less than 11 bits.

    Args:
        largest: the largest absolute value of a pixel of each system, (n,).

    >>> is_faint(np.array([0.0, 1e-5, 1.0])).tolist()
    [False, True, False]
    """
    return (largest > 0.0) & (largest < _SMALLEST)


def warn_faint(what: str, indices: Sequence[int], largest: np.ndarray) -> None:
    """Warn of the first system that `is_faint`.

    Args:
        what: the array, in the message.
        indices: the index of each system.
        largest: the largest absolute value of a pixel of each, (n,).
    """
    faint = is_faint(largest)
    if np.any(faint):
        first = int(np.argmax(faint))
        warnings.warn(
            f"{what} of system {indices[first]} have no pixel above {largest[first]:.2g}, and float16 rounds "
            f"what is below {_SMALLEST:.1g} to multiples of {_STEP:.1g}; give float32",
            stacklevel=users_line(),
        )
