"""Sersic profiles (Sersic 1968), in lenstronomy's conventions.

    I(R) = amp exp(-b_n [(R / R_sersic)^(1/n) - 1]),     b_n = 1.9992 n - 0.3271,

with R the product-average elliptical radius.  As in lenstronomy R is floored at 1e-4 arcsec, b_n at 1e-5,
and the light ends at 1000 R_sersic.  Inside the floor of R the gradient with respect to position and
ellipticity is zero.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.fastmath.gamma import log_gamma_remainder
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.sersic_index import b_n
from jaxlens.kernels.types import Real

# The smallest radius (arcsec), as in lenstronomy.
SMOOTHING = 1e-4
# The radius (in units of R_sersic) beyond which there is no light, as in lenstronomy.
MAX_RADIUS = 1000.0
# Gauss-Legendre nodes for the flux of a core-Sersic profile, on either side of the break radius.
QUADRATURE_NODES = 128
# The integral of the flux ends where the integrand has fallen by this many e-foldings.
E_FOLDINGS = 40.0


def _profile(r_squared: jax.Array, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """Unit-amplitude Sersic profile at a squared radius (arcsec^2)."""
    scale = jnp.maximum(R_sersic, SMOOTHING)
    ratio_squared = jnp.maximum(r_squared, SMOOTHING**2) * (1.0 / (scale * scale))
    stretched = exp(log(ratio_squared) * (0.5 / n_sersic))
    light = exp(-b_n(n_sersic) * (stretched - 1.0))
    # `log` returns a number for NaN, so NaN is set here: NaN in, NaN out.
    outside = jnp.where(ratio_squared > MAX_RADIUS**2, 0.0, jnp.nan)
    return jnp.where(ratio_squared <= MAX_RADIUS**2, light, outside)


def sersic_total_flux(*, R_sersic: Real, n_sersic: Real, **ignored: Real) -> jax.Array:
    """Flux of a unit-amplitude Sersic profile out to infinity.

    F = 2 pi n R_sersic^2 exp(b_n) b_n^(-2n) Gamma(2n): Graham & Driver (2005), eq. 2; lenstronomy's
    total_flux.

    Args:
        R_sersic: half-light radius (arcsec), any shape.
        n_sersic: Sersic index.
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux, in counts/s for an amplitude in counts/s/arcsec^2.
    """
    b, two_n = b_n(n_sersic), 2.0 * jnp.asarray(n_sersic)
    # Written so that each term is small: b - 2n ln(b) + ln Gamma(2n) loses 1e-5 to cancellation in float32.
    log_flux = (b - two_n) - two_n * jnp.log(b / two_n) + log_gamma_remainder(two_n)
    return jnp.pi * two_n * jnp.square(R_sersic) * jnp.exp(log_flux)


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
    """Round Sersic profile, 1 at R_sersic; lenstronomy's SERSIC.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: half-light radius (arcsec).
        n_sersic: Sersic index.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
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

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: half-light radius, the product average of the ellipse (arcsec).
        n_sersic: Sersic index.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.

    >>> round(float(sersic_ellipse(1.0, 0.0, R_sersic=1.0, n_sersic=4.0, e1=0.0, e2=0.0)), 6)
    1.0
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    return _profile(r_squared, R_sersic, n_sersic)


def _log_core_profile(
    log_r: jax.Array, R_sersic: Real, Rb: Real, n_sersic: Real, gamma: Real, alpha: Real
) -> jax.Array:
    """Logarithm of the unit-amplitude core-Sersic profile at ln(radius / arcsec)."""
    # Sums of powers as logarithms: the powers overflow at the ends of the flux quadrature.
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

    Gauss-Legendre quadrature in ln R, in two parts: from where the flux inside is e^-40 of the whole to the
    break radius, and from there to where the exponential has fallen by e^-40.  lenstronomy has no total flux
    for this profile.

    Args:
        R_sersic: radius (arcsec), any shape.
        Rb: break radius (arcsec).
        n_sersic: Sersic index.
        gamma: logarithmic slope of the brightness inside Rb, below 2.
        alpha: how sharp the transition at Rb is.
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux, in counts/s for an amplitude in counts/s/arcsec^2.
    """
    values = jnp.broadcast_arrays(R_sersic, Rb, n_sersic, gamma, alpha)
    R_sersic, Rb, n_sersic, gamma, alpha = (jnp.expand_dims(v, -1) for v in values)
    b, log_break = b_n(n_sersic), jnp.log(Rb)
    low = jnp.minimum(log_break, jnp.log(R_sersic)) - E_FOLDINGS / (2.0 - gamma)
    # At `high` the exponent b (s - 1) - 2n ln(s), with s = (R / R_sersic)^(1/n), is about E_FOLDINGS.
    high = jnp.maximum(log_break, jnp.log(R_sersic)) + n_sersic * jnp.log1p((E_FOLDINGS + 4.0 * n_sersic) / b)
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


@light_profile(
    "CORE_SERSIC",
    total_flux=core_sersic_total_flux,
    meanings={"gamma": Meaning("", "logarithmic slope inside the break radius", 0.0, 0.8)},
)
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

    A power law inside the break radius, a Sersic profile outside.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: radius of the Sersic profile (arcsec).
        Rb: break radius (arcsec).
        n_sersic: Sersic index.
        gamma: logarithmic slope of the brightness inside Rb.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        alpha: how sharp the transition at Rb is.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    log_r = 0.5 * jnp.log(jnp.maximum(r_squared, SMOOTHING**2))
    return jnp.exp(_log_core_profile(log_r, R_sersic, Rb, n_sersic, gamma, alpha))
