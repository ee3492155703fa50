"""The linear matter field: colossus' numbers in the cosmology of the table, and how they scale."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.matter_field import correlation_integral, growth, ln_sigma, matter_density

# The cosmology of the table.
OWN = {"H0": 67.5, "Om0": 0.309}
MASSES = np.array([1e6, 1e8, 1e10, 1e13])
# Those of colossus 1.3 for these masses, for redshifts, and between distances (comoving Mpc).
SIGMA = [8.12442186, 5.87350595, 3.87412844, 1.55034724]
REDSHIFTS, GROWTH = [0.2, 0.5, 1.0, 2.0, 4.0], [0.9001288, 0.77061036, 0.60875184, 0.41883416, 0.25417033]
DISTANCES, CORRELATION = [0.5, 5.0, 60.0], [17.46855026, 11.31535117]


def test_the_variance_is_that_of_colossus():
    ours = jnp.exp(ln_sigma(MASSES, **OWN)[0])
    np.testing.assert_allclose(ours, SIGMA, rtol=2e-4)


@pytest.mark.slow
def test_the_slope_is_the_derivative_of_the_variance(x64, central_difference):
    slope = ln_sigma(MASSES, **OWN)[1]
    difference = central_difference(lambda y: ln_sigma(MASSES * np.exp(y), **OWN)[0], 0.0)
    np.testing.assert_allclose(slope, difference, rtol=1e-8)


@pytest.mark.slow
def test_a_sphere_of_the_same_radius_over_h_has_the_same_variance(x64):
    other = {"H0": 75.0, "Om0": 0.25}
    # a sphere of r Mpc/h has the mass 4 pi / 3 r^3 rho_crit Om0 / h
    mass = MASSES * (0.25 / 75.0) / (0.309 / 67.5)
    np.testing.assert_allclose(ln_sigma(mass, **other)[0], ln_sigma(MASSES, **OWN)[0], rtol=1e-12)
    assert float(matter_density(**other)) == pytest.approx(2.77536627e11 * 0.25 * 0.75**2)


def test_growth_is_that_of_colossus():
    ours = jax.jit(lambda z: growth(z, **OWN))(jnp.array([0.0, *REDSHIFTS]))
    np.testing.assert_allclose(ours, [1.0, *GROWTH], rtol=8e-4)


@pytest.mark.slow
def test_growth_without_dark_energy_is_the_scale_factor():
    z = jnp.array(REDSHIFTS)
    np.testing.assert_allclose(growth(z, H0=70.0, Om0=1.0), 1.0 / (1.0 + z), rtol=1e-6)


@pytest.mark.slow
def test_the_integral_of_the_correlation_function_is_that_of_colossus():
    ours = np.diff(correlation_integral(np.array(DISTANCES), H0=67.5))
    np.testing.assert_allclose(ours, CORRELATION, rtol=1e-3)
    beyond = correlation_integral(np.array([60.0 / 0.675, 500.0]), H0=67.5)
    assert float(beyond[0]) == pytest.approx(float(beyond[1]), rel=1e-6)
