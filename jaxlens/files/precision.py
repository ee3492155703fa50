"""The precision in which arrays are stored: that of the simulation, or half of it."""

from __future__ import annotations

import numpy as np

from jaxlens.files.contents import ArrayName, Chunk, Contents

# The largest float16 (IEEE 754 binary16); its smallest positive number is 6e-8, and it has 3 to 4 digits.
_LARGEST_HALF = 65504.0


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

    >>> chunk = Chunk(7, {"H0": np.array([70.0])}, {"images": np.full((1, 1, 1, 1), 7e4, np.float32)})
    >>> half = Contents("CONFIGURATION_1", "Demo", ("g",), 1, 8, {}, dtype="float16")
    >>> stored_array(chunk, "images", half)
    Traceback (most recent call last):
    ValueError: the images of system 7 have a pixel of 7e+04, and float16 ends at 65504; write float32
    """
    values = chunk.arrays[array]
    if contents.dtype == "float16" and values.dtype != np.float16:
        _check_range(chunk, array, values)
    return np.ascontiguousarray(values, np.dtype(contents.dtype).newbyteorder("<"))


def _check_range(chunk: Chunk, array: ArrayName, values: np.ndarray) -> None:
    if not np.any(np.abs(values) > _LARGEST_HALF):
        return
    largest = np.max(np.abs(values.reshape(len(values), -1)), axis=1)
    first = int(np.argmax(largest > _LARGEST_HALF))
    raise ValueError(
        f"the {array} of system {chunk.start + first} have a pixel of {largest[first]:.4g}, and float16 ends "
        f"at {_LARGEST_HALF:.0f}; write float32"
    )
