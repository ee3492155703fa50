"""Distances where they have a closed form, and their derivatives; validation holds them against astropy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels import cosmology

UNIVERSE = {"H0": 67.4, "Om0": 0.315, "Tcmb0": 2.7255, "Neff": 3.046, "m_nu": 0.06}


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
