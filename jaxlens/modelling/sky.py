"""The level of the sky that a fit leaves in each exposure, with its error."""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.lens_result import LensFit
from jaxlens.modelling.model import Settings
from jaxlens.modelling.problem import LensProblem

# The step of differences of amplitudes, in standard deviations of a coordinate.
STEP = 0.1


class SkyLevels(NamedTuple):
    """The levels of the sky above that which was subtracted from the images.

    Attributes:
        names: what the images are called, as `Layout.name` does.
        values: counts/s in a pixel, below 0 where too much was subtracted, (images,).
        errors: their standard deviations, with those of all other numbers of the fit, (images,).
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    errors: NDArray[np.float64]


def fitted_sky(found: LensFit) -> SkyLevels:
    """The free levels of the sky of a fitted lens.

    Args:
        found: the result of `jaxlens.fit_lens`.

    Returns:
        The level of each image.
    """
    rung = next(r for r in found.rungs if r.label == found.model and r.problem is found.problem)
    moving = np.flatnonzero(np.asarray(found.settings.active) > 0.0)
    covariance = np.zeros((rung.point.size, rung.point.size))
    covariance[np.ix_(moving, moving)] = found.fit.unconstrained_covariance[0]
    # fit_lens compiles its programs in double precision
    with jax.enable_x64(True):
        return sky_levels(found.problem, found.images, found.settings, rung.point, covariance)


def sky_levels(
    problem: LensProblem, images: LensImages, settings: Settings, point: ArrayLike, covariance: ArrayLike
) -> SkyLevels:
    """The free levels of the sky at a maximum.

    Args:
        problem: the model of the lens.
        images: its images.
        settings: what moves, and the prior of amplitudes.
        point: the coordinates of the maximum, (k,).
        covariance: theirs, (k, k).

    Returns:
        The level of each image.

    Raises:
        ValueError: if the model has no free sky.
    """
    if not problem.lens.sky:
        raise ValueError("the sky of this model is not free; make it with sky=True")
    places = images.layout.places
    first = problem.lens.count
    values = np.asarray(solution_at(problem, images.data, settings, np.asarray(point)).amplitudes, np.float64)
    errors = np.sqrt(
        np.diagonal(amplitude_covariance(problem, images, settings, point, covariance), axis1=1, axis2=2)
    )
    index = [p.band for p in places], [first + p.exposure for p in places]
    return SkyLevels(tuple(images.layout.name(p) for p in places), values[index], errors[index])


def amplitude_covariance(
    problem: LensProblem, images: LensImages, settings: Settings, point: ArrayLike, covariance: ArrayLike
) -> NDArray[np.float64]:
    """The covariance of the amplitudes of each band, with the errors of the coordinates.

    That at fixed coordinates is C^-1, the inverse curvature of those that are not held at 0.  To it comes
    (da/du) V (da/du)^T with the covariance V of the coordinates and the derivatives of the best amplitudes,
    which are differences over a tenth of a standard deviation.

    Args:
        problem: the model of the lens.
        images: its images.
        settings: what moves, and the prior of amplitudes.
        point: the coordinates of the maximum, (k,).
        covariance: V, (k, k).

    Returns:
        The covariance of each band, 0 for what is held, (bands, m, m) with m the amplitudes of a band.
    """
    u, variance = np.asarray(point, np.float64), np.asarray(covariance, np.float64)

    def amplitudes(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(solution_at(problem, images.data, settings, at).amplitudes, np.float64)

    found = solution_at(problem, images.data, settings, u)
    steps = STEP * np.sqrt(np.diagonal(variance))
    change = [
        np.zeros(np.shape(found.amplitudes))
        if step == 0.0
        else (amplitudes(u + step * own) - amplitudes(u - step * own)) / (2.0 * step)
        for step, own in zip(steps, np.eye(u.size), strict=True)
    ]
    slopes = np.stack(change, axis=-1)
    free = np.asarray(found.free)
    curvature = np.asarray(found.curvature, np.float64)
    inverse = np.zeros_like(curvature)
    for band, own in enumerate(free):
        inside = np.ix_(own, own)
        unit = np.sqrt(np.diagonal(curvature[band])[own])
        scaled = curvature[band][inside] / (unit[:, None] * unit[None])
        inverse[band][inside] = np.linalg.pinv(scaled, hermitian=True) / (unit[:, None] * unit[None])
    return inverse + np.einsum("bmk,kl,bnl->bmn", slopes, variance, slopes)
