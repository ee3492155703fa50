"""Distances against astropy, and their derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels import cosmology
from validation import references

REFERENCE = references.load("cosmology")
NAMES = ("H0", "Om0", "Tcmb0", "Neff", "m_nu")
UNIVERSE = {"H0": 67.4, "Om0": 0.315, "Tcmb0": 2.7255, "Neff": 3.046, "m_nu": 0.06}


def universe(group):
    return {name: float(group[name]) for name in NAMES}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", REFERENCE)
def test_distances_equal_astropy(name):
    group = REFERENCE[name]
    z = jnp.asarray(group["z"])
    transverse = cosmology.transverse_comoving_distance(z, **universe(group))
    np.testing.assert_allclose(transverse, group["transverse_comoving_distance"], rtol=1e-8)
    diameter = cosmology.angular_diameter_distance(z, **universe(group))
    np.testing.assert_allclose(diameter, group["angular_diameter_distance"], rtol=1e-8)


@pytest.mark.parametrize("name", REFERENCE)
def test_distances_equal_astropy_in_float32(name):
    group = REFERENCE[name]
    found = cosmology.transverse_comoving_distance(jnp.asarray(group["z"]), **universe(group))
    np.testing.assert_allclose(found, group["transverse_comoving_distance"], rtol=1e-6)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", REFERENCE)
def test_proper_kpc_in_an_arcsec(name):
    group = REFERENCE[name]
    angle = cosmology.arcsec_per_kpc_proper(jnp.asarray(group["z"]), **universe(group))
    np.testing.assert_allclose(1.0 / angle, group["kpc_proper_per_arcsec"], rtol=1e-8)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", REFERENCE)
def test_einstein_radius_of_a_velocity_dispersion(name):
    group = REFERENCE[name]
    near, far = (
        cosmology.transverse_comoving_distance(jnp.asarray(group[z]), **universe(group))
        for z in ("z_lens", "z_source")
    )
    found = cosmology.sigma_v_to_theta_E(jnp.asarray(group["sigma_v"]), near, far)
    np.testing.assert_allclose(found, group["theta_E"], rtol=1e-6)
    between = (far - near) / (1.0 + group["z_source"])
    np.testing.assert_allclose(between, group["angular_diameter_distance_z1z2"], rtol=1e-6)


@pytest.mark.usefixtures("x64")
def test_matter_alone_has_a_closed_form():
    """Einstein and de Sitter: T = (2 c / H0) (1 - 1 / sqrt(1 + z))."""
    z = jnp.array([0.01, 0.5, 2.0, 20.0])
    expected = 2 * cosmology.SPEED_OF_LIGHT / 70.0 * (1 - 1 / np.sqrt(1 + z))
    found = cosmology.transverse_comoving_distance(z, H0=70.0, Om0=1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_derivatives_with_respect_to_redshift_and_cosmology():
    constants = {name: jnp.asarray(value) for name, value in UNIVERSE.items()}

    @jax.jit
    def distance(z, constants):
        return cosmology.transverse_comoving_distance(z, **constants) / 1000.0

    check_grads(distance, (jnp.array([0.3, 1.7]), constants), order=2, rtol=1e-5, atol=1e-8)


@pytest.mark.usefixtures("x64")
def test_slope_of_the_distance_is_the_hubble_length():
    """dT/dz = c / H(z)."""
    slope = jax.grad(lambda z: cosmology.transverse_comoving_distance(z, **UNIVERSE))(0.8)
    rate = cosmology.expansion_rate(0.8, **UNIVERSE)
    assert float(slope * rate) == pytest.approx(cosmology.SPEED_OF_LIGHT / UNIVERSE["H0"], rel=1e-10)


def test_gradient_is_finite_without_radiation():
    def distance(Tcmb0, m_nu):
        return cosmology.transverse_comoving_distance(1.0, H0=70.0, Om0=0.3, Tcmb0=Tcmb0, m_nu=m_nu)

    assert np.isfinite(jax.grad(distance, argnums=(0, 1))(0.0, 0.0)).all()


@pytest.mark.usefixtures("x64")
def test_jit_and_vmap_change_nothing():
    z = jnp.array([0.2, 0.9, 3.0])

    def distance(z):
        return cosmology.transverse_comoving_distance(z, **UNIVERSE)

    loop = np.array([distance(one) for one in z])
    np.testing.assert_allclose(distance(z), loop, rtol=1e-14)
    np.testing.assert_allclose(jax.jit(jax.vmap(distance))(z), loop, rtol=1e-14)
