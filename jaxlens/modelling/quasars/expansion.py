"""The expansion of minus the log of the density of a lens with a quasar, its image and its other terms."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.fitting.least_squares import Expansion
from jaxlens.fitting.posterior import Constants
from jaxlens.kernels.types import Params
from jaxlens.modelling.columns import columns, derivatives
from jaxlens.modelling.expansion import Solution, eliminated, solved
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.quasars.constraints import constraint_expansion, params_of
from jaxlens.modelling.quasars.model import QuasarData, QuasarModel
from jaxlens.modelling.quasars.point_images import point_columns, point_derivatives


def quasar_solution(
    quasar: QuasarModel, params: Params, data: LensData, own: QuasarData, settings: Settings
) -> Solution:
    """The amplitudes that fit the images best: of the extended light, then of the quasar, then the sky.

    Args:
        quasar: the static part of the model.
        params: the parameters of the lens.
        data: the images.
        own: the arrays of the quasar.
        settings: the prior precision of amplitudes.
    """
    each = columns(quasar.lens, params, data), point_columns(quasar, params, data, own)
    return solved(jnp.concatenate(each, axis=2), quasar.positive, data, settings.precision, quasar.lens.sky)


def quasar_expansion(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    u: jax.Array,
) -> Expansion:
    """Minus the log of the density of u with the best amplitudes, its gradient and its curvature.

    Args:
        quasar: the static part of the model.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        data: the images.
        own: the arrays of the quasar.
        settings: what moves, and the prior precision of amplitudes.
        u: the unconstrained coordinates, (k,).

    Returns:
        The expansion; its `aux` is the value without the prior.
    """
    params = params_of(quasar, constants, base)
    found = quasar_solution(quasar, params(u), data, own, settings)
    moved = image_derivatives(quasar, constants, base, found.amplitudes, data, own, u)
    moved = moved * settings.active[:, None, None, None, None]
    moved = jnp.reshape(moved * data.weight[None], (u.size, found.residual.shape[0], -1))
    gradient, curvature = eliminated(moved, found)
    amplitudes = found.amplitudes[:, : settings.precision.size]
    penalty = jnp.sum(jnp.broadcast_to(settings.precision, amplitudes.shape) * amplitudes**2)
    used = jnp.reshape(data.weight > 0.0, found.residual.shape)
    misfit = 0.5 * (jnp.sum(found.residual**2 - used) + penalty)
    others = constraint_expansion(quasar, constants, base, own, jnp.asarray(settings.active), u)
    return Expansion(
        misfit + others.value,
        gradient * settings.active + others.gradient,
        curvature + others.curvature,
        misfit + others.aux,
    )


def image_derivatives(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    amplitudes: jax.Array,
    data: LensData,
    own: QuasarData,
    u: jax.Array,
) -> jax.Array:
    """The derivatives of the images in what moves, at fixed amplitudes.

    Args:
        quasar: the static part of the model.
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        amplitudes: of the extended light, then of the quasar, (bands, at least those).
        data: the images.
        own: the arrays of the quasar.
        u: the unconstrained coordinates, (k,).

    Returns:
        Counts/s for a unit of u, (k, bands, exposures, n, n).
    """
    params = params_of(quasar, constants, base)
    of_lens, count = quasar.of_lens, quasar.lens.count

    def params_of_lens(v: jax.Array) -> Params:
        return params(jnp.concatenate([v, u[of_lens:]]))

    points = amplitudes[:, count : count + quasar.count]
    moved = point_derivatives(quasar, params, u, points, data, own)
    extended = derivatives(quasar.lens, params_of_lens, u[:of_lens], amplitudes[:, :count], data)
    return moved.at[:of_lens].add(extended)
