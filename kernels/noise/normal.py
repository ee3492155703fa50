"""Random words and normal numbers, one block of Threefry a pixel, without a loop.

The words are those of `jax.random` for the same key.  On a CPU JAX computes them in a loop over arrays, five
times slower than the rounds written out, which XLA runs in one pass together with whatever uses them.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)
# log2(1 + x) / x for 1 + x from sqrt(1/2) to sqrt(2), which gives the logarithm to 5e-8.
_LOGARITHM = (
    1.442694772,
    -0.7213571491,
    0.4809394428,
    -0.3600872071,
    0.2867075056,
    -0.2500691877,
    0.2368900496,
    -0.1457436325,
)
# sqrt(2) erfinv(u) / u is the ratio of these two polynomials of -log2(1 - u^2), from 0 to 32, to 1e-8.
_ABOVE = (
    1.253314124,
    0.3102354109,
    0.04376811222,
    0.004178839118,
    0.0002636439981,
    9.581342562e-06,
    2.1630207e-08,
)
_BELOW = (1.0, 0.06606632573, 0.01667252968, 0.0007717684441, 5.770461129e-05, 6.065585814e-07)


def words(key: jax.Array, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """Two independent words (uint32) for every element of `shape`.

    For a key of Threefry they are the two halves of the block that encrypts the element's number; their
    exclusive or is `jax.random.bits` (as it is with jax_threefry_partitionable, the default).

    >>> key = jax.random.key(1, impl="threefry2x32")
    >>> first, second = words(key, (3,))
    >>> print(first ^ second == jax.random.bits(key, (3,)))
    [ True  True  True]
    """
    if not _is_threefry(key):
        both = jax.random.bits(key, (2, *shape))
        return both[0], both[1]
    data = jax.random.key_data(key)
    count = jnp.reshape(jax.lax.iota(jnp.uint32, int(np.prod(shape))), shape)
    return _threefry(data[0], data[1], count)


def _is_threefry(key: jax.Array) -> bool:
    return jnp.issubdtype(key.dtype, jax.dtypes.prng_key) and str(jax.random.key_impl(key)) == "threefry2x32"


def _threefry(low: jax.Array, high: jax.Array, count: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The block (0, count) encrypted with 20 rounds of Threefry-2x32 (Salmon et al. 2011, SC '11)."""
    keys = low, high, low ^ high ^ PARITY
    x, y = jnp.broadcast_to(low, count.shape), count + high
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = x ^ ((y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation)))
        x = x + keys[(group + 1) % 3]
        y = y + (keys[(group + 2) % 3] + np.uint32(group + 1))
    return x, y


def standard_normal(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Normal numbers (float32): `jax.random.normal` of the same key, up to rounding.

    It is sqrt(2) erfinv(u), right to 4e-7 of itself, where JAX's is to 6e-6 in the tails.

    >>> key = jax.random.key(1, impl="threefry2x32")
    >>> print(f"{jnp.max(jnp.abs(standard_normal(key, (9,)) - jax.random.normal(key, (9,)))):.6f}")
    0.000000
    """
    bits = jnp.bitwise_xor(*words(key, shape)) if _is_threefry(key) else jax.random.bits(key, shape)
    one_to_two = jax.lax.bitcast_convert_type((bits >> np.uint32(9)) | np.uint32(0x3F800000), jnp.float32)
    # as in jax.random: from the float above -1 on, so that no draw is infinite
    lowest = np.nextafter(np.float32(-1.0), np.float32(0.0))
    u = jnp.maximum((one_to_two - 1.0) * (np.float32(1.0) - lowest) + lowest, lowest)
    return normal_quantile(u, (1.0 - u) * (1.0 + u))


def normal_of_word(word: jax.Array) -> jax.Array:
    """The normal number (float32) of a uniform word; all its 32 bits count, also in the tails."""
    signed = jax.lax.bitcast_convert_type(word, jnp.int32)
    size = signed ^ (signed >> 31)
    u, rest = _to_unit(size), _to_unit(np.int32(2**31 - 1) - size)
    return normal_quantile(jnp.where(signed < 0, -u, u), rest * (1.0 + u))


def _to_unit(size: jax.Array) -> jax.Array:
    """Integers from 0 to 2^31 - 1 as the middles of as many parts of 0..1."""
    return (size.astype(jnp.float32) + 0.5) * np.float32(2.0**-31)


def normal_quantile(u: jax.Array, rest: jax.Array) -> jax.Array:
    """sqrt(2) erfinv(u) in float32, u of -1..1; `rest` is 1 - u^2, of which the tails need every digit.

    A ratio of two polynomials of the logarithm of `rest`, so that there is nothing to choose from.
    """
    w = _minus_log2(rest)
    return u * (_polynomial(_ABOVE, w) / _polynomial(_BELOW, w))


def _minus_log2(y: jax.Array) -> jax.Array:
    """-log2(y) of normal, positive float32, to 1e-7: exponent and mantissa apart."""
    word = jax.lax.bitcast_convert_type(y, jnp.int32)
    # the mantissa is taken from sqrt(1/2) to sqrt(2)
    exponent = (word - np.int32(0x3F3504F3)) >> 23
    x = jax.lax.bitcast_convert_type(word - (exponent << 23), jnp.float32) - 1.0
    return -(exponent.astype(jnp.float32) + x * _polynomial(_LOGARITHM, x))


def _polynomial(coefficients: tuple[float, ...], x: jax.Array) -> jax.Array:
    """The polynomial with these coefficients, the constant first (Horner)."""
    total = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + np.float32(coefficient)
    return total
