"""Light of Hernquist's sphere (1990, ApJ 356, 359), seen in projection.

    I(r) = [(2 + t) F(t) - 3] / (1 - t)^2,     t = r^2 / Rs^2,

with F of `fastmath.arcsech`: the projection of 1 / [Rs (r/Rs) (1 + r/Rs)^3].  It diverges logarithmically at
the centre; inside 1e-5 Rs it is constant, as in lenstronomy.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.arcsech import arcsech, second_quotient
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

# The radius, in units of Rs, inside which the brightness is constant, as in lenstronomy.
SMALLEST_RADIUS = 1e-5


def hernquist_total_flux(*, Rs: Real, **ignored: Real) -> jax.Array:
    """2 pi Rs^2, at unit amplitude."""
    return 2.0 * jnp.pi * jnp.square(Rs)


@light_profile("HERNQUIST", total_flux=hernquist_total_flux)
def hernquist(x: Real, y: Real, *, Rs: Real, center_x: Real = 0.0, center_y: Real = 0.0) -> jax.Array:
    """Hernquist's sphere in projection; lenstronomy's HERNQUIST.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Rs: scale radius (arcsec), above 0.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2 at unit amplitude, of the shape to which the arguments broadcast.

    >>> print(f"{hernquist(1.0, 0.0, Rs=1.0):.6f}")
    0.266667
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return _profile(dx * dx + dy * dy, Rs)


@light_profile("HERNQUIST_ELLIPSE", total_flux=hernquist_total_flux)
def hernquist_ellipse(
    x: Real, y: Real, *, Rs: Real, e1: Real, e2: Real, center_x: Real = 0.0, center_y: Real = 0.0
) -> jax.Array:
    """HERNQUIST of the product-average elliptical radius; lenstronomy's HERNQUIST_ELLIPSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Rs: scale radius, product average of the axes (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2 at unit amplitude, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return _profile(elliptical_radius_squared(dx, dy, e1, e2), Rs)


def _profile(r_squared: jax.Array, Rs: Real) -> jax.Array:
    """The brightness at a squared radius (arcsec^2)."""
    ratio_squared = r_squared * jnp.square(1.0 / jnp.asarray(Rs))
    return second_quotient(arcsech(jnp.maximum(ratio_squared, SMALLEST_RADIUS**2)))
