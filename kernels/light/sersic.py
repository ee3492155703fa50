"""Sersic profiles (Sersic 1968), in lenstronomy's conventions.

    I(R) = amp exp(-b_n [(R / R_sersic)^(1/n) - 1]),     b_n = 1.9992 n - 0.3271,

R is the product-average elliptical radius.  As in lenstronomy the radius is floored at 1e-4 arcsec, b_n at
1e-5, and the light ends at 1000 R_sersic.  The floor is the one cusp: inside it the gradient with respect
to position and ellipticity is zero.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

SMOOTHING = 1e-4
MAX_RADIUS = 1000.0
# Of each of the two halves of a core-Sersic profile.
QUADRATURE_NODES = 128
# Stirling's series, B_2k / (2k (2k - 1)), is taken at 8 above its argument: to 1e-14 for an argument of 0.5.
STIRLING_SHIFT = 8
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def b_n(n_sersic: Real) -> jax.Array:
    """Lenstronomy's linear approximation to the b_n that makes R_sersic the half-light radius."""
    return jnp.maximum(1.9992 * n_sersic - 0.3271, 1e-5)


def _profile(r_squared: jax.Array, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """Unit-amplitude Sersic profile of the squared radius (arcsec^2)."""
    scale = jnp.maximum(R_sersic, SMOOTHING)
    ratio_squared = jnp.maximum(r_squared, SMOOTHING**2) * (1.0 / (scale * scale))
    stretched = exp(log(ratio_squared) * (0.5 / n_sersic))
    light = exp(-b_n(n_sersic) * (stretched - 1.0))
    return jnp.where(ratio_squared <= MAX_RADIUS**2, light, 0.0)


def sersic_total_flux(*, R_sersic: Real, n_sersic: Real, **ignored: Real) -> jax.Array:
    """Flux of a unit-amplitude Sersic profile out to infinity (counts/s for amp in counts/s/arcsec^2).

    F = 2 pi n R_sersic^2 exp(b_n) b_n^(-2n) Gamma(2n): Graham & Driver (2005), eq. 2; lenstronomy's
    total_flux.
    """
    b, two_n = b_n(n_sersic), 2.0 * jnp.asarray(n_sersic)
    # Each term is small: b - 2n ln(b) + ln Gamma(2n) as it stands loses 1e-5 in float32.
    log_flux = (b - two_n) - two_n * jnp.log(b / two_n) + _log_gamma_beyond(two_n)
    return jnp.pi * two_n * jnp.square(R_sersic) * jnp.exp(log_flux)


def _log_gamma_beyond(z: jax.Array) -> jax.Array:
    """Ln Gamma(z) - z ln(z) + z for z > 0, which stays small as z grows.

    Stirling's series at w = z + m, and Gamma(z) = Gamma(w) / (z (z + 1) ... (z + m - 1)).
    """
    w = z + STIRLING_SHIFT
    series, product = jnp.zeros_like(w), jnp.ones_like(w)
    for coefficient in reversed(STIRLING):
        series = series / (w * w) + coefficient
    for k in range(STIRLING_SHIFT):
        product = product * ((z + k) / w)
    large = z * jnp.log1p(STIRLING_SHIFT / z) - STIRLING_SHIFT
    return large + 0.5 * jnp.log(2.0 * jnp.pi / w) + series / w - jnp.log(product)


@light_profile("SERSIC", total_flux=sersic_total_flux)
def sersic(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    n_sersic: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Round Sersic profile, 1 at R_sersic; lenstronomy's SERSIC.  Coordinates and R_sersic in arcsec."""
    return _profile((jnp.asarray(x) - center_x) ** 2 + (jnp.asarray(y) - center_y) ** 2, R_sersic, n_sersic)


@light_profile("SERSIC_ELLIPSE", total_flux=sersic_total_flux)
def sersic_ellipse(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    n_sersic: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Elliptical Sersic profile, 1 at R_sersic; lenstronomy's SERSIC_ELLIPSE.

    >>> round(float(sersic_ellipse(1.0, 0.0, R_sersic=1.0, n_sersic=4.0, e1=0.0, e2=0.0)), 6)
    1.0
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    return _profile(r_squared, R_sersic, n_sersic)


def _log_core_profile(
    log_r: jax.Array, R_sersic: Real, Rb: Real, n_sersic: Real, gamma: Real, alpha: Real
) -> jax.Array:
    """Logarithm of the unit-amplitude core-Sersic profile at ln(radius / arcsec)."""
    # By logarithms: at the ends of the flux quadrature the powers overflow.
    log_break = jnp.log(Rb)
    inner = gamma / alpha * jnp.logaddexp(0.0, alpha * (log_break - log_r))
    log_sum = jnp.logaddexp(alpha * log_r, alpha * log_break) / alpha - jnp.log(R_sersic)
    return inner - b_n(n_sersic) * (jnp.exp(log_sum / n_sersic) - 1.0)


def core_sersic_total_flux(
    *,
    R_sersic: Real,
    Rb: Real,
    n_sersic: Real,
    gamma: Real,
    alpha: Real = 3.0,
    **ignored: Real,
) -> jax.Array:
    """Flux of a unit-amplitude core-Sersic profile: 2 pi times the integral of R I(R) dR.

    Gauss-Legendre quadrature in ln R, from where the inner power law has no flux left (gamma < 2) to the
    break, and from there to where the exponential has none.  lenstronomy has no total flux for this profile.
    """
    values = jnp.broadcast_arrays(R_sersic, Rb, n_sersic, gamma, alpha)
    R_sersic, Rb, n_sersic, gamma, alpha = (jnp.expand_dims(v, -1) for v in values)
    b, log_break = b_n(n_sersic), jnp.log(Rb)
    low = jnp.minimum(log_break, jnp.log(R_sersic)) - 40.0 / (2.0 - gamma)
    # b (x - 1) - 2n ln(x) is about 40 there, with x = (R / R_sersic)^(1/n).
    high = jnp.maximum(log_break, jnp.log(R_sersic)) + n_sersic * jnp.log1p((40.0 + 4.0 * n_sersic) / b)
    nodes, weights = (
        jnp.reshape(jnp.asarray(v, dtype=low.dtype), (1,) * (low.ndim - 1) + (-1,))
        for v in np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    )
    total = jnp.zeros(low.shape[:-1], low.dtype)
    for start, end in ((low, log_break), (log_break, high)):
        half = 0.5 * (end - start)
        log_r = start + half * (nodes + 1.0)
        log_light = _log_core_profile(log_r, R_sersic, Rb, n_sersic, gamma, alpha)
        total = total + jnp.sum(jnp.exp(2.0 * log_r + log_light) * half * weights, axis=-1)
    return 2.0 * jnp.pi * total


@light_profile("CORE_SERSIC", total_flux=core_sersic_total_flux)
def core_sersic(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    Rb: Real,
    n_sersic: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    alpha: Real = 3.0,
) -> jax.Array:
    """Core-Sersic profile (Graham et al. 2003; Trujillo et al. 2004); lenstronomy's CORE_SERSIC.

        I(R) = [1 + (Rb / R)^alpha]^(gamma / alpha)
               exp(-b_n {[(R^alpha + Rb^alpha) / R_sersic^alpha]^(1 / (alpha n)) - 1})

    A power law of slope gamma inside the break radius Rb (arcsec), Sersic outside.
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    log_r = 0.5 * jnp.log(jnp.maximum(r_squared, SMOOTHING**2))
    return jnp.exp(_log_core_profile(log_r, R_sersic, Rb, n_sersic, gamma, alpha))
