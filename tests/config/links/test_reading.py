"""Links in a file: what they mean, what else the file may do with them, and where they may not stand.

`broken/links.yaml` has the problems with file and line.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.links.names import linked_draws
from jaxlens.config.naming import named_quantities
from jaxlens.config.updates import config_dict, distribution_entry, set_parameters

LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"
Load = Callable[[tuple[tuple[str, str], ...]], Config]
E1 = "        e1: 0.1"
SIZE = "        R_sersic: 1.0"


def normal(mean: float, std: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def linked(config: Config, label: str | None = None) -> list[tuple[str, str, str, str]]:
    """(number, its band, what it follows, the band of that) in the order in which links are evaluated."""
    found = linked_draws(config, config.configuration(label), config.joints)
    return [(one.name, one.band, one.source, one.source_band) for one in found]


def test_names_are_found_within_profile_object_plane_and_configuration(small_lens: dict[str, Any]) -> None:
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["e1"] = {"SAME_AS": "e2"}
    light["e2"] = {"SAME_AS": "MASS_PROFILE_1-e2"}
    light["n_sersic"] = {"SAME_AS": "REDSHIFT", "TIMES": 5}
    light["R_sersic"] = {"SAME_AS": "seeing-r"}
    light["magnitude"] = {"g": {"SAME_AS": "LIGHT_PROFILE_1-magnitude-r", "PLUS": 0.5}, "r": 19.0}
    light["center_x"] = {"SAME_AS": "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x"}
    light["center_y"] = {"SAME_AS": "OBJECT_1-LIGHT_PROFILE_1-center_x"}
    assert set(linked(load_config(small_lens))) == {
        (f"{LIGHT}-e1", "", f"{LIGHT}-e2", ""),
        (f"{LIGHT}-e2", "", f"{MASS}-e2", ""),
        (f"{LIGHT}-n_sersic", "", "PLANE_1-OBJECT_1-REDSHIFT", ""),
        (f"{LIGHT}-R_sersic", "", "seeing", "r"),
        (f"{LIGHT}-magnitude", "g", f"{LIGHT}-magnitude", "r"),
        (f"{LIGHT}-center_x", "", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x", ""),
        (f"{LIGHT}-center_y", "", f"{LIGHT}-center_x", ""),
    }
    order = [name for name, *_ in linked(load_config(small_lens))]
    assert order.index(f"{LIGHT}-e2") < order.index(f"{LIGHT}-e1")
    assert order.index(f"{LIGHT}-center_x") < order.index(f"{LIGHT}-center_y")


def test_a_link_may_have_a_short_name(small_lens: dict[str, Any]) -> None:
    """Of another object, since the own one comes first; one that may mean several is a problem."""
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["R_sersic"] = {"SAME_AS": "theta_E", "TIMES": 0.5}
    light["n_sersic"] = {"SAME_AS": "SOURCE.n_sersic"}
    light["magnitude"] = {"g": {"SAME_AS": "SOURCE.magnitude-g", "PLUS": -2.0}, "r": 19.0}
    assert set(linked(load_config(small_lens))) == {
        (f"{LIGHT}-R_sersic", "", f"{MASS}-theta_E", ""),
        (f"{LIGHT}-n_sersic", "", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-n_sersic", ""),
        (f"{LIGHT}-magnitude", "g", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude", "g"),
    }
    source = small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    source["e1"] = {"SAME_AS": "LENS.e1"}
    with pytest.raises(ConfigError, match=r"'LENS.e1' is no number .*; it may mean .*LIGHT_PROFILE_1-e1"):
        load_config(small_lens)


def test_a_species_in_two_planes_follows_its_own_numbers_in_each(good: str, load_edited: Load) -> None:
    edits = (("        n_sersic: 1\n", "        n_sersic: {SAME_AS: REDSHIFT, PLUS: 1}\n"),)
    config, name = load_edited(edits), "OBJECT_1-LIGHT_PROFILE_1-n_sersic"
    assert linked(config, "PAIR") == [(f"PLANE_2-{name}", "", "PLANE_2-OBJECT_1-REDSHIFT", "")]
    assert linked(config, "SINGLE") == [(f"PLANE_1-{name}", "", "PLANE_1-OBJECT_1-REDSHIFT", "")]


def test_what_is_random_in_a_link_has_a_name_and_every_number_a_path(load_edited: Load) -> None:
    plus = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.1, std: 0.2}}}"
    size = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 3.0, std: 0.2}}}"
    argument = f"{{size: {size}, redshift: {{SAME_AS: REDSHIFT}}}}"
    relation = f"{{RELATION: {{NAME: kpc_to_arcsec, PARAMETERS: {argument}}}, SCATTER: 0.1}}"
    config = load_edited(
        (
            (E1, f"        e1: {{SAME_AS: MASS_PROFILE_1-e1, TIMES: 0.7, PLUS: {plus}}}"),
            (SIZE, f"        R_sersic: {relation}"),
        )
    )
    named = dict(named_quantities(config.cosmology, config.instrument, config.configuration("PAIR")))
    parts = {name for name, quantity in named.items() if quantity.part}
    assert parts == {f"{LIGHT}-{end}" for end in ("e1-PLUS", "R_sersic-size", "R_sersic-redshift")}
    assert named[f"{LIGHT}-R_sersic-size"].part == "RELATION.size"
    assert linked(config, "PAIR")[:1] == [(f"{LIGHT}-R_sersic-redshift", "", "PLANE_1-OBJECT_1-REDSHIFT", "")]
    assert config.text.count("SAME_AS") == 2
    assert load_config(config_dict(config)).configurations == config.configurations


def test_parameters_of_a_link_are_set_and_a_number_ends_it(small_lens: dict[str, Any]) -> None:
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["e1"] = {"SAME_AS": "MASS_PROFILE_1-e1", "SCATTER": 0.1}
    light["magnitude"] = {"SAME_AS": "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude", "PLUS": -2}
    light["R_sersic"] = {"RELATION": {"NAME": "kpc_to_arcsec", "PARAMETERS": {"size": 3, "redshift": 0.4}}}
    config = load_config(small_lens)

    def changed(**values: object) -> dict[str, Any]:
        tree = config_dict(config)
        named = {f"{LIGHT}-{name.replace('__', '-')}": value for name, value in values.items()}
        set_parameters(tree, config, "CONFIGURATION_1", named)
        load_config(tree)
        return copy.deepcopy(tree["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"])

    assert changed(e1=0.2)["e1"] == 0.2
    random = distribution_entry("e1", {"name": "normal", "parameters": {"mean": 0.0, "std": 0.1}})
    assert changed(e1=random)["e1"] == random
    assert changed(e1__SCATTER=0.3)["e1"] == {"SAME_AS": "MASS_PROFILE_1-e1", "SCATTER": 0.3}
    one = changed(magnitude__PLUS=random)["magnitude"]
    assert one["PLUS"] == random
    by_band = changed(**{"magnitude__g": 20.0})["magnitude"]
    assert by_band == {"g": 20.0, "r": light["magnitude"]}
    relation = changed(R_sersic__size=4.0)["R_sersic"]["RELATION"]
    assert relation == {"NAME": "kpc_to_arcsec", "PARAMETERS": {"size": 4.0, "redshift": 0.4}}


def test_a_table_or_a_normal_vector_that_sets_a_link_wins(small_lens: dict[str, Any]) -> None:
    """Then what the link names does not matter, even if it is nothing."""
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["e1"] = {"SAME_AS": "NOTHING-e1"}
    with pytest.raises(ConfigError, match="is no number of CONFIGURATION_1"):
        load_config(small_lens)
    vector = {"PARAMS": [f"{LIGHT}-e1"], "MEAN": [0.1], "COVARIANCE": [[0.01]]}
    small_lens["DISTRIBUTIONS"] = {"MULTIVARIATE_NORMAL_1": vector}
    assert linked(load_config(small_lens)) == []


def test_scatter_beyond_the_legal_values_gets_a_remark_where_it_is_known(load_edited: Load) -> None:
    def remarks(link: str) -> tuple[str, ...]:
        return load_edited(((SIZE, f"        R_sersic: {link}"),)).warnings

    (one,) = remarks("{SAME_AS: n_sersic, TIMES: 0.25, SCATTER: 0.5}")
    assert one == (
        "c.yaml:30: SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.R_sersic.SAME_AS: normal draws are at most 0 "
        "with probability 0.023; it must be above 0, so add TRUNCATE: [low, high] or choose another "
        "distribution"
    )
    assert remarks("{SAME_AS: n_sersic, TIMES: 0.25, SCATTER: 0.5, TRUNCATE: [0.1, 3]}") == ()
    assert remarks("{SAME_AS: n_sersic, TIMES: 0.25, SCATTER: 0.01}") == ()


def test_an_idle_number_that_a_link_names_is_used(small_lens: dict[str, Any]) -> None:
    """A mass behind which nothing shines has no effect, so that its numbers may be anything; not if named."""
    mass = {"NAME": "SIE", "PARAMETERS": {"theta_E": -1.0, "e1": 0.0, "e2": 0.0}}
    source = small_lens["SPECIES"]["GALAXY_2"]
    source["MASS_PROFILE_1"] = mass
    load_config(small_lens)
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = {"SAME_AS": "MASS_PROFILE_1-theta_E", "TIMES": -1}
    with pytest.raises(ConfigError, match="theta_E: is -1"):
        load_config(small_lens)


def test_what_differs_by_epoch_is_no_part_of_a_link(small_series: dict[str, Any]) -> None:
    survey = small_series["SURVEY"]["PARAMETERS"]
    survey["seeing"] = normal(0.7, 0.01)
    light = small_series["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["R_sersic"] = {"SAME_AS": "seeing"}
    with pytest.raises(ConfigError, match="seeing differs by epoch, and a link is one number a system"):
        load_config(small_series)
    light["R_sersic"] = 0.5
    survey["seeing"] = {"g": normal(0.7, 0.01), "r": {"SAME_AS": "seeing-g"}}
    with pytest.raises(ConfigError, match="is a link in one band and drawn for each epoch in another"):
        load_config(small_series)
    survey["seeing"] = {"g": 0.7, "r": {"SAME_AS": "seeing-g", "TIMES": 0.9}}
    small_series["SPECIES"]["POINTSOURCE_1"]["MODEL"] = {"NAME": "variable", "NOISE": {"SAME_AS": "seeing-g"}}
    with pytest.raises(ConfigError, match="is a link, and this number is drawn anew for each epoch"):
        load_config(small_series)
    small_series["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "variable"
    assert linked(load_config(small_series)) == [("seeing", "r", "seeing", "g")]
