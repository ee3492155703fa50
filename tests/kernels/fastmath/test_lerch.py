"""Lerch's sum against the sum itself, and its derivative in c."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.lerch import SERIES_BELOW, lerch, real_lerch

C = np.array([0.0, 0.01, 0.29, SERIES_BELOW, 0.6, 0.9])
ANGLES = np.array([0.1, 0.9, 1.7, 2.6, 3.1, -0.7])


def summed(two_k, u):
    """The first terms, until they are below the rounding error for abs(u) = 0.9."""
    j = np.arange(400)
    return np.sum((-u[..., None]) ** j / (j + 0.5 * two_k), axis=-1)


@pytest.mark.parametrize("two_k", [5, *(pytest.param(k, marks=pytest.mark.slow) for k in (1, 2, 3, 4, 7))])
def test_it_is_the_sum_in_both_precisions(two_k, x64):
    eta = np.exp(1j * ANGLES)
    expected = summed(two_k, C * eta**2)
    for dtype, tolerance in ((jnp.float64, 1e-13), (jnp.float32, 3e-6 if two_k <= 5 else 1e-5)):
        c, real, imag = (jnp.asarray(v, dtype) for v in (C, eta.real, eta.imag))
        found = lerch(two_k, c, (real, imag))
        assert found[0].dtype == dtype
        found = np.asarray(found[0], float) + 1j * np.asarray(found[1], float)
        assert np.max(np.abs(found / expected - 1.0)) < tolerance
        if two_k % 2 == 0:
            found = np.asarray(real_lerch(two_k, -c), float)
            assert np.max(np.abs(found / summed(two_k, -C) - 1.0)) < tolerance


@pytest.mark.slow
@pytest.mark.parametrize("two_k", [2, 5])
def test_its_derivative_in_c_is_that_of_the_sum(two_k, x64):
    eta = np.exp(1j * ANGLES)
    j = np.arange(1, 400)
    terms = j * C[:, None] ** (j - 1) * (-(eta[:, None] ** 2)) ** j / (j + 0.5 * two_k)
    expected = np.sum(terms, axis=1)
    pair = jnp.asarray(eta.real), jnp.asarray(eta.imag)
    at = jnp.asarray(C)
    _, (real, imag) = jax.jvp(lambda c: lerch(two_k, c, pair), (at,), (jnp.ones_like(at),))
    np.testing.assert_allclose(np.asarray(real) + 1j * np.asarray(imag), expected, rtol=1e-12)


@pytest.mark.slow
def test_it_is_finite_at_the_centre_of_a_lens():
    zero = jnp.zeros(2, jnp.float32)
    c = jnp.asarray([0.1, 0.5], jnp.float32)
    for two_k in (2, 4, 5):
        out = jax.jvp(lambda x, k=two_k: lerch(k, c, (x, 2.0 * x)), (zero,), (jnp.full_like(zero, 1e9),))
        assert all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(out))
