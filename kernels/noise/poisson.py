"""Poisson random numbers by arithmetic alone: the same few hundred operations for every rate.

Small rates go through the inverse of the cumulative distribution, term by term; larger ones through its
expansion about the normal distribution.  The total variation distance from Poisson's distribution is below
1e-4.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.noise.normal import normal_of_word
from jaxlens.kernels.noise.random_words import random_words

# Below this rate the probabilities of 0 to MAX_COUNTS photons are summed; more have a probability of 7e-6.
SMALL_RATE = 10.0
MAX_COUNTS = 26
# In standard deviations: the width of the uniform number that is added to the normal one, because the normal
# numbers of float32 have gaps.
FILL = 2.0**-6
# Coefficients of z, -z^3 and -z^5 in the last term of the expansion, fitted for rates from 7 on.
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
    fill = jax.lax.bitcast_convert_type(second, jnp.int32).astype(rate.dtype) * (2.0**-32 * FILL)
    large = _by_expansion(jnp.maximum(rate, SMALL_RATE), normal_of_word(first), fill)
    return jnp.where(rate < SMALL_RATE, small.astype(rate.dtype), large)


def _upper_tail(first: jax.Array, second: jax.Array) -> jax.Array:
    """A uniform number from 0 to 1 with 64 bits, so that small probabilities are right."""
    high, low = first.astype(jnp.float32), second.astype(jnp.float32)
    return high * np.float32(2.0**-32) + low * np.float32(2.0**-64)


def _by_summation(rate: jax.Array, tail: jax.Array) -> jax.Array:
    """The number of k >= 0 with tail < P(more than k photons), in float32.

    The probabilities are summed from the smallest on.  If they were subtracted from 1, the rounding error
    would be the probability of MAX_COUNTS photons at every rate.
    """
    probabilities = [jnp.exp(-rate)]
    for k in range(1, MAX_COUNTS + 1):
        probabilities.append(probabilities[-1] * (rate * np.float32(1.0 / k)))
    # P(more than MAX_COUNTS photons) is slightly below this geometric series.
    more = probabilities[-1] * (rate / (MAX_COUNTS + 1.0 - rate))
    counts = jnp.zeros_like(tail)
    for probability in reversed(probabilities[1:]):
        more = more + probability
        counts = counts + (tail < more).astype(jnp.float32)
    return counts


def _by_expansion(rate: jax.Array, z: jax.Array, fill: jax.Array) -> jax.Array:
    """The quantile of Poisson's distribution at the normal number z, expanded in 1 / sqrt(rate).

    floor(Q), Q = r + sqrt(r) z + (2 + z^2) / 6 - (2 z + z^3) / (72 sqrt(r)) + ..., the inverse of the
    incomplete gamma function (Giles 2016, ACM Trans. Math. Softw. 42, 7); the last term is fitted.  The
    integer part of r is added at the end, so that float32 keeps the fraction.
    """
    z = z.astype(rate.dtype)
    root, whole, z2 = jnp.sqrt(rate), jnp.floor(rate), z * z
    step = 1.0 / root
    last = z * (LAST_TERM[0] + z2 * (-LAST_TERM[1] - LAST_TERM[2] * z2))
    series = (-8.0 / 405.0 + z2 * (7.0 / 810.0 + z2 / 270.0)) + step * last
    series = (2.0 + z2) / 6.0 + step * (-z * (2.0 + z2) / 72.0 + step * series)
    # z is scaled down, because the uniform number `fill` adds FILL^2 / 12 to its variance.
    beyond = (rate - whole) + root * ((1.0 - FILL**2 / 24.0) * z + fill) + series
    return jnp.maximum(whole + jnp.floor(beyond), 0.0)
