"""Whole files with masses of haloes: images are those of the angles, with right gradients in the mass."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.imaging.derived import derived_quantities

pytestmark = pytest.mark.slow

PREFIX = "PLANE_1-OBJECT_1-MASS_PROFILE_1-"
# Of lenstronomy's LensCosmo(0.4, 1.5) with FlatLambdaCDM(H0=70, Om0=0.3): nfw_physical2angle(M=2e13, c=5.5).
RS, ALPHA_RS = 16.467909058265366, 1.7211945133409046
# The Einstein radius of 3e11 solar masses there: sqrt(M / (pi sigma_crit)) / dd.
THETA_E = 1.1921036447176225


def with_mass(small_lens: dict[str, Any], name: str, **parameters: float) -> dict[str, Any]:
    """The lens is this round mass alone."""
    file = deepcopy(small_lens)
    lens = file["SPECIES"]["GALAXY_1"]
    lens["MASS_PROFILE_1"] = {"NAME": name, "PARAMETERS": parameters}
    del lens["SHEAR_PROFILE_1"]
    return file


def sampled(sim: jaxlens.Simulator) -> dict[str, jax.Array]:
    return sim.sample(jax.random.key(1, impl="threefry2x32"), 1)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_file_with_a_mass_is_a_file_with_its_angles(small_lens: dict[str, Any]) -> None:
    by_mass = jaxlens.Simulator(with_mass(small_lens, "NFW", M200=2e13, concentration=5.5))
    by_angles = jaxlens.Simulator(with_mass(small_lens, "NFW", Rs=RS, alpha_Rs=ALPHA_RS))
    params = sampled(by_mass)
    image = by_mass.render(params)
    expected = by_angles.render(sampled(by_angles))
    assert float(jnp.max(jnp.abs(image - expected))) < 1e-6 * float(jnp.max(expected))
    assert f"{PREFIX}M200" in params

    def total(mass: jax.Array) -> jax.Array:
        weights = jnp.linspace(0.0, 1.0, image.size).reshape(image.shape)
        return jnp.sum(by_mass.render({**params, f"{PREFIX}M200": mass}) * weights)

    at, step = params[f"{PREFIX}M200"], 1e9
    ahead, behind, far, back = (float(total(at + k * step)) for k in (1.0, -1.0, 2.0, -2.0))
    difference = (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)
    assert float(jax.grad(total)(at)[0]) == pytest.approx(difference, rel=1e-5)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("name", "parameters", "derived"),
    [
        ("NFW", {"M200": 2e13, "concentration": 5.5}, {"Rs": RS, "alpha_Rs": ALPHA_RS}),
        ("NFW_MC", {"logM": np.log10(2e13), "concentration": 5.5}, {"Rs": RS, "alpha_Rs": ALPHA_RS}),
        ("POINT_MASS", {"M": 3e11}, {"theta_E": THETA_E}),
    ],
)
def test_the_angles_of_a_mass(
    name: str, parameters: dict[str, float], derived: dict[str, float], small_lens: dict[str, Any]
) -> None:
    """They are derived quantities, which the metadata has beside the mass."""
    sim = jaxlens.Simulator(with_mass(small_lens, name, **parameters))
    params = {key: value[0] for key, value in sampled(sim).items()}
    found = derived_quantities(sim.scene, params)
    for key, value in derived.items():
        assert float(found[f"{PREFIX}{key}"]) == pytest.approx(value, rel=1e-6)
