"""Multipoles about an ellipse: their convergence, and their limit about a circle."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.isothermal import sie
from jaxlens.kernels.mass.multipole import multipole
from jaxlens.kernels.mass.multipole_ell import multipole_ell

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])


@pytest.mark.long
@pytest.mark.parametrize("q", [0.2, 0.9])
@pytest.mark.parametrize("m", [1, 3, 4])
def test_the_convergence(m, q, x64):
    """a_m cos(m (phi_ell - phi_m)) / (2 R), R the product average, phi_ell the angle of (q x, y)."""
    lens = {"m": m, "a_m": 0.07, "phi_m": 0.4, "r_E": 1.3, "q": q}
    x, y = jnp.asarray(X), jnp.asarray(Y)
    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    xx, yx = jax.jvp(lambda x, y: multipole_ell(x, y, **lens), (x, y), (one, zero))[1]
    xy, yy = jax.jvp(lambda x, y: multipole_ell(x, y, **lens), (x, y), (zero, one))[1]
    radius = np.sqrt(q * X**2 + Y**2 / q)
    expected = 0.07 * np.cos(m * (np.arctan2(Y, q * X) - 0.4)) / (2.0 * radius)
    np.testing.assert_allclose(0.5 * (xx + yy), expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(xy, yx, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("m", [1, 3, 4])
def test_a_round_ellipse_is_a_circle(m, x64):
    lens = {"m": m, "a_m": 0.07, "phi_m": 0.4, "r_E": 1.3}
    circle = multipole(X, Y, **lens)
    np.testing.assert_allclose(multipole_ell(X, Y, q=1.0, **lens), circle, rtol=1e-13)
    near = multipole_ell(X, Y, q=1.0 - 1e-9, **lens)
    np.testing.assert_allclose(near, circle, rtol=1e-8)


@pytest.mark.slow
def test_the_lowest_is_an_isothermal_ellipsoid(x64):
    found = multipole_ell(X, Y, m=0, a_m=1.2, phi_m=0.3, q=0.6)
    np.testing.assert_allclose(found, sie(X, Y, theta_E=1.2, e1=0.25, e2=0.0), rtol=1e-8)


@pytest.mark.parametrize("m", [5, -2])
def test_what_has_no_solution_here_is_refused(m):
    with pytest.raises(ValueError, match=f"m is {m}; multipoles about an ellipse have m = 1"):
        multipole_ell(X, Y, m=m, a_m=0.1, phi_m=0.0, q=0.5)
