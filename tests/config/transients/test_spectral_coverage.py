"""Warnings where spectra do not cover the bands."""

from __future__ import annotations

import numpy as np

from jaxlens.config.passbands import curves, passbands_of
from jaxlens.config.templates import library
from jaxlens.config.transients.spectral_coverage import brightness_warnings, coverage_warnings

BANDS = ("g", "z")


def warnings_of(low: float, high: float, *grids: tuple[float, float]) -> list[str]:
    arrays = {"wavelength": np.array([np.linspace(*grid, 50) for grid in grids])}
    found = library(tuple(f"t{k}" for k in range(len(grids))), ("IIP",) * len(grids), arrays)
    passbands = passbands_of([(band, curves("des")[band]) for band in BANDS])
    return coverage_warnings(found, passbands, BANDS, low, high)


def test_covered_bands_are_not_mentioned() -> None:
    assert warnings_of(0.1, 0.6, (2000.0, 10000.0), (2300.0, 9900.0)) == []


def test_the_redshift_at_which_a_band_is_lost() -> None:
    (blue,) = warnings_of(0.1, 1.5, (2000.0, 10000.0))
    assert blue.startswith(
        "the band g is not covered by the spectra of t0, which begin at 2000 Angstrom, above"
    )
    # DECam's g begins near 3950 Angstrom
    assert 0.95 < float(blue.split("redshift ")[1].split(";")[0]) < 1.05
    assert blue.endswith("the flux beyond is taken as zero")
    (red,) = warnings_of(0.02, 0.3, (2000.0, 8500.0))
    assert "the band z is not covered by the spectra of t0, which end at 8500 Angstrom, below redshift" in red
    assert 0.15 < float(red.split("redshift ")[1].split(";")[0]) < 0.25


def test_several_templates_are_counted() -> None:
    (blue,) = warnings_of(0.5, 0.95, (2600.0, 9000.0), (2000.0, 9000.0), (2700.0, 9000.0))
    assert "of t0 and 1 more, which begin at 2700 Angstrom" in blue


def test_absurd_brightness_is_told() -> None:
    def warnings(*peaks: float) -> list[str]:
        arrays = {"peak": np.array(peaks), "magoff": np.full(len(peaks), 1.0)}
        names = tuple(f"t{k}" for k in range(len(peaks)))
        return brightness_warnings(library(names, ("Ia",) * len(peaks), arrays))

    assert warnings(-20.0, -16.0, np.nan) == []
    (text,) = warnings(-20.0, -45.0, 3.0)
    assert text.startswith(
        "the flux of t1 and 1 more is that of absolute magnitude -44.0 in B; it is taken as"
    )
