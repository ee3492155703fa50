"""Where the descents of a fit begin: at the best draws, about a known point, and at more draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.descents import FIRST_WAVE, Optima
from jaxlens.fitting.fixed_haloes import FittedLens
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.posterior import SKY, Constants, FitData, Model
from jaxlens.fitting.problem import selected
from jaxlens.fitting.result import FitResult
from jaxlens.fitting.sky import with_sky_at_guess, without_sky
from jaxlens.fitting.starts import DRAWS_PER_START, SECOND_DRAWS, around_light, best_starts, drawn_points
from jaxlens.fitting.warm_starts import warm_points
from jaxlens.simulator.generation import Params


@dataclass(frozen=True)
class StartPoints:
    """What the starts of a fit of n images are made of.

    Attributes:
        lens: what draws parameters of the file.
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        free: the free parameters.
        count: the number of starts of each image.
    """

    lens: FittedLens
    model: Model
    constants: Constants
    data: FitData
    free: FreeParameters
    count: int

    def first(
        self,
        key: jax.Array,
        drawn: Params,
        start_from: FitResult | Mapping[str, ArrayLike] | None = None,
    ) -> np.ndarray:
        """The first starts of each image, (n, count, k).

        Args:
            key: the random key of draws from priors that the caller gave.
            drawn: the parameters of systems of the file, the candidates.
            start_from: a point about which they are, as in `jaxlens.fit`.
        """
        points = drawn_points(self.model, self.constants, self.free, drawn, key)
        if start_from is None:
            return self._best(self.data, points, self.free)
        bands = self.model.scene.bands
        near, complete = warm_points(start_from, self.free, bands, points, len(self.data.image))
        if complete:
            return near[:, : self.count]
        return self._each(np.arange(len(near)), near)

    def more(self, key: jax.Array, optima: Optima, rows: np.ndarray) -> np.ndarray:
        """A few more starts of some images, (m, t, k), from more draws, half of them with the light found.

        Args:
            key: the random key of the draws.
            optima: the ends of the first starts.
            rows: the indices of the images, (m,).
        """
        drawn = self.lens.drawn(key, SECOND_DRAWS * DRAWS_PER_START * self.count)
        points = drawn_points(self.model, self.constants, self.free, drawn, key)
        best = optima.point[rows, optima.best[rows]]
        candidates = np.stack([around_light(self.model, points, each) for each in best])
        return self._each(rows, candidates)[:, :FIRST_WAVE]

    def _each(self, rows: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The best of the candidates (m, c, k) of some images, each with its own, (m, count, k)."""
        found = []
        for i, own in zip(rows, points, strict=True):
            free = self._of_image(np.array([i]))
            found.append(self._best(selected(self.data, np.array([i])), own, free))
        return np.concatenate(found)

    def _of_image(self, rows: np.ndarray) -> FreeParameters:
        """The free parameters of some images."""
        return replace(self.free, params={name: value[rows] for name, value in self.free.params.items()})

    def _best(self, data: FitData, points: np.ndarray, free: FreeParameters) -> np.ndarray:
        """The best of the candidates (c, k) for each image."""
        if SKY not in self.free.params:
            return best_starts(self.model, self.constants, data, points, self.count)
        without = without_sky(data)
        return with_sky_at_guess(free, best_starts(self.model, self.constants, without, points, self.count))
