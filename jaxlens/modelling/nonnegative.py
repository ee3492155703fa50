"""The minimum of a quadratic function where some coordinates are 0 or more: nonnegative least squares."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve

# Added to the curvature in units in which its diagonal is 1, by the bytes of a number: columns that are alike
# to rounding, such as Gaussians much narrower than a pixel, then share what they have in common.
RIDGE = {4: 1e-6, 8: 1e-11}
# A coordinate that is held at 0 is freed where its slope is above this times the largest at 0.
TOLERANCE = {4: 1e-5, 8: 1e-10}
# Steps for each coordinate, at most; half of one is usual.
MAX_STEPS = 3


class _ActiveSet(NamedTuple):
    """`a` and which coordinates are free, whether the last step was cut short, the end, and steps so far."""

    a: jax.Array
    free: jax.Array
    cut: jax.Array
    done: jax.Array
    steps: jax.Array


def nonnegative_minimum(
    curvature: jax.Array, linear: jax.Array, positive: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The minimum of a.C.a / 2 - b.a with a_i >= 0 where `positive`, and which a_i are not held at 0.

    The active-set method of Lawson & Hanson (1974, Solving Least Squares Problems, chapter 23): the
    coordinate along which the function falls most is freed, and where the minimum over the free ones lies
    beyond a bound the step ends there and the coordinate is held.  The function falls in each step.

    Args:
        curvature: C, symmetric and without negative eigenvalues, with a diagonal above 0, (n, n).
        linear: b, (n,).
        positive: which coordinates are 0 or more, (n,).

    Returns:
        a (n,), exactly 0 where it is held, and whether each is free, (n,).

    >>> C, b = jnp.asarray([[2.0, 1.0], [1.0, 2.0]]), jnp.asarray([3.0, 0.0])
    >>> a, free = nonnegative_minimum(C, b, jnp.asarray([True, True]))
    >>> print(a.round(4), free)
    [1.5 0. ] [ True False]
    """
    size = linear.dtype.itemsize
    diagonal = jnp.diagonal(curvature)
    unit = jnp.sqrt(jnp.where(diagonal > 0.0, diagonal, 1.0))
    scaled = curvature / (unit[:, None] * unit[None, :]) + RIDGE[size] * jnp.eye(
        linear.size, dtype=linear.dtype
    )
    target = linear / unit
    tolerance = TOLERANCE[size] * jnp.max(jnp.abs(target))

    def best(free: jax.Array) -> jax.Array:
        both = free[:, None] & free[None, :]
        matrix = jnp.where(both, scaled, jnp.diag((~free).astype(scaled.dtype)))
        return jnp.where(free, cho_solve(cho_factor(matrix), jnp.where(free, target, 0.0)), 0.0)

    def step(state: _ActiveSet) -> _ActiveSet:
        slope = target - jnp.matmul(scaled, state.a, precision=jax.lax.Precision.HIGHEST)
        slope = jnp.where(state.free | (diagonal <= 0.0), -jnp.inf, slope)
        falls = jnp.max(slope) > tolerance
        freed = state.free | (falls & (jnp.arange(linear.size) == jnp.argmax(slope)))
        free = jnp.where(state.cut, state.free, freed)
        wanted = best(free)
        beyond = positive & free & (wanted <= 0.0)
        ratio = jnp.where(beyond, state.a / jnp.where(beyond, state.a - wanted, 1.0), 1.0)
        share = jnp.min(ratio)
        a = jnp.where(free, state.a + share * (wanted - state.a), 0.0)
        held = beyond & (ratio <= share)
        cut = jnp.any(beyond)
        a = jnp.where(held, 0.0, jnp.where(positive, jnp.maximum(a, 0.0), a))
        return _ActiveSet(a, free & ~held, cut, ~state.cut & ~falls & ~cut, state.steps + 1)

    def unfinished(state: _ActiveSet) -> jax.Array:
        return ~state.done & (state.steps < MAX_STEPS * linear.size)

    none = jnp.zeros_like(linear)
    first = _ActiveSet(none, ~positive, jnp.asarray(True), jnp.asarray(False), jnp.asarray(0))
    found = jax.lax.while_loop(unfinished, step, first)
    return found.a / unit, found.free
