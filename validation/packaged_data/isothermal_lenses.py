"""Singular isothermal ellipsoids in an external shear: images, magnifications and delays, without jaxlens.

The potential of an isothermal lens is r F(phi), and its deflection alpha = F e_r + F' e_phi depends on the
direction phi alone.  With the shear matrix G the lens equation is then

    r (1 - G) e_r(phi) = beta + alpha(phi),

whose two sides must be parallel.  So the images are the roots of one function of phi, found by Brent's
method, and r is a ratio of lengths.

The angles are those of Oguri & Marshall (2010): the major axis of the lens points to PHIE from y towards -x,
and the shear to PHIG from x towards y, all in degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import astropy.units as u
import numpy as np
from astropy.constants import c
from astropy.cosmology import FlatLambdaCDM
from scipy.optimize import brentq

# The cosmology of OM10's delays and Einstein radii (Oguri & Marshall 2010, end of section 1).
COSMOLOGY = FlatLambdaCDM(H0=72.0, Om0=0.26)
# Directions between which a sign change of the lens equation is sought; two roots in one interval are lost.
DIRECTIONS = 2048
# lambda(e), the convention of the format: half of exp(a sqrt(e) + b e^2 + c e^5) for oblate galaxies and of
# 1 - d e + f e^6 for prolate ones (the form of Oguri et al. 2012, AJ 143, 120; fitted to OM10's images).
OBLATE, PROLATE = (0.11523, 0.21718, 0.69688), (0.25840, 0.82472)


@dataclass(frozen=True)
class Lens:
    """One lens and the redshift of its source.

    Attributes:
        z_lens: redshift of the lens.
        z_source: redshift of the source.
        sigma: velocity dispersion, km/s.
        ellipticity: 1 - q, more than 0.
        phi_e: position angle of the ellipsoid, degrees from y towards -x.
        shear: its strength.
        phi_g: its angle, degrees from x towards y.
    """

    z_lens: float
    z_source: float
    sigma: float
    ellipticity: float
    phi_e: float
    shear: float
    phi_g: float

    @cached_property
    def theta_e(self) -> float:
        """The Einstein radius lambda(e) 4 pi (sigma / c)^2 D_ls / D_s, arcsec."""
        e = self.ellipticity
        oblate = np.exp(OBLATE[0] * np.sqrt(e) + OBLATE[1] * e**2 + OBLATE[2] * e**5)
        normalisation = 0.5 * (oblate + 1.0 - PROLATE[0] * e + PROLATE[1] * e**6)
        ratio = _distance(self.z_lens, self.z_source) / _distance(0.0, self.z_source)
        angle = 4.0 * np.pi * (self.sigma / c.to_value("km/s")) ** 2 * ratio
        return float(normalisation * (angle * u.rad).to_value(u.arcsec))

    @cached_property
    def days_per_arcsec2(self) -> float:
        """(1 + z_l) D_l D_s / (c D_ls): days for a difference of Fermat potentials of 1 arcsec^2."""
        d_l, d_s = _distance(0.0, self.z_lens), _distance(0.0, self.z_source)
        distance = (1.0 + self.z_lens) * d_l * d_s / _distance(self.z_lens, self.z_source) * u.Mpc
        return float((distance / c * (1.0 * u.arcsec).to_value(u.rad) ** 2).to_value(u.day))


@dataclass(frozen=True)
class Images:
    """The images of one source, in the order of their arrival, each array (images,).

    Attributes:
        x: position, arcsec.
        y: the other coordinate.
        magnification: signed.
        delay: days after the first.
    """

    x: np.ndarray
    y: np.ndarray
    magnification: np.ndarray
    delay: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


def images(lens: Lens, beta_x: float, beta_y: float) -> Images:
    """The images of a point source at (beta_x, beta_y), arcsec."""
    phi = _directions(lens, beta_x, beta_y)
    along_x, along_y = _sheared(lens, np.cos(phi), np.sin(phi))
    alpha_x, alpha_y = _deflection(lens, phi)
    target_x, target_y = beta_x + alpha_x, beta_y + alpha_y
    r = (target_x * along_x + target_y * along_y) / (along_x**2 + along_y**2)
    x, y = r * np.cos(phi), r * np.sin(phi)
    times = lens.days_per_arcsec2 * _fermat_potential(lens, beta_x, beta_y, x, y)
    order = np.argsort(times)
    mu = 1.0 / _determinant(lens, r, phi)
    return Images(x[order], y[order], mu[order], times[order] - times[order[0]])


def _directions(lens: Lens, beta_x: float, beta_y: float) -> np.ndarray:
    """The directions in which there is an image."""

    def cross(phi: np.ndarray) -> np.ndarray:
        """The component of beta + alpha across the line on which images in direction phi lie."""
        along_x, along_y = _sheared(lens, np.cos(phi), np.sin(phi))
        alpha_x, alpha_y = _deflection(lens, phi)
        return np.asarray((beta_x + alpha_x) * along_y - (beta_y + alpha_y) * along_x)

    # turned by a little, so that no root of a symmetric system is on the grid, where no sign changes
    grid = np.linspace(-np.pi, np.pi, DIRECTIONS + 1) + 1e-4
    signs = np.sign(cross(grid))
    starts = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    roots = np.array([brentq(cross, grid[k], grid[k + 1], xtol=1e-15, rtol=1e-14) for k in starts])
    along_x, along_y = _sheared(lens, np.cos(roots), np.sin(roots))
    alpha_x, alpha_y = _deflection(lens, roots)
    return roots[(beta_x + alpha_x) * along_x + (beta_y + alpha_y) * along_y > 0]


def _angle_of_lens(lens: Lens) -> float:
    """The direction of the minor axis, radians from x towards y."""
    return float(np.deg2rad(lens.phi_e))


def _deflection(lens: Lens, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The deflection of the ellipsoid in direction `phi`, arcsec (Kormann et al. 1994, equation 27)."""
    q, turned = 1.0 - lens.ellipticity, _angle_of_lens(lens)
    eccentricity = np.sqrt(1.0 - q**2)
    scale = lens.theta_e * np.sqrt(q) / eccentricity
    minor = scale * np.arcsinh(eccentricity / q * np.cos(phi - turned))
    major = scale * np.arcsin(eccentricity * np.sin(phi - turned))
    cosine, sine = np.cos(turned), np.sin(turned)
    return cosine * minor - sine * major, sine * minor + cosine * major


