"""The posterior of an image as a function of its free numbers, with its slope and curvature.

`Model` is what is static, `Shared` what all images have in common, `Observed` one image.  The functions are
for one image and one point u (k,) of the space without bounds of `jaxlens.fitting.transforms`; densities are
those of u, the product of that of the numbers and the transform's slope.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.distributions import Distribution
from jaxlens.fitting import observations
from jaxlens.fitting.free_numbers import FreeNumbers
from jaxlens.fitting.least_squares import Local
from jaxlens.fitting.transforms import Transform
from jaxlens.imaging import likelihood
from jaxlens.imaging.noise import noise_sigma
from jaxlens.imaging.scene import Assets, Scene
from jaxlens.sampling import priors
from jaxlens.sampling.population import Population
from jaxlens.simulator.batched import Params
from jaxlens.simulator.simulator import Simulator

# On the host or on the device.
Array: TypeAlias = jax.Array | np.ndarray

MAGNITUDE = "-magnitude"
# The first smoothing, as a part of the image's width, and the second, of the first.  None is below a pixel.
BLUR, SECOND_BLUR = 1.0 / 16.0, 0.4
# The least noise of a pixel, of the largest in its image, as long as the parameters that decide are unknown.
LEAST_SIGMA = 1e-3


@dataclass(frozen=True)
class Model:
    """What is fitted, static under jit.

    `free` are the numbers that move: a parameter and, where each band has its own, the band's index; `drawn`
    the parameters whose prior is the file's; `sigma_given` says that the noise does not depend on the
    parameters; `blurs` are the widths (pixels) of the smoothed images of the first steps.
    """

    who: Population
    scene: Scene
    free: tuple[tuple[str, int | None], ...]
    drawn: frozenset[str]
    sigma_given: bool
    blurs: tuple[float, ...]

    @property
    def magnitudes(self) -> np.ndarray:
        """The places of the free magnitudes, in whose fluxes an image is linear."""
        return np.array([i for i, (name, _) in enumerate(self.free) if name.endswith(MAGNITUDE)], np.int32)


class Shared(NamedTuple):
    """What all images have in common.

    The file's numbers and arrays, the transform, the priors that the caller gave in the place of the file's
    (None where there is none), and the prior's curvature (k, k) at its median, without negative eigenvalues.
    """

    numbers: Params
    assets: Assets
    transform: Transform
    own: tuple[Distribution | None, ...]
    prior_curvature: Array


class Observed(NamedTuple):
    """One image and what is known of it: each (bands, y, x), and all parameters, of which the free are idle.

    `sigma` is the noise, or near it where the parameters decide; `mask` is true where a pixel is used.
    """

    image: Array
    sigma: Array
    mask: Array
    others: Mapping[str, Array]


def system(model: Model, others: Mapping[str, Array], x: jax.Array) -> Params:
    """All parameters of a system: `others`, with the free numbers x (k,) in their places."""
    values = {name: jnp.asarray(value, x.dtype) for name, value in others.items()}
    for i, (name, band) in enumerate(model.free):
        values[name] = x[i] if band is None else values[name].at[band].set(x[i])
    return values


def log_prior(model: Model, shared: Shared, others: Mapping[str, Array], u: jax.Array) -> jax.Array:
    """The log of the prior's density of u, ()."""
    x = shared.transform.constrained(u)
    total = priors.log_prior(model.who, shared.numbers, system(model, others, x), model.drawn)
    for i, prior in enumerate(shared.own):
        total = total if prior is None else total + prior.log_prob(x[i])
    return total + jnp.sum(shared.transform.log_slope(u))


