"""The numbers of links are hyperparameters, and a new file has their new values."""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxlens import Simulator, load_config
from jaxlens.populations.hyperparameters import free_hyperparameters
from jaxlens.populations.updated_file import updated_file

LENS = "SPECIES.GALAXY_1.LIGHT_PROFILE_1"


def linked(config: dict[str, Any]) -> dict[str, Any]:
    plus = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.0, "std": 0.1}}}
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["e1"] = {"SAME_AS": "MASS_PROFILE_1-e1", "TIMES": 0.7, "PLUS": plus}
    light["e2"] = {"SAME_AS": "MASS_PROFILE_1-e2", "SCATTER": 0.05}
    light["magnitude"] = {"g": {"SAME_AS": "magnitude-r", "PLUS": 1.0}, "r": 19.0}
    arguments = {"size": 3.0, "redshift": {"SAME_AS": "REDSHIFT"}}
    light["R_sersic"] = {"RELATION": {"NAME": "kpc_to_arcsec", "PARAMETERS": arguments}, "SCATTER": 0.1}
    return config


NEW = {
    f"{LENS}.e1.TIMES": 0.8,
    f"{LENS}.e1.PLUS.mean": 0.02,
    f"{LENS}.e2.SCATTER": 0.03,
    f"{LENS}.magnitude.g.PLUS": 1.5,
    f"{LENS}.R_sersic.RELATION.size": 4.0,
}


def test_numbers_of_links_are_free_and_a_scatter_is_above_zero(small_lens: dict[str, Any]) -> None:
    free = free_hyperparameters(Simulator(linked(small_lens)), list(NEW))
    assert {one.path for one in free if one.bounded} == {f"{LENS}.e2.SCATTER"}
    (scatter,) = (one for one in free if one.bounded)
    assert (scatter.low, scatter.high) == (0.0, np.inf)


def test_a_new_file_has_the_new_numbers_and_the_links(small_lens: dict[str, Any]) -> None:
    sim = Simulator(linked(small_lens))
    again = Simulator(load_config(updated_file(sim, NEW)))
    before, after = sim.hyperparameters, again.hyperparameters
    assert before.keys() == after.keys()
    for path, value in after.items():
        np.testing.assert_allclose(value, NEW.get(path, before[path]), rtol=1e-6, err_msg=path)
    assert [link.name for link in sim.population.links] == [link.name for link in again.population.links]
