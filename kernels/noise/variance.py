"""Variance of a detector's noise in a pixel, as in lenstronomy's SimulationAPI.

Images are in counts/s; counts are electrons, or ADU where a gain (electrons/ADU) is given.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real


def background_sigma(
    *,
    read_noise: Real,
    sky_rate: Real,
    exposure_time: Real,
    num_exposures: Real,
    pixel_scale: Real,
) -> jax.Array:
    """Standard deviation of read noise and sky in a pixel; lenstronomy's bkg_noise.

    sigma = sqrt(num_exposures read_noise^2 + t sky_rate pixel_scale^2) / t,  t = exposure_time num_exposures.

    Args:
        read_noise: read noise of one exposure (electrons), any shape.
        sky_rate: count rate of the sky (electrons/s/arcsec^2), lenstronomy's sky_brightness; not a magnitude.
        exposure_time: duration of one exposure (s).
        num_exposures: number of exposures that are added.
        pixel_scale: side of a pixel (arcsec).

    Returns:
        sigma in electrons/s, of the shape to which the arguments broadcast.

    >>> float(background_sigma(read_noise=10.0, sky_rate=0.0, exposure_time=100.0,
    ...                        num_exposures=4, pixel_scale=0.2)).__round__(4)
    0.05
    """
    time = exposure_time * num_exposures
    variance = num_exposures * jnp.square(read_noise) + time * sky_rate * jnp.square(pixel_scale)
    return jnp.sqrt(variance) / time


def shot_variance(image: Real, exposure: Real) -> jax.Array:
    """Variance (counts/s)^2 of photon counting: max(image, 0) / exposure.

    `image` is in counts/s.  `exposure` is the total time in s, times the gain where counts are ADU.
    """
    return jnp.maximum(image, 0.0) / exposure
