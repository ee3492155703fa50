"""Shapelets: orders, orthogonality, fluxes, and amplitudes that do not fit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.light import polar_shapelets as polar
from jaxlens.kernels.light.shapelets import cartesian_orders, shapelets, shapelets_total_flux

BETA = 0.5


def test_the_orders_are_those_of_lenstronomy():
    assert cartesian_orders(2) == [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    first = [(0, 0, 0), (1, 1, 0), (1, 1, 1), (2, 0, 0), (2, 2, 0), (2, 2, 1)]
    assert polar.gaussian_orders(2) == first
    second = [
        (0, 0, 0),
        (1, 0, 0),
        (1, 1, 1),
        (1, 1, 0),
        (2, 0, 0),
        (2, 1, 1),
        (2, 1, 0),
        (2, 2, 1),
        (2, 2, 0),
    ]
    assert polar.exponential_orders(2) == second


def images(function, count, n_max, x, y):
    """Each function by itself, (count, ...)."""
    amplitudes = [jnp.asarray(row).reshape(-1, 1, 1) for row in np.eye(count)]
    own = jax.jit(lambda x, y: function(x, y, amp=amplitudes, n_max=n_max, beta=BETA))
    return np.asarray(own(x, y))


def test_cartesian_and_polar_shapelets_are_orthogonal(x64):
    axis = np.arange(-4.0, 4.0, 0.1)
    x, y = (own[None] for own in np.meshgrid(axis, axis))
    own = images(shapelets, 6, 2, x, y).reshape(6, -1)
    np.testing.assert_allclose(own @ own.T * 0.01, BETA**2 * np.eye(6), atol=1e-12)
    own = images(polar.shapelets_polar, 6, 2, x, y).reshape(6, -1)
    norms = [1.0 if m == 0 else 0.5 for _, m, _ in polar.gaussian_orders(2)]
    np.testing.assert_allclose(own @ own.T * 0.01, np.diag(norms), atol=1e-12)
    amp = list(np.eye(6))
    np.testing.assert_allclose(
        images(shapelets, 6, 2, x, y).sum((1, 2)) * 0.01,
        shapelets_total_flux(amp=amp, n_max=2, beta=BETA),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        own.sum(1) * 0.01, polar.shapelets_polar_total_flux(amp=amp, n_max=2, beta=BETA), atol=1e-12
    )


def test_the_flux_of_round_exponential_shapelets_is_their_integral(x64):
    nodes, weights = np.polynomial.laguerre.laggauss(40)
    r = nodes * 2.5 * BETA
    own = images(polar.shapelets_polar_exp, 9, 2, r[None, None], np.zeros((1, 1, 40)))[:, 0]
    found = own @ (2.0 * np.pi * r * weights * np.exp(nodes) * 2.5 * BETA)
    round_ones = np.array([m == 0 for _, m, _ in polar.exponential_orders(2)])
    expected = polar.shapelets_polar_exp_total_flux(amp=list(np.eye(9)), n_max=2, beta=BETA)
    np.testing.assert_allclose(found[round_ones], np.asarray(expected)[round_ones], rtol=1e-9)
    assert np.all(np.asarray(expected)[~round_ones] == 0.0)


def test_the_derivative_at_the_cusp_is_zero():
    def brightness(x):
        return polar.shapelets_polar_exp(x, x, amp=(1.0,), n_max=0, beta=BETA)

    assert float(jax.jit(jax.grad(brightness))(0.0)) == 0.0


@pytest.mark.parametrize(
    ("function", "needed"), [(shapelets, 6), (polar.shapelets_polar, 6), (polar.shapelets_polar_exp, 9)]
)
def test_a_wrong_number_of_amplitudes_is_refused(function, needed):
    with pytest.raises(ValueError, match=f"amp has 5 entries; n_max = 2 needs {needed}"):
        function(0.0, 0.0, amp=(1.0,) * 5, n_max=2, beta=BETA)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "count"), [(shapelets, 91), (polar.shapelets_polar, 91), (polar.shapelets_polar_exp, 49)]
)
def test_high_orders_are_zero_far_away_and_so_are_their_gradients(function, count):
    n_max = 12 if count == 91 else 6

    def brightness(x):
        return jnp.sum(function(x, 0.5 * x, amp=(1.0,) * count, n_max=n_max, beta=0.1))

    value, slope = jax.jit(jax.value_and_grad(brightness))(jnp.asarray([500.0, -1e6]))
    assert float(value) == 0.0
    assert np.all(np.asarray(slope) == 0.0)
    assert np.isnan(function(jnp.nan, 0.0, amp=(1.0,), n_max=0, beta=0.1))
