"""The evidence of a model of a lens: the probability of its images, whatever its numbers are."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from scipy.linalg import cho_factor, cho_solve

from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.positive_definite import FLOOR, log_determinant, unit_diagonal
from jaxlens.modelling.positive_integral import log_integral_above
from jaxlens.modelling.problem import LensProblem


def log_evidence(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    point: np.ndarray,
    value: float,
    curvature: np.ndarray,
) -> float:
    """The log of the evidence in the Laplace approximation, up to a constant of the images.

    With minus the log of the joint density S at its minimum (`expansion`), and the k coordinates that move,

        ln E = -S + k/2 ln 2 pi - 1/2 ln det H
               + sum over bands [ ln(integral of exp(S(a_0) - S(a)) over amplitudes a) ]
               + sum over amplitudes ln(prior's normalisation),

    where a_0 are the best amplitudes and H is the curvature of the coordinates with the amplitudes integrated
    out.  S is quadratic in the amplitudes; those that may be negative are integrated out in closed form, and
    the rest where all are 0 or more by `positive_integral`.  Priors of coordinates that do not move are left
    out.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: what moves, and the prior of amplitudes.
        point: the coordinates of the maximum, (k,).
        value: S there.
        curvature: H there, (k, k).

    Returns:
        ln E.  Models of the same images are compared by its differences.
    """
    active = np.asarray(settings.active) > 0.0
    found = solution_at(problem, data, settings, point)
    total = -value - prior_of_held(problem, point, ~active)
    total += 0.5 * np.sum(active) * math.log(2.0 * math.pi) - 0.5 * log_determinant(
        curvature[np.ix_(active, active)]
    )
    positive = problem.lens.all_positive(data.image.shape[1])
    precision = np.pad(np.asarray(settings.precision), (0, positive.size - problem.lens.count))
    for b in range(data.image.shape[0]):
        total += amplitude_evidence(
            np.asarray(found.amplitudes[b]),
            np.asarray(found.free[b]),
            np.asarray(found.curvature[b], np.float64),
            np.asarray(jnp.matmul(found.rows[b], found.residual[b])),
            positive,
            precision,
        )
    return float(total)


def amplitude_evidence(
    amplitudes: np.ndarray,
    free: np.ndarray,
    curvature: np.ndarray,
    rise: np.ndarray,
    positive: np.ndarray,
    precision: np.ndarray,
) -> float:
    """The part of ln E that the amplitudes of one band have.

    Args:
        amplitudes: the best ones, (n,).
        free: which are not held at 0, (n,).
        curvature: of minus the log of the density, (n, n).
        rise: the derivative of the log likelihood in each, (n,).
        positive: which are 0 or more, (n,).
        precision: of their priors; 0 where it is flat, whose normalisation all models share, (n,).
    """
    proper = precision > 0.0
    total = np.sum(0.5 * np.log(precision[proper] / (2.0 * math.pi)) + positive[proper] * math.log(2.0))
    inside = curvature[np.ix_(~positive, ~positive)]
    total += 0.5 * np.sum(~positive) * math.log(2.0 * math.pi) - 0.5 * log_determinant(inside)
    remaining = _without(curvature, ~positive)
    # S is stationary in those that are not held
    slope = np.where(free, 0.0, np.maximum(-rise, 0.0))[positive]
    return float(total + log_integral_above(remaining, slope, -amplitudes[positive]))


def _without(curvature: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The curvature of what remains where some of the numbers are integrated out.

    Args:
        curvature: of all, (n, n).
        gone: which are integrated out, (n,).
    """
    scaled, unit = unit_diagonal(np.asarray(curvature, np.float64))
    scaled = scaled + FLOOR * np.eye(unit.size)
    own, across = scaled[np.ix_(~gone, ~gone)], scaled[np.ix_(gone, ~gone)]
    if np.any(gone):
        own = own - across.T @ cho_solve(cho_factor(scaled[np.ix_(gone, gone)]), across)
    return np.asarray(own * (unit[~gone, None] * unit[~gone]))


def prior_of_held(problem: LensProblem, point: np.ndarray, held: np.ndarray) -> float:
    """The log of the prior's density of the coordinates that do not move.

    Args:
        problem: the model of the lens.
        point: all coordinates, (k,).
        held: which of them do not move, (k,).

    Returns:
        The sum of the logs.
    """
    x = problem.constrained(point)
    slope = np.asarray(problem.constants.transform.log_derivative(point))
    return float(
        sum(
            float(problem.free.priors[i].log_prob(jnp.asarray(x[i]))) + slope[i] for i in np.flatnonzero(held)
        )
    )
