"""Mass profiles as sums of Gaussians, by the integral transform of Shajib (2019, MNRAS 488, 1387).

A convergence kappa(R) is an integral over Gaussians of all widths (his eq. 2.5),

    kappa(R) = int f(sigma) / (sqrt(2 pi) sigma) exp(-R^2 / (2 sigma^2)) dsigma,

where f is an inverse Laplace transform of kappa, which is a sum over complex radii,

    f(sigma) = Re sum_j eta_j kappa(sigma beta_j).

The integral is a trapezoidal sum over widths that are equally spaced in ln(sigma).  All is as in lenstronomy
with its defaults: Euler's rule of 21 complex radii (Abate & Whitt 2006), and its widths.  Within the range of
the widths the sum of Gaussians differs from the exact profile by 1e-4 to 1e-2 of the local convergence.

The eta_j are up to 1e4 with alternating signs, too much for float32.  So the weights are found in float64 on
the host: for NFW they are numbers, and for profiles with one shape parameter a Chebyshev series in it.  Where
there are more parameters, float32 uses other complex radii, with weights of order one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Real

# The precision of Euler's rule, as in lenstronomy: 2 p + 1 complex radii.
EULER_PRECISION = 10
# Numbers of complex radii and the shape of the contour for float32, a hyperbola (Weideman & Trefethen 2007,
# Math. Comp. 76, 1341).  The radii have angles below 55 degrees.  Its error is 2e-10, that of Euler's 3e-7.
HYPERBOLA_NODES = 48
HYPERBOLA_ANGLE = 0.35
HYPERBOLA_SCALE = 3.0
HYPERBOLA_STEP = 0.085


class Widths(NamedTuple):
    """The widths of a decomposition, in units of the profile's scale.

    Attributes:
        number: how many there are.
        first: the smallest.
        last: the largest.
    """

    number: int
    first: float
    last: float

    def sigma(self) -> np.ndarray:
        """The widths, equally spaced in their logarithm."""
        return np.geomspace(self.first, self.last, self.number)

    def steps(self) -> np.ndarray:
        """Weights of the trapezoidal rule in ln(sigma)."""
        step = math.log(self.last / self.first) / (self.number - 1)
        ends = np.where(np.isin(np.arange(self.number), [0, self.number - 1]), 0.5, 1.0)
        return np.asarray(step * ends)


# lenstronomy's defaults.
SERSIC_WIDTHS = Widths(15, 0.02, 15.0)
NFW_WIDTHS = Widths(20, 1e-4, 250.0)
CTNFW_WIDTHS = Widths(15, 0.01, 20.0)


@cache
def euler_rule() -> tuple[np.ndarray, np.ndarray]:
    """The complex radii beta and the weights eta / sqrt(2 pi) of Abate & Whitt's Euler algorithm.

    The weight of the radius k is 2 10^(p/3) (-1)^k xi_k, with xi_k = 1 up to p (but 1/2 at 0), and for
    k = 2p, 2p - 1, ... the sums of 0, 1, 2, ... binomials of p, divided by 2^p.
    """
    p = EULER_PRECISION
    k = np.arange(2 * p + 1)
    beta = np.sqrt(2.0 * p * np.log(10.0) / 3.0 + 2.0j * np.pi * k)
    tails = np.cumsum([math.comb(p, i) for i in range(p)])[::-1] / 2.0**p
    xi = np.concatenate([[0.5], np.ones(p), tails])
    return beta, 2.0 * 10.0 ** (p / 3.0) * (-1.0) ** k * xi


@cache
def hyperbola_rule() -> tuple[np.ndarray, np.ndarray]:
    """Complex radii and complex weights with the same meaning, of the trapezoidal rule on a hyperbola.

    f is 2 sqrt(2 pi) times the inverse Laplace transform at 1 of kappa(sigma sqrt(2 s)) in s.
    """
    u = HYPERBOLA_STEP * (np.arange(HYPERBOLA_NODES) + 0.5)
    s = HYPERBOLA_SCALE * (1.0 + np.sin(1j * u - HYPERBOLA_ANGLE))
    slope = 1j * HYPERBOLA_SCALE * np.cos(1j * u - HYPERBOLA_ANGLE)
    return np.sqrt(2.0 * s), 2.0 * HYPERBOLA_STEP / (np.pi * 1j) * np.exp(s) * slope


def chebyshev_series(
    weights: Callable[[np.ndarray], np.ndarray], degree: int, low: float, high: float
) -> np.ndarray:
    """Coefficients of Chebyshev series through weights that depend on one parameter.

    Args:
        weights: (points,) -> (points, n).
        degree: of the series.
        low: the lower end of the parameter's range.
        high: its upper end.

    Returns:
        The coefficients, (degree + 1, n).
    """
    angle = np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1)
    values = weights(0.5 * (low + high) + 0.5 * (high - low) * np.cos(angle))
    cosines = np.cos(np.outer(np.arange(degree + 1), angle))
    coefficients = 2.0 / (degree + 1) * cosines @ values
    coefficients[0] *= 0.5
    return np.asarray(coefficients)


def chebyshev_sum(coefficients: np.ndarray, low: float, high: float, at: Real) -> jax.Array:
    """The series at a parameter, by Clenshaw's recurrence; NaN outside of its range.

    Args:
        coefficients: (degree + 1, n).
        low: the lower end of the range.
        high: the upper end.
        at: the parameter, any shape.

    Returns:
        The weights, (n, ...).
    """
    at = jnp.asarray(at, jnp.result_type(at, float))
    t = jnp.where((at >= low) & (at <= high), (2.0 * at - (low + high)) / (high - low), jnp.nan)[None]
    series = jnp.asarray(coefficients, t.dtype).reshape((*coefficients.shape, *(1,) * at.ndim))

    def step(sums: tuple[jax.Array, jax.Array], own: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        return (2.0 * t * sums[0] - sums[1] + own, sums[0]), None

    zero = jnp.zeros((coefficients.shape[1], *at.shape), t.dtype)
    (first, second), _ = jax.lax.scan(step, (zero, zero), series[1:], reverse=True)
    return t * first - second + series[0]


def along_first(values: np.ndarray, like: jax.Array) -> jax.Array:
    """Numbers along a first axis before those of an array, and of its type."""
    return jnp.asarray(values, like.dtype).reshape((*values.shape, *(1,) * like.ndim))
