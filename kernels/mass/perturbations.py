"""Perturbations of a lens: a dipole of its centre, and waves along an arc.

Both turn around a centre where they are singular.  There the deflection is zero, and within 1e-6 arcsec it is
smoothed.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import inverse_root
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# The smallest squared distance (arcsec^2) from the centre by which is divided.
MIN_RADIUS_SQUARED = 1e-12


@mass_profile("DIPOLE", potential=None)
def dipole(x: Real, y: Real, *, com_x: Real, com_y: Real, phi_dipole: Real, coupling: Real) -> Pair:
    """A deflection along one axis: alpha = coupling cos(phi - phi_dipole) n; lenstronomy's DIPOLE.

    (r, phi) are polar coordinates about (com_x, com_y), and n is the unit vector at the angle phi_dipole.
    The deflection has a curl, so there is no potential.  (lenstronomy has the potential 0, and a Hessian that
    is symmetric and so not that of the deflection.)

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        com_x: centre of mass of the two lenses (arcsec).
        com_y: its other coordinate.
        phi_dipole: angle of the axis (radians, from x towards y).
        coupling: deflection along the axis (arcsec).

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - com_x, jnp.asarray(y) - com_y
    cos, sin = jnp.cos(phi_dipole), jnp.sin(phi_dipole)
    root = inverse_root(jnp.maximum(dx * dx + dy * dy, MIN_RADIUS_SQUARED))
    along = coupling * (cos * dx + sin * dy) * root
    return along * cos, along * sin


def _waves(
    dx: jax.Array, dy: jax.Array, d_r: Real, d_phi: Real
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """1 / r, the phase r / d_r, the wave number m and the phase m phi of `arc_pert`."""
    squared = dx * dx + dy * dy
    outside = squared > MIN_RADIUS_SQUARED
    # arctan2 has no derivative at the centre
    angle = jnp.arctan2(jnp.where(outside, dy, 0.0), jnp.where(outside, dx, 1.0))
    floored = jnp.where(outside, squared, MIN_RADIUS_SQUARED)
    inverse = inverse_root(floored)
    number = 2.0 * jnp.pi / jnp.asarray(d_phi)
    return inverse, floored * inverse / d_r, number, number * angle


def arc_pert_potential(
    x: Real,
    y: Real,
    *,
    coeff: Real,
    d_r: Real,
    d_phi: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `arc_pert`: psi = coeff cos(r / d_r) cos(m phi).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        coeff: amplitude (arcsec^2).
        d_r: radial wavelength over 2 pi (arcsec).
        d_phi: tangential wavelength (radians).
        center_x: centre of the polar coordinates (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    _, radial, _, tangential = _waves(dx, dy, d_r, d_phi)
    return coeff * jnp.cos(radial) * jnp.cos(tangential)


@mass_profile("ARC_PERT", potential=arc_pert_potential)
def arc_pert(
    x: Real,
    y: Real,
    *,
    coeff: Real,
    d_r: Real,
    d_phi: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Waves in radius and angle: psi = coeff cos(r / d_r) cos(m phi); lenstronomy's ARC_PERT.

    m is 2 pi / d_phi, and (r, phi) are polar coordinates about the centre, with phi between -pi and pi.
    Where m is not whole the deflection jumps at phi = pi.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        coeff: amplitude (arcsec^2).
        d_r: radial wavelength over 2 pi (arcsec).
        d_phi: tangential wavelength (radians).
        center_x: centre of the polar coordinates (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    inverse, radial, number, tangential = _waves(dx, dy, d_r, d_phi)
    scale = coeff * inverse
    outward = -scale * jnp.sin(radial) * jnp.cos(tangential) / d_r
    around = -scale * number * inverse * jnp.cos(radial) * jnp.sin(tangential)
    return outward * dx - around * dy, outward * dy + around * dx
