"""Quantiles of densities by quadrature: shapes, tails, NaN, and derivatives of second order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.quantiles import log_normalisation, probabilities, quantile


def log_exponential(y: jax.Array, rate: jax.Array) -> jax.Array:
    return rate * y


def closed(u: jax.Array, low: jax.Array, high: jax.Array, rate: jax.Array) -> jax.Array:
    """The quantile of e^(rate y) between low and high."""
    return low + jnp.log1p(u * jnp.expm1(rate * (high - low))) / rate


@jax.jit
def own(u: jax.Array, low: jax.Array, high: jax.Array, rate: jax.Array) -> jax.Array:
    return quantile(log_exponential, u, 1.0 - u, low, high, rate)


@jax.jit
def integrals(y: jax.Array, low: float, high: float, rate: float) -> tuple[jax.Array, ...]:
    """The probabilities below and above y, and the logarithm of the integral."""
    total = log_normalisation(log_exponential, low, high, rate)
    return *probabilities(log_exponential, y, low, high, rate), total


def test_quantiles_and_probabilities_of_an_exponential_density(x64: None) -> None:
    u = np.array([1e-6, 1e-4, 0.3, 0.5, 0.9, 1.0 - 1e-9])
    for rate in (-9.0, 0.5, 9.0):
        y = own(u, -1.0, 2.0, rate)
        np.testing.assert_allclose(y[:-1], closed(u[:-1], -1.0, 2.0, rate), rtol=1e-11)
        below, above, total = integrals(y, -1.0, 2.0, rate)
        np.testing.assert_allclose(below, u, rtol=1e-9)
        np.testing.assert_allclose(above, 1.0 - u, rtol=1e-6)
        assert float(total) == pytest.approx(np.log((np.exp(2.0 * rate) - np.exp(-rate)) / rate))


def test_parameters_broadcast_and_nan_stays_nan() -> None:
    rate = np.float32([[1.0, 2.0, np.nan]])
    u = np.float32([[0.2], [0.7]])
    low, high = np.zeros((1, 1), np.float32), np.ones((1, 3), np.float32)
    found = own(u, low, high, rate)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found[:, :2], closed(u, low, high, rate)[:, :2], rtol=1e-6)
    assert np.isnan(found[:, 2]).all()


@pytest.mark.long
def test_second_derivatives_are_those_of_the_closed_form(x64: None) -> None:
    at = (jnp.asarray(0.3), jnp.asarray(-1.0), jnp.asarray(2.0), jnp.asarray(0.8))
    every = tuple(range(4))
    found = jax.jit(jax.hessian(own, every))(*at)
    expected = jax.hessian(closed, every)(*at)
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-8, atol=1e-10)
    reverse = jax.jit(jax.grad(own, every))(*at)
    np.testing.assert_allclose(reverse, jax.grad(closed, every)(*at), rtol=1e-10)