def expected(model: Model, shared: Shared, observed: Observed, u: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and sigma of the image at u, each (bands, y, x)."""
    params = system(model, observed.others, shared.transform.constrained(u))
    mean, sigma = likelihood.expected(model.scene, params, shared.assets)
    return mean, jnp.asarray(observed.sigma, mean.dtype) if model.sigma_given else sigma


def minus_log_posterior(model: Model, shared: Shared, observed: Observed, u: jax.Array) -> jax.Array:
    """-ln of the posterior's density of u, up to a constant of the image, ()."""
    mean, sigma = expected(model, shared, observed, u)
    return _misfit(observed, mean, sigma)[1] - log_prior(model, shared, observed.others, u)


class Pixels(NamedTuple):
    """Images of a model and their slopes in u: (bands, y, x) and (k, bands, y, x)."""

    mean: jax.Array
    sigma: jax.Array
    mean_slope: jax.Array
    sigma_slope: jax.Array


def local(model: Model, shared: Shared, observed: Observed, level: jax.Array, u: jax.Array) -> Local:
    """-ln of the posterior's density of u, up to a constant of the image, with slope and curvature.

    Level 0 is the posterior itself: with residuals r = (d - m) / s and s0 the sigma of `observed`

        sum over used pixels of  (r^2 - 1) / 2 + ln(s / s0),     curvature  (dm dm^T + 2 ds ds^T) / s^2,

    the expected curvature, Fisher's information.  Level l > 0 has instead |B (d - m) / s0|^2 / 2, where B
    smooths by model.blurs[l - 1]: what is far from the data has a slope only there.

    The note is that of level 0 as a density of the numbers, not of u.
    """

    def minus(v: jax.Array) -> jax.Array:
        return -log_prior(model, shared, observed.others, v)

    prior, prior_slope = jax.value_and_grad(minus)(u)
    (mean, sigma), push = jax.linearize(partial(expected, model, shared, observed), u)
    pixels = Pixels(mean, sigma, *jax.vmap(push)(jnp.eye(u.size, dtype=u.dtype)))
    kinds = [partial(_sharp, model), *(partial(_smoothed, blur) for blur in model.blurs)]
    value, slope, curvature = jax.lax.switch(level, kinds, observed, pixels)
    note = _misfit(observed, pixels.mean, pixels.sigma)[1] + prior + jnp.sum(shared.transform.log_slope(u))
    return Local(value + prior, slope + prior_slope, curvature + shared.prior_curvature, note)


def _misfit(observed: Observed, mean: jax.Array, sigma: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The residuals in units of sigma (bands, y, x), 0 where not used, and level 0 without its prior."""
    used, sigma = observed.mask, jnp.where(observed.mask, sigma, 1.0)
    r = jnp.where(used, observed.image - mean, 0.0) / sigma
    # differences from what a perfect model has, so that float32 keeps the digits that matter
    excess = 0.5 * (r * r - 1.0) + jnp.log(sigma / jnp.where(used, observed.sigma, 1.0))
    return r, jnp.sum(jnp.where(used, excess, 0.0))


def _sharp(model: Model, observed: Observed, pixels: Pixels) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Value, slope and curvature of level 0, without the prior."""
    r, value = _misfit(observed, pixels.mean, pixels.sigma)
    weight = jnp.where(observed.mask, 1.0 / jnp.where(observed.mask, pixels.sigma, 1.0), 0.0)
    rows = rows_of(weighted(pixels.mean_slope, weight))
    slope, curvature = -product(rows, jnp.ravel(r)), product(rows, rows.T)
    if model.sigma_given:
        return value, slope, curvature
    rows = rows_of(weighted(pixels.sigma_slope, weight))
    rest = jnp.ravel(jnp.where(observed.mask, 1.0 - r * r, 0.0))
    return value, slope + product(rows, rest), curvature + 2.0 * product(rows, rows.T)


def _smoothed(blur: float, observed: Observed, pixels: Pixels) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The same of a level of smoothed images."""
    used = observed.mask
    weight = jnp.where(used, 1.0 / jnp.where(used, observed.sigma, 1.0), 0.0)
    r = jnp.ravel(smoothed(jnp.where(used, observed.image - pixels.mean, 0.0) * weight, blur))
    rows = rows_of(smoothed(weighted(pixels.mean_slope, weight), blur))
    return 0.5 * jnp.sum(r * r), -product(rows, r), product(rows, rows.T)


def weighted(images: jax.Array, weight: jax.Array) -> jax.Array:
    """Images (k, bands, y, x) times `weight` (bands, y, x); 0 where that is, whatever they have there."""
    return jnp.where(weight[None] > 0.0, images, 0.0) * weight[None]


def rows_of(images: jax.Array) -> jax.Array:
    """Images (k, bands, y, x) as rows (k, pixels)."""
    return jnp.reshape(images, (images.shape[0], -1))


def product(a: jax.Array, b: jax.Array) -> jax.Array:
    """The matrix product in full precision, also on a GPU."""
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGHEST)


def smoothed(images: jax.Array, blur: float) -> jax.Array:
    """Images (..., y, x) smoothed by a Gaussian of `blur` pixels and sampled that far apart, times `blur`.

    The sum of squares is then that of the smoothed image.
    """
    weights = jnp.asarray(smoothing(images.shape[-1], blur), images.dtype)
    return jnp.einsum("iy,...yx,jx->...ij", weights, images, weights, precision="highest")


def smoothing(side: int, blur: float) -> np.ndarray:
    """The Gaussian of `blur` pixels around points about that far apart, (points, side)."""
    points = max(1, round(side / blur))
    places = (np.arange(points) + 0.5) * side / points - 0.5
    weights = np.exp(-0.5 * ((places[:, None] - np.arange(side)[None, :]) / blur) ** 2)
    return weights / weights.sum(axis=1, keepdims=True) * np.sqrt(side / points)


def problem(sim: Simulator, numbers: FreeNumbers, sigma_given: bool) -> tuple[Model, Shared]:
    """What is fitted, and what all images have in common."""
    blur = max(1.0, sim.scene.num_pix * BLUR)
    blurs = (blur, blur * SECOND_BLUR) if blur * SECOND_BLUR >= 1.0 else (blur,)
    moved = {name for name, _ in numbers.places} | numbers.changed
    # a seeing that is not the file's may be wider than the file's
    scene = (sim.with_unbounded_psf() if moved & {"seeing", "pixel_scale"} else sim).scene
    who = sim.static_population
    model = Model(who, scene, numbers.places, numbers.drawn, sigma_given, blurs)
    own = tuple(
        None if name in numbers.drawn else prior
        for (name, _), prior in zip(numbers.places, numbers.priors, strict=True)
    )
    k = len(numbers.places)
    shared = Shared(sim.hyperparameters, sim.assets, numbers.transform, own, jnp.zeros((k, k)))
    others = {name: value[0] for name, value in numbers.values.items()}
    curvature = prior_curvature(model, shared, others, jnp.zeros(k))
    return model, shared._replace(prior_curvature=_without_negative(np.asarray(curvature)))


@partial(jax.jit, static_argnums=0)
def prior_curvature(model: Model, shared: Shared, others: Mapping[str, Array], u: jax.Array) -> jax.Array:
    """The second derivatives of -ln of the prior's density of u, (k, k)."""
    return -jax.hessian(partial(log_prior, model, shared, others))(u)


def _without_negative(curvature: np.ndarray) -> np.ndarray:
    """A symmetric matrix whose negative eigenvalues are zero."""
    size, directions = np.linalg.eigh(np.asarray(curvature, np.float64))
    return ((directions * np.maximum(size, 0.0)) @ directions.T).astype(curvature.dtype)


def lanes() -> int:
    """How many images and points one call of a program takes.

    On a CPU more would need more memory than a core's cache has; a GPU needs many to be busy.
    """
    return 4 if jax.default_backend() == "cpu" else 64


def of_lanes(images: Observed, which: np.ndarray) -> Observed:
    """Some of all images."""
    return jax.tree.map(lambda array: array[which], images)


def observed_images(model: Model, pixels: observations.Pixels, numbers: FreeNumbers) -> Observed:
    """All images (n, bands, y, x), with the noise that they would have, were they without noise."""
    others = dict(numbers.values)
    sigma = pixels.noise_sigma
    if sigma is None:
        # negative pixels have no shot noise, and the least noise of an image is none that it may have
        sigma = np.asarray(_noise(model.scene, jax.tree.map(jnp.asarray, others), pixels.images))
        sigma = np.maximum(sigma, LEAST_SIGMA * sigma.max(axis=(1, 2, 3), keepdims=True))
    return Observed(pixels.images, np.where(pixels.mask, sigma, 1.0).astype(sigma.dtype), pixels.mask, others)


@partial(jax.jit, static_argnums=0)
def _noise(scene: Scene, others: Params, images: jax.Array) -> jax.Array:
    return jax.vmap(partial(noise_sigma, scene))(others, images)
