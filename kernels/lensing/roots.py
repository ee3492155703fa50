"""Roots of the lens equation: Newton's method from many points, and which of its results are distinct."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.lensing.rays import Rays, bounded_determinant, rays_and_jacobian
from jaxlens.kernels.types import Real

# Residual (arcsec in the source plane) below which Newton's method may stop.
EXACT = 1e-13
# Steps from the starts of a search where a program should not wait for the slowest point, as on a GPU.
FIXED_STEPS = 6
# A point has stalled once the fraction of Newton's step that is tried is below this.
STALLED = 1e-4
# Images with a smaller abs(mu) are dropped.
MIN_MAGNIFICATION = 1e-3


class _Evaluated(NamedTuple):
    """Points, the residual (u, v) and the Jacobian matrix there."""

    x: jax.Array
    y: jax.Array
    u: jax.Array
    v: jax.Array
    a_xx: jax.Array
    a_xy: jax.Array
    a_yx: jax.Array
    a_yy: jax.Array


class _Best(NamedTuple):
    """The points with the smallest residual so far, and Newton's step (dx, dy) from them."""

    x: jax.Array
    y: jax.Array
    distance: jax.Array  # length of the residual (arcsec)
    det: jax.Array
    dx: jax.Array
    dy: jax.Array


class _State(NamedTuple):
    """Newton's method between two steps; `damping` is the fraction of the step that was tried."""

    best: _Best
    tried: _Evaluated
    damping: jax.Array


def newton(
    residual: Rays,
    x: jax.Array,
    y: jax.Array,
    max_step: jax.Array,
    steps: int,
    wanted: jax.Array | None = None,
    fixed: int = FIXED_STEPS,
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Damped Newton's method from every point: a step that does not shrink the residual is cut to a quarter.

    Args:
        residual: `(x, y)` -> beta(x, y) - beta_source (arcsec).
        x: starting points (arcsec), (n,).
        y: the other coordinate.
        max_step: the longest step (arcsec), () or (n,).
        steps: the largest number of steps; static.
        wanted: a mask (n,): on a CPU the method ends early once all of these points are exact or stalled, and
            elsewhere after `fixed` steps.  With None all steps are made.
        fixed: see `wanted`; static.

    Returns:
        x, y, the length of the residual there (arcsec) and det A, each (n,).
    """

    def step(_: jax.Array, state: _State) -> _State:
        best, damping = _updated(state, max_step)
        x, y = best.x + damping * best.dx, best.y + damping * best.dy
        # The rays at a point are used in the next turn of the loop.  If they were used in the same turn, XLA
        # would compute them again for each use, which on a CPU takes tens to hundreds of times as long.
        value, matrix = rays_and_jacobian(residual, x, y)
        return _State(best, _Evaluated(x, y, *value, *matrix), damping)

    zero, one, far = jnp.zeros_like(x), jnp.ones_like(x), jnp.full_like(x, jnp.finfo(x.dtype).max)
    # No step has been tried yet.  The first update accepts the state below: its residual is finite, and so
    # better than the infinite one of `best`, and its damping becomes 1.
    best = _Best(x, y, jnp.full_like(x, jnp.inf), one, zero, zero)
    state = _State(best, _Evaluated(x, y, far, far, one, zero, zero, one), 4.0 * one)
    state = _repeated(step, state, steps, wanted, fixed)
    best, _ = _updated(state, max_step)
    return best.x, best.y, best.distance, best.det


def _updated(state: _State, max_step: jax.Array) -> tuple[_Best, jax.Array]:
    """The better of the best point and the one just tried, and the fraction of its step to try next."""
    best, tried, damping = state
    new = _newton_step(tried, max_step)
    better = new.distance < best.distance
    best = _Best(*(jnp.where(better, n, b) for n, b in zip(new, best, strict=True)))
    return best, jnp.where(better, jnp.minimum(2.0 * damping, 1.0), 0.25 * damping)


def _newton_step(point: _Evaluated, max_step: jax.Array) -> _Best:
    """Newton's step from evaluated points, at most `max_step` long."""
    x, y, u, v, a_xx, a_xy, a_yx, a_yy = point
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_xy * v - a_yy * u) / det, (a_yx * u - a_xx * v) / det
    shrink = jnp.minimum(1.0, max_step / (jnp.hypot(dx, dy) + jnp.finfo(x.dtype).tiny))
    return _Best(x, y, jnp.hypot(u, v), det, dx * shrink, dy * shrink)


def _repeated(
    step: Callable[[jax.Array, _State], _State],
    state: _State,
    steps: int,
    wanted: jax.Array | None,
    fixed: int,
) -> _State:
    """The state after `steps` steps, or after fewer as the `wanted` points allow; see `newton`."""
    if wanted is None:
        return jax.lax.fori_loop(0, steps, step, state)
    traced = jax.jit(step)

    def unfinished(counted: tuple[jax.Array, _State]) -> jax.Array:
        number, (best, tried, damping) = counted
        distance = jnp.minimum(best.distance, jnp.hypot(tried.u, tried.v))
        return (number < steps) & jnp.any(wanted & (distance > EXACT) & (damping > STALLED))

    def once(counted: tuple[jax.Array, _State]) -> tuple[jax.Array, _State]:
        number, state = counted
        return number + 1, traced(number, state)

    def until_finished(state: _State) -> _State:
        return jax.lax.while_loop(unfinished, once, (jnp.zeros((), jnp.int32), state))[1]

    def in_number(state: _State) -> _State:
        return jax.lax.fori_loop(jnp.int32(0), jnp.int32(fixed), traced, state)

    return jax.lax.platform_dependent(state, cpu=until_finished, default=in_number)


def are_distinct(
    x: jax.Array, y: jax.Array, det: jax.Array, valid: jax.Array, half_width: jax.Array, near: Real
) -> jax.Array:
    """Which valid roots are in the window, are bright enough, and differ from all earlier ones.

    Two images closer than `near` have opposite parity (a fold pair), so equal parity means the same root.

    Args:
        x: the roots (arcsec), (n,).
        y: the other coordinate.
        det: det A there, (n,).
        valid: which of them have converged, (n,).
        half_width: half of the window's side (arcsec), ().
        near: roots of equal parity that are closer than this (arcsec) are the same.

    Returns:
        A mask (n,).
    """
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width
    valid = valid & inside & (jnp.abs(det) * MIN_MAGNIFICATION < 1.0)
    dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
    same = (dx * dx + dy * dy < near**2) & ((det[:, None] > 0.0) == (det[None, :] > 0.0))
    before = np.tril(np.ones((x.size, x.size), dtype=bool), k=-1)
    return valid & ~jnp.any(same & valid[None, :] & before, axis=1)
