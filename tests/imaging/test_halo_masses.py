"""The projected mass of an object within a circle, against closed forms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging import halo_masses
from jaxlens.imaging.halo_masses import mass_within
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.cosmology import angular_diameter_distance, sigma_v_to_theta_E
from jaxlens.kernels.cosmology import transverse_comoving_distance as comoving

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
# G in Mpc (km/s)^2 per solar mass, with lenstronomy's constants.
G = 6.67384e-11 * 1.9891e30 / 3.08567758e22 * 1e-6


@pytest.fixture
def lens(small_lens: dict[str, Any]) -> Scene:
    """An SIE with a shear at redshift 0.4, in front of a source at 1.5."""
    return Simulator(small_lens).scene


def _params(**numbers: float) -> dict[str, jnp.ndarray]:
    own = {"H0": 70.0, "Om0": 0.3, f"{LENS}-REDSHIFT": 0.4, f"{SOURCE}-REDSHIFT": 1.5}
    own |= {f"{LENS}-MASS_PROFILE_1-{name}": value for name, value in numbers.items()}
    shear = {"gamma1": 0.1, "gamma2": 0.05, "ra_0": 0.0, "dec_0": 0.0}
    own |= {f"{LENS}-SHEAR_PROFILE_1-{name}": value for name, value in shear.items()}
    return {name: jnp.asarray(value) for name, value in own.items()}


def test_mass_of_an_isothermal_lens(lens: Scene) -> None:
    """M(< R) = pi sigma_v^2 R / G of a round one, with theta_E of the same sigma_v; a shear has no mass."""
    cosmology = {"H0": 70.0, "Om0": 0.3}
    theta_E = sigma_v_to_theta_E(250.0, comoving(0.4, **cosmology), comoving(1.5, **cosmology))
    params = _params(theta_E=theta_E, e1=0.0, e2=0.0, center_x=0.3, center_y=-0.2)
    found = mass_within(lens, params, 0, LENS, 2.0)
    radius = 2.0 * np.pi / 648000.0 * float(angular_diameter_distance(0.4, **cosmology))
    np.testing.assert_allclose(found, np.pi * 250.0**2 * radius / G, rtol=2e-5)


def test_mass_of_an_elliptical_lens_converges(lens: Scene) -> None:
    """With an ellipticity of 0.6 the mean over directions is that of 4096 directions."""
    params = _params(theta_E=1.0, e1=0.5, e2=0.3, center_x=0.0, center_y=0.0)
    few = mass_within(lens, params, 0, LENS, 1.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halo_masses, "_DIRECTIONS", 4096)
        many = mass_within(lens, params, 0, LENS, 1.3)
    np.testing.assert_allclose(few, many, rtol=1e-5)


def test_an_object_without_mass_has_none(lens: Scene) -> None:
    params = _params(theta_E=1.0, e1=0.0, e2=0.0, center_x=0.0, center_y=0.0)
    assert float(mass_within(lens, params, 0, "PLANE_1-OBJECT_2", 1.0)) == 0.0
