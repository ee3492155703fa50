"""Curved arcs: lenses that are described by what one arc looks like (Birrer 2021, arXiv:2104.09522).

An arc at (center_x, center_y) is stretched by `tangential_stretch` along a circle of radius
R = 1 / curvature, and by `radial_stretch` across it; `direction` points from the centre of the circle to the
arc.  A source at the position of the arc is seen there, undeflected.

With n the unit vector of the direction, d the position relative to the arc, and v = n + d / R the position
relative to the centre of the circle in units of R, the two round lenses are

    alpha = strength R (|v|^(p - 1) v - n),
    psi   = strength R^2 [|v|^(p + 1) / (p + 1) - n . d / R],

CURVED_ARC_SPP a power law, with strength = |u|, p = (1 - 1 / radial_stretch) / u and
u = 1 - 1 / tangential_stretch; CURVED_ARC_SIS_MST an isothermal lens in a sheet of mass, with p = 0.  These
forms have no cancellation where R is large.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import rotate
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# The smallest |v|^2: closer to the centre of the circle the logarithm is that of this distance.
MIN_RADIUS_SQUARED = 1e-12
# Where |v|^2 is above this value, ln |v|^2 is computed as log1p, which has all digits near the arc.
FAR_FROM_CENTRE = 0.5


def _log_radius_squared(dx: jax.Array, dy: jax.Array, curvature: Real, n: Pair) -> jax.Array:
    """Ln |v|^2 of the module's equations."""
    sx, sy = curvature * dx, curvature * dy
    beyond_one = 2.0 * (n[0] * sx + n[1] * sy) + (sx * sx + sy * sy)
    far = beyond_one > FAR_FROM_CENTRE - 1.0
    squared = jnp.maximum((n[0] + sx) ** 2 + (n[1] + sy) ** 2, MIN_RADIUS_SQUARED)
    return jnp.where(far, jnp.log1p(jnp.where(far, beyond_one, 0.0)), jnp.log(jnp.where(far, 1.0, squared)))


def _arc(dx: jax.Array, dy: jax.Array, curvature: Real, direction: Real, strength: Real, p: Real) -> Pair:
    """Alpha of the module's equations at the position (dx, dy) relative to the arc."""
    n = jnp.cos(direction), jnp.sin(direction)
    # |v|^(p - 1) - 1
    change = jnp.expm1(0.5 * (p - 1.0) * _log_radius_squared(dx, dy, curvature, n))
    radial = change / curvature
    return (
        strength * (radial * n[0] + (change + 1.0) * dx),
        strength * (radial * n[1] + (change + 1.0) * dy),
    )


def _arc_potential(
    dx: jax.Array, dy: jax.Array, curvature: Real, direction: Real, strength: Real, p: Real
) -> jax.Array:
    """Psi of the module's equations at the position (dx, dy) relative to the arc."""
    n = jnp.cos(direction), jnp.sin(direction)
    power = jnp.exp(0.5 * (p + 1.0) * _log_radius_squared(dx, dy, curvature, n))
    along = (n[0] * dx + n[1] * dy) * curvature
    return strength * (power / (p + 1.0) - along) / jnp.square(curvature)


def _power_law(tangential_stretch: Real, radial_stretch: Real) -> tuple[jax.Array, jax.Array]:
    """(strength, p) of CURVED_ARC_SPP."""
    u = 1.0 - 1.0 / jnp.asarray(tangential_stretch)
    return jnp.abs(u), (1.0 - 1.0 / radial_stretch) / u


def curved_arc_spp_potential(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `curved_arc_spp` (equation above).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc, other than 1.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return _arc_potential(dx, dy, curvature, direction, *_power_law(tangential_stretch, radial_stretch))


@mass_profile("CURVED_ARC_SPP", potential=curved_arc_spp_potential)
def curved_arc_spp(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """A curved arc by a round power law (equation above); lenstronomy's CURVED_ARC_SPP.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc, other than 1.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return _arc(dx, dy, curvature, direction, *_power_law(tangential_stretch, radial_stretch))


def curved_arc_sis_mst_potential(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `curved_arc_sis_mst`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    sheet = 1.0 - 1.0 / radial_stretch
    strength = 1.0 / radial_stretch - 1.0 / tangential_stretch
    lens = _arc_potential(dx, dy, curvature, direction, strength, 0.0)
    return lens + 0.5 * sheet * (dx * dx + dy * dy)


@mass_profile("CURVED_ARC_SIS_MST", potential=curved_arc_sis_mst_potential)
def curved_arc_sis_mst(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """A curved arc by an isothermal lens in a sheet of mass; lenstronomy's CURVED_ARC_SIS_MST.

    It is the equation above with p = 0 and strength = 1 / radial_stretch - 1 / tangential_stretch, plus a
    sheet of convergence 1 - 1 / radial_stretch about the arc.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    sheet = 1.0 - 1.0 / radial_stretch
    strength = 1.0 / radial_stretch - 1.0 / tangential_stretch
    alpha_x, alpha_y = _arc(dx, dy, curvature, direction, strength, 0.0)
    return alpha_x + sheet * dx, alpha_y + sheet * dy


@mass_profile("CURVED_ARC_CONST", potential=None)
def curved_arc_const(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """A curved arc of constant stretch, not stretched across; lenstronomy's CURVED_ARC_CONST.

    With (u, v) the position relative to the arc, along `direction` and across it,

        alpha_u = sqrt(R^2 - v^2) - R,    alpha_v = v - R arcsin(v / R) / tangential_stretch.

    Where |v| > R there is no deflection.  (lenstronomy has NaN at v < -R.)  The deflection has a curl, so
    there is no potential.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    _, v = rotate(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, direction)
    sin = curvature * v
    beyond = jnp.abs(sin) >= 1.0
    sin = jnp.where(beyond, 0.0, sin)
    cos = jnp.sqrt(1.0 - sin * sin)
    alpha_u = -sin * v / (1.0 + cos)
    alpha_v = v - jnp.arctan2(sin, cos) / (curvature * tangential_stretch)
    # a parameter that is NaN makes NaN beyond the circle too
    return rotate(alpha_u, jnp.where(beyond, 0.0 * alpha_v, alpha_v), -jnp.asarray(direction))


@mass_profile("CURVED_ARC_CONST_MST", potential=None)
def curved_arc_const_mst(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """`curved_arc_const` in a sheet of mass, which stretches it across; lenstronomy's CURVED_ARC_CONST_MST.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    stretch = tangential_stretch / radial_stretch
    alpha_x, alpha_y = curved_arc_const(
        dx, dy, tangential_stretch=stretch, curvature=curvature, direction=direction
    )
    share = 1.0 / jnp.asarray(radial_stretch)
    return share * alpha_x + (1.0 - share) * dx, share * alpha_y + (1.0 - share) * dy
