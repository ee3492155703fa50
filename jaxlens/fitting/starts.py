"""The starts of a fit: the draws from the prior that are most probable for each image.

A draw is rendered once and compared with all images.  An image is linear in the fluxes of the free
magnitudes, so that the best fluxes for each image follow from a few sums over pixels.  Smoothed images are
compared, in which a draw that is nearly right fits nearly as well, and for which pixels twice as wide are
enough.
"""

from __future__ import annotations

from functools import partial
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.distributions import Distribution
from jaxlens.fitting.amplitudes import templates, with_fluxes
from jaxlens.fitting.coarse import coarse, coarse_pixels
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.posterior import Constants, FitData, Model, unconstrained_log_prior
from jaxlens.fitting.smoothing import smoothed, smoothing_weights
from jaxlens.simulator.generation import Params

# The number of prior draws that are compared with an image for each of its starts.
DRAWS_PER_START = 8
# How many times more draws are compared for a second set of starts, where those of the first disagree.
SECOND_DRAWS = 4
# The number of draws in one call of a compiled program.
CALL = 64
# The number of draws of a call that are rendered at a time, which bounds the memory.
CHUNK = 8
# The coordinates u of draws are clipped to plus or minus this, since u is infinite for a draw on a bound.
MAX_SIGMAS = 6.0
# A smoothed pixel is used where the weights of the used pixels in it sum to more than this.
MIN_USED_WEIGHT = 1e-3


def drawn_points(
    model: Model, constants: Constants, free: FreeParameters, drawn: Params, key: jax.Array
) -> np.ndarray:
    """The free parameters of systems that are drawn from the priors.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        free: the free parameters.
        drawn: the parameters of `count` systems of the file.
        key: the random key of draws from priors that the caller gave instead of the file's.

    Returns:
        The unconstrained coordinates, (count, k).
    """
    count = len(next(iter(drawn.values())))
    probability = jax.random.uniform(jax.random.fold_in(key, crc32(b"fit")), (len(model.free), count))
    x = np.array(_quantiles(tuple(free.priors), probability))
    for i, (name, band) in enumerate(model.free):
        if name in model.file_priors:
            value = np.asarray(drawn[name])
            x[i] = value if band is None else value[:, band]
    return np.clip(np.asarray(constants.transform.unconstrained(x.T)), -MAX_SIGMAS, MAX_SIGMAS)


