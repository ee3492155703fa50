"""Priors of a source of pixels: how its brightness is correlated, with a strength and a length.

All are normal with mean 0, and diagonal in the sine modes of `pixel_source`.  With w the eigenvalues of minus
the second differences of the grid (in units of 1 / pixel^2), the precisions of the modes are

    gradient   s w         the sum of squared first differences is s.R.s
    curvature  s w^2       the sum of squared second differences, the mixed ones twice
    matern     s ((k^2 + w) / (k^2 + w0))^2   a Matern field of smoothness 1 and range 1 / k (pixels)

(Lindgren et al. 2011, JRSSB 73, 423, for the last), where the strength s is the lambda of Suyu et al. (2006,
MNRAS 371, 983).  ln s, and ln k of the last, are the hyperparameters, of which the evidence tells the best.
The strength of a Matern field is the precision of a wave of four periods in the grid, whose w is w0, and does
not change with the range.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.modelling.pixel_source import PixelSource

PRIORS = ("curvature", "gradient", "matern")
# The strength of a Matern field is the precision of a wave with so many periods in the grid.
PERIODS = 4.0
# The prior of ln k: a normal one around a range of this fraction of the side, with this width.
RANGE_FRACTION = 0.15
RANGE_WIDTH = 1.0


def number_of_hyperparameters(prior: str) -> int:
    """How many hyperparameters a prior has: 2 for a Matern field, else 1."""
    return 2 if prior == "matern" else 1


def eigenvalues(source: PixelSource) -> np.ndarray:
    """The eigenvalues w of minus the second differences, in the order of the amplitudes, (count,)."""
    one = 4.0 * np.sin(0.5 * np.pi * np.arange(1, source.side + 1) / (source.side + 1)) ** 2
    return np.add.outer(one, one).reshape(-1)


def log_precision(source: PixelSource, prior: str, hyper: jax.Array) -> jax.Array:
    """The logarithm of the precision of each mode.

    Args:
        source: the grid.
        prior: one of `PRIORS`.
        hyper: ln s, and ln k of a Matern field, (1,) or (2,).

    Returns:
        The logarithms, (count,).
    """
    w = jnp.asarray(eigenvalues(source), hyper.dtype)
    if prior == "matern":
        k2 = jnp.exp(2.0 * hyper[1])
        return hyper[0] + 2.0 * (jnp.log(k2 + w) - jnp.log(k2 + (2.0 * np.pi * PERIODS / source.side) ** 2))
    return hyper[0] + (2.0 if prior == "curvature" else 1.0) * jnp.log(w)


def range_prior(source: PixelSource, prior: str, hyper: jax.Array) -> jax.Array:
    """Minus the log of the density of the hyperparameters up to a constant: () .

    That of ln s is constant, that of ln k a normal one, which keeps the range between a pixel and the grid.

    Args:
        source: the grid.
        prior: one of `PRIORS`.
        hyper: ln s, and ln k of a Matern field, (1,) or (2,).
    """
    if prior != "matern":
        return jnp.zeros((), hyper.dtype)
    pull = (hyper[1] + np.log(RANGE_FRACTION * source.side)) / RANGE_WIDTH
    return 0.5 * pull * pull
