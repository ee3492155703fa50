"""The search of a fit: descents from the starts, more starts where these disagree, then more sub-pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jaxlens.fitting.descents import AGREEMENT, Optima, descents
from jaxlens.fitting.finer import Refined, refined
from jaxlens.fitting.posterior import Constants, FitData, Model
from jaxlens.fitting.problem import selected
from jaxlens.fitting.progress import SILENT, FitProgress
from jaxlens.fitting.stacking import with_more_starts

# From the ends of all images and the indices (m,) of some of them to more starts of these, (m, t, k).
MoreStarts = Callable[[Optima, np.ndarray], np.ndarray]


def search(
    model: Model,
    constants: Constants,
    data: FitData,
    points: np.ndarray,
    more: MoreStarts,
    steps: int,
    linear: bool,
    adaptive: bool,
    told: FitProgress = SILENT,
) -> Refined:
    """Where the posterior of each image is largest.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the starts, the best first, (n, s, k).
        more: makes more starts for images of which only one start came to the best end.
        steps: the largest number of steps of the last round of descents.
        linear: whether the free magnitudes are solved for at each step until the last round.
        adaptive: whether the last descents take more sub-pixels where light is too steep.
        told: is told how far they are.

    Returns:
        The ends of all descents, and the models that they belong to.
    """
    optima = descents(model, constants, data, points, steps, linear, told)
    doubtful = np.flatnonzero(reached(optima) < min(2, points.shape[1]))
    if doubtful.size:
        told.stage(f"more starts of {doubtful.size} of {len(points)} images")
        own = selected(data, doubtful)
        later = descents(model, constants, own, more(optima, doubtful), steps, linear, told)
        optima = with_more_starts(optima, later, doubtful)
    if not adaptive:
        return Refined(optima, ((model, np.arange(len(points))),))
    return refined(model, constants, data, optima, steps, told)


def reached(optima: Optima) -> np.ndarray:
    """From how many starts the best end of each image was reached, (n,).

    Ends at which no step leads down agree where they differ by less than what each of them could still fall.
    """
    left = np.where(optima.stuck & ~optima.converged, optima.decrease, 0.0)
    rows = np.arange(len(left))
    reach = AGREEMENT + left + left[rows, optima.best][:, None]
    with np.errstate(invalid="ignore"):
        return np.sum(optima.value - optima.value[rows, optima.best][:, None] < reach, axis=1)
