"""The posterior density of one image.

All functions are for one image and one point u (k,) of the unconstrained space of
`jaxlens.fitting.transforms`.  Densities are those of u: the density of the parameters x times dx/du.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import LinkedDraw
from jaxlens.distributions import Distribution
from jaxlens.fitting.ties import is_linear
from jaxlens.fitting.transforms import Transform
from jaxlens.imaging import likelihood
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.scene import Scene
from jaxlens.sampling import priors
from jaxlens.sampling.link_priors import with_known, with_ties
from jaxlens.sampling.population import Population
from jaxlens.simulator.generation import Params

# The parameter of a fit, beside those of the simulator, that is a constant level of each band, counts/s.
SKY = "sky"
# An array on the host or on the device.
Array: TypeAlias = jax.Array | np.ndarray

# The ends of the names of magnitudes: of light, and of the light curves that scale with 10^(-0.4 magnitude).
_MAGNITUDES = ("-magnitude", "-ABSMAG", "-MAG", "-MAG_SHIFT")
# The first word of models of transients whose light curves change their shape with their magnitude.
_NOT_LINEAR = "agn_drw"


@dataclass(frozen=True)
class Model:
    """What is static under jit in a fit.

    Attributes:
        population: the draws of the file, whose densities are the priors.
        scene: the scene that is rendered.
        free: the name of each of the k free parameters and, where each band has its own value, the index of
            the band.
        file_priors: the names of the free parameters whose prior is the file's.
        sigma_given: whether the noise's sigma is given, rather than a function of the parameters.
        widths: the widths (pixels) of the smoothing on levels 1, 2, ... of `expansion.expansion`.
        ties: the links by which other parameters follow the free ones, each after those that it follows.
    """

    population: Population
    scene: Scene
    free: tuple[tuple[str, int | None], ...]
    file_priors: frozenset[str]
    sigma_given: bool
    widths: tuple[float, ...]
    ties: tuple[LinkedDraw, ...] = ()

    @property
    def magnitudes(self) -> np.ndarray:
        """The indices of the free magnitudes: an image is linear in their fluxes."""
        transients = self.scene.series.transients if self.scene.series else ()
        others = tuple(f"{t.prefix}-" for t in transients if t.model.startswith(_NOT_LINEAR))
        found = [
            i
            for i, (name, _) in enumerate(self.free)
            if name.endswith(_MAGNITUDES)
            and not name.startswith(others)
            and is_linear(self.ties, name, _MAGNITUDES)
        ]
        return np.array(found, np.int32)


class Constants(NamedTuple):
    """The arrays that all images of a fit share.

    Attributes:
        hyperparameters: the file's hyperparameters, by their paths.
        assets: the file's arrays: PSF kernels and real images.
        transform: the map from the unconstrained space to the free parameters.
        own_priors: the prior of each free parameter that the caller gave, (k,); None where it is the file's.
        prior_curvature: the second derivatives of minus the log of the prior's density at u = 0, with
            negative eigenvalues set to zero, (k, k).
    """

    hyperparameters: Params
    assets: Assets
    transform: Transform
    own_priors: tuple[Distribution | None, ...]
    prior_curvature: Array


class FitData(NamedTuple):
    """One observed image, or several with a leading axis.

    Here and below, (bands, y, x) is (epochs, bands, y, x) for a time series.

    Attributes:
        image: the pixels, counts/s, (bands, y, x).
        sigma: the noise's standard deviation, (bands, y, x); an estimate where it depends on the parameters.
        mask: true where a pixel is used, (bands, y, x).
        params: all parameters; the values of the free ones are not used.
    """

    image: Array
    sigma: Array
    mask: Array
    params: Mapping[str, Array]


def with_free_values(model: Model, constants: Constants, params: Mapping[str, Array], x: jax.Array) -> Params:
    """All parameters of a system, with the values x of the free ones and those of what is tied to them.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        params: all parameters of the system; the values of the free ones are not used.
        x: the values of the free parameters, (k,).

    Returns:
        All parameters by name, each () or (bands,).
    """
    return with_tied_values(model, constants, with_scalars(model, params, x))


def with_tied_values(model: Model, constants: Constants, params: Params) -> Params:
    """All parameters of a system, with those that are tied to the free ones computed from them.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        params: all parameters of the system, each () or (bands,).
    """
    if not model.ties:
        return params
    population, hyperparameters = model.population, constants.hyperparameters
    known = with_known(population, hyperparameters, params)
    found = with_ties(model.ties, population.bands, hyperparameters, known)
    return {name: found[name] for name in params}


def with_scalars(model: Model, params: Mapping[str, Array], x: jax.Array) -> Params:
    """All parameters of a system, with the values x of the free ones, and what is tied to them as it is.

    Args:
        model: the static part of the fit.
        params: all parameters of the system; the values of the free ones are not used.
        x: the values of the free parameters, (k,).

    Returns:
        All parameters by name, each () or (bands,).
    """
    values = {name: jnp.asarray(value, x.dtype) for name, value in params.items()}
    for i, (name, band) in enumerate(model.free):
        values[name] = x[i] if band is None else values[name].at[band].set(x[i])
    return values


def unconstrained_log_prior(
    model: Model, constants: Constants, params: Mapping[str, Array], u: jax.Array
) -> jax.Array:
    """The log of the prior's density of u: ln p(x) + sum ln(dx/du).

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        params: all parameters of the system; the values of the free ones are not used.
        u: the unconstrained coordinates, (k,).

    Returns:
        The log-density, ().
    """
    x = constants.transform.constrained(u)
    system = with_free_values(model, constants, params, x)
    total = priors.log_prior(model.population, constants.hyperparameters, system, model.file_priors)
    for i, prior in enumerate(constants.own_priors):
        total = total if prior is None else total + prior.log_prob(x[i])
    return total + jnp.sum(constants.transform.log_derivative(u))


def predicted(model: Model, constants: Constants, data: FitData, u: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The mean and the noise's sigma of the image at u; sigma is that of `data` where the caller gave it.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image.
        u: the unconstrained coordinates, (k,).

    Returns:
        Mean and sigma, each (bands, y, x), counts/s.
    """
    x = constants.transform.constrained(u)
    return predicted_of(model, constants, data, with_free_values(model, constants, data.params, x))


