"""update_param, update_param_dist, regenerate and search, as deeplenstronomy documents them."""

from __future__ import annotations

import copy
import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from jaxlens import ConfigError, ConfigWarning, Dataset, load_config, make_dataset

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
MAGNITUDE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude"
UNIFORM = {"NAME": "uniform", "PARAMETERS": {"minimum": 1.0, "maximum": 1.1}}


def made(config: dict[str, Any], **arguments: Any) -> Any:
    return make_dataset(config, **({"batch_size": 4, "skip_image_generation": True} | arguments))


@pytest.fixture
def dataset(small_quasar: dict[str, Any]) -> Any:
    """The metadata of `small_quasar` with Poisson noise and a star, in two configurations."""
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 20.0}}
    noise = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 2.0}}
    small_quasar["SPECIES"] |= {"POINTSOURCE_2": star, "NOISE_1": noise}
    first = small_quasar["GEOMETRY"]["CONFIGURATION_1"]
    first |= {"NOISE_SOURCE_1": "POISSON_NOISE", "FRACTION": 0.5}
    first["PLANE_1"]["OBJECT_2"] = "STAR"
    small_quasar["GEOMETRY"]["CONFIGURATION_2"] = copy.deepcopy(first) | {"NAME": "MORE"}
    return made(small_quasar)


def column(dataset: Dataset, name: str, label: str = "CONFIGURATION_1") -> list[float]:
    return [round(float(value), 5) for value in dataset.metadata(label)[name]]


def test_a_dataset_knows_what_it_was_made_of(small_quasar: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(small_quasar, sort_keys=False))
    dataset = made(path)
    assert dataset.config_file == str(path)
    assert dataset.config_dict == small_quasar
    assert dataset.species_map == {"LENS": "GALAXY_1", "SOURCE": "GALAXY_2", "QUASAR": "POINTSOURCE_1"}
    assert dataset.arguments["batch_size"] == 4
    assert dataset.arguments["skip_image_generation"] is True
    assert dataset.arguments["store_in_memory"] is True
    assert made(small_quasar).config_file is None


