"""E(u) and Ein(u): values and derivatives against scipy's exponential integral."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import exp1

from jaxlens.kernels.fastmath import entire_exponential as ee

# both sides of each seam, and the ends
U = np.array([0.0, 1e-12, 1e-3, 0.499, 0.5, 1.7, 1.9999, 2.0, 3.3, 9.0, 17.9, 18.1, 39.9, 41.0, 1e3, 1e8])


def mean(u, order=0):
    """E and its derivatives: the power series of small u, else the closed form."""
    terms = np.polynomial.Polynomial([(-1.0) ** k / np.prod(np.arange(1.0, k + 2)) for k in range(30)])
    safe = np.maximum(u, 1.0)
    decay = np.exp(-safe)
    value = (1.0 - decay) / safe
    first = (decay - value) / safe
    second = (-decay - 2.0 * first) / safe
    near = (terms, terms.deriv(), terms.deriv(2))[order](np.minimum(u, 1.5))
    return np.where(u < 1.5, near, (value, first, second)[order])


def integral(u):
    safe = np.maximum(u, 1e-3)
    small = u - u**2 / 4.0 + u**3 / 18.0
    return np.where(u < 1e-3, small, np.log(safe) + np.euler_gamma + exp1(safe))


@jax.jit
def everything(u):
    """Ein, its gradient E, and the derivatives of that, by reverse and forward mode."""

    def slope(u):
        return jax.grad(lambda u: jnp.sum(ee.entire_exponential_integral(u)))(u)

    def curvature(u):
        return jax.jvp(slope, (u,), (jnp.ones_like(u),))[1]

    return (
        ee.entire_exponential_integral(u),
        slope(u),
        curvature(u),
        jax.grad(lambda u: curvature(u).sum())(u),
    )


@pytest.mark.parametrize("precision", [pytest.param(False, marks=pytest.mark.slow), True])
def test_values_and_derivatives(precision):
    tolerance = 1e-13 if precision else 3e-7
    with jax.enable_x64(precision):
        u = jnp.asarray([*U, np.nan], jnp.result_type(float))
        found = everything(u)
        assert {own.dtype for own in found} == {u.dtype}
        assert all(np.isnan(own[-1]) for own in found)
        value, first, second, third = (np.asarray(own, float)[:-1] for own in found)
    np.testing.assert_allclose(value, integral(U), rtol=2 * tolerance)
    np.testing.assert_allclose(first, mean(U), rtol=tolerance)
    np.testing.assert_allclose(second, mean(U, 1), rtol=40 * tolerance, atol=1e-30)
    np.testing.assert_allclose(third, mean(U, 2), rtol=1e4 * tolerance, atol=1e-20)
