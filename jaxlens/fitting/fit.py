"""From images to the parameters of their lenses: maxima of the posterior, by gradients, from many starts.

The distributions of the file are the priors.  Draws of them that look most like an image are its starts; all
starts of all images descend together, by Levenberg and Marquardt's method with the derivatives of the
simulator, first on smoothed images, where a start that is far off finds its way, then on the images.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.descents import descents
from jaxlens.fitting.ends import finished
from jaxlens.fitting.first_order import first_order
from jaxlens.fitting.free_numbers import Free, free_numbers
from jaxlens.fitting.observations import check_images
from jaxlens.fitting.posterior import observed_images, problem
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.fitting.starts import DRAWS_PER_START, best_starts, drawn_points
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    import optax


def fit(
    sim: Simulator,
    images: ArrayLike,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    *,
    noise_sigma: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    starts: int = 32,
    optimizer: optax.GradientTransformation | None = None,
    steps: int = 100,
    linear_amplitudes: bool = False,
    key: jax.Array | None = None,
) -> FitResult:
    """The most probable parameters of one or several images, with their errors.

    What is maximal is the posterior's density in the space without bounds of `jaxlens.fitting.transforms`,
    so that a number whose prior has bounds stays inside them.  The errors are the inverse of the expected
    curvature there (Fisher's information of the pixels and the prior's).

    Args:
        sim: the simulator of the configuration; its distributions are the priors.
        images: counts/s, (n, bands, y, x), which are fitted together, or (bands, y, x) for one.
        free: the parameters that move, by default all that vary in the file.  A mapping may give each
            another prior, a distribution of `jaxlens.distributions` or one for each band, and must give one
            to a constant of the file; None is the file's.
        fixed: values, one number or (n,), (bands,), (n, bands), for parameters that vary in the file and are
            not free, or in the place of a constant.
        noise_sigma: the noise's standard deviation, like `images` or broadcast to it; by default it is the
            simulator's own and depends on the parameters.
        mask: likewise; True or 1 where a pixel is used.  What is masked may be NaN.
        starts: how many draws of the prior, of 8 times as many, may be followed for each image.
        optimizer: one of optax, with its schedule, which moves all starts before the descents, for at most
            `steps` steps or until no image gets better.  By default there is none: Levenberg and Marquardt
            need no first steps.
        steps: the most steps of the optimizer, and of the last round of descents.
        linear_amplitudes: whether the free magnitudes are solved for at each step, at the noise of the data,
            until the last round, which moves them with all others and their priors.  At the starts they
            always are.
        key: of the draws; a fixed one by default, so that a fit can be repeated.

    A fit that does not end well says so: in `warnings` of the result, and as a FitWarning.

    Raises:
        ValueError: images that do not fit the simulator, or with used pixels that are not finite; a name that
            is no parameter; a free parameter without a prior, or with separate values only; one that varies
            and is neither free nor fixed; no start at which the posterior is finite.

    A lens of the packaged example, of which all that varies is fitted::

        sim = jaxlens.Simulator("galaxy_galaxy")
        images, params = sim(jax.random.key(1, impl="threefry2x32"), 1)
        result = jaxlens.fit(sim, images)
        print(result.table())
    """
    _check_counts(starts=starts, steps=steps)
    pixels = check_images(sim, images, noise_sigma, mask)
    if noise_sigma is None and sim.scene.backgrounds == "replace":
        raise ValueError("the noise of real backgrounds is not known; give noise_sigma")
    key = jax.random.key(0, impl="threefry2x32") if key is None else key
    drawn = sim.sample(key, DRAWS_PER_START * starts)
    numbers = free_numbers(sim, drawn, len(pixels.images), free, fixed)
    model, shared = problem(sim, numbers, pixels.noise_sigma is not None)
    observed = observed_images(model, pixels, numbers)
    points = best_starts(model, shared, observed, drawn_points(model, shared, numbers, drawn, key), starts)
    diverged = np.zeros(points.shape[:2], bool)
    if optimizer is not None:
        points, diverged = first_order(model, shared, observed, points, optimizer, steps)
    ends = descents(model, shared, observed, points, steps, linear_amplitudes)
    result = finished(sim, numbers, model, shared, observed, ends, diverged)
    for text in result.warnings:
        warnings.warn(text, FitWarning, stacklevel=2)
    return result


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
