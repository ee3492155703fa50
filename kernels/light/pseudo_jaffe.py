"""Pseudo-Jaffe light: a power law in 3D of index -2 between two radii (Keeton 2001, arXiv:astro-ph/0102341).

    I = Ra Rs / (Rs - Ra) [1 / sqrt(Ra^2 + R^2) - 1 / sqrt(Rs^2 + R^2)]

R is the radius, or lenstronomy's square-average elliptical radius.  The difference is written out, so that
the profile is right where Ra = Rs.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

# The smallest Ra and Rs (arcsec), as in lenstronomy.
MIN_CORE = 1e-8


def _profile(r_squared: Real, Ra: Real, Rs: Real) -> jax.Array:
    """The profile of unit amplitude at a squared radius (arcsec^2)."""
    Ra, Rs = jnp.maximum(Ra, MIN_CORE), jnp.maximum(Rs, MIN_CORE)
    a, s = jnp.sqrt(Ra * Ra + r_squared), jnp.sqrt(Rs * Rs + r_squared)
    return (Ra * Rs * (Ra + Rs)) / ((a + s) * (a * s))


def pseudo_jaffe_total_flux(*, Ra: Real, Rs: Real, **ignored: Real) -> jax.Array:
    """Flux at unit amplitude, 2 pi Ra Rs; lenstronomy has none."""
    return 2.0 * jnp.pi * jnp.maximum(Ra, MIN_CORE) * jnp.maximum(Rs, MIN_CORE)


def pseudo_jaffe_ellipse_total_flux(*, Ra: Real, Rs: Real, e1: Real, e2: Real, **ignored: Real) -> jax.Array:
    """Flux at unit amplitude: 2 pi Ra Rs (1 + |e|^2) / (1 - |e|^2), because R shrinks the area by the ratio.

    Args:
        Ra: inner radius (arcsec), any shape.
        Rs: outer radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux, in counts/s for an amplitude in counts/s/arcsec^2.
    """
    one_minus_e2 = clip_ellipticity(e1, e2)[2]
    return pseudo_jaffe_total_flux(Ra=Ra, Rs=Rs) * ((2.0 - one_minus_e2) / one_minus_e2)


@light_profile("PJAFFE", total_flux=pseudo_jaffe_total_flux)
def pseudo_jaffe(
    x: Real,
    y: Real,
    *,
    Ra: Real,
    Rs: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Round pseudo-Jaffe profile (equation above); lenstronomy's PJAFFE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Ra: inner radius (arcsec).
        Rs: outer radius (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    return _profile((jnp.asarray(x) - center_x) ** 2 + (jnp.asarray(y) - center_y) ** 2, Ra, Rs)


@light_profile("PJAFFE_ELLIPSE", total_flux=pseudo_jaffe_ellipse_total_flux)
def pseudo_jaffe_ellipse(
    x: Real,
    y: Real,
    *,
    Ra: Real,
    Rs: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Elliptical pseudo-Jaffe profile (equation above); lenstronomy's PJAFFE_ELLIPSE.

    R^2 = r^2 - 2 [e1 (x^2 - y^2) + 2 e2 x y] / (1 + |e|^2), lenstronomy's square average of the axes.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Ra: inner radius (arcsec).
        Rs: outer radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    factor = 2.0 / (2.0 - one_minus_e2)
    u, v = circularized(dx, dy, factor * e1, factor * e2)
    return _profile(dx * u + dy * v, Ra, Rs)
