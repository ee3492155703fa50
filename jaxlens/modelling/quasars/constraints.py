"""All terms of a quasar besides its image: astrometry, delays and flux ratios, as one sum of squares."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import Constants, unconstrained_log_prior, with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.expansion import product
from jaxlens.modelling.quasars.astrometry import astrometric_residuals
from jaxlens.modelling.quasars.flux_ratios import magnification_ratios
from jaxlens.modelling.quasars.image_rays import image_rays, travel_times
from jaxlens.modelling.quasars.model import QuasarData, QuasarModel


def residuals(quasar: QuasarModel, own: QuasarData, params: Params) -> jax.Array:
    """What is measured of the images minus what the lens says, in units of errors.

    Args:
        quasar: the static part of the model.
        own: the arrays of the quasar.
        params: the parameters of the lens.

    Returns:
        Two for each image, then those of delays and ratios, (m,).
    """
    rays, source = image_rays(quasar, params), quasar.source(params)
    parts = [astrometric_residuals(rays, source, own.tolerance, own.softening)]
    if own.delay_rows.shape[0]:
        times = travel_times(quasar, params)
        parts.append(product(own.delay_rows, times - times[0]) - own.delay_target)
    if own.ratio_rows.shape[0]:
        ratios = magnification_ratios(rays.magnification, own.reference)
        parts.append(product(own.ratio_rows, ratios) - own.ratio_target)
    return jnp.concatenate(parts)


def params_of(quasar: QuasarModel, constants: Constants, base: Params) -> Callable[[jax.Array], Params]:
    """The parameters of the lens and the quasar as a function of u.

    Args:
        quasar: the static part of the model.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
    """

    def params(u: jax.Array) -> Params:
        return with_free_values(quasar.model, constants, base, constants.transform.constrained(u))

    return params


def constraint_expansion(
    quasar: QuasarModel, constants: Constants, base: Params, own: QuasarData, active: jax.Array, u: jax.Array
) -> Expansion:
    """Minus the log of the prior and of the terms of the images' positions, delays and ratios.

    Args:
        quasar: the static part of the model.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        own: the arrays of the quasar.
        active: 1 for a parameter that moves, 0 for one that is held, (k,).
        u: the unconstrained coordinates, (k,).
    """
    params = params_of(quasar, constants, base)

    def minus_log_prior(v: jax.Array) -> jax.Array:
        return -unconstrained_log_prior(quasar.model, constants, base, v)

    def of(v: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = residuals(quasar, own, params(v))
        return found, found

    prior, prior_gradient = jax.value_and_grad(minus_log_prior)(u)
    jacobian, found = jax.jacfwd(of, has_aux=True)(u)
    misfit = 0.5 * jnp.sum(found**2)
    both = active[:, None] * active[None, :]
    curvature = (product(jacobian.T, jacobian) + constants.prior_curvature) * both + jnp.diag(1.0 - active)
    gradient = (product(found, jacobian) + prior_gradient) * active
    return Expansion(misfit + prior, gradient, curvature, misfit)
