"""Files of spectra: what is read of them, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxlens.config.errors import ConfigError, Report
from jaxlens.config.transients.sed_files import SedFile, read_sed_library, read_surface

PHASES = (-10.0, 0.0, 20.0)
WAVELENGTH = np.arange(2000.0, 9001.0, 250.0)


def lines(phases=PHASES, wavelength=WAVELENGTH, factor=1.0) -> list[str]:
    """The lines of a smooth file whose largest flux is 0.03 factor."""
    return [
        f"{p:8.2f} {w:8.1f} {factor * 0.03 * np.exp(-0.5 * (p / 15) ** 2 - ((w - 4500) / 3000) ** 2):.6e}"
        for p in phases
        for w in wavelength
    ]


def write(path: Path, text: list[str]) -> Path:
    path.write_text("# phase wavelength flux\n" + "\n".join(text) + "\n")
    return path


def test_a_file_is_read_as_it_is(tmp_path) -> None:
    low = ["-10.00 0.0 0.0", "-10.00 10.0 5.0"]
    surface = read_surface(write(tmp_path / "a.SED", low + lines()), Report())
    np.testing.assert_array_equal(surface.phases, PHASES)
    np.testing.assert_array_equal(surface.wavelength, WAVELENGTH)
    assert surface.flux.max() == pytest.approx(0.03)


def test_wavelengths_without_flux_at_the_ends_are_left_out(tmp_path) -> None:
    text = [f"{p} {w} {1.0 if 3000 <= w <= 4000 else 0.0}" for p in PHASES for w in WAVELENGTH]
    surface = read_surface(write(tmp_path / "a.SED", text), Report())
    np.testing.assert_array_equal(surface.wavelength[[0, -1]], [2750.0, 4250.0])


def test_phases_may_have_wavelengths_of_their_own(tmp_path) -> None:
    text = lines((-5.0,)) + lines((5.0,), WAVELENGTH[4:] + 100.0)
    surface = read_surface(write(tmp_path / "a.SED", text), Report())
    assert surface.wavelength.size == 2 * WAVELENGTH.size - 4
    assert surface.flux[1, 0] == 0.0
    np.testing.assert_allclose(
        np.interp(WAVELENGTH[6] + 100.0, surface.wavelength, surface.flux[1]),
        float(text[WAVELENGTH.size + 2].split()[2]),
        rtol=1e-12,
    )


def test_a_library_pads_and_tells_the_peaks(tmp_path) -> None:
    files = [
        SedFile(write(tmp_path / "a.SED", lines()), "x/a.SED", "IIP", 0.3, 1.5, 0.8),
        SedFile(write(tmp_path / "b.SED", lines(PHASES[:2], WAVELENGTH[:20], 10.0)), "x/b.SED", "Ib"),
        SedFile(write(tmp_path / "c.SED", lines(PHASES, WAVELENGTH[:5])), "x/c.SED", "Ic"),
    ]
    report = Report()
    library = read_sed_library(files, report)
    report.raise_problems()
    assert library.ids == ("x/a.SED", "x/b.SED", "x/c.SED")
    assert library.types == ("IIP", "Ib", "Ic")
    assert library.arrays["sed"].shape == (3, 3, WAVELENGTH.size)
    np.testing.assert_array_equal(library.arrays["phases"][1], [-10.0, 0.0, 0.0])
    np.testing.assert_array_equal(library.arrays["wavelength"][2][4:], 3000.0)
    np.testing.assert_array_equal(library.arrays["magoff"], [1.5, 0.0, 0.0])
    np.testing.assert_array_equal(library.arrays["magsmear"], [0.8, 1.0, 1.0])
    np.testing.assert_array_equal(library.arrays["weight"], [0.3, 1.0, 1.0])
    first, second, third = library.arrays["peak"]
    # AB magnitude of 0.03 erg/s/cm^2/A near 4400 Angstrom
    assert first == pytest.approx(-2.5 * np.log10(0.03 * 4400.0**2 / 2.998e18) - 48.6, abs=0.05)
    assert second == pytest.approx(first - 2.5, abs=1e-4)
    assert np.isnan(third)
    other = read_sed_library(files[:2], report)
    assert library != other
    assert read_sed_library(files, report) == library


def test_small_negative_flux_is_noise(tmp_path) -> None:
    text = lines()
    text[3] = "-10.00 2750.0 -1e-5"
    report = Report()
    surface = read_surface(write(tmp_path / "a.SED", text), report)
    report.raise_problems()
    assert surface.flux[0, 3] == 0.0
    assert "a.SED:5: flux: has 1 fluxes below 0, down to -1e-05" in report.warnings[0]


def swapped(text: list[str], i: int, j: int) -> list[str]:
    text = list(text)
    text[i], text[j] = text[j], text[i]
    return text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (swapped(lines(), 3, 4), "a.SED:6: wavelength: is 2750 after 3000; sort the lines by phase, then by"),
        (lines((5.0, 0.0)), f"a.SED:{WAVELENGTH.size + 2}: phase: is 0 after 5; sort the lines"),
        ([*lines(), "30 2000 -0.01"], "flux: is -0.01; give a flux of at least 0"),
        (lines((0.0,)), "a.SED: has fewer than two phases"),
        (lines(factor=0.0), "a.SED: has no flux above 0"),
        ([*lines(), "30 2000"], "has 2 of the 3 columns phase, wavelength, flux"),
        ([*lines(), "30 2000 nan"], "flux is nan; it must be finite"),
        (["1 2 three"], "a.SED:2: flux is 'three'; give a number"),
        (["one two three"], "a.SED: is no table of phase, wavelength, flux; give lines of numbers"),
        ([], "a.SED: has no rows; give lines of phase, wavelength, flux"),
    ],
)
def test_what_is_wrong(text, problem, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("a.SED"), text)
    report = Report()
    assert read_sed_library([SedFile(Path("a.SED"), "a", "Ia")], report) is None
    with pytest.raises(ConfigError) as error:
        report.raise_problems()
    assert problem in str(error.value)


def test_a_missing_file(tmp_path) -> None:
    report = Report()
    assert read_sed_library([SedFile(tmp_path / "no.SED", "no", "Ia")], report) is None
    with pytest.raises(ConfigError, match=r"no\.SED: cannot be read"):
        report.raise_problems()
