"""The priors of amplitudes: wide for what is positive, by the images for what may be negative.

The amplitudes of shapelets have normal priors of mean 0, whose precision grows with the order n,

    p_n = p_0 exp(r n),

as the light of galaxies has less structure on smaller scales.  p_0 and the rate r are those that make the
images most probable.  So no order is the last one: orders that the images do not ask for have small
amplitudes, and what they may still hold is in the errors of all other numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.expansion import Solution
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.positive_definite import inverse
from jaxlens.modelling.problem import LensProblem

# How often the amplitudes that are 0 are found again.
ROUNDS = 3
# A change of ln(precision) below which they are not.
SAME = 0.05
# The largest rate, and the largest ln(precision).
LARGEST_RATE, LARGEST_LOG = 4.0, 60.0
# Added to the diagonal of a matrix whose diagonal is 1: functions of a basis may be nearly alike.
RIDGE = 1e-10
# From where the maximum is looked for: steps of ln(p_0) from what it is, and rates.
STEPS, RATES = (0.0, 5.0, 10.0), (0.0, 0.3, 0.8)


def first_precision(problem: LensProblem, data: LensData) -> np.ndarray:
    """The precisions of amplitudes before anything is known: a standard deviation of all light of the image.

    Args:
        problem: the model of the lens.
        data: its images.

    Returns:
        The precisions, (count,).
    """
    used = np.asarray(data.weight) > 0.0
    light = np.abs(np.asarray(data.image)) * used
    total = max(float(np.max(np.sum(light, axis=(-2, -1)))), 1e-30)
    return np.full(problem.lens.count, 1.0 / total**2)


def improved_precision(
    problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray
) -> Settings:
    """The precisions of amplitudes of any sign that make the images most probable at one point.

    The coordinates and which amplitudes are 0 being known, the images have the probability

        ln E = sum over bands [ t.a / 2 - 1/2 ln det C + 1/2 sum ln p ],

    with C = A W A^T + P, t = A W d and the best amplitudes a = C^-1 t.  Its maximum is found in p_0 and the
    rate of each basis in turn.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: what moves, and the precisions so far.
        point: the coordinates, (k,).

    Returns:
        The settings with these precisions.
    """
    precision = np.array(settings.precision, np.float64)
    first, parts = 0, []
    for basis in problem.lens.bases:
        parts += [] if basis.positive else [(slice(first, first + basis.count), basis.orders)]
        first += basis.count
    if not parts:
        return settings
    for _ in range(ROUNDS):
        found = solution_at(problem, data, settings._replace(precision=precision), point)
        bands = _normal_equations(found)
        before = precision.copy()
        for part, orders in parts:
            precision[part] = _most_probable(bands, precision, part, orders)
        if np.max(np.abs(np.log(precision / before))) < SAME:
            break
    return settings._replace(precision=precision)


def determined(found: Solution, precision: np.ndarray) -> float:
    """How many amplitudes the images determine: the sum of 1 - p_i (C^-1)_ii over those that are not 0.

    Args:
        found: the best amplitudes.
        precision: of their priors, (count,).
    """
    total = 0.0
    for free, curvature in zip(np.asarray(found.free), np.asarray(found.curvature), strict=True):
        own = np.flatnonzero(free[: precision.size])
        covariance = inverse(curvature[np.ix_(free, free)])
        total += float(np.sum(1.0 - precision[own] * np.diagonal(covariance)[: own.size]))
    return total


class _Normal(NamedTuple):
    """The normal equations of the amplitudes of one band that are not held at 0.

    Attributes:
        matrix: A W A^T, (m, m).
        target: A W d, (m,).
        free: the indices of those that are not held, (m,).
    """

    matrix: np.ndarray
    target: np.ndarray
    free: np.ndarray


def _normal_equations(found: Solution) -> list[_Normal]:
    bands = []
    for b in range(len(found.free)):
        free = np.flatnonzero(np.asarray(found.free[b]))
        rows, residual = np.asarray(found.rows[b], np.float64), np.asarray(found.residual[b], np.float64)
        # not the curvature less the priors, which may be far larger
        matrix = rows @ rows.T
        target = rows @ residual + matrix @ np.asarray(found.amplitudes[b], np.float64)
        bands.append(_Normal(matrix[np.ix_(free, free)], target[free], free))
    return bands


def _most_probable(
    bands: list[_Normal], precision: np.ndarray, part: slice, orders: np.ndarray
) -> np.ndarray:
    """The precisions of one basis with the largest evidence, (count,)."""

    def precisions(numbers: np.ndarray) -> np.ndarray:
        rate = np.clip(numbers[1], 0.0, LARGEST_RATE)
        return np.exp(np.clip(numbers[0] + rate * orders, -LARGEST_LOG, LARGEST_LOG))

    def minus_log_evidence(numbers: np.ndarray) -> float:
        own = precision.copy()
        own[part] = precisions(numbers)
        total = -0.5 * len(bands) * float(np.sum(np.log(own[part])))
        for band in bands:
            prior = np.pad(own, (0, max(0, int(band.free[-1]) + 1 - own.size)))[band.free]
            matrix = band.matrix + np.diag(prior)
            unit = np.sqrt(np.diagonal(matrix))
            scaled = matrix / (unit[:, None] * unit) + RIDGE * np.eye(unit.size)
            factor = cho_factor(scaled, lower=True)
            target = band.target / unit
            total += float(np.sum(np.log(np.diagonal(factor[0]))) + np.sum(np.log(unit)))
            total -= 0.5 * float(target @ cho_solve(factor, target))
        return total

    before = float(np.log(precision[part][0]))
    starts = [np.array([before + step, rate]) for step in STEPS for rate in RATES]
    best = min(starts, key=minus_log_evidence)
    simplex = best + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.2]])
    options = {"initial_simplex": simplex, "xatol": 0.01, "fatol": 0.01}
    return precisions(minimize(minus_log_evidence, best, method="Nelder-Mead", options=options).x)
