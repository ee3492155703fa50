"""Noise that is above every object of a configuration gets a warning with the number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config import Config
from jaxlens.imaging.noise import background_sigma

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]

READ_NOISE = "    read_noise: 7\n"


def lines(*more: str) -> tuple[str, str]:
    return READ_NOISE, "".join(f"    {line}\n" for line in more)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("read_noise: 7", "read_noise: 1e8"), "c.yaml:16: IMAGE.PARAMETERS.read_noise"),
        (("exposure_time: 90", "exposure_time: 1e-6"), "c.yaml:16: IMAGE.PARAMETERS.read_noise"),
        (("zero_point: 30.0", "zero_point: 0"), "c.yaml:58: SPECIES.NOISE_1.PARAMETERS.mean"),
        (lines("background_noise: 1e6"), "c.yaml:16: IMAGE.PARAMETERS.background_noise"),
        (lines("background_noise: {g: 1.0, r: 1e6}"), "c.yaml:16: IMAGE.PARAMETERS.background_noise.r"),
        (
            lines("read_noise: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 1e9, std: 1e8}}}"),
            "c.yaml:16: IMAGE.PARAMETERS.read_noise",
        ),
        (("mean: 2.0", "mean: 1e14"), "c.yaml:58: SPECIES.NOISE_1.PARAMETERS.mean"),
    ],
)
def test_noise_above_all_light(load_edited: LoadEdited, change: tuple[str, str], path: str) -> None:
    """One warning, of the band and the configuration where it is worst."""
    (warning,) = load_edited((change,)).warnings
    assert warning.startswith(f"{path}: makes noise of ")
    assert warning.endswith("; check it, exposure_time and magnitude_zero_point")


def test_the_numbers_are_those_of_the_image(load_edited: LoadEdited) -> None:
    """The noise is the simulator's; the light is that of the galaxy that stands alone, of magnitude 22."""
    (warning,) = load_edited((("read_noise: 7", "read_noise: 1e8"),)).warnings
    sim = Simulator("c.yaml", "CONFIGURATION_2")
    params = {name: np.float32(q.support()[0]) for name, q in sim.config.instrument.quantities}
    sigma = background_sigma(sim.scene, params)
    flux = 10 ** (0.4 * (30.0 - 22.0))
    assert (
        f"makes noise of {sigma:.3g} electrons/s in a pixel of the band g, {sigma / flux:.3g} times"
        in warning
    )
    assert "brightest object of CONFIGURATION_2 (magnitude 22)" in warning


def test_a_gain_cancels(load_edited: LoadEdited) -> None:
    """The noise is 8,000 electrons/s, and the light of magnitude 22 is 1,585."""
    unit = ("data_count_unit: ADU", "ccd_gain: 8")
    (warning,) = load_edited((lines("background_noise: 1e3", *unit),)).warnings
    assert "makes noise of 8e+03 electrons/s" in warning
    assert load_edited((lines("background_noise: 1e2", *unit),)).warnings == ()


@pytest.mark.parametrize(
    "change",
    [
        ("read_noise: 7", "read_noise: 1e4"),
        ("magnitude: 19.5", "magnitude: 30"),
        lines("background_noise: 100"),
        lines("read_noise: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 5, maximum: 1e9}}}"),
    ],
)
def test_light_above_the_noise_of_a_pixel(load_edited: LoadEdited, change: tuple[str, str]) -> None:
    assert load_edited((change,)).warnings == ()


def test_objects_that_are_dark_on_purpose(load_edited: LoadEdited) -> None:
    dark = [
        ("magnitude: 19.5", "magnitude: 99"),
        ("{g: 22.0, r: 21.5}", "100"),
        ("magnitude: 22", "magnitude: 99"),
    ]
    assert load_edited((*dark, ("read_noise: 7", "read_noise: 1e9"))).warnings == ()


def test_tables_count(load_edited: LoadEdited, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("read_noise WEIGHT\n1e9 1\n2e9 1\n", encoding="utf-8")
    section = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    (warning,) = load_edited((("GEOMETRY:\n", section),)).warnings
    assert "makes noise of 1.11e+07 electrons/s" in warning


def test_a_sky_that_is_too_bright_is_named_for_itself(load_edited: LoadEdited) -> None:
    (warning,) = load_edited((("sky_brightness: 21.5", "sky_brightness: -30"),)).warnings
    assert "brighter than any night sky" in warning
