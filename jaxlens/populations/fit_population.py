"""The public `jaxlens.fit_population`: the hyperparameters of a file from observed images, by gradients."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.users_line import users_line
from jaxlens.fitting.image_checks import check_images
from jaxlens.fitting.result import FitWarning
from jaxlens.populations.distances import Distance
from jaxlens.populations.hyperparameters import free_hyperparameters
from jaxlens.populations.result import PopulationFit
from jaxlens.populations.search import Search
from jaxlens.populations.simulated_sets import Features
from jaxlens.populations.statistics import energy_distance
from jaxlens.sampling.keys import Key, typed_key
from jaxlens.simulator.arguments import check_simulator
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    import optax

# The fewest images, observed or simulated; the bootstrap errors of fewer would be meaningless.
MIN_IMAGES = 20


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
    key: Key | None = None,
) -> PopulationFit:
    """Find the hyperparameters of a file with which its simulated images are like a set of observed ones.

    Every number of the file on which a draw depends can be free: a mean, a width, a bound, the seeing, the
    sky.  They start at the file's values and are moved until the distance of the statistics of simulated
    images from those of the observed ones is smallest.  The random bits of the simulated systems stay the
    same, so that the distance is a smooth function of the free hyperparameters.  The derivatives of each
    image's statistics come from forward-mode differentiation through draw, lens, PSF and noise.

    By default the statistics are estimates of the parameters that the free hyperparameters govern (theta_E of
    each lens, where its mean and width are free).  They come from `image_statistics` by a regression that is
    trained on simulated images, whose parameters are known.  Their quality affects the errors but does not
    bias the result, since observed and simulated images are treated alike.

    The errors are those of a bootstrap over the observed and the simulated images: for each resampled pair
    of sets the distance is minimised by one Newton step from the optimum (the one-step bootstrap, Andrews
    2002, Econometrica 70, 119).

    Args:
        sim: a simulator of the configuration; the file's hyperparameters are the start.
        images: observed images, counts/s, (n, bands, num_pix, num_pix), with their noise.  In time series
            (n, epochs, bands, num_pix, num_pix) each epoch has statistics of its own.
        free: the paths of the hyperparameters to find, as in `sim.hyperparameters`.
            Those of SUBSTRUCTURE and LINE_OF_SIGHT cannot be, since they change how many haloes a system has,
            and a whole number has no derivative; haloes are drawn with the file's.
        features: statistics instead of the default ones: a function from images (m, bands, y, x) to (m, f)
            that JAX can differentiate in forward mode, such as a network; of time series the images are
            (m, epochs, bands, y, x).
        distance: a function of simulated (m, f) and observed (n, f) statistics, each divided by the spread of
            both together, that returns a number.
        simulated: the number of systems that are simulated for each step.  More of them make the errors
            smaller, as more observed images do.
        steps: the largest number of steps.
        optimizer: an optimizer of optax that takes the steps instead of Newton's method, in units in which 1
            moves the statistics by their spread.  Either way the fit ends where Newton's step is small
            compared with the errors.
        bootstrap: the number of bootstrap samples from which the errors are computed.
        key: the random key of the simulated systems and of the resampling; by default a fixed one, with which
            no dataset is made.

    Returns:
        The hyperparameters with their errors, and the file that has them.

    Raises:
        ValueError: if a path is not in the file (the message names the most similar one), or is that of an
            array, of haloes, or of a parameter of a discrete distribution; if no image depends on a
            hyperparameter; if there are fewer than 20 images, or they have a wrong shape or pixels that are
            not finite; if statistics are not finite, as where there are more haloes than MAX_HALOES.

    Warns:
        FitWarning: if the fit did not converge, or the images hardly determine a hyperparameter.

    Examples:
        A file whose hyperparameters are guesses becomes one whose images are like the observed ones::

            sim = jaxlens.Simulator("guess.yaml")
            lens = "SPECIES.GALAXY_1.MASS_PROFILE_1"
            result = jaxlens.fit_population(
                sim, images, free=[f"{lens}.theta_E.mean", f"{lens}.theta_E.std", "SURVEY.seeing.mean"]
            )
            print(result.table())
            result.save_yaml("found.yaml")
    """
    if simulated < MIN_IMAGES or steps < 1 or bootstrap < 2:
        raise ValueError(
            f"simulated is {simulated}, steps {steps}, bootstrap {bootstrap}; "
            f"they must be at least {MIN_IMAGES}, 1 and 2"
        )
    check_simulator(sim)
    _refuse_haloes(sim, free)
    chosen = free_hyperparameters(sim, free)
    pixels = jnp.asarray(_checked(sim, images))
    folded = jax.random.fold_in(typed_key(0 if key is None else key), crc32(b"fit_population"))
    given = None if features is None else _hashable(features)
    search = Search(sim, pixels, chosen, given, _hashable(distance), simulated, folded)
    result = search.result(search.run(steps, optimizer), bootstrap)
    for text in result.warnings:
        warnings.warn(text, FitWarning, stacklevel=users_line())
    return result


def _refuse_haloes(sim: Simulator, free: Sequence[str]) -> None:
    """ValueError where a free hyperparameter is one of SUBSTRUCTURE or LINE_OF_SIGHT."""
    for haloes in (one.haloes for one in sim.static_population.haloes):
        for path in free:
            if str(path).startswith(f"{haloes.path}."):
                raise ValueError(
                    f"{path} in free is a number of {haloes.path}, on which depends how many haloes a system "
                    "has, and that has no derivative; train a network on a stream that has it as a label"
                )


def _checked(sim: Simulator, images: ArrayLike) -> np.ndarray:
    """The images as an array; ValueError where their shape or pixels are wrong, or they are too few."""
    pixels = check_images(sim, images).images
    if len(pixels) < MIN_IMAGES:
        raise ValueError(f"{len(pixels)} images are no population; give at least {MIN_IMAGES}")
    return pixels


def _hashable(function: Features | Distance) -> Any:
    """The function, wrapped where it has no hash (a module with arrays), as a static argument of jit."""
    try:
        hash(function)
    except TypeError:
        return lambda *arrays: function(*arrays)
    return function
