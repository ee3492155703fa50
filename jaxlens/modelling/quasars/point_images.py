"""The stamps of the images of a quasar as columns of the linear model, and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.imaging.pixel_grid import PixelMap, image_pixels
from jaxlens.kernels.psf.spline_stamps import spline_stamp
from jaxlens.kernels.types import Params
from jaxlens.modelling.model import LensData
from jaxlens.modelling.quasars.image_rays import image_rays
from jaxlens.modelling.quasars.model import FREE, QuasarData, QuasarModel


def point_columns(quasar: QuasarModel, params: Params, data: LensData, own: QuasarData) -> jax.Array:
    """The image of each amplitude of the quasar: of each image, or of all with their magnifications.

    Args:
        quasar: the static part of the model.
        params: the parameters of the lens.
        data: the images, of which the grid is used.
        own: the arrays of the quasar.

    Returns:
        Counts/s at unit amplitude, (bands, exposures, count, n, n).
    """
    x, y = quasar.positions(params)
    mixed = partial(jnp.einsum, "ci,beiyx->becyx", precision=jax.lax.Precision.HIGHEST)
    return mixed(shares(quasar, params), _stamps(quasar, data, own, x, y))


def point_derivatives(
    quasar: QuasarModel,
    params_of: Callable[[jax.Array], Params],
    u: jax.Array,
    amplitudes: jax.Array,
    data: LensData,
    own: QuasarData,
) -> jax.Array:
    """The derivatives of the image of the quasar in what moves, at fixed amplitudes.

    Args:
        quasar: the static part of the model.
        params_of: the parameters of the lens at coordinates u (k,).
        u: the coordinates, (k,).
        amplitudes: of the quasar in each band, (bands, count).
        data: as in `point_columns`.
        own: the arrays of the quasar.

    Returns:
        Counts/s for a unit of u, (k, bands, exposures, n, n).
    """

    def numbers(v: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        params = params_of(v)
        return *quasar.positions(params), shares(quasar, params)

    (x, y, share), along = jax.linearize(numbers, u)
    dx, dy, d_share = jax.vmap(along)(jnp.eye(u.size, dtype=u.dtype))
    stamps, slope = jax.linearize(partial(_stamps, quasar, data, own), x, y)
    # an image moves its own stamp only, so that one derivative along x has those of all images
    along_x = slope(jnp.ones_like(x), jnp.zeros_like(y))
    along_y = slope(jnp.zeros_like(x), jnp.ones_like(y))
    einsum = partial(jnp.einsum, precision=jax.lax.Precision.HIGHEST)
    flux = einsum("bc,ci->bi", amplitudes, share)
    moved = einsum("kbi,beiyx->kbeyx", dx[:, None] * flux[None], along_x)
    moved = moved + einsum("kbi,beiyx->kbeyx", dy[:, None] * flux[None], along_y)
    return moved + einsum("kbi,beiyx->kbeyx", einsum("bc,kci->kbi", amplitudes, d_share), stamps)


def shares(quasar: QuasarModel, params: Params) -> jax.Array:
    """The flux of each image for a unit of each amplitude, (count, images).

    Args:
        quasar: the static part of the model.
        params: the parameters of the lens.
    """
    if quasar.fluxes == FREE:
        return jnp.eye(quasar.images, dtype=quasar.source(params)[0].dtype)
    return image_rays(quasar, params).magnification[None]


def _stamps(quasar: QuasarModel, data: LensData, own: QuasarData, x: jax.Array, y: jax.Array) -> jax.Array:
    """The images of unit flux, (bands, exposures, images, n, n)."""
    n = data.image.shape[-1]

    def of_exposure(grid: jax.Array, coefficients: jax.Array) -> jax.Array:
        i, j = image_pixels(PixelMap(*grid), n, x, y)
        return jax.vmap(lambda i, j: spline_stamp(i, j, coefficients, n, quasar.lens.psf_factor))(i, j)

    return jax.vmap(jax.vmap(of_exposure))(jnp.asarray(data.grid), jnp.asarray(own.coefficients))
