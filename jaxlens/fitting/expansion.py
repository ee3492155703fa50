"""Second-order expansions of the posterior of one image, on each level of smoothing.

All functions are for one image and one point u (k,), as in `jaxlens.fitting.posterior`.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.fitting.derivatives import Prediction, prediction
from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import Constants, FitData, Model, misfit, unconstrained_log_prior
from jaxlens.fitting.smoothing import smoothed


def expansion(model: Model, constants: Constants, data: FitData, level: jax.Array, u: jax.Array) -> Expansion:
    """Minus the log of the posterior's density of u, up to a constant, with its gradient and curvature.

    With data d, mean m, sigma s, residuals r = (d - m) / s and s0 the sigma of `data`, level 0 is the
    posterior itself,

        sum over used pixels of  (r^2 - 1) / 2 + ln(s / s0),     curvature  (dm dm^T + 2 ds ds^T) / s^2,

    where the curvature is Fisher's information, the expectation of the second derivatives.  Level l > 0 is
    |B (d - m) / s0|^2 / 2, where B smooths by `model.widths[l - 1]`.  The prior is added to each.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image.
        level: the level l, from 0 to the number of `model.widths`, ().
        u: the unconstrained coordinates, (k,).

    Returns:
        The expansion.  Its `aux` is minus the log posterior density of the parameters x, without smoothing.
    """

    def minus_log_prior(v: jax.Array) -> jax.Array:
        return -unconstrained_log_prior(model, constants, data.params, v)

    prior, prior_gradient = jax.value_and_grad(minus_log_prior)(u)
    found = prediction(model, constants, data, u)
    levels = [partial(_exact, model), *(partial(_smoothed, width) for width in model.widths)]
    value, gradient, curvature = jax.lax.switch(level, levels, data, found)
    jacobian = jnp.sum(constants.transform.log_derivative(u))
    density = misfit(data, found.mean, found.sigma)[1] + prior + jacobian
    return Expansion(value + prior, gradient + prior_gradient, curvature + constants.prior_curvature, density)


def _exact(model: Model, data: FitData, at: Prediction) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Value, gradient and curvature of level 0, without the prior."""
    r, value = misfit(data, at.mean, at.sigma)
    weight = jnp.where(data.mask, 1.0 / jnp.where(data.mask, at.sigma, 1.0), 0.0)
    rows = flattened(weighted(at.mean_derivatives, weight))
    gradient, curvature = -product(rows, jnp.ravel(r)), product(rows, rows.T)
    if model.sigma_given:
        return value, gradient, curvature
    rows = flattened(weighted(at.sigma_derivatives, weight))
    excess = jnp.ravel(jnp.where(data.mask, 1.0 - r * r, 0.0))
    return value, gradient + product(rows, excess), curvature + 2.0 * product(rows, rows.T)


def _smoothed(width: float, data: FitData, at: Prediction) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Value, gradient and curvature of a level of smoothed images, without the prior."""
    used = data.mask
    weight = jnp.where(used, 1.0 / jnp.where(used, data.sigma, 1.0), 0.0)
    r = jnp.ravel(smoothed(jnp.where(used, data.image - at.mean, 0.0) * weight, width))
    rows = flattened(smoothed(weighted(at.mean_derivatives, weight), width))
    return 0.5 * jnp.sum(r * r), -product(rows, r), product(rows, rows.T)


def weighted(images: jax.Array, weight: jax.Array) -> jax.Array:
    """Images (k, bands, y, x) times `weight` (bands, y, x); 0 where the weight is 0, even if they are NaN."""
    return jnp.where(weight[None] > 0.0, images, 0.0) * weight[None]


def flattened(images: jax.Array) -> jax.Array:
    """Images (k, bands, y, x) as rows (k, pixels)."""
    return jnp.reshape(images, (images.shape[0], -1))


def product(a: jax.Array, b: jax.Array) -> jax.Array:
    """The matrix product in full precision, also on a GPU."""
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGHEST)
