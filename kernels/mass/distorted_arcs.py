"""Curved arcs that are distorted: by a shear of the source, or by a stretch that changes along the arc.

The arcs and their parameters are those of `curved_arcs` (Birrer 2021, arXiv:2104.09522).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.constant_hessian import shear_reduced
from jaxlens.kernels.mass.curved_arcs import curved_arc_sis_mst
from jaxlens.kernels.mass.isothermal import sie, sie_potential
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# The largest (1 - q^2) / (1 + q^2) of CURVED_ARC_TAN_DIFF, as in lenstronomy.
MAX_ECCENTRICITY = 0.99999


@mass_profile("CURVED_ARC_SPT", potential=None)
def curved_arc_spt(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    direction: Real,
    gamma1: Real,
    gamma2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """A curved arc whose source is sheared: a source position transform; lenstronomy's CURVED_ARC_SPT.

    It is `curved_arc_sis_mst`, and then `shear_reduced` of the source's position about the arc.  The
    deflection has a curl, so there is no potential.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        gamma1: reduced shear of the source along the axes.
        gamma2: reduced shear of the source along the diagonals.
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    alpha_x, alpha_y = curved_arc_sis_mst(
        dx,
        dy,
        tangential_stretch=tangential_stretch,
        radial_stretch=radial_stretch,
        curvature=curvature,
        direction=direction,
    )
    more_x, more_y = shear_reduced(dx - alpha_x, dy - alpha_y, gamma1=gamma1, gamma2=gamma2)
    return alpha_x + more_x, alpha_y + more_y


def _isothermal(
    tangential_stretch: Real, radial_stretch: Real, curvature: Real, dtan_dtan: Real, direction: Real
) -> dict[str, jax.Array]:
    """The SIE of `curved_arc_tan_diff`; its ellipticity is signed as dtan_dtan."""
    radius = 1.0 / jnp.asarray(curvature)
    change = dtan_dtan * radius / jnp.abs(1.0 - tangential_stretch / radial_stretch)
    eccentricity = jnp.clip(jnp.sign(tangential_stretch) * change, -MAX_ECCENTRICITY, MAX_ECCENTRICITY)
    # (1 - q) / (1 + q) of eccentricity = (1 - q^2) / (1 + q^2), odd in the eccentricity
    modulus = eccentricity / (1.0 + jnp.sqrt(1.0 - eccentricity * eccentricity))
    squared = modulus * modulus
    strength = 1.0 / radial_stretch - 1.0 / tangential_stretch
    return {
        "theta_E": radius * strength * jnp.sqrt((1.0 + squared) / (1.0 - squared)),
        # at 45 degrees from the direction
        "e1": -modulus * jnp.sin(2.0 * jnp.asarray(direction)),
        "e2": modulus * jnp.cos(2.0 * jnp.asarray(direction)),
    }


def curved_arc_tan_diff_potential(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    dtan_dtan: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `curved_arc_tan_diff`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        dtan_dtan: change of the tangential stretch along the arc, over the stretch (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    lens = _isothermal(tangential_stretch, radial_stretch, curvature, dtan_dtan, direction)
    x0, y0 = jnp.cos(direction) / curvature, jnp.sin(direction) / curvature
    alpha_x, alpha_y = sie(x0, y0, **lens)
    sheet = 1.0 - 1.0 / radial_stretch
    psi = sie_potential(dx + x0, dy + y0, **lens) - (alpha_x * dx + alpha_y * dy)
    return psi + 0.5 * sheet * (dx * dx + dy * dy)


@mass_profile("CURVED_ARC_TAN_DIFF", potential=curved_arc_tan_diff_potential)
def curved_arc_tan_diff(
    x: Real,
    y: Real,
    *,
    tangential_stretch: Real,
    radial_stretch: Real,
    curvature: Real,
    dtan_dtan: Real,
    direction: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """A curved arc whose tangential stretch changes along it; lenstronomy's CURVED_ARC_TAN_DIFF.

    An SIE in a sheet of mass, seen at 45 degrees from its axes, less its deflection at the arc.  With R = 1 /
    curvature its axis ratio q and Einstein radius are

        (1 - q^2) / (1 + q^2) = |dtan_dtan| R / |1 - tangential_stretch / radial_stretch|  <= 0.99999,
        theta_E = R (1 / radial_stretch - 1 / tangential_stretch) sqrt((1 + q^2) / (2 q)).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        tangential_stretch: stretch along the arc.
        radial_stretch: stretch across the arc.
        curvature: inverse radius of the arc (1/arcsec).
        dtan_dtan: change of the tangential stretch along the arc, over the stretch (1/arcsec).
        direction: from the centre of the circle to the arc (radians, from x towards y).
        center_x: position of the arc (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    lens = _isothermal(tangential_stretch, radial_stretch, curvature, dtan_dtan, direction)
    x0, y0 = jnp.cos(direction) / curvature, jnp.sin(direction) / curvature
    alpha_x, alpha_y = sie(dx + x0, dy + y0, **lens)
    at_arc_x, at_arc_y = sie(x0, y0, **lens)
    sheet = 1.0 - 1.0 / radial_stretch
    return alpha_x - at_arc_x + sheet * dx, alpha_y - at_arc_y + sheet * dy
