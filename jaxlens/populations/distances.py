"""The distance of simulated from observed statistics, its first and second derivatives, and Newton's step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# A function of simulated (m, f) and observed (n, f) statistics that returns their distance ().
Distance = Callable[[jax.Array, jax.Array], jax.Array]

# The longest step of a coordinate, in the units of `coordinate_units`.
MAX_STEP = 1.0
# Second derivatives are central differences of gradients, with this step to either side, in the same units.
_DIFFERENCE_STEP = 0.1
# Smaller eigenvalues of the second derivatives are replaced by this fraction of the largest one.
_MIN_EIGENVALUE_RATIO = 1e-6


class Sample(NamedTuple):
    """Standardised statistics, and their derivatives with respect to p coordinates.

    Attributes:
        simulated: the statistics of simulated images, (m, f).
        derivatives: the derivatives of `simulated` with respect to the coordinates, (p, m, f).
        observed: the statistics of observed images, (n, f).
    """

    simulated: jax.Array
    derivatives: jax.Array
    observed: jax.Array


def standardised(sample: Sample) -> Sample:
    """A sample whose statistics are divided by their spread.

    The spread is the square root of the variance of the observed statistics plus the squared difference of
    the means of simulated and observed statistics.
    """
    difference = jnp.mean(sample.simulated, axis=0) - jnp.mean(sample.observed, axis=0)
    spread = jnp.sqrt(jnp.var(sample.observed, axis=0) + difference**2)
    scale = 1.0 / jnp.where(spread > 0.0, spread, 1.0)[None]
    return Sample(sample.simulated * scale, sample.derivatives * scale[None], sample.observed * scale)


def coordinate_units(sample: Sample) -> jax.Array:
    """The step of each coordinate that changes the statistics by 1 in the root mean square, (p,).

    The changes of several statistics are added in quadrature.
    """
    return 1.0 / jnp.sqrt(jnp.sum(jnp.mean(sample.derivatives**2, axis=1), axis=1))


def _distance_after(distance: Distance, sample: Sample, step: jax.Array) -> jax.Array:
    """The distance after a step (p,), with the statistics linearised in the coordinates."""
    shift = jnp.tensordot(step, sample.derivatives, 1, precision=jax.lax.Precision.HIGHEST)
    return distance(sample.simulated + shift, sample.observed)


@partial(jax.jit, static_argnums=0)
def distance_expansion(
    distance: Distance, sample: Sample, unit: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The distance with its first and second derivatives.

    The second derivatives are finite differences of gradients.  The distance of two populations is smooth,
    but that of finite samples has kinks, near which exact second derivatives would be meaningless.

    Args:
        distance: a function of simulated and observed statistics.
        sample: the statistics and their derivatives.
        unit: the unit of each coordinate, (p,).

    Returns:
        The distance (), its gradient (p,) and its second derivatives (p, p), in these units.
    """
    value_and_gradient = jax.value_and_grad(lambda step: _distance_after(distance, sample, step * unit))
    steps = _DIFFERENCE_STEP * jnp.eye(len(unit), dtype=unit.dtype)
    value, gradient = value_and_gradient(jnp.zeros_like(unit))
    _, gradients = jax.lax.map(value_and_gradient, jnp.concatenate([steps, -steps]))
    second = (gradients[: len(unit)] - gradients[len(unit) :]) / (2.0 * _DIFFERENCE_STEP)
    return value, gradient, (second + second.T) / 2.0


@partial(jax.jit, static_argnums=(0, 4))
def bootstrap_gradients(
    distance: Distance, sample: Sample, unit: jax.Array, key: jax.Array, count: int
) -> jax.Array:
    """The gradients of the distance for bootstrap samples of the simulated and of the observed images.

    Args:
        distance: a function of simulated and observed statistics.
        sample: the statistics and their derivatives.
        unit: the unit of each coordinate, (p,).
        key: the random key of the resampling.
        count: the number of bootstrap samples.

    Returns:
        The gradients in these units, (count, p).
    """
    (m, _), n = sample.simulated.shape, len(sample.observed)

    def gradient(key: jax.Array) -> jax.Array:
        first, second = jax.random.split(key)
        rows, others = jax.random.randint(first, (m,), 0, m), jax.random.randint(second, (n,), 0, n)
        resampled = Sample(sample.simulated[rows], sample.derivatives[:, rows], sample.observed[others])
        return jax.grad(lambda step: _distance_after(distance, resampled, step * unit))(jnp.zeros_like(unit))

    return jax.lax.map(gradient, jax.random.split(key, count))


def newton_step(second: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Newton's step -H^-1 g (p,), with the absolute values of H's eigenvalues, so that it always leads down.

    The same positive number is added to all eigenvalues until no component of the step is longer than
    `MAX_STEP` (Levenberg 1944, Quart. Appl. Math. 2, 164).  This shortens the step of a coordinate on which
    the distance hardly depends, and hardly changes the others.

    Args:
        second: the second derivatives H of the distance, (p, p).
        gradient: its gradient g, (p,).

    Returns:
        The step, (p,), in the units of the derivatives.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(np.asarray(second, float))
    sizes, along = np.abs(eigenvalues), eigenvectors.T @ np.asarray(gradient, float)
    least = max(_MIN_EIGENVALUE_RATIO * float(np.max(sizes)), float(np.finfo(float).tiny))
    sizes, damping = np.maximum(sizes, least), 0.0
    step = -eigenvectors @ (along / sizes)
    while np.max(np.abs(step)) > MAX_STEP:
        damping = max(least, 2.0 * damping)
        step = -eigenvectors @ (along / (sizes + damping))
    return step
