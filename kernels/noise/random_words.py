"""Random 32-bit words, one block of Threefry for each pixel, without a loop.

The words are those of `jax.random` for the same key.  On a CPU JAX computes them in a loop over arrays.  Here
the rounds are written out, and XLA fuses them with the operations that use the words, which takes a fifth of
the time.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

# Rotations of Threefry-2x32 in bits (Salmon et al. 2011, SC '11).
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
# The parity constant of its key (same source).
PARITY = np.uint32(0x1BD11BDA)
# Groups of four rounds each, which make the 20 rounds of JAX's Threefry.
GROUPS = 5


def random_words(key: jax.Array, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """Two independent words (uint32) for every element of `shape`.

    For a Threefry key they are the two halves of the block that encrypts the element's index; their exclusive
    or is `jax.random.bits` (with jax_threefry_partitionable, which is JAX's default).

    >>> key = jax.random.key(1, impl="threefry2x32")
    >>> first, second = random_words(key, (3,))
    >>> print(first ^ second == jax.random.bits(key, (3,)))
    [ True  True  True]
    """
    if not is_threefry(key):
        both = jax.random.bits(key, (2, *shape), jnp.uint32)
        return both[0], both[1]
    data = jax.random.key_data(key)
    index = jnp.reshape(jax.lax.iota(jnp.uint32, int(np.prod(shape))), shape)
    return _threefry(data[0], data[1], index)


def random_words_at(key: jax.Array, index: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two independent words (uint32) for each index (uint32, any shape); those of an index never change.

    >>> key = jax.random.key(1, impl="threefry2x32")
    >>> some, all_of_them = random_words_at(key, jnp.array([2], jnp.uint32)), random_words(key, (3,))
    >>> print(some[0] == all_of_them[0][2:])
    [ True]
    """
    data = jax.random.key_data(key)
    return _threefry(data[0], data[1], index)


def is_threefry(key: jax.Array) -> bool:
    """Whether a key is a typed key of JAX's default generator, threefry2x32."""
    return jnp.issubdtype(key.dtype, jax.dtypes.prng_key) and str(jax.random.key_impl(key)) == "threefry2x32"


def _threefry(low: jax.Array, high: jax.Array, index: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The block (0, index) encrypted with 20 rounds of Threefry-2x32 under the key (low, high)."""
    keys = low, high, low ^ high ^ PARITY
    x, y = jnp.broadcast_to(low, index.shape), index + high
    for group in range(GROUPS):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = x ^ ((y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation)))
        x = x + keys[(group + 1) % 3]
        y = y + (keys[(group + 2) % 3] + np.uint32(group + 1))
    return x, y
