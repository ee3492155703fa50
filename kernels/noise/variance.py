"""Noise of an exposure, as lenstronomy's SimulationAPI has it.

Images are in counts/s; counts are electrons, or ADU when a gain (electrons/ADU) is given.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.noise.normal import standard_normal
from jaxlens.kernels.noise.poisson import poisson
from jaxlens.kernels.types import Real


def background_sigma(
    *,
    read_noise: Real,
    sky_brightness: Real,
    exposure_time: Real,
    num_exposures: Real,
    pixel_scale: Real,
) -> jax.Array:
    """Standard deviation of read noise and sky in a pixel, in electrons/s (lenstronomy's bkg_noise).

    sigma = sqrt(num_exposures read_noise^2 + t sky pixel_scale^2) / t,  t = exposure_time num_exposures,
    read_noise in electrons, sky_brightness in electrons/s/arcsec^2, exposure_time in s.

    >>> float(background_sigma(read_noise=10.0, sky_brightness=0.0, exposure_time=100.0,
    ...                        num_exposures=4, pixel_scale=0.2)).__round__(4)
    0.05
    """
    time = exposure_time * num_exposures
    variance = num_exposures * jnp.square(read_noise) + time * sky_brightness * jnp.square(pixel_scale)
    return jnp.sqrt(variance) / time


def shot_variance(image: Real, exposure: Real) -> jax.Array:
    """Variance (counts/s)^2 of photon counting: max(image, 0) / exposure.

    `exposure` is the total time in s, times the gain when counts are ADU.
    """
    return jnp.maximum(image, 0.0) / exposure


def gaussian_noise(key: jax.Array, sigma: jax.Array) -> jax.Array:
    """Normal noise of standard deviation `sigma`; drawn in float32, so that x64 draws the same numbers."""
    return sigma * standard_normal(key, jnp.shape(sigma)).astype(sigma.dtype)


def poisson_counts(key: jax.Array, mean: jax.Array) -> jax.Array:
    """Integers drawn from Poisson(max(mean, 0)), as floats.  They have no gradient.

    Above 2^24 float32 does not hold every integer, and they are rounded.
    """
    return poisson(key, jnp.maximum(mean, 0.0))