def around_light(model: Model, points: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Draws of which every second has the light in front of all mass as a point has it.

    Where a fit is at a wrong maximum it is mostly the lens and its source that are wrong: the light of the
    lens galaxy is found from anywhere.

    Args:
        model: the static part of the fit.
        points: the draws, (count, k).
        best: the point, (k,).

    Returns:
        The draws, (count, k).
    """
    scene = model.scene
    planes = [plane for j, plane in enumerate(scene.planes) if not scene.is_lensed(j)]
    front = tuple(f"{light.prefix}-" for plane in planes for light in plane.light)
    own = [name.startswith(front) for name, _ in model.free]
    found = points.copy()
    found[::2, own] = best[own]
    return found


@jax.jit
def _quantiles(distributions: tuple[Distribution, ...], probability: jax.Array) -> jax.Array:
    """The values at which k distributions have these cumulative probabilities (k, count)."""
    return jnp.stack([each.icdf(p) for each, p in zip(distributions, probability, strict=True)])


def best_starts(
    model: Model, constants: Constants, data: FitData, points: np.ndarray, starts: int
) -> np.ndarray:
    """The most probable points for each of n images, each with the magnitudes that fit the image best.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the candidates, (count, k).
        starts: the number of starts of each image.

    Returns:
        The unconstrained coordinates of the starts, the most probable first, (n, starts, k).

    Raises:
        ValueError: if the posterior of an image is finite at none of the points.
    """
    params = {name: value[0] for name, value in data.params.items()}
    if any((value != params[name]).any() for name, value in data.params.items()):
        n = len(data.image)
        each = [jax.tree.map(lambda array, at=i: array[at : at + 1], data) for i in range(n)]
        return np.concatenate([best_starts(model, constants, image, points, starts) for image in each])
    images, weights = _smoothed_data(data, model.widths[0])
    calls = [
        _compared(model, constants, params, points[first : first + CALL], images, weights)
        for first in range(0, len(points), CALL)
    ]
    u, misfit = (np.concatenate(arrays) for arrays in zip(*calls, strict=True))
    misfit = np.where(np.isnan(misfit), np.inf, misfit)
    if np.isinf(misfit).all(axis=0).any():
        raise ValueError(
            "the posterior is finite at none of the starts; give the image a sigma, or the file noise "
            "(sky_brightness, read_noise or background_noise), and pixels that are numbers"
        )
    order = np.argsort(misfit, axis=0, kind="stable")[:starts]
    return np.moveaxis(np.take_along_axis(u, order[..., None], axis=0), 0, 1)


def _smoothed_data(data: FitData, width: float) -> tuple[np.ndarray, np.ndarray]:
    """The smoothed images and the inverse variances of their pixels, (n, pixels) each."""
    weights = smoothing_weights(data.image.shape[-1], width)

    def smooth(images: np.ndarray) -> np.ndarray:
        return np.einsum("iy,n...yx,jx->n...ij", weights, images, weights, optimize=True)

    most = np.max(smooth(np.ones(data.image.shape)))
    used = smooth(np.asarray(data.mask, np.float64))
    fraction = np.maximum(used, MIN_USED_WEIGHT) / most
    image = smooth(np.where(data.mask, data.image, 0.0)) / fraction
    sigma = smooth(np.where(data.mask, data.sigma, 0.0)) / fraction
    variance = np.maximum(sigma, np.finfo(np.float32).tiny) ** 2
    weight = np.where(used > MIN_USED_WEIGHT, fraction / variance, 0.0)
    return _flat(image), _flat(weight * most**2)


def _flat(images: np.ndarray) -> np.ndarray:
    return np.reshape(images, (len(images), -1))


def _compared(
    model: Model,
    constants: Constants,
    params: Params,
    points: np.ndarray,
    images: np.ndarray,
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The points with the best magnitudes for each image, (c, n, k), and minus their log posterior, (c, n).

    L_i is the light of free magnitude i, L_0 all other light, d the image and w its weights.  The misfit is
    sum w (d - L_0 - sum a_i L_i)^2 / 2, of which the sums over pixels are computed here.
    """
    count = len(points)
    rendered = _rendered(model, constants, params, np.resize(points, (CALL, points.shape[1])))
    light, log_prior = (np.asarray(array, np.float64)[:count] for array in rendered)
    square = _squares(light, weights)
    with_data = np.einsum("cip,np->cni", light, weights * images)
    curvature, linear = square[..., 1:, 1:], with_data[..., 1:] - square[..., 0, 1:]
    u = np.repeat(points[:, None, :], len(images), axis=1)
    best, a = (np.asarray(array) for array in _with_best_fluxes(model, constants, u, curvature, linear))
    rest = square[..., 0, 0] - 2.0 * with_data[..., 0] + np.sum(weights * images**2, axis=-1)
    chi_square = rest + np.einsum("cni,cnij,cnj->cn", a, curvature, a) - 2.0 * np.sum(a * linear, axis=-1)
    return best, 0.5 * chi_square - log_prior[:, None]


def _squares(light: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted sums over pixels of L_i L_j for each draw and image, (c, n, 1 + j, 1 + j)."""
    count, size, _ = light.shape
    square = np.empty((count, len(weights), size, size))
    for i in range(size):
        for j in range(i, size):
            total = np.einsum("cp,np->cn", light[:, i] * light[:, j], weights)
            square[..., i, j] = square[..., j, i] = total
    return square


@partial(jax.jit, static_argnums=0)
def _rendered(
    model: Model, constants: Constants, params: Params, points: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The smoothed light, other and of each free magnitude, (c, 1 + j, pixels), and the log prior, (c,)."""
    wide, factor = coarse(model)
    scaled, side = coarse_pixels(params, factor), model.scene.num_pix

    def light_and_prior(u: jax.Array) -> tuple[jax.Array, jax.Array]:
        other, light = templates(wide, constants, scaled, u)
        images = smoothed(jnp.concatenate([other[None], light]), model.widths[0], side, factor)
        return jnp.reshape(images, (len(images), -1)), unconstrained_log_prior(model, constants, params, u)

    return jax.lax.map(light_and_prior, points, batch_size=CHUNK)


@partial(jax.jit, static_argnums=0)
def _with_best_fluxes(
    model: Model, constants: Constants, u: jax.Array, curvature: jax.Array, linear: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The points with the best magnitudes, and the ratios of their fluxes to those at u."""
    u, curvature, linear = (jnp.asarray(array, jnp.result_type(float)) for array in (u, curvature, linear))
    best = with_fluxes(model, constants.transform, u, curvature, linear)
    before, after = (constants.transform.constrained(v)[..., model.magnitudes] for v in (u, best))
    return best, 10.0 ** (-0.4 * (after - before))
