"""Multipoles about a circle: their convergence, and the isothermal sphere as the lowest of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.isothermal import sis
from jaxlens.kernels.mass.multipole import multipole, multipole_potential

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])


@pytest.mark.parametrize("m", [0, 1, 2, 3, 4, 7])
def test_the_convergence(m, x64):
    """a_m cos(m (phi - phi_m)) / (2 r), by the derivatives of the deflection."""
    lens = {"m": m, "a_m": 0.07, "phi_m": 0.4, "r_E": 1.3}
    x, y = jnp.asarray(X), jnp.asarray(Y)
    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    xx, yx = jax.jvp(lambda x, y: multipole(x, y, **lens), (x, y), (one, zero))[1]
    xy, yy = jax.jvp(lambda x, y: multipole(x, y, **lens), (x, y), (zero, one))[1]
    expected = 0.07 * np.cos(m * (np.arctan2(Y, X) - 0.4)) / (2.0 * np.hypot(X, Y))
    np.testing.assert_allclose(0.5 * (xx + yy), expected, rtol=1e-12)
    np.testing.assert_allclose(xy, yx, atol=1e-14)


def test_the_lowest_is_an_isothermal_sphere(x64):
    found = multipole(X, Y, m=0, a_m=1.2, phi_m=0.3)
    np.testing.assert_allclose(found, sis(X, Y, theta_E=1.2), rtol=1e-13)


@pytest.mark.parametrize("m", [1, 4])
def test_at_the_centre_the_deflection_is_still_the_gradient(m, x64):
    lens = {"m": m, "a_m": 0.07, "phi_m": 0.4}
    at = jnp.asarray([0.0, 4e-10]), jnp.asarray([0.0, -3e-10])
    alpha = multipole(*at, **lens)
    gradient = jax.grad(lambda x, y: jnp.sum(multipole_potential(x, y, **lens)), argnums=(0, 1))(*at)
    assert np.isfinite(np.asarray(alpha)).all()
    if m == 1:
        np.testing.assert_allclose(gradient, alpha, rtol=1e-12)
    else:
        assert float(alpha[0][0]) == float(gradient[0][0]) == 0.0
