"""From real images to the priors that would have made them: the numbers of a file are moved by gradients."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.typing import ArrayLike

from jaxlens.fitting.observations import check_images
from jaxlens.fitting.result import FitWarning
from jaxlens.populations.distances import Distance
from jaxlens.populations.file_numbers import free_numbers
from jaxlens.populations.result import PopulationFit
from jaxlens.populations.search import Search
from jaxlens.populations.simulated_sets import Features
from jaxlens.populations.statistics import energy_distance
from jaxlens.simulator.simulator import Simulator

# Fewer images say little about a population, and less about the error of that.
FEWEST_IMAGES = 20


def fit_population(
    sim: Simulator,
    images: ArrayLike,
    free: Sequence[str],
    *,
    features: Features | None = None,
    distance: Distance = energy_distance,
    simulated: int = 8192,
    steps: int = 30,
    optimizer: optax.GradientTransformation | None = None,
    bootstrap: int = 100,
    key: jax.Array | None = None,
) -> PopulationFit:
    """Find the numbers of a file with which its simulated images are like a set of real ones.

    Every number of the file that a draw depends on can be free: a mean, a width, a bound, the seeing, the
    sky.  They start where the file has them and are moved until the distance of the statistics of simulated
    images from those of the real ones is smallest.  The random bits of the simulated systems stay the
    same, so that the distance is a smooth function of the free numbers.  The slope of each image's statistics
    comes from forward-mode differentiation through draw, lens, PSF and noise.

    By default the statistics are guesses of the parameters that the free numbers govern (theta_E of each
    lens, where its mean and width are free) from `image_statistics`; they are learnt on the way by a
    regression on simulated images, whose parameters are known.  How good they are matters for the errors,
    not for the answer: real and simulated images are treated alike.

    The errors are those of a bootstrap over the real images and over the simulated ones: for each resampled
    pair of sets the distance is minimised by one Newton step from the optimum (the one-step bootstrap,
    Andrews 2002, Econometrica 70, 119).

    Args:
        sim: a simulator of the configuration; the file's numbers are the start.
        images: real images, (n, bands, num_pix, num_pix), in the simulator's units; noise included.
        free: the paths of the numbers to find, as in `sim.hyperparameters`.
        features: statistics of your own, a function of images (m, bands, y, x) to (m, f), which JAX can
            differentiate in forward mode; a network, for example.
        distance: a function of simulated (m, f) and real (n, f) statistics, each divided by the spread of
            both together, to a number.
        simulated: how many systems are simulated for a step.  Their number adds to the errors as the number
            of real ones does.
        steps: the most steps.
        optimizer: an optimiser of optax to take the steps, in units in which 1 moves the statistics by their
            spread, in the place of Newton's.  Either way the fit ends where Newton's step is small compared
            with the errors.
        bootstrap: how many resampled sets the errors come from.
        key: of the simulated systems and the resampling; by default a fixed one, which no dataset has.

    Raises:
        ValueError: a path that the file has not, with the nearest; one of an array or of a discrete
            distribution; a number on which no image depends; images of another shape, with pixels that are
            not finite, or fewer than 20; statistics that are not finite.

    Warns:
        FitWarning: the fit did not converge, or the images do not determine a number.

    Examples:
        A file whose numbers are guesses becomes one whose images are like yours::

            sim = jaxlens.Simulator("guess.yaml")
            lens = "SPECIES.GALAXY_1.MASS_PROFILE_1"
            result = jaxlens.fit_population(
                sim, images, free=[f"{lens}.theta_E.mean", f"{lens}.theta_E.std", "SURVEY.seeing.mean"]
            )
            print(result.table())
            result.save_yaml("found.yaml")
    """
    if simulated < FEWEST_IMAGES or steps < 1 or bootstrap < 2:
        raise ValueError(
            f"simulated is {simulated}, steps {steps}, bootstrap {bootstrap}; "
            f"they must be at least {FEWEST_IMAGES}, 1 and 2"
        )
    chosen = free_numbers(sim, free)
    pixels = jnp.asarray(_checked(sim, images))
    folded = jax.random.fold_in(jax.random.key(0) if key is None else key, crc32(b"fit_population"))
    own = None if features is None else _hashable(features)
    search = Search(sim, pixels, chosen, own, _hashable(distance), simulated, folded)
    result = search.result(search.run(steps, optimizer), bootstrap)
    for remark in result.warnings:
        warnings.warn(remark, FitWarning, stacklevel=2)
    return result


def _checked(sim: Simulator, images: ArrayLike) -> np.ndarray:
    pixels = check_images(sim, images).images
    if len(pixels) < FEWEST_IMAGES:
        raise ValueError(f"{len(pixels)} images are no population; give at least {FEWEST_IMAGES}")
    return pixels


def _hashable(function: Features | Distance) -> Any:
    """A function that can be static under jit, which a module with arrays in it cannot."""
    try:
        hash(function)
    except TypeError:
        return lambda *arrays: function(*arrays)
    return function
