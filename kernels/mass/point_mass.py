"""A point mass."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Inside this squared radius (arcsec^2) the deflection falls linearly to zero, so that the centre is
# differentiable.  Its inverse must fit float32.
CORE_SQUARED = 1e-16
# ln(10)
LN_10 = 2.302585092994046


def point_mass_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `point_mass`: psi = theta_E^2 ln r.

    Inside s = 1e-8 arcsec it is theta_E^2 [ln s + (r^2 / s^2 - 1) / 2].

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        center_x: position of the mass (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    r_squared = (x - center_x) ** 2 + (y - center_y) ** 2
    inside = jnp.minimum(r_squared / CORE_SQUARED, 1.0) - 1.0
    return 0.5 * jnp.square(theta_E) * (jnp.log(jnp.maximum(r_squared, CORE_SQUARED)) + inside)


@mass_profile("POINT_MASS", potential=point_mass_potential)
def point_mass(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Point mass: alpha = theta_E^2 (x, y) / r^2; lenstronomy's POINT_MASS.

    Inside r = 1e-8 arcsec it is 1e16 theta_E^2 (x, y), the deflection of a disk of constant density, which is
    differentiable at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        center_x: position of the mass (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    scale = jnp.square(theta_E) / jnp.maximum(dx * dx + dy * dy, CORE_SQUARED)
    return scale * dx, scale * dy


def point_mass_log_scaled_potential(
    x: Real,
    y: Real,
    *,
    log10_theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `point_mass_log_scaled`: that of `point_mass` with theta_E = 10^log10_theta_E.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        log10_theta_E: decimal logarithm of the Einstein radius in arcsec.
        center_x: position of the mass (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return point_mass_potential(x - center_x, y - center_y, theta_E=_power_of_ten(log10_theta_E))


@mass_profile("POINT_MASS_LOG_SCALED", potential=point_mass_log_scaled_potential)
def point_mass_log_scaled(
    x: Real,
    y: Real,
    *,
    log10_theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """`point_mass` with theta_E = 10^log10_theta_E; lenstronomy's POINT_MASS_LOG_SCALED.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        log10_theta_E: decimal logarithm of the Einstein radius in arcsec.
        center_x: position of the mass (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return point_mass(x - center_x, y - center_y, theta_E=_power_of_ten(log10_theta_E))


def _power_of_ten(exponent: Real) -> jax.Array:
    return jnp.exp(LN_10 * exponent)
