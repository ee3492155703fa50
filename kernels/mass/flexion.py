"""Flexion: the third derivatives of the potential of matter far from the lens (Bacon et al. 2006).

    psi = (g1 x^3 + 3 g2 x^2 y + 3 g3 x y^2 + g4 y^3) / 6

FLEXION has these derivatives; FLEXIONFG has F, the gradient of the convergence, and G, that of the shear
(Meneghetti 2021, Introduction to Gravitational Lensing, eq. 3.98).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real


def flexion_potential(
    x: Real, y: Real, *, g1: Real, g2: Real, g3: Real, g4: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> jax.Array:
    """Potential of `flexion`: psi of the module's equation, relative to (ra_0, dec_0).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        g1: third derivative of psi in x, x, x (1/arcsec).
        g2: that in x, x, y.
        g3: that in x, y, y.
        g4: that in y, y, y.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    alpha_x, alpha_y = flexion(dx, dy, g1=g1, g2=g2, g3=g3, g4=g4)
    # psi is homogeneous of degree 3
    return (dx * alpha_x + dy * alpha_y) / 3.0


@mass_profile("FLEXION", potential=flexion_potential)
def flexion(
    x: Real, y: Real, *, g1: Real, g2: Real, g3: Real, g4: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> Pair:
    """Flexion: alpha = (g1 x^2 + 2 g2 x y + g3 y^2, g2 x^2 + 2 g3 x y + g4 y^2) / 2; lenstronomy's FLEXION.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        g1: third derivative of psi in x, x, x (1/arcsec).
        g2: that in x, x, y.
        g3: that in x, y, y.
        g4: that in y, y, y.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    xx, xy, yy = 0.5 * dx * dx, dx * dy, 0.5 * dy * dy
    return g1 * xx + g2 * xy + g3 * yy, g2 * xx + g3 * xy + g4 * yy


def _third_derivatives(F1: Real, F2: Real, G1: Real, G2: Real) -> dict[str, Real]:
    """g1 to g4 of `flexion`."""
    return {
        "g1": 0.5 * (3.0 * F1 + G1),
        "g2": 0.5 * (3.0 * F2 + G2),
        "g3": 0.5 * (F1 - G1),
        "g4": 0.5 * (F2 - G2),
    }


def flexionfg_potential(
    x: Real, y: Real, *, F1: Real, F2: Real, G1: Real, G2: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> jax.Array:
    """Potential of `flexionfg`: that of `flexion` with its third derivatives.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        F1: F flexion (1/arcsec).
        F2: its other component.
        G1: G flexion (1/arcsec).
        G2: its other component.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return flexion_potential(x, y, **_third_derivatives(F1, F2, G1, G2), ra_0=ra_0, dec_0=dec_0)


@mass_profile("FLEXIONFG", potential=flexionfg_potential)
def flexionfg(
    x: Real, y: Real, *, F1: Real, F2: Real, G1: Real, G2: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> Pair:
    """Flexion by its F and G parts; lenstronomy's FLEXIONFG.

    It is `flexion` with g1 = (3 F1 + G1) / 2, g2 = (3 F2 + G2) / 2, g3 = (F1 - G1) / 2, g4 = (F2 - G2) / 2,
    so that the gradient of the convergence is (F1, F2).  That of the shear is (G1, G2 + 2 F2), as in
    lenstronomy; with g2 = (F2 + G2) / 2 and g4 = (3 F2 - G2) / 2 it would be (G1, G2).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        F1: F flexion (1/arcsec).
        F2: its other component.
        G1: G flexion (1/arcsec).
        G2: its other component.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return flexion(x, y, **_third_derivatives(F1, F2, G1, G2), ra_0=ra_0, dec_0=dec_0)
