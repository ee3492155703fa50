"""The best values of the free magnitudes by linear algebra, since an image is linear in their fluxes."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.expansion import flattened, product, weighted
from jaxlens.fitting.least_squares import box_minimum
from jaxlens.fitting.posterior import Array, Constants, FitData, Model, sky_image, with_free_values
from jaxlens.fitting.transforms import Transform
from jaxlens.imaging import likelihood

# d ln(flux) / d(magnitude), as flux = 10^(-0.4 magnitude).
LOG_FLUX_DERIVATIVE = -0.4 * float(np.log(10.0))
# A magnitude that is solved for stays within this of its prior's median, in u, about standard deviations.
MAGNITUDE_REACH = 4.0


def templates(
    model: Model, constants: Constants, params: Mapping[str, Array], u: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The light that belongs to each free magnitude, and the light of all else but a sky that is fitted.

    An image is linear in fluxes, so that its derivative with respect to a magnitude is -0.4 ln 10 times the
    light of that magnitude.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        params: all parameters of the system; the values of the free ones are not used.
        u: the unconstrained coordinates, (k,).

    Returns:
        The image at u without the light of the j free magnitudes, (bands, y, x), and that light,
        (j, bands, y, x); of a time series each has the axis of epochs before that of bands.
    """
    x, indices = constants.transform.constrained(u), model.magnitudes

    def mean(magnitudes: jax.Array) -> jax.Array:
        system = with_free_values(model, constants, params, x.at[indices].set(magnitudes))
        return likelihood.expected(model.scene, system, constants.assets)[0]

    image, jvp = jax.linearize(mean, x[indices])
    light = jax.vmap(jvp)(jnp.eye(indices.size, dtype=x.dtype)) / LOG_FLUX_DERIVATIVE
    return image - jnp.sum(light, axis=0), light


def with_amplitudes(model: Model, constants: Constants, data: FitData, u: jax.Array) -> jax.Array:
    """Coordinates with the magnitudes that fit the image best, with the sigma of `data` as noise.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image.
        u: the unconstrained coordinates, (k,).

    Returns:
        The coordinates, (k,).
    """
    other, light = templates(model, constants, data.params, u)
    system = with_free_values(model, constants, data.params, constants.transform.constrained(u))
    other = other + sky_image(system, other)
    weight = jnp.where(data.mask, 1.0 / jnp.where(data.mask, data.sigma, 1.0), 0.0)
    rows = flattened(weighted(light, weight))
    missing = jnp.ravel(jnp.where(data.mask, data.image - other, 0.0) * weight)
    return with_fluxes(model, constants.transform, u, product(rows, rows.T), product(rows, missing))


def with_fluxes(
    model: Model, transform: Transform, u: jax.Array, curvature: jax.Array, linear: jax.Array
) -> jax.Array:
    """Coordinates u with the magnitudes whose fluxes minimise a.C.a / 2 - b.a.

    Here a are the fluxes in units of those at u.  The magnitudes stay within MAGNITUDE_REACH of their
    priors' medians, so that fluxes are positive.

    Args:
        model: the static part of the fit.
        transform: the map from u to the free parameters.
        u: the unconstrained coordinates, (..., k).
        curvature: C, (..., j, j) for j free magnitudes.
        linear: b, (..., j).

    Returns:
        The coordinates with the best magnitudes, (..., k).
    """
    indices = model.magnitudes
    if indices.size == 0:
        return u
    bright, faint = (transform.constrained(u.at[..., indices].set(s * MAGNITUDE_REACH)) for s in (-1, 1))
    now, bright, faint = (x[..., indices] for x in (transform.constrained(u), bright, faint))
    least, most = (10.0 ** (0.4 * (now - magnitude)) for magnitude in (faint, bright))
    a = box_minimum(curvature, linear, least, most)
    magnitudes = jnp.clip(now - 2.5 * jnp.log10(a), bright, faint)
    best = transform.unconstrained(transform.constrained(u).at[..., indices].set(magnitudes))
    return u.at[..., indices].set(best[..., indices])
