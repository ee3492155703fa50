"""The noise of an image: its mean and variance over many draws."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.noise import draws

DRAWS = 200_000
gaussian_noise, poisson_counts = jax.jit(draws.gaussian_noise), jax.jit(draws.poisson_counts)


@pytest.mark.parametrize("sigma", [0.3, 20.0])
def test_gaussian_noise_has_its_mean_and_variance(sigma):
    """Within five standard errors of the mean (sigma / sqrt N) and the variance (sigma^2 sqrt(2 / N))."""
    found = np.asarray(gaussian_noise(jax.random.key(1), jnp.full(DRAWS, sigma)), dtype=float)
    assert abs(found.mean()) < 5 * sigma / np.sqrt(DRAWS)
    assert abs(found.var() - sigma**2) < 5 * sigma**2 * np.sqrt(2 / DRAWS)


def test_x64_draws_the_same_noise():
    single = gaussian_noise(jax.random.key(2), jnp.full(1000, 0.5))
    with jax.enable_x64(True):
        double = gaussian_noise(jax.random.key(2), jnp.full(1000, 0.5))
    assert double.dtype == np.float64
    np.testing.assert_array_equal(np.asarray(double, dtype=np.float32), single)


@pytest.mark.parametrize("mean", [0.2, 2.0, 500.0])
def test_poisson_counts_have_mean_and_variance_alike(mean):
    found = np.asarray(poisson_counts(jax.random.key(3), jnp.full(DRAWS, mean)), dtype=float)
    np.testing.assert_array_equal(found, np.round(found))
    assert abs(found.mean() - mean) < 5 * np.sqrt(mean / DRAWS)
    assert abs(found.var() - mean) < 5 * np.sqrt((2 * mean**2 + mean) / DRAWS)


def test_no_light_gives_no_counts():
    np.testing.assert_array_equal(poisson_counts(jax.random.key(4), jnp.array([0.0, -3.0])), 0.0)


def test_noise_is_differentiable_in_its_width():
    """The draw is sigma times a fixed number, so the derivative is that number."""
    key = jax.random.key(5)
    sigma = jnp.linspace(0.5, 2.0, 4)
    derivative = jax.jit(jax.grad(lambda s: draws.gaussian_noise(key, s).sum()))(sigma)
    np.testing.assert_allclose(derivative * sigma, gaussian_noise(key, sigma), rtol=1e-6)


def test_jit_changes_nothing():
    sigma = jnp.linspace(0.5, 2.0, 4)
    eager = draws.gaussian_noise(jax.random.key(6), sigma)
    np.testing.assert_allclose(gaussian_noise(jax.random.key(6), sigma), eager, rtol=1e-6)
