"""From a simulator, free parameters and checked images to the inputs of `jaxlens.fitting.posterior`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import PIXEL_SCALE, TRANSFORM
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.image_checks import CheckedImages
from jaxlens.fitting.posterior import Array, Constants, FitData, Model, unconstrained_log_prior
from jaxlens.fitting.smoothing import smoothing_widths
from jaxlens.imaging.noise import noise_sigma
from jaxlens.imaging.scene import Scene
from jaxlens.simulator.generation import Params
from jaxlens.simulator.simulator import Simulator

# An estimated sigma is at least this fraction of the largest one in its image.
MIN_SIGMA_FRACTION = 1e-3
# The number of images or starts in one call of a compiled program on a CPU; a core's cache holds no more.
CPU_BATCH = 4
# The number of images or starts in one call of a compiled program on a GPU, which is idle with fewer.
GPU_BATCH = 64


def batch_size() -> int:
    """The number of images, or starts of images, in one call of a compiled program."""
    return CPU_BATCH if jax.default_backend() == "cpu" else GPU_BATCH


def selected(data: FitData, indices: np.ndarray) -> FitData:
    """The images with these indices (m,)."""
    return jax.tree.map(lambda array: array[indices], data)


def problem(sim: Simulator, free: FreeParameters, sigma_given: bool) -> tuple[Model, Constants]:
    """The static part of a fit, and the arrays that all its images share.

    Args:
        sim: the simulator of the configuration.
        free: the free parameters, and the values of all others.
        sigma_given: whether the noise's sigma is given with the images.

    Returns:
        The static part and the arrays.
    """
    changed = {name for name, _ in free.places} | free.changed
    # a seeing that is free or fixed by the caller may be wider than the file allows
    scene = (sim.with_unbounded_psf() if changed & {"seeing", PIXEL_SCALE, *TRANSFORM} else sim).scene
    population = sim.static_population
    widths = smoothing_widths(sim.scene.num_pix)
    model = Model(population, scene, free.places, free.file_priors, sigma_given, widths, free.ties)
    own_priors = tuple(
        None if name in free.file_priors else prior
        for (name, _), prior in zip(free.places, free.priors, strict=True)
    )
    k = len(free.places)
    constants = Constants(sim.hyperparameters, sim.assets, free.transform, own_priors, jnp.zeros((k, k)))
    params = {name: value[0] for name, value in free.params.items()}
    curvature = prior_curvature(model, constants, params, jnp.zeros(k))
    return model, constants._replace(prior_curvature=_without_negative(np.asarray(curvature)))


@partial(jax.jit, static_argnums=0)
def prior_curvature(
    model: Model, constants: Constants, params: Mapping[str, Array], u: jax.Array
) -> jax.Array:
    """The second derivatives of minus the log of the prior's density of u.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        params: all parameters of the system; the values of the free ones are not used.
        u: the unconstrained coordinates, (k,).

    Returns:
        The matrix, (k, k).
    """
    return -jax.hessian(partial(unconstrained_log_prior, model, constants, params))(u)


def _without_negative(curvature: np.ndarray) -> np.ndarray:
    """A symmetric matrix with its negative eigenvalues set to zero."""
    eigenvalues, eigenvectors = np.linalg.eigh(np.asarray(curvature, np.float64))
    positive = (eigenvectors * np.maximum(eigenvalues, 0.0)) @ eigenvectors.T
    return positive.astype(curvature.dtype)


def fit_data(model: Model, images: CheckedImages, free: FreeParameters) -> FitData:
    """All images of a fit, (n, bands, y, x), or (n, epochs, bands, y, x) of a time series.

    Where sigma is not given it is estimated as the noise of an image whose mean is the observed image.
    Negative pixels have no shot noise in this estimate, which is therefore kept above a fraction of the
    largest sigma of the image.

    Args:
        model: the static part of the fit.
        images: the checked images, with their noise and mask.
        free: the free parameters, and the values of all others.

    Returns:
        The images with their sigma, mask and parameters.
    """
    params = dict(free.params)
    sigma = images.noise_sigma
    if sigma is None:
        sigma = np.asarray(_noise(model.scene, jax.tree.map(jnp.asarray, params), images.images))
        largest = sigma.max(axis=tuple(range(1, sigma.ndim)), keepdims=True)
        sigma = np.maximum(sigma, MIN_SIGMA_FRACTION * largest)
    return FitData(images.images, np.where(images.mask, sigma, 1.0).astype(sigma.dtype), images.mask, params)


@partial(jax.jit, static_argnums=0)
def _noise(scene: Scene, params: Params, images: jax.Array) -> jax.Array:
    return jax.vmap(partial(noise_sigma, scene))(params, images)
