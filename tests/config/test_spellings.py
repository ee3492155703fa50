"""Spellings of true, false, nothing and numbers (those that are refused are in `broken/*.yaml`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens.config import Config, load_config
from jaxlens.config.errors import Report
from jaxlens.config.reader import Node, read_text
from jaxlens.config.spellings import ambiguous_number, is_nothing, switch

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]

TRUE = ["1", "yes", "Yes", "on", "true", "TRUE", "'True'", "'yes'", "'1'", "1.0", "y", "'on'"]
FALSE = ["0", "no", "No", "off", "false", "'False'", "'no'", "'0'", "0.0", "n", "'OFF'"]


def node(text: str) -> Node:
    return read_text(f"key: {text}", "c.yaml", Report()).entries["key"]


@pytest.mark.parametrize(
    ("text", "value"), [(text, True) for text in TRUE] + [(text, False) for text in FALSE]
)
def test_every_spelling_of_a_switch(text: str, value: bool) -> None:
    report = Report()
    assert switch(node(text), report, "a", "b") is value
    report.raise_problems()


@pytest.mark.parametrize("text", ["None", "2", "-1", "maybe", "[true]", "{a: 1}", "''", "null", "0.5", "nan"])
def test_what_is_neither_true_nor_false(text: str) -> None:
    report = Report()
    assert switch(node(text), report, "the one", "the other") is None
    with pytest.raises(
        ValueError, match=r"^c.yaml:1: key: is .+; give true \(the one\) or false \(the other\)$"
    ):
        report.raise_problems()


@pytest.mark.parametrize("text", ["", "~", "null", "None", "none", "NONE", "'null'"])
def test_nothing(text: str) -> None:
    assert is_nothing(node(text))


@pytest.mark.parametrize("text", ["0", "false", "''", "nothing", "[]", "{}"])
def test_something(text: str) -> None:
    assert not is_nothing(node(text))


@pytest.mark.parametrize("text", ["1e3", "0", "00", "08", "0x10", "1_000", "-3.5", "a,b", "1,2,3,4", ".5"])
def test_numbers_that_mean_one_thing(text: str) -> None:
    assert ambiguous_number(node(text)) == ""


@pytest.mark.parametrize("text", ["1,000", "0,5", "010", "-017", "1:30", "1:30.5", "12,345,678"])
def test_numbers_that_may_mean_two(text: str) -> None:
    assert ambiguous_number(node(text))


@pytest.fixture
def sky(tmp_path: Path) -> None:
    """BACKGROUNDS of three images."""
    (tmp_path / "sky").mkdir()
    for band in "gr":
        fits.writeto(tmp_path / "sky" / f"{band}.fits", np.zeros((3, 16, 16), np.float32))


@pytest.mark.parametrize(("text", "value"), [("1", True), ("'yes'", True), ("0", False), ("'False'", False)])
@pytest.mark.usefixtures("sky")
def test_ITERATE_of_any_spelling(load_edited: LoadEdited, text: str, value: bool) -> None:
    section = f"BACKGROUNDS: {{PATH: sky, CONFIGURATIONS: PAIR, ITERATE: {text}}}\nGEOMETRY:\n"
    found = load_edited((("GEOMETRY:\n", section),)).backgrounds
    assert found is not None
    assert (found.iterate, found.configurations) == (value, ("CONFIGURATION_1",))


@pytest.mark.usefixtures("sky")
def test_ITERATE_without_a_value_says_how_it_is_taken(load_edited: LoadEdited) -> None:
    section = "BACKGROUNDS: {PATH: sky, CONFIGURATIONS: PAIR, ITERATE: null}\nGEOMETRY:\n"
    config = load_edited((("GEOMETRY:\n", section),))
    assert "c.yaml:59: BACKGROUNDS.ITERATE: has no value and is taken for true; write true or false" in (
        config.warnings
    )


@pytest.mark.parametrize(("text", "value"), [("1", True), ("'no'", False), ("None", False)])
def test_supersampling_convolution_of_any_spelling(load_edited: LoadEdited, text: str, value: bool) -> None:
    config = load_edited((("read_noise: 7", f"read_noise: 7\n    supersampling_convolution: {text}"),))
    assert config.instrument.numerics.supersampling_convolution is value


@pytest.mark.parametrize(("log", "value"), [("1", (True, True)), ("[yes, 'off']", (True, False))])
def test_LOG_of_any_spelling(load_edited: LoadEdited, log: str, value: tuple[bool, bool]) -> None:
    numbers = "PARAMS: [seeing, exposure_time], MEAN: [0, 1], COVARIANCE: [[1, 0], [0, 1]]"
    normal = f"{{{numbers}, LOG: {log}}}"
    section = f"DISTRIBUTIONS:\n  MULTIVARIATE_NORMAL_1: {normal}\nGEOMETRY:\n"
    assert load_edited((("GEOMETRY:\n", section),)).joints[0].log == value


def test_None_is_no_entry_wherever_an_entry_may_be_left_out(good: str, load_edited: LoadEdited) -> None:
    """A file with None under every optional key is the file without these keys."""
    optional = (
        ("    OUTDIR: out\n", "    OUTDIR: out\n    SEED: None\n"),
        ("COSMOLOGY:\n", "COSMOLOGY:\n  NAME: None\n"),
        ("    Om0: 0.3\n", "    Om0: 0.3\n    Ob0: None\n    w0: None\n"),
        (
            "    read_noise: 7\n",
            "    read_noise: 7\n    background_noise: None\n    kernel_point_source: None\n"
            "    convolution_kernel_size: None\n    supersampling_factor: None\n    moffat_beta: none\n"
            "    ccd_gain: ~\n    point_source: None\n    data_count_unit: None\n",
        ),
        ("    sky_brightness: 21.5\n", "    sky_brightness: 21.5\n    num_exposures: None\n"),
        ("    NAME: LENS\n", "    NAME: LENS\n    SHEAR_PROFILE_1: None\n    SPECIAL: None\n"),
        ("        n_sersic: 1\n", "        n_sersic: 1\n        center_x: None\n        amp: None\n"),
        ("      sep_unit: arcsec\n", "      sep_unit: arcsec\n      angle: None\n"),
        ("      OBJECT_1: LENS\n", "      OBJECT_1: LENS\n      OBJECT_2: None\n"),
        (
            "GEOMETRY:\n",
            "DISTRIBUTIONS: None\nBACKGROUNDS: None\nGEOMETRY:\n  CONFIGURATION_3: None\n",
        ),
        (
            "    NOISE_SOURCE_1: POISSON_NOISE\n",
            "    NOISE_SOURCE_1: POISSON_NOISE\n    NOISE_SOURCE_2: None\n",
        ),
    )
    with_none, without = load_edited(optional), load_config(yaml.safe_load(good))
    assert with_none.warnings == without.warnings == ()
    for part in ("seed", "cosmology", "instrument", "species", "configurations", "joints", "backgrounds"):
        assert getattr(with_none, part) == getattr(without, part)


def test_None_is_the_psf_type_NONE(load_edited: LoadEdited) -> None:
    assert load_edited((("psf_type: GAUSSIAN", "psf_type: None"),)).instrument.psf_type == "NONE"


def test_None_is_no_bound(load_edited: LoadEdited) -> None:
    draw = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1, std: 0.1}, TRUNCATE: [0.5, None]}}"
    quantity = dict(load_edited((("seeing: 0.9", f"seeing: {draw}"),)).instrument.quantities)["seeing"]
    assert quantity.draws[0].truncate == (0.5, np.inf)


def test_None_includes_no_file_and_gives_way_to_a_preset(good: str) -> None:
    document = yaml.safe_load(good)
    document["COSMOLOGY"]["INPUT"] = "None"
    document["IMAGE"]["PARAMETERS"], document["SURVEY"] = "None", None
    document["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 22.0
    assert load_config(document, survey="ztf").instrument.num_pix > 0


def test_a_boolean_of_numpy_in_a_dictionary(good: str) -> None:
    document = yaml.safe_load(good)
    document["IMAGE"]["PARAMETERS"]["supersampling_convolution"] = np.bool_(True)
    assert load_config(document).instrument.numerics.supersampling_convolution is True


@pytest.mark.usefixtures("sky")
def test_configurations_with_commas_between_them(load_edited: LoadEdited) -> None:
    section = "BACKGROUNDS:\n  PATH: sky\n  CONFIGURATIONS: SINGLE, CONFIGURATION_1\nGEOMETRY:\n"
    found = load_edited((("GEOMETRY:\n", section),)).backgrounds
    assert found is not None
    assert found.configurations == ("CONFIGURATION_2", "CONFIGURATION_1")


def test_numbers_in_quotes(load_edited: LoadEdited) -> None:
    config = load_edited((("SIZE: 4", "SIZE: '12'"), ("seeing: 0.9", 'seeing: " 1.5 "')))
    assert config.size == 12
    assert dict(config.instrument.quantities)["seeing"].support() == (1.5, 1.5)
