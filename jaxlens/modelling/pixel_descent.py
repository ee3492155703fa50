"""Descents with a source of pixels: the strength of its prior first, then everything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting import least_squares
from jaxlens.fitting.least_squares import Descent, Expansion
from jaxlens.fitting.posterior import Array, Constants, with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.model import LensData, LensModel
from jaxlens.modelling.pixel_marginal import Products, inverse_of, marginal, strength_expansion, value
from jaxlens.modelling.pixel_posterior import (
    PixelSettings,
    State,
    hyperparameters,
    pixel_expansion,
    positive_light,
    products_of,
    source_of,
    weighted_images,
)
from jaxlens.modelling.pixel_priors import log_precision, number_of_hyperparameters, range_prior
from jaxlens.modelling.pixel_source import PixelSource

# Steps of the descent in the hyperparameters, and the decrease of F below which it ends.
STRENGTH_STEPS, STRENGTH_TOLERANCE = 40, 1e-3
# The number of used pixels is rounded up to a multiple of this, so that lenses share programs.
PIXEL_STEP = 512


class PixelEnd(NamedTuple):
    """Where a descent ended.

    Attributes:
        point: the coordinates u, then the hyperparameters, (k + bands h,).
        expansion: of minus the log of the density there; `aux` is chi-square.
        state: the amplitudes there.
        decrease: the decrease that one more step would bring.
        evaluations: how often the posterior was computed.
    """

    point: np.ndarray
    expansion: Expansion
    state: State
    decrease: float
    evaluations: int


def used_pixels(data: LensData) -> np.ndarray:
    """The indices of the pixels that are used, as `PixelSettings.used` has them."""
    flat = np.reshape(np.asarray(data.weight) > 0.0, (data.weight.shape[0], -1))
    count = min(-(-int(np.max(np.sum(flat, axis=1))) // PIXEL_STEP) * PIXEL_STEP, flat.shape[1])
    return np.argsort(~flat, axis=1, kind="stable")[:, :count].astype(np.int32)


def first_hyperparameters(source: PixelSource, prior: str, bands: int) -> np.ndarray:
    """Hyperparameters before anything is known: a strength of 1, and a range of a tenth of the side.

    Args:
        source: the grid.
        prior: one of `pixel_priors.PRIORS`.
        bands: how many bands there are.
    """
    one = [0.0, -np.log(0.1 * source.side)][: number_of_hyperparameters(prior)]
    return np.tile(one, bands)


@partial(jax.jit, static_argnums=(0, 1))
def best_strength(
    lens: LensModel,
    prior: str,
    constants: Constants,
    base: Params,
    data: LensData,
    settings: PixelSettings,
    v: jax.Array,
) -> jax.Array:
    """The point with the hyperparameters of largest evidence, at fixed u.

    Args:
        lens: the static part of the model.
        prior: one of `pixel_priors.PRIORS`.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        data: the images of one lens.
        settings: the prior of the light of the lens, and the pixels.
        v: the point, (k + bands h,).
    """
    bands, exposures = data.image.shape[:2]
    u, hyper = hyperparameters(lens, prior, v, bands)

    def params_of(at: jax.Array) -> Params:
        return with_free_values(lens.model, constants, base, constants.transform.constrained(at))

    images, _ = weighted_images(lens, params_of, u, data, settings.used)
    of, _ = products_of(lens, images, settings, jnp.asarray(data.weight))
    function = partial(of_strength, source_of(lens), prior, of, positive_light(lens, exposures))

    def unfinished(state: tuple[Descent, jax.Array]) -> jax.Array:
        return (state[1] < STRENGTH_STEPS) & ~state[0].ended(STRENGTH_TOLERANCE)

    def step(state: tuple[Descent, jax.Array]) -> tuple[Descent, jax.Array]:
        return least_squares.descend(function, state[0]), state[1] + 1

    start = least_squares.start(jnp.reshape(hyper, -1))
    end, _ = jax.lax.while_loop(unfinished, step, (start, jnp.asarray(0)))
    return jnp.concatenate([u, end.point])


def of_strength(
    source: PixelSource, prior: str, of: Products, positive: Array, hyper: jax.Array
) -> Expansion:
    """F in the hyperparameters alone, by the scalar products of the images.

    Args:
        source: the grid.
        prior: one of `pixel_priors.PRIORS`.
        of: the scalar products of each band, in the modes.
        positive: which amplitudes of the lens's light are 0 or more.
        hyper: the hyperparameters of all bands, (bands h,).
    """
    count = number_of_hyperparameters(prior)

    def of_band(of: Products, own: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        logs = log_precision(source, prior, own)
        rates = jax.jacfwd(partial(log_precision, source, prior))(own).T
        found = marginal(of, logs, jnp.asarray(positive))
        slope, information = strength_expansion(found, logs, rates, inverse_of(found))
        pull = partial(range_prior, source, prior)
        total = value(of, found, logs) + pull(own)
        return total, slope + jax.grad(pull)(own), information + jax.hessian(pull)(own)

    values, slopes, blocks = jax.vmap(of_band)(of, jnp.reshape(hyper, (-1, count)))
    bands = values.size
    each = jnp.eye(bands, dtype=hyper.dtype)[:, None, :, None] * blocks[:, :, None, :]
    total = jnp.sum(values)
    return Expansion(total, jnp.reshape(slopes, -1), jnp.reshape(each, (hyper.size, hyper.size)), total)


def pixel_descent(
    lens: LensModel,
    prior: str,
    constants: Constants,
    base: Mapping[str, Array],
    data: LensData,
    settings: PixelSettings,
    v: np.ndarray,
    steps: int,
    tolerance: float,
) -> PixelEnd:
    """Descend in the coordinates and the hyperparameters.

    Args:
        lens: the static part of the model.
        prior: one of `pixel_priors.PRIORS`.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        data: the images of one lens.
        settings: what moves, the prior of the light of the lens, and the pixels.
        v: where to start, (k + bands h,).
        steps: how often the posterior is computed, at most.
        tolerance: the expected decrease below which the descent ends.
    """
    states: list[State] = []

    def function(point: jax.Array) -> Expansion:
        expansion, state = pixel_posterior(lens, prior, constants, dict(base), data, settings, point)
        states.append(state)
        return expansion

    descent, kept = least_squares.start(jnp.asarray(v)), 0
    while len(states) < steps and not bool(descent.ended(tolerance)):
        before = descent
        descent = least_squares.descend(function, descent)
        if float(descent.expansion.value) != float(before.expansion.value):
            kept = len(states) - 1
        # of the others nothing is needed any more
        states[:] = [s if i == kept else None for i, s in enumerate(states)]  # type: ignore[misc]
    return PixelEnd(
        np.asarray(descent.point), descent.expansion, states[kept], float(descent.decrease), len(states)
    )


pixel_posterior = partial(jax.jit, static_argnums=(0, 1))(pixel_expansion)
