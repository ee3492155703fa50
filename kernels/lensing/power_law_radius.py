"""Where along a direction an image may be behind a power-law lens: the root r of r - a r^(1 - t) = b.

In units of a^(1/t) it is y - y^k = c with k = 1 - t and c = b / a^(1/t).  For t < 1 the left side has its
minimum (1 - 1/k) y* at y* = k^(1/(1 - k)).  It then has an outer root, beyond y*, and for c < 0 an inner one.
With y^k = s the inner root is that of s - s^(1/k) = -c, the same equation.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.compiler import repeated
from jaxlens.kernels.fastmath.elementary import exp, log

# Newton steps, enough for single precision.
STEPS = 6
# The smallest a^(1/t): below it the lens is as good as absent.
MIN_SCALE = 1e-6
# The smallest y for t >= 1: an image there is fainter than any that counts.
MIN_RADIUS = 1e-5
# Where Newton's method starts at the least for t >= 1.
FIRST_RADIUS = 0.02
# The smallest and the largest k for which there is an inner root: beyond 0.005 it is too faint to count.
INNER_POWERS = (5e-3, 1.0 - 1e-6)
# The smallest k > 0; smaller ones count as 0, where y^k is constant and y is 1 + c.
MIN_POWER = 1e-6


class Radius(NamedTuple):
    """A root r of r - a r^(1 - t) = b.

    Attributes:
        r: the root.
        power: r^(1 - t).
        exists: whether there is a root.
        inverse_magnification: abs(1 / mu) of an image there behind a round lens.
    """

    r: jax.Array
    power: jax.Array
    exists: jax.Array
    inverse_magnification: jax.Array


def power_law_radius(a: jax.Array, b: jax.Array, t: jax.Array, inner: jax.Array) -> Radius:
    """The root r > 0 of r - a r^(1 - t) = b, in single precision.

    Args:
        a: any shape; a negative number counts as zero.
        b: of the same shape.
        t: logarithmic slope of the convergence, 0 < t < 2; it broadcasts.
        inner: whether the inner root is wanted; it broadcasts.

    Returns:
        The root.  Where there is none r is the radius at which the two roots meet, or zero instead of an
        inner root at negative radii, so that it is a continuous function of a and b.

    >>> single = [jnp.full(1, value, jnp.float32) for value in (1.0, -0.25, 0.5)]
    >>> radius = power_law_radius(*single, jnp.array([True]))  # where the two roots of t = 1/2 meet
    >>> print(f"{radius.r[0]:.4f} {radius.power[0]:.4f}")
    0.2500 0.5000
    """
    scale = jnp.maximum(_power(jnp.maximum(a, MIN_SCALE**2), 1.0 / t), MIN_SCALE)
    outer_k = 1.0 - t
    k = jnp.where(inner, 1.0 / jnp.clip(outer_k, *INNER_POWERS), outer_k)
    c = jnp.where(inner, -b, b) / scale
    y, exists = _root(k, c, inner)
    exists = exists & ((outer_k > INNER_POWERS[0]) | ~inner)
    power = _power(jnp.maximum(y, MIN_SCALE**2), k)
    ratio = jnp.where(inner, y, power) / jnp.maximum(jnp.where(inner, power, y), MIN_SCALE**2)
    r = scale * jnp.where(inner, power, y)
    power = _power(scale, outer_k) * jnp.where(inner, y, power)
    return Radius(r, power, exists, jnp.abs((1.0 - ratio) * (1.0 - outer_k * ratio)))


def _root(k: jax.Array, c: jax.Array, inner: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The root of y - y^k = c, and whether there is one: beyond y* for k < 1, up to y* where `inner`."""
    folded = k > MIN_POWER
    safe = jnp.where(folded, k, 0.5)
    fold = _power(safe, 1.0 / (1.0 - safe))
    # At the fold the value is (1 - 1/k) y* and the second derivative (1 - k) / y*.
    above = (c - (1.0 - 1.0 / safe) * fold) * fold / (1.0 - safe)
    sign = jnp.where(inner, -1.0, 1.0)
    near = fold + sign * jnp.sqrt(2.0 * jnp.maximum(above, 0.0))
    # Three lower bounds for k < 0, of which the first is an upper bound for 0 < k < 1 and c > 0.
    steep = _power(1.0 + jnp.maximum(-c, 0.0), 1.0 / jnp.minimum(k, -MIN_POWER))
    far = jnp.maximum(jnp.maximum(1.0 + c / (1.0 - jnp.where(inner, 0.0, k)), steep), FIRST_RADIUS)
    y = jnp.where(folded & (inner | (c < 0.0)), near, far)
    low = jnp.where(inner, jnp.maximum(c, 0.0), jnp.where(folded, fold, MIN_RADIUS))
    high = jnp.where(inner, fold, jnp.inf)

    def step(y: jax.Array) -> jax.Array:
        safe = jnp.maximum(y, MIN_SCALE**2)
        power = _power(safe, k)
        slope = jnp.maximum(1.0 - k * power / safe, MIN_POWER)
        return jnp.clip(jnp.maximum(y - (y - power - c) / slope, y / 8.0), low, high)

    y = repeated(step, STEPS, jnp.clip(y, low, high))
    exists = jnp.where(folded, above >= 0.0, y > 1.5 * MIN_RADIUS) & ((c > 0.0) | ~inner)
    return jnp.where(folded & (above < 0.0), fold, jnp.where(inner & (c <= 0.0), 0.0, y)), exists


def _power(base: jax.Array, exponent: jax.Array) -> jax.Array:
    """base^exponent of base > 0."""
    return exp(exponent * log(base))
