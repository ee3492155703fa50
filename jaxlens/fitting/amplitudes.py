"""The free magnitudes of a fit, in whose fluxes an image is linear: their best values by linear algebra."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.least_squares import bounded_parabola
from jaxlens.fitting.posterior import Array, Model, Observed, Shared, product, rows_of, system, weighted
from jaxlens.fitting.transforms import Transform
from jaxlens.imaging import likelihood

# d ln(flux) / d(magnitude)
FLUX_SLOPE = -0.4 * float(np.log(10.0))
# How far in u a magnitude that is solved for may go from the prior's median.
MAGNITUDE_REACH = 4.0


def templates(
    model: Model, shared: Shared, others: Mapping[str, Array], u: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The image at u without the light of free magnitudes, (bands, y, x), and that light, (j, bands, y, x).

    An image is linear in fluxes, so its slope in a magnitude is -0.4 ln 10 times what that adds to it.
    """
    x, places = shared.transform.constrained(u), model.magnitudes

    def mean(magnitudes: jax.Array) -> jax.Array:
        params = system(model, others, x.at[places].set(magnitudes))
        return likelihood.expected(model.scene, params, shared.assets)[0]

    image, push = jax.linearize(mean, x[places])
    light = jax.vmap(push)(jnp.eye(places.size, dtype=x.dtype)) / FLUX_SLOPE
    return image - jnp.sum(light, axis=0), light


def with_amplitudes(model: Model, shared: Shared, observed: Observed, u: jax.Array) -> jax.Array:
    """The u with those magnitudes whose image is nearest to the data, at the sigma of `observed`."""
    rest, light = templates(model, shared, observed.others, u)
    weight = jnp.where(observed.mask, 1.0 / jnp.where(observed.mask, observed.sigma, 1.0), 0.0)
    rows = rows_of(weighted(light, weight))
    missing = jnp.ravel(jnp.where(observed.mask, observed.image - rest, 0.0) * weight)
    return with_fluxes(model, shared.transform, u, product(rows, rows.T), product(rows, missing))


def with_fluxes(
    model: Model, transform: Transform, u: jax.Array, curvature: jax.Array, slope: jax.Array
) -> jax.Array:
    """The u (..., k) with magnitudes whose fluxes, a times those at u, have the least a.C.a / 2 - slope.a.

    They stay within MAGNITUDE_REACH of the prior's median: a flux is positive, and its prior is kept to.
    """
    places = model.magnitudes
    if places.size == 0:
        return u
    bright, faint = (transform.constrained(u.at[..., places].set(s * MAGNITUDE_REACH)) for s in (-1, 1))
    now, bright, faint = (x[..., places] for x in (transform.constrained(u), bright, faint))
    a = bounded_parabola(curvature, slope, *(10.0 ** (0.4 * (now - end)) for end in (faint, bright)))
    magnitudes = jnp.clip(now - 2.5 * jnp.log10(a), bright, faint)
    best = transform.unconstrained(transform.constrained(u).at[..., places].set(magnitudes))
    return u.at[..., places].set(best[..., places])
