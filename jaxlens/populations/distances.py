"""The distance of simulated from observed statistics: derivatives along coordinates, and Newton's step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# Simulated (m, f) and observed (n, f) statistics to a number.
Distance = Callable[[jax.Array, jax.Array], jax.Array]

# The longest step of a coordinate, in units in which 1 moves the statistics by their spread.
LONGEST_STEP = 1.0
# Second derivatives are differences of gradients this far on both sides, in the same units.
_DIFFERENCE = 0.1
# Eigenvalues of the second derivatives are raised to this part of the largest one.
_FLATTEST = 1e-6


class Sample(NamedTuple):
    """Standardised statistics, and their derivatives with respect to p coordinates.

    Attributes:
        simulated: the statistics of simulated images, (m, f).
        derivatives: those of `simulated`, (p, m, f).
        observed: the statistics of observed images, (n, f).
    """

    simulated: jax.Array
    derivatives: jax.Array
    observed: jax.Array


def standardised(sample: Sample) -> Sample:
    """A sample whose statistics are divided by their spread.

    The spread is the root of the variance of the observed ones plus the squared difference of the means.
    """
    difference = jnp.mean(sample.simulated, axis=0) - jnp.mean(sample.observed, axis=0)
    spread = jnp.sqrt(jnp.var(sample.observed, axis=0) + difference**2)
    scale = 1.0 / jnp.where(spread > 0.0, spread, 1.0)[None]
    return Sample(sample.simulated * scale, sample.derivatives * scale[None], sample.observed * scale)


def units(sample: Sample) -> jax.Array:
    """The step of each coordinate whose root mean square effect on the statistics is 1, (p,).

    The effects on several statistics are added in quadrature.
    """
    return 1.0 / jnp.sqrt(jnp.sum(jnp.mean(sample.derivatives**2, axis=1), axis=1))


def _shifted(distance: Distance, sample: Sample, step: jax.Array) -> jax.Array:
    """The distance after a step (p,), to first order in the statistics."""
    shift = jnp.tensordot(step, sample.derivatives, 1, precision=jax.lax.Precision.HIGHEST)
    return distance(sample.simulated + shift, sample.observed)


@partial(jax.jit, static_argnums=0)
def curvature(distance: Distance, sample: Sample, unit: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The distance with its first and second derivatives.

    The second derivatives are differences of gradients: the distance of finite samples has kinks, which
    derivatives at a point would see, while the distance of the two populations is smooth.

    Args:
        distance: a function of simulated and observed statistics.
        sample: the statistics and their derivatives.
        unit: the unit of each coordinate, (p,).

    Returns:
        The distance (), its gradient (p,) and its second derivatives (p, p), in these units.
    """
    value_and_gradient = jax.value_and_grad(lambda step: _shifted(distance, sample, step * unit))
    steps = _DIFFERENCE * jnp.eye(len(unit), dtype=unit.dtype)
    value, gradient = value_and_gradient(jnp.zeros_like(unit))
    _, gradients = jax.lax.map(value_and_gradient, jnp.concatenate([steps, -steps]))
    second = (gradients[: len(unit)] - gradients[len(unit) :]) / (2.0 * _DIFFERENCE)
    return value, gradient, (second + second.T) / 2.0


@partial(jax.jit, static_argnums=(0, 4))
def resampled_gradients(
    distance: Distance, sample: Sample, unit: jax.Array, key: jax.Array, count: int
) -> jax.Array:
    """The gradients of the distance for bootstrap samples of the simulated and of the observed images.

    Args:
        distance: a function of simulated and observed statistics.
        sample: the statistics and their derivatives.
        unit: the unit of each coordinate, (p,).
        key: of the resampling.
        count: how many bootstrap samples.

    Returns:
        The gradients in these units, (count, p).
    """
    (m, _), n = sample.simulated.shape, len(sample.observed)

    def gradient(key: jax.Array) -> jax.Array:
        first, second = jax.random.split(key)
        rows, others = jax.random.randint(first, (m,), 0, m), jax.random.randint(second, (n,), 0, n)
        resampled = Sample(sample.simulated[rows], sample.derivatives[:, rows], sample.observed[others])
        return jax.grad(lambda step: _shifted(distance, resampled, step * unit))(jnp.zeros_like(unit))

    return jax.lax.map(gradient, jax.random.split(key, count))


def downhill(second: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Newton's step -H^-1 g (p,), with the absolute eigenvalues of H, so that it always leads down.

    A number is added to the eigenvalues until no component is longer than `LONGEST_STEP` (Levenberg 1944,
    Quart. Appl. Math. 2, 164).  A coordinate that is hardly determined is then held back, while the others
    are hardly affected.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(np.asarray(second, float))
    sizes, along = np.abs(eigenvalues), eigenvectors.T @ np.asarray(gradient, float)
    least = max(_FLATTEST * float(np.max(sizes)), float(np.finfo(float).tiny))
    sizes, damping = np.maximum(sizes, least), 0.0
    step = -eigenvectors @ (along / sizes)
    while np.max(np.abs(step)) > LONGEST_STEP:
        damping = max(least, 2.0 * damping)
        step = -eigenvectors @ (along / (sizes + damping))
    return step
