"""The projected mass of an object within a circle, against closed forms."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.imaging.halo_masses import mass_within
from jaxlens.imaging.scene import Scene, scene

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
# G in Mpc (km/s)^2 per solar mass, with lenstronomy's constants.
G = 6.67384e-11 * 1.9891e30 / 3.08567758e22 * 1e-6


def _scene(**masses: object) -> Scene:
    """A lens with an SIE, and other profiles of an object, in front of a source."""
    profile = {"NAME": "SIE", "PARAMETERS": {"theta_E": 1.0, "e1": 0.2, "e2": -0.1}}
    light = {"NAME": "SERSIC", "PARAMETERS": {"R_sersic": 0.5, "n_sersic": 1.0, "magnitude": 22.0}}
    species = {
        "GALAXY_1": {"NAME": "LENS", "LIGHT_PROFILE_1": light, "MASS_PROFILE_1": profile, **masses},
        "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": light},
    }
    planes = {
        f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": z}}
        for k, name, z in [(1, "LENS", 0.5), (2, "SOURCE", 1.5)]
    }
    config = {
        "DATASET": {"NAME": "masses", "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {"numPix": 20, "pixel_scale": 0.2}},
        "SURVEY": {"PARAMETERS": {"BANDS": "g", "seeing": 0.5, "magnitude_zero_point": 27.0,
                                  "exposure_time": 100.0, "num_exposures": 1, "read_noise": 5,
                                  "sky_brightness": 21.0}},
        "SPECIES": species,
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "one", "FRACTION": 1.0, **planes}},
    }  # fmt: skip
    loaded = load_config(config)
    return scene(loaded, loaded.configurations[0])


def _params(**numbers: float) -> dict[str, jnp.ndarray]:
    own = {"H0": 70.0, "Om0": 0.3, f"{LENS}-REDSHIFT": 0.5, f"{SOURCE}-REDSHIFT": 1.5}
    own |= {f"{LENS}-MASS_PROFILE_1-{name}": value for name, value in numbers.items()}
    shear = {"gamma1": 0.1, "gamma2": 0.05, "ra_0": 0.0, "dec_0": 0.0}
    own |= {f"{LENS}-SHEAR_PROFILE_1-{name}": value for name, value in shear.items()}
    return {name: jnp.asarray(value) for name, value in own.items()}


@pytest.fixture(scope="module")
def lens() -> Scene:
    shear = {"NAME": "SHEAR", "PARAMETERS": {"gamma1": 0.1, "gamma2": 0.05}}
    return _scene(SHEAR_PROFILE_1=shear)


def test_mass_of_an_isothermal_lens(lens: Scene) -> None:
    """M(< R) = pi sigma_v^2 R / G of a round one, with theta_E of the same sigma_v; a shear has no mass."""
    from jaxlens.kernels.cosmology import angular_diameter_distance, sigma_v_to_theta_E
    from jaxlens.kernels.cosmology import transverse_comoving_distance as comoving

    cosmology = {"H0": 70.0, "Om0": 0.3}
    theta_E = sigma_v_to_theta_E(250.0, comoving(0.5, **cosmology), comoving(1.5, **cosmology))
    params = _params(theta_E=theta_E, e1=0.0, e2=0.0, center_x=0.3, center_y=-0.2)
    found = mass_within(lens, params, 0, LENS, 2.0)
    radius = 2.0 * np.pi / 648000.0 * float(angular_diameter_distance(0.5, **cosmology))
    np.testing.assert_allclose(found, np.pi * 250.0**2 * radius / G, rtol=2e-5)


def test_mass_of_an_elliptical_lens_converges(lens: Scene) -> None:
    """With an ellipticity of 0.6 the mean over directions is that of 4096 directions."""
    from jaxlens.imaging import halo_masses

    params = _params(theta_E=1.0, e1=0.5, e2=0.3, center_x=0.0, center_y=0.0)
    few = mass_within(lens, params, 0, LENS, 1.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halo_masses, "_DIRECTIONS", 4096)
        many = mass_within(lens, params, 0, LENS, 1.3)
    np.testing.assert_allclose(few, many, rtol=1e-5)


def test_an_object_without_mass_has_none(lens: Scene) -> None:
    params = _params(theta_E=1.0, e1=0.0, e2=0.0, center_x=0.0, center_y=0.0)
    assert float(mass_within(lens, params, 0, "PLANE_1-OBJECT_2", 1.0)) == 0.0
