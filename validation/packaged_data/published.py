"""Passbands that no package has, as polygons with published edges: CSST and OmegaCAM."""

from __future__ import annotations

import numpy as np

Curve = tuple[np.ndarray, np.ndarray]

CSST = (
    "the edges at 1 and 90 percent of the filters of Cao et al. (2018, MNRAS 480, 2178, table 1), times a "
    "quantum efficiency in z and y that gives the mean wavelengths of that table."
)
# Edges (Angstrom) of CSST's filters at 1, 90, 90 and 1 percent of the largest transmission.
CSST_EDGES = {
    "NUV": (2480.0, 2550.0, 3170.0, 3260.0),
    "u": (3130.0, 3220.0, 3960.0, 4080.0),
    "g": (3910.0, 4030.0, 5450.0, 5610.0),
    "r": (5380.0, 5540.0, 6840.0, 7020.0),
    "i": (6770.0, 6950.0, 8330.0, 8540.0),
    "z": (8250.0, 8450.0),
    "y": (9140.0, 9370.0),
}
# The quantum efficiency, relative to its largest value, where it ends the bands z and y (Angstrom).
CSST_EFFICIENCY = {8000.0: 0.80, 8500.0: 0.67, 9000.0: 0.50, 9500.0: 0.30, 10000.0: 0.12, 10500.0: 0.03}
CSST_EFFICIENCY[11000.0] = 0.0
# The spacing of the points of a product with the efficiency (Angstrom).
STEP = 25.0

KIDS = (
    "trapezoids with the pivot wavelengths and the widths of 95 percent of the light that the list of "
    "filters of EAZY (Brammer et al. 2008, ApJ 686, 1503) has for ESO's exposure time calculator."
)
# Pivot wavelength and width (Angstrom).
KIDS_BANDS = {"u": (3648.2, 519.5), "g": (4774.5, 1284.2), "r": (6289.9, 1384.6), "i": (7502.1, 1561.3)}
# The width over which an edge rises from 0 to 1 (Angstrom), as that of OmegaCAM's interference filters.
KIDS_EDGE = 150.0


def csst(band: str) -> Curve:
    """The curve of one band of CSST."""
    edges = CSST_EDGES[band]
    if len(edges) == 4:
        low, first, last, high = edges
        heights = [0.0, 0.01, 0.9, 0.9, 0.01, 0.0]
        return np.array([low - 1.0, low, first, last, high, high + 1.0]), np.array(heights)
    low, first = edges
    wavelength = np.append(low - 1.0, np.append(low, np.arange(first, 11001.0, STEP)))
    rise = np.interp(wavelength, [low - 1.0, low, first], [0.0, 0.01, 0.9])
    return wavelength, rise * np.interp(wavelength, [*CSST_EFFICIENCY], [*CSST_EFFICIENCY.values()])


def kids(band: str) -> Curve:
    """The curve of one band of OmegaCAM: a trapezoid of that pivot wavelength and width."""
    pivot, width = KIDS_BANDS[band]

    def trapezoid(middle: float, full: float) -> Curve:
        half = 0.5 * full
        x = middle + np.array([-half - 0.5 * KIDS_EDGE, -half + 0.5 * KIDS_EDGE, half - 0.5 * KIDS_EDGE])
        return np.append(x, middle + half + 0.5 * KIDS_EDGE), np.array([0.0, 1.0, 1.0, 0.0])

    middle, full = pivot, width
    for _ in range(20):
        found, wide = _pivot_and_width(*trapezoid(middle, full))
        middle, full = middle + pivot - found, full + width - wide
    return trapezoid(middle, full)


def _pivot_and_width(wavelength: np.ndarray, transmission: np.ndarray) -> tuple[float, float]:
    """The pivot wavelength of photon counting, and the width between 2.5 and 97.5 percent of the light."""
    fine = np.linspace(wavelength[0], wavelength[-1], 4001)
    T = np.interp(fine, wavelength, transmission)
    pivot = np.sqrt(np.trapezoid(T * fine, fine) / np.trapezoid(T / fine, fine))
    share = np.cumsum(T) / np.sum(T)
    low, high = np.interp([0.025, 0.975], share, fine)
    return float(pivot), float(high - low)
