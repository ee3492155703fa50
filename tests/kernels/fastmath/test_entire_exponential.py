"""E(u) and Ein(u): values and derivatives against scipy's exponential integral."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import exp1

from jaxlens.kernels.fastmath import entire_exponential as ee

# both sides of each seam, and the ends
U = np.array(
    [0.0, 1e-12, 1e-3, 0.4, 0.9999, 1.0, 1.7, 1.9999, 2.0, 3.3, 9.0, 17.9, 18.1, 39.9, 41.0, 1e3, 1e8]
)


def series(u, order):
    """The derivative of E of a given order, from its power series, of small u."""
    terms = [(-1.0) ** k / np.prod(np.arange(1.0, k + 2)) for k in range(30)]
    return np.polynomial.Polynomial(terms).deriv(order)(u) if order else np.polynomial.Polynomial(terms)(u)


def mean(u, order=0):
    safe = np.maximum(u, 1.0)
    decay = np.exp(-safe)
    value = (1.0 - decay) / safe
    first = (decay - value) / safe
    second = (-decay - 2.0 * first) / safe
    return np.where(u < 1.5, series(np.minimum(u, 1.5), order), (value, first, second)[order])


def integral(u):
    safe = np.maximum(u, 1e-3)
    small = u - u**2 / 4.0 + u**3 / 18.0
    return np.where(u < 1e-3, small, np.log(safe) + np.euler_gamma + exp1(safe))


@pytest.mark.parametrize("precision", [False, True])
def test_values_and_derivatives(precision):
    tolerance = 1e-13 if precision else 3e-7
    with jax.enable_x64(precision):
        u = jnp.asarray(U, jnp.result_type(float))
        one = jnp.ones_like(u)
        value, first = jax.jvp(ee.exponential_mean, (u,), (one,))
        np.testing.assert_allclose(value, mean(U), rtol=tolerance)
        np.testing.assert_allclose(first, mean(U, 1), rtol=40 * tolerance, atol=1e-30)
        value, first = jax.jvp(ee.entire_exponential_integral, (u,), (one,))
        np.testing.assert_allclose(value, integral(U), rtol=2 * tolerance)
        np.testing.assert_allclose(first, mean(U), rtol=tolerance)
        assert value.dtype == first.dtype == u.dtype
        assert np.isnan(ee.exponential_mean(u * jnp.nan)).all()
        assert np.isnan(ee.entire_exponential_integral(u * jnp.nan)).all()


@pytest.mark.slow
def test_second_derivatives_by_reverse_mode(x64):
    first = jax.grad(lambda u: jnp.sum(jax.grad(lambda v: jnp.sum(ee.entire_exponential_integral(v)))(u)))
    np.testing.assert_allclose(first(jnp.asarray(U)), mean(U, 1), rtol=1e-11, atol=1e-30)
    curvature = jax.grad(lambda u: jnp.sum(jax.grad(lambda v: jnp.sum(ee.exponential_mean(v)))(u)))
    np.testing.assert_allclose(curvature(jnp.asarray(U)), mean(U, 2), rtol=1e-9, atol=1e-20)
