"""A constant level of each band that is fitted beside the parameters of the file, and may be negative.

It is what is left of the sky in an image whose sky was subtracted, or all of it.  Its prior is so wide that
it does not matter.
"""

from __future__ import annotations

import dataclasses

import jax
import numpy as np

from jaxlens.distributions import Normal
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.image_checks import CheckedImages
from jaxlens.fitting.posterior import SKY, FitData
from jaxlens.fitting.transforms import Transform, transform_of

# The width of the border of an image whose median is a guess of the sky, as a fraction of its side.
BORDER = 0.1
# The standard deviation of the prior in units of the scatter of the pixels at the border.
WIDTH = 10.0
# From the median of absolute deviations to the standard deviation of a normal distribution.
FROM_MEDIAN = 1.4826


def sky_guess(images: CheckedImages) -> tuple[np.ndarray, np.ndarray]:
    """The level and the scatter of the used pixels at the border of each image, (n, bands) each.

    Of an image without used pixels there it is that of all used ones.
    """
    y, x = images.images.shape[-2:]
    edge = max(1, round(BORDER * min(y, x)))
    border = np.ones((y, x), bool)
    border[edge:-edge, edge:-edge] = False
    # of a time series all epochs together
    axes = tuple(i for i in range(1, images.mask.ndim) if i != images.mask.ndim - 3)
    used = images.mask & border
    used = np.where(used.any(axis=axes, keepdims=True), used, images.mask)
    pixels = np.where(used, images.images.astype(np.float64), np.nan)
    # a band without a used pixel has no sky to be seen
    pixels = np.where(used.any(axis=axes, keepdims=True), pixels, 0.0)
    level = np.nanmedian(pixels, axis=axes, keepdims=True)
    scatter = FROM_MEDIAN * np.nanmedian(np.abs(pixels - level), axis=axes)
    return np.reshape(level, scatter.shape), scatter


def with_sky(free: FreeParameters, images: CheckedImages) -> FreeParameters:
    """The free parameters with a sky in each band.

    Args:
        free: the free parameters of the file.
        images: the checked images.

    Returns:
        The free parameters with `sky` at the end, one for each band.
    """
    guess, scatter = sky_guess(images)
    middle = np.median(guess, axis=0)
    width = np.maximum(WIDTH * np.max(scatter, axis=0), 3.0 * np.max(np.abs(guess - middle), axis=0))
    width = np.where(width > 0.0, width, 1.0)
    priors = tuple(Normal(float(m), float(w)) for m, w in zip(middle, width, strict=True))
    own = jax.tree.map(np.asarray, transform_of(priors))
    fields = [field.name for field in dataclasses.fields(Transform)]
    joined = {name: np.concatenate([getattr(free.transform, name), getattr(own, name)]) for name in fields}
    return dataclasses.replace(
        free,
        places=(*free.places, *((SKY, band) for band in range(len(priors)))),
        priors=(*free.priors, *priors),
        transform=Transform(**joined),
        params={**free.params, SKY: guess.astype(images.images.dtype)},
    )


def without_sky(data: FitData) -> FitData:
    """The images without the guess of their sky."""
    level = np.asarray(data.params[SKY])[..., None, None]
    level = level[:, None] if data.image.ndim == 5 else level
    return data._replace(image=np.asarray(data.image) - level)


def with_sky_at_guess(free: FreeParameters, points: np.ndarray) -> np.ndarray:
    """Points (n, s, k) of n images, whose sky is its guess."""
    own = [i for i, (name, _) in enumerate(free.places) if name == SKY]
    transform = jax.tree.map(lambda field: np.asarray(field)[own], free.transform)
    found = points.copy()
    found[:, :, own] = np.asarray(transform.unconstrained(free.params[SKY]))[:, None, :]
    return found
