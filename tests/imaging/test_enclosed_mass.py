"""The mass within a circle, and the Einstein radius, beside the formulas of profiles that have them."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import load_config
from jaxlens.imaging.enclosed_mass import einstein_radius, mass_within
from jaxlens.imaging.scene import Scene, scene
from jaxlens.kernels.types import Params

LENS = "PLANE_1-OBJECT_1"
# c^2 / (4 G) in solar masses per Mpc, of the constants of lenstronomy: M = c^2 / (4 G) theta_E^2 D.
MASS_PER_MPC = 299792458.0**2 / (4.0 * 6.67384e-11) * 3.08567758e22 / 1.9891e30
ARCSEC = np.pi / 648000.0


def imaged(file: dict[str, Any], **changes: float) -> tuple[Scene, Params]:
    """The scene of a file, and parameters of a system: a lens at z = 0.4 and a source at z = 1.5."""
    config = load_config(file)
    found = scene(config, config.configurations[0])
    values = dict.fromkeys(found.parameters, 0.0) | {"H0": 70.0, "Om0": 0.3}
    values |= {plane.redshift: z for plane, z in zip(found.planes, (0.4, 1.5), strict=True)}
    return found, {name: jnp.asarray(value) for name, value in (values | changes).items()}


@pytest.mark.long
def test_the_mass_of_an_isothermal_lens(small_lens: dict[str, Any], x64: None) -> None:
    mass = f"{LENS}-MASS_PROFILE_1"
    off = {f"{mass}-center_x": 0.3, f"{mass}-center_y": -0.2}
    own, params = imaged(
        small_lens, **{f"{mass}-theta_E": 1.1, f"{LENS}-SHEAR_PROFILE_1-gamma1": 0.05}, **off
    )
    # angular diameter distances of astropy's FlatLambdaCDM(70, 0.3), Mpc
    d_lens, d_source, d_between = 1108.24728, 1745.54231, 1124.92383
    expected = MASS_PER_MPC * (1.1 * ARCSEC) ** 2 * d_lens * d_source / d_between
    np.testing.assert_allclose(mass_within(own, params, 0, LENS, jnp.asarray(1.1)), expected, rtol=1e-6)
    # of a singular isothermal sphere it grows with the radius
    np.testing.assert_allclose(mass_within(own, params, 0, LENS, jnp.asarray(2.2)), 2 * expected, rtol=1e-6)
    np.testing.assert_allclose(einstein_radius(own, params), 1.1, rtol=1e-7)
    with pytest.raises(ValueError, match="PLANE_1-OBJECT_2 has no mass"):
        mass_within(own, params, 0, "PLANE_1-OBJECT_2", jnp.asarray(1.0))


def test_an_elliptical_lens_and_one_without_einstein_radius(small_lens: dict[str, Any]) -> None:
    mass = f"{LENS}-MASS_PROFILE_1"
    own, params = imaged(small_lens, **{f"{mass}-theta_E": 1.1, f"{mass}-e1": 0.2, f"{mass}-e2": 0.1})
    # an isothermal ellipsoid: the mean over directions of 1 / sqrt(q cos^2 + sin^2 / q) at equal mass
    q = (1.0 - np.hypot(0.2, 0.1)) / (1.0 + np.hypot(0.2, 0.1))
    angle = np.arange(1000) * 2e-3 * np.pi
    mean = np.mean(1.0 / np.sqrt(q * np.cos(angle) ** 2 + np.sin(angle) ** 2 / q))
    np.testing.assert_allclose(einstein_radius(own, params), 1.1 * mean, rtol=2e-5)
    assert einstein_radius(own, params | {f"{mass}-theta_E": jnp.asarray(0.0)}) == 0.0
