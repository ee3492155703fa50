"""The distance of simulated from real statistics: its slopes along the numbers that move, the step down."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

Distance = Callable[[jax.Array, jax.Array], jax.Array]

# The longest step, in units in which 1 moves the statistics by their spread.
LONGEST_STEP = 1.0
# Second derivatives are differences of slopes over this part of the unit.
_DIFFERENCE = 0.1
# Eigenvalues of the second derivatives below this part of the largest one are taken for it.
_FLATTEST = 1e-6


class Sample(NamedTuple):
    """Standardised statistics: simulated (m, f) and their slopes (p, m, f), and real (n, f)."""

    simulated: jax.Array
    slopes: jax.Array
    real: jax.Array


def units(sample: Sample) -> jax.Array:
    """The step of each coordinate that moves the statistics by 1 in all, (p,)."""
    return 1.0 / jnp.sqrt(jnp.sum(jnp.mean(sample.slopes**2, axis=1), axis=1))


def _shifted(distance: Distance, sample: Sample, step: jax.Array) -> jax.Array:
    """The distance after a step (p,), along which statistics move linearly."""
    moved = jnp.tensordot(step, sample.slopes, 1, precision=jax.lax.Precision.HIGHEST)
    return distance(sample.simulated + moved, sample.real)


@partial(jax.jit, static_argnums=0)
def curvature(distance: Distance, sample: Sample, unit: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The distance, its gradient (p,) and its second derivatives (p, p) in units of `unit` (p,).

    The latter are differences of gradients: the distance of finite samples has kinks, which second
    derivatives at a point see and the distance of the two populations has not.
    """
    slope = jax.value_and_grad(lambda step: _shifted(distance, sample, step * unit))
    ends = _DIFFERENCE * jnp.eye(len(unit), dtype=unit.dtype)
    value, gradient = slope(jnp.zeros_like(unit))
    _, gradients = jax.lax.map(slope, jnp.concatenate([ends, -ends]))
    second = (gradients[: len(unit)] - gradients[len(unit) :]) / (2.0 * _DIFFERENCE)
    return value, gradient, (second + second.T) / 2.0


@partial(jax.jit, static_argnums=(0, 4))
def resampled_gradients(
    distance: Distance, sample: Sample, unit: jax.Array, key: jax.Array, count: int
) -> jax.Array:
    """The gradients (count, p) for simulated and real images that are drawn again from these."""
    (m, _), n = sample.simulated.shape, len(sample.real)

    def one(key: jax.Array) -> jax.Array:
        first, second = jax.random.split(key)
        rows, others = jax.random.randint(first, (m,), 0, m), jax.random.randint(second, (n,), 0, n)
        again = Sample(sample.simulated[rows], sample.slopes[:, rows], sample.real[others])
        return jax.grad(lambda step: _shifted(distance, again, step * unit))(jnp.zeros_like(unit))

    return jax.lax.map(one, jax.random.split(key, count))


def downhill(second: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Newton's step -H^-1 g (p,), with the sizes of H's eigenvalues, so that it always leads down.

    They are raised until no component is longer than `LONGEST_STEP` (Levenberg 1944, Quart. Appl. Math. 2,
    164), so that a number that is hardly determined does not hold up the others.
    """
    sizes, axes = np.linalg.eigh(np.asarray(second, float))
    sizes, along = np.abs(sizes), axes.T @ np.asarray(gradient, float)
    least = max(_FLATTEST * float(np.max(sizes)), float(np.finfo(float).tiny))
    sizes, raised = np.maximum(sizes, least), 0.0
    move = -axes @ (along / sizes)
    while np.max(np.abs(move)) > LONGEST_STEP:
        raised = max(least, 2.0 * raised)
        move = -axes @ (along / (sizes + raised))
    return move
