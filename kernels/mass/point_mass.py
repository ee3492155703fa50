"""A point mass."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Core radius squared (arcsec^2): what keeps the centre differentiable, in float32 too.
CORE_SQUARED = 1e-16


def point_mass_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = theta_E^2 ln(r^2 + s^2) / 2, in arcsec^2, with s = 1e-8 arcsec."""
    r_squared = (x - center_x) ** 2 + (y - center_y) ** 2
    return 0.5 * jnp.square(theta_E) * jnp.log(r_squared + CORE_SQUARED)


@mass_profile("POINT_MASS", potential=point_mass_potential)
def point_mass(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Alpha = theta_E^2 (x, y) / (r^2 + s^2) with s = 1e-8 arcsec; lenstronomy's POINT_MASS.

    The core makes it differentiable at the centre, where the deflection is zero and its slope 1e16 theta_E^2.
    """
    dx, dy = x - center_x, y - center_y
    scale = jnp.square(theta_E) / (dx * dx + dy * dy + CORE_SQUARED)
    return scale * dx, scale * dy
