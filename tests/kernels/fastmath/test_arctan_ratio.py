"""arctan(sqrt w) / sqrt w against NumPy, with its derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.arctan_ratio import arctan_ratio

W = np.array([0.0, 1e-9, 0.05, 0.0999, 0.1001, 0.5, 0.9, 0.7]) * np.exp(
    1j * np.array([0.0, 2.0, 1.0, -2.0, 3.0, np.pi, 3.0, -1.2])
)


def expected(w):
    root = np.sqrt(np.where(w == 0.0, 1.0, w))
    return np.where(w == 0.0, 1.0, np.arctan(root) / root)


def complex_of(pair):
    return np.asarray(pair[0], float) + 1j * np.asarray(pair[1], float)


def test_it_is_numpys(x64):
    for dtype, tolerance in ((jnp.float64, 2e-14), (jnp.float32, 1e-6)):
        real, imag = jnp.asarray(W.real, dtype), jnp.asarray(W.imag, dtype)
        found = arctan_ratio(real, imag)
        assert found[0].dtype == dtype
        assert np.max(np.abs(complex_of(found) / expected(W) - 1.0)) < tolerance


def test_its_derivatives_are_those_of_the_analytic_function(x64):
    """T' = [1 / (1 + w) - T] / (2 w), which is -1/3 at 0, and T'' at 0 is 2/5."""
    real, imag = jnp.asarray(W.real), jnp.asarray(W.imag)
    one, zero = jnp.ones_like(real), jnp.zeros_like(real)

    def derivative(real, imag):
        return jax.jvp(arctan_ratio, (real, imag), (one, zero))[1]

    w = W[2:]
    np.testing.assert_allclose(
        complex_of(derivative(real, imag))[2:], (1.0 / (1.0 + w) - expected(w)) / (2.0 * w), rtol=1e-12
    )
    first, second = jax.jvp(derivative, (real, imag), (one, zero))
    np.testing.assert_allclose(complex_of(first)[0], -1.0 / 3.0, rtol=1e-14)
    np.testing.assert_allclose(complex_of(second)[0], 2.0 / 5.0, rtol=1e-14)
