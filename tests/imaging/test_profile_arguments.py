"""Images of profiles whose parameters are lists and whole numbers, and of those without a finite flux."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.files.metadata import fixed
from jaxlens.simulator.simulator import Simulator

pytestmark = pytest.mark.usefixtures("made_profiles")

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
DRAWN = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.4, "maximum": 0.6}}}


def simulator(light: tuple[str, Mapping[str, Any]], mass: tuple[str, Mapping[str, Any]]) -> Simulator:
    """A lens in front of a source with these profiles."""
    image = {"exposure_time": 90, "numPix": 24, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 7}
    image |= {"data_count_unit": "ADU", "ccd_gain": 2.0}
    survey = {"BANDS": "g,r", "magnitude_zero_point": 25.0, "sky_brightness": 21.5, "num_exposures": 1}
    lens = {"NAME": "LENS", "MASS_PROFILE_1": {"NAME": mass[0], "PARAMETERS": dict(mass[1])}}
    source = {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": light[0], "PARAMETERS": dict(light[1])}}
    planes = {
        f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": k / 2}}
        for k, name in enumerate(("LENS", "SOURCE"), start=1)
    }
    tree = {
        "DATASET": {"NAME": "Lists", "PARAMETERS": {"SIZE": 1, "OUTDIR": "unused"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": source},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "Pair", "FRACTION": 1.0, **planes}},
    }
    return Simulator(load_config(tree))


@pytest.mark.long
def test_a_sum_is_the_sum_of_its_parts_and_has_its_magnitude() -> None:
    """The entries of a list, one drawn and one by band, are parameters with gradients."""
    own = {"magnitude": 20.0, "amp": [1.0, 3.0], "sigma": [{"g": 0.2, "r": 0.3}, DRAWN]}
    sim = simulator(("DISKS", own), ("WAVES", {"m": 3, "a": [0.05, -0.02]}))
    params = sim.sample(jax.random.key(0), 1)
    assert params[f"{SOURCE}-LIGHT_PROFILE_1-sigma_0"].shape == (1, 2)
    assert 0.4 <= params[f"{SOURCE}-LIGHT_PROFILE_1-sigma_1"][0] <= 0.6
    no_lens = {f"{LENS}-MASS_PROFILE_1-a_{i}": jnp.zeros(1) for i in range(2)}
    image = sim.render({**params, **no_lens})[0]
    assert jnp.allclose(image.sum(axis=(1, 2)), 10.0 ** (-0.4 * (20.0 - 25.0)) / 2.0, rtol=1e-3)
    assert not jnp.allclose(image[0], image[1], rtol=0.1)

    def total(value: jax.Array, name: str) -> jax.Array:
        return jnp.sum(jnp.square(sim.render({**params, name: value})))

    for name in (f"{LENS}-MASS_PROFILE_1-a_1", f"{SOURCE}-LIGHT_PROFILE_1-sigma_1"):
        value, step = params[name], 0.01
        difference = (total(value + step, name) - total(value - step, name)) / (2 * step)
        assert np.allclose(jax.grad(total)(value, name), difference, rtol=1e-2)
    described = fixed(sim.configuration, sim.config.instrument)
    assert described[f"{LENS}-MASS_PROFILE_1-m"] == 3


def test_an_amplitude_is_in_the_unit_of_the_image() -> None:
    """Neither the zero point nor the gain changes it, as in lenstronomy's SimulationAPI."""
    sim = simulator(
        ("CONE", {"amp": {"g": 2.0, "r": 4.0}, "k": 0.0}), ("SHEAR", {"gamma1": 0.1, "gamma2": 0})
    )
    image = sim.render(sim.sample(jax.random.key(0), 1))[0]
    assert jnp.allclose(image[0], 2.0 * 0.2**2)
    assert jnp.allclose(image[1], 4.0 * 0.2**2)


def test_whole_numbers_are_static_in_the_flux_too() -> None:
    own = {"magnitude": 20.0, "amp": [2.0, 1.0, 1.0], "n_max": 1, "beta": 0.1}
    sim = simulator(("TERMS", own), ("SHEAR", {"gamma1": 0.0, "gamma2": 0.0}))
    image = sim.render(sim.sample(jax.random.key(0), 1))[0]
    assert jnp.allclose(image.sum(axis=(1, 2)), 10.0 ** (-0.4 * (20.0 - 25.0)) / 2.0, rtol=1e-3)
