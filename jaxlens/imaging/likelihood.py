"""The expected image of one system with its noise, and the likelihood of an observed one."""

from __future__ import annotations

import dataclasses
import math
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.imaging.assets import NO_ASSETS, Assets
from jaxlens.imaging.epochs import map_epochs, observed_epochs
from jaxlens.imaging.noise import background_image, noise_sigma
from jaxlens.imaging.photometry import per_pixel
from jaxlens.imaging.render import render
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.types import Params


def expected(scene: Scene, params: Params, assets: Assets = NO_ASSETS) -> tuple[jax.Array, jax.Array]:
    """Mean and standard deviation of an observed image.

    The mean is the light plus the mean of every POISSON_NOISE plus the background image.  The variance is
    that of background and shot noise (`noise_sigma`) plus the mean of every POISSON_NOISE.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        assets: the arrays of the configuration: the kernel of psf_type PIXEL and the background images.

    Returns:
        Mean and standard deviation, counts/s, each (bands, num_pix, num_pix), or
        (epochs, bands, num_pix, num_pix) of a time series.
    """
    return with_noise(scene, params, render(scene, params, assets), assets)


def with_noise(
    scene: Scene, params: Params, light: jax.Array, assets: Assets = NO_ASSETS
) -> tuple[jax.Array, jax.Array]:
    """`expected` of an image whose light is known.

    Args:
        scene: as in `expected`.
        params: as in `expected`.
        light: the image without noise, counts/s.
        assets: as in `expected`.

    Returns:
        As `expected`.
    """
    if scene.series is None:
        return _of_exposure(scene, assets, params, light)
    single = dataclasses.replace(scene, series=None)
    return map_epochs(partial(_of_exposure, single, assets), scene, params, light)


def _of_exposure(
    scene: Scene, assets: Assets, params: Params, light: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """`expected` of a single exposure whose light is known."""
    sigma = noise_sigma(scene, params, light)
    mean = jnp.maximum(light, 0.0) if scene.poisson_shot_noise else light
    if assets.backgrounds is not None:
        mean = mean + background_image(params, assets.backgrounds)
    if not scene.noise_sources:
        return mean, sigma
    rates = [jnp.maximum(per_pixel(params[f"{label}-mean"]), 0.0) for label in scene.noise_sources]
    counts = jnp.broadcast_to(sum(rates, jnp.zeros((1, 1, 1))), mean.shape)
    return mean + counts, jnp.sqrt(sigma**2 + counts)


def log_likelihood(
    scene: Scene,
    params: Params,
    assets: Assets,
    image: jax.Array,
    sigma: jax.Array | None,
    mask: jax.Array | None,
) -> jax.Array:
    """The log of the likelihood of an observed image, Gaussian in every pixel.

    ln L = -1/2 sum_i [ (d_i - m_i)^2 / s_i^2 + 2 ln s_i + ln 2 pi ]  over the pixels where `mask` is true.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        assets: as in `expected`; the mean m is that of `expected`.
        image: the observed image d, counts/s, (bands, num_pix, num_pix), or
            (epochs, bands, num_pix, num_pix) of a time series, whose missing epochs are not used.
        sigma: the standard deviation s, counts/s, like `image`; None means that of `expected`.
        mask: true where a pixel is used, like `image`; None means every pixel.  A pixel that is not used may
            have any value, also NaN.

    Returns:
        ln L, (); NaN where `validity_factor` is, whatever is masked.
    """
    mean, noise = expected(scene, params, assets)
    sigma = noise if sigma is None else sigma
    used = jnp.ones(mean.shape, bool) if mask is None else mask
    if scene.series is not None:
        used = used & observed_epochs(scene, params)[:, :, None, None]
    # Masked pixels may be NaN or infinite.  They are replaced before the difference is taken, because the
    # derivative would otherwise be NaN.
    difference = jnp.where(used, jnp.where(used, image, 0.0) - jnp.where(used, mean, 0.0), 0.0)
    sigma = jnp.where(used, sigma, 1.0)
    terms = (difference / sigma) ** 2 + 2.0 * jnp.log(sigma)
    total = -0.5 * (jnp.sum(terms) + jnp.sum(used) * math.log(2.0 * math.pi))
    return total * validity_factor(scene, params)
