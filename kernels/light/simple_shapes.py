"""Simple shapes of light: a power law, a uniform ellipse, a linear slope, a bar."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import elliptical_radius_squared, safe_sqrt
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

# The core of the power law, its square in arcsec^2, as in lenstronomy.
POWER_LAW_CORE_SQUARED = 1e-8
LINEAR_MEANINGS = {
    "amp": Meaning("counts/s/arcsec^2", "brightness at the centre", 0.5, 2.0),
    "k": Meaning("counts/s/arcsec^3", "slope of the brightness with the radius", -1.0, 1.0),
}
LINE_MEANINGS = {"angle": Meaning("degree", "direction of the bar, from x away from y", -90.0, 90.0)}


@light_profile("POWER_LAW", no_flux="a power of the radius has no end")
def power_law(
    x: Real,
    y: Real,
    *,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Power law: I = (R^2 + s^2)^((1 - gamma) / 2); lenstronomy's POWER_LAW.

    R is the product-average elliptical radius and s = 1e-4 arcsec, as in lenstronomy.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma: logarithmic slope of the light in three dimensions.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2) + POWER_LAW_CORE_SQUARED
    # `log` returns a number for NaN
    known = jnp.where(jnp.isnan(r_squared), jnp.nan, 0.0)
    return exp((0.5 * (1.0 - gamma)) * log(r_squared)) + known


def ellipsoid_total_flux(*, radius: Real, **ignored: Real) -> jax.Array:
    """1, of the shape of `radius`: the amplitude is the total flux."""
    return jnp.ones_like(radius, dtype=jnp.result_type(float))


@light_profile("ELLIPSOID", total_flux=ellipsoid_total_flux)
def ellipsoid(
    x: Real,
    y: Real,
    *,
    radius: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A uniform ellipse: 1 / (pi radius^2) where R <= radius, and zero beyond; lenstronomy's ELLIPSOID.

    R is the product-average elliptical radius.  The amplitude is the total flux.  The edge is sharp, and does
    not contribute to derivatives.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        radius: product average of the semi-axes (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness per arcsec^2 at unit flux, of the shape to which the arguments broadcast.
    """
    radius_squared = jnp.square(radius)
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    inside = jnp.where(r_squared <= radius_squared, 1.0, jnp.where(r_squared > radius_squared, 0.0, jnp.nan))
    return inside / (jnp.pi * radius_squared)


def _linear(r_squared: jax.Array, amp: Real, k: Real) -> jax.Array:
    """Amp + k r where that is positive, and zero elsewhere."""
    return jnp.maximum(amp + k * safe_sqrt(r_squared), 0.0) + 0.0 * r_squared


NO_FLUX = "a slope that is not negative has no end"


@light_profile("LINEAR", no_flux=NO_FLUX, meanings=LINEAR_MEANINGS)
def linear(
    x: Real,
    y: Real,
    *,
    amp: Real,
    k: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A linear slope: I = amp + k r where that is positive, and zero elsewhere; lenstronomy's LINEAR.

    Its derivative at the centre is zero, and the edge where it becomes zero is a kink.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: brightness at the centre (counts/s/arcsec^2).
        k: slope (counts/s/arcsec^3).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.
    """
    return _linear((jnp.asarray(x) - center_x) ** 2 + (jnp.asarray(y) - center_y) ** 2, amp, k)


@light_profile("LINEAR_ELLIPSE", no_flux=NO_FLUX, meanings=LINEAR_MEANINGS)
def linear_ellipse(
    x: Real,
    y: Real,
    *,
    amp: Real,
    k: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The linear slope in the product-average elliptical radius; lenstronomy's LINEAR_ELLIPSE.

    I = amp + k R where that is positive, and zero elsewhere.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: brightness at the centre (counts/s/arcsec^2).
        k: slope (counts/s/arcsec^3).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.
    """
    return _linear(elliptical_radius_squared(x - center_x, y - center_y, e1, e2), amp, k)


def line_total_flux(*, length: Real, width: Real, **ignored: Real) -> jax.Array:
    """The area of the bar (arcsec^2); lenstronomy's total_flux."""
    return jnp.asarray(length) * width


@light_profile("LINE_PROFILE", total_flux=line_total_flux, meanings=LINE_MEANINGS)
def line_profile(
    x: Real,
    y: Real,
    *,
    angle: Real,
    length: Real,
    width: Real,
    start_x: Real = 0.0,
    start_y: Real = 0.0,
) -> jax.Array:
    """A bar of uniform brightness 1, which starts at a point; lenstronomy's LINE_PROFILE.

    It goes from (start_x, start_y) in the direction (cos(angle), -sin(angle)), and has half its width on
    either side.  Its edges are sharp, and do not contribute to derivatives.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        angle: direction (degrees), from x away from y.
        length: length (arcsec).
        width: width (arcsec).
        start_x: where it starts (arcsec).
        start_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - start_x, jnp.asarray(y) - start_y
    cos, sin = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    along, across = cos * dx - sin * dy, jnp.abs(cos * dy + sin * dx)
    inside = (along >= 0.0) & (along <= length) & (across <= 0.5 * jnp.asarray(width))
    return jnp.where(inside, 1.0, 0.0) + 0.0 * (along + across + length + width)
