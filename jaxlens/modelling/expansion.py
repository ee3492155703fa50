"""The posterior of a lens whose amplitudes are solved for: value, gradient and curvature in what moves.

With data d, weights w = 1 / sigma, the columns A(u) and amplitudes a the model is A a, and minus the log of
the joint density is, up to a constant,

    S(u, a) = sum w^2 (d - A a)^2 / 2 + a.P.a / 2 - ln p(u).

The amplitudes at u minimise S, some of them under the condition that they are 0 or more.  As S is stationary
in them, the gradient in u is that at fixed amplitudes, and the curvature of what remains is the Schur
complement J W J^T - J W A^T (A W A^T + P)^-1 A W J^T (Kaufman 1975, BIT 15, 49), with J the derivatives of
the image at fixed amplitudes.
"""

from __future__ import annotations

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
    """Minus the log of the density of u with the best amplitudes, its gradient and its curvature.

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
    found = solution(lens, params_of(u), data, settings)
    own = found.amplitudes[:, : lens.count]
    moved = derivatives(lens, params_of, u, own, data) * settings.active[:, None, None, None, None]
    moved = jnp.reshape(moved * data.weight[None], (u.size, found.residual.shape[0], -1))

    gradient, curvature = eliminated(moved, found)
    penalty = jnp.sum(jnp.broadcast_to(settings.precision, own.shape) * own**2)
    used = data.weight > 0.0
    value = 0.5 * (jnp.sum(found.residual**2 - jnp.reshape(used, found.residual.shape)) + penalty)
    active = settings.active
    both = active[:, None] * active[None, :]
    total = (curvature + constants.prior_curvature) * both + jnp.diag(1.0 - active)
    tilt = jnp.broadcast_to(jnp.asarray(settings.tilt, u.dtype), u.shape) * active
    slope = (gradient + prior_gradient) * active + tilt
    return Expansion(value + prior + jnp.sum(tilt * u), slope, total, value)


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
