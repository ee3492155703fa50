"""Extinction by dust: A(lambda) / E(B-V) as a function of wavelength and R_V = A(V) / E(B-V).

Two laws: Fitzpatrick (1999, PASP 111, 63), and that of Cardelli, Clayton & Mathis (1989, ApJ 345, 245) with
the optical coefficients of O'Donnell (1994, ApJ 422, 158).  Both are differentiable in R_V and wavelength.
"""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.elementary import polynomial
from jaxlens.kernels.transients.photometry import from_magnitude, rest_wavelength
from jaxlens.kernels.transients.registry import Sky
from jaxlens.kernels.types import Real

# Wavelengths (Angstrom) of the anchors of Fitzpatrick's spline (1999, table 3), the first at infinity.
F99_ANCHORS = (np.inf, 26500.0, 12200.0, 6000.0, 5470.0, 4670.0, 4110.0, 2700.0, 2600.0)
# A(lambda) / E(B-V) at the infrared anchors for R_V = 3.1 (1999, table 3); proportional to R_V.
F99_INFRARED = (0.0, 0.265, 0.829)
# The R_V of the infrared anchors.
F99_INFRARED_RV = 3.1
# A(lambda) / E(B-V) at the optical anchors: coefficients of 1, R_V, R_V^2 (1999, table 4).
F99_OPTICAL = (
    (-0.426, 1.0044, 0.0),
    (-0.050, 1.0016, 0.0),
    (0.701, 1.0016, 0.0),
    (1.208, 1.0032, -0.00033),
)
# Position of the ultraviolet bump, 1/micrometre (1999, appendix).
F99_X0 = 4.596
# Width of the bump, 1/micrometre (1999, appendix).
F99_GAMMA = 0.99
# Strength of the bump (1999, appendix).
F99_C3 = 3.23
# Strength of the curvature in the far ultraviolet (1999, appendix).
F99_C4 = 0.41
# The slope in the ultraviolet: c2 = F99_SLOPE[0] + F99_SLOPE[1] / R_V (1999, appendix).
F99_SLOPE = (-0.824, 4.717)
# The intercept: c1 = F99_INTERCEPT[0] + F99_INTERCEPT[1] c2 (1999, appendix).
F99_INTERCEPT = (2.030, -3.007)
# Where the curvature of the far ultraviolet begins, 1/micrometre (Fitzpatrick & Massa 1990, eq. 2).
F99_FAR = 5.9
# Coefficients of the far ultraviolet (Fitzpatrick & Massa 1990, eq. 2).
F99_FAR_TERMS = (0.5392, 0.05644)
# Coefficients a of y^n, y = x - 1.82 (O'Donnell 1994, eq. 7).
OPTICAL_A = (1.0, 0.104, -0.609, 0.701, 1.137, -1.718, -0.827, 1.647, -0.505)
# Coefficients b of y^n (O'Donnell 1994, eq. 8).
OPTICAL_B = (0.0, 1.952, 2.908, -3.989, -7.985, 11.102, 5.491, -10.805, 3.347)
# Coefficients a and b of x^1.61 in the infrared (Cardelli et al. 1989, eqs. 2a, 2b).
INFRARED_TERMS = (0.574, -0.527)
# The exponent in the infrared (Cardelli et al. 1989, eq. 2).
INFRARED_EXPONENT = 1.61
# Coefficients a of (x - 8)^n in the far ultraviolet (Cardelli et al. 1989, eq. 5a).
FAR_A = (-1.073, -0.628, 0.137, -0.070)
# Coefficients b of (x - 8)^n in the far ultraviolet (Cardelli et al. 1989, eq. 5b).
FAR_B = (13.670, 4.257, -0.420, 0.374)
# Limits of the infrared, optical and near ultraviolet, 1/micrometre (Cardelli et al. 1989, section III).
CCM_LIMITS = (1.1, 3.3, 8.0)
# Angstrom in a micrometre.
MICROMETRE = 1e4
# The largest 1 / lambda at which the laws were measured, 1/micrometre; beyond it they are constant.
MAX_INVERSE = 10.0


def dust(sky: Sky, EBV: Real, RV: Real, EBV_MW: Real, RV_MW: Real, odonnell: bool = False) -> jax.Array:
    """The fraction of the light that dust in the host and in the Milky Way lets through.

    Args:
        sky: the redshift of the source, and the passbands.
        EBV: E(B-V) in the rest frame of the source (mag), ().
        RV: R_V of the dust in the host, ().
        EBV_MW: E(B-V) in the Milky Way (mag), ().
        RV_MW: R_V in the Milky Way, ().
        odonnell: whether the law is O'Donnell's; otherwise it is Fitzpatrick's.

    Returns:
        The fraction at the wavelengths of the passbands, (bands, points).
    """
    law = odonnell94 if odonnell else fitzpatrick99
    host = EBV * law(rest_wavelength(sky), RV)
    return from_magnitude(host + EBV_MW * law(sky.wavelength, RV_MW))


