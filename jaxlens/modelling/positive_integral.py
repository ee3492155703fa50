"""Integrals of normal densities over the amplitudes that are 0 or more, by expectation propagation."""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import erfcx, log_ndtr

from jaxlens.modelling.positive_definite import spectrum

# Sweeps over all amplitudes, and the change of ln(integral) in one below which they end.
SWEEPS, SETTLED = 200, 1e-6
# Standard deviations below the bound from where the moments are those of their asymptotic series.
SERIES = 40.0
# The smallest share of the precision of an amplitude that a site may leave to all else.
LEAST = 1e-12


def log_integral_above(curvature: np.ndarray, slope: np.ndarray, lower: np.ndarray) -> float:
    """The log of the integral of exp(-g x - x.C.x / 2) over x_i > l_i.

    The sites of expectation propagation (Minka 2001) are the bounds, each in its turn a normal density with
    the mean and the variance of what it leaves; Cunningham, Hennig & Lacoste-Julien (2011, arXiv:1111.6832)
    show it to be within a few per cent for such integrals, also where x are strongly correlated.  It changes
    smoothly with C, g and l, unlike an expansion about which of the x lie on their bounds.  SciPy's integral
    of a normal density has the same within 0.01 where it is above 1e-308, below which it is 0.

    Args:
        curvature: C, symmetric and positive definite, (n, n).
        slope: g, (n,).
        lower: l, (n,).

    Returns:
        The log of the integral, as it is when a sweep changes it no more, or after `SWEEPS`; 0 where there is
        no x.

    >>> C, none = np.array([[1.0, 0.5], [0.5, 1.0]]), np.zeros(2)
    >>> quadrant = math.acos(0.5) / math.sqrt(0.75)  # sheared, a sector of a circle
    >>> abs(log_integral_above(C, none, none) - math.log(quadrant)) < 0.01
    True
    """
    count = slope.size
    if not count:
        return 0.0
    values, vectors, unit = spectrum(curvature)
    scaled, linear, bound = (vectors * values) @ vectors.T, -slope / unit, lower * unit
    precision, shift, scale = np.zeros(count), np.zeros(count), np.zeros(count)
    before = np.inf
    for _ in range(SWEEPS):
        covariance, mean, _ = _normal(scaled + np.diag(precision), linear + shift)
        for i in range(count):
            own = 1.0 / covariance[i, i]
            # all else than the site of this bound
            cavity = max(own - precision[i], LEAST * own)
            middle = (mean[i] * own - shift[i]) / cavity
            logs, expected, variance = above(middle, 1.0 / cavity, bound[i])
            site = max(1.0 / variance - cavity, 0.0)
            moved = expected * (site + cavity) - middle * cavity
            scale[i] = logs - _log_overlap(middle, cavity, site, moved)
            step = site - precision[i]
            column = covariance[:, i] / (1.0 + step * covariance[i, i])
            mean = mean + column * (moved - shift[i] - step * mean[i])
            covariance = covariance - step * np.outer(column, covariance[i])
            precision[i], shift[i] = site, moved
        _, _, total = _normal(scaled + np.diag(precision), linear + shift)
        total += float(np.sum(scale))
        if abs(total - before) < SETTLED:
            break
        before = total
    return total - float(np.sum(np.log(unit)))


def above(mean: float, variance: float, bound: float) -> tuple[float, float, float]:
    """The share of a normal density above a bound: its log, and the mean and the variance of what is above.

    Args:
        mean: of the density.
        variance: of the density.
        bound: from where on it is left.

    >>> above(0.0, 1.0, 0.0)[1] - math.sqrt(2.0 / math.pi)
    0.0
    """
    width = math.sqrt(variance)
    z = (mean - bound) / width
    if z < -SERIES:
        # what is left is nearly an exponential: the series of Mills' ratio in 1 / z
        w = 1.0 / (z * z)
        excess = -(1.0 - 2.0 * w + 10.0 * w * w) / z
        shrunk = w * (1.0 - 6.0 * w + 50.0 * w * w)
    else:
        ratio = math.sqrt(2.0 / math.pi) / float(erfcx(-z / math.sqrt(2.0)))
        excess, shrunk = z + ratio, 1.0 - ratio * (z + ratio)
    return float(log_ndtr(z)), bound + width * excess, variance * shrunk


def _log_overlap(mean: float, precision: float, site: float, shift: float) -> float:
    """The log of the integral of a normal density times exp(shift x - site x^2 / 2)."""
    both = precision + site
    share = math.log(precision / both)
    square = shift * shift + 2.0 * shift * mean * precision - site * precision * mean**2
    return 0.5 * (share + square / both)


def _normal(matrix: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Covariance and mean of exp(b.x - x.M.x / 2), and the log of its integral."""
    factor = cho_factor(matrix, lower=True)
    covariance = cho_solve(factor, np.eye(linear.size))
    mean = covariance @ linear
    half = float(np.sum(np.log(np.diagonal(factor[0]))))
    return covariance, mean, 0.5 * linear.size * math.log(2.0 * math.pi) - half + 0.5 * float(linear @ mean)
