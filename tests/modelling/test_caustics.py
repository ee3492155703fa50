"""Critical lines: where an isothermal sphere with shear, and round power laws, have them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

from jaxlens import Simulator, load_config
from jaxlens.modelling.caustics import CriticalLines, critical_lines

LENS = """
DATASET: {NAME: Mock, PARAMETERS: {SIZE: 1, OUTDIR: mock, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 1000, numPix: 16, pixel_scale: 0.2, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY: {PARAMETERS: {BANDS: g, seeing: 0.7, magnitude_zero_point: 27, sky_brightness: 22, num_exposures: 2}}
SPECIES:
  GALAXY_1:
    NAME: LENS
    MASS_PROFILE_1: {NAME: EPL, PARAMETERS: {theta_E: 1.2, gamma: 2.0, e1: 0.0, e2: 0.0}}
    SHEAR_PROFILE_1: {NAME: SHEAR, PARAMETERS: {gamma1: 0.1, gamma2: 0.0}}
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: 21.0, sigma: 0.2}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: MOCK
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.4}}
    PLANE_2: {OBJECT_1: SOURCE, PARAMETERS: {REDSHIFT: 1.5}}
"""
MASS, SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"


@pytest.fixture(scope="module")
def lines() -> Callable[..., CriticalLines]:
    """The critical lines of the file with other numbers of the mass or shear."""
    sim = Simulator(load_config(yaml.safe_load(LENS)))
    base = {name: value[0] for name, value in sim.sample(jax.random.key(0, impl="threefry2x32"), 1).items()}

    def found(mass: dict[str, float], shear: float) -> CriticalLines:
        given = {f"{MASS}-{name}": value for name, value in mass.items()} | {f"{SHEAR}-gamma1": shear}
        params = base | {name: jnp.asarray(value, jnp.float32) for name, value in given.items()}
        return critical_lines(sim.scene, params, 2.0, points=300)

    return found


def test_an_isothermal_sphere_with_shear(lines: Callable[..., CriticalLines]) -> None:
    """Where det = (1 - g^2) - (theta_E / r) (1 - g cos 2 phi) is 0; the caustic is an astroid."""
    found = lines({}, 0.1)
    x, y = np.moveaxis(found.tangential, -1, 0)
    expected = 1.2 * (1.0 - 0.1 * np.cos(2.0 * np.arctan2(y, x))) / (1.0 - 0.1**2)
    np.testing.assert_allclose(np.hypot(x, y), expected, rtol=3e-4)
    assert len(found.radial) == 0
    area = np.pi * 1.2**2 * (1.0 + 0.5 * 0.1**2) / (1.0 - 0.1**2) ** 2
    assert found.einstein_radius == pytest.approx(np.sqrt(area / np.pi), rel=3e-4)
    # along x the critical point is at r = theta_E / (1 + g), whose image is r (1 - g) - theta_E
    cusp = 1.2 * ((1.0 - 0.1) / (1.0 + 0.1) - 1.0)
    assert found.tangential_caustic[..., 0].min() == pytest.approx(cusp, rel=3e-3)
    assert found.tangential_caustic[..., 0].max() == pytest.approx(-cusp, rel=3e-3)


def test_a_shallow_power_law_has_a_radial_line(lines: Callable[..., CriticalLines]) -> None:
    """The deflection is theta_E (r / theta_E)^(2 - gamma), whose derivative is 1 on it."""
    found = lines({"gamma": 1.6}, 0.0)
    np.testing.assert_allclose(np.hypot(*np.moveaxis(found.tangential, -1, 0)), 1.2, rtol=1e-3)
    radius = 1.2 * 0.4 ** (1.0 / 0.6)
    np.testing.assert_allclose(np.hypot(*np.moveaxis(found.radial, -1, 0)), radius, rtol=3e-3)
    # the tangential caustic of a round lens is a point
    assert np.hypot(*np.moveaxis(found.tangential_caustic, -1, 0)).max() < 1e-3
    assert np.hypot(*np.moveaxis(found.radial_caustic, -1, 0)) == pytest.approx(
        np.full((len(found.radial), 2), radius * (0.4**-1.0 - 1.0)), rel=3e-3
    )
    assert found.einstein_radius == pytest.approx(1.2, rel=3e-4)


def test_an_ellipse_has_the_area_of_its_einstein_radius(lines: Callable[..., CriticalLines]) -> None:
    """That of an isothermal ellipse is where kappa = 1/2, an ellipse with the area of theta_E."""
    found = lines({"e1": 0.2, "e2": -0.1, "center_x": 0.05}, 0.0)
    assert found.einstein_radius == pytest.approx(1.2, rel=3e-4)


def test_without_mass_there_is_no_line(lines: Callable[..., CriticalLines]) -> None:
    found = lines({"theta_E": 0.0}, 0.0)
    assert [len(pieces) for pieces in found[:4]] == [0, 0, 0, 0]
    assert found.einstein_radius == 0.0
