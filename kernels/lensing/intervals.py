"""Zeros and minima of a function in intervals, from its value and derivative at both ends.

`left` and `right` are arrays (2, ...) of the value g and the derivative at the ends of intervals of a given
width.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def closeness(
    left: jax.Array, right: jax.Array, width: jax.Array, steep: jax.Array | None = None
) -> jax.Array:
    """How close to zero g comes in intervals; zero where it changes sign.

    It is the height of the minimum of abs(g) in units of g'' times the squared width, and infinite where
    there is no minimum.  In steep intervals it is the smaller abs(g) of both ends in units of the difference.

    Args:
        left: g and its derivative at the left ends, (2, ...).
        right: the same at the right ends.
        width: of the intervals, ().
        steep: in which of them the derivative becomes infinite, (...); None if in none.

    Returns:
        How close, (...).
    """
    has_minimum, _, height, second = minimum(left, right, width)
    height = jnp.maximum(height, 0.0) / (second * width**2)
    height = jnp.where(has_minimum, height, jnp.inf)
    if steep is not None:
        height = jnp.where(steep, smaller_share(left, right), height)
    return jnp.where(changes_sign(left, right), 0.0, height)


def smaller_share(left: jax.Array, right: jax.Array) -> jax.Array:
    """The smaller abs(g) of both ends in units of the difference of g; infinite where it is above one."""
    difference = jnp.abs(left[0] - right[0]) + jnp.finfo(left.dtype).tiny
    share = jnp.minimum(jnp.abs(left[0]), jnp.abs(right[0])) / difference
    return jnp.where(share < 1.0, share, jnp.inf)


def changes_sign(left: jax.Array, right: jax.Array) -> jax.Array:
    """Whether g changes sign in intervals."""
    return (left[0] > 0.0) != (right[0] > 0.0)


def minimum(
    left: jax.Array, right: jax.Array, width: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Whether abs(g) has a minimum in intervals; its distance from the left end, its height, and g'' there.

    g is the cubic with the values and derivatives `left` and `right` at the ends.  Signs are such that g > 0
    at the left end.

    Args:
        left: g and its derivative at the left ends, (2, ...).
        right: the same at the right ends.
        width: of the intervals, ().

    Returns:
        Four arrays (...).
    """
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, derivative, g_right, derivative_right = (sign * value for value in (*left, *right))
    second = jnp.maximum((derivative_right - derivative) / width, jnp.finfo(g.dtype).tiny)
    s = jnp.clip(-derivative / (second * width), 0.0, 1.0)
    rest = 1.0 - s
    height = rest**2 * ((1.0 + 2.0 * s) * g + s * width * derivative)
    height += s**2 * ((1.0 + 2.0 * rest) * g_right - rest * width * derivative_right)
    return (derivative < 0.0) & (derivative_right > 0.0), s * width, height, second


def sign_change(left: jax.Array, right: jax.Array, width: jax.Array) -> jax.Array:
    """Where in intervals, from 0 to 1, g changes sign.

    It is the root of the parabola with the values of g at both ends and the derivative at the left one.

    Args:
        left: g and its derivative at the left ends, (2, ...).
        right: the same at the right ends.
        width: of the intervals, ().

    Returns:
        The place, (...).
    """
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, derivative, fall = sign * left[0], sign * left[1] * width, sign * (left[0] - right[0])
    root = jnp.sqrt(jnp.maximum(derivative**2 + 4.0 * (fall + derivative) * g, 0.0))
    return jnp.clip(2.0 * g / jnp.maximum(root - derivative, jnp.finfo(g.dtype).tiny), 0.0, 1.0)
