"""Skies and objects that are absurdly bright get a warning with the number, where they are used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens.config import Config, examples, load_config

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]

SKY = "brighter than any night sky; for no sky give 99"
OBJECT = "brighter than any object in an image of a lens; give apparent magnitudes, here or by a table"
SKY_PATH = "c.yaml:22: SURVEY.PARAMETERS.sky_brightness"
LENS_PATH = "c.yaml:29: SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.magnitude"
LENS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"


def draw(name: str, **parameters: float) -> str:
    return yaml.safe_dump(
        {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}, default_flow_style=True, width=1000
    ).strip()


@pytest.mark.parametrize(
    ("sky", "found"),
    [
        ("0", "is 0"),
        ("9.9", "is 9.9"),
        ("-3", "is -3"),
        (draw("uniform", minimum=0, maximum=20), "is below 10 in 50% of the draws (down to 0)"),
        (draw("normal", mean=5, std=1), "is below 10 in 100% of the draws"),
    ],
)
def test_a_sky_in_counts_is_named_with_its_number(load_edited: LoadEdited, sky: str, found: str) -> None:
    (warning,) = load_edited((("sky_brightness: 21.5", f"sky_brightness: {sky}"),)).warnings
    assert warning.startswith(f"{SKY_PATH}: {found}, {SKY}")


@pytest.mark.parametrize(
    "sky", ["10", "18", "99", "22.5", draw("normal", mean=21, std=1), draw("uniform", minimum=17, maximum=24)]
)
def test_a_night_sky_and_no_sky(load_edited: LoadEdited, sky: str) -> None:
    assert load_edited((("sky_brightness: 21.5", f"sky_brightness: {sky}"),)).warnings == ()


def test_one_band_of_the_sky(load_edited: LoadEdited) -> None:
    (warning,) = load_edited((("sky_brightness: 21.5", "sky_brightness: {g: 22, r: 1}"),)).warnings
    assert warning.startswith(f"{SKY_PATH}.r: is 1, {SKY}")


@pytest.mark.parametrize("more", ["    background_noise: 0.1\n"])
def test_a_sky_that_is_not_used(load_edited: LoadEdited, more: str) -> None:
    changed = (("sky_brightness: 21.5", "sky_brightness: 0"), ("    read_noise: 7\n", more))
    assert load_edited(changed).warnings == ()


def test_a_sky_of_another_number_of_draws_in_each_band_is_named_once(load_edited: LoadEdited) -> None:
    found = load_edited(
        (("sky_brightness: 21.5", f"sky_brightness: {draw('uniform', minimum=0, maximum=1)}"),)
    )
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    ("magnitude", "found"),
    [
        ("-5", "is -5"),
        ("0", "is 0"),
        ("{g: 19, r: 4.5}", "is 4.5"),
        (draw("uniform", minimum=0, maximum=10), "is below 5 in 50% of the draws (down to 0)"),
    ],
)
def test_a_magnitude_that_no_object_has(load_edited: LoadEdited, magnitude: str, found: str) -> None:
    (warning,) = load_edited((("magnitude: 19.5", f"magnitude: {magnitude}"),)).warnings
    band = ".r" if "r:" in magnitude and "DIST" not in magnitude else ""
    assert warning == f"{LENS_PATH}{band}: {found}, {OBJECT}"


@pytest.mark.parametrize("magnitude", ["5", "14", "30", "100", draw("normal", mean=20, std=2)])
def test_magnitudes_of_objects(load_edited: LoadEdited, magnitude: str) -> None:
    assert load_edited((("magnitude: 19.5", f"magnitude: {magnitude}"),)).warnings == ()


def test_a_point_source_and_a_species_that_stands_in_no_configuration(load_edited: LoadEdited) -> None:
    bright = load_edited((("      magnitude: 22\n      sep", "      magnitude: -2\n      sep"),))
    assert [w.partition("; ")[0].partition(": ")[2] for w in bright.warnings] == [
        "SPECIES.POINTSOURCE_1.PARAMETERS.magnitude: is -2, brighter than any object in an image of a lens"
    ]
    unused = "POINTSOURCE_2: {NAME: SUN, HOST: Foreground, PARAMETERS: {magnitude: -26.7}}"
    (warning,) = load_edited((("  NOISE_1:\n", f"  {unused}\n  NOISE_1:\n"),)).warnings
    assert "SUN is in no configuration" in warning


def table(text: str, tmp_path: Path, mode: str = "sample") -> tuple[str, str]:
    (tmp_path / "table.txt").write_text(text, encoding="utf-8")
    section = f"DISTRIBUTIONS:\n  USERDIST_1: {{FILENAME: table.txt, MODE: {mode}}}\nGEOMETRY:\n"
    return "GEOMETRY:\n", section


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (LENS, 0),
        (f"{LENS}-g {LENS}-r", 0),
        (f"CONFIGURATION_1-{LENS}", 0),
        (f"{LENS}-g", 1),
        (f"CONFIGURATION_2-{LENS}", 1),
        ("PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude", 1),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_placeholder_is_named_unless_a_table_sets_it_everywhere(
    load_edited: LoadEdited, tmp_path: Path, columns: str, found: int
) -> None:
    rows = " ".join(["20"] * len(columns.split()))
    changed = (("magnitude: 19.5", "magnitude: -5"), table(f"{columns} WEIGHT\n{rows} 1\n", tmp_path))
    bright = [warning for warning in load_edited(changed).warnings if OBJECT in warning]
    assert len(bright) == found
    assert all(warning.startswith(f"{LENS_PATH}: is -5, ") for warning in bright)


@pytest.mark.parametrize("mode", ["sample", "iterate", "interpolate"])
def test_a_row_of_a_table(load_edited: LoadEdited, tmp_path: Path, mode: str) -> None:
    rows = f"{LENS} sky_brightness WEIGHT\n20 21 1\n-5 22 1\n-4 9 1\n19 23 0\n21 20 2\n"
    found = load_edited((table(rows, tmp_path, mode),)).warnings
    drawn = {"sample": 4}.get(mode, 5)
    assert found == (
        f"table.txt:3: {LENS}: is -5, and 2 of {drawn} rows are below 5, {OBJECT}",
        f"table.txt:4: sky_brightness: is 9, {SKY} (the unit is mag/arcsec2; deeplenstronomy 0.0.2.3 takes "
        "the number for counts/s/arcsec2)",
    )


def test_a_row_without_weight_is_never_drawn(load_edited: LoadEdited, tmp_path: Path) -> None:
    assert load_edited((table(f"{LENS} WEIGHT\n20 1\n-5 0\n", tmp_path),)).warnings == ()


def test_a_multivariate_normal(load_edited: LoadEdited) -> None:
    normal = "{PARAMS: [sky_brightness], MEAN: [1], COVARIANCE: [[0.01]]}"
    section = f"DISTRIBUTIONS:\n  MULTIVARIATE_NORMAL_1: {normal}\nGEOMETRY:\n"
    (warning,) = load_edited((("GEOMETRY:\n", section),)).warnings
    assert warning.startswith(
        "c.yaml:60: DISTRIBUTIONS.MULTIVARIATE_NORMAL_1.PARAMS.1: is below 10 in 100% of the draws, "
    )


def test_backgrounds_that_replace_the_sky_and_that_set_it(load_edited: LoadEdited, tmp_path: Path) -> None:
    (tmp_path / "sky").mkdir()
    for band in "gr":
        fits.writeto(tmp_path / "sky" / f"{band}.fits", np.zeros((2, 16, 16), np.float32))
    both = "[CONFIGURATION_1, CONFIGURATION_2]"
    change = ("sky_brightness: 21.5", "sky_brightness: 0")

    def load(more: str) -> tuple[str, ...]:
        section = f"BACKGROUNDS: {{PATH: sky, CONFIGURATIONS: {both}{more}}}\nGEOMETRY:\n"
        return load_edited((change, ("GEOMETRY:\n", section))).warnings

    assert load(", MODE: replace") == ()
    assert len(load("")) == 1
    (tmp_path / "sky" / "map.txt").write_text("sky_brightness\n22\n21\n")
    assert load(", ITERATE: 1") == ()
    (tmp_path / "sky" / "map.txt").write_text("sky_brightness\n22\n2\n")
    assert [warning.partition(",")[0] for warning in load(", ITERATE: 1")] == [
        "sky/map.txt:3: sky_brightness: is 2"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", examples())
def test_no_example_is_absurd(name: str) -> None:
    assert load_config(name).warnings == ()
