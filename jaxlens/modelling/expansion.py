"""The posterior of a lens whose amplitudes are solved for: value, gradient and curvature in what moves.

With data d, weights w = 1 / sigma, the columns A(u) and amplitudes a the model is A a, and minus the log of
the joint density is, up to a constant,

    S(u, a) = sum w^2 (d - A a)^2 / 2 + a.P.a / 2 - ln p(u).

The amplitudes at u minimise S, some of them under the condition that they are 0 or more.  As S is stationary
in them, the gradient in u is that at fixed amplitudes, and the curvature of what remains is the Schur
complement J W J^T - J W A^T (A W A^T + P)^-1 A W J^T (Kaufman 1975, BIT 15, 49), with J the derivatives of
the image at fixed amplitudes.

Amplitudes that may be negative, of which there are many, are integrated out: to S comes half the log of the
determinant of their block of A W A^T + P.  Without it a descent would follow the best of many amplitudes to
coordinates at which few others would do.  Its curvature is small and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_factor, cho_solve

from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import Array, Constants, unconstrained_log_prior, with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.columns import columns, derivatives
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.nonnegative import nonnegative_minimum


class Solution(NamedTuple):
    """The best amplitudes of each band, and the normal equations that they solve.

    Attributes:
        amplitudes: of the functions, then of the sky of each exposure where that is free,
            (bands, count + exposures).
        free: which of them are not held at 0, of that shape.
        rows: the columns times the weights, (bands, count + exposures, pixels).
        curvature: A W A^T + P, (bands, count + exposures, count + exposures).
        residual: (d - A a) w, (bands, pixels).
    """

    amplitudes: jax.Array
    free: jax.Array
    rows: jax.Array
    curvature: jax.Array
    residual: jax.Array


def solution(lens: LensModel, params: Params, data: LensData, settings: Settings) -> Solution:
    """The amplitudes that fit the images best.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens.
        data: its images.
        settings: the prior precision of amplitudes.

    Returns:
        The amplitudes, and what follows from them.
    """
    return solved(columns(lens, params, data), lens.positive, data, settings.precision, lens.sky)


def solved(
    each: jax.Array, positive: np.ndarray, data: LensData, precision: Array, sky: bool = True
) -> Solution:
    """The amplitudes of given columns that fit the images best.

    Args:
        each: the image of each function at unit amplitude, (bands, exposures, count, n, n).
        positive: which amplitudes are 0 or more, (count,).
        data: the images.
        precision: the prior precision of each amplitude, (count,) or (bands, count).
        sky: whether each exposure has a level of its own besides.

    Returns:
        The amplitudes, and what follows from them.
    """
    bands, exposures = data.image.shape[:2]
    each = each * data.weight[:, :, None]
    count = each.shape[2]
    rows = jnp.reshape(jnp.swapaxes(each, 1, 2), (bands, count, -1))
    prior = jnp.broadcast_to(precision, (bands, count))
    if sky:
        own = jnp.eye(exposures, dtype=each.dtype)[None, :, :, None]
        levels = own * jnp.reshape(data.weight, (bands, 1, exposures, -1))
        rows = jnp.concatenate([rows, jnp.reshape(levels, (bands, exposures, -1))], axis=1)
        # an exposure without a pixel says nothing of its sky, which then is 0
        empty = jnp.all(data.weight == 0.0, axis=(2, 3))
        prior = jnp.concatenate([prior, empty.astype(each.dtype)], axis=1)
    target = jnp.reshape(data.image * data.weight, (bands, -1))
    bounded = jnp.asarray(np.concatenate([positive, np.zeros(exposures if sky else 0, bool)]))

    def of_band(rows: jax.Array, target: jax.Array, prior: jax.Array) -> Solution:
        curvature = product(rows, rows.T) + jnp.diag(prior)
        amplitudes, free = nonnegative_minimum(curvature, product(rows, target), bounded)
        return Solution(amplitudes, free, rows, curvature, target - product(amplitudes, rows))

    return jax.vmap(of_band)(rows, target, prior)


def expansion(
    lens: LensModel, constants: Constants, base: Params, data: LensData, settings: Settings, u: jax.Array
) -> Expansion:
    """Minus the log of the density of u, its gradient and its curvature.

    Amplitudes that are 0 or more have their best values, those of any sign are integrated out.

    Args:
        lens: the static part of the model.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        data: the images of one lens.
        settings: what moves, and the prior of amplitudes.
        u: the unconstrained coordinates, (k,).

    Returns:
        The expansion; its `aux` is the value without the prior.
    """

    def params_of(v: jax.Array) -> Params:
        return with_free_values(lens.model, constants, base, constants.transform.constrained(v))

    def minus_log_prior(v: jax.Array) -> jax.Array:
        return -unconstrained_log_prior(lens.model, constants, base, v)

    prior, prior_gradient = jax.value_and_grad(minus_log_prior)(u)
    signed = lens.signed
    each, back = _columns(lens, lambda v, lens: columns(lens, params_of(v), data), u)
    found = solved(each, lens.positive, data, settings.precision, lens.sky)
    own = found.amplitudes[:, : lens.count]
    moved = derivatives(lens, params_of, u, own, data) * settings.active[:, None, None, None, None]
    moved = jnp.reshape(moved * data.weight[None], (u.size, found.residual.shape[0], -1))

    gradient, curvature = eliminated(moved, found)
    value = least(data, settings, found, lens.count)
    if back is not None:
        volume, slope = _volume(found, signed)
        slope = jnp.reshape(slope, (*slope.shape[:2], *data.image.shape[1:])) * data.weight[:, None]
        value, gradient = value + volume, gradient + back(jnp.swapaxes(slope, 1, 2))[0]
    active = settings.active
    both = active[:, None] * active[None, :]
    total = (curvature + constants.prior_curvature) * both + jnp.diag(1.0 - active)
    return Expansion(value + prior, (gradient + prior_gradient) * active, total, value)


def _columns(
    lens: LensModel, of: Callable[..., jax.Array], u: jax.Array
) -> tuple[jax.Array, Callable[[jax.Array], tuple[jax.Array]] | None]:
    """The columns at u, and what takes a slope along those of signed amplitudes to one along u."""
    if not lens.signed.size:
        return of(u, lens), None
    parts = [tuple(basis for basis in lens.bases if basis.positive is positive) for positive in (True, False)]
    own, back = jax.vjp(partial(of, lens=replace(lens, bases=parts[1])), u)
    if not parts[0]:
        return own, back
    each = jnp.concatenate([of(u, replace(lens, bases=parts[0])), own], axis=2)
    order = np.argsort(np.concatenate([np.flatnonzero(lens.positive), lens.signed]))
    return (each if np.all(order == np.arange(order.size)) else each[:, :, order]), back


def least(data: LensData, settings: Settings, found: Solution, count: int) -> jax.Array:
    """S without the prior of u at the best amplitudes: half of chi-square less the pixels, and penalties.

    Args:
        data: the images.
        settings: the prior of amplitudes.
        found: the best amplitudes.
        count: how many functions there are.
    """
    own = found.amplitudes[:, :count]
    penalty = jnp.sum(jnp.broadcast_to(settings.precision, own.shape) * own**2)
    used = jnp.reshape(data.weight > 0.0, found.residual.shape)
    return 0.5 * (jnp.sum(found.residual**2 - used) + penalty)


def half_log_determinant(found: Solution, signed: np.ndarray) -> jax.Array:
    """Half the log of the determinant of the block of the curvature that some amplitudes have, of all bands.

    Args:
        found: the best amplitudes.
        signed: the indices of those.
    """
    return _volume(found, signed)[0]


def _volume(found: Solution, signed: np.ndarray) -> tuple[jax.Array, jax.Array]:
    """Half the log of the determinant, and its derivative in the rows, (bands, signed, pixels)."""

    def of_band(curvature: jax.Array, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        block = curvature[np.ix_(signed, signed)]
        unit = jnp.sqrt(jnp.diagonal(block))
        factor = cho_factor(block / (unit[:, None] * unit[None]), lower=True)
        half = jnp.sum(jnp.log(jnp.diagonal(factor[0])) + jnp.log(unit))
        slope = cho_solve(factor, rows[signed] / unit[:, None]) / unit[:, None]
        return half, slope

    halves, slopes = jax.vmap(of_band)(found.curvature, found.rows)
    return jnp.sum(halves), slopes


def eliminated(moved: jax.Array, found: Solution) -> tuple[jax.Array, jax.Array]:
    """The gradient and the curvature of S in what moves, with the amplitudes at their best.

    Args:
        moved: the derivatives of the images at fixed amplitudes, times the weights, (k, bands, pixels).
        found: the best amplitudes.

    Returns:
        The gradient (k,) and the Schur complement (k, k), sums over the bands.
    """

    def of_band(moved: jax.Array, one: Solution) -> tuple[jax.Array, jax.Array]:
        both = one.free[:, None] & one.free[None, :]
        curvature = jnp.where(both, one.curvature, jnp.diag(jnp.diagonal(one.curvature)))
        unit = jnp.sqrt(jnp.diagonal(curvature))
        mixed = jnp.where(one.free[None], product(moved, one.rows.T), 0.0) / unit[None]
        factor = cho_factor(curvature / (unit[:, None] * unit[None]))
        gained = product(mixed, cho_solve(factor, mixed.T))
        return -product(moved, one.residual), product(moved, moved.T) - gained

    gradient, curvature = jax.vmap(of_band, in_axes=(1, 0))(moved, found)
    return jnp.sum(gradient, axis=0), jnp.sum(curvature, axis=0)


def product(a: jax.Array, b: jax.Array) -> jax.Array:
    """The matrix product in full precision, also on a GPU."""
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGHEST)
