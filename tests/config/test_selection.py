"""SELECT: its criteria, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from jaxlens import ConfigError
from jaxlens.config import load_config
from jaxlens.config.model import Criterion, Selection

LIGHT, MASS = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"


def selection_of(document: dict[str, Any], select: Any) -> Selection | None:
    """The selection of the only configuration with this SELECT."""
    document["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = select
    return load_config(document).configurations[0].selection


def problem(document: dict[str, Any], select: Any) -> str:
    """The only problem of the file with this SELECT, behind the path of the SELECT."""
    with pytest.raises(ConfigError) as caught:
        selection_of(document, select)
    (line,) = caught.value.problems
    return line.partition("CONFIGURATION_1.SELECT")[2]


def test_the_criteria_of_a_file(small_lens: dict[str, Any]) -> None:
    select = {
        "theta_E_min": 0.9,
        "snr_min": {"r": 10, "g": 5},
        "images_min": 2,
        f"{LIGHT}-magnitude-g_max": 24,
        "PLANE_2-REDSHIFT_max": 2,
        f"{LIGHT}-R_sersic_min": 0.1,
        "MAX_TRIES": 50,
    }
    assert selection_of(small_lens, select) == Selection(
        (
            Criterion("theta_E_min", "theta_E", "numbers", True, 0.9),
            Criterion("snr_min-r", "snr", "images", True, 10.0, "r"),
            Criterion("snr_min-g", "snr", "images", True, 5.0, "g"),
            Criterion("images_min", "images", "positions", True, 2.0),
            Criterion(f"{LIGHT}-magnitude-g_max", f"{LIGHT}-magnitude", "numbers", False, 24.0, "g"),
            Criterion("PLANE_2-REDSHIFT_max", "PLANE_2-OBJECT_1-REDSHIFT", "numbers", False, 2.0),
            Criterion(f"{LIGHT}-R_sersic_min", f"{LIGHT}-R_sersic", "numbers", True, 0.1),
        ),
        50,
    )


def test_cheap_criteria_are_tested_first(small_lens: dict[str, Any]) -> None:
    select = {"snr_min": 1, "images_min": 2, "theta_E_min": 0.9, "magnification_min": 2}
    found = selection_of(small_lens, select)
    assert found is not None
    stages = [[one.key for one in stage] for stage in found.stages]
    assert stages == [["theta_E_min"], ["images_min"], ["snr_min", "magnification_min"]]


def test_the_magnification_of_a_point_source_needs_no_image(small_quasar: dict[str, Any]) -> None:
    found = selection_of(small_quasar, {"magnification_min": 2})
    assert found is not None
    assert [one.kind for one in found.criteria] == ["positions"]


def test_a_criterion_may_have_a_short_name(small_lens: dict[str, Any]) -> None:
    """But one that the language has itself, such as theta_E, means that."""
    bounds = {"SOURCE.center_x_max": 0.05, "MASS_PROFILE_1-theta_E_min": 0.9, "theta_E_min": 0.9}
    found = selection_of(small_lens, bounds)
    assert found is not None
    names = {"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x", f"{MASS}-theta_E", "theta_E"}
    assert {one.quantity for one in found.criteria} == names


def test_without_a_criterion_all_systems_are_kept(small_lens: dict[str, Any]) -> None:
    assert selection_of(small_lens, None) is None


@pytest.mark.parametrize(
    ("select", "text"),
    [
        ({"thetaE_min": 1}, ".thetaE_min: is no criterion of this configuration; did you mean theta_E_min?"),
        ({"SNR_min": 1}, ".SNR_min: is no criterion of this configuration; did you mean snr_min?"),
        ({"theta_E": 1}, ".theta_E: is no criterion; write theta_E_min or theta_E_max"),
        ({f"{MASS}-thetaE_min": 1}, f"did you mean {MASS}-theta_E_min?"),
        ({"e1_min": 0}, ".e1_min: is no criterion of this configuration; it may mean "),
        ({"PLANE_3-OBJECT_1-x_max": 1, "images_min": 1}, "is no criterion of this configuration; "),
        ({}, ": has no criterion; give some of theta_E_min, "),
        ({"theta_E_min": 0.9, "MAX_TRIES": 0}, ".MAX_TRIES: is 0; give one whole number of at least 1"),
        ({"snr_min": -3}, ".snr_min: is -3; it must be at least 0"),
        ({"snr_min": {"i": 3}}, ".snr_min.i: is no band; it must be one of g, r"),
        ({"theta_E_min": {"g": 1}}, ".theta_E_min: theta_E is the same in all bands; give one number"),
        ({"images_min": 2.5}, ".images_min: is 2.5; give a whole number of images"),
        ({"snr_min": "high"}, ".snr_min: is the text 'high'; give a number"),
        ({"snr_min": {"DISTRIBUTION": {"NAME": "normal"}}}, ".snr_min: is a DISTRIBUTION; give a number"),
        ({"snr_min": 9, "snr_max": 4}, ".snr_min: is 9, above snr_max 4, so that no system is kept"),
        ({"theta_E_min": 3}, ".theta_E_min: is 3, above 1.2, its largest value, so that no system is kept"),
        ({"theta_E_max": 0.1}, ".theta_E_max: is 0.1, below 0.8, its smallest value, so that no system"),
        ({"seeing_max": 0.65}, ".seeing_max: is 0.65, below 0.7, its smallest value"),
    ],
)
def test_what_is_wrong_with_a_criterion(
    select: dict[str, Any], text: str, small_lens: dict[str, Any]
) -> None:
    assert text in problem(small_lens, select)


def test_what_needs_a_lens(small_lens: dict[str, Any]) -> None:
    lens = small_lens["SPECIES"]["GALAXY_1"]
    del lens["MASS_PROFILE_1"]
    assert "no mass in front of PLANE_2, the last plane with light, has a theta_E" in problem(
        small_lens, {"theta_E_min": 1}
    )
    del lens["SHEAR_PROFILE_1"]
    for key in ("image_separation_min", "images_min", "magnification_min"):
        text = f".{key}: no mass is in front of PLANE_2; add a lens, or bound another number"
        assert problem(small_lens, {key: 1}) == text


def test_what_needs_light_with_a_flux(small_lens: dict[str, Any]) -> None:
    light = small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]
    light |= {"NAME": "POWER_LAW", "PARAMETERS": {"amp": 1.0, "gamma": 2.0, "e1": 0.1, "e2": 0.0}}
    assert "has POWER_LAW, which has no finite flux" in problem(small_lens, {"magnification_min": 2})
    light |= {"NAME": "UNIFORM", "PARAMETERS": {"magnitude": 22.0}}
    assert "no point source is behind a mass" in problem(small_lens, {"images_min": 2})
    for galaxy in ("GALAXY_1", "GALAXY_2"):
        del small_lens["SPECIES"][galaxy]["LIGHT_PROFILE_1"]
    small_lens["SPECIES"]["GALAXY_2"]["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": 1.0}}
    assert "no plane has light; bound another number" in problem(small_lens, {"snr_min": 2})


def test_what_differs_by_epoch_is_no_criterion(small_series: dict[str, Any]) -> None:
    small_series["SURVEY"]["PARAMETERS"]["seeing"] = {
        "DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.5, "maximum": 0.9}}
    }
    text = ".seeing_max: differs by epoch, but a system is kept or not as a whole; bound another number"
    assert problem(small_series, {"seeing_max": 0.8}) == text
    assert selection_of(small_series, {"images_min": 2, "snr_min": 5}) is not None


def test_rows_that_belong_to_systems_must_meet_their_own_criteria(
    small_lens: dict[str, Any], tmp_path: Any
) -> None:
    path = tmp_path / "table.txt"
    path.write_text(f"{MASS}-theta_E WEIGHT\n0.9 1\n0.5 1\n1.1 1\n")
    table = {"FILENAME": str(path), "MODE": "iterate"}
    small_lens["DISTRIBUTIONS"] = {"USERDIST_1": table}
    for key in ("theta_E_min", f"{MASS}-theta_E_min"):
        assert f".{key}: is not met by row 2 of USERDIST_1, whose rows belong to systems" in problem(
            small_lens, {key: 0.8}
        )
    table["MODE"] = "sample"
    assert selection_of(small_lens, {"theta_E_min": 0.8}) is not None
    assert ".theta_E_min: is 1.15, above 1.1, its largest value" in problem(small_lens, {"theta_E_min": 1.15})


def test_a_selection_of_a_configuration_that_is_not_asked_for_is_a_warning(
    small_lens: dict[str, Any],
) -> None:
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_1"]["FRACTION"] = 0.5
    geometry["CONFIGURATION_2"] = geometry["CONFIGURATION_1"] | {"NAME": "OTHERS", "SELECT": {"x_min": 1}}
    loaded = load_config(small_lens, configurations=["LENSES"])
    assert any("x_min: is no criterion" in line for line in loaded.passed_over)
    with pytest.raises(ConfigError, match="x_min: is no criterion"):
        loaded.configuration("OTHERS")