def _shear_matrix(lens: Lens) -> tuple[float, float]:
    """G_xx = -G_yy and G_xy = G_yx of the shear's potential (Oguri & Marshall 2010, equation 3)."""
    angle = 2.0 * np.deg2rad(lens.phi_g)
    return lens.shear * float(np.cos(angle)), lens.shear * float(np.sin(angle))


def _sheared(lens: Lens, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(1 - G) (x, y)."""
    g_xx, g_xy = _shear_matrix(lens)
    return (1.0 - g_xx) * x - g_xy * y, (1.0 + g_xx) * y - g_xy * x


def _fermat_potential(lens: Lens, beta_x: float, beta_y: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """abs(theta - beta)^2 / 2 - psi, arcsec^2; psi = theta . alpha for what is isothermal."""
    alpha_x, alpha_y = _deflection(lens, np.arctan2(y, x))
    g_xx, g_xy = _shear_matrix(lens)
    psi = x * alpha_x + y * alpha_y + 0.5 * g_xx * (x**2 - y**2) + g_xy * x * y
    return np.asarray(0.5 * ((x - beta_x) ** 2 + (y - beta_y) ** 2) - psi)


def _determinant(lens: Lens, r: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """det(1 - G - 2 kappa e_phi e_phi), the inverse of the magnification."""
    q, angle = 1.0 - lens.ellipticity, phi - _angle_of_lens(lens)
    # the convergence, whose major axis is y: Oguri & Marshall (2010), equation 1
    kappa = 0.5 * lens.theta_e / (r * np.sqrt(np.cos(angle) ** 2 / q + q * np.sin(angle) ** 2))
    g_xx, g_xy = _shear_matrix(lens)
    across_x, across_y = -np.sin(phi), np.cos(phi)
    projected = (1.0 + g_xx) * across_x**2 + (1.0 - g_xx) * across_y**2 + 2.0 * g_xy * across_x * across_y
    return np.asarray(1.0 - g_xx**2 - g_xy**2 - 2.0 * kappa * projected)


def _distance(z_1: float, z_2: float) -> float:
    """Angular diameter distance from z_1 to z_2, Mpc, in a flat universe."""
    to_1, to_2 = COSMOLOGY.comoving_distance([z_1, z_2]).to_value(u.Mpc)
    return float((to_2 - to_1) / (1.0 + z_2))