def predicted_of(
    model: Model, constants: Constants, data: FitData, params: Params
) -> tuple[jax.Array, jax.Array]:
    """Mean and sigma of the image of a system, as `predicted` has them.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image.
        params: all parameters of the system, each () or (bands,).

    Returns:
        Mean and sigma, each (bands, y, x), counts/s.
    """
    mean, sigma = likelihood.expected(model.scene, params, constants.assets)
    mean = mean + sky_image(params, mean)
    return mean, jnp.asarray(data.sigma, mean.dtype) if model.sigma_given else sigma


def sky_image(params: Mapping[str, Array], like: jax.Array) -> jax.Array:
    """The constant level of each band that is fitted, as an image like `like`; 0 where there is none.

    Args:
        params: all parameters of the system.
        like: an image, (bands, y, x).
    """
    if SKY not in params:
        return jnp.zeros_like(like)
    return jnp.broadcast_to(jnp.asarray(params[SKY], like.dtype)[:, None, None], like.shape)


def minus_log_posterior(model: Model, constants: Constants, data: FitData, u: jax.Array) -> jax.Array:
    """Minus the log of the posterior's density of u, up to a constant of the image.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image.
        u: the unconstrained coordinates, (k,).

    Returns:
        Minus the log-density, ().
    """
    mean, sigma = predicted(model, constants, data, u)
    return misfit(data, mean, sigma)[1] - unconstrained_log_prior(model, constants, data.params, u)


def misfit(data: FitData, mean: jax.Array, sigma: jax.Array) -> tuple[jax.Array, jax.Array]:
    """How far an image is from its mean.

    Args:
        data: one image.
        mean: the mean of each pixel, (bands, y, x).
        sigma: the noise's standard deviation, (bands, y, x).

    Returns:
        The residuals over sigma (bands, y, x), 0 where a pixel is not used, and the sum of level 0 of
        `expansion.expansion` without the prior, ().
    """
    used, sigma = data.mask, jnp.where(data.mask, sigma, 1.0)
    r = jnp.where(used, data.image - mean, 0.0) / sigma
    # r^2 - 1 and s / s0 are small for a good model, so that their sum keeps its digits in float32
    excess = 0.5 * (r * r - 1.0) + jnp.log(sigma / jnp.where(used, data.sigma, 1.0))
    return r, jnp.sum(jnp.where(used, excess, 0.0))
