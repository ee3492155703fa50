"""Elliptical Sersic and NFW-like convergences as sums of Gaussians (Shajib 2019, MNRAS 488, 1387).

The transform is in `gauss_transform`, the Gaussians in `gaussian_ellipse`.  The widths are fixed multiples of
the profile's scale, so the masses of the Gaussians are its amplitude times functions of its shape alone: none
for NFW, the Sersic index, or the inner slope of a generalized NFW.  The cored and truncated NFW has three
shape parameters; it is transformed from its density, and round.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.mass import gauss_transform as transform
from jaxlens.kernels.types import Real

# The Sersic indices for which the masses are known: below 0.5 a Sersic profile is no sum of Gaussians.
SERSIC_INDICES = (0.5, 12.0)
# The degree of the series in 1 / n: an error of 1e-11 of the deflection.
SERSIC_DEGREE = 120
# The inner slopes of a generalized NFW for which the masses are known.
INNER_SLOPES = (0.0, 2.9)
# The degree of the series in the slope: an error of 1e-12 of the deflection.
INNER_SLOPE_DEGREE = 24

# Masses (arcsec^2) and widths (arcsec) of the Gaussians, with the Gaussians along the first axis.
Gaussians = tuple[jax.Array, jax.Array]


def sersic_gaussians(k_eff: Real, R_sersic: Real, n_sersic: Real) -> Gaussians:
    """The Gaussians of k_eff exp(-b_n [(R / R_sersic)^(1/n) - 1]), b_n = 1.9992 n - 0.3271.

    Args:
        k_eff: convergence at R_sersic, any shape.
        R_sersic: half-light radius (arcsec).
        n_sersic: Sersic index, in `SERSIC_INDICES`; the masses are NaN elsewhere.

    Returns:
        Masses and widths.
    """
    k_eff, radius, n = jnp.broadcast_arrays(*map(_real, (k_eff, R_sersic, n_sersic)))
    low, high = (1.0 / n for n in reversed(SERSIC_INDICES))
    weights = transform.chebyshev_sum(_sersic_series(), low, high, 1.0 / n)
    ratio = transform.along_first(transform.SERSIC_WIDTHS.sigma(), n)
    scale = _sersic_scale(jnp, ratio, 1.0 / n[None], jnp.maximum(1.9992 * n - 0.3271, 1e-5)[None])
    sigma = radius[None] * ratio
    return k_eff[None] * weights * scale * (2.0 * jnp.pi) * sigma * sigma, sigma


def _sersic_scale(np_: Any, ratio: Any, inverse_n: Any, b: Any) -> Any:
    """Roughly what the weights are: kappa(sigma), which beyond R_sersic falls to e^-12 and no further.

    The series are those of the weights over this number.
    """
    x = b * (ratio**inverse_n - 1.0)
    beyond = np_.maximum(x, 0.0)
    return np_.exp(np_.where(x > 0.0, -12.0 * beyond / (12.0 + beyond), -x))


@cache
def _sersic_series() -> np.ndarray:
    """The series in 1 / n of the weights, divided by `_sersic_scale`."""
    beta, eta = transform.euler_rule()
    widths = transform.SERSIC_WIDTHS
    logs = np.log(widths.sigma()[:, None] * beta)

    def weights(inverse_n: np.ndarray) -> np.ndarray:
        power = inverse_n[:, None, None]
        b = np.maximum(1.9992 / power - 0.3271, 1e-5)
        sums = np.exp(-b * (np.exp(power * logs) - 1.0)).real @ eta
        return np.asarray(sums * widths.steps() / _sersic_scale(np, widths.sigma(), power[..., 0], b[..., 0]))

    low, high = (1.0 / n for n in reversed(SERSIC_INDICES))
    return transform.chebyshev_series(weights, SERSIC_DEGREE, low, high)


def nfw_gaussians(Rs: Real, alpha_Rs: Real) -> Gaussians:
    """The Gaussians of an NFW profile (Navarro, Frenk & White 1997).

    Args:
        Rs: scale radius (arcsec), any shape.
        alpha_Rs: deflection at Rs (arcsec).

    Returns:
        Masses and widths.
    """
    scale, alpha = jnp.broadcast_arrays(_real(Rs), _real(alpha_Rs))
    sigma, mass = (transform.along_first(values, scale) for values in _nfw_numbers())
    return (alpha * scale)[None] * mass, scale[None] * sigma


@cache
def _nfw_numbers() -> tuple[np.ndarray, np.ndarray]:
    """Widths over Rs, and masses over alpha_Rs Rs.

    kappa = 2 rho_0 Rs F(R / Rs), F(x) = [1 - arccosh(1/x) / sqrt(1 - x^2)] / (x^2 - 1), with
    rho_0 = alpha_Rs / (4 Rs^2 (1 - ln 2)).
    """
    beta, eta = transform.euler_rule()
    widths = transform.NFW_WIDTHS
    sigma = widths.sigma()
    x = sigma[:, None] * beta
    kappa = (1.0 - np.arccosh(1.0 / x) / np.sqrt(1.0 - x * x)) / (x * x - 1.0)
    weights = kappa.real @ eta * widths.steps() / (2.0 * (1.0 - np.log(2.0)))
    return sigma, 2.0 * np.pi * sigma**2 * weights


def gnfw_gaussians(Rs: Real, alpha_Rs: Real, gamma_in: Real) -> Gaussians:
    """The Gaussians of a density (r / Rs)^-gamma_in (1 + r / Rs)^(gamma_in - 3).

    Args:
        Rs: scale radius (arcsec), any shape.
        alpha_Rs: deflection at Rs (arcsec).
        gamma_in: inner slope, in `INNER_SLOPES`; the masses are NaN elsewhere.

    Returns:
        Masses and widths.
    """
    scale, alpha, slope = jnp.broadcast_arrays(*map(_real, (Rs, alpha_Rs, gamma_in)))
    weights = transform.chebyshev_sum(_gnfw_series(), *INNER_SLOPES, slope)
    sigma = transform.along_first(transform.NFW_WIDTHS.sigma(), scale)
    mass = weights * jnp.minimum(sigma, 1.0) ** (1.0 - slope)[None]
    return (alpha * scale)[None] * mass, scale[None] * sigma


@cache
def _gnfw_series() -> np.ndarray:
    """The series in gamma_in of the masses over alpha_Rs Rs, divided by sigma^(1 - gamma_in) inside of Rs.

    Keeton (2001, arXiv:astro-ph/0102341), eqs. 57 and 59 with x = R / Rs: kappa = 2 kappa_s x^(1 - gamma)
    [(1 + x)^(gamma - 3) + (3 - gamma) int_0^1 (y + x)^(gamma - 4) (1 - sqrt(1 - y^2)) dy].
    """
    beta, eta = transform.euler_rule()
    widths = transform.NFW_WIDTHS
    sigma = widths.sigma()
    x = sigma[:, None] * beta
    y, weight = _nodes_below_one()
    near, log_x, log_1x = np.log(y + x[..., None]), np.log(x), np.log1p(x)
    depth = weight * _one_minus_root(y)

    def mass(gamma: float) -> np.ndarray:
        integral = np.exp((gamma - 4.0) * near) @ depth
        kappa = 2.0 * np.exp((1.0 - gamma) * log_x)
        kappa = kappa * (np.exp((gamma - 3.0) * log_1x) + (3.0 - gamma) * integral)
        sums = kappa.real @ eta * widths.steps() / _gnfw_alpha(gamma)
        return np.asarray(2.0 * np.pi * sigma**2 * sums / np.minimum(sigma, 1.0) ** (1.0 - gamma))

    def masses(slopes: np.ndarray) -> np.ndarray:
        return np.array([mass(gamma) for gamma in slopes])

    return transform.chebyshev_series(masses, INNER_SLOPE_DEGREE, *INNER_SLOPES)


def _gnfw_alpha(gamma: float) -> float:
    """alpha(Rs) / (Rs kappa_s): 4 [2F1(a, a; a + 1; -1) / a + int_0^1 (1 + y)^-a (1 - sqrt(1 - y^2)) / y dy].

    a = 3 - gamma, and the first term is 2^-a sum_k 2^-k / (a + k).
    """
    a = 3.0 - gamma
    k = np.arange(60)
    y, weight = _nodes_below_one()
    inside = 2.0**-a * np.sum(0.5**k / (a + k))
    return float(4.0 * (inside + np.sum(weight * (1.0 + y) ** -a * _one_minus_root(y) / y)))


def _one_minus_root(y: np.ndarray) -> np.ndarray:
    """1 - sqrt(1 - y^2), which does not cancel for small y."""
    return np.asarray(y * y / (1.0 + np.sqrt((1.0 - y) * (1.0 + y))))


def _nodes_below_one() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on 0..1: y = sin(angle), in parts that get shorter towards 0."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    ends = np.concatenate([[0.0], np.arcsin(1e-4 * 4.0 ** np.arange(7)), [0.5 * np.pi]])
    half = 0.5 * np.diff(ends)[:, None]
    angle = (ends[:-1, None] + half * (nodes + 1.0)).ravel()
    return np.sin(angle), (half * weights).ravel() * np.cos(angle)


def ctnfw_gaussians(r_s: Real, r_core: Real, r_trunc: Real, a: Real, rho_s: Real) -> Gaussians:
    """The Gaussians of a cored and truncated NFW density, with x = r / r_s:

    rho = rho_s / (1 + x)^2 [x^a + (r_core / r_s)^a]^(-1/a) (r_trunc / r_s)^2 / [(r_trunc / r_s)^2 + x^2].

    Args:
        r_s: scale radius (arcsec), any shape.
        r_core: core radius (arcsec).
        r_trunc: truncation radius (arcsec).
        a: sharpness of the transition to the core, below 3.
        rho_s: density over the critical surface density (1/arcsec).

    Returns:
        Masses and widths.
    """
    r_s, r_core, r_trunc, a, rho_s = jnp.broadcast_arrays(*map(_real, (r_s, r_core, r_trunc, a, rho_s)))
    single = jnp.finfo(r_s.dtype).bits == 32
    radii, weights = transform.hyperbola_rule() if single else transform.euler_rule()
    widths = transform.CTNFW_WIDTHS
    x = widths.sigma()[:, None] * radii
    kind = jnp.result_type(r_s.dtype, jnp.complex64)
    shape = (*x.shape, *(1,) * r_s.ndim)
    own, logs = (jnp.asarray(values, kind).reshape(shape) for values in (x, np.log(x)))
    core, outer, sharp = (value[None, None] for value in (r_core / r_s, jnp.square(r_trunc / r_s), a))
    rho = jnp.exp(-jnp.log(jnp.exp(sharp * logs) + core**sharp) / sharp)
    rho = rho * outer / (outer + own * own) / jnp.square(1.0 + own)
    eta = jnp.asarray(weights, kind).reshape((1, len(radii), *(1,) * r_s.ndim))
    sums = jnp.sum((eta * rho).real, axis=1) * transform.along_first(widths.steps(), r_s)
    sigma = r_s[None] * transform.along_first(widths.sigma(), r_s)
    return rho_s[None] * sums * (2.0 * jnp.pi) ** 1.5 * sigma**3, sigma


def _real(value: Real) -> jax.Array:
    return jnp.asarray(value, jnp.result_type(value, float))
