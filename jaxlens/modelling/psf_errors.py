"""The error of the PSF as noise of the image: extended light times what is not known of the kernel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.fitting.posterior import Array
from jaxlens.kernels.psf.convolution import convolve
from jaxlens.kernels.types import Params
from jaxlens.modelling.columns import columns
from jaxlens.modelling.model import LensData, LensModel


def with_psf_errors(
    lens: LensModel, params: Params, amplitudes: Array, data: LensData, variance: Array
) -> LensData:
    """The images with the error of the PSF in their weights.

    sigma^2 becomes sigma^2 + `psf_error_variance`.  The light is that of a fit, so this comes between two of
    them; the second then does not follow the middle of a bright galaxy into the errors of its PSF.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens.
        amplitudes: of the functions of each band, (bands, count) or, with the sky, more.
        data: the images, with the noise alone in their weights.
        variance: of each pixel of the kernels, of their shape, as `LensImages.psf_variance`.

    Returns:
        The images with smaller weights; pixels that are not used stay so.
    """
    added = psf_error_variance(lens, params, jnp.asarray(amplitudes)[:, : lens.count], data, variance)
    weight = jnp.asarray(data.weight)
    used = weight > 0.0
    noise = jnp.where(used, 1.0 / jnp.where(used, weight, 1.0) ** 2, 1.0)
    return data._replace(weight=jnp.where(used, 1.0 / jnp.sqrt(noise + added), 0.0))


@partial(jax.jit, static_argnums=0)
def psf_error_variance(
    lens: LensModel, params: Params, amplitudes: Array, data: LensData, variance: Array
) -> jax.Array:
    """The variance of each pixel by the error of the PSF.

    With light L_j in pixel j before it is blurred and independent errors of variance v_d of the kernel at
    the distance d, that of pixel i is sum_j L_j^2 v_(i - j).  Where the kernel is sampled more finely than
    the pixels, L_j is the light of a square as large as a pixel that begins at sample j.  Neighbouring pixels
    have correlated errors, which is not taken into account.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens.
        amplitudes: of the functions of each band, (bands, count).
        data: the images, of which the grid is used.
        variance: v of each image, of the shape of the kernels.

    Returns:
        (counts/s)^2, of the shape of the images.
    """
    factor, shape = lens.psf_factor, data.image.shape
    fine = (*shape[:2], shape[2] * factor, shape[3] * factor)
    used = jnp.any(data.weight > 0.0, axis=(2, 3), keepdims=True).astype(variance.dtype)
    grid = jnp.asarray(data.grid).at[..., :4].divide(factor)
    spike = jnp.ones((*shape[:2], 1, 1), variance.dtype)
    sharp = LensData(jnp.zeros(fine), jnp.broadcast_to(used, fine), spike, grid)
    within = replace(lens, supersampling=lens.supersampling // factor, psf_factor=1)
    each = columns(within, params, sharp)
    light = jnp.sum(each * jnp.asarray(amplitudes)[:, None, :, None, None], axis=2)
    margins = ((0, 0), (0, 0), (0, factor - 1), (0, factor - 1))
    box = jax.lax.reduce_window(
        jnp.pad(light, margins), 0.0, jax.lax.add, (1, 1, factor, factor), (1, 1, 1, 1), "VALID"
    )
    return jnp.maximum(convolve(box**2, jnp.asarray(variance))[..., ::factor, ::factor], 0.0)