def fitzpatrick99(wavelength: Real, RV: Real) -> jax.Array:
    """A(lambda) / E(B-V) of Fitzpatrick (1999).

    Above 2700 Angstrom it is the natural cubic spline in 1 / lambda through the anchors, below it the form of
    Fitzpatrick & Massa (1990).

    Args:
        wavelength: wavelength (Angstrom), any shape.
        RV: A(V) / E(B-V), ().

    Returns:
        A(lambda) / E(B-V), of the shape of `wavelength`.

    >>> print(f"{fitzpatrick99(5470.0, 3.1):.3f}")
    3.055
    """
    x = _inverse(wavelength)
    knots = MICROMETRE / np.asarray(F99_ANCHORS)
    infrared = jnp.stack([value * RV / F99_INFRARED_RV for value in F99_INFRARED])
    optical = jnp.stack([polynomial(terms, jnp.asarray(RV)) for terms in F99_OPTICAL])
    ultraviolet = _fitzpatrick_massa(jnp.asarray(knots[-2:], x.dtype), RV)
    heights = jnp.concatenate([infrared, optical, ultraviolet]).astype(x.dtype)
    return jnp.where(x < knots[-2], _natural_spline(x, knots, heights), _fitzpatrick_massa(x, RV))


def _natural_spline(x: jax.Array, knots: np.ndarray, heights: jax.Array) -> jax.Array:
    """The natural cubic spline at x, of any shape, through heights (n,) at knots (n,).

    Its coefficients are linear in the heights: those of unit heights are computed beforehand.
    """
    unit = jnp.asarray(_unit_splines(tuple(knots)), x.dtype)
    terms = jnp.tensordot(unit, heights, axes=1, precision=jax.lax.Precision.HIGHEST)
    i = jnp.clip(jnp.searchsorted(jnp.asarray(knots, x.dtype), x, side="right") - 1, 0, knots.size - 2)
    s = x - jnp.take(jnp.asarray(knots, x.dtype), i)
    cubic, square, slope, height = (jnp.take(row, i) for row in terms)
    return ((cubic * s + square) * s + slope) * s + height


@cache
def _unit_splines(knots: tuple[float, ...]) -> np.ndarray:
    """Coefficients (4, n - 1, n) of the splines that are 1 at one knot and 0 at the others."""
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(knots, np.eye(len(knots)), bc_type="natural").c)


def _fitzpatrick_massa(x: jax.Array, RV: Real) -> jax.Array:
    """A(lambda) / E(B-V) in the ultraviolet, x in 1/micrometre."""
    c2 = F99_SLOPE[0] + F99_SLOPE[1] / RV
    c1 = F99_INTERCEPT[0] + F99_INTERCEPT[1] * c2
    bump = x**2 / ((x**2 - F99_X0**2) ** 2 + (F99_GAMMA * x) ** 2)
    y = jnp.maximum(x - F99_FAR, 0.0)
    far = F99_FAR_TERMS[0] * y**2 + F99_FAR_TERMS[1] * y**3
    return RV + c1 + c2 * x + F99_C3 * bump + F99_C4 * far


def odonnell94(wavelength: Real, RV: Real) -> jax.Array:
    """A(lambda) / E(B-V) = R_V a(x) + b(x) of O'Donnell (1994); Cardelli et al. (1989) outside the optical.

    Args:
        wavelength: wavelength (Angstrom), any shape.
        RV: A(V) / E(B-V), ().

    Returns:
        A(lambda) / E(B-V), of the shape of `wavelength`.

    >>> print(f"{odonnell94(5494.5, 3.1):.3f}")
    3.100
    """
    x = _inverse(wavelength)
    infrared = x**INFRARED_EXPONENT
    y = x - 1.82
    near_a, near_b = _near_ultraviolet(x)
    a = _by_range(
        x, INFRARED_TERMS[0] * infrared, polynomial(OPTICAL_A, y), near_a, polynomial(FAR_A, x - 8.0)
    )
    b = _by_range(
        x, INFRARED_TERMS[1] * infrared, polynomial(OPTICAL_B, y), near_b, polynomial(FAR_B, x - 8.0)
    )
    return RV * a + b


def _inverse(wavelength: Real) -> jax.Array:
    """1 / lambda in 1/micrometre, at most `MAX_INVERSE`."""
    return jnp.minimum(MICROMETRE / jnp.asarray(wavelength), MAX_INVERSE)


def _by_range(x: jax.Array, *values: jax.Array) -> jax.Array:
    """The value of the range of Cardelli et al. in which x lies."""
    result = values[-1]
    for limit, value in zip(reversed(CCM_LIMITS), reversed(values[:-1]), strict=True):
        result = jnp.where(x < limit, value, result)
    return result


def _near_ultraviolet(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """a(x) and b(x) for x from 3.3 to 8 per micrometre (Cardelli et al. 1989, eqs. 4a, 4b)."""
    y = jnp.maximum(x - 5.9, 0.0)
    far_a = -0.04473 * y**2 - 0.009779 * y**3
    far_b = 0.2130 * y**2 + 0.1207 * y**3
    a = 1.752 - 0.316 * x - 0.104 / ((x - 4.67) ** 2 + 0.341) + far_a
    b = -3.090 + 1.825 * x + 1.206 / ((x - 4.62) ** 2 + 0.263) + far_b
    return a, b
