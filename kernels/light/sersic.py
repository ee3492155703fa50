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
from jax.scipy.special import gammaln

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

SMOOTHING = 1e-4
MAX_RADIUS = 1000.0
QUADRATURE_NODES = 256


def b_n(n_sersic: Real) -> jax.Array:
    """Lenstronomy's linear approximation to the b_n that makes R_sersic the half-light radius."""
    return jnp.maximum(1.9992 * n_sersic - 0.3271, 1e-5)


def _profile(r_squared: jax.Array, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """Unit-amplitude Sersic profile of the squared radius (arcsec^2)."""
    scale = jnp.maximum(R_sersic, SMOOTHING)
    ratio_squared = jnp.maximum(r_squared, SMOOTHING**2) / (scale * scale)
    stretched = jnp.exp(jnp.log(ratio_squared) * (0.5 / n_sersic))
    light = jnp.exp(-b_n(n_sersic) * (stretched - 1.0))
    return jnp.where(ratio_squared <= MAX_RADIUS**2, light, 0.0)


def sersic_total_flux(*, R_sersic: Real, n_sersic: Real, **ignored: Real) -> jax.Array:
    """Flux of a unit-amplitude Sersic profile out to infinity (counts/s for amp in counts/s/arcsec^2).

    F = 2 pi n R_sersic^2 exp(b_n) b_n^(-2n) Gamma(2n): Graham & Driver (2005), eq. 2; lenstronomy's
    total_flux.
    """
    b = b_n(n_sersic)
    log_flux = b - 2.0 * n_sersic * jnp.log(b) + gammaln(2.0 * n_sersic)
    return 2.0 * jnp.pi * n_sersic * jnp.square(R_sersic) * jnp.exp(log_flux)


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


def _core_profile(
    r: jax.Array, R_sersic: Real, Rb: Real, n_sersic: Real, gamma: Real, alpha: Real
) -> jax.Array:
    """Unit-amplitude core-Sersic profile of the radius (arcsec)."""
    # By logarithms: r^alpha overflows float32 at the ends of the flux quadrature.
    log_r, log_break = jnp.log(r), jnp.log(Rb)
    inner = jnp.exp(gamma / alpha * jnp.logaddexp(0.0, alpha * (log_break - log_r)))
    log_sum = jnp.logaddexp(alpha * log_r, alpha * log_break) / alpha - jnp.log(R_sersic)
    return inner * jnp.exp(-b_n(n_sersic) * (jnp.exp(log_sum / n_sersic) - 1.0))


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

    Gauss-Legendre quadrature in ln R, from where the inner power law has no flux left (gamma < 2) to where
    the exponential has none.  lenstronomy has no total flux for this profile.
    """
    values = jnp.broadcast_arrays(R_sersic, Rb, n_sersic, gamma, alpha)
    R_sersic, Rb, n_sersic, gamma, alpha = (jnp.expand_dims(v, -1) for v in values)
    b = b_n(n_sersic)
    low = jnp.log(jnp.minimum(Rb, R_sersic)) - 40.0 / (2.0 - gamma)
    high = jnp.log(jnp.maximum(Rb, R_sersic)) + n_sersic * jnp.log((b + 40.0) / b)
    nodes, weights = (
        jnp.reshape(jnp.asarray(v, dtype=low.dtype), (1,) * (low.ndim - 1) + (-1,))
        for v in np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    )
    half = 0.5 * (high - low)
    r = jnp.exp(low + half * (nodes + 1.0))
    integrand = r * r * _core_profile(r, R_sersic, Rb, n_sersic, gamma, alpha)
    return 2.0 * jnp.pi * jnp.sum(integrand * half * weights, axis=-1)


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
    r = jnp.sqrt(jnp.maximum(r_squared, SMOOTHING**2))
    return _core_profile(r, R_sersic, Rb, n_sersic, gamma, alpha)
