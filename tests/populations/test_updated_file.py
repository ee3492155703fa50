"""The configuration file that has new values of hyperparameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens import Simulator
from jaxlens.populations.hyperparameters import FreeHyperparameter, free_hyperparameters
from jaxlens.populations.updated_file import updated_file

MASS = "SPECIES.GALAXY_1.MASS_PROFILE_1"
LIGHT = "SPECIES.GALAXY_1.LIGHT_PROFILE_1"


def drawn(name: str, **parameters: Any) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def test_the_new_file_differs_in_the_new_numbers_alone(varied: dict[str, Any]) -> None:
    """With a band of two, a default that the file lacks, and a truncation."""
    sim = Simulator(varied)
    new = {
        f"{MASS}.e1.std": 0.07,
        f"{LIGHT}.R_sersic.mean": 0.6,
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.magnitude.r.mean": 21.0,
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.magnitude.g": 20.0,
        f"{MASS}.center_x": 0.05,
        "SURVEY.seeing.g": 0.9,
        "COSMOLOGY.H0": 67.0,
        "GEOMETRY.CONFIGURATION_1.PLANE_2.REDSHIFT": 2.0,
    }
    tree = updated_file(sim, new)
    before, after = (
        {path: np.asarray(value).tolist() for path, value in one.hyperparameters.items()}
        for one in (sim, Simulator(tree))
    )
    assert set(before) == set(after)
    assert {path: v for path, v in after.items() if v != before[path]} == pytest.approx(new)
    radius = tree["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"]
    assert radius["DISTRIBUTION"]["TRUNCATE"] == [0.3, 1.0]
    assert updated_file(sim, {}) == updated_file(Simulator(updated_file(sim, {})), {})


def test_of_what_shares_an_anchor_only_the_new_number_changes(varied: dict[str, Any], tmp_path: Path) -> None:
    shape = drawn("normal", mean=0.0, std=0.1)
    mass = varied["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    mass["e1"] = mass["e2"] = shape
    (tmp_path / "anchors.yaml").write_text(yaml.dump(varied))
    assert "*id001" in (tmp_path / "anchors.yaml").read_text()
    sim = Simulator(tmp_path / "anchors.yaml")
    numbers = Simulator(updated_file(sim, {f"{MASS}.e2.std": 0.2})).hyperparameters
    assert numbers[f"{MASS}.e2.std"] == jnp.float32(0.2)
    assert numbers[f"{MASS}.e1.std"] == jnp.float32(0.1)


def test_an_object_in_two_planes_has_its_numbers_once(varied: dict[str, Any]) -> None:
    """One entry of the file feeds both planes: it is one free number, and one entry of the new file."""
    varied["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"] = "LENS"
    sim = Simulator(varied)
    path = f"{LIGHT}.R_sersic.mean"
    assert len(free_hyperparameters(sim, [path])) == 1
    new = Simulator(updated_file(sim, {path: 0.7}))
    assert new.hyperparameters[path] == jnp.float32(0.7)
    assert {name for name in new.parameter_names if name.endswith("-R_sersic")} >= {
        "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic",
        "PLANE_2-OBJECT_2-LIGHT_PROFILE_1-R_sersic",
    }


def test_a_users_distribution_keeps_its_name_and_parameters(varied: dict[str, Any]) -> None:
    @jaxlens.distribution("two_sided")
    def two_sided(key: jax.Array, *, width: jax.Array) -> jax.Array:
        return width * jax.random.uniform(key)

    varied["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["e1"] = drawn("two_sided", width=0.1)
    sim = Simulator(varied)
    path = f"{MASS}.e1.width"
    assert free_hyperparameters(sim, [path]) == (FreeHyperparameter(path),)
    assert Simulator(updated_file(sim, {path: 0.2})).hyperparameters[path] == jnp.float32(0.2)
