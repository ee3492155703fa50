"""Models of the source: shapelets beside its Gaussians, of as many orders as the evidence asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from jaxlens.fitting.posterior import Array
from jaxlens.modelling.amplitude_priors import ABSENT, improved_precision
from jaxlens.modelling.bases import Shapelets
from jaxlens.modelling.descent import TOLERANCE, descents
from jaxlens.modelling.ladder import GAIN, STEPS, Rung, carried, fitted, rung_of
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem

# The orders of shapelets that are tried.
ORDERS = (2, 4, 6, 8, 10)


def finished(rung: Rung, data: LensData) -> Rung:
    """A model at its very maximum, with the precisions of its shapelets there.

    Args:
        rung: the model as it was compared with others.
        data: the images.

    Returns:
        The model with its evidence.
    """
    settings = rung.settings
    if rung.orders >= 0:
        settings = improved(rung.problem, data, settings, rung.point, rung.orders)
    ends = descents(rung.problem, data, settings, rung.point[None], STEPS, TOLERANCE)
    return replace(rung_of(rung.label, rung.problem, data, settings, ends), orders=rung.orders)


def source_rungs(
    rich: LensProblem, data: LensData, settings: Settings, known: Rung, held: Mapping[int, float]
) -> list[Rung]:
    """Models with shapelets beside the source's Gaussians, of more and more orders while evidence grows.

    Args:
        rich: the model with shapelets of the largest order.
        data: the images.
        settings: all that moves.
        known: the model without shapelets.
        held: the coordinates that it does not have, in the rich model.

    Returns:
        The models that were tried.
    """
    point = carried(known.point, known.problem, rich)
    largest = max(basis.n_max for basis in rich.lens.bases if isinstance(basis, Shapelets))
    rungs: list[Rung] = []
    for order in (each for each in ORDERS if each <= largest):
        label = known.label + added_shapelets(order)
        own = settings._replace(precision=with_orders(rich, settings.precision, order))
        own = improved(rich, data, own, point, order)
        rungs.append(replace(fitted(label, rich, data, own, point[None], held), orders=order))
        if len(rungs) > 1 and rungs[-1].evidence < rungs[-2].evidence + GAIN:
            break
        point, settings = rungs[-1].point, settings._replace(precision=rungs[-1].settings.precision)
    return rungs


def added_shapelets(order: int) -> str:
    """What the label of a model with shapelets has besides."""
    return f", shapelets to order {order}"


def improved(
    problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray, order: int
) -> Settings:
    """The precisions of the shapelets up to an order by the images, and none of those beyond.

    Args:
        problem: the model with shapelets.
        data: the images.
        settings: what moves, and the precisions so far.
        point: the coordinates at which they are improved.
        order: the largest order.

    Returns:
        The settings with the precisions.
    """
    better = improved_precision(problem, data, settings, point)
    return better._replace(precision=with_orders(problem, better.precision, order))


def with_orders(problem: LensProblem, precision: Array, order: int) -> np.ndarray:
    """Precisions with which shapelets beyond an order have no amplitude.

    Args:
        problem: the model with shapelets.
        precision: of all amplitudes, (count,).
        order: the largest order.

    Returns:
        The precisions.
    """
    found, first = np.array(precision), 0
    for basis in problem.lens.bases:
        if isinstance(basis, Shapelets):
            count = (order + 1) * (order + 2) // 2
            found[first : first + count] = found[first]
            found[first + count : first + basis.count] = ABSENT
        first += basis.count
    return found
