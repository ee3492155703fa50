"""Poisson numbers by arithmetic alone: the same few hundred operations whatever the rate.

Small rates go through the inverse of the distribution, term by term; larger ones through its expansion
about the normal distribution.  The total variation distance from Poisson's distribution is below 1e-4.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.noise.normal import normal_of_word, words

# Up to this rate the terms are added up; that many photons hold all but 7e-6 of the distribution.
SMALL_RATE = 10.0
MOST_COUNTS = 26
# The width, in standard deviations, of the uniform number that fills the gaps between float32's normal ones.
FILL = 2.0**-6


def poisson(key: jax.Array, rate: jax.Array) -> jax.Array:
    """Integers (as floats) drawn from Poisson(rate) for a rate >= 0 of any size; no gradient.

    In float32 they are rounded above 2^24, where it does not hold all integers.  The random bits do not
    depend on the precision.

    >>> rate = jnp.array([0.0, 1.0, 1e3])
    >>> print(poisson(jax.random.key(0, impl="threefry2x32"), rate).shape)
    (3,)
    """
    rate = jax.lax.stop_gradient(rate)
    first, second = words(key, jnp.shape(rate))
    return poisson_of_words(rate, first, second)


def poisson_of_words(rate: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    """The Poisson numbers that belong to two words (uint32) each; `second` refines `first`."""
    few = _few(jnp.minimum(rate, SMALL_RATE).astype(jnp.float32), _upper_tail(first, second))
    fill = jax.lax.bitcast_convert_type(second, jnp.int32).astype(rate.dtype) * (2.0**-32 * FILL)
    many = _many(jnp.maximum(rate, SMALL_RATE), normal_of_word(first), fill)
    return jnp.where(rate < SMALL_RATE, few.astype(rate.dtype), many)


def _upper_tail(first: jax.Array, second: jax.Array) -> jax.Array:
    """A number of 0..1 with 64 bits behind the point, so that the smallest chances are as they should be."""
    high, low = first.astype(jnp.float32), second.astype(jnp.float32)
    return high * np.float32(2.0**-32) + low * np.float32(2.0**-64)


def _few(rate: jax.Array, tail: jax.Array) -> jax.Array:
    """How many k there are with tail < P(more than k photons), in float32.

    The probabilities are added up from the smallest: subtracted from 1, what rounding leaves of them would
    be the chance of MOST_COUNTS photons, at any rate.
    """
    chances = [jnp.exp(-rate)]
    for k in range(1, MOST_COUNTS + 1):
        chances.append(chances[-1] * (rate * np.float32(1.0 / k)))
    # of more than MOST_COUNTS photons: the geometric series that is a little above
    more = chances[-1] * (rate / (MOST_COUNTS + 1.0 - rate))
    counts = jnp.zeros_like(tail)
    for chance in reversed(chances[1:]):
        more = more + chance
        counts = counts + (tail < more).astype(jnp.float32)
    return counts


def _many(rate: jax.Array, z: jax.Array, fill: jax.Array) -> jax.Array:
    """The inverse of Poisson's distribution at the normal number z, expanded in 1 / sqrt(rate).

    floor(Q), Q = r + sqrt(r) z + (2 + z^2) / 6 - (2 z + z^3) / (72 sqrt(r)) + ..., the inverse of the
    incomplete gamma function (Giles 2016, ACM Trans. Math. Softw. 42, 7); the last term's coefficients are
    fitted from r = 7 on.  The whole part of r is set aside first, so that float32 keeps the fraction.
    """
    z = z.astype(rate.dtype)
    root, whole, z2 = jnp.sqrt(rate), jnp.floor(rate), z * z
    step = 1.0 / root
    last = z * (0.01768735 + z2 * (-0.00150632 - 0.00181714 * z2))
    series = (-8.0 / 405.0 + z2 * (7.0 / 810.0 + z2 / 270.0)) + step * last
    series = (2.0 + z2) / 6.0 + step * (-z * (2.0 + z2) / 72.0 + step * series)
    # a little less than z, since the uniform number adds FILL^2 / 12 to the variance
    beyond = (rate - whole) + root * ((1.0 - FILL**2 / 24.0) * z + fill) + series
    return jnp.maximum(whole + jnp.floor(beyond), 0.0)
