"""Arrays as a Simulator takes them, and a memory of those whose values have been checked."""

from __future__ import annotations

from weakref import WeakValueDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike


def as_array(value: ArrayLike, dtype: DTypeLike) -> jax.Array:
    """`value` as an array of a type, without work where it is one.

    What is on the host stays there as a numpy array, since a jitted function takes such an array to the
    device faster than `jnp.asarray` does.
    """
    if isinstance(value, jax.Array):
        as_it_is = value.dtype == dtype and not value.weak_type
        return value if as_it_is else jnp.asarray(value, dtype)
    if isinstance(value, np.ndarray | np.generic):
        is_number = value.dtype.kind in "biuf"
    else:
        is_number = isinstance(value, int | float)
    return np.asarray(value, dtype) if is_number else jnp.asarray(value, dtype)  # type: ignore[return-value]


class CheckedArrays:
    """Arrays on a device whose values are known to be legal, so that nobody waits for the device to see them.

    They are held weakly, and known by their identity: an array of JAX never changes.  Arrays of numpy and
    what is traced are not remembered.

    >>> checked, ones = CheckedArrays(), jnp.ones(3)
    >>> checked.add(ones)
    >>> checked.has(ones), checked.has(jnp.ones(3))
    (True, False)
    """

    def __init__(self) -> None:
        self._arrays: WeakValueDictionary[tuple[int, ...], jax.Array] = WeakValueDictionary()

    def add(self, *arrays: jax.Array | None) -> None:
        """Remember arrays that are legal together; nothing where one of them cannot be remembered."""
        if all(isinstance(one, jax.Array) and not isinstance(one, jax.core.Tracer) for one in arrays):
            identity = tuple(map(id, arrays))
            for i, one in enumerate(arrays):
                self._arrays[i, *identity] = one  # type: ignore[assignment]

    def has(self, *arrays: jax.Array) -> bool:
        """Whether just these arrays, in this order, are remembered."""
        identity = tuple(map(id, arrays))
        # where an array is gone its entry is too, and another array with its identity is not taken for it
        return all(self._arrays.get((i, *identity)) is one for i, one in enumerate(arrays))

    def __reduce__(self) -> tuple[type[CheckedArrays], tuple[()]]:
        """Copies and other processes begin without arrays."""
        return CheckedArrays, ()
