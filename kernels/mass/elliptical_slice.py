"""A uniform elliptical slice of mass (Schramm 1990; Bourassa & Kantowski 1975).

The convergence is sigma_0 inside the ellipse with semi-axes a and b, and 0 outside.  A point outside lies on
one ellipse of the same foci, with semi-axes a'^2 = a^2 + t and b'^2 = b^2 + t; inside t = 0.  With (u, v)
along the axes

    alpha = 2 a b sigma_0 (u / a', v / b') / (a' + b'),
    psi   = a b sigma_0 [(u^2 / a' + v^2 / b') / (a' + b') + ln((a' + b') / 2)].

This has no singular point at a = b, and no branch of a complex root.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import rotate
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

_MEANINGS = {
    "a": Meaning("arcsec", "semi-axis at the angle psi", 0.5, 2.0),
    "b": Meaning("arcsec", "the other semi-axis", 0.5, 2.0),
    "psi": Meaning("radian", "angle of the semi-axis a, from x towards y", -1.5, 1.5),
    "sigma_0": Meaning("", "convergence", 0.2, 2.0),
}


def _confocal(u: jax.Array, v: jax.Array, a: Real, b: Real) -> Pair:
    """The semi-axes a' and b' of the ellipse through a point outside; a and b inside."""
    uu, vv, aa, bb = u * u, v * v, jnp.square(a), jnp.square(b)
    excess = uu * bb + vv * aa - aa * bb
    outside = excess > 0.0
    half = 0.5 * jnp.where(outside, uu + vv - aa - bb, 1.0)
    excess = jnp.where(outside, excess, 0.0)
    root = jnp.sqrt(half * half + excess)
    # the positive root of t^2 - 2 half t - excess = 0, without cancellation
    below = half < 0.0
    t = jnp.where(below, excess / jnp.where(below, root - half, 1.0), half + root)
    t = jnp.where(outside, t, 0.0)
    return jnp.sqrt(aa + t), jnp.sqrt(bb + t)


def elli_slice_potential(
    x: Real,
    y: Real,
    *,
    a: Real,
    b: Real,
    psi: Real,
    sigma_0: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `elli_slice` (equation above).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: semi-axis at the angle psi (arcsec).
        b: the other semi-axis (arcsec).
        psi: angle of the semi-axis a (radians, from x towards y).
        sigma_0: convergence inside.
        center_x: centre of the slice (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    u, v = rotate(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, psi)
    long, short = _confocal(u, v, a, b)
    total = long + short
    return a * b * sigma_0 * ((u * u / long + v * v / short) / total + jnp.log(0.5 * total))


@mass_profile("ElliSLICE", potential=elli_slice_potential, meanings=_MEANINGS)
def elli_slice(
    x: Real,
    y: Real,
    *,
    a: Real,
    b: Real,
    psi: Real,
    sigma_0: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of a uniform elliptical slice (equation above); lenstronomy's ElliSLICE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: semi-axis at the angle psi (arcsec).
        b: the other semi-axis (arcsec).
        psi: angle of the semi-axis a (radians, from x towards y).
        sigma_0: convergence inside.
        center_x: centre of the slice (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    u, v = rotate(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, psi)
    long, short = _confocal(u, v, a, b)
    scale = 2.0 * a * b * sigma_0 / (long + short)
    return rotate(scale * u / long, scale * v / short, -jnp.asarray(psi))
