"""Minimisation where second derivatives are known well enough: Levenberg-Marquardt, and a bounded parabola.

The function comes with its gradient and a matrix in the place of its second derivatives that has no negative
eigenvalue: for a sum of squares J^T J, for the log of a density Fisher's information.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve

FIRST_DAMPING = 1e-2
# After a step that failed.
DAMPING_GROWTH = 5.0
LEAST_DAMPING, MOST_DAMPING = 1e-6, 1e6
# Over the coordinates of a parabola, which then stand still unless they are all but degenerate.
SWEEPS = 40


class Local(NamedTuple):
    """A function near a point: its value (), gradient (k,) and curvature (k, k).

    `note` () is a number that is remembered with the point; nothing depends on it.
    """

    value: jax.Array
    gradient: jax.Array
    curvature: jax.Array
    note: jax.Array


class Descent(NamedTuple):
    """A minimisation under way: the point (k,), the function there, the damping (), and what is left ().

    `left` is by how much the undamped step would lower the function were it the parabola that it seems to be.
    Of -ln of a density that is half of the squared distance to the maximum, in standard deviations.
    """

    point: jax.Array
    local: Local
    damping: jax.Array
    left: jax.Array

    def ended(self, tolerance: float) -> jax.Array:
        """Whether less than `tolerance` is left, or no step leads down any more."""
        return (self.left <= tolerance) | (self.damping > MOST_DAMPING)


def start(point: jax.Array) -> Descent:
    """A descent that will begin at `point` (k,): the first `descend` evaluates the function there."""
    unknown = jnp.full((), jnp.inf, point.dtype)
    local = Local(unknown, jnp.zeros_like(point), jnp.eye(point.size, dtype=point.dtype), unknown)
    return Descent(point, local, jnp.full((), FIRST_DAMPING, point.dtype), unknown)


def descend(
    function: Callable[[jax.Array], Local],
    state: Descent,
    adjust: Callable[[jax.Array], jax.Array] = lambda point: point,
) -> Descent:
    """One step of Levenberg and Marquardt: (C + damping diag C) step = -gradient, taken if it leads down.

    The damping falls after a step that did as well as the parabola said, and grows after one that failed, in
    Nielsen's (1999) manner.  A place where the function is not finite is never gone to.  `adjust` may move a
    new point, before the function is evaluated, to where some coordinates are best.

    >>> state = start(jnp.asarray([3.0]))
    >>> for _ in range(8):
    ...     state = descend(lambda x: Local((x[0] - 1) ** 2, 2 * (x - 1), 2 * jnp.eye(1), x[0]), state)
    >>> print(f"{state.point[0]:.4f}")
    1.0000
    """
    step = _step(state.local, state.damping)
    point = adjust(state.point + step)
    local = function(point)
    said = -jnp.dot(state.local.gradient, step) - 0.5 * jnp.dot(step, state.local.curvature @ step)
    gain = (state.local.value - local.value) / jnp.maximum(said, jnp.finfo(said.dtype).tiny)
    better = (local.value < state.local.value) & _finite(local)
    # a first point has nothing to be compared with
    gain = jnp.where(jnp.isfinite(state.local.value), gain, 0.5)
    factor = jnp.where(better, jnp.maximum(0.1, 1.0 - (2.0 * gain - 1.0) ** 3), DAMPING_GROWTH)
    damping = jnp.maximum(state.damping * factor, LEAST_DAMPING)
    moved = Descent(point, local, damping, _left(local))
    return jax.tree.map(lambda new, old: jnp.where(better, new, old), moved, state._replace(damping=damping))


def _finite(local: Local) -> jax.Array:
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(part)) for part in local]))


def _left(local: Local) -> jax.Array:
    """The decrease -gradient.step/2 of the undamped step; infinite where it is not known."""
    left = -0.5 * jnp.dot(local.gradient, _step(local, jnp.asarray(LEAST_DAMPING, local.value.dtype)))
    return jnp.where(jnp.isfinite(left), left, jnp.inf)


def _step(local: Local, damping: jax.Array) -> jax.Array:
    """The damped step, solved in units in which the curvature has ones on its diagonal."""
    diagonal = jnp.diagonal(local.curvature)
    unit = jnp.where(diagonal > 0.0, jnp.sqrt(jnp.where(diagonal > 0.0, diagonal, 1.0)), 1.0)
    scaled = local.curvature / (unit[:, None] * unit[None, :])
    damped = scaled + damping * jnp.eye(unit.size, dtype=unit.dtype)
    return -cho_solve(cho_factor(damped), local.gradient / unit) / unit


def bounded_parabola(curvature: jax.Array, slope: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """The a (..., j) between `low` and `high` at which a.C.a / 2 - slope.a is least; C is (..., j, j).

    Each coordinate in turn goes to its best place while the others stand; one without curvature stays.

    >>> C, slope = jnp.asarray([[2.0, 1.0], [1.0, 2.0]]), jnp.asarray([3.0, 0.0])
    >>> print(bounded_parabola(C, slope, jnp.zeros(2), jnp.full(2, 9.0)))  # without bounds 2 and -1
    [1.5 0. ]
    """
    diagonal = jnp.diagonal(curvature, axis1=-2, axis2=-1)
    curved = diagonal > 0.0

    def sweep(_: int, a: jax.Array) -> jax.Array:
        for i in range(a.shape[-1]):
            rest = slope[..., i] - jnp.sum(curvature[..., i, :] * a, axis=-1)
            best = a[..., i] + jnp.where(curved[..., i], rest / jnp.where(curved, diagonal, 1.0)[..., i], 0.0)
            a = a.at[..., i].set(jnp.clip(best, low[..., i], high[..., i]))
        return a

    return jax.lax.fori_loop(0, SWEEPS, sweep, jnp.clip(jnp.ones_like(slope), low, high))
