"""How the distance of simulated from observed statistics changes, and the step of Newton's method."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.populations.distances import (
    MAX_STEP,
    Sample,
    bootstrap_gradients,
    coordinate_units,
    distance_expansion,
    newton_step,
)


def means_apart(simulated: jax.Array, observed: jax.Array) -> jax.Array:
    """A distance that is quadratic in every shift."""
    return jnp.sum((jnp.mean(simulated, axis=0) - jnp.mean(observed, axis=0)) ** 2)


@pytest.fixture
def sample() -> Sample:
    """Two statistics; one coordinate moves the first by 2, the other the second by 0.5."""
    random = np.random.default_rng(1)
    simulated, observed = (random.standard_normal((n, 2)).astype(np.float32) for n in (300, 200))
    derivatives = np.broadcast_to(np.asarray([[[2.0, 0.0]], [[0.0, 0.5]]], np.float32), (2, 300, 2))
    return Sample(*map(jnp.asarray, (simulated + 1.0, derivatives, observed)))


def test_newtons_step_ends_where_a_quadratic_distance_is_smallest(sample: Sample) -> None:
    unit = coordinate_units(sample)
    np.testing.assert_allclose(unit, [0.5, 2.0])
    value, gradient, second = distance_expansion(means_apart, sample, unit)
    apart = np.mean(sample.simulated, axis=0) - np.mean(sample.observed, axis=0)
    np.testing.assert_allclose(value, np.sum(apart**2), rtol=1e-5)
    np.testing.assert_allclose(gradient, 2.0 * apart, rtol=1e-5)
    np.testing.assert_allclose(second, 2.0 * np.eye(2), atol=1e-4)
    short = 0.1 * np.asarray(gradient)
    np.testing.assert_allclose(newton_step(np.asarray(second), short), -short / 2.0, rtol=1e-4)


def test_a_step_leads_down_and_is_not_too_long() -> None:
    """Also from a saddle; what is hardly determined does not hold up what is well determined."""
    gradient = np.array([0.3, -0.2])
    step = newton_step(np.diag([1.0, -1.0]), gradient)
    assert step @ gradient < 0.0
    step = newton_step(np.diag([1.0, 1e-5]), gradient)
    assert np.max(np.abs(step)) <= MAX_STEP
    assert step[0] == pytest.approx(-0.3, rel=0.35)
    assert newton_step(np.zeros((2, 2)), np.zeros(2)).tolist() == [0.0, 0.0]


def test_resampled_gradients_scatter_as_means_do(sample: Sample) -> None:
    """That of a mean of n numbers is their standard deviation over the root of n."""
    found = bootstrap_gradients(means_apart, sample, coordinate_units(sample), jax.random.key(3), 400)
    scatter = 2.0 * np.sqrt(np.var(sample.simulated, axis=0) / 300 + np.var(sample.observed, axis=0) / 200)
    np.testing.assert_allclose(np.std(found, axis=0), scatter, rtol=0.15)
    _, gradient, _ = distance_expansion(means_apart, sample, coordinate_units(sample))
    np.testing.assert_allclose(np.mean(found, axis=0), gradient, atol=4.0 * np.max(scatter) / np.sqrt(400))