@pytest.mark.long
def test_parameters_of_every_kind_are_set_and_made(dataset: Any) -> None:
    dataset.update_param(
        {
            "SIZE": 6,
            THETA_E: 1.25,
            "seeing": 0.9,
            "read_noise": 3,
            "ccd_gain": 2.0,
            "H0": 71,
            "numPix": 20,
            "PLANE_1-REDSHIFT": 0.45,
            "PLANE_2-OBJECT_2-REDSHIFT": 1.6,
            "PLANE_2-OBJECT_2-magnitude": {"g": 20.5, "r": 20.25},
            "PLANE_1-OBJECT_2-magnitude": 18.5,
            "NOISE_SOURCE_1-mean": 3.0,
        },
        "CONFIGURATION_1",
    )
    sections = dataset.config_dict
    assert sections["DATASET"]["PARAMETERS"]["SIZE"] == 6
    assert sections["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] == 1.25
    assert sections["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["PARAMETERS"]["REDSHIFT"] == 0.45
    assert dataset.size == 4
    dataset.regenerate(configurations=["CONFIGURATION_1"])
    assert dataset.size == 6
    for name, value in {
        THETA_E: 1.25,
        "seeing": 0.9,
        "read_noise": 3.0,
        "ccd_gain": 2.0,
        "H0": 71.0,
        "numPix": 20.0,
        "PLANE_1-REDSHIFT": 0.45,
        "PLANE_2-OBJECT_1-REDSHIFT": 1.6,
        "PLANE_1-OBJECT_2-magnitude": 18.5,
        "NOISE_SOURCE_1-mean": 3.0,
    }.items():
        assert column(dataset, f"{name}-r") == [value] * 3, name
    assert column(dataset, "PLANE_2-OBJECT_2-magnitude-g") == [20.5] * 3
    assert column(dataset, "PLANE_2-OBJECT_2-magnitude-r") == [20.25] * 3


@pytest.mark.long
def test_a_species_changes_wherever_it_stands_and_a_redshift_where_it_is_asked(dataset: Any) -> None:
    dataset.update_param({THETA_E: 1.25, "PLANE_1-REDSHIFT": 0.45}, "CONFIGURATION_2")
    dataset.regenerate()
    for label, redshift in (("CONFIGURATION_1", 0.4), ("CONFIGURATION_2", 0.45)):
        assert column(dataset, f"{THETA_E}-g", label) == [1.25] * 2
        assert column(dataset, "PLANE_1-REDSHIFT-g", label) == [redshift] * 2


def test_a_band_sets_that_band_where_bands_may_differ(dataset: Any) -> None:
    dataset.update_param(
        {"seeing-g": 0.8, f"{MAGNITUDE}-r": 23.0, "exposure_time-r": 50.0}, "CONFIGURATION_1"
    )
    assert dataset.config_dict["SURVEY"]["PARAMETERS"]["seeing"] == {"g": 0.8, "r": 0.6}
    assert dataset.config_dict["IMAGE"]["PARAMETERS"]["exposure_time"] == {"g": 100, "r": 50.0}
    dataset.regenerate(configurations=["CONFIGURATION_1"])
    assert column(dataset, f"{MAGNITUDE}-g") == [21.5] * 2
    assert column(dataset, f"{MAGNITUDE}-r") == [23.0] * 2


def test_a_band_is_of_no_matter_where_bands_agree(dataset: Any) -> None:
    dataset.update_param({f"{THETA_E}-r": 1.5, "pixel_scale-g": 0.25, "H0-g": 72.0}, "CONFIGURATION_1")
    assert dataset.config_dict["IMAGE"]["PARAMETERS"]["pixel_scale"] == 0.25
    assert dataset.config_dict["COSMOLOGY"]["PARAMETERS"]["H0"] == 72.0
    dataset.regenerate(configurations=["CONFIGURATION_1"])
    assert column(dataset, f"{THETA_E}-g") == [1.5] * 2


def test_distributions_are_set(dataset: Any) -> None:
    uniform = {"name": "uniform", "parameters": {"minimum": 1.0, "maximum": 1.1}}
    dataset.update_param_dist({THETA_E: uniform, "seeing-r": uniform}, "CONFIGURATION_1")
    assert dataset.config_dict["SURVEY"]["PARAMETERS"]["seeing"] == {"g": 0.7, "r": {"DISTRIBUTION": UNIFORM}}
    dataset.regenerate(configurations=["CONFIGURATION_1"])
    for name in (f"{THETA_E}-g", "seeing-r"):
        values = column(dataset, name)
        assert len(set(values)) == 2
        assert min(values) >= 1.0
        assert max(values) <= 1.1
    assert column(dataset, "seeing-g") == [0.7] * 2


def test_one_distribution_becomes_one_for_each_band_beside_the_one_that_is_set(dataset: Any) -> None:
    dataset.update_param({"sky_brightness": {"DISTRIBUTION": UNIFORM}}, "CONFIGURATION_1")
    dataset.update_param({"sky_brightness-g": 22.5}, "CONFIGURATION_1")
    written = dataset.config_dict["SURVEY"]["PARAMETERS"]["sky_brightness"]
    assert written == {"g": 22.5, "r": {"DISTRIBUTION": UNIFORM}}


def test_the_noise_of_a_configuration_can_be_another(dataset: Any) -> None:
    dataset.update_param({"NOISE_SOURCE_1-NAME": "LOUD"}, "CONFIGURATION_1")
    with pytest.raises(ConfigError) as raised:
        dataset.regenerate()
    message = (
        "<dict>: GEOMETRY.CONFIGURATION_1.NOISE_SOURCE_1: 'LOUD' is no noise of SPECIES; "
        "it must be POISSON_NOISE"
    )
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_F",
            "'PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_F' is no parameter of CONFIGURATION_1; did you mean "
            "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E?",
        ),
        ("seeeing", "'seeeing' is no parameter of CONFIGURATION_1; did you mean seeing?"),
        ("seeing-z", "'seeing-z' is no parameter of CONFIGURATION_1; did you mean seeing?"),
        ("__class__", "'__class__' is no parameter of CONFIGURATION_1; dataset.search(...) lists names"),
        (
            "PLANE_1-OBJECT_2-ra_image",
            "'PLANE_1-OBJECT_2-ra_image' is no parameter of CONFIGURATION_1; did you mean "
            "PLANE_1-OBJECT_2-magnitude?",
        ),
    ],
)
def test_a_name_that_is_no_parameter_is_named_and_changes_nothing(
    dataset: Any, name: str, message: str
) -> None:
    before = copy.deepcopy(dataset.config_dict)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        dataset.update_param({"SIZE": 9, name: 1.0}, "CONFIGURATION_1")
    assert dataset.config_dict == before


