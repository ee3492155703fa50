"""Weights with which a sum over points is the AB flux through a passband."""

from __future__ import annotations

import numpy as np

# Points of each band.  They are at equal distances across the band, some 10 Angstrom in the optical.
POINTS = 160
# F_nu of magnitude 0 (erg/s/cm^2/Hz), 3631 Jy (Oke & Gunn 1983, ApJ 266, 713).
AB_FLUX = 3631e-23
# The speed of light (Angstrom/s; SI).
SPEED_OF_LIGHT = 2.99792458e18
# Nodes of the Gauss-Legendre quadrature between two neighbouring points, exact for polynomials of degree 7.
NODES = 4


def ab_weights(wavelength: np.ndarray, transmission: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points, and weights whose sum with F_lambda is the AB flux of `jaxlens.kernels.transients.photometry`.

    The weights are exact for a transmission that is linear between its points, and a spectrum that is linear
    between the points returned.

    Args:
        wavelength: Angstrom, increasing, (n,).
        transmission: the share of photons that are counted, to a factor, (n,).

    Returns:
        Wavelengths (Angstrom) and weights, each (POINTS,); the sum of `weight` F_lambda (erg/s/cm^2/A) is the
        flux in maggies.
    """
    points = np.linspace(wavelength[0], wavelength[-1], POINTS)
    knots = np.union1d(points, wavelength)
    nodes, shares = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(knots)[:, None]
    x = (knots[:-1, None] + half * (nodes + 1.0)).ravel()
    measure = (half * shares).ravel() * np.interp(x, wavelength, transmission)
    low = np.clip(np.searchsorted(points, x, side="right") - 1, 0, POINTS - 2)
    s = (x - points[low]) / (points[low + 1] - points[low])
    weight = np.bincount(low, (1.0 - s) * x * measure, POINTS) + np.bincount(low + 1, s * x * measure, POINTS)
    return points, weight / np.sum(AB_FLUX * SPEED_OF_LIGHT / x * measure)
