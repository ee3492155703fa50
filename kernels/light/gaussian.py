"""Gaussian light profiles; the amplitude is the total flux."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real


def gaussian_total_flux(*, sigma: Real, **ignored: Real) -> jax.Array:
    """1, of the shape of `sigma`: a unit-amplitude Gaussian integrates to one."""
    return jnp.ones_like(sigma, dtype=jnp.result_type(float))


def _profile(r_squared: jax.Array, sigma: Real) -> jax.Array:
    """The Gaussian of unit flux at a squared radius (arcsec^2)."""
    variance = jnp.square(sigma)
    return exp(r_squared * (-0.5 / variance)) * (0.5 / jnp.pi / variance)


@light_profile("GAUSSIAN", total_flux=gaussian_total_flux)
def gaussian(
    x: Real,
    y: Real,
    *,
    sigma: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Round Gaussian exp(-r^2 / (2 sigma^2)) / (2 pi sigma^2); lenstronomy's GAUSSIAN.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        sigma: standard deviation along each axis (arcsec).
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2 at unit flux, of the shape to which the arguments broadcast.

    >>> import math
    >>> math.isclose(float(gaussian(0.0, 0.0, sigma=1.0)), 1 / (2 * math.pi), rel_tol=1e-6)
    True
    """
    return _profile((jnp.asarray(x) - center_x) ** 2 + (jnp.asarray(y) - center_y) ** 2, sigma)


@light_profile("GAUSSIAN_ELLIPSE", total_flux=gaussian_total_flux)
def gaussian_ellipse(
    x: Real,
    y: Real,
    *,
    sigma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The Gaussian of the product-average elliptical radius; lenstronomy's GAUSSIAN_ELLIPSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        sigma: product-average of the standard deviations along the two axes (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: position of the peak (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2 at unit flux, of the shape to which the arguments broadcast.
    """
    return _profile(elliptical_radius_squared(x - center_x, y - center_y, e1, e2), sigma)
