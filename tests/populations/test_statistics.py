"""The statistics of images, the energy distance, and the regression on statistics."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from jaxlens.populations.statistics import (
    MAX_RINGS,
    energy_distance,
    fit_regression,
    image_statistics,
    noise_level,
)

SIDE = 36
SIGMA = np.ones(1, np.float32)
# compiled once for each shape
distance = jax.jit(energy_distance)
statistics_of = jax.jit(image_statistics)


def by_pairs(x: np.ndarray, y: np.ndarray) -> float:
    """The energy distance, every pair by itself."""
    within = [cdist(z, z).sum() / (len(z) * (len(z) - 1)) for z in (x, y)]
    return float(2.0 * cdist(x, y).mean() - sum(within))


@pytest.mark.parametrize(("size", "tolerance"), [(1, 1e-4), (2, 0.01), (3, 0.06), (24, 0.06)])
def test_the_energy_distance_is_that_of_all_pairs(size: int, tolerance: float) -> None:
    """Exactly in one dimension; elsewhere as well as the directions stand for all."""
    random = np.random.default_rng(3)
    x, y = random.standard_normal((500, size)), 1.2 * random.standard_normal((300, size)) + 0.3
    found = distance(x.astype(np.float32), y.astype(np.float32))
    assert float(found) == pytest.approx(by_pairs(x, y), rel=tolerance)


def test_the_energy_distance_of_one_law_is_zero_on_average() -> None:
    """It has no bias, however small the samples."""
    samples = np.random.default_rng(5).standard_normal((2, 4000, 6, 2)).astype(np.float32)
    found = np.asarray(jax.jit(jax.vmap(energy_distance))(*samples))
    assert abs(np.mean(found)) < 4.0 * np.std(found) / np.sqrt(len(found))
    assert np.std(found) > 0.1


def test_the_energy_distance_has_its_gradient(x64: None) -> None:
    x, y = np.random.default_rng(1).standard_normal((2, 30, 2))
    shifted = jax.jit(jax.value_and_grad(lambda shift: energy_distance(x + shift[None], y)))
    shift = np.array([0.1, -0.2])
    for derivative, step in zip(shifted(shift)[1], 1e-7 * np.eye(2), strict=True):
        difference = (shifted(shift + step)[0] - shifted(shift - step)[0]) / 2e-7
        assert float(derivative) == pytest.approx(float(difference), rel=1e-5)


def test_samples_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the samples have shapes \(5, 2\) and \(5, 3\); give two samples"):
        energy_distance(np.ones((5, 2)), np.ones((5, 3)))
    with pytest.raises(ValueError, match="two vectors or more"):
        energy_distance(np.ones((5, 2)), np.ones((1, 2)))


def test_the_noise_level_is_that_of_the_noise() -> None:
    """Light that changes linearly drops out; each band has its own level."""
    sigma = np.array([0.5, 3.0])
    noise = np.random.default_rng(1).standard_normal((40, 2, SIDE, SIDE)) * sigma[:, None, None]
    light = 7.0 * np.arange(SIDE)
    np.testing.assert_allclose(noise_level(np.asarray(noise + light, np.float32)), sigma, rtol=0.03)


def test_a_turn_by_half_a_circle_changes_the_sign_of_the_dipoles_alone() -> None:
    image = np.random.default_rng(2).standard_normal((1, 1, SIDE, SIDE)).astype(np.float32)
    here, turned = (np.asarray(statistics_of(i, SIGMA)[0]) for i in (image, image[..., ::-1, ::-1]))
    rings = MAX_RINGS + 1
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
        means = np.asarray(statistics_of(ring.astype(np.float32), SIGMA))[0, : MAX_RINGS + 1]
        brightest.append((int(np.argmax(means)) + 0.5) * SIDE / 2.0 / MAX_RINGS)
    np.testing.assert_allclose(brightest, [4.0, 8.0, 12.0], atol=SIDE / 2.0 / MAX_RINGS)


def test_white_noise_has_its_variance_at_every_frequency() -> None:
    noise = 3.0 * np.random.default_rng(7).standard_normal((300, 1, SIDE, SIDE)).astype(np.float32)
    powers = np.asarray(statistics_of(noise, SIGMA))[:, -8:]
    np.testing.assert_allclose(np.mean(np.exp(powers), axis=0), 9.0, rtol=0.05)


def test_statistics_are_smooth_also_where_nothing_is_seen(x64: None) -> None:
    image, tangent = np.random.default_rng(3).standard_normal((2, 2, 1, 12, 12))
    with_derivative = jax.jit(lambda i, t: jax.jvp(lambda i: image_statistics(i, np.ones(1)), (i,), (t,)))
    _, derivative = with_derivative(image, tangent)
    after, before = (with_derivative(image + h * tangent, tangent)[0] for h in (1e-6, -1e-6))
    np.testing.assert_allclose(derivative, (np.asarray(after) - before) / 2e-6, rtol=1e-5, atol=1e-6)
    dark, derivative = with_derivative(np.zeros_like(image), tangent)
    assert np.isfinite(dark).all()
    assert np.isfinite(derivative).all()


@pytest.mark.slow
def test_a_regression_finds_linear_and_nonlinear_functions() -> None:
    x = np.random.default_rng(4).standard_normal((2500, 3)).astype(np.float32)
    statistics = x * np.array([[1.0, 10.0, 0.1]], np.float32) + np.float32(5.0)
    targets = np.stack([x[:, 0] - 2.0 * x[:, 2], np.sin(x[:, 1]) + x[:, 0] ** 2], axis=1)
    trained = fit_regression(statistics[:2000], targets[:2000], jax.random.key(0))
    error = np.std(jax.jit(lambda s: trained(s))(statistics[2000:]) - targets[2000:], axis=0)
    assert error[0] < 0.05
    assert error[1] < 0.15
