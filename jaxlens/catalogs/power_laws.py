"""Deflection by elliptical power laws, in double precision, where catalogues give images without sources.

The profile is lenstronomy's EPL, with the deflection and the shear of Tessore & Metcalf (2015, A&A 580, A79):

    alpha = 2 b / (1 + q) (b / R)^(t - 1) e^(i phi) 2F1(1, t / 2; 2 - t / 2; -(1 - q) / (1 + q) e^(2 i phi)),
    kappa = (2 - t) / 2 (b / R)^t,    shear = -(z / |z|)^2 kappa + (1 - t) z alpha / |z|^2,

where z = x' + i y' is along the axes of the ellipse, t = gamma - 1, b = theta_E sqrt(q), and
R^2 = q^2 x'^2 + y'^2; phi is the angle of (q x', y').
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Deflection(NamedTuple):
    """What masses do to the rays at some positions.

    Attributes:
        alpha: alpha_x + i alpha_y, arcsec.
        kappa: the convergence.
        shear: gamma1 + i gamma2.
    """

    alpha: np.ndarray
    kappa: np.ndarray
    shear: np.ndarray

    @property
    def magnification(self) -> np.ndarray:
        """1 / ((1 - kappa)^2 - |gamma|^2), with the sign of the parity."""
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / (np.square(1.0 - self.kappa) - np.square(np.abs(self.shear))))


def power_law(
    x: np.ndarray, y: np.ndarray, theta_E: np.ndarray, gamma: np.ndarray, e1: np.ndarray, e2: np.ndarray
) -> Deflection:
    """Deflection of an elliptical power law about the origin.

    Args:
        x: positions, arcsec, any shape.
        y: their other coordinate.
        theta_E: Einstein radius, arcsec.
        gamma: slope of the density in three dimensions, between 1 and 3; 2 is isothermal.
        e1: ellipticity.
        e2: its other component.

    Returns:
        Deflection, convergence and shear; NaN where an argument is, and at the centre.
    """
    from scipy.special import hyp2f1

    modulus, turn = np.hypot(e1, e2), np.exp(0.5j * np.arctan2(e2, e1))
    q, t = (1.0 - modulus) / (1.0 + modulus), np.asarray(gamma) - 1.0
    z = (x + 1j * np.asarray(y)) / turn
    b, R = theta_E * np.sqrt(q), np.hypot(q * z.real, z.imag)
    with np.errstate(divide="ignore", invalid="ignore"):
        direction = (q * z.real + 1j * z.imag) / R
        series = hyp2f1(1.0, t / 2.0, 2.0 - t / 2.0, -modulus * direction**2)
        alpha = 2.0 * b / (1.0 + q) * (b / R) ** (t - 1.0) * direction * series
        kappa = (2.0 - t) / 2.0 * (b / R) ** t
        unit = z / np.abs(z)
        shear = -(unit**2) * kappa + (1.0 - t) * unit * alpha / np.abs(z)
    return Deflection(alpha * turn, kappa, shear * turn**2)
