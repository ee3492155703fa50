"""Poisson random numbers by arithmetic alone: the same few hundred operations for every rate.

For small rates the cumulative distribution is inverted term by term, for larger rates by its expansion about
the normal distribution.  The total variation distance from Poisson's distribution is below 1e-4.
"""

from __future__ import annotations

from math import factorial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.noise.normal import normal_of_word
from jaxlens.kernels.noise.random_words import random_words

# Expected photons: below this rate the probabilities of 0 to MAX_COUNTS photons are summed.
SMALL_RATE = 10.0
# Photons: at SMALL_RATE more than these have a probability of 6.4e-6 and are returned as MAX_COUNTS.
MAX_COUNTS = 26
# In standard deviations: the width of the uniform number that is added to each normal number.  It fills the
# gaps between the normal numbers that float32 can represent.
UNIFORM_WIDTH = 2.0**-6
# Coefficients c of the last term of the expansion, c[0] z - c[1] z^3 - c[2] z^5, fitted for rates above 7.
LAST_TERM = (0.01768735, 0.00150632, 0.00181714)


def poisson(key: jax.Array, rate: jax.Array) -> jax.Array:
    """Integers (as floats) drawn from Poisson(rate) for any rate >= 0; they have no gradient.

    In float32 they are rounded above 2^24, where it does not hold all integers.  The random bits do not
    depend on the precision.

    >>> rate = jnp.array([0.0, 1.0, 1e3])
    >>> print(poisson(jax.random.key(0, impl="threefry2x32"), rate).shape)
    (3,)
    """
    rate = jax.lax.stop_gradient(rate)
    first, second = random_words(key, jnp.shape(rate))
    return poisson_of_words(rate, first, second)


def poisson_of_words(rate: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    """The Poisson numbers of pairs of uniform words.

    Args:
        rate: the mean, any shape.
        first: uniform words (uint32) of the same shape.
        second: words that add further bits to `first`.

    Returns:
        Integers, as floats of the dtype of `rate`.
    """
    small = _by_summation(jnp.minimum(rate, SMALL_RATE).astype(jnp.float32), _upper_tail(first, second))
    uniform = jax.lax.bitcast_convert_type(second, jnp.int32).astype(rate.dtype) * (2.0**-32 * UNIFORM_WIDTH)
    large = _by_expansion(jnp.maximum(rate, SMALL_RATE), normal_of_word(first), uniform)
    return jnp.where(rate < SMALL_RATE, small.astype(rate.dtype), large)


def _upper_tail(first: jax.Array, second: jax.Array) -> jax.Array:
    """A uniform number from 0 to 1 made of 64 random bits, enough for probabilities far below 2^-32."""
    high, low = first.astype(jnp.float32), second.astype(jnp.float32)
    return high * np.float32(2.0**-32) + low * np.float32(2.0**-64)


def _by_summation(rate: jax.Array, tail: jax.Array) -> jax.Array:
    """The number of k >= 0 with tail < P(more than k photons), in float32.

    With P(k) = exp(-rate) rate^k / k! the terms rate^k / k! are summed from that of MAX_COUNTS photons to
    that of one, and compared with tail / exp(-rate).  Subtracting them from 1 instead leaves a rounding error
    of about 1e-7, which would give MAX_COUNTS photons that often at every rate.
    """
    scaled_tail = tail / jnp.exp(-rate)
    powers = [jnp.ones_like(rate), rate]
    for k in range(2, MAX_COUNTS + 1):
        # powers of powers, since a chain of products would be slower: each would wait for the one before
        powers.append(powers[k // 2] * powers[k - k // 2])
    # The sum of all terms beyond MAX_COUNTS is slightly below this geometric series.
    more = powers[-1] * np.float32(1.0 / factorial(MAX_COUNTS)) * (rate / (MAX_COUNTS + 1.0 - rate))
    counts = jnp.zeros_like(tail)
    for k in range(MAX_COUNTS, 0, -1):
        more = more + powers[k] * np.float32(1.0 / factorial(k))
        counts = counts + (scaled_tail < more).astype(jnp.float32)
    return counts


def _by_expansion(rate: jax.Array, z: jax.Array, uniform: jax.Array) -> jax.Array:
    """The quantile of Poisson's distribution at the normal number z, expanded in 1 / sqrt(rate).

    It is floor(Q), with r the rate and

        Q = r + sqrt(r) z + (2 + z^2) / 6 - (2 z + z^3) / (72 sqrt(r)) + ...,

    which inverts the incomplete gamma function (Giles 2016, ACM Trans. Math. Softw. 42, 7); the last term is
    fitted.  The integer part of r is added at the end, so that float32 keeps the fraction.

    Args:
        rate: the rate r, at least SMALL_RATE, any shape.
        z: normal numbers of the same shape.
        uniform: uniform numbers of width UNIFORM_WIDTH, which are added to `z`.

    Returns:
        Integers, as floats of the dtype of `rate`.
    """
    z = z.astype(rate.dtype)
    root, whole, z2 = jnp.sqrt(rate), jnp.floor(rate), z * z
    step = 1.0 / root
    last = z * (LAST_TERM[0] + z2 * (-LAST_TERM[1] - LAST_TERM[2] * z2))
    series = (-8.0 / 405.0 + z2 * (7.0 / 810.0 + z2 / 270.0)) + step * last
    series = (2.0 + z2) / 6.0 + step * (-z * (2.0 + z2) / 72.0 + step * series)
    # z is scaled down, because `uniform` adds UNIFORM_WIDTH^2 / 12 to the variance.
    beyond = (rate - whole) + root * ((1.0 - UNIFORM_WIDTH**2 / 24.0) * z + uniform) + series
    return jnp.maximum(whole + jnp.floor(beyond), 0.0)
