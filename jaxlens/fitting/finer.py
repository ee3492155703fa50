"""The last descents of a fit on more sub-pixels, where light is too steep for those of the file.

A ray that crosses the middle of a steep source puts a kink into the likelihood: the sub-pixel that it belongs
to is as bright as one point of the source.  On more sub-pixels each of them counts less, and the kinks are
smaller.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from jaxlens.fitting.descents import Optima, last_descents
from jaxlens.fitting.posterior import Constants, FitData, Model
from jaxlens.fitting.problem import selected
from jaxlens.fitting.progress import SILENT, FitProgress
from jaxlens.fitting.stacking import with_history
from jaxlens.imaging.scene import Scene

# Sub-pixels along a side of a pixel.  For a source with a Sersic index of 3 a descent stopped at a kink where
# ln(density) was expected to rise by 24 more on 2 x 2 sub-pixels, and by 2.6 on 5 x 5.
ENOUGH = 5
# A Sersic profile with a larger index is steep.
STEEP = 1.0
# The number of ends of an image that descend again on more sub-pixels.
KEPT = 4


class Refined(NamedTuple):
    """The ends of descents, and the models that they belong to.

    Attributes:
        optima: the ends.
        models: each model with the indices of the images that it is the model of.
    """

    optima: Optima
    models: tuple[tuple[Model, np.ndarray], ...]


def with_supersampling(scene: Scene, factor: int) -> Scene:
    """The scene with other sub-pixels for extended light; the PSF acts on the same ones as before.

    Args:
        scene: the static part of the configuration.
        factor: sub-pixels along a side of a pixel.

    Raises:
        ValueError: if the PSF acts on sub-pixels whose number does not divide `factor`.
    """
    blurred = scene.optics.blur_factor
    if factor < 1 or factor % blurred:
        raise ValueError(
            f"supersampling is {factor}; give a multiple of {blurred}, the sub-pixels on which the PSF acts"
        )
    optics = dataclasses.replace(scene.optics, supersampling=factor)
    return dataclasses.replace(scene, supersampling=factor, optics=optics)


def finer(model: Model) -> Model | None:
    """The model on at least `ENOUGH` sub-pixels, a multiple of its own; None where it has as many."""
    own = model.scene.supersampling
    if own >= ENOUGH:
        return None
    return dataclasses.replace(model, scene=with_supersampling(model.scene, own * -(-ENOUGH // own)))


def refined(
    model: Model,
    constants: Constants,
    data: FitData,
    optima: Optima,
    steps: int,
    told: FitProgress = SILENT,
) -> Refined:
    """Descend again, on more sub-pixels, where steep light has kept the best end from a maximum.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        optima: where the descents ended.
        steps: the largest number of steps.
        told: is told how far the descents are.

    Returns:
        The ends, of which those of such images are on more sub-pixels.
    """
    rows, best = np.arange(len(data.image)), optima.best
    point = optima.point[rows, best]
    wanted = ~optima.converged[rows, best] & is_steep(model, constants, data, point)
    fine = finer(model)
    if fine is None or not wanted.any():
        return Refined(optima, ((model, rows),))
    chosen = np.flatnonzero(wanted)
    kept = np.argsort(optima.value[chosen], axis=1, kind="stable")[:, :KEPT]
    points = np.take_along_axis(optima.point[chosen], kept[..., None], axis=1)
    ends = last_descents(fine, constants, selected(data, chosen), points, steps, told)
    # an end that was given up has been followed no more
    real = np.take_along_axis(optima.followed[chosen], kept, axis=1)
    ends = ends._replace(value=np.where(real, ends.value, np.inf), converged=ends.converged & real)
    found = with_history(optima, ends, chosen, kept)
    others = np.flatnonzero(~wanted)
    return Refined(found, ((fine, chosen), *([(model, others)] if others.size else [])))


def is_steep(model: Model, constants: Constants, data: FitData, points: np.ndarray) -> np.ndarray:
    """Whether an image has a Sersic profile with an index above `STEEP`, (n,).

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the point of each image, (n, k).
    """
    values = np.asarray(constants.transform.constrained(points))
    found = np.zeros(len(points), bool)
    free: dict[str, np.ndarray] = {}
    for i, (name, _) in enumerate(model.free):
        free[name] = np.maximum(free.get(name, np.full(len(points), -np.inf)), values[:, i])
    for plane in model.scene.planes:
        for light in plane.light:
            name = f"{light.prefix}-n_sersic"
            if "n_sersic" in light.parameters:
                fixed = np.reshape(np.asarray(data.params[name]), (len(points), -1)).max(axis=1)
                found |= np.asarray(free.get(name, fixed)) > STEEP
    return found
