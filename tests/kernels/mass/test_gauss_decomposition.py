"""Sums of Gaussians in place of other profiles: their convergences, and masses in both precisions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass import gauss_decomposition as decomposition
from jaxlens.kernels.mass.gauss_transform import euler_rule, hyperbola_rule

R = np.array([0.1, 0.5, 1.0, 2.5])


def convergence(gaussians, r):
    """Kappa of Gaussians (n,) at radii."""
    mass, sigma = (np.asarray(own, float)[:, None] for own in gaussians)
    return np.sum(mass / (2.0 * np.pi * sigma**2) * np.exp(-(r**2) / (2.0 * sigma**2)), axis=0)


def test_both_rules_invert_laplace_transforms():
    for transform, expected in ((lambda s: 1.0 / s, 1.0), (lambda s: 1.0 / np.sqrt(s), 1.0 / np.sqrt(np.pi))):
        for (radii, weights), tolerance in ((euler_rule(), 1e-4), (hyperbola_rule(), 1e-9)):
            found = np.sum((weights * transform(0.5 * radii**2)).real)
            assert 0.5 * found == pytest.approx(expected, rel=tolerance)


def test_the_series_in_the_sersic_index_is_the_sum_itself(x64):
    n, (beta, eta) = np.array([0.5, 0.8, 1.7, 4.3, 12.0]), euler_rule()
    mass, sigma = jax.jit(decomposition.sersic_gaussians)(1.0, 1.0, jnp.asarray(n))
    widths = np.asarray(sigma)[:, 0]
    radii = widths[:, None, None] * beta
    kappa = np.exp(-(1.9992 * n - 0.3271)[:, None] * (radii ** (1.0 / n[:, None]) - 1.0))
    steps = np.where(np.isin(np.arange(15), [0, 14]), 0.5, 1.0) * np.log(widths[1] / widths[0])
    expected = (kappa.real @ eta) * (steps * 2.0 * np.pi * widths**2)[:, None]
    np.testing.assert_allclose(mass, expected, atol=1e-9)
    exact = np.exp(-(1.9992 * n[3] - 0.3271) * (R ** (1.0 / n[3]) - 1.0))
    np.testing.assert_allclose(convergence((mass[:, 3], sigma[:, 3]), R), exact, rtol=2e-3)


def test_a_slope_of_one_is_nfw_and_has_its_convergence(x64):
    slopes = np.array([1.0, 0.0, 1.5, 2.5, 2.95])
    mass, sigma = jax.jit(decomposition.gnfw_gaussians)(2.0, 1.3, jnp.asarray(slopes))
    own = decomposition.nfw_gaussians(2.0, 1.3)
    np.testing.assert_allclose(mass[:, 0], own[0], rtol=1e-9)
    np.testing.assert_allclose(sigma[:, 0], own[1], rtol=1e-14)
    x = R / 2.0
    root = np.sqrt(np.abs(1.0 - x * x))
    angle = np.where(x < 1.0, np.arccosh(1.0 / np.minimum(x, 1.0)), np.arccos(1.0 / np.maximum(x, 1.0)))
    exact = 1.3 / (2.0 * 2.0 * (1.0 - np.log(2.0))) * (1.0 - angle / root) / (x * x - 1.0)
    np.testing.assert_allclose(convergence(own, R), exact, rtol=1e-2)
    at_scale = np.sum(mass * (1.0 - np.exp(-2.0 / np.asarray(sigma) ** 2)), axis=0) / (2.0 * np.pi)
    np.testing.assert_allclose(at_scale[:-1], 1.3, rtol=2e-2)
    assert np.isnan(mass[:, -1]).all()


def test_the_density_of_a_cored_and_truncated_halo(x64):
    halo = jax.jit(decomposition.ctnfw_gaussians)
    mass, sigma = (np.asarray(v)[:, None] for v in halo(1.0, 0.3, 5.0, 2.0, 1.0))
    found = np.sum(mass / (2.0 * np.pi * sigma**2) ** 1.5 * np.exp(-(R**2) / (2.0 * sigma**2)), axis=0)
    exact = 25.0 / (25.0 + R * R) / np.sqrt(R * R + 0.09) / (1.0 + R) ** 2
    np.testing.assert_allclose(found, exact, rtol=2e-3)
