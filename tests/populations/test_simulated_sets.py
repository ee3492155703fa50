"""The systems that a population fit simulates."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.populations.hyperparameters import free_hyperparameters
from jaxlens.populations.simulated_sets import PopulationModel, SimulationInputs, simulated_statistics


@pytest.mark.long
def test_systems_of_a_selection_are_those_of_the_simulator(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    """The statistics are fluxes; their derivatives with respect to a magnitude are those of its systems."""
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 22.0, "sigma": 0.4}}
    drawn = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 22.0, "std": 0.5}}}
    light["PARAMETERS"]["magnitude"] = drawn
    small_lens["SPECIES"] = {"GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": light}}
    configuration = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    configuration["PLANE_1"] = configuration.pop("PLANE_2")
    name = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"
    configuration["SELECT"] = {f"{name}_max": 21.8}
    small_lens["IMAGE"]["PARAMETERS"] |= {"numPix": 12, "psf_type": "NONE"}
    sim = Simulator(small_lens)
    free = free_hyperparameters(sim, ["SPECIES.GALAXY_2.LIGHT_PROFILE_1.magnitude.mean"])

    def fluxes(images: jax.Array) -> jax.Array:
        return jnp.sum(images, axis=(1, 2, 3))[:, None]

    model = PopulationModel(sim.static_population, sim.scene, free, fluxes)
    inputs = SimulationInputs(sim.hyperparameters, sim.assets, jnp.ones(2), key)
    values, derivatives = simulated_statistics(model, inputs, jnp.array([22.0]), None, (2, 8))
    images, params = sim(key, 16)
    assert np.max(params[name]) <= 21.8
    np.testing.assert_allclose(values[:, 0], np.sum(images, axis=(1, 2, 3)), rtol=1e-4)
    # the flux is 10^(-0.4 m), and its noise follows it
    np.testing.assert_allclose(derivatives[0, :, 0] / values[:, 0], -0.4 * np.log(10), rtol=0.05)
