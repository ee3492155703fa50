"""The error of the PSF as noise of the image: extended light times what is not known of the kernel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Array, with_free_values
from jaxlens.kernels.psf.convolution import convolve
from jaxlens.kernels.types import Params
from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.columns import columns
from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.problem import LensProblem


def with_errors_of_lens_light(
    alone: LensProblem, images: LensImages, arcs: np.ndarray, point: np.ndarray
) -> LensImages:
    """The images of a lens with the error of the PSF at the light of the lens, where one is known.

    Arcs are so faint beside the middle of a lens that what the PSF's error makes of them is left out.

    Args:
        alone: the model with the light of the lens alone.
        images: the images.
        arcs: the pixels that show the source, of their shape.
        point: the coordinates at which the light of the lens is as fitted, (k,).

    Returns:
        The images with smaller weights; the same ones where no image has an error of its PSF.
    """
    if images.psf_variance is None:
        return images
    data = images.data
    without = data._replace(weight=np.where(arcs, 0.0, data.weight))
    settings = Settings(np.ones(len(alone.names)), first_precision(alone, data))
    amplitudes = solution_at(alone, without, settings, point).amplitudes
    x = alone.constants.transform.constrained(jnp.asarray(point))
    params = with_free_values(alone.lens.model, alone.constants, alone.base, x)
    wider = with_psf_errors(alone.lens, params, amplitudes, data, images.psf_variance)
    return images._replace(data=wider._replace(weight=np.asarray(wider.weight)))


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
