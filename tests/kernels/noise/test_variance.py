"""Noise: its mean and variance over many draws, and lenstronomy's background."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.noise import variance as noise

DRAWS = 200_000


def test_background_is_read_noise_and_sky():
    """Read noise counts once an exposure, the sky with the time; in electrons, over the time."""
    sky = 10 ** (-0.4 * (23.5 - 30.0))
    found = noise.background_sigma(
        read_noise=7.0, sky_brightness=sky, exposure_time=90.0, num_exposures=10.0, pixel_scale=0.263
    )
    electrons = 10 * 7.0**2 + 900.0 * sky * 0.263**2
    assert float(found) == pytest.approx(np.sqrt(electrons) / 900.0, rel=1e-6)


def test_many_exposures_are_one_long_one_but_for_the_read_noise():
    def sigma(read_noise, time, number):
        return noise.background_sigma(
            read_noise=read_noise,
            sky_brightness=40.0,
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


@pytest.mark.parametrize("sigma", [0.3, 20.0])
def test_gaussian_noise_has_its_mean_and_variance(sigma):
    """Within five standard errors of the mean (sigma / sqrt N) and the variance (sigma^2 sqrt(2 / N))."""
    draws = np.asarray(noise.gaussian_noise(jax.random.key(1), jnp.full(DRAWS, sigma)), dtype=float)
    assert abs(draws.mean()) < 5 * sigma / np.sqrt(DRAWS)
    assert abs(draws.var() - sigma**2) < 5 * sigma**2 * np.sqrt(2 / DRAWS)


def test_x64_draws_the_same_noise():
    single = noise.gaussian_noise(jax.random.key(2), jnp.full(1000, 0.5))
    with jax.enable_x64(True):
        double = noise.gaussian_noise(jax.random.key(2), jnp.full(1000, 0.5))
    assert double.dtype == np.float64
    np.testing.assert_array_equal(np.asarray(double, dtype=np.float32), single)


@pytest.mark.parametrize("mean", [0.2, 2.0, 500.0])
def test_poisson_counts_have_mean_and_variance_alike(mean):
    draws = np.asarray(noise.poisson_counts(jax.random.key(3), jnp.full(DRAWS, mean)), dtype=float)
    np.testing.assert_array_equal(draws, np.round(draws))
    assert abs(draws.mean() - mean) < 5 * np.sqrt(mean / DRAWS)
    assert abs(draws.var() - mean) < 5 * np.sqrt((2 * mean**2 + mean) / DRAWS)


def test_no_light_gives_no_counts():
    np.testing.assert_array_equal(noise.poisson_counts(jax.random.key(4), jnp.array([0.0, -3.0])), 0.0)


def test_noise_is_differentiable_in_its_width():
    """The draw is sigma times a fixed number, so the slope is that number."""
    key = jax.random.key(5)
    sigma = jnp.linspace(0.5, 2.0, 4)
    slope = jax.grad(lambda s: noise.gaussian_noise(key, s).sum())(sigma)
    np.testing.assert_allclose(slope * sigma, noise.gaussian_noise(key, sigma), rtol=1e-6)


def test_jit_changes_nothing():
    sigma = jnp.linspace(0.5, 2.0, 4)
    eager = noise.gaussian_noise(jax.random.key(6), sigma)
    np.testing.assert_allclose(jax.jit(noise.gaussian_noise)(jax.random.key(6), sigma), eager, rtol=1e-6)
