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


@pytest.mark.parametrize("precision", [False, True])
def test_the_mean_exponential_is_that_of_quadrature(precision):
    size, w = sizes()
    nodes, weights = np.polynomial.legendre.leggauss(400)
    t = 0.5 * (nodes + 1.0)
    # the substitution t = s^3 puts nodes where a large U has its exponential
    values = np.exp(-np.multiply.outer(size, t**3) - np.multiply.outer(w, t**3 * (1.0 - t**3)))
    expected = values @ (1.5 * t**2 * weights)
    with jax.enable_x64(precision):
        dtype = jnp.result_type(float)
        found = mean_exponential(
            jnp.asarray(size, dtype), (jnp.asarray(w.real, dtype), jnp.asarray(w.imag, dtype))
        )
    error = np.abs(np.asarray(found[0], float) + 1j * np.asarray(found[1], float) - expected)
    assert np.max(error / np.abs(expected)) < (1e-12 if precision else 2e-6)


def test_a_round_one_is_the_gaussian_and_its_gradient_in_the_ellipticity_is_right(x64):
    own = {"amp": 2.0, "sigma": 0.5}
    for kind in ("deflection", "potential"):

        def value(e, kind=kind):
            return jnp.asarray(getattr(PROFILE, kind)(X, Y, e1=e, e2=0.5 * e, **own))

        expected = getattr(MASS_PROFILES["GAUSSIAN"], kind)(X, Y, **own)
        found, slope = jax.jvp(value, (jnp.zeros(()),), (jnp.ones(()),))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-18)
        h = 1e-3
        difference = (8.0 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12.0 * h)
        np.testing.assert_allclose(slope, difference, atol=1e-10)


@pytest.mark.parametrize("e1", [0.4, 0.9])
def test_half_the_divergence_is_the_gaussian_and_the_deflection_the_gradient(x64, e1):
    own = {"amp": 2.0, "sigma": 0.5, "e1": e1, "e2": 0.1}
    x, y = jnp.asarray(X), jnp.asarray(Y)

    def alpha(x, y):
        return jnp.stack(PROFILE.deflection(x, y, **own))

    zero, one = jnp.zeros_like(x), jnp.ones_like(x)
    value, along_x = jax.jvp(alpha, (x, y), (one, zero))
    along_y = jax.jvp(alpha, (x, y), (zero, one))[1]
    e = e1 + 0.1j
    u = (X + 1j * Y) - e * (X - 1j * Y)
    kappa = 2.0 / (2.0 * np.pi * 0.25) * np.exp(-(np.abs(u) ** 2) / (2.0 * 0.25 * (1.0 - abs(e) ** 2)))
    np.testing.assert_allclose(0.5 * (along_x[0] + along_y[1]), kappa, atol=1e-11)
    np.testing.assert_allclose(along_y[0], along_x[1], atol=1e-11)
    slope = jax.grad(lambda x, y: jnp.sum(PROFILE.potential(x, y, **own)), (0, 1))(x, y)
    np.testing.assert_allclose(jnp.stack(slope), value, atol=1e-11 if e1 < 0.5 else 1e-7)
