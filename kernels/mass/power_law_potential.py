"""Power laws whose potential is round or elliptical: SPP, SPEP (Barkana 1998, ApJ 502, 531); EPL_Q_PHI.

With t = gamma - 1 the potential of the round power law is

    psi(r) = theta_E^2 / (2 - t) (r / theta_E)^(2 - t),

and SPEP is q^(1 - (2 - t)) psi(R) with R^2 = q x'^2 + y'^2 / q, along the axes of the ellipse.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import circularized, clip_ellipticity, phi_q_to_ellipticity, safe_sqrt
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.mass.power_law import MIN_RADIUS_SQUARED, epl, epl_potential, power
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real


def _spp_slope(r_squared: Real, *, theta_E: Real, gamma: Real) -> jax.Array:
    """(theta_E / r)^t; constant inside 1e-9 arcsec, so that the deflection falls linearly to zero."""
    dtype = jnp.result_type(r_squared, theta_E, gamma, float)
    r_squared, theta_E, t = (jnp.asarray(v, dtype) for v in (r_squared, theta_E, gamma - 1.0))
    return power(theta_E, t) * exp((-0.5 * t) * log(jnp.maximum(r_squared, MIN_RADIUS_SQUARED)))


def _spp_potential(r_squared: Real, *, theta_E: Real, gamma: Real) -> jax.Array:
    """Psi of the round power law, whose derivative is `_spp_slope` times the radius also at the centre."""
    outside = jnp.maximum(r_squared, MIN_RADIUS_SQUARED)
    inside = 0.5 * (jnp.minimum(r_squared, MIN_RADIUS_SQUARED) - MIN_RADIUS_SQUARED)
    return _spp_slope(r_squared, theta_E=theta_E, gamma=gamma) * (outside / (3.0 - gamma) + inside)


SPP = Radial(_spp_slope, _spp_potential)

spp = register_round(
    "SPP",
    SPP,
    """Round power law: alpha = (theta_E / r)^(gamma - 1) (x, y); lenstronomy's SPP.

    The convergence is (3 - gamma) / 2 (theta_E / r)^(gamma - 1).  Inside 1e-9 arcsec the deflection falls
    linearly to zero; lenstronomy's is too small inside 1e-3 arcsec.
    """,
    power_law=True,
    sigma_v=True,
)


def _spep_terms(x: Real, y: Real, gamma: Real, e1: Real, e2: Real) -> tuple[jax.Array, ...]:
    """R^2, half its gradient in x and in y, and the factor q^(gamma - 2) of the potential."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    # R^2 = |zeta|^2 / (1 - |e|^2), with zeta = z - e conj(z)
    inverse = 1.0 / one_minus_e2
    u, v = circularized(*circularized(x, y, e1, e2), e1, e2)
    u, v = u * inverse, v * inverse
    log_q = jnp.log(one_minus_e2) - 2.0 * jnp.log1p(safe_sqrt(e1 * e1 + e2 * e2))
    return x * u + y * v, u, v, jnp.exp((gamma - 2.0) * log_q)


def spep_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `spep`: that of the round power law at R, times q^(gamma - 2).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3.
        e1: ellipticity of the potential.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    r_squared, _, _, factor = _spep_terms(x - center_x, y - center_y, gamma, e1, e2)
    return factor * _spp_potential(r_squared, theta_E=theta_E, gamma=gamma)


@mass_profile("SPEP", potential=spep_potential, power_law=True, sigma_v=True)
def spep(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Power law with an elliptical potential (equation above); lenstronomy's SPEP.

    The factor q^(gamma - 2) has a cone at e1 = e2 = 0, where the derivatives in e1 and e2 are those of the
    rest, the mean of those on both sides.  lenstronomy replaces gamma by 1.4 below and by 2.9 above; here the
    equation is used for all 1 < gamma < 3.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3.
        e1: ellipticity of the potential.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    r_squared, u, v, factor = _spep_terms(x - center_x, y - center_y, gamma, e1, e2)
    slope = factor * _spp_slope(r_squared, theta_E=theta_E, gamma=gamma)
    return slope * u, slope * v


def epl_q_phi_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    q: Real,
    phi: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `epl_q_phi`: that of the EPL with the same ellipse.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3.
        q: axis ratio.
        phi: position angle of the major axis (radians, from x towards y).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    e1, e2 = phi_q_to_ellipticity(phi, q)
    return epl_potential(x - center_x, y - center_y, theta_E=theta_E, gamma=gamma, e1=e1, e2=e2)


@mass_profile("EPL_Q_PHI", potential=epl_q_phi_potential, sigma_v=True)
def epl_q_phi(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    q: Real,
    phi: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """The elliptical power law by axis ratio and position angle; lenstronomy's EPL_Q_PHI.

    It is EPL with e1 = (1 - q) / (1 + q) cos(2 phi) and e2 = (1 - q) / (1 + q) sin(2 phi).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3.
        q: axis ratio.
        phi: position angle of the major axis (radians, from x towards y).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    e1, e2 = phi_q_to_ellipticity(phi, q)
    return epl(x - center_x, y - center_y, theta_E=theta_E, gamma=gamma, e1=e1, e2=e2)
