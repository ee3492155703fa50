"""The statistics of images, the energy distance, and the regression on statistics."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy.spatial.distance import cdist

from jaxlens.populations.statistics import (
    MOST_RINGS,
    energy_distance,
    image_statistics,
    noise_level,
    regression,
)

SIDE = 36
SIGMA = jnp.ones(1)


def by_pairs(x: np.ndarray, y: np.ndarray) -> float:
    """The energy distance, every pair by itself."""
    within = [cdist(z, z).sum() / (len(z) * (len(z) - 1)) for z in (x, y)]
    return float(2.0 * cdist(x, y).mean() - sum(within))


@pytest.mark.parametrize(("size", "tolerance"), [(1, 1e-4), (2, 0.01), (3, 0.06), (24, 0.06)])
def test_the_energy_distance_is_that_of_all_pairs(size: int, tolerance: float) -> None:
    """Exactly in one dimension; elsewhere as well as the directions stand for all."""
    random = np.random.default_rng(3)
    x, y = random.standard_normal((500, size)), 1.2 * random.standard_normal((300, size)) + 0.3
    found = energy_distance(jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32))
    assert float(found) == pytest.approx(by_pairs(x, y), rel=tolerance)


def test_the_energy_distance_of_one_law_is_zero_on_average() -> None:
    """It has no bias, however small the samples."""
    samples = jax.random.normal(jax.random.key(5), (4000, 2, 6, 2))
    found = jax.vmap(lambda pair: energy_distance(pair[0], pair[1]))(samples)
    assert abs(float(jnp.mean(found))) < 4.0 * float(jnp.std(found)) / np.sqrt(len(found))
    assert float(jnp.std(found)) > 0.1


def test_the_energy_distance_has_its_gradient(x64: None) -> None:
    x, y = jax.random.normal(jax.random.key(1), (2, 30, 2), jnp.float64)
    check_grads(lambda shift: energy_distance(x + shift[None], y), (jnp.array([0.1, -0.2]),), 1, eps=1e-7)


def test_samples_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the samples have shapes \(5, 2\) and \(5, 3\); give two samples"):
        energy_distance(jnp.ones((5, 2)), jnp.ones((5, 3)))
    with pytest.raises(ValueError, match="two vectors or more"):
        energy_distance(jnp.ones((5, 2)), jnp.ones((1, 2)))


def test_the_noise_level_is_that_of_the_noise() -> None:
    """Smooth light, here a slope, falls out; each band has its own."""
    sigma = np.array([0.5, 3.0])
    noise = np.random.default_rng(1).standard_normal((40, 2, SIDE, SIDE)) * sigma[:, None, None]
    slope = 7.0 * np.arange(SIDE)
    np.testing.assert_allclose(noise_level(jnp.asarray(noise + slope, jnp.float32)), sigma, rtol=0.03)


def test_a_turn_by_half_a_circle_changes_the_sign_of_the_dipoles_alone() -> None:
    image = jax.random.normal(jax.random.key(2), (1, 1, SIDE, SIDE))
    here, turned = (np.asarray(image_statistics(i, SIGMA)[0]) for i in (image, image[..., ::-1, ::-1]))
    rings = MOST_RINGS + 1
    odd = np.zeros(len(here), bool)
    odd[rings : 3 * rings] = True
    np.testing.assert_allclose(turned[~odd], here[~odd], atol=1e-5)
    np.testing.assert_allclose(turned[odd], -here[odd], atol=1e-5)
    assert np.abs(here[odd]).max() > 0.1


def test_a_ring_of_light_is_seen_in_its_ring() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2.0
    brightest = []
    for radius in (4.0, 8.0, 12.0):
        ring = np.exp(-((np.hypot(x, y) - radius) ** 2))[None, None]
        means = np.asarray(image_statistics(jnp.asarray(ring, jnp.float32), SIGMA)[0, : MOST_RINGS + 1])
        brightest.append((int(np.argmax(means)) + 0.5) * SIDE / 2.0 / MOST_RINGS)
    np.testing.assert_allclose(brightest, [4.0, 8.0, 12.0], atol=SIDE / 2.0 / MOST_RINGS)


def test_white_noise_has_its_variance_at_every_frequency() -> None:
    noise = 3.0 * jax.random.normal(jax.random.key(7), (300, 1, SIDE, SIDE))
    powers = image_statistics(noise, SIGMA)[:, -8:]
    np.testing.assert_allclose(jnp.mean(jnp.exp(powers), axis=0), 9.0, rtol=0.05)


def test_statistics_are_smooth_also_where_nothing_is_seen(x64: None) -> None:
    statistics = jax.jit(lambda i: image_statistics(i, SIGMA))
    image = jax.random.normal(jax.random.key(3), (2, 1, 12, 12), jnp.float64)
    check_grads(statistics, (image,), 1, modes=["fwd"])
    dark, slope = jax.jvp(statistics, (jnp.zeros_like(image),), (image,))
    assert bool(jnp.isfinite(dark).all())
    assert bool(jnp.isfinite(slope).all())


def test_a_regression_finds_what_is_linear_and_what_is_bent() -> None:
    statistics = jax.random.normal(jax.random.key(4), (2500, 3)) * jnp.array([[1.0, 10.0, 0.1]]) + 5.0
    x = (statistics - 5.0) / jnp.array([[1.0, 10.0, 0.1]])
    targets = jnp.stack([x[:, 0] - 2.0 * x[:, 2], jnp.sin(x[:, 1]) + x[:, 0] ** 2], axis=1)
    learnt = regression(statistics[:2000], targets[:2000], jax.random.key(0))
    left = jnp.std(learnt(statistics[2000:]) - targets[2000:], axis=0)
    assert float(left[0]) < 0.05
    assert float(left[1]) < 0.15
