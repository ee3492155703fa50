"""Derivatives of images in the free parameters, without what is zero by construction."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.derivatives import groups, prediction
from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.posterior import FitData, predicted
from jaxlens.fitting.problem import problem
from tests.fitting.test_fit import CENTER, MAGNITUDE, SIGMA, drawn, file

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude"


def lensed_file() -> dict[str, Any]:
    """Gaussians in two bands, a lens and its source, with a magnitude for each band, on 8 pixels."""
    by_band = {band: drawn("normal", mean=mean, std=0.5) for band, mean in (("g", 20.0), ("r", 19.0))}
    light = {"sigma": drawn("uniform", minimum=0.3, maximum=0.6)}
    config = file("GAUSSIAN", light, {"numPix": 8, "psf_type": "NONE"}, {})
    config["SURVEY"]["PARAMETERS"]["BANDS"] = "g,r"
    species, geometry = config["SPECIES"], config["GEOMETRY"]["CONFIGURATION_1"]
    species["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = by_band
    mass = {"theta_E": drawn("uniform", minimum=0.4, maximum=0.6), "center_x": 0.1, "center_y": 0.0}
    species["GALAXY_1"]["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": mass}
    source = {"magnitude": by_band, "sigma": 0.3, "center_x": 0.1, "center_y": 0.2}
    species["GALAXY_2"] = {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": source}}
    geometry["PLANE_2"] = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}}
    return config


@pytest.mark.long
def test_derivatives_by_groups_are_those_of_all_parameters_at_once(x64: None) -> None:
    sim = Simulator(lensed_file())
    params = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8).items()}
    free = free_parameters(sim, params, 1)
    model, constants = problem(sim, free, sigma_given=False)
    lights = {name for name, _ in model.free if "PLANE_1-OBJECT_1-LIGHT" in name}
    assert lights == {MAGNITUDE, SIGMA, CENTER}
    assert set(map(frozenset, groups(model))) == {
        frozenset(lights),
        frozenset({THETA_E}),
        frozenset({SOURCE}),
    }
    shape = (2, 8, 8)
    system = {name: value[0] for name, value in params.items()}
    data = FitData(np.zeros(shape), np.ones(shape), np.ones(shape, bool), system)
    u = jnp.linspace(-0.7, 0.9, len(model.free))

    @jax.jit
    def both(u: jax.Array) -> Any:
        image = partial(predicted, model, constants, data)
        return prediction(model, constants, data, u), image(u), jax.jacfwd(image)(u)

    found, values, derivatives = both(u)
    for one, two in zip(found[:2], values, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)
    for one, two in zip(found[2:], derivatives, strict=True):
        scale = float(jnp.max(jnp.abs(two)))
        np.testing.assert_allclose(one, jnp.moveaxis(two, -1, 0), rtol=1e-11, atol=1e-13 * scale)
        assert (np.abs(one).max(axis=(1, 2, 3)) > 0.0).all()
