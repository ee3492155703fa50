"""The noise of an exposure: its standard deviation, and images with noise and background image."""

from __future__ import annotations

from functools import partial
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.assets import NO_ASSETS, Assets
from jaxlens.imaging.epochs import epoch_keys, map_epochs, without_missing
from jaxlens.imaging.photometry import per_pixel
from jaxlens.imaging.pixel_grid import pixel_scale
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.noise import draws, variance
from jaxlens.kernels.types import Params


def observe(
    scene: Scene, params: Params, image: jax.Array, key: jax.Array, assets: Assets = NO_ASSETS
) -> jax.Array:
    """An image with the noise of its exposure and its background image (BACKGROUNDS).

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        image: the image without noise, counts/s, (bands, num_pix, num_pix), or
            (epochs, bands, num_pix, num_pix) of a time series.
        key: the key of the system, (); the noise of a band comes from it and the band's name, that of an
            epoch also from its number.
        assets: the arrays of the configuration, of which the background images are used.

    Returns:
        Counts/s, of the shape of `image`.
    """
    if scene.series is None:
        return _observe_exposure(scene, assets, params, image, key)
    observe_epoch = partial(_observe_exposure, scene, assets)
    observed = map_epochs(observe_epoch, scene, params, image, epoch_keys(scene, key))
    return without_missing(scene, params, observed)


def _observe_exposure(
    scene: Scene, assets: Assets, params: Params, image: jax.Array, key: jax.Array
) -> jax.Array:
    """`observe` of a single exposure."""
    bands = len(image)
    # The pixels stand in one row, so that a CPU's vector instructions have no rest at the end of every row.
    # An axis of length 1 would make XLA's CPU compiler copy the image.
    shape = (-1,) if bands == 1 else (bands, -1)

    def in_rows(row: jax.Array, params: Params, key: jax.Array) -> jax.Array:
        return jnp.reshape(_with_noise(scene, params, jnp.reshape(row, (bands, 1, -1)), key), shape)

    def in_place(row: jax.Array, params: Params, key: jax.Array) -> jax.Array:
        return jnp.reshape(_with_noise(scene, params, jnp.reshape(row, image.shape), key), shape)

    # A GPU draws the noise in the pass that blurs, which the other shape would prevent.
    row = computed_apart(in_rows, jnp.reshape(image, shape), params, key, elsewhere=in_place)
    observed = jnp.reshape(row, image.shape)
    if assets.backgrounds is None:
        return observed
    return observed + background_image(params, assets.backgrounds)


def _with_noise(scene: Scene, params: Params, image: jax.Array, key: jax.Array) -> jax.Array:
    """`observe` of a single exposure, without its background image; `image` is (bands, 1, pixels)."""
    keys = _fold_names(key, scene.bands)
    if scene.poisson_shot_noise:
        exposure = _exposure(scene, params)
        photons = jax.vmap(draws.poisson_counts)(_fold_names(keys, ("shot_noise",)), image * exposure)
        observed = photons / exposure
        sigma = jnp.broadcast_to(per_pixel(background_sigma(scene, params)), image.shape)
    else:
        observed, sigma = image, _exposure_sigma(scene, params, image)
    observed = observed + jax.vmap(draws.gaussian_noise)(keys, sigma)
    for label in scene.noise_sources:
        mean = jnp.broadcast_to(per_pixel(params[f"{label}-mean"]), image.shape)
        observed = observed + jax.vmap(draws.poisson_counts)(_fold_names(keys, (label,)), mean)
    return observed


def noise_sigma(scene: Scene, params: Params, image: jax.Array) -> jax.Array:
    """The standard deviation of background and shot noise in every pixel.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        image: the image without noise, counts/s, (bands, num_pix, num_pix), or
            (epochs, bands, num_pix, num_pix) of a time series.

    Returns:
        Counts/s, of the shape of `image`.
    """
    if scene.series is None:
        return _exposure_sigma(scene, params, image)
    return map_epochs(partial(_exposure_sigma, scene), scene, params, image)


def _exposure_sigma(scene: Scene, params: Params, image: jax.Array) -> jax.Array:
    """`noise_sigma` of a single exposure."""
    background = per_pixel(background_sigma(scene, params))
    shot = variance.shot_variance(image, _exposure(scene, params))
    total = jnp.broadcast_to(background**2, image.shape) + shot
    # The derivative of the square root is infinite at 0, the variance of a dark pixel without background.
    dark = total <= 0.0
    return jnp.where(dark, 0.0, jnp.sqrt(jnp.where(dark, 1.0, total)))


def background_sigma(scene: Scene, params: Params) -> jax.Array:
    """The standard deviation of the simulated background in a pixel, counts/s: () or (bands,).

    It is 0 where background images replace the simulated background.
    """
    if scene.backgrounds == "replace":
        return jnp.zeros((), jnp.result_type(float))
    if scene.background_given:
        return params["background_noise"]
    given = {name: params[name] for name in ("read_noise", "exposure_time", "num_exposures")}
    sky_rate = 10.0 ** (-0.4 * (params["sky_brightness"] - params["magnitude_zero_point"]))
    sigma = variance.background_sigma(sky_rate=sky_rate, pixel_scale=pixel_scale(params), **given)
    return sigma / params["ccd_gain"] if scene.adu else sigma


def background_image(params: Params, images: jax.Array) -> jax.Array:
    """The background image of a system, which its BACKGROUND_IDX selects; NaN where no image has this index.

    A background image already has the noise of its sky, read-out and objects, so only the simulated light
    draws shot noise.

    Args:
        params: the parameters of one system, of which `BACKGROUND_IDX` is used.
        images: all background images, counts/s, (images, bands, num_pix, num_pix).

    Returns:
        Counts/s, (bands, num_pix, num_pix).
    """
    index = jnp.round(params["BACKGROUND_IDX"]).astype(jnp.int32)
    index = jnp.where(index < 0, len(images), index)
    return jnp.take(images, index, axis=0, mode="fill", fill_value=jnp.nan)


def _exposure(scene: Scene, params: Params) -> jax.Array:
    """Photons per count/s: the time of all exposures in s, times the gain where counts are ADU."""
    exposure = params["exposure_time"] * params["num_exposures"]
    return per_pixel(exposure * (params["ccd_gain"] if scene.adu else 1.0))


def _fold_names(keys: jax.Array, names: tuple[str, ...]) -> jax.Array:
    """Keys with names folded in.

    Args:
        keys: one key (), or keys (bands,).
        names: the names; a single one where `keys` is (bands,).

    Returns:
        (names,) from one key; (bands,) from several.
    """
    codes = jnp.asarray(np.array([crc32(name.encode()) for name in names], np.uint32))
    if len(names) > 1 or keys.ndim == 0:
        return jax.vmap(jax.random.fold_in, (None, 0))(keys, codes)
    return jax.vmap(jax.random.fold_in, (0, None))(keys, codes[0])
