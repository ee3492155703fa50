"""The posterior of a lens whose source is made of pixels, with the source integrated out.

What moves are the coordinates u of mass and lens light, and the hyperparameters of the source's prior.  Minus
the log of their density is F of `pixel_marginal` minus the log of the prior.  Its gradient is exact: that of
ln det C needs all images of all modes, and is one pass backwards through them.  The curvature is that of
Kaufman (`expansion`) in u and Fisher's information in the hyperparameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import Array, Constants, unconstrained_log_prior, with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.columns import columns, derivatives
from jaxlens.modelling.expansion import product
from jaxlens.modelling.model import LensData, LensModel
from jaxlens.modelling.pixel_marginal import (
    Marginal,
    Products,
    inverse_of,
    marginal,
    products,
    solved,
    strength_expansion,
)
from jaxlens.modelling.pixel_priors import log_precision, number_of_hyperparameters, range_prior
from jaxlens.modelling.pixel_source import PixelSource, PixelSplines


class PixelSettings(NamedTuple):
    """Numbers of a descent that change nothing in the program.

    Attributes:
        active: 1 for a coordinate that moves, 0 for one that is held; of u and then of the hyperparameters.
        precision: the prior precision of each amplitude of the lens's light, (count,).
        used: the indices of the pixels that are used, in all exposures of a band, (bands, m).  Where a band
            has fewer of them, the rest are pixels of weight 0.
    """

    active: Array
    precision: Array
    used: Array


class Images(NamedTuple):
    """The images of everything, times the weights, at the pixels that are used.

    Attributes:
        source: of the splines of the source, (bands, s, m).
        light: of the light of the lens, then of the sky of each exposure if it is free, (bands, l, m).
        data: (bands, m).
    """

    source: jax.Array
    light: jax.Array
    data: jax.Array


def source_of(lens: LensModel) -> PixelSource:
    """The source of pixels, which is the last basis of the model.

    Raises:
        ValueError: if the last basis is something else, or one before it is made of pixels too.
    """
    *others, last = lens.bases
    if not isinstance(last, PixelSource) or any(isinstance(basis, PixelSource) for basis in others):
        raise ValueError("the last basis of the model, and no other, must be a PixelSource")
    return last


def weighted_images(
    lens: LensModel, params_of: Callable[[jax.Array], Params], u: jax.Array, data: LensData, used: Array
) -> tuple[Images, Callable[[jax.Array], jax.Array]]:
    """The images of everything, and the pass back from those of the source to the coordinates.

    Args:
        lens: the static part of the model.
        params_of: the parameters of the lens at coordinates u.
        u: the coordinates, (k,).
        data: the images of one lens.
        used: as in `PixelSettings`.

    Returns:
        The images, and a function that makes of dF/dZ (bands, s, m) the gradient of F in u, (k,).
    """
    source = source_of(lens)
    source_alone = replace(lens, bases=(PixelSplines(source.prefix, source.side),))
    light_alone = replace(lens, bases=lens.bases[:-1])
    bands, exposures = data.image.shape[:2]

    def weighted(each: jax.Array) -> jax.Array:
        flat = jnp.reshape(jnp.swapaxes(each, 1, 2), (bands, each.shape[2], -1))
        return jax.vmap(lambda one, at: one[:, at])(flat, used) * weight[:, None]

    weight = jax.vmap(lambda one, at: one[at])(jnp.reshape(data.weight, (bands, -1)), jnp.asarray(used))
    splines, back = jax.vjp(lambda v: weighted(columns(source_alone, params_of(v), data)), u)
    light = [columns(light_alone, params_of(u), data)] if light_alone.bases else []
    if lens.sky:
        sky = jnp.eye(exposures, dtype=weight.dtype)[None, :, :, None, None]
        light += [jnp.broadcast_to(sky, (bands, exposures, exposures, *data.image.shape[2:]))]
    target = weighted(jnp.asarray(data.image)[:, :, None])[:, 0]
    found = Images(splines, weighted(jnp.concatenate(light, axis=2)), target)
    return found, lambda cotangent: back(cotangent)[0]


def hyperparameters(lens: LensModel, prior: str, v: jax.Array, bands: int) -> tuple[jax.Array, jax.Array]:
    """The coordinates u (k,) and the hyperparameters (bands, h) in v.

    Args:
        lens: the static part of the model.
        prior: one of `pixel_priors.PRIORS`.
        v: both, (k + bands h,).
        bands: how many bands there are.
    """
    k = len(lens.model.free)
    return v[:k], jnp.reshape(v[k:], (bands, number_of_hyperparameters(prior)))


def in_modes(source: PixelSource, array: jax.Array) -> jax.Array:
    """From splines to modes, or back, along the first axis of an array (s, ...)."""
    both = source.transformed(jnp.reshape(array, (source.side, source.side, -1)))
    return jnp.reshape(both, array.shape)


def products_of(
    lens: LensModel, found: Images, settings: PixelSettings, weight: jax.Array
) -> tuple[Products, jax.Array]:
    """The scalar products of each band, in the modes, and the precisions of the lens's light (bands, l).

    Args:
        lens: the static part of the model.
        found: the images.
        settings: the prior of the lens's light.
        weight: of all pixels, (bands, exposures, n, n).
    """
    bands = weight.shape[0]
    precision = jnp.asarray(settings.precision)
    precision = jnp.broadcast_to(precision, (bands, precision.shape[-1]))
    if lens.sky:
        # an exposure without a pixel says nothing of its sky, which then is 0
        empty = jnp.all(weight == 0.0, axis=(2, 3))
        precision = jnp.concatenate([precision, empty.astype(precision.dtype)], axis=1)
    of = jax.vmap(products)(found.source, found.light, found.data, precision)
    turned = jax.vmap(partial(in_modes, source_of(lens)))
    whole = turned(jnp.swapaxes(turned(of.source), 1, 2))
    mixed = jnp.swapaxes(turned(jnp.swapaxes(of.mixed, 1, 2)), 1, 2)
    return of._replace(source=whole, mixed=mixed, source_data=turned(of.source_data)), precision


def positive_light(lens: LensModel, exposures: int) -> np.ndarray:
    """Which amplitudes of the lens's light and of the sky are 0 or more."""
    return replace(lens, bases=lens.bases[:-1]).all_positive(exposures)


