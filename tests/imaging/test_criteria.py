"""The numbers that SELECT bounds, of one system."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.criteria import passed
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system


def met(document: dict[str, Any], bounds: dict[str, Any]) -> dict[str, bool]:
    """Which criteria of a file the first system meets; none of them where its numbers are NaN."""
    document["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = bounds
    sim = Simulator(document)
    assert sim.population.selection is not None
    stages = sim.population.selection.stages

    @jax.jit
    def every(key: jax.Array, factor: float) -> list[jax.Array]:
        (own,) = system_keys(key, "CONFIGURATION_1", np.zeros(1, np.uint32))
        system = draw_system(sim.population, sim.hyperparameters, own, np.uint32(0))
        system = {name: value * factor for name, value in system.items()}
        return [passed(sim.scene, stage, system, sim.assets) for stage in stages]

    key = jax.random.key(1)
    assert not any(np.any(found) for found in every(key, np.nan))
    pairs = zip(stages, every(key, 1.0), strict=True)
    return {one.key: bool(own) for stage, found in pairs for one, own in zip(stage, found, strict=True)}


def around(name: str, low: float, high: float) -> dict[str, float]:
    """Bounds on a number that are both met where it is between `low` and `high`."""
    return {f"{name}_min": low, f"{name}_max": high}


def test_theta_E_is_the_largest_in_front_of_the_source(small_lens: dict[str, Any]) -> None:
    """Given, or from a velocity dispersion; and a parameter that differs by band must be in bounds in all."""
    small_lens["SPECIES"]["GALAXY_1"] |= {
        "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": {"sigma_v": 250.0}},
        "MASS_PROFILE_2": {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.3, "center_x": 1.0}},
    }
    light, mass = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE"
    # 4 pi (sigma_v / c)^2 D_ds / D_s, of astropy's FlatLambdaCDM(70, 0.3)
    found = met(
        small_lens,
        {
            "theta_E_min": 1.161,
            "theta_E_max": 1.162,
            f"{mass}_1-theta_E_max": 1.162,
            f"{mass}_2-theta_E_max": 0.3,
            f"{light}-magnitude_max": 20.0,
            f"{light}-magnitude-r_max": 19.0,
        },
    )
    assert all(found.values()), found


@pytest.mark.long
def test_images_of_a_quasar_behind_an_isothermal_sphere(small_quasar: dict[str, Any]) -> None:
    """At beta = 0.3: x = theta_E +- beta, and |mu| = 2 theta_E / beta in all."""
    lens, source = (small_quasar["SPECIES"][f"GALAXY_{k}"] for k in (1, 2))
    del lens["SHEAR_PROFILE_1"]
    lens["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.9}}
    source["LIGHT_PROFILE_1"]["PARAMETERS"] |= {"center_x": 0.3, "center_y": 0.0}
    bounds = (
        around("images", 2, 2)
        | around("image_separation", 1.799, 1.801)
        | around("magnification", 5.99, 6.01)
    )
    found = met(small_quasar, bounds)
    assert all(found.values()), found


@pytest.mark.long
def test_magnification_and_signal_of_light(small_lens: dict[str, Any]) -> None:
    """A Gaussian, whose flux without a lens is that of its magnitude; the other numbers are the images'."""
    image, survey = (small_lens[key]["PARAMETERS"] for key in ("IMAGE", "SURVEY"))
    image |= {"psf_type": "NONE", "numPix": 30}
    small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"] = {
        "NAME": "GAUSSIAN",
        "PARAMETERS": {"magnitude": {"g": 21.0, "r": 22.0}, "sigma": 0.3, "center_x": 0.2},
    }
    lens = small_lens["SPECIES"]["GALAXY_1"]
    lens["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = 1.0
    unselected = Simulator(small_lens)
    params = unselected.sample(jax.random.key(1), 1)
    _, sigma = (np.asarray(one[0], float) for one in unselected.expected(params))
    faint = params | {"PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude": np.full((1, 2), 99.0)}
    light = np.asarray(unselected.render(faint)[0], float)
    unlensed = 10 ** (-0.4 * (np.array([21.0, 22.0]) - survey["magnitude_zero_point"]))
    magnification = light.sum() / unlensed.sum()
    assert 4 < magnification < 12
    used = light > sigma
    ratio = [np.sum(s[u]) / np.sqrt(np.sum(e[u] ** 2)) for s, u, e in zip(light, used, sigma, strict=True)]
    assert ratio[0] > ratio[1] > 10
    bounds = around("magnification", 0.999 * magnification, 1.001 * magnification)
    bounds |= {"snr_min": {"g": 0.999 * ratio[0], "r": 0.999 * ratio[1]}, "snr_max": 1.001 * ratio[0]}
    found = met(small_lens, bounds)
    assert len(found) == 5
    assert all(found.values()), found
