"""One model of a lens, fitted: its maximum, the curvature there and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jaxlens.modelling.amplitude_priors import determined
from jaxlens.modelling.coarse_data import coarse
from jaxlens.modelling.descent import Ends, descents, solution_at
from jaxlens.modelling.evidence import log_evidence
from jaxlens.modelling.expansion import half_log_determinant
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem

# Steps of a descent of one model.
STEPS = 60
# Models are compared where one more step would gain less than this; the chosen one goes on to the maximum.
COMPARED = 1e-2


@dataclass(frozen=True, eq=False)
class Rung:
    """One model of a lens, fitted.

    Attributes:
        label: what it is, such as `EPL + shear`.
        problem: the model of which it is a part.
        settings: what moves, and the prior of amplitudes.
        point: the coordinates of its maximum, (k,).
        value: minus the log of the density there with the best amplitudes, S of `expansion`.
        decrease: what one more step would bring.
        curvature: the curvature there, (k, k).
        steps: the steps of its descent.
        evidence: the log of its evidence, for the ellipses that the light of the lens has at its maximum;
            in the chosen model, once it is finished, of all that moves.
        chi_square: the sum of squared residuals over sigma.
        degrees: used pixels minus the numbers that move and the amplitudes that the images determine.
    """

    label: str
    problem: LensProblem
    settings: Settings
    point: np.ndarray
    value: float
    decrease: float
    curvature: np.ndarray
    steps: int
    evidence: float
    chi_square: float
    degrees: int


def fitted(
    label: str,
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    points: np.ndarray,
    held: Mapping[int, float],
    tolerance: float = COMPARED,
    *,
    far: bool = False,
    own_light: bool = True,
) -> Rung:
    """A model of a lens, fitted from several points.

    Args:
        label: what it is.
        problem: the model of which it is a part.
        data: the images.
        settings: all that moves, and the prior of amplitudes.
        points: where to start, (s, k).
        held: the coordinates that it does not have.
        tolerance: the gain of one more step at which a descent ends.
        far: whether the points may be far from the maximum, so that the first steps are taken on wide pixels.
            There the ellipses of the lens's light stay where they are.
        own_light: whether these ellipses move on the images.

    Returns:
        The best of where the descents ended.
    """
    free = settings.holding(held)
    still = free.holding(problem.of_the_lens_light())
    own = free if own_light else still
    starts = np.array(points)
    starts[:, list(held)] = list(held.values())
    if far:
        starts = descents(problem, coarse(data), still, starts, STEPS, tolerance).points
    return rung_of(label, problem, data, own, descents(problem, data, own, starts, STEPS, tolerance))


def rung_of(
    label: str,
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    ends: Ends,
    *,
    of_the_light: bool = False,
) -> Rung:
    """The model at the first of some ends of descents.

    Args:
        label: what it is.
        problem: the model of which it is a part.
        data: the images.
        settings: what moved, and the prior of amplitudes.
        ends: where descents ended, the best first.
        of_the_light: whether the evidence is of all ellipses of the lens's light, and not of those found.

    Returns:
        The model with its evidence.
    """
    point, value, curvature = ends.points[0], float(ends.values[0]), ends.curvatures[0]
    found = solution_at(problem, data, settings, point)
    if problem.lens.signed.size:
        value -= float(half_log_determinant(found, problem.lens.signed))
    integrated = settings if of_the_light else settings.holding(problem.of_the_lens_light())
    moving = int(np.sum(np.asarray(settings.active)))
    amplitudes = round(determined(found, np.asarray(settings.precision)))
    return Rung(
        label,
        problem,
        settings,
        point,
        value,
        float(ends.decreases[0]),
        curvature,
        int(ends.steps[0]),
        log_evidence(problem, data, integrated, point, value, curvature),
        float(np.sum(np.asarray(found.residual) ** 2)),
        int(np.sum(np.asarray(data.weight) > 0.0)) - moving - amplitudes,
    )
