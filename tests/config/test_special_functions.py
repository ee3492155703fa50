"""SPECIAL: functions that change the parameters of an object after the draw."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens import Simulator
from jaxlens.config.special_functions import special
from jaxlens.sampling.population import draw_system

MAGNITUDE = "PLANE_{}-OBJECT_1-LIGHT_PROFILE_1-magnitude"


def magnitudes(config: dict[str, Any], key: jax.Array, plane: int = 1) -> np.ndarray:
    """The magnitudes of an object in two systems, (2, bands), by a program that draws nothing else."""
    population, name = Simulator(config).population, MAGNITUDE.format(plane)
    draw = jax.vmap(lambda *of: draw_system(population, population.hyperparameters, *of)[name])
    return np.asarray(jax.jit(draw)(jax.random.split(key, 2), jnp.arange(2, dtype=jnp.uint32)))


@pytest.mark.parametrize(
    ("call", "change"),
    [
        ({"brighten_everything": ["LIGHT_PROFILE_1-2.5"]}, (-2.5, -2.5)),
        ({"BRIGHTEN_EVERYTHING": "LIGHT_PROFILE_1--1"}, (1.0, 1.0)),
        ({"make_blueer": ["LIGHT_PROFILE_1-2"]}, (-2.0, -1.0)),
        ({"make_redder": ["LIGHT_PROFILE_1-2"]}, (0.0, 0.0)),
        ({"make_blueer": ["LIGHT_PROFILE_1-1"], "brighten_everything": ["LIGHT_PROFILE_1-1"]}, (-2.0, -1.5)),
    ],
)
def test_built_in_functions_change_magnitudes(
    call: dict[str, Any], change: tuple[float, float], small_lens: dict[str, Any], key: jax.Array
) -> None:
    before = magnitudes(small_lens, key)
    small_lens["SPECIES"]["GALAXY_1"]["SPECIAL"] = call
    np.testing.assert_allclose(magnitudes(small_lens, key) - before, [change, change], atol=1e-5)


def test_make_redder_reddens(small_lens: dict[str, Any], key: jax.Array) -> None:
    small_lens["SURVEY"]["PARAMETERS"] |= {"BANDS": "i,z,Y", "seeing": 0.7}
    for galaxy in ("GALAXY_1", "GALAXY_2"):
        small_lens["SPECIES"][galaxy]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 20.0
    small_lens["SPECIES"]["GALAXY_1"]["SPECIAL"] = {"make_redder": ["LIGHT_PROFILE_1-2"]}
    np.testing.assert_allclose(magnitudes(small_lens, key)[0], [19.0, 18.0, 17.0])


def test_only_its_own_object_changes(small_lens: dict[str, Any], key: jax.Array) -> None:
    """In deeplenstronomy it changes every object in front of it as well."""
    lens = magnitudes(small_lens, key)
    small_lens["SPECIES"]["GALAXY_2"]["SPECIAL"] = {"brighten_everything": ["LIGHT_PROFILE_1-1"]}
    np.testing.assert_array_equal(magnitudes(small_lens, key), lens)
    np.testing.assert_allclose(magnitudes(small_lens, key, plane=2)[0], [20.5, 21.0])


def test_a_function_of_the_user(small_lens: dict[str, Any], key: jax.Array) -> None:
    @jaxlens.special("follow_the_mass")
    def follow_the_mass(values: dict[str, Any], argument: str, bands: tuple[str, ...]) -> dict[str, Any]:
        return values | {f"{argument}-R_sersic": 0.5 * values["MASS_PROFILE_1-theta_E"]}

    small_lens["SPECIES"]["GALAXY_1"]["SPECIAL"] = {"follow_the_mass": ["LIGHT_PROFILE_1"]}
    params = Simulator(small_lens).sample(key, 4)
    theta_E = params["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"]
    np.testing.assert_allclose(params["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"], 0.5 * theta_E)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ({}, "returned nothing for PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"),
        (None, "returned NoneType; return a mapping of numbers"),
        (
            {"LIGHT_PROFILE_1-R_sersc": jnp.ones(())},
            "returned LIGHT_PROFILE_1-R_sersc, which the object has not; did you mean LIGHT_PROFILE_1-R",
        ),
        ({"MASS_PROFILE_1-theta_E": jnp.ones(2)}, r"returned shape \(2,\) for .*theta_E; .* of shape \(\)"),
    ],
)
def test_what_a_function_returns_is_checked(
    returned: dict[str, Any] | None, message: str, small_lens: dict[str, Any], key: jax.Array
) -> None:
    special("wrong")(lambda values, argument, bands: dict(values) | returned if returned else returned)
    small_lens["SPECIES"]["GALAXY_1"]["SPECIAL"] = {"wrong": ["x"]}
    with pytest.raises(ValueError, match=message):
        Simulator(small_lens).sample(key, 1)


def test_names_of_jaxlens_stay(small_lens: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="make_blueer is a function of jaxlens; choose another name"):
        special("make_blueer")(lambda values, argument, bands: values)
