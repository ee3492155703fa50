"""The table of names: every parameter with a short name that means it, its value in words, and its unit."""

from __future__ import annotations

import pytest

from jaxlens import Simulator
from jaxlens.config import load_config
from jaxlens.config.examples import examples


def test_the_table_of_a_file() -> None:
    sim = Simulator("galaxy_galaxy")
    table = sim.names()
    assert set(table.index) == set(dict(sim.population.quantities))
    n_sersic = ["SOURCE.n_sersic", "uniform(minimum=0.8, maximum=1.8)", ""]
    rows = {
        "H0": ["H0", "70", "km/s/Mpc"],
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v": ["sigma_v", "normal(mean=290, std=20)", "km/s"],
        "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-n_sersic": n_sersic,
        "magnitude_zero_point": ["magnitude_zero_point", "g: 28.4, r: 28.2, i: 27.9", "mag"],
        "ccd_gain": ["ccd_gain", "2.3", "electron/adu"],
    }
    assert {name: table.loc[name].tolist() for name in rows} == rows
    assert {name: sim.full_name(table["short"][name]) for name in sim.parameter_names} == {
        name: name for name in sim.parameter_names
    }


@pytest.mark.long
def test_links_transients_haloes_and_separations_are_in_words() -> None:
    table = Simulator("lensed_supernova_series").names()
    assert table.loc["PLANE_2-OBJECT_2-sep"].tolist() == ["sep", "uniform(minimum=0.5, maximum=4)", "kpc"]
    assert table.loc["day"].tolist() == ["day", "that of the night", "d"]
    links = Simulator("realistic_lsst", "LENSED").names()["value"]
    assert links["PLANE_1-OBJECT_1-MASS_PROFILE_1-phi"] == "the same as LIGHT_PROFILE_1-phi, scatter 0.17"
    assert links["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"].startswith("einstein_radius(sigma_v=")
    haloes = Simulator("subhaloes_cdm").names()["value"]
    assert haloes["PLANE_1-OBJECT_1-SUBSTRUCTURE-mass"] == "drawn with the haloes"
    assert Simulator("om10").names()["value"]["PLANE_1-OBJECT_1-REDSHIFT"] == "drawn from CATALOG"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(examples()))
def test_each_short_name_of_the_table_is_taken_for_its_parameter(name: str) -> None:
    config = load_config(name)
    sim = Simulator(config, config.configurations[0].label)
    table = sim.names()
    assert set(sim.parameter_names) <= set(table.index)
    assert [sim.full_name(table["short"][full]) for full in sim.parameter_names] == [*sim.parameter_names]
