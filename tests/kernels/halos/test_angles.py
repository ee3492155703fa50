"""Masses as angles: LensCosmo's numbers, other definitions of the mass, and gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels import cosmology
from jaxlens.kernels.halos import (
    MASS_DEFINITIONS,
    critical_surface_density,
    enclosed_density,
    gnfw_angles,
    nfw_angles,
    point_mass_angle,
)

FLAT = {"H0": 70.0, "Om0": 0.3}
# Of lenstronomy's LensCosmo(0.4, 1.7) in this universe: sigma_crit, and (Rs, alpha_Rs) of 2e13 and c = 5.5.
SIGMA_CRIT = 2235903203032694.5
ANGLES = (16.467909058265366, 1.7918317257790242)
# sqrt(3e11 / (pi sigma_crit)) / dd, in arcsec.
POINT = 1.216319446244411


def geometry() -> tuple[jax.Array, jax.Array]:
    """The critical surface density, and the distance to redshift 0.4."""
    z = jnp.asarray([0.4, 1.7])
    far, between = (
        cosmology.transverse_comoving_distance(z, **FLAT),
        cosmology.distances_between(z, **FLAT),
    )
    return critical_surface_density(z[0], far[0], far[1], between[0, 1]), far[0] / 1.4


@pytest.mark.long
def test_angles_are_those_of_lenstronomy(x64):
    sigma_crit, distance = geometry()
    assert float(sigma_crit) == pytest.approx(SIGMA_CRIT, rel=1e-9)
    density = enclosed_density("200c", 0.4, **FLAT)
    np.testing.assert_allclose(nfw_angles(2e13, 5.5, density, sigma_crit, distance), ANGLES, rtol=1e-9)
    assert float(point_mass_angle(3e11, sigma_crit, distance)) == pytest.approx(POINT, rel=1e-9)


@pytest.mark.parametrize(("gamma_in", "alpha_Rs"), [(0.5, 1.4869508709163644), (1.7, 2.420480618513496)])
def test_angles_of_other_cusps_are_those_of_lenstronomy(gamma_in, alpha_Rs, x64):
    """gnfw_physical2angle(2e13, 5.5, gamma_in); at gamma_in = 1 it is NFW."""
    sigma_crit, distance = geometry()
    density = enclosed_density("200c", 0.4, **FLAT)
    found = gnfw_angles(2e13, 5.5, gamma_in, density, sigma_crit, distance)
    np.testing.assert_allclose(found, (ANGLES[0], alpha_Rs), rtol=1e-9)
    found = gnfw_angles(2e13, 5.5, 1.0, density, sigma_crit, distance)
    np.testing.assert_allclose(found, ANGLES, rtol=1e-9)


@pytest.mark.long
def test_angles_in_single_precision():
    sigma_crit, distance = geometry()
    found = nfw_angles(2e13, 5.5, enclosed_density("200c", 0.4, **FLAT), sigma_crit, distance)
    assert found[0].dtype == jnp.float32
    np.testing.assert_allclose(found, ANGLES, rtol=2e-6)


@pytest.mark.slow
def test_a_halo_has_the_mass_of_each_definition(x64):
    """4 pi rho0 Rs^3 [ln(1 + c) - c / (1 + c)] within c Rs, whatever the density there."""
    sigma_crit, distance = geometry()
    for definition in MASS_DEFINITIONS:
        density = enclosed_density(definition, 0.4, **FLAT)
        Rs, alpha_Rs = nfw_angles(2e13, 5.5, density, sigma_crit, distance)
        size = Rs * distance * cosmology.ARCSEC
        rho0 = alpha_Rs / Rs * sigma_crit / (4.0 * size * (1.0 - np.log(2.0)))
        mass = 4.0 * np.pi * rho0 * size**3 * (np.log(6.5) - 5.5 / 6.5)
        assert float(mass) == pytest.approx(2e13, rel=1e-9)
        assert float(mass / (4.0 / 3.0 * np.pi * (5.5 * size) ** 3)) == pytest.approx(
            float(density), rel=1e-9
        )


def test_densities_of_the_definitions(x64):
    """In an Einstein-de Sitter universe the mean density is critical, and the virial one 18 pi^2 times it."""
    critical, mean, virial = (
        float(enclosed_density(definition, 1.0, H0=70.0, Om0=1.0)) for definition in MASS_DEFINITIONS
    )
    assert critical == pytest.approx(200.0 * 2.77536627e11 * 0.49 * 8.0, rel=1e-12)
    assert mean == pytest.approx(critical, rel=1e-12)
    assert virial / critical == pytest.approx(18.0 * np.pi**2 / 200.0, rel=1e-12)
    # the fit's well-known value today
    today = float(enclosed_density("vir", 0.0, **FLAT)) / float(enclosed_density("200c", 0.0, **FLAT))
    assert 200.0 * today == pytest.approx(101.1, abs=0.1)


def test_a_source_in_front_is_nan():
    assert np.isnan(critical_surface_density(1.0, 3000.0, 2000.0, -1000.0))
