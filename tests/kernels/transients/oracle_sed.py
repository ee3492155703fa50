"""The flux of transients with spectra, by loops over numbers: an independent reference for the kernels.

Nothing of jaxlens is used.  Spectra are integrated point by point over the passbands, light curves are
interpolated time by time, and dust and colour laws are written out again from the papers.
"""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from scipy.interpolate import CubicSpline


def straight_line(x: float, xs: Any, ys: Any) -> float:
    """Y at x, linear between points, zero outside; at a repeated x the last point of it counts."""
    xs, ys = [float(v) for v in xs], [float(v) for v in ys]
    if x < xs[0] or x > xs[-1]:
        return 0.0
    i = min(bisect.bisect_right(xs, x), len(xs) - 1)
    while xs[i] == xs[i - 1]:
        i -= 1
    t = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] * (1.0 - t) + ys[i] * t


def hermite(x: float, xs: Any, ys: Any) -> float:
    """Y at x by cubic Hermite polynomials with limited slopes of parabolas through three points."""
    if x < xs[0] or x > xs[-1]:
        return 0.0
    slopes = []
    for i in range(len(xs)):
        if i in (0, len(xs) - 1):
            j = min(max(i, 1), len(xs) - 1)
            slopes.append((ys[j] - ys[j - 1]) / (xs[j] - xs[j - 1]))
        else:
            parabola = Polynomial.fit(xs[i - 1 : i + 2], ys[i - 1 : i + 2], 2)
            slopes.append(float(parabola.deriv()(xs[i])))
    for i in range(len(xs)):
        limit = 3.0 * abs(ys[i]) / max(abs(xs[j] - xs[i]) for j in (i - 1, i + 1) if 0 <= j < len(xs))
        slopes[i] = max(-limit, min(limit, slopes[i]))
    i = min(bisect.bisect_right(list(xs), x), len(xs) - 1)
    h = xs[i] - xs[i - 1]
    t = (x - xs[i - 1]) / h
    return (
        (2 * t**3 - 3 * t**2 + 1) * ys[i - 1]
        + (t**3 - 2 * t**2 + t) * h * slopes[i - 1]
        + (3 * t**2 - 2 * t**3) * ys[i]
        + (t**3 - t**2) * h * slopes[i]
    )


def fitzpatrick(wavelength: float, R: float) -> float:
    """A(lambda) / E(B-V) of Fitzpatrick (1999), appendix and tables 3 and 4."""

    def ultraviolet(x: float) -> float:
        c2 = -0.824 + 4.717 / R
        c1 = 2.030 - 3.007 * c2
        drude = x * x / ((x * x - 4.596**2) ** 2 + x * x * 0.99**2)
        curve = 0.5392 * (x - 5.9) ** 2 + 0.05644 * (x - 5.9) ** 3 if x > 5.9 else 0.0
        return R + c1 + c2 * x + 3.23 * drude + 0.41 * curve

    x = 1e4 / wavelength
    if wavelength < 2700.0:
        return ultraviolet(min(x, 10.0))
    inverse = [0.0] + [1e4 / w for w in (26500, 12200, 6000, 5470, 4670, 4110, 2700, 2600)]
    heights = [0.0, 0.265 * R / 3.1, 0.829 * R / 3.1]
    heights += [-0.426 + 1.0044 * R, -0.050 + 1.0016 * R, 0.701 + 1.0016 * R]
    heights += [1.208 + 1.0032 * R - 0.00033 * R**2, ultraviolet(inverse[7]), ultraviolet(inverse[8])]
    return float(CubicSpline(inverse, heights, bc_type="natural")(x))


def odonnell(wavelength: float, R: float) -> float:
    """A(lambda) / E(B-V) of O'Donnell (1994) in the optical, of Cardelli et al. (1989) beside it."""
    x = min(1e4 / wavelength, 10.0)
    y = x - 1.82
    if x < 1.1:
        a, b = 0.574 * x**1.61, -0.527 * x**1.61
    elif x < 3.3:
        a = 1 + 0.104 * y - 0.609 * y**2 + 0.701 * y**3 + 1.137 * y**4
        a += -1.718 * y**5 - 0.827 * y**6 + 1.647 * y**7 - 0.505 * y**8
        b = 1.952 * y + 2.908 * y**2 - 3.989 * y**3 - 7.985 * y**4
        b += 11.102 * y**5 + 5.491 * y**6 - 10.805 * y**7 + 3.347 * y**8
    elif x < 8.0:
        a = 1.752 - 0.316 * x - 0.104 / ((x - 4.67) ** 2 + 0.341)
        b = -3.090 + 1.825 * x + 1.206 / ((x - 4.62) ** 2 + 0.263)
        if x > 5.9:
            a += -0.04473 * (x - 5.9) ** 2 - 0.009779 * (x - 5.9) ** 3
            b += 0.2130 * (x - 5.9) ** 2 + 0.1207 * (x - 5.9) ** 3
    else:
        a = -1.073 - 0.628 * (x - 8) + 0.137 * (x - 8) ** 2 - 0.070 * (x - 8) ** 3
        b = 13.670 + 4.257 * (x - 8) - 0.420 * (x - 8) ** 2 + 0.374 * (x - 8) ** 3
    return R * a + b


def salt_colour(wavelength: float, coefficients: Any, low: float, high: float) -> float:
    """The colour law of SALT2, a polynomial with straight lines beyond its range."""

    def scaled(w: float) -> float:
        return (w - 4302.57) / (5428.55 - 4302.57)

    law = Polynomial([0.0, 1.0 - sum(coefficients), *coefficients])
    end = scaled(min(max(wavelength, low), high))
    return -float(law(end) + law.deriv()(end) * (scaled(wavelength) - end))


def integral(sky: Any, wavelength: Any, spectrum: Any, factor: Any) -> list[float]:
    """The flux of one spectrum in each band, without its distance; `factor` is of the observed wavelength."""
    fluxes = []
    for points, weights in zip(np.asarray(sky.wavelength), np.asarray(sky.weight), strict=True):
        total = 0.0
        for point, weight in zip(points, weights, strict=True):
            rest = point / (1.0 + float(sky.redshift))
            total += weight * factor(float(point)) * straight_line(rest, wavelength, spectrum)
        fluxes.append(total)
    return fluxes


def dusty(sky: Any, values: dict[str, float], law: Any = fitzpatrick) -> Any:
    """The factor by which dust dims light of an observed wavelength."""

    def factor(observed: float) -> float:
        rest = observed / (1.0 + float(sky.redshift))
        magnitude = values.get("EBV", 0.0) * law(rest, values.get("RV", 3.1))
        magnitude += values.get("EBV_MW", 0.0) * law(observed, values.get("RV_MW", 3.1))
        return math.pow(10.0, -0.4 * magnitude)

    return factor


def distance_factor(sky: Any) -> float:
    """(10 pc / D_L)^2 / (1 + z)."""
    return (10.0 / (float(sky.distance) * 1e6)) ** 2 / (1.0 + float(sky.redshift))


def light_curve(spectra: Any, times: Any, at: float, cubic: bool) -> list[float]:
    """The flux at one time, from the fluxes (times, bands)."""
    spectra = np.asarray(spectra)
    interpolate = hermite if cubic else straight_line
    return [interpolate(at, times, spectra[:, band]) for band in range(spectra.shape[1])]
