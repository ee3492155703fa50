"""Folders of SALT models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxlens.config.errors import ConfigError, Report
from jaxlens.config.transients.salt_files import UNIT, read_salt_library

LAW = "4\n-0.504294\n0.787691\n-0.461715\n0.0815619\nSalt2ExtinctionLaw.version 1\n"
RANGE = "Salt2ExtinctionLaw.min_lambda 2800\nSalt2ExtinctionLaw.max_lambda 7000\n"


def surface(scale: float, step: float = 50.0) -> str:
    """The lines of a surface, which for scale below 0 is negative."""
    grid = ((p, w) for p in np.arange(-20.0, 51.0, 5.0) for w in np.arange(2000.0, 9201.0, step))
    return "\n".join(
        f"{p:.1f} {w:.1f} {scale * np.exp(-0.5 * (p / 12) ** 2 - ((w - 4500) / 1500) ** 2):.8e}"
        for p, w in grid
    )


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder like SALT2's."""
    own = tmp_path / "salt2-x"
    own.mkdir()
    (own / "salt2_template_0.dat").write_text(surface(0.15))
    (own / "salt2_template_1.dat").write_text(surface(-0.01))
    (own / "salt2_color_correction.dat").write_text(LAW + RANGE)
    return own


def test_a_folder_is_read(folder) -> None:
    report = Report()
    library = read_salt_library(folder, report)
    report.raise_problems()
    assert (library.ids, library.types) == (("salt2-x",), ("Ia",))
    arrays = library.arrays
    assert arrays["surfaces"].shape == (2, arrays["phases"].size, arrays["wavelength"].size)
    np.testing.assert_allclose(arrays["surfaces"][:, 4].max(axis=1), [UNIT * 0.15, 0.0], atol=1e-16)
    np.testing.assert_allclose(arrays["colour"], [-0.504294, 0.787691, -0.461715, 0.0815619])
    np.testing.assert_array_equal(arrays["colour_range"], [2800.0, 7000.0])
    # AB magnitude of that flux near 4400 Angstrom
    magnitude = -2.5 * np.log10(UNIT * 0.15 * 4400.0**2 / 2.998e18) - 48.6
    assert arrays["peak"] == pytest.approx(magnitude, abs=0.1)


def test_between_its_wavelengths_a_surface_is_smooth(folder) -> None:
    arrays = read_salt_library(folder, Report()).arrays
    at, sed = arrays["wavelength"], arrays["surfaces"][0, 4]
    np.testing.assert_allclose(sed, UNIT * 0.15 * np.exp(-(((at - 4500) / 1500) ** 2)), rtol=1e-4, atol=1e-19)


def test_salt3_and_a_law_without_its_range(folder) -> None:
    for path in folder.iterdir():
        path.rename(folder / path.name.replace("salt2", "salt3"))
    (folder / "salt3_color_correction.dat").write_text(LAW)
    library = read_salt_library(folder, Report(), "mine")
    assert library.ids == ("mine",)
    np.testing.assert_array_equal(library.arrays["colour_range"], [3000.0, 7000.0])


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("salt2_template_0.dat", None, "has no salt2_template_0.dat or salt3_template_0.dat"),
        ("salt2_template_1.dat", None, "salt2_template_1.dat: cannot be read"),
        ("salt2_template_1.dat", surface(1.0, 100.0), "has another grid than salt2_template_0.dat"),
        ("salt2_template_1.dat", "1 2000 x\n", "salt2_template_1.dat:1: flux is 'x'; give a number"),
        ("salt2_color_correction.dat", None, "salt2_color_correction.dat: cannot be read"),
        ("salt2_color_correction.dat", "4 1 2\n", "is no colour law; give the number of coefficients"),
        (
            "salt2_color_correction.dat",
            "2 0.1 0.2 Salt2ExtinctionLaw.version 0",
            "only that colour law is known",
        ),
        ("salt2_color_correction.dat", "2 0.1 0.2", "only that colour law is known"),
    ],
)
def test_what_is_wrong(folder, name, text, problem) -> None:
    (folder / name).unlink() if text is None else (folder / name).write_text(text)
    report = Report()
    assert read_salt_library(folder, report) is None
    with pytest.raises(ConfigError) as error:
        report.raise_problems()
    assert problem in str(error.value)
