"""Units by name, and what each flux is as an AB magnitude."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.units import ab_magnitudes, to_unit

ONE = np.array([1.0])


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        (2.0, "arcmin", "arcsec", 120.0),
        (1.0, "degrees", "arcsec", 3600.0),
        (200_000.0, "m/s", "km/s", 200.0),
        (200.0, "km s-1", "km/s", 200.0),
        (2.3, "dex(km/s)", "km/s", 10**2.3),
        (11.0, "dex(solMass)", "solMass", 1e11),
        (1.0, "days", "s", 86400.0),
        (12.0, "percent", "", 0.12),
        (3.0, "", "arcsec", 3.0),
        (3.0, "  ", "", 3.0),
        (20.5, "mag", "mag", 20.5),
        (1.0, "hourangle", "deg", 15.0),
    ],
)
def test_units_that_fit(value: float, unit: str, wanted: str, expected: float) -> None:
    np.testing.assert_allclose(to_unit(np.array([value]), unit, wanted), [expected], rtol=1e-14)


@pytest.mark.parametrize(
    ("unit", "magnitude"),
    [
        ("nJy", 31.4),
        ("uJy", 23.9),
        ("Jy", 8.9),
        ("erg/s/cm2/Hz", -48.6),
        ("erg / (s cm2 Hz)", -48.6),
        ("W/m2/Hz", -56.1),
        ("maggies", 0.0),
        ("nmgy", 22.5),
        ("nanomaggies", 22.5),
        ("1e-12 maggy", 30.0),
        ("3631 Jy", -2.5 * np.log10(3631 / 10**3.56)),
        ("mag", 1.0),
        ("mag(AB)", 1.0),
        ("ABmag", 1.0),
        ("", 1.0),
    ],
)
def test_a_flux_of_one_in_ab_magnitudes(unit: str, magnitude: float) -> None:
    """The definition: 3631 Jy, or 10^(-48.6 / 2.5) erg/s/cm2/Hz, is magnitude 0."""
    np.testing.assert_allclose(ab_magnitudes(ONE, unit), [magnitude], rtol=0, atol=1e-9)


def test_fluxes_without_a_magnitude() -> None:
    np.testing.assert_array_equal(
        ab_magnitudes(np.array([-1.0, 0.0, np.nan]), "nJy"), [np.nan, np.inf, np.nan]
    )


@pytest.mark.parametrize(
    ("unit", "wanted", "finding"),
    [
        ("kpc", "arcsec", "'kpc' does not measure an angle; give one of arcsec, mas, arcmin, deg, rad"),
        ("arcsec", "km/s", "'arcsec' does not measure a velocity; give one of km/s"),
        ("deg", "", "'deg' does not measure a number without a unit; give one of none, percent"),
        ("K", "W", "'K' does not measure what W does; give one of W"),
        ("arcsek", "arcsec", r"'arcsek' is no unit; did you mean arcsec"),
        ("qqqqq!", "arcsec", "'qqqqq!' is no unit; give one that astropy knows"),
        ("arcsec", "mag", "'arcsec' gives no AB magnitude; give one of mag, .*, nJy"),
        ("erg/s/cm2/Angstrom", "mag", "gives no AB magnitude"),
        ("mag(ST)", "mag", "gives no AB magnitude"),
        ("mag", "arcsec", "'mag' does not measure an angle"),
    ],
)
def test_units_that_do_not_fit(unit: str, wanted: str, finding: str) -> None:
    with pytest.raises(CatalogError, match=finding):
        to_unit(ONE, unit, wanted)
