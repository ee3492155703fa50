"""Indices of systems from 0 to 2^63 - 1, as 32-bit words.

JAX has 64-bit integers only where a user turns x64 on.  So an index is a uint32 on the device where it is
below 2^32, and a pair of uint32 otherwise: the lower word, then the upper one.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import NDArray

# The number of indices; each of them is also an int64.
INDEX_LIMIT = 2**63

_WORD_BITS = 32


def whole_numbers(name: str, values: ArrayLike) -> NDArray[np.uint64]:
    """Numbers that a user gives as indices, of the shape of `values`, uint64.

    Floating-point numbers are taken where they are whole, as tables have them.

    Args:
        name: what they are called in a message.
        values: the numbers; not traced.

    Raises:
        ValueError: if one is not a whole number from 0 to 2^63 - 1.

    >>> whole_numbers("start", [3, 2**40]).tolist()
    [3, 1099511627776]
    """
    array: NDArray[Any] = np.asarray(values)
    valid = _valid(array)
    if not np.all(valid):
        wrong = np.ravel(array)[np.argmin(np.ravel(valid))]
        shown = repr(wrong.item() if isinstance(wrong, np.generic) else wrong)
        verb = "has" if array.ndim else "is"
        raise ValueError(f"{name} {verb} {shown}; it must be a whole number from 0 to 2^63 - 1")
    return array.astype(np.uint64)


def _valid(array: NDArray[Any]) -> NDArray[np.bool_]:
    """Which elements are whole numbers from 0 to 2^63 - 1."""
    if array.dtype.kind == "f":
        # from here on neighbouring numbers are more than 1 apart, so that a whole one may have been rounded
        most = min(2.0 ** (np.finfo(array.dtype).nmant + 1), float(INDEX_LIMIT))
        return (array >= 0) & (array < most) & (array == np.floor(array))
    if array.dtype.kind in "iu":
        return (array >= 0) & (array <= np.uint64(INDEX_LIMIT - 1))
    # numbers above 2^64, and columns of tables; bool is an Integral too
    valid = [
        isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < INDEX_LIMIT
        for value in array.flat
    ]
    return np.array(valid, bool).reshape(array.shape)


def consecutive(start: int, count: int) -> NDArray[np.uint64]:
    """The indices start..start+count-1, which are below 2^64: (count,), uint64."""
    return np.arange(count, dtype=np.uint64) + np.uint64(start)


def index_words(indices: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The lower and the upper word of each index (n,): (n, 2), uint32.

    >>> index_words(np.array([3, 2**32 + 5], np.uint64)).tolist()
    [[3, 0], [5, 1]]
    """
    upper = indices >> np.uint64(_WORD_BITS)
    return np.stack([indices & np.uint64(2**_WORD_BITS - 1), upper], axis=-1).astype(np.uint32)


def remainder(index: jax.Array, divisor: int) -> jax.Array:
    """`index` modulo `divisor`.

    Args:
        index: a uint32, (), or a lower and an upper word, (2,).
        divisor: from 1 to 2^31.

    Returns:
        (), uint32.

    >>> words = index_words(np.array([2**40 + 5], np.uint64))[0]
    >>> int(remainder(words, 1000)) == (2**40 + 5) % 1000
    True
    """
    index = jnp.asarray(index, jnp.uint32)
    by = np.uint32(divisor)
    if not index.ndim or divisor == 1:
        return jnp.ravel(index)[0] % by
    lower, found = index[0], index[1] % by
    # as many bits at a time as fit above the remainder of what came before
    most = _WORD_BITS - (divisor - 1).bit_length()
    done = 0
    while done < _WORD_BITS:
        bits = min(most, _WORD_BITS - done)
        done += bits
        next_bits = (lower >> np.uint32(_WORD_BITS - done)) & np.uint32(2**bits - 1)
        found = ((found << np.uint32(bits)) | next_bits) % by
    return found
