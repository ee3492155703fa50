"""NUMBER, MAX and POSITION of an OBJECT_n: bounds, names, tables, changes, and what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens import distribution
from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.copies import described, largest_count
from jaxlens.config.model import Draw
from jaxlens.config.naming import image_slots, named_quantities
from jaxlens.config.updates import config_dict, config_text, set_parameters

Load = Callable[[tuple[tuple[str, str], ...]], Config]
POISSON = "{DISTRIBUTION: {NAME: poisson, PARAMETERS: {mean: 3}}}"
LENS = "      OBJECT_1: LENS\n"


def beside_the_lens(keys: str) -> tuple[tuple[str, str], ...]:
    """The change to good.yaml that puts an OBJECT_2 with these keys beside LENS, in line 65."""
    return ((LENS, f"{LENS}      OBJECT_2: {{{keys}}}\n"),)


def names(config: Config) -> list[str]:
    """The names of the quantities of CONFIGURATION_1."""
    one = config.configurations[0]
    return [name for name, _ in named_quantities(config.cosmology, config.instrument, one)]


def problems(load: Load, keys: str) -> list[str]:
    """What is wrong with an OBJECT_2 with these keys."""
    with pytest.raises(ConfigError) as error:
        load(beside_the_lens(keys))
    return list(error.value.problems)


def test_copies_are_objects_with_a_number(load_edited: Load) -> None:
    """The names of a copy are those of an object; the object has the NUMBER."""
    config = load_edited(beside_the_lens("NAME: SOURCE, NUMBER: 2, POSITION: {within: 8, outside: 1}"))
    plane = config.configurations[0].planes[0]
    assert [label for label, _ in plane.objects] == ["OBJECT_1", "OBJECT_2"]
    assert [label for label, _ in plane.members] == ["OBJECT_1", "OBJECT_2_1", "OBJECT_2_2"]
    own = [name.removeprefix("PLANE_1-") for name in names(config) if name.startswith("PLANE_1-OBJECT_2")]
    shape = ("magnitude", "R_sersic", "n_sersic", "center_x", "center_y")
    each = ["sep", "angle", *(f"LIGHT_PROFILE_1-{name}" for name in shape)]
    copies = [f"OBJECT_2_{k}-{name}" for k in (1, 2) for name in each]
    assert sorted(own) == sorted(["OBJECT_2-NUMBER", *copies])


def test_an_object_is_a_mapping_with_a_name_alone(load_edited: Load) -> None:
    """A mapping without the three keys is an object that stands there once."""
    config = load_edited(beside_the_lens("NAME: SOURCE"))
    assert not config.configurations[0].planes[0].copies
    assert "PLANE_1-OBJECT_2-LIGHT_PROFILE_1-magnitude" in names(config)


@pytest.mark.parametrize(
    ("keys", "bound"),
    [
        ("NUMBER: 3", 3),
        ("NUMBER: 0", 1),
        ("POSITION: {within: 2}", 1),
        ("MAX: 4", 4),
        ("NUMBER: 3, MAX: 5", 5),
        ("NUMBER: {DISTRIBUTION: {NAME: uniform_int, PARAMETERS: {minimum: 0, maximum: 6}}}", 6),
        ("NUMBER: {DISTRIBUTION: {NAME: categorical, PARAMETERS: {values: [0, 7], weights: [1, 0]}}}", 1),
        (f"NUMBER: {POISSON}", 16),
        (f"NUMBER: {POISSON}, MAX: 6", 6),
        pytest.param(
            "NUMBER: {DISTRIBUTION: {NAME: poisson, PARAMETERS: {mean: 3}, TRUNCATE: [1, 5]}}",
            5,
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_bound(keys: str, bound: int, load_edited: Load) -> None:
    """The bound is the largest number that can be drawn, or MAX."""
    config = load_edited(beside_the_lens(f"NAME: SOURCE, {keys}"))
    assert config.configurations[0].planes[0].copies[0].bound == bound
    words = "copy" if bound == 1 else "copies"
    assert described(config.configurations[0]) == [f"PLANE_1-OBJECT_2 (SOURCE): up to {bound} {words}"]


def test_the_bound_of_a_poisson_distribution_is_the_last_step_of_a_uniform_number() -> None:
    """Beyond the bound there is less than 2^-24, and beyond one less there is more."""
    for mean in (0.3, 3.0, 20.0):
        bound = largest_count(Draw("poisson", (("mean", mean),)))
        terms = [math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(200)]
        assert sum(terms[int(bound) + 1 :]) <= 2.0**-24 < sum(terms[int(bound) :])


def test_MAX_truncates_the_distribution_only_where_it_cuts_it(load_edited: Load) -> None:
    """A MAX beyond all draws changes none of them."""
    cut, whole = (
        load_edited(beside_the_lens(f"NAME: SOURCE, NUMBER: {POISSON}, MAX: {most}")) for most in (6, 20)
    )
    draws = [config.configurations[0].planes[0].copies[0].number.draws[0] for config in (cut, whole)]
    assert [draw.truncate for draw in draws] == [(0.0, 6.0), None]


def test_a_function_needs_MAX(load_edited: Load) -> None:
    """How many a user's function gives is not known."""
    distribution("crowd")(lambda key: 2.0)
    crowd = "NAME: SOURCE, NUMBER: {DISTRIBUTION: {NAME: crowd}}"
    (found,) = problems(load_edited, crowd)
    assert "has no largest value; give MAX" in found
    config = load_edited(beside_the_lens(f"{crowd}, MAX: 7"))
    assert config.configurations[0].planes[0].copies[0].bound == 7


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("NUMBER: 3", "OBJECT_2.NAME: is missing; give the NAME of a galaxy or point source"),
        (
            "NAME: SUORCE, NUMBER: 3",
            "OBJECT_2.NAME: 'SUORCE' is no galaxy or point source of SPECIES",
        ),
        ("NAME: SOURCE, NUMBR: 3", "OBJECT_2.NUMBR: is not a key of an object; did you mean NUMBER?"),
        ("NAME: SOURCE, NUMBER: -1", "OBJECT_2.NUMBER: is -1; it must be at least 0"),
        ("NAME: SOURCE, NUMBER: 2.5", "OBJECT_2.NUMBER: is 2.5; give a whole number"),
        ("NAME: SOURCE, NUMBER: 300", "OBJECT_2.NUMBER: can be 300; give MAX, the largest number of copies"),
        ("NAME: SOURCE, NUMBER: {SAME_AS: seeing}", "NUMBER of copies cannot follow others"),
        ("NAME: SOURCE, NUMBER: 3, MAX: 2", "OBJECT_2.MAX: is 2, but NUMBER is at least 3"),
        ("NAME: SOURCE, NUMBER: 3, MAX: 0", "OBJECT_2.MAX: is 0; give one whole number of at least 1"),
        ("NAME: SOURCE, NUMBER: 3, MAX: 2000", "OBJECT_2.MAX: is 2000; give one whole number"),
        (
            "NAME: SOURCE, NUMBER: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0, maximum: 3}}}",
            "OBJECT_2.NUMBER: uniform draws numbers that are not whole; it must draw whole numbers",
        ),
        (
            "NAME: SOURCE, NUMBER: {DISTRIBUTION: {NAME: categorical, "
            "PARAMETERS: {values: [1, 1.5], weights: [1, 1]}}}",
            "OBJECT_2.NUMBER: categorical draws 1.5; it must draw whole numbers",
        ),
        ("NAME: SOURCE, POSITION: {within: -2}", "POSITION.within: is -2; it must be at least 0"),
        ("NAME: SOURCE, POSITION: {within: 0}", "POSITION.within: is 0; it must be above 0"),
        ("NAME: SOURCE, POSITION: {outside: 1}", "POSITION.within: is missing; give the largest distance"),
        (
            "NAME: SOURCE, POSITION: {within: 1, outside: 2}",
            "POSITION.outside: is 2, and within is 1; it must be below within",
        ),
        ("NAME: SOURCE, POSITION: {within: 1, outsied: 0}", "POSITION.outsied: is not a key of POSITION"),
        ("NAME: SOURCE, POSITION: 3", "OBJECT_2.POSITION: is 3; give a mapping"),
        ("NAME: AGN, NUMBER: 3", "AGN has a host, SOURCE, so it stands there once"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(keys: str, said: str, load_edited: Load) -> None:
    """Each problem names the file, the line, and what would be right."""
    found = problems(load_edited, keys)
    assert any(said in one for one in found), found
    assert all(one.startswith("c.yaml:65: GEOMETRY.CONFIGURATION_1.PLANE_1.OBJECT_2") for one in found), found


def test_a_host_stands_in_its_plane_once(load_edited: Load) -> None:
    """A point source needs a host of which there is one; copies of it may stand there too."""
    once, many = "OBJECT_1: SOURCE\n      OBJECT_2: AGN\n", "{NAME: SOURCE, NUMBER: 2}\n"
    with pytest.raises(ConfigError, match="AGN follows SOURCE, which must stand there once; write OBJECT_1"):
        load_edited(((once, f"OBJECT_1: {many}      OBJECT_2: AGN\n"),))
    config = load_edited(((once, f"{once}      OBJECT_3: {many}"),))
    assert config.configurations[0].planes[1].copies[0].bound == 2


def test_an_object_that_varies_stands_there_once(load_edited: Load) -> None:
    """A TIMESERIES has arrays of its own for each object."""
    offset = (
        "    HOST: SOURCE\n    PARAMETERS:\n      magnitude: 22\n      sep: 0.1\n      sep_unit: arcsec\n"
    )
    star = "    MODEL: flat\n    HOST: Foreground\n    PARAMETERS:\n      magnitude: 22\n"
    series = "    NOISE_SOURCE_1: POISSON_NOISE\n"
    edits = (
        (offset, star),
        ("      OBJECT_2: AGN\n", "      OBJECT_2: {NAME: AGN, NUMBER: 2}\n"),
        (series, f"{series}    TIMESERIES: {{OBJECTS: [AGN], NITES: [0, 1]}}\n"),
    )
    with pytest.raises(ConfigError, match=r"AGN is PLANE_2\.OBJECT_2, which has NUMBER or POSITION"):
        load_edited(edits)


def test_tables_set_numbers_of_copies(load_edited: Load, tmp_path: Path) -> None:
    """A table sets NUMBER, up to MAX, and the numbers of single copies."""
    table = tmp_path / "counts.txt"
    table.write_text(
        "PLANE_1-OBJECT_2-NUMBER PLANE_1-OBJECT_2_2-LIGHT_PROFILE_1-R_sersic WEIGHT\n2 0.5 1\n4 0.6 1\n"
    )
    section = f"DISTRIBUTIONS:\n  USERDIST_1:\n    FILENAME: {table}\n    MODE: sample\nGEOMETRY:\n"
    edits = (*beside_the_lens("NAME: SOURCE, MAX: 4"), ("GEOMETRY:\n", section))
    columns = [column.parameter for column in load_edited(edits).joints[0].columns]
    assert columns == ["PLANE_1-OBJECT_2-NUMBER", "PLANE_1-OBJECT_2_2-LIGHT_PROFILE_1-R_sersic"]
    config = load_edited((*beside_the_lens("NAME: SOURCE, MAX: 3"), ("GEOMETRY:\n", section)))
    assert any("is 4" in one and "it must be at least 0 and at most 3" in one for one in config.warnings)


def test_numbers_of_copies_can_be_changed(load_edited: Load) -> None:
    """update_param writes NUMBER, MAX and POSITION to the object, and the rest to the species."""
    config = load_edited(beside_the_lens("NAME: SOURCE, NUMBER: 2, POSITION: {within: 8}"))
    tree: dict[str, Any] = config_dict(config)
    new = {"PLANE_1-OBJECT_2-NUMBER": 4, "PLANE_1-OBJECT_2_1-LIGHT_PROFILE_1-R_sersic": 0.7}
    set_parameters(tree, config, "CONFIGURATION_1", new | {"PLANE_1-OBJECT_2-POSITION": {"within": 3}})
    assert tree["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] == {
        "NAME": "SOURCE",
        "NUMBER": 4,
        "POSITION": {"within": 3},
    }
    assert tree["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] == 0.7
    with pytest.raises(ValueError, match="PLANE_1-OBJECT_2_1-sep' is no parameter"):
        set_parameters(tree, config, "CONFIGURATION_1", {"PLANE_1-OBJECT_2_1-sep": 1.0})


def test_the_text_of_a_file_keeps_copies(load_edited: Load) -> None:
    config = load_edited(beside_the_lens(f"NAME: SOURCE, NUMBER: {POISSON}, POSITION: {{within: 8}}"))
    again = load_config(yaml.safe_load(config_text(config, 3)))
    assert again.configurations == config.configurations


def test_copies_are_deflectors(load_edited: Load) -> None:
    """A point source behind copies of a mass has the slots of several deflectors."""
    with_copies = load_edited(beside_the_lens("NAME: LENS, NUMBER: 2"))
    assert image_slots(load_edited(()).configurations[0]) == 6
    assert image_slots(with_copies.configurations[0]) == 12


def test_there_is_one_line_of_sight(small_lens: dict[str, Any]) -> None:
    """Matter along the line of sight cannot be there twice."""
    shear = ("od", "os", "ds")
    names = [f"{kind}_{end}" for kind in ("kappa", "gamma1", "gamma2", "omega") for end in shear]
    los = {"NAME": "LOS", "PARAMETERS": {name: 0.0 for name in names if name != "omega_od"}}
    small_lens["SPECIES"]["GALAXY_3"] = {"NAME": "SIGHT", "MASS_PROFILE_1": los}
    plane = small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]
    plane["OBJECT_2"] = {"NAME": "SIGHT", "NUMBER": 2}
    with pytest.raises(ConfigError, match="SIGHT has LOS, of which a configuration has one"):
        load_config(small_lens)
