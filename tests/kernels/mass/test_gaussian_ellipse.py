"""Elliptical Gaussian convergences: the integral J, the round limit, and large ellipticities."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.gaussian_ellipse import SMALL_U, mean_exponential
from jaxlens.kernels.registry import MASS_PROFILES

PROFILE = MASS_PROFILES["GAUSSIAN_ELLIPSE_KAPPA"]
# next to the centre, on the axes, and far away
X = np.array([0.0, 1e-6, 0.3, 0.0, -1.2, 0.7, 2.0, 40.0])
Y = np.array([0.0, 2e-6, 0.0, 0.4, 0.9, -0.7, 0.1, 3.0])


def sizes() -> tuple[np.ndarray, np.ndarray]:
    """U and W: small and large, on both sides of the seam, in several directions."""
    size = np.array([0.0, 1e-3, 0.4, SMALL_U * 0.999, SMALL_U * 1.001, 5.0, 30.0, 300.0])
    shape = np.array([0.0, 1e-8, 0.05, 0.4, 0.9, 0.4j, -0.6, -0.5 - 0.5j, 0.3 - 0.1j])
    u, ratio = np.meshgrid(size, shape)
    return u.ravel(), (u * ratio).ravel()


@pytest.mark.parametrize("precision", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_mean_exponential_is_that_of_quadrature(precision):
    size, w = sizes()
    nodes, weights = np.polynomial.legendre.leggauss(400)
    t = 0.5 * (nodes + 1.0)
    # the substitution t = s^3 puts nodes where a large U has its exponential
    values = np.exp(-np.multiply.outer(size, t**3) - np.multiply.outer(w, t**3 * (1.0 - t**3)))
    expected = values @ (1.5 * t**2 * weights)
    with jax.enable_x64(precision):
        dtype = jnp.result_type(float)
        found = jax.jit(mean_exponential)(
            jnp.asarray(size, dtype), (jnp.asarray(w.real, dtype), jnp.asarray(w.imag, dtype))
        )
    error = np.abs(np.asarray(found[0], float) + 1j * np.asarray(found[1], float) - expected)
    assert np.max(error / np.abs(expected)) < (1e-12 if precision else 2e-6)


@pytest.mark.long
def test_at_large_ellipticities_half_the_divergence_is_the_gaussian_and_the_deflection_the_gradient(x64):
    @jax.jit
    def derivatives(x, y, e1):
        own = {"amp": 2.0, "sigma": 0.5, "e1": e1, "e2": 0.1}
        zero, one = jnp.zeros_like(x), jnp.ones_like(x)

        def alpha(x, y):
            return jnp.stack(PROFILE.deflection(x, y, **own))

        value, along_x = jax.jvp(alpha, (x, y), (one, zero))
        slope = jax.grad(lambda x, y: jnp.sum(PROFILE.potential(x, y, **own)), (0, 1))(x, y)
        return value, along_x, jax.jvp(alpha, (x, y), (zero, one))[1], jnp.stack(slope)

    for e1, tolerance in ((0.4, 1e-11), (0.9, 1e-7)):
        value, along_x, along_y, slope = derivatives(jnp.asarray(X), jnp.asarray(Y), e1)
        e = e1 + 0.1j
        u = (X + 1j * Y) - e * (X - 1j * Y)
        kappa = 2.0 / (2.0 * np.pi * 0.25) * np.exp(-(np.abs(u) ** 2) / (2.0 * 0.25 * (1.0 - abs(e) ** 2)))
        np.testing.assert_allclose(0.5 * (along_x[0] + along_y[1]), kappa, atol=1e-11)
        np.testing.assert_allclose(along_y[0], along_x[1], atol=1e-11)
        np.testing.assert_allclose(slope, value, atol=tolerance)
