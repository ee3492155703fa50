"""Random keys and numbers by name; they depend only on the seed, configuration, system and name."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

# Folded in before an upper word, so that this word cannot be taken for the name of a parameter.
_UPPER = crc32(b"upper 32 bits")


def dataset_key(seed: int) -> np.ndarray:
    """The raw data of `jax.random.key(seed, impl="threefry2x32")`, computed on the host, (2,) uint32.

    >>> dataset_key(7).tolist()
    [0, 7]
    """
    return np.array([seed >> 32, seed & 0xFFFFFFFF], np.uint32)


def system_keys(key: ArrayLike, label: str, indices: ArrayLike) -> jax.Array:
    """The keys of some systems of a configuration.

    Args:
        key: the key of the dataset, (), or its raw data (2,) uint32.
        label: the label of the configuration.
        indices: the indices of the systems, (n,), uint32, or their lower and upper words, (n, 2).

    Returns:
        The keys (n,).  An upper word is folded in only where it is not 0.
    """
    key = jnp.asarray(key)
    if not jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        key = jax.random.wrap_key_data(key, impl="threefry2x32")
    key = jax.random.fold_in(key, crc32(label.encode()))
    return jax.vmap(_system_key, (None, 0))(key, jnp.asarray(indices, jnp.uint32))


def _system_key(key: jax.Array, index: jax.Array) -> jax.Array:
    """The key of the system with this index, () or (2,), where `key` is that of its configuration."""
    if not index.ndim:
        return jax.random.fold_in(key, index)
    lower, upper = index
    low = jax.random.fold_in(key, lower)
    high = jax.random.fold_in(jax.random.fold_in(low, _UPPER), upper)
    return jnp.where(upper == 0, low, high)


def named_keys(key: jax.Array, names: Sequence[str]) -> jax.Array:
    """`key` with each name folded in, (names,)."""
    codes = jnp.asarray(np.array([crc32(name.encode()) for name in names], np.uint32))
    return jax.vmap(jax.random.fold_in, (None, 0))(key, codes)


def uniforms(keys: jax.Array) -> jax.Array:
    """A uniform random number in (0, 1) for each key (n,), float32 whatever the precision, (n,)."""
    bits = jax.vmap(lambda key: jax.random.bits(key, dtype=jnp.uint32))(keys)
    # The upper 23 bits plus one half, divided by 2^23: never 0 or 1, and exact in float32.
    return (bits >> 9).astype(jnp.float32) * 2.0**-23 + 2.0**-24
