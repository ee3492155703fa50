"""The Faddeeva function against scipy's, over the whole plane; the Gaussian's integral against quadrature."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
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


def derivative(real, imag):
    return jax.jvp(faddeeva, (real, imag), (jnp.ones_like(real), jnp.zeros_like(imag)))[1]


@pytest.mark.parametrize("precision", [False, True])
def test_values_are_those_of_scipy_above_the_real_axis(precision):
    with jax.enable_x64(precision):
        arguments = pair(plane(), jnp.result_type(float))
        z = joined(arguments)
        expected = wofz(z)
        error = np.abs(joined(faddeeva(*arguments)) - expected) / np.abs(expected)
        assert np.max(error) < (3e-13 if precision else 1e-6)
        first = -2.0 * z * expected + 2j / np.sqrt(np.pi)
        # this difference cancels where z is large: there the asymptotic series
        g = 1.0 / np.where(np.abs(z) > 30.0, z, 1.0) ** 2
        far = -1j / np.sqrt(np.pi) * g * (1.0 + g * (1.5 + 3.75 * g))
        first = np.where(np.abs(z) > 30.0, far, first)
        error = np.abs(joined(derivative(*arguments)) - first) / np.abs(first)
        assert np.max(error) < (1e-8 if precision else 2e-5)


@pytest.mark.parametrize("precision", [False, True])
def test_values_are_those_of_scipy_below_the_real_axis(precision):
    with jax.enable_x64(precision):
        points = plane()
        arguments = pair(np.conj(points[np.abs(points) < 7.0]), jnp.result_type(float))
        z = joined(arguments)
        expected = wofz(z)
        scale = np.abs(wofz(-z)) + np.maximum(1.0, np.abs(z) ** 2) * np.abs(2.0 * np.exp(-(z**2)))
        assert np.max(np.abs(joined(faddeeva(*arguments)) - expected) / scale) < (
            3e-13 if precision else 1e-6
        )


def test_nan_stays_nan():
    assert all(np.isnan(faddeeva(jnp.asarray(np.nan), jnp.asarray(1.0))))


def test_the_half_line_integral_is_that_of_quadrature(x64):
    q = np.array([1.0 + 0.3j, 2.0 - 1.0j, 0.7 + 0.0j, 3.0 + 2.0j])
    a = np.array([-0.5 + 0.2j, -1e-3 + 2e-3j, 0.0, -3.0 - 1.0j])
    found = joined(gaussian_half_line(pair(q, float), pair(a, float)))

    def integrand(x, own_q, own_a, part):
        return getattr(np.exp(-own_q * x + own_a * x * x), part)

    for own, own_q, own_a in zip(found, q, a, strict=True):
        real, imag = (
            quad(integrand, 0.0, 60.0, (own_q, own_a, part), epsabs=1e-13, limit=200)[0]
            for part in ("real", "imag")
        )
        assert own == pytest.approx(real + 1j * imag, rel=1e-11)


def test_the_half_line_integral_is_smooth_where_the_quadratic_term_vanishes(x64):
    q, zero = (jnp.asarray(1.3), jnp.asarray(0.4)), jnp.zeros(())
    found = joined(jax.jvp(lambda a: gaussian_half_line(q, (a, zero)), (zero,), (jnp.ones(()),))[1])
    assert found == pytest.approx(2.0 / (1.3 + 0.4j) ** 3, rel=1e-13)
