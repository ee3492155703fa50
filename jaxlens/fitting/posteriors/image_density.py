"""The posteriors of fitted images as a `Density`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens.fitting.posterior import Constants, FitData, Model, minus_log_posterior
from jaxlens.fitting.posteriors.density import Density, Part
from jaxlens.fitting.problem import selected


@dataclass(frozen=True)
class ImageLogDensity:
    """The log posterior density of one image, up to a constant of the image; equal for equal models.

    Attributes:
        model: the static part of the fit.
    """

    model: Model

    def __call__(self, shared: Constants, data: FitData, u: jax.Array) -> jax.Array:
        """The log-density at u (k,) of one image."""
        return -minus_log_posterior(self.model, shared, data, u)


def image_densities(
    models: Sequence[tuple[Model, np.ndarray]], constants: Constants, data: FitData, names: tuple[str, ...]
) -> tuple[Part, ...]:
    """The posteriors of the images of a fit.

    Args:
        models: each model with the indices of the images that it is the model of.
        constants: the arrays that all images share.
        data: all n images.
        names: the names of the k free parameters.
    """
    constrained, parts = constants.transform.constrained, []
    for model, rows in models:
        own = selected(data, rows)
        density = Density(names, ImageLogDensity(model), constrained, constants, own, normalisation(own))
        parts.append(Part(density, rows))
    return tuple(parts)


def normalisation(data: FitData) -> np.ndarray:
    """The terms of each image's log posterior that the descents leave out, (n,).

    Descents sum (r^2 - 1) / 2 + ln(s / s0) over pixels where the likelihood has (r^2 + ln 2 pi) / 2 + ln s.
    """
    sigma = np.where(data.mask, data.sigma, 1.0).astype(np.float64)
    terms = np.where(data.mask, 0.5 + np.log(sigma) + 0.5 * np.log(2.0 * np.pi), 0.0)
    return -np.sum(terms, axis=tuple(range(1, terms.ndim)))
