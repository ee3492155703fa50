"""Which bands of a file are used: those that a survey has, or those that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import Report
from jaxlens.config.examples import example_path, examples
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.config.updates import config_dict, set_parameters
from jaxlens.config.used_bands import in_used_bands

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
MAGNITUDE = "SPECIES.GALAXY_1.LIGHT_PROFILE_1.magnitude"


@cache
def bands_in(path: Path) -> list[str]:
    words = yaml.safe_load(path.read_text(encoding="utf-8"))["SURVEY"]["PARAMETERS"]["BANDS"]
    return [word.strip() for word in words.split(",")]


def shared(example: str, survey: str) -> list[str]:
    theirs = bands_in(survey_path(survey))
    return [band for band in bands_in(example_path(example)) if band in theirs]


PAIRS = [(example, survey) for example in examples() for survey in surveys() if shared(example, survey)]
QUICK = [pair for pair in PAIRS if pair[0] in ("galaxy_galaxy", "baobab_diagonal")]


def check_pair(example: str, survey: str) -> None:
    config = load_config(example, survey)
    assert list(config.bands) == shared(example, survey)
    dropped = [band for band in bands_in(example_path(example)) if band not in config.bands]
    said = [line for line in config.warnings if f"the survey {survey} has no " in line]
    assert len(said) == bool(dropped)
    assert all(f"{band}," in said[0] for band in dropped)
    # its text says the same without the survey
    again = load_config(config_dict(config))
    assert again.bands == config.bands
    assert dict(again.instrument.quantities) == dict(config.instrument.quantities)


@pytest.mark.parametrize(("example", "survey"), QUICK)
def test_a_packaged_file_with_a_survey_that_has_one_of_its_bands(example: str, survey: str) -> None:
    check_pair(example, survey)


@pytest.mark.long
def test_every_packaged_file_with_every_survey_that_has_one_of_its_bands() -> None:
    for example, survey in PAIRS:
        check_pair(example, survey)
    print(f"{len(PAIRS)} pairs of a packaged file and a survey")
    assert len(PAIRS) == 75


@pytest.mark.parametrize(("example", "survey"), [("line_of_sight", "jwst"), ("galaxy_galaxy", "hst")])
def test_without_a_band_that_both_have_the_message_names_both_lists(example: str, survey: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(example, survey)
    own, theirs = (", ".join(bands_in(path)) for path in (example_path(example), survey_path(survey)))
    assert f"the file has {own}, and the survey {theirs};" in str(caught.value)


def test_a_band_of_the_survey_for_which_the_file_has_numbers() -> None:
    """A file whose numbers are the same for all bands has them for each."""
    assert load_config("slacs", "roman", bands=["F129", "F106"]).bands == ("F129", "F106")
    with pytest.raises(ConfigError, match=r"magnitude\.u: is missing; give every band of the survey lsst"):
        load_config("galaxy_galaxy", "lsst", bands="u,g")


def test_a_file_that_tells_no_bands_apart_takes_those_of_the_survey(good: str) -> None:
    """As deeplenstronomy does; of a file of one band the numbers are those of the band."""
    text = good.replace("{g: 22.0, r: 21.5}", "22")
    assert load_config(yaml.safe_load(text), "lsst").bands == tuple("ugrizY")
    assert load_config(yaml.safe_load(good), "lsst").bands == ("g", "r")
    linked = text.replace("R_sersic: 0.4", "R_sersic: {SAME_AS: seeing-g}")
    assert load_config(yaml.safe_load(linked), "lsst").bands == ("g", "r")
    assert load_config(yaml.safe_load(text.replace("BANDS: g,r", "BANDS: r")), "lsst").bands == ("r",)


def test_the_bands_are_in_the_order_that_is_asked_for() -> None:
    config = load_config("galaxy_galaxy", bands="i,g")
    whole = load_config("galaxy_galaxy")
    assert config.bands == ("i", "g")
    quantity = {one.path: one for one in _quantities(config)}[MAGNITUDE]
    all_bands = {one.path: one for one in _quantities(whole)}[MAGNITUDE]
    assert quantity.draws == (all_bands.draws[2], all_bands.draws[0])
    assert load_config(config) is config
    # nothing that the file says is lost
    assert load_config(config, bands="r").bands == ("r",)
    assert load_config(config, "ztf").bands == ("i", "g")


def _quantities(config: Config):
    profile = config.configurations[0].planes[0].objects[0][1].light[0]
    return [quantity for _, quantity in profile.parameters]


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ("g,q", "bands: the file has no band q; its bands are g, r, i"),
        ("g,,r", "has a band without a name"),
        ([], "has a band without a name"),
        ("g,r,g", "has g twice"),
    ],
)
def test_bands_that_there_are_not(bands, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_config("galaxy_galaxy", bands=bands)


def test_a_band_that_the_survey_has_not() -> None:
    with pytest.raises(ValueError, match="bands: the survey ztf has no band Y; its bands are g, r, i"):
        load_config("galaxy_galaxy", "ztf", bands="Y")


def test_images_by_band_are_those_of_the_bands_that_are_used() -> None:
    report = Report()
    report.file_bands, report.bands = ("g", "r", "i", "z"), ("i", "g")
    images = np.arange(2 * 4 * 3 * 3.0).reshape(2, 4, 3, 3)
    np.testing.assert_array_equal(in_used_bands(images, report), images[:, [2, 0]])
    # those that all bands share stay as they are
    assert in_used_bands(images[:, 0], report) is not None
    config = load_config("realistic_lsst", "ztf")
    assert dict(config.species[1].light[0].tables)["image"].array.shape[1] == 3


def test_what_follows_a_band_that_is_not_used() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("realistic_lsst", bands="g,r")
    assert "follows LIGHT_PROFILE_1-magnitude-i, of a band that is not used; use the band i too" in str(
        caught.value
    )
    assert "NEAREST.magnitude_i: LIGHT_PROFILE_1-magnitude-i is of a band that is not used; use i too" in str(
        caught.value
    )


def test_a_criterion_about_a_band_that_is_not_used_is_left_out_with_a_warning() -> None:
    tree = yaml.safe_load(example_path("galaxy_galaxy").read_text(encoding="utf-8"))
    tree["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = {
        "theta_E_min": 0.5,
        "snr_min": {"g": 20, "r": 10},
        "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude-g_max": 20,
    }
    config = load_config(tree, bands="r,i")
    selection = config.configurations[0].selection
    assert selection is not None
    assert [one.key for one in selection.criteria] == ["theta_E_min", "snr_min-r"]
    assert (
        sum("is left out: it is about a band that is not used (g)" in line for line in config.warnings) == 2
    )


def test_tables_of_bands_that_are_not_used(tmp_path: Path) -> None:
    tree = yaml.safe_load(example_path("galaxy_galaxy").read_text(encoding="utf-8"))
    name = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"
    (tmp_path / "t.csv").write_text(f"{name}-g {name}-r WEIGHT\n17 16 1\n18 17 1\n", encoding="utf-8")
    tree["DISTRIBUTIONS"] = {
        "USERDIST_1": {"FILENAME": str(tmp_path / "t.csv"), "MODE": "sample"},
        "MULTIVARIATE_NORMAL_1": {
            "PARAMS": [f"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude-{band}" for band in "gr"],
            "MEAN": [22, 21],
            "COVARIANCE": [[1.0, 0.5], [0.5, 1.0]],
        },
    }
    config = load_config(tree, bands="r,i")
    assert [[one.band for one in joint.columns] for joint in config.joints] == [["r"], ["r"]]
    assert not config.warnings


def test_bands_used_is_a_key_of_the_file(load_edited: LoadEdited) -> None:
    assert load_edited((("BANDS: g,r\n", "BANDS: g,r\n    BANDS_USED: r\n"),)).bands == ("r",)
    with pytest.raises(ConfigError, match=r"BANDS_USED: has z, which is none of BANDS; it must be one of"):
        load_edited((("BANDS: g,r\n", "BANDS: g,r\n    BANDS_USED: z\n"),))


def test_simulators_and_streams_take_bands() -> None:
    assert jaxlens.Simulator("galaxy_galaxy", survey="des", bands="r").bands == ("r",)
    train, test = jaxlens.train_test_streams("galaxy_galaxy", 4, survey="des", bands="r,i")
    assert train.config.bands == test.config.bands == ("r", "i")


def test_new_bands_of_a_dataset_are_all_used() -> None:
    config = load_config("galaxy_galaxy", bands="r")
    tree = config_dict(config)
    set_parameters(tree, config, "CONFIGURATION_1", {"BANDS": "g,i"})
    assert "BANDS_USED" not in tree["SURVEY"]["PARAMETERS"]
    assert tree["SURVEY"]["PARAMETERS"]["BANDS"] == "g,i"
