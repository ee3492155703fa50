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


@pytest.mark.parametrize("n_sersic", [1.0, 4.0])
def test_the_convergence_is_nearly_sersics(x64, n_sersic):
    exact = 0.3 * np.exp(-(1.9992 * n_sersic - 0.3271) * (R ** (1.0 / n_sersic) - 1.0))
    found = convergence(decomposition.sersic_gaussians(0.3, 1.0, n_sersic), R)
    np.testing.assert_allclose(found, exact, rtol=3e-3 if n_sersic > 1.0 else 1e-2)


def test_the_series_in_the_sersic_index_is_the_sum_itself(x64):
    n, (beta, eta) = np.array([0.5, 0.8, 1.7, 4.3, 12.0]), euler_rule()
    mass, sigma = decomposition.sersic_gaussians(1.0, 1.0, jnp.asarray(n))
    widths = np.asarray(sigma)[:, 0]
    radii = widths[:, None, None] * beta
    kappa = np.exp(-(1.9992 * n - 0.3271)[:, None] * (radii ** (1.0 / n[:, None]) - 1.0))
    steps = np.where(np.isin(np.arange(15), [0, 14]), 0.5, 1.0) * np.log(widths[1] / widths[0])
    expected = (kappa.real @ eta) * (steps * 2.0 * np.pi * widths**2)[:, None]
    np.testing.assert_allclose(mass, expected, atol=1e-9)


def test_a_slope_of_one_is_nfw_and_has_its_convergence(x64):
    own = decomposition.nfw_gaussians(2.0, 1.3)
    for found, expected in zip(decomposition.gnfw_gaussians(2.0, 1.3, 1.0), own, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    x = R / 2.0
    root = np.sqrt(np.abs(1.0 - x * x))
    angle = np.where(x < 1.0, np.arccosh(1.0 / np.minimum(x, 1.0)), np.arccos(1.0 / np.maximum(x, 1.0)))
    exact = 1.3 / (2.0 * 2.0 * (1.0 - np.log(2.0))) * (1.0 - angle / root) / (x * x - 1.0)
    np.testing.assert_allclose(convergence(own, R), exact, rtol=1e-2)


@pytest.mark.parametrize("precision", [False, True])
def test_the_mass_inside_of_the_scale_radius_is_that_of_the_deflection_there(precision):
    with jax.enable_x64(precision):
        for slope in (0.0, 1.5, 2.5):
            mass, sigma = (np.asarray(v, float) for v in decomposition.gnfw_gaussians(1.0, 0.7, slope))
            alpha = np.sum(mass * (1.0 - np.exp(-0.5 / sigma**2))) / np.pi
            assert alpha == pytest.approx(0.7, rel=2e-2)


def test_masses_in_float32_are_those_in_float64():
    arguments = {"sersic": (0.3, 0.7, 2.2), "nfw": (2.0, 1.1), "gnfw": (2.0, 1.1, 1.6)}
    arguments["ctnfw"] = (1.5, 0.4, 6.0, 1.7, 0.2)
    for name, own in arguments.items():
        function = getattr(decomposition, f"{name}_gaussians")
        single = function(*own)
        with jax.enable_x64(True):
            double = function(*own)
        for found, expected in zip(single, double, strict=True):
            assert found.dtype == jnp.float32
            scale = float(np.max(np.abs(expected)))
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6 * scale, err_msg=name)


def test_the_density_of_a_cored_and_truncated_halo(x64):
    mass, sigma = (np.asarray(v)[:, None] for v in decomposition.ctnfw_gaussians(1.0, 0.3, 5.0, 2.0, 1.0))
    found = np.sum(mass / (2.0 * np.pi * sigma**2) ** 1.5 * np.exp(-(R**2) / (2.0 * sigma**2)), axis=0)
    exact = 25.0 / (25.0 + R * R) / np.sqrt(R * R + 0.09) / (1.0 + R) ** 2
    np.testing.assert_allclose(found, exact, rtol=2e-3)


def test_masses_are_nan_where_they_are_not_known():
    assert np.isnan(decomposition.sersic_gaussians(1.0, 1.0, 0.4)[0]).all()
    assert np.isnan(decomposition.gnfw_gaussians(1.0, 1.0, 2.95)[0]).all()
