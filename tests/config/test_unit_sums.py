"""Kernels and weights whose sum is above all floats, or below them, are scaled as any others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.config import Config, ConfigError
from jaxlens.config.unit_sums import unit_sum, without_overflow

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
CROSS = np.array([[0.0, 1.0, 0.0], [1.0, 3.0, 2.0], [0.0, 1.0, 0.0]])
PIXEL = "psf_type: PIXEL\n    kernel_point_source: "


@pytest.mark.parametrize("scale", [1e307, 5e-308, 7.0, 1e-320])
def test_a_scale_does_not_matter(scale: float) -> None:
    np.testing.assert_allclose(unit_sum(CROSS * scale), CROSS / 8.0, rtol=1e-3)
    # powers of two change no digit
    np.testing.assert_array_equal(unit_sum(CROSS * 2.0**1000), unit_sum(CROSS))
    np.testing.assert_array_equal(unit_sum(CROSS), CROSS / np.sum(CROSS))
    np.testing.assert_array_equal(without_overflow(np.zeros(3)), np.zeros(3))


@pytest.mark.parametrize("name", ["k.npy", "k.fits"])
def test_a_kernel_of_1e308(name: str, load_edited: LoadEdited, tmp_path: Path) -> None:
    """Its image was zero."""
    kernel = np.full((5, 5), 1e308)
    np.save(tmp_path / name, kernel) if name == "k.npy" else fits.writeto(tmp_path / name, kernel)
    config = load_edited((("psf_type: GAUSSIAN", PIXEL + name),))
    assert config.instrument.kernel is not None
    np.testing.assert_allclose(config.instrument.kernel.array, np.full((1, 5, 5), 0.04))
    fits.writeto(tmp_path / "below.fits", -kernel)
    with pytest.raises(ConfigError, match=r"below\.fits: sums to -inf; the sum must be above 0"):
        load_edited((("psf_type: GAUSSIAN", PIXEL + "below.fits"),))


@pytest.mark.parametrize("mode", ["sample", "interpolate"])
@pytest.mark.parametrize("weight", ["1", "1e308", "1e-320"])
def test_weights_of_1e308(weight: str, mode: str, load_edited: LoadEdited, tmp_path: Path) -> None:
    """All rows are drawn, and not always the last one."""
    rows = "".join(f"{weight} {exposure}\n" for exposure in (80, 90, 100))
    (tmp_path / "t.txt").write_text("WEIGHT exposure_time\n" + rows)
    section = f"DISTRIBUTIONS:\n  USERDIST_1: {{FILENAME: t.txt, MODE: {mode}}}\nGEOMETRY:\n"
    (joint,) = load_edited((("GEOMETRY:\n", section),)).joints
    right = [1 / 3, 2 / 3, 1.0] if mode == "sample" else [0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(joint.arrays["cumulative"], right)


def test_other_numbers_of_a_table_fit_single_precision(load_edited: LoadEdited, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("WEIGHT exposure_time\n1e308 1e308\n")
    section = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    with pytest.raises(
        ConfigError, match=r"t\.txt:2: exposure_time: is 1e308; the largest number is 3\.4e\+38"
    ):
        load_edited((("GEOMETRY:\n", section),))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("lc.txt", "g 5 {}", "has the magnitude {:g}; it must be from -90 to 700"),
        ("a.SED", "0 2000 {}", "flux is {}; the largest number is 3.4e+38"),
        ("t.csv", "5,g,{}", "seeing: is {:g}; the largest number is 3.4e+38"),
    ],
)
def test_other_files(name: str, content: str, problem: str, load_edited: LoadEdited, tmp_path: Path) -> None:
    """Light curves, spectra and cadences of 1e308."""
    heads = {"lc.txt": "band day magnitude\ng 0 20\n", "a.SED": "", "t.csv": "mjd,band,seeing\n0,g,1\n"}
    (tmp_path / name).write_text(heads[name] + content.format("1e308") + "\n")
    model = {"lc.txt": "lightcurve_lc.txt", "a.SED": "user_a.SED", "t.csv": "static"}[name]
    nights = "t.csv" if name == "t.csv" else "[0, 5]"
    noise = "    NOISE_SOURCE_1: POISSON_NOISE\n"
    series = f"{noise}    TIMESERIES: {{OBJECTS: [AGN], NITES: {nights}}}\n"
    with pytest.raises(ConfigError) as caught:
        load_edited((("    NAME: AGN\n", f"    NAME: AGN\n    MODEL: {model}\n"), (noise, series)))
    expected = problem.replace("{}", "1e308").replace("{:g}", "1e+308")
    assert any(one.startswith(name) and expected in one for one in caught.value.problems)
