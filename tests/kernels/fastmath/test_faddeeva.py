"""The Faddeeva function against scipy's, over the whole plane; the Gaussian's integral against quadrature."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import wofz

from jaxlens.kernels.fastmath.faddeeva import faddeeva, gaussian_half_line


def plane() -> np.ndarray:
    """Directions times moduli: from next to zero, over both circles where the formula changes."""
    radii = np.concatenate([np.geomspace(1e-6, 1.0, 8), np.linspace(1.3, 6.9, 15), np.geomspace(8.0, 1e6, 8)])
    radii = np.concatenate([radii, [4.999, 5.001, 5.999, 6.001]])
    turn = np.exp(1j * np.linspace(0.0, np.pi, 17))
    # real z stays real
    turn[-1] = -1.0
    return np.concatenate([np.outer(radii, turn).ravel(), [0.0]])


def pair(z, dtype):
    return jnp.asarray(np.real(z), dtype), jnp.asarray(np.imag(z), dtype)


def joined(values):
    return np.asarray(values[0], float) + 1j * np.asarray(values[1], float)


@jax.jit
def value_and_derivative(real, imag):
    return jax.jvp(faddeeva, (real, imag), (jnp.ones_like(real), jnp.zeros_like(imag)))


def derivative(z, w):
    """w'(z): its equation cancels where z is large, and there it is the asymptotic series."""
    g = 1.0 / np.where(np.abs(z) > 30.0, z, 1.0) ** 2
    far = -1j / np.sqrt(np.pi) * g * (1.0 + g * (1.5 + 3.75 * g))
    return np.where(np.abs(z) > 30.0, far, -2.0 * z * w + 2j / np.sqrt(np.pi))


@pytest.mark.parametrize("precision", [pytest.param(False, marks=pytest.mark.slow), True])
def test_values_and_derivatives_are_those_of_scipy(precision):
    with jax.enable_x64(precision):
        points = plane()
        below = np.conj(points[np.abs(points) < 7.0])
        arguments = pair(np.concatenate([points, below, [np.nan]]), jnp.result_type(float))
        found = [joined(own) for own in value_and_derivative(*arguments)]
        z = joined(arguments)
    assert all(np.isnan(own[-1]) for own in found)
    above, z_below = z[: len(points)], z[len(points) : -1]
    tolerance = 3e-13 if precision else 1e-6
    expected = wofz(above)
    error = np.abs(found[0][: len(points)] - expected) / np.abs(expected)
    assert np.max(error) < tolerance
    first = derivative(above, expected)
    error = np.abs(found[1][: len(points)] - first) / np.abs(first)
    # the reference has an error of 1e-9 at the seam of its two formulas
    assert np.max(error) < (1e-8 if precision else 2e-5)
    growth = np.maximum(1.0, np.abs(z_below) ** 2) * np.abs(2.0 * np.exp(-(z_below**2)))
    error = np.abs(found[0][len(points) : -1] - wofz(z_below)) / (np.abs(wofz(-z_below)) + growth)
    assert np.max(error) < tolerance


@pytest.mark.slow
def test_the_half_line_integral_and_its_derivative_where_the_quadratic_term_vanishes(x64):
    q = np.array([1.0 + 0.3j, 2.0 - 1.0j, 0.7 + 0.0j, 3.0 + 2.0j])
    a = np.array([-0.5 + 0.2j, -1e-3 + 2e-3j, 0.0, -3.0 - 1.0j])

    @jax.jit
    def both(q, real, imag):
        one, zero = jnp.ones_like(real), jnp.zeros_like(real)
        return jax.jvp(lambda real: gaussian_half_line(q, (real, imag)), (real + zero,), (one,))

    found, slope = (joined(own) for own in both(pair(q, float), *pair(a, float)))
    nodes, weights = np.polynomial.legendre.leggauss(300)
    x = 30.0 * (nodes + 1.0)
    expected = np.exp(np.multiply.outer(-q, x) + np.multiply.outer(a, x * x)) @ (30.0 * weights)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert slope[2] == pytest.approx(2.0 / q[2] ** 3, rel=1e-13)
