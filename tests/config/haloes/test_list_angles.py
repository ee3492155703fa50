"""Masses of haloes from lenstronomy's angles: the inverse of what makes angles of masses."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.config.haloes.list_angles import with_masses
from jaxlens.kernels.cosmology import transverse_between, transverse_comoving_distance
from jaxlens.kernels.halos import critical_surface_density, enclosed_density, nfw_angles, point_mass_angle

COSMOLOGY = {"H0": 70.0, "Om0": 0.3}
MASS, CONCENTRATION, Z = (
    np.array([[1e6, 1e8, 1e10]]),
    np.array([[40.0, 15.0, 3.0]]),
    np.array([[0.1, 0.5, 1.2]]),
)


@jax.jit
def angles(mass: jax.Array, concentration: jax.Array, z: jax.Array) -> tuple[jax.Array, ...]:
    """Rs, alpha_Rs and the theta_E of a point mass, for a source at redshift 1.5."""
    lens = transverse_comoving_distance(z, **COSMOLOGY)
    distances = (
        lens,
        transverse_comoving_distance(1.5, **COSMOLOGY),
        transverse_between(z, 1.5, **COSMOLOGY),
    )
    sigma, to_lens = critical_surface_density(z, *distances), lens / (1.0 + z)
    density = enclosed_density("200m", z, **COSMOLOGY)
    return (
        *nfw_angles(mass, concentration, density, sigma, to_lens),
        point_mass_angle(mass, sigma, to_lens),
    )


def test_masses_are_those_of_the_angles() -> None:
    """The last entry of the second list is no halo."""
    Rs, alpha_Rs, theta_E = (np.asarray(one, np.float64) for one in angles(MASS, CONCENTRATION, Z))
    place = {"number": np.array([3.0]), "z": Z, "x": Z}
    found = with_masses({**place, "Rs": Rs, "alpha_Rs": alpha_Rs}, 1.5, "200m", COSMOLOGY)
    assert found["mass"] == pytest.approx(MASS, rel=1e-4)
    assert found["concentration"] == pytest.approx(CONCENTRATION, rel=1e-4)
    assert found.keys() == {*place, "mass", "concentration"}
    found = with_masses({**place, "theta_E": theta_E}, 1.5, "200m", COSMOLOGY)
    assert found["mass"] == pytest.approx(MASS, rel=1e-4)
    assert found.keys() == {*place, "mass"}


def test_what_is_no_halo_has_no_mass() -> None:
    arrays = {"number": np.array([1.0]), "z": np.array([[0.5, 0.0]])}
    angle = {"Rs": np.array([[0.1, 0.0]]), "alpha_Rs": np.array([[1e-3, 0.0]])}
    found = with_masses({**arrays, **angle}, 1.5, "200c", COSMOLOGY)
    assert found["mass"][0, 1] == found["concentration"][0, 1] == 0.0
    assert np.all(np.isfinite(found["mass"]))