def test_a_parameter_may_be_named_in_short(dataset: Any) -> None:
    dataset.update_param({"theta_E": 1.1, "LENS.MASS_PROFILE_1.e1": 0.1, "seeing-g": 0.5}, "CONFIGURATION_1")
    species = dataset.config_dict["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    assert (species["theta_E"], species["e1"]) == (1.1, 0.1)
    assert dataset.config_dict["SURVEY"]["PARAMETERS"]["seeing"]["g"] == 0.5
    with pytest.raises(ValueError, match="magnitude-g may mean PLANE_1-"):
        dataset.update_param({"magnitude-g": 1.0}, "CONFIGURATION_1")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({}, "seeing: give a dictionary like {'name': 'uniform', 'parameters': {...}}"),
        (0.9, "seeing: give a dictionary like {'name': 'uniform', 'parameters': {...}}"),
        (
            {"name": "uniform", "parameter": {}},
            "seeing: 'parameter' is not part of a distribution; did you mean parameters?",
        ),
    ],
)
def test_a_distribution_that_is_written_otherwise_is_explained(
    dataset: Any, description: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        dataset.update_param_dist({"seeing": description}, "CONFIGURATION_1")


def test_a_band_of_what_is_not_in_the_file_is_explained(dataset: Any) -> None:
    message = "ccd_gain is not in the file; set it for all bands first"
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataset.update_param({"ccd_gain-g": 2.0}, "CONFIGURATION_1")


def test_a_configuration_that_is_not_there_is_named(dataset: Any) -> None:
    with pytest.raises(ValueError, match="'CONFIGURATION_9' is not in the file"):
        dataset.update_param({"SIZE": 2}, "CONFIGURATION_9")
    dataset.update_param({"SIZE": 2}, "MORE")


def test_what_was_wrong_is_found_when_it_is_made_and_the_dataset_stays(dataset: Any) -> None:
    before = dataset.metadata("CONFIGURATION_1")
    dataset.update_param({"pixel_scale": -1.0, THETA_E: "wide"}, "CONFIGURATION_1")
    with pytest.raises(ConfigError) as raised:
        dataset.regenerate()
    assert raised.value.problems == (
        "<dict>: IMAGE.PARAMETERS.pixel_scale: is -1; it must be above 0",
        "<dict>: SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.theta_E: is the text 'wide'; "
        "give a number or a DISTRIBUTION",
    )
    assert dataset.metadata("CONFIGURATION_1") is before


@pytest.mark.long
def test_regenerate_is_make_dataset_of_the_dictionary(small_lens: dict[str, Any]) -> None:
    dataset: Any = make_dataset(small_lens, return_planes=True, batch_size=4)
    images = dataset.images()
    dataset.regenerate(return_planes=False)
    np.testing.assert_allclose(dataset.images(), images, atol=1e-5 * images.max())
    assert not hasattr(dataset, "CONFIGURATION_1_planes")
    dataset.update_param({"SIZE": 3})
    dataset.regenerate()
    assert dataset.CONFIGURATION_1_images.shape[0] == 3
    assert dataset.arguments["return_planes"] is False
    with pytest.warns(UserWarning, match="nothing is kept"):
        dataset.regenerate(store_in_memory=False)
    assert not hasattr(dataset, "CONFIGURATION_1_images")


def test_a_dictionary_that_was_changed_by_hand_is_what_is_made(small_lens: dict[str, Any]) -> None:
    dataset = made(small_lens)
    dataset.config_dict["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["PARAMETERS"]["REDSHIFT"] = 2.0
    dataset.regenerate()
    assert column(dataset, "PLANE_2-REDSHIFT-g") == [2.0] * 4
    del dataset.config_dict["SURVEY"]
    with pytest.raises(ValueError, match=r"^config_dict has no SURVEY.PARAMETERS; it was changed by hand$"):
        dataset.update_param({"seeing": 1.0})


def test_an_argument_that_is_none_is_named(small_lens: dict[str, Any]) -> None:
    dataset = made(small_lens)
    with pytest.raises(
        TypeError, match=r"^'batchsize' is no argument of regenerate; did you mean batch_size"
    ):
        dataset.regenerate(batchsize=2)
    with pytest.raises(TypeError, match=r"^'config' is no argument of regenerate"):
        dataset.regenerate(config={})


def test_a_file_without_seed_is_made_anew(small_lens: dict[str, Any]) -> None:
    del small_lens["DATASET"]["PARAMETERS"]["SEED"]
    dataset = made(small_lens)
    seed, before = dataset.seed, column(dataset, f"{THETA_E}-g")
    dataset.regenerate()
    assert dataset.seed != seed
    assert column(dataset, f"{THETA_E}-g") != before


def test_remarks_are_warnings_where_the_dataset_was_asked_for(small_lens: dict[str, Any]) -> None:
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["FRACTION"] = 0.5
    message = "the FRACTIONs sum to 0.5; only that share of SIZE is made"
    with pytest.warns(ConfigWarning, match=re.escape(message)) as caught:
        dataset = make_dataset(small_lens, skip_image_generation=True)
    assert [Path(one.filename).name for one in caught] == [Path(__file__).name]
    with pytest.warns(ConfigWarning, match=re.escape(message)) as caught:
        dataset.regenerate()
    assert [Path(one.filename).name for one in caught] == [Path(__file__).name]


def test_search_finds_the_columns_of_an_object_s_parameters(dataset: Any) -> None:
    found = dataset.search("theta_E")
    assert found == {
        "LENS": [
            f"{label}-{THETA_E}-{band}" for label in ("CONFIGURATION_1", "CONFIGURATION_2") for band in "gr"
        ]
    }
    assert list(dataset.search("magnitude")) == ["LENS", "STAR", "SOURCE", "QUASAR"]
    assert f"CONFIGURATION_2-{MAGNITUDE}-r" in dataset.search("LIGHT_PROFILE_1-mag")["SOURCE"]
    assert "CONFIGURATION_1-PLANE_2-OBJECT_2-magnitude-g" in dataset.search("magnitude")["QUASAR"]
    assert dataset.search("nothing") == {}
    assert dataset.search("REDSHIFT") == {}


def test_the_dictionary_has_what_input_and_a_survey_bring(small_lens: dict[str, Any], tmp_path: Path) -> None:
    for galaxy in small_lens["SPECIES"].values():
        galaxy["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 21.0
    species = small_lens["SPECIES"]
    whole, part = tmp_path / "whole.yaml", tmp_path / "species.yaml"
    part.write_text(yaml.safe_dump(species))
    whole.write_text(yaml.safe_dump(small_lens | {"SPECIES": {"INPUT": "species.yaml"}}))
    dataset = made(whole, survey="euclid")
    assert dataset.config_dict["SPECIES"] == species
    assert dataset.config_dict["SURVEY"]["PARAMETERS"]["seeing"] == 0.16
    before = dataset.metadata()
    # neither the files nor the survey are needed again
    whole.unlink()
    part.unlink()
    dataset.regenerate()
    assert dataset.metadata().equals(before)
    dataset.update_param({"seeing": 0.2})
    dataset.regenerate()
    assert column(dataset, "seeing-VIS") == [0.2] * 4
    with pytest.raises(ConfigError, match="no band of the survey hst; the file has VIS"):
        dataset.regenerate(survey="hst")


def test_the_dictionary_has_the_size_folder_and_seed_of_a_config_that_was_changed(
    small_lens: dict[str, Any],
) -> None:
    config = dataclasses.replace(load_config(small_lens), size=2, outdir="elsewhere", seed=7)
    dataset: Any = make_dataset(config, skip_image_generation=True)
    assert dataset.config_dict["DATASET"]["PARAMETERS"] == {"SIZE": 2, "OUTDIR": "elsewhere", "SEED": 7}
    before = dataset.metadata()
    dataset.regenerate()
    assert dataset.metadata().equals(before)
