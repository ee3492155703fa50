"""Where the descents of a fit begin: the best of many draws from the prior.

A draw is rendered once and serves all images: what an image is compared with is its light in each free
magnitude, so that the fluxes follow from a few sums.  The comparison is of smoothed images, in which what is
nearly right is nearly as good.
"""

from __future__ import annotations

from functools import partial
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.amplitudes import templates, with_fluxes
from jaxlens.fitting.free_numbers import FreeNumbers
from jaxlens.fitting.posterior import (
    Model,
    Observed,
    Shared,
    log_prior,
    smoothed,
    smoothing,
)
from jaxlens.simulator.batched import Params

# Draws for each start that is asked for, and how many are rendered by one call and in one go.
DRAWS_PER_START = 8
CALL, CHUNK = 64, 8
# Draws outside of this many standard deviations of the prior are pulled to there, away from infinity.
FARTHEST = 6.0


def drawn_points(
    model: Model, shared: Shared, numbers: FreeNumbers, drawn: Params, key: jax.Array
) -> np.ndarray:
    """The u (count, k) of systems that the file draws; the caller's own priors are drawn from here."""
    count = len(next(iter(drawn.values())))
    bits = jax.random.uniform(jax.random.fold_in(key, crc32(b"fit")), (len(model.free), count))
    x = [prior.icdf(own) for prior, own in zip(numbers.priors, bits, strict=True)]
    for i, (name, band) in enumerate(model.free):
        if name in model.drawn:
            x[i] = drawn[name] if band is None else drawn[name][:, band]
    points = np.asarray(shared.transform.unconstrained(jnp.stack(x, axis=-1)))
    return np.clip(points, -FARTHEST, FARTHEST)


def best_starts(
    model: Model, shared: Shared, observed: Observed, points: np.ndarray, starts: int
) -> np.ndarray:
    """The u (n, starts, k) among `points` (count, k) that are the most probable for each of n images.

    Their free magnitudes are solved for.  `observed` holds all images.

    Raises ValueError where the posterior of an image is finite at none of them.
    """
    others = {name: value[0] for name, value in observed.others.items()}
    if any((value != others[name]).any() for name, value in observed.others.items()):
        n = len(observed.image)
        each = [jax.tree.map(lambda array, at=i: array[at : at + 1], observed) for i in range(n)]
        return np.concatenate([best_starts(model, shared, one, points, starts) for one in each])
    images, weights = _smoothed_data(observed, model.blurs[0])
    found = [
        _compared(model, shared, others, points[first : first + CALL], images, weights)
        for first in range(0, len(points), CALL)
    ]
    u, badness = (np.concatenate([one[i] for one in found]) for i in (0, 1))
    badness = np.where(np.isnan(badness), np.inf, badness)
    if np.isinf(badness).all(axis=0).any():
        raise ValueError("the posterior is finite at none of the starts; is there noise in the file?")
    order = np.argsort(badness, axis=0, kind="stable")[:starts]
    return np.moveaxis(np.take_along_axis(u, order[..., None], axis=0), 0, 1)


def _smoothed_data(observed: Observed, blur: float) -> tuple[np.ndarray, np.ndarray]:
    """The images as their smoothed used pixels, and the weights of these, (n, pixels) each."""
    weights = smoothing(observed.image.shape[-1], blur)

    def over(images: np.ndarray) -> np.ndarray:
        return np.einsum("iy,nbyx,jx->nbij", weights, images, weights, optimize=True)

    used = over(np.asarray(observed.mask, np.float64))
    share = np.maximum(used, 1e-3) / np.max(over(np.ones(observed.image.shape)))
    image = over(np.where(observed.mask, observed.image, 0.0)) / share
    sigma = over(np.where(observed.mask, observed.sigma, 0.0)) / share
    weight = np.where(used > 1e-3, share / np.maximum(sigma, np.finfo(np.float32).tiny) ** 2, 0.0)
    scale = np.max(over(np.ones(observed.image.shape))) ** 2
    return _flat(image), _flat(weight * scale)


def _flat(images: np.ndarray) -> np.ndarray:
    return np.reshape(images, (len(images), -1))


def _compared(
    model: Model,
    shared: Shared,
    others: Params,
    points: np.ndarray,
    images: np.ndarray,
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The points (c, n, k), each with the magnitudes of each image, and -ln of their probability (c, n)."""
    count = len(points)
    drawn = _drawn(model, shared, others, np.resize(points, (CALL, points.shape[1])))
    light, prior = (np.asarray(array, np.float64)[:count] for array in drawn)
    # of the sum of squares: data, rest and light with each other
    every = [np.einsum("cp,np->cn", light[:, i] * light[:, j], weights) for i, j in _pairs(light.shape[1])]
    square = np.empty((count, len(images), light.shape[1], light.shape[1]))
    for (i, j), value in zip(_pairs(light.shape[1]), every, strict=True):
        square[..., i, j] = square[..., j, i] = value
    with_data = np.einsum("cip,np->cni", light, weights * images)
    slope = with_data[..., 1:] - square[..., 0, 1:]
    u = np.repeat(points[:, None, :], len(images), axis=1)
    best, a = (np.asarray(v) for v in _solved(model, shared, u, square[..., 1:, 1:], slope))
    rest = square[..., 0, 0] - 2.0 * with_data[..., 0] + np.sum(weights * images**2, axis=-1)
    misfit = (
        rest + np.einsum("cni,cnij,cnj->cn", a, square[..., 1:, 1:], a) - 2.0 * np.sum(a * slope, axis=-1)
    )
    return best, 0.5 * misfit - prior[:, None]


def _pairs(count: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(count) for j in range(i, count)]


@partial(jax.jit, static_argnums=0)
def _drawn(model: Model, shared: Shared, others: Params, points: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Smoothed light (c, 1 + j, pixels), without and of the free magnitudes, and the prior's ln (c,)."""

    def one(u: jax.Array) -> tuple[jax.Array, jax.Array]:
        rest, light = templates(model, shared, others, u)
        images = smoothed(jnp.concatenate([rest[None], light]), model.blurs[0])
        return jnp.reshape(images, (len(images), -1)), log_prior(model, shared, others, u)

    return jax.lax.map(one, points, batch_size=CHUNK)


@partial(jax.jit, static_argnums=0)
def _solved(
    model: Model, shared: Shared, u: jax.Array, curvature: jax.Array, slope: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The points with the best magnitudes, and their fluxes in units of those before."""
    dtype = jnp.result_type(float)
    u = jnp.asarray(u, dtype)
    best = with_fluxes(model, shared.transform, u, jnp.asarray(curvature, dtype), jnp.asarray(slope, dtype))
    before, after = (shared.transform.constrained(v)[..., model.magnitudes] for v in (u, best))
    return best, 10.0 ** (-0.4 * (after - before))
