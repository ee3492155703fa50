"""Numbers of haloes that must be larger than others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import ConfigError, load_config

Document = Callable[..., dict[str, Any]]
NUMBERS = {"Sigma_sub": 0.0, "radius": 3.0}
RANDOM = {"DISTRIBUTION": {"NAME": "loguniform", "PARAMETERS": {"minimum": 1e6, "maximum": 1e11}}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"M_min": 1e10}, "M_min: is 1e+10, and M_max is 1e+10; M_max must be above M_min"),
        ({"M_min": RANDOM}, "M_min: can be 1e+11, and M_max is 1e+10; M_max must be above M_min"),
        (
            {"Sigma_sub": None, "f_sub": 0.0, "f_sub_radius": 4.0},
            "f_sub_radius: is 4, and radius is 3; radius must be at least f_sub_radius, as subhaloes are",
        ),
    ],
)
def test_what_must_be_larger(change: dict[str, Any], expected: str, with_haloes: Document) -> None:
    numbers = {name: one for name, one in {**NUMBERS, **change}.items() if one is not None}
    with pytest.raises(ConfigError) as error:
        load_config(with_haloes({"PARAMETERS": numbers}))
    (found,) = error.value.problems
    assert found.startswith(f"<dict>: SPECIES.GALAXY_1.SUBSTRUCTURE.PARAMETERS.{expected}")


@pytest.mark.parametrize(
    "change",
    [
        {"Sigma_sub": None, "f_sub": 0.0, "f_sub_radius": 3.0},
        {"M_min": RANDOM, "M_max": {"SAME_AS": "M_min", "TIMES": 10}},
    ],
)
def test_equal_radii_and_linked_masses_are_legal(change: dict[str, Any], with_haloes: Document) -> None:
    numbers = {name: one for name, one in {**NUMBERS, **change}.items() if one is not None}
    assert not load_config(with_haloes({"PARAMETERS": numbers})).warnings


def test_masses_along_the_line_of_sight(with_haloes: Document) -> None:
    document = with_haloes(line_of_sight={"PARAMETERS": {"M_max": 1e5, "normalization": 0.0}})
    with pytest.raises(ConfigError, match=r"LINE_OF_SIGHT.*: is 1e\+06, and M_max is 100000"):
        load_config(document)


def test_a_table_that_sets_a_mass_replaces_the_number_of_the_file(
    with_haloes: Document, tmp_path: Any
) -> None:
    (tmp_path / "masses.txt").write_text("PLANE_1-OBJECT_1-SUBSTRUCTURE-M_min WEIGHT\n1e6 1\n1e7 1\n")
    document = with_haloes({"PARAMETERS": {**NUMBERS, "M_min": 1e12}})
    table = {"FILENAME": str(tmp_path / "masses.txt"), "MODE": "sample"}
    document["DISTRIBUTIONS"] = {"USERDIST_1": table}
    assert load_config(document).joints[0].columns[0].parameter == "PLANE_1-OBJECT_1-SUBSTRUCTURE-M_min"


def test_a_table_with_an_illegal_mass_has_a_warning(with_haloes: Document, tmp_path: Any) -> None:
    """There is then no mean number of haloes for each row."""
    (tmp_path / "masses.txt").write_text("LINE_OF_SIGHT-M_min WEIGHT\n1e6 1\n-1 1\n")
    document = with_haloes(line_of_sight={"MAX_HALOES": 10, "PARAMETERS": {"normalization": 0.1}})
    table = {"FILENAME": str(tmp_path / "masses.txt"), "MODE": "sample"}
    document["DISTRIBUTIONS"] = {"USERDIST_1": table}
    (found,) = load_config(document).warnings
    assert "LINE_OF_SIGHT-M_min: is -1, and rows like it have 50% of the weight; it must be above 0" in found
    del document["LINE_OF_SIGHT"]["MAX_HALOES"]
    with pytest.raises(ConfigError, match="no mean number of haloes; give MAX_HALOES"):
        load_config(document)


def test_a_logarithm_of_a_mass_has_a_warning(with_haloes: Document) -> None:
    """A black hole may have any mass."""
    numbers = {**NUMBERS, "M_min": 6.0, "M_max": 10.0}
    (found,) = load_config(with_haloes({"PARAMETERS": numbers})).warnings
    assert "M_min: is 6 solar masses; concentrations are known from 10000 on; is this a decimal" in found
    assert not load_config(with_haloes({"PROFILE": "POINT_MASS", "PARAMETERS": numbers})).warnings
