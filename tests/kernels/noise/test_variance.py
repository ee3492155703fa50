"""Variance of the noise: lenstronomy's background, and photon counting."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.noise import variance as noise


def test_background_is_read_noise_and_sky():
    """Read noise counts once an exposure, the sky with the time; in electrons, over the time."""
    sky = 10 ** (-0.4 * (23.5 - 30.0))
    found = noise.background_sigma(
        read_noise=7.0, sky_rate=sky, exposure_time=90.0, num_exposures=10.0, pixel_scale=0.263
    )
    electrons = 10 * 7.0**2 + 900.0 * sky * 0.263**2
    assert float(found) == pytest.approx(np.sqrt(electrons) / 900.0, rel=1e-6)


def test_many_exposures_are_one_long_one_but_for_the_read_noise():
    def sigma(read_noise, time, number):
        return noise.background_sigma(
            read_noise=read_noise,
            sky_rate=40.0,
            exposure_time=time,
            num_exposures=number,
            pixel_scale=0.2,
        )

    assert float(sigma(0.0, 90.0, 10.0)) == pytest.approx(float(sigma(0.0, 900.0, 1.0)), rel=1e-6)
    assert float(sigma(7.0, 90.0, 10.0)) > float(sigma(7.0, 900.0, 1.0))


def test_shot_variance_is_that_of_counted_photons():
    """N = image t counts have variance N, so the rate has variance image / t; negative light has none."""
    variance = noise.shot_variance(jnp.array([4.0, 0.0, -1.0]), 50.0)
    np.testing.assert_allclose(variance, [0.08, 0.0, 0.0], rtol=1e-6)
