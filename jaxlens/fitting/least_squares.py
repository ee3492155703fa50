"""Levenberg-Marquardt steps for one descent, and the minimum of a quadratic function inside a box.

The function that is minimised comes with its gradient and its curvature, a matrix that approximates the
second derivatives and has no negative eigenvalue.  For a sum of squares r.r / 2 it is J^T J with J = dr/dx
(Gauss-Newton); for minus the log of a density it is Fisher's information.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve

# The damping of the first step, in units of the curvature's diagonal.
FIRST_DAMPING = 1e-2
# The damping is multiplied by this after a step that failed.
DAMPING_GROWTH = 5.0
# The damping never falls below this.
MIN_DAMPING = 1e-6
# A descent ends where the damping is larger, since then no step leads down.
MAX_DAMPING = 1e6
# The number of sweeps of `box_minimum`; fewer are enough unless two coordinates are degenerate.
SWEEPS = 40


class Expansion(NamedTuple):
    """The second-order expansion of a function at a point: value (), gradient (k,) and curvature (k, k).

    `aux` () is a further value at the point, which the descent records but does not depend on.
    """

    value: jax.Array
    gradient: jax.Array
    curvature: jax.Array
    aux: jax.Array


class Descent(NamedTuple):
    """The state of a minimisation.

    Attributes:
        point: the best point so far, (k,).
        expansion: the function at that point.
        damping: the damping of the next step, ().
        decrease: the decrease of the expansion by the undamped step, ().  For minus the log of a density it
            is half of the squared distance to the maximum, in standard deviations.
    """

    point: jax.Array
    expansion: Expansion
    damping: jax.Array
    decrease: jax.Array

    def ended(self, tolerance: float) -> jax.Array:
        """Whether the expected decrease is below `tolerance`, or no step leads down any more."""
        return (self.decrease <= tolerance) | (self.damping > MAX_DAMPING)


def start(point: jax.Array) -> Descent:
    """A descent that starts at `point` (k,); the first `descend` evaluates the function at that point."""
    unknown = jnp.full((), jnp.inf, point.dtype)
    identity = jnp.eye(point.size, dtype=point.dtype)
    expansion = Expansion(unknown, jnp.zeros_like(point), identity, unknown)
    return Descent(point, expansion, jnp.full((), FIRST_DAMPING, point.dtype), unknown)


def descend(
    function: Callable[[jax.Array], Expansion],
    state: Descent,
    adjust: Callable[[jax.Array], jax.Array] = lambda point: point,
) -> Descent:
    """One Levenberg-Marquardt step: (C + damping diag C) step = -gradient, taken if the function decreases.

    The gain is the decrease divided by that of the expansion, -gradient.step - step.C.step / 2.  The damping
    is multiplied by max(0.1, 1 - (2 gain - 1)^3) after a step that is taken, and by `DAMPING_GROWTH` after
    one that is not (Nielsen 1999, "Damping parameter in Marquardt's method", IMM-REP-1999-05).  A step to a
    point where the function is not finite is never taken.

    Args:
        function: the expansion of the function at a point (k,).
        state: the descent so far.
        adjust: moves a new point (k,) before the function is evaluated there, for instance to the best values
            of some coordinates.

    Returns:
        The descent after the step.

    >>> parabola = lambda x: Expansion((x[0] - 1) ** 2, 2 * (x - 1), 2 * jnp.eye(1), x[0])
    >>> step = jax.jit(lambda state: descend(parabola, state))
    >>> state = start(jnp.asarray([3.0]))
    >>> for _ in range(8):
    ...     state = step(state)
    >>> print(f"{state.point[0]:.4f}")
    1.0000
    """
    before = state.expansion
    step = _step(before, state.damping)
    point = adjust(state.point + step)
    after = function(point)
    predicted = -jnp.dot(before.gradient, step) - 0.5 * jnp.dot(step, before.curvature @ step)
    gain = (before.value - after.value) / jnp.maximum(predicted, jnp.finfo(predicted.dtype).tiny)
    better = (after.value < before.value) & _finite(after)
    # at the first point the gain is not known, since there is no earlier value to compare with
    gain = jnp.where(jnp.isfinite(before.value), gain, 0.5)
    factor = jnp.where(better, jnp.maximum(0.1, 1.0 - (2.0 * gain - 1.0) ** 3), DAMPING_GROWTH)
    damping = jnp.maximum(state.damping * factor, MIN_DAMPING)
    moved = Descent(point, after, damping, _decrease(after))
    return jax.tree.map(lambda new, old: jnp.where(better, new, old), moved, state._replace(damping=damping))


def _finite(expansion: Expansion) -> jax.Array:
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(part)) for part in expansion]))


def _decrease(expansion: Expansion) -> jax.Array:
    """The decrease -gradient.step / 2 of the undamped step; infinite where it is not finite."""
    step = _step(expansion, jnp.asarray(MIN_DAMPING, expansion.value.dtype))
    decrease = -0.5 * jnp.dot(expansion.gradient, step)
    return jnp.where(jnp.isfinite(decrease), decrease, jnp.inf)


def _step(expansion: Expansion, damping: jax.Array) -> jax.Array:
    """The damped step (k,), solved in units in which the curvature has ones on its diagonal."""
    diagonal = jnp.diagonal(expansion.curvature)
    unit = jnp.where(diagonal > 0.0, jnp.sqrt(jnp.where(diagonal > 0.0, diagonal, 1.0)), 1.0)
    scaled = expansion.curvature / (unit[:, None] * unit[None, :])
    damped = scaled + damping * jnp.eye(unit.size, dtype=unit.dtype)
    return -cho_solve(cho_factor(damped), expansion.gradient / unit) / unit


def box_minimum(curvature: jax.Array, linear: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """The minimum of a.C.a / 2 - b.a over low <= a <= high, by coordinate descent.

    Each of `SWEEPS` sweeps minimises over one coordinate after the other.  A coordinate without curvature
    keeps its initial value, which is 1 or the bound nearest to 1.

    Args:
        curvature: C, symmetric and without negative eigenvalues, (..., j, j).
        linear: b, (..., j).
        low: the lower bounds, (..., j).
        high: the upper bounds, (..., j).

    Returns:
        The minimum a, (..., j).

    >>> C, b = jnp.asarray([[2.0, 1.0], [1.0, 2.0]]), jnp.asarray([3.0, 0.0])
    >>> print(box_minimum(C, b, jnp.zeros(2), jnp.full(2, 9.0)))  # without bounds it is 2 and -1
    [1.5 0. ]
    """
    diagonal = jnp.diagonal(curvature, axis1=-2, axis2=-1)
    curved = diagonal > 0.0

    def sweep(_: int, a: jax.Array) -> jax.Array:
        for i in range(a.shape[-1]):
            descent = linear[..., i] - jnp.sum(curvature[..., i, :] * a, axis=-1)
            step = jnp.where(curved[..., i], descent / jnp.where(curved, diagonal, 1.0)[..., i], 0.0)
            a = a.at[..., i].set(jnp.clip(a[..., i] + step, low[..., i], high[..., i]))
        return a

    return jax.lax.fori_loop(0, SWEEPS, sweep, jnp.clip(jnp.ones_like(linear), low, high))
