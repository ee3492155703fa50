"""SUBSTRUCTURE: its keys, their defaults, the names of its numbers, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.model import Galaxy, Substructure
from jaxlens.config.naming import named_quantities
from jaxlens.config.updates import config_dict, set_parameters

Document = Callable[..., dict[str, Any]]
PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"
WHERE = "<dict>: SPECIES.GALAXY_1.SUBSTRUCTURE"
# Without a mean that must be computed the tests are quick.
NUMBERS = {"Sigma_sub": 0.0, "radius": 3.0}
UNIFORM = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.01, "maximum": 0.02}}}


def substructure_of(config: Config) -> Substructure:
    """SUBSTRUCTURE of LENS as CONFIGURATION_1 has it."""
    species = dict(config.configurations[0].planes[0].objects)["OBJECT_1"]
    assert isinstance(species, Galaxy)
    assert species.substructure
    return species.substructure


def problems(document: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config(document)
    return [one.removeprefix(WHERE) for one in error.value.problems]


def test_what_the_file_leaves_out_has_defaults(with_haloes: Document) -> None:
    found = substructure_of(load_config(with_haloes({"PARAMETERS": NUMBERS})))
    assert (found.profile, found.positions, found.concentration) == ("TNFW", "uniform", "diemer_joyce")
    numbers = {name: one.support()[0] for name, one in found.parameters}
    assert numbers == {
        "Sigma_sub": 0.0,
        "M_host": 1e13,
        "slope": -1.9,
        "M_pivot": 1e8,
        "M_min": 1e6,
        "M_max": 1e10,
        "half_mode_mass": 0.0,
        "turnover_a": 4.2,
        "turnover_b": 2.5,
        "turnover_c": -0.2,
        "radius": 3.0,
        "concentration_scatter": 0.16,
        "truncation_norm": 1.4,
        "truncation_mass_slope": 1 / 3,
        "truncation_radius_slope": 2 / 3,
    }


@pytest.mark.parametrize(
    ("keys", "more", "fewer"),
    [
        ({"PROFILE": "NFW"}, set(), {"truncation_norm", "truncation_mass_slope", "truncation_radius_slope"}),
        ({"PROFILE": "POINT_MASS"}, set(), {"concentration_scatter", "truncation_norm"}),
        ({"PROFILE": "PJAFFE"}, {"truncation_norm", "concentration_scatter"}, {"core_radius"}),
    ],
)
def test_there_are_the_numbers_that_the_profile_needs(
    keys: dict[str, Any], more: set[str], fewer: set[str], with_haloes: Document
) -> None:
    found = dict(substructure_of(load_config(with_haloes({**keys, "PARAMETERS": NUMBERS}))).parameters)
    assert found.keys() >= {*more, "M_min", "half_mode_mass"}
    assert not found.keys() & fewer


def test_every_number_has_a_name_and_a_path(with_haloes: Document) -> None:
    """A distribution, and a link within the object by the short name."""
    numbers = {
        **NUMBERS,
        "half_mode_mass": UNIFORM,
        "M_max": {"SAME_AS": "SUBSTRUCTURE-M_host", "TIMES": 1e-3},
    }
    config = load_config(with_haloes({"PARAMETERS": numbers}))
    named = dict(named_quantities(config.cosmology, config.instrument, config.configurations[0]))
    own = [name for name in named if name.startswith(f"{PREFIX}-")]
    assert own == [f"{PREFIX}-{name}" for name, _ in substructure_of(config).parameters]
    assert named[f"{PREFIX}-half_mode_mass"].path == "SPECIES.GALAXY_1.SUBSTRUCTURE.half_mode_mass"
    assert named[f"{PREFIX}-M_max"].is_linked


def test_a_number_is_changed_by_its_name(with_haloes: Document) -> None:
    config = load_config(with_haloes({"PARAMETERS": NUMBERS}))
    tree = config_dict(config)
    set_parameters(tree, config, "CONFIGURATION_1", {f"{PREFIX}-half_mode_mass": 1e7})
    assert tree["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"]["PARAMETERS"]["half_mode_mass"] == 1e7


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Sigma_sub": None}, ".PARAMETERS.f_sub: is missing; give f_sub and f_sub_radius, or Sigma_sub"),
        ({"f_sub": 0.1, "f_sub_radius": 1.0}, ".PARAMETERS.Sigma_sub: stands beside f_sub, and each says"),
        ({"f_sub_radius": 1.0}, ".PARAMETERS.f_sub_radius: has no meaning with Sigma_sub; remove it"),
        ({"Sigma_sub": None, "f_sub": 0.1}, ".PARAMETERS.f_sub_radius: is missing"),
        ({"radius": None}, ".PARAMETERS.radius: is missing; give a number or a DISTRIBUTION"),
        ({"Sigma_sub": -1.0}, ".PARAMETERS.Sigma_sub: is -1; it must be at least 0"),
        ({"M_host": 0.0}, ".PARAMETERS.M_host: is 0; it must be above 0"),
        ({"turnover_c": 0.5}, ".PARAMETERS.turnover_c: is 0.5; it must be at most 0"),
        ({"mlow": 1e6}, ".PARAMETERS.mlow: is not a number of SUBSTRUCTURE; did you mean M_min?"),
        (
            {"concentration_norm": 10.0},
            ".PARAMETERS.concentration_norm: is used with CONCENTRATION: power_law",
        ),
        ({"radius": {"g": 1.0, "r": 2.0}}, ".PARAMETERS.radius: is a mapping; give a number or a DISTRIB"),
    ],
)
def test_a_wrong_number_is_reported(change: dict[str, Any], expected: str, with_haloes: Document) -> None:
    numbers = {name: one for name, one in {**NUMBERS, **change}.items() if one is not None}
    (found,) = problems(with_haloes({"PARAMETERS": numbers}))
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"PROFILE": "tnfw"}, ".PROFILE: 'tnfw' is not a profile of haloes; did you mean TNFW?"),
        ({"POSITIONS": "nfw"}, ".POSITIONS: 'nfw' is not a distribution; did you mean cored_nfw?"),
        (
            {"CONCENTRATION": "powerlaw"},
            ".CONCENTRATION: 'powerlaw' is not a relation of mass and concentration; did you mean power_law?",
        ),
        ({"MAX_HALOES": 0}, ".MAX_HALOES: is 0; give one whole number of at least 1 and below 1000001"),
        (
            {"PROFILE": "POINT_MASS", "CONCENTRATION": "diemer_joyce"},
            ".CONCENTRATION: has no meaning for POINT_MASS; remove it",
        ),
        ({"TWO_HALO": True}, ".TWO_HALO: is not a key of SUBSTRUCTURE; it must be one of PROFILE"),
    ],
)
def test_a_wrong_key_is_reported(keys: dict[str, Any], expected: str, with_haloes: Document) -> None:
    (found,) = problems(with_haloes({**keys, "PARAMETERS": NUMBERS}))
    assert found.startswith(expected)


def test_a_power_law_needs_its_numbers(with_haloes: Document) -> None:
    found = problems(with_haloes({"CONCENTRATION": "power_law", "PARAMETERS": NUMBERS}))
    names = ("concentration_norm", "concentration_slope")
    assert found == [f".PARAMETERS.{name}: is missing; give a number or a DISTRIBUTION" for name in names]


def test_a_galaxy_without_mass_has_no_subhaloes(with_haloes: Document) -> None:
    document = with_haloes({"PARAMETERS": NUMBERS})
    sheet = {"NAME": "CONVERGENCE", "PARAMETERS": {"kappa": 0.1}}
    document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"] = sheet
    advice = "to be a part of; give the galaxy a MASS_PROFILE_1 like SIE"
    assert problems(document) == [f": has no mass but sheets {advice}"]
    del document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]
    assert problems(document) == [f": has no mass {advice}"]


def test_subhaloes_are_of_one_object(with_haloes: Document) -> None:
    document = with_haloes({"PARAMETERS": NUMBERS})
    document["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_1"] = {"NAME": "LENS", "NUMBER": 2}
    (found,) = problems(document)
    assert "LENS has SUBSTRUCTURE, which belongs to one object" in found


def test_subhaloes_in_the_last_plane_act_on_nothing(with_haloes: Document) -> None:
    document = with_haloes({"PARAMETERS": NUMBERS})
    document["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_3"] = "LENS"
    (found,) = load_config(document).warnings
    assert "its mass and SUBSTRUCTURE act on nothing in the last plane" in found


def test_a_file_without_haloes_has_none(good: str, load_text: Callable[[str], Config]) -> None:
    config = load_text(good)
    assert config.configurations[0].line_of_sight is None
    assert all(getattr(one, "substructure", None) is None for one in config.species)


@pytest.mark.parametrize(("value", "found"), [(1e-3, 1e-3), (0, 0.0), (None, 1e-4)])
def test_halo_tolerance_is_of_the_image(value: object, found: float, with_haloes: Document) -> None:
    document = with_haloes()
    document["IMAGE"]["PARAMETERS"]["halo_tolerance"] = value
    assert load_config(document).instrument.halo_tolerance == found


@pytest.mark.parametrize("value", [2.0, -1e-3, "small", UNIFORM])
def test_a_halo_tolerance_is_one_small_number(value: object, with_haloes: Document) -> None:
    document = with_haloes()
    document["IMAGE"]["PARAMETERS"]["halo_tolerance"] = value
    with pytest.raises(ConfigError, match="give a fraction of the Einstein radius below 1"):
        load_config(document)
