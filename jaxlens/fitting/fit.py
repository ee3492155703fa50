"""The public `jaxlens.fit`: the maximum of the posterior of each image, by gradients, from many starts.

The distributions of the file are the priors.  The prior draws that fit an image best are its starts.  All
starts of all images descend together by Levenberg and Marquardt's method, with the derivatives of the
simulator: first on smoothed images, whose posterior has fewer local maxima, then on the images themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.users_line import users_line
from jaxlens.fitting.finer import with_supersampling
from jaxlens.fitting.first_order import first_order
from jaxlens.fitting.fixed_haloes import fitted_lens
from jaxlens.fitting.free_parameters import Free, free_parameters
from jaxlens.fitting.full_names import full_names, full_start
from jaxlens.fitting.image_checks import check_images, of_systems
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observed_lens import observed_lens
from jaxlens.fitting.optima import fit_result
from jaxlens.fitting.problem import fit_data, problem
from jaxlens.fitting.progress import FitProgress
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.fitting.search import search
from jaxlens.fitting.sky import with_sky
from jaxlens.fitting.start_points import StartPoints
from jaxlens.fitting.starts import DRAWS_PER_START
from jaxlens.sampling.keys import Key, typed_key
from jaxlens.simulator.arguments import check_simulator
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    import optax


def fit(
    sim: Simulator,
    images: ArrayLike | Observation,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    *,
    noise_sigma: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    starts: int = 32,
    optimizer: optax.GradientTransformation | None = None,
    steps: int = 100,
    linear_amplitudes: bool = False,
    tie: Mapping[str, str] | None = None,
    start_from: FitResult | Mapping[str, ArrayLike] | None = None,
    sky: bool = False,
    supersampling: int | None = None,
    key: Key | None = None,
    progress: bool | None = None,
) -> FitResult:
    """The most probable parameters of one or several images, with their errors.

    The fit maximises the posterior's density in the unconstrained coordinates of
    `jaxlens.fitting.transforms`, so that a parameter whose prior has bounds stays inside them.  The errors
    are those of the Laplace approximation: the covariance is the inverse of Fisher's information of the
    pixels plus the second derivatives of minus the log prior.

    Where only one start of an image came to its best model a few more follow, the best of more draws.
    Where the last descents stop at a kink of the likelihood, since rays cross the middle of a steep source,
    they go on with more sub-pixels: the best models of such images have those of `FitResult.supersampling`.

    Where a fit is doubtful its result has `warnings`, each of which is also issued as a FitWarning.

    Args:
        sim: the simulator of the configuration; its distributions are the priors.
        images: the observed images, counts/s, (n, bands, y, x), or (bands, y, x) for one image.  Each has
            parameters of its own.  Those of a time series are (n, epochs, bands, y, x), or
            (epochs, bands, y, x) for one system, which is called one image here.  Or an `Observation` of one
            system, with its noise, mask, PSF and pixels: x then points east and y north where it has a WCS.
        free: the parameters that are fitted, by full or short names (as `theta_E` or `LENS.e1`, see
            `Simulator.names`), by default all that vary in the file.  A mapping may give each
            another prior, a distribution of `jaxlens.distributions` or one for each band, and must give one
            to a constant of the file; None stands for the file's prior.
        fixed: the values by name of parameters that vary in the file and are not free, or that replace a
            constant of the file: each a number, (n,), (bands,) or (n, bands).  What differs by epoch is
            (epochs, bands) or (n, epochs, bands), and cannot be free.  Where a time series has several
            pointings, `POINTING` is the index of that of each system, or `day` and `num_epochs` are given;
            what comes after the last epoch of a band is not used.  Haloes of SUBSTRUCTURE and LINE_OF_SIGHT
            do not move: their NUMBER and arrays, (haloes,) or (n, haloes), as `Dataset.haloes().params()` has
            them, are given here, or `<prefix>-NUMBER` is 0, which fits the lens without haloes.
        noise_sigma: the noise's standard deviation, counts/s, like `images` or broadcast to it; by default it
            is the simulator's own and depends on the parameters.
        mask: True or 1 where a pixel is used, like `images` or broadcast to it.  Other pixels may be NaN.
        starts: the number of starts of each image, which are the best of 8 times as many prior draws; a
            few more, of 32 times as many, where they do not agree.
        optimizer: an optimizer of optax, with its schedule, which moves all starts before the descents, for
            at most `steps` steps or until no image gets better.  By default there is none, because Levenberg
            and Marquardt's method does not need one.
        steps: the largest number of steps of the optimizer, and of the last round of descents.
        linear_amplitudes: whether the free magnitudes are found by linear algebra at each step, with the
            noise of the data and without their priors, until the last round, in which they move with all
            other parameters.  At the starts they always are.
        tie: the name of the parameter that another one follows, by the name of that one, as
            `{"LENS.LIGHT_PROFILE_2.center_x": "LENS.LIGHT_PROFILE_1.center_x"}`: the two are one, with the
            prior of the followed one.  SAME_AS in the file does the same.
        start_from: the result of an earlier fit of these images, or the values of parameters by name, also
            those of another file that has some of the parameters.  The starts are then this point and draws
            about it by its covariance (of values without one within a tenth of the prior's width).
            Parameters that it does not have are drawn from their priors.
        sky: whether a constant level of each band is fitted, counts/s a pixel, which may be negative.  It is
            `sky-<band>` in the result, whose `params` do not have it, and its prior is very wide.
        supersampling: the sub-pixels along a side of a pixel on which extended light is computed, in all
            descents.  By default they are the file's, and more of them are only taken as said above.
        key: a seed or a random key of the draws; by default 0, so that a fit can be repeated.
        progress: True for a line that says what is done and how good the best model is, False for none; None
            shows it in a terminal, and elsewhere tells the logger `jaxlens`.

    Returns:
        The best parameters of each image with their errors, and the history of the fit.

    Raises:
        ValueError: if the images do not match the simulator, or used pixels are not finite; if a name is not
            that of a parameter; if a free parameter has no prior, or a discrete one; if a parameter varies
            and is neither free nor fixed; if haloes are drawn by the file and are not given in `fixed`; if
            the posterior is finite at none of the starts; if ties or `start_from` are wrong.

    Examples:
        A mock image of a packaged example, of which all parameters that vary are fitted::

            sim = jaxlens.Simulator("galaxy_galaxy")
            images, params = sim(1, 1)
            result = jaxlens.fit(sim, images)
            print(result.table())
    """
    check_simulator(sim)
    _check_counts(starts=starts, steps=steps)
    if isinstance(images, Observation):
        if noise_sigma is not None or mask is not None:
            raise ValueError("noise_sigma and mask are those of the Observation; give them to read_image")
        sim, seen, pixels = observed_lens(sim, images)
        images, noise_sigma, mask = seen.images, seen.noise_sigma, seen.mask
        fixed = {**pixels, **({} if fixed is None else fixed)}
    if sim.given_parameters:
        raise ValueError(f"{', '.join(sim.given_parameters)} have no prior; fit with a file that has them")
    free, fixed, tie = full_names(sim, free, fixed, tie)
    start_from = full_start(sim, start_from)
    count = len(of_systems(sim, images))
    if noise_sigma is None and sim.scene.backgrounds == "replace":
        raise ValueError("the noise of real backgrounds is not known; give noise_sigma")
    if supersampling is not None:
        sim = sim.replace(scene=with_supersampling(sim.scene, supersampling))
    key = typed_key(0 if key is None else key)
    lens = fitted_lens(sim, count, fixed, free)
    sim, drawn = lens.sim, lens.drawn(key, DRAWS_PER_START * starts)
    parameters = free_parameters(sim, drawn, count, free, lens.fixed, tie)
    checked = check_images(sim, images, noise_sigma, mask, parameters.params.get("num_epochs"))
    if sky:
        parameters = with_sky(parameters, checked)
    model, constants = problem(sim, parameters, checked.noise_sigma is not None)
    data = fit_data(model, checked, parameters)
    start = StartPoints(lens, model, constants, data, parameters, starts)
    with FitProgress(progress) as told:
        told.stage(
            f"{len(parameters.places)} free parameters: comparing draws of their priors with the image"
        )
        points = start.first(key, drawn, start_from)
        diverged = np.zeros(points.shape[:2], bool)
        if optimizer is not None:
            points, diverged = first_order(model, constants, data, points, optimizer, steps)
        more = partial(start.more, jax.random.fold_in(key, 1))
        adaptive = supersampling is None
        found = search(model, constants, data, points, more, steps, linear_amplitudes, adaptive, told)
        told.stage("errors of the best models")
        result = lens.result(fit_result(sim, parameters, constants, data, found, diverged))
    for text in result.warnings:
        warnings.warn(text, FitWarning, stacklevel=users_line())
    return result


def _check_counts(**counts: int) -> None:
    """ValueError for a count below 1, by the name of its argument."""
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