class State(NamedTuple):
    """What is known at a point beside the value: of each band.

    Attributes:
        solution: the amplitudes and the factors of the normal equations.
        residual: (d - model) times the weights, (bands, m).
        lens_light: the light of the lens and the sky times the weights, (bands, m).
        light_rise: the derivative of the log likelihood in the amplitudes of the lens's light, (bands, l).
        source_rate: the derivative of the amplitudes of the source in u, (bands, s, k).
        known: how many numbers of the source the data tell, s - tr(C^-1 m), (bands,).
    """

    solution: Marginal
    residual: jax.Array
    lens_light: jax.Array
    light_rise: jax.Array
    source_rate: jax.Array
    known: jax.Array


def pixel_expansion(
    lens: LensModel,
    prior: str,
    constants: Constants,
    base: Params,
    data: LensData,
    settings: PixelSettings,
    v: jax.Array,
) -> tuple[Expansion, State]:
    """Minus the log of the density of v with the source integrated out, its gradient and its curvature.

    Args:
        lens: the static part of the model.
        prior: one of `pixel_priors.PRIORS`.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        data: the images of one lens.
        settings: what moves, and the prior of the light of the lens.
        v: the coordinates u, then the hyperparameters of each band, (k + bands h,).

    Returns:
        The expansion, whose `aux` is chi-square, and what else is known.
    """
    bands, exposures = data.image.shape[:2]
    u, hyper = hyperparameters(lens, prior, v, bands)
    source = source_of(lens)

    def params_of(at: jax.Array) -> Params:
        return with_free_values(lens.model, constants, base, constants.transform.constrained(at))

    found, back = weighted_images(lens, params_of, u, data, settings.used)
    logs = jax.vmap(partial(log_precision, source, prior))(hyper)
    rates = jnp.swapaxes(jax.vmap(jax.jacfwd(partial(log_precision, source, prior)))(hyper), 1, 2)
    turned = jax.vmap(partial(in_modes, source))
    of, precision = products_of(lens, found, settings, jnp.asarray(data.weight))
    positive = jnp.asarray(positive_light(lens, exposures))
    best = jax.vmap(marginal, in_axes=(0, 0, None))(of, logs, positive)
    lens_light = _sum(best.light, found.light)
    residual = found.data - _sum(turned(best.source), found.source) - lens_light
    inverse = jax.vmap(inverse_of)(best)

    own = best.light[:, : lens.count - source.count]
    rate = derivatives(lens, params_of, u, jnp.concatenate([own, best.source], axis=1), data)
    flat = jnp.reshape(rate * data.weight[None], (u.size, bands, -1))
    moved = jax.vmap(lambda one, at: one[:, at], in_axes=(1, 0))(flat, jnp.asarray(settings.used))
    source_moved = turned(product(found.source, jnp.swapaxes(moved, 1, 2)))
    light_moved = product(found.light, jnp.swapaxes(moved, 1, 2))
    taken = jax.vmap(solved)(best, source_moved, light_moved)
    gained = product(jnp.swapaxes(source_moved, 1, 2), taken[0])
    gained += product(jnp.swapaxes(light_moved, 1, 2), taken[1])
    curvature = product(moved, jnp.swapaxes(moved, 1, 2)) - gained

    # d(ln det C) / 2 is tr(C^-1 Z dZ^T)
    of_splines = turned(jnp.swapaxes(turned(inverse), 1, 2))
    slope = back(product(of_splines, found.source)) - jnp.einsum(
        "bkm,bm->k", moved, residual, precision=jax.lax.Precision.HIGHEST
    )
    strength_slope, information = jax.vmap(strength_expansion)(best, logs, rates, inverse)

    rise = product(found.light, residual[..., None])[..., 0]
    used = jnp.sum(data.weight > 0.0)
    chi_square = jnp.sum(residual**2)
    penalty = jnp.sum(jnp.exp(logs) * best.source**2) + jnp.sum(precision * best.light**2)
    total = 0.5 * (chi_square - used + penalty) + jnp.sum(best.half_log_ratio)
    known = source.count - jnp.sum(jnp.exp(logs) * jnp.diagonal(inverse, axis1=1, axis2=2), axis=1)
    state = State(best, residual, lens_light, rise, -taken[0], known)

    def minus_log_prior(at: jax.Array) -> jax.Array:
        own, strengths = hyperparameters(lens, prior, at, bands)
        of_strengths = jnp.sum(jax.vmap(partial(range_prior, source, prior))(strengths))
        return of_strengths - unconstrained_log_prior(lens.model, constants, base, own)

    prior_value, prior_slope = jax.value_and_grad(minus_log_prior)(v)
    prior_curvature = jax.hessian(
        lambda h: jnp.sum(jax.vmap(partial(range_prior, source, prior))(jnp.reshape(h, hyper.shape)))
    )(hyper.reshape(-1))
    blocks = _block_diagonal(information) + prior_curvature
    k = u.size
    full = jnp.zeros((v.size, v.size), v.dtype)
    full = full.at[:k, :k].set(jnp.sum(curvature, axis=0) + constants.prior_curvature).at[k:, k:].set(blocks)
    active = jnp.asarray(settings.active)
    full = full * active[:, None] * active[None, :] + jnp.diag(1.0 - active)
    gradient = (jnp.concatenate([slope, jnp.reshape(strength_slope, -1)]) + prior_slope) * active
    return Expansion(total + prior_value, gradient, full, chi_square), state


def _sum(amplitudes: jax.Array, rows: jax.Array) -> jax.Array:
    return jnp.einsum("bn,bnm->bm", amplitudes, rows, precision=jax.lax.Precision.HIGHEST)


def _block_diagonal(blocks: jax.Array) -> jax.Array:
    """The matrix (b h, b h) with the blocks (b, h, h) along its diagonal."""
    b, h = blocks.shape[:2]
    each = jnp.eye(b, dtype=blocks.dtype)[:, None, :, None] * blocks[:, :, None, :]
    return jnp.reshape(each, (b * h, b * h))
