"""Models of the source: shapelets beside its Gaussians, with the priors that the images ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from jaxlens.modelling.amplitude_priors import improved_precision
from jaxlens.modelling.descent import TOLERANCE, descents
from jaxlens.modelling.ladder import carried
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem
from jaxlens.modelling.rung import STEPS, Rung, fitted, rung_of

# What the label of a model with shapelets has besides.
ADDED = ", shapelets"
# Steps of the last descent at most: ellipses of the lens's light that are alike move slowly.
LAST_STEPS = 5 * STEPS
# The priors of shapelets and the numbers of the lens are found in turn so often.
ROUNDS = 2
# Chi-square above the degrees of freedom, in its own standard deviations, at which other maxima are tried;
# how many of them, and by how much they differ at least, in standard deviations of priors.
DOUBTFUL, OTHERS, APART = 5.0, 4, 0.3


def finished(rung: Rung, data: LensData) -> Rung:
    """A model at its very maximum, with the precisions of its shapelets there.

    The ellipses of the lens's light move too.

    Args:
        rung: the model as it was compared with others.
        data: the images.

    Returns:
        The model with the evidence of all that moves.
    """
    problem = rung.problem
    settings = rung.settings.moving(problem.of_the_lens_light())
    settings = improved_precision(problem, data, settings, rung.point)
    ends = descents(problem, data, settings, rung.point[None], LAST_STEPS, TOLERANCE)
    return rung_of(rung.label, problem, data, settings, ends, of_the_light=True)


def best_with_shapelets(
    rich: LensProblem,
    data: LensData,
    settings: Settings,
    known: Rung,
    held: Mapping[int, float],
    points: np.ndarray,
) -> Rung:
    """A model with shapelets, from the known one, and from other maxima where it does not describe the image.

    Without structure in the source a wrong lens may have the best maximum, which shapelets do not leave.

    Args:
        rich: the model with shapelets.
        data: the images.
        settings: all that moves.
        known: the model without shapelets.
        held: the coordinates that it does not have, in the rich model.
        points: coordinates of maxima of the known model, the best first, (s, k).

    Returns:
        The one with the largest evidence.
    """
    best = with_shapelets_fitted(rich, data, settings, known, held)
    for point in points[1 : 1 + OTHERS]:
        if best.chi_square - best.degrees <= DOUBTFUL * math.sqrt(2.0 * max(best.degrees, 1)):
            break
        other = with_shapelets_fitted(rich, data, settings, replace(known, point=point), held)
        best = max(best, other, key=lambda rung: rung.evidence)
    return best


def with_shapelets_fitted(
    rich: LensProblem, data: LensData, settings: Settings, known: Rung, held: Mapping[int, float]
) -> Rung:
    """A model with shapelets beside the source's Gaussians.

    Args:
        rich: the model with shapelets.
        data: the images.
        settings: all that moves.
        known: the model without shapelets.
        held: the coordinates that it does not have, in the rich model.

    Returns:
        The model at its maximum.
    """
    point = carried(known.point, known.problem, rich)
    for i in range(ROUNDS):
        settings = improved_precision(rich, data, settings, point)
        found = fitted(known.label + ADDED, rich, data, settings, point[None], held, far=i == 0)
        point = found.point
    return found
