"""Models of the source: shapelets beside its Gaussians, with the priors that the images ask for."""

from __future__ import annotations

from collections.abc import Mapping

from jaxlens.modelling.amplitude_priors import improved_precision
from jaxlens.modelling.descent import TOLERANCE, descents
from jaxlens.modelling.ladder import STEPS, Rung, carried, fitted, rung_of
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem

# What the label of a model with shapelets has besides.
ADDED = ", shapelets"
# The priors of shapelets and the numbers of the lens are found in turn so often.
ROUNDS = 2


def finished(rung: Rung, data: LensData) -> Rung:
    """A model at its very maximum, with the precisions of its shapelets there.

    Args:
        rung: the model as it was compared with others.
        data: the images.

    Returns:
        The model with its evidence.
    """
    settings = improved_precision(rung.problem, data, rung.settings, rung.point)
    ends = descents(rung.problem, data, settings, rung.point[None], STEPS, TOLERANCE)
    return rung_of(rung.label, rung.problem, data, settings, ends)


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
