"""Sersic profiles by axis ratio and angle, and with flexion: SERSIC_ELLIPSE_Q_PHI, SERSIC_ELLIPSE_FLEXION."""

from __future__ import annotations

import jax

from jaxlens.kernels.ellipse import phi_q_to_ellipticity
from jaxlens.kernels.light.sersic import sersic_ellipse, sersic_total_flux
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

# The parameters of the distortion, whose names mean something else elsewhere.
FLEXION_MEANINGS = {
    "a": Meaning("", "relative stretch of both axes", -0.1, 0.1),
    "b1": Meaning("", "shear along the axes", -0.1, 0.1),
    "b2": Meaning("", "shear along the diagonals", -0.1, 0.1),
    "c1": Meaning("1/arcsec", "first flexion, along x", -0.02, 0.02),
    "c2": Meaning("1/arcsec", "first flexion, along y", -0.02, 0.02),
    "d1": Meaning("1/arcsec", "second flexion, along x", -0.02, 0.02),
    "d2": Meaning("1/arcsec", "second flexion, along y", -0.02, 0.02),
}


@light_profile("SERSIC_ELLIPSE_Q_PHI", total_flux=sersic_total_flux)
def sersic_ellipse_q_phi(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    n_sersic: Real,
    q: Real,
    phi: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The elliptical Sersic profile by axis ratio and angle; lenstronomy's SERSIC_ELLIPSE_Q_PHI.

    It is SERSIC_ELLIPSE with e1 = (1 - q) / (1 + q) cos(2 phi), e2 = (1 - q) / (1 + q) sin(2 phi).  As there
    the light ends at 1000 R_sersic; lenstronomy's ends at 100, beyond which it is below 1e-9 of the peak.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: half-light radius, the product average of the ellipse (arcsec).
        n_sersic: Sersic index.
        q: axis ratio.
        phi: position angle of the major axis (radians, from x towards y).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    e1, e2 = phi_q_to_ellipticity(phi, q)
    dx, dy = x - center_x, y - center_y
    return sersic_ellipse(dx, dy, R_sersic=R_sersic, n_sersic=n_sersic, e1=e1, e2=e2)


@light_profile("SERSIC_ELLIPSE_FLEXION", total_flux=sersic_total_flux, meanings=FLEXION_MEANINGS)
def sersic_ellipse_flexion(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    n_sersic: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    a: Real = 0.0,
    b1: Real = 0.0,
    b2: Real = 0.0,
    c1: Real = 0.0,
    c2: Real = 0.0,
    d1: Real = 0.0,
    d2: Real = 0.0,
) -> jax.Array:
    """A Sersic ellipse seen through shear and flexion; lenstronomy's SERSIC_ELLIPSE_FLEXION.

    With b = b1 + i b2 and so on, it is SERSIC_ELLIPSE at Z(z) with its centre at Z(centre),

        Z = z + a z + b conj(z) + conj(c) z^2 + 2 c z conj(z) + d conj(z)^2

    (Fleury, Larena & Uzan 2022, arXiv:2203.10838).  The total flux is that of the Sersic ellipse before the
    distortion, as in lenstronomy: the distortion magnifies, so that the sum of the image is another one.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: half-light radius, the product average of the ellipse (arcsec).
        n_sersic: Sersic index.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        a: relative stretch of both axes.
        b1: shear along the axes.
        b2: shear along the diagonals.
        c1: first flexion (1/arcsec).
        c2: its other component.
        d1: second flexion (1/arcsec).
        d2: its other component.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """

    def distorted(x: Real, y: Real) -> tuple[Real, Real]:
        xx, yy, xy = x * x, y * y, x * y
        square, modulus = xx - yy, xx + yy
        real = (1.0 + a + b1) * x + b2 * y + (c1 + d1) * square + 2.0 * (c2 + d2) * xy + 2.0 * c1 * modulus
        imag = (1.0 + a - b1) * y + b2 * x + (d2 - c2) * square + 2.0 * (c1 - d1) * xy + 2.0 * c2 * modulus
        return real, imag

    (u, v), (center_u, center_v) = distorted(x, y), distorted(center_x, center_y)
    return sersic_ellipse(u - center_u, v - center_v, R_sersic=R_sersic, n_sersic=n_sersic, e1=e1, e2=e2)
