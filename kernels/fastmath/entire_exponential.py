"""Entire functions of the exponential family, for mass profiles with a Gaussian convergence.

    exponential_mean             E(u) = (1 - e^-u) / u,  the mean of e^-t over 0 < t < u
    entire_exponential_integral  Ein(u) = integral of E from 0 to u = ln u + gamma + E1(u)

with Euler's gamma and the exponential integral E1 (Abramowitz & Stegun 5.1).  Both are entire, and are
computed for u >= 0 to a few units in the last place.
"""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.elementary import exp, log, polynomial

# The end of the polynomial for E.
MEAN_SPLIT = 0.5
# Degrees of the polynomial for E, in float32 and float64: errors of 1e-9 and 1e-16.
MEAN_DEGREES = (5, 11)
# The end of the polynomial for Ein.
INTEGRAL_SPLIT = 2.0
# Degrees of the polynomial for Ein(u) / u: errors of 9e-11 and 5e-15.
INTEGRAL_DEGREES = (8, 15)
# Where E1 is below the precision of float32 and float64.
INTEGRAL_ENDS = (18.0, 40.0)
# Degrees in 1 / u of the polynomial for u e^u E1(u): errors of 4e-9 and 2e-16 in E1.
TAIL_DEGREES = (8, 24)


def exponential_mean(u: jax.Array) -> jax.Array:
    """E(u) = (1 - e^-u) / u of u >= 0, which is 1 at u = 0.

    >>> print(f"{exponential_mean(jnp.asarray(1.0)):.6f}")
    0.632121
    """
    small = u < MEAN_SPLIT
    series = polynomial(_mean_coefficients(_single(u)), jnp.where(small, u, 0.0))
    large = jnp.where(small, 1.0, u)
    # The division comes last: XLA writes its result to memory, and would repeat what follows for each use.
    return jnp.where(small, series, 1.0 - exp(-large)) / large


@jax.custom_jvp
def entire_exponential_integral(u: jax.Array) -> jax.Array:
    """Ein(u) of u >= 0; its derivative is E(u).

    >>> print(f"{entire_exponential_integral(jnp.asarray(1.0)):.6f}")
    0.796600
    """
    single = _single(u)
    small = u < INTEGRAL_SPLIT
    series = u * polynomial(_integral_coefficients(single), jnp.where(small, u, 0.0))
    large = jnp.where(small, INTEGRAL_SPLIT, u)
    offset, scale, coefficients = _tail_coefficients(single)
    inverse = 1.0 / jnp.minimum(large, INTEGRAL_ENDS[not single])
    tail = exp(-large) * inverse * polynomial(coefficients, offset + scale * inverse)
    # `log` returns a number for NaN, and the tail is NaN there
    return jnp.where(small, series, log(large) + (np.euler_gamma + tail))


@entire_exponential_integral.defjvp
def _entire_exponential_integral_jvp(
    primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    (u,), (du,) = primals, tangents
    return entire_exponential_integral(u), exponential_mean(u) * du


def _single(u: jax.Array) -> bool:
    return bool(jnp.finfo(u.dtype).bits == 32)


@cache
def _mean_coefficients(single: bool) -> tuple[float, ...]:
    """The polynomial through E in Chebyshev's points of 0..MEAN_SPLIT."""

    def mean(u: np.ndarray) -> np.ndarray:
        return -np.expm1(-u) / u

    degree = MEAN_DEGREES[not single]
    series = np.polynomial.Chebyshev.interpolate(mean, degree, domain=[0.0, MEAN_SPLIT])
    return tuple(float(c) for c in series.convert(kind=np.polynomial.Polynomial).coef)


@cache
def _integral_coefficients(single: bool) -> tuple[float, ...]:
    """The polynomial through Ein(u) / u in Chebyshev's points of 0..INTEGRAL_SPLIT."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    t = 0.5 * (nodes + 1.0)

    def ratio(u: np.ndarray) -> np.ndarray:
        ut = u[:, None] * t
        return np.asarray(-np.expm1(-ut) / ut @ (0.5 * weights))

    degree = INTEGRAL_DEGREES[not single]
    series = np.polynomial.Chebyshev.interpolate(ratio, degree, domain=[0.0, INTEGRAL_SPLIT])
    return tuple(float(c) for c in series.convert(kind=np.polynomial.Polynomial).coef)


@cache
def _tail_coefficients(single: bool) -> tuple[float, float, tuple[float, ...]]:
    """A polynomial p and (offset, scale) so that p(offset + scale / u) = u e^u E1(u).

    The values in Chebyshev's points are those of the continued fraction of Abramowitz & Stegun 5.1.22.
    """

    def scaled(inverse: np.ndarray) -> np.ndarray:
        u, rest = 1.0 / inverse, np.zeros_like(inverse)
        for k in range(200, 0, -1):
            rest = k * k / (u + (2 * k + 1) - rest)
        return np.asarray(u / (u + 1.0 - rest))

    domain = [1.0 / INTEGRAL_ENDS[not single], 1.0 / INTEGRAL_SPLIT]
    series = np.polynomial.Chebyshev.interpolate(scaled, TAIL_DEGREES[not single], domain=domain)
    offset, scale = series.mapparms()
    return (
        float(offset),
        float(scale),
        tuple(float(c) for c in np.polynomial.chebyshev.cheb2poly(series.coef)),
    )
