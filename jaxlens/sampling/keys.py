"""Random keys and numbers by name; they depend only on the seed, configuration, system and name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

# Folded in before an upper word, so that this word cannot be taken for the name of a parameter.
_UPPER = crc32(b"upper 32 bits")
# What stands for the systems of a seed: the seed, a key, or the raw words of one.
Key: TypeAlias = int | jax.Array | np.ndarray
# The smallest number that is too large for a seed, which has 64 bits.
_SEED_LIMIT = 2**64


def random_key(key: object) -> jax.Array:
    """What stands for the systems of a seed: the raw data of a threefry2x32 key, (2,) uint32.

    - A whole number s is a seed: the systems are those of a dataset with SEED s.
    - A threefry2x32 key, JAX's usual one, is taken as it is, so that `jax.random.key(s)` is the same.
    - Of a key of another kind, such as rbg, the first two words are the key, and the others are folded in
      where they do not repeat these.  So `jax.random.key(s, impl="rbg")` means the systems of SEED s too.

    Args:
        key: a whole number from 0 to 2^64 - 1, also a traced one; a key of `jax.random.key`, (); or the raw
            words of a key, as of `jax.random.PRNGKey`.

    Raises:
        ValueError: if it is something else.

    >>> import jax
    >>> random_key(7).tolist(), random_key(jax.random.key(7, impl="rbg")).tolist()
    ([0, 7], [0, 7])
    """
    if isinstance(key, int | np.integer) and not isinstance(key, bool):
        if not 0 <= key < _SEED_LIMIT:
            raise ValueError(f"key is {key}; a seed is a whole number from 0 to 2^64 - 1")
        return dataset_key(int(key))  # type: ignore[return-value]
    if not isinstance(key, jax.Array | np.ndarray):
        raise ValueError(f"key is {key!r:.60}; give a seed, such as 1, or jax.random.key(1)")
    words: Any = jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key
    if key.ndim == 0 and words.ndim == 0 and words.dtype.kind in "iu":
        return random_key(int(key)) if not isinstance(key, jax.core.Tracer) else _traced_seed(words)
    if words.ndim != 1 or words.shape[0] < 2 or words.dtype != np.uint32:
        what = f"key has shape {key.shape} and type {key.dtype}"
        raise ValueError(f"{what}; give one seed, such as 1, or one key, jax.random.key(1)")
    return words if words.shape[0] == 2 else _two_words(words)


def _traced_seed(seed: jax.Array) -> jax.Array:
    """The words of a seed that is traced, (2,) uint32."""
    wide = seed.dtype.itemsize == 8
    upper = (seed >> 32).astype(jnp.uint32) if wide else jnp.zeros((), jnp.uint32)
    return jnp.stack([upper, seed.astype(jnp.uint32)])


def _two_words(words: jax.Array) -> jax.Array:
    """The words of a threefry2x32 key, (2,), of those of a longer one."""
    key = jax.random.wrap_key_data(jnp.asarray(words[:2]), impl="threefry2x32")
    folded = key
    for word in words[2:]:
        folded = jax.random.fold_in(folded, word)
    first = jnp.tile(words[:2], len(words) // 2 + 1)[: len(words)]
    repeats = jnp.all(first == words)
    return jnp.where(repeats, jax.random.key_data(key), jax.random.key_data(folded))


def typed_key(key: object) -> jax.Array:
    """`random_key` as a typed key, as the functions of `jax.random` take it.

    >>> typed_key(7).dtype
    key<fry>
    """
    return jax.random.wrap_key_data(jnp.asarray(random_key(key)), impl="threefry2x32")


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
