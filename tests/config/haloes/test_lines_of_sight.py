"""LINE_OF_SIGHT of the file and of a configuration: which one counts, its keys and names, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.model import LineOfSight
from jaxlens.config.naming import named_quantities
from jaxlens.config.updates import config_dict, set_parameters
from jaxlens.kernels import MASS_PROFILES

Document = Callable[..., dict[str, Any]]
# Haloes without a number of them, so that no mean is more than 0.
NONE = {"PARAMETERS": {"normalization": 0.0}}


def configuration(document: dict[str, Any]) -> dict[str, Any]:
    return document["GEOMETRY"]["CONFIGURATION_1"]


def line_of_sight(config: Config) -> LineOfSight:
    found = config.configurations[0].line_of_sight
    assert found
    return found


def problems(document: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config(document)
    return [one.removeprefix("<dict>: ") for one in error.value.problems]


def test_that_of_the_file_is_of_each_configuration_with_a_lens(with_haloes: Document) -> None:
    """CONFIGURATION_2 has one plane, and so no haloes in front of a source."""
    config = load_config(with_haloes(line_of_sight=NONE))
    assert [one.line_of_sight is None for one in config.configurations] == [False, True]
    found = line_of_sight(config)
    assert (found.profile, found.dz, found.two_halo, found.sheets) == ("TNFW", 0.02, True, True)
    numbers = {name: one.support()[0] for name, one in found.parameters}
    assert numbers == {
        "M_min": 1e6,
        "M_max": 1e10,
        "half_mode_mass": 0.0,
        "turnover_a": 2.3,
        "turnover_b": 0.8,
        "turnover_c": -1.0,
        "normalization": 0.0,
        "slope_change": 0.0,
        # 16 pixels of 0.2 arcsec
        "cone_radius": 1.6,
        "cone_end": 0.05,
        "M_host": 1e13,
        "concentration_scatter": 0.16,
        "truncation_overdensity": 50.0,
    }


def test_that_of_a_configuration_counts_there(with_haloes: Document) -> None:
    document = with_haloes(line_of_sight=NONE)
    configuration(document)["LINE_OF_SIGHT"] = {**NONE, "TWO_HALO": "no", "SHEETS": False, "dz": 0.1}
    found = line_of_sight(load_config(document))
    assert (found.path, found.dz, found.two_halo, found.sheets) == (
        "GEOMETRY.CONFIGURATION_1.LINE_OF_SIGHT",
        0.1,
        False,
        False,
    )
    assert "M_host" not in dict(found.parameters)


@pytest.mark.parametrize("word", ["none", "None", None, False])
def test_a_configuration_may_have_none(word: object, with_haloes: Document) -> None:
    document = with_haloes(line_of_sight=NONE)
    configuration(document)["LINE_OF_SIGHT"] = word
    config = load_config(document)
    assert config.configurations[0].line_of_sight is None
    (found,) = config.warnings
    assert "LINE_OF_SIGHT: is used by no configuration" in found


@pytest.mark.parametrize("own", [False, True])
def test_its_numbers_have_names_and_are_changed_by_them(own: bool, with_haloes: Document) -> None:
    document = with_haloes(line_of_sight=NONE)
    if own:
        configuration(document)["LINE_OF_SIGHT"] = document.pop("LINE_OF_SIGHT")
    config = load_config(document)
    named = [n for n, _ in named_quantities(config.cosmology, config.instrument, config.configurations[0])]
    expected = [f"LINE_OF_SIGHT-{name}" for name, _ in line_of_sight(config).parameters]
    assert [name for name in named if name.startswith("LINE_OF_SIGHT-")] == expected
    tree = config_dict(config)
    set_parameters(tree, config, "CONFIGURATION_1", {"LINE_OF_SIGHT-M_min": 1e7})
    section = configuration(tree)["LINE_OF_SIGHT"] if own else tree["LINE_OF_SIGHT"]
    assert section["PARAMETERS"]["M_min"] == 1e7


def test_a_number_is_set_where_the_file_has_none(with_haloes: Document) -> None:
    config = load_config(with_haloes(line_of_sight={"MAX_HALOES": 9, "dz": 0.5}))
    tree = config_dict(config)
    set_parameters(tree, config, "CONFIGURATION_1", {"LINE_OF_SIGHT-normalization": 0.0})
    assert tree["LINE_OF_SIGHT"]["PARAMETERS"] == {"normalization": 0.0}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"dz": 0}, "LINE_OF_SIGHT.dz: is 0; it must be above 0"),
        ({"SHEETS": "maybe"}, "LINE_OF_SIGHT.SHEETS: is the text 'maybe'; give true (take out their mean"),
        (
            {"POSITIONS": "uniform"},
            "LINE_OF_SIGHT.POSITIONS: is not a key of LINE_OF_SIGHT; it must be one of",
        ),
        ({"PARAMETERS": {"M_max": -1}}, "LINE_OF_SIGHT.PARAMETERS.M_max: is -1; it must be above 0"),
        (
            {"TWO_HALO": False, "PARAMETERS": {"M_host": 1e13}},
            "LINE_OF_SIGHT.PARAMETERS.M_host: is used with TWO_HALO: true only; remove it",
        ),
        (
            {"PARAMETERS": {"cone_opening_angle": 6.0}},
            "LINE_OF_SIGHT.PARAMETERS.cone_opening_angle: is not a number of LINE_OF_SIGHT; did you mean con",
        ),
    ],
)
def test_what_is_wrong_is_reported_once(change: dict[str, Any], expected: str, with_haloes: Document) -> None:
    numbers = {**NONE["PARAMETERS"], **change.get("PARAMETERS", {})}
    (found,) = problems(with_haloes(line_of_sight={**change, "PARAMETERS": numbers}))
    assert found.startswith(expected)


def test_what_is_wrong_with_that_of_the_file_matters_where_it_is_used(with_haloes: Document) -> None:
    """CONFIGURATION_2 has one plane, and so does not use it."""
    document = with_haloes(line_of_sight={**NONE, "dz": -1})
    config = load_config(document, configurations="CONFIGURATION_2")
    assert "LINE_OF_SIGHT.dz: is -1; it must be above 0" in config.configurations[0].problems[0]
    with pytest.raises(ConfigError, match="dz: is -1"):
        load_config(document, configurations="CONFIGURATION_1")


def test_a_configuration_of_one_plane_has_no_line_of_sight(with_haloes: Document) -> None:
    document = with_haloes()
    document["GEOMETRY"]["CONFIGURATION_2"]["LINE_OF_SIGHT"] = NONE
    (found,) = problems(document)
    assert "is in front of a single plane, and needs a lens and what is behind it; add PLANE_2" in found


def test_a_problem_of_a_configuration_that_is_not_asked_for_is_a_warning(with_haloes: Document) -> None:
    document = with_haloes()
    configuration(document)["LINE_OF_SIGHT"] = {"PARAMETERS": {"M_min": -1}}
    config = load_config(document, configurations="CONFIGURATION_2")
    assert "M_min: is -1" in config.configurations[0].problems[0]


def test_haloes_stand_beside_no_profile_of_a_line_of_sight(with_haloes: Document) -> None:
    document = with_haloes(line_of_sight=NONE)
    zeros = dict.fromkeys(MASS_PROFILES["LOS"].parameters, 0.0)
    document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = {"NAME": "LOS", "PARAMETERS": zeros}
    (found,) = problems(document)
    assert "has LOS in MASS_PROFILE_2, which stands for a line of sight; remove it" in found
