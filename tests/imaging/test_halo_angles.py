"""The angles of haloes by their masses; those of TNFW beside lenstronomy in test_halo_rays."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config.model.haloes import HaloProfile
from jaxlens.imaging.halo_angles import halo_angles
from jaxlens.imaging.mass_angles import Distances
from jaxlens.imaging.scene_objects import Haloes
from jaxlens.kernels.halos.round_profiles import round_profile

PLACE = Distances(*(jnp.asarray(value) for value in (0.5, 1888.6, 4363.9, 2475.3)))
COSMOLOGY = {"H0": jnp.asarray(70.0), "Om0": jnp.asarray(0.3)}
NUMBERS = {"x": 0.5, "y": -0.2, "mass": 1e9, "concentration": 12.0, "r_trunc": 0.3}


@pytest.mark.parametrize("profile", ["TNFW", "NFW", "PJAFFE", "POINT_MASS"])
def test_the_kernel_gets_its_parameters_and_zeros_are_no_halo(profile: HaloProfile) -> None:
    haloes = Haloes("P", profile, "200c", 2, tuple(NUMBERS))
    numbers = {name: jnp.asarray([value, 0.0]) for name, value in NUMBERS.items()}
    shown = jnp.asarray([True, False])

    def angles(mass: jax.Array) -> dict[str, jax.Array]:
        return halo_angles(haloes, numbers | {"mass": mass}, shown, PLACE, COSMOLOGY)

    found, change = jax.jvp(angles, (numbers["mass"],), (jnp.ones(2),))
    assert found.keys() == {"x", "y", *round_profile(profile).parameters}
    assert all(np.isfinite(value).all() for value in (*found.values(), *change.values()))
    strength = round_profile(profile).strength
    assert change[strength][1] == 0.0
    assert change[strength][0] > 0.0
