"""Units of images: what becomes counts/s by which factor, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from astropy import units as u

from jaxlens.files.image_headers import ImageHeader
from jaxlens.fitting.image_units import Conversion, converted


def header(**keywords: Any) -> ImageHeader:
    return ImageHeader("lens.fits", keywords, None)


# AB magnitude of one count/s of the configuration
ZERO_POINT = 25.9
# counts/s of one Jansky, by astropy's own AB magnitudes, whose 48.6 is rounded to 6e-5
PER_JANSKY = 10 ** (0.4 * (ZERO_POINT - u.Jy.to(u.ABmag)))


@pytest.mark.parametrize(
    ("keywords", "given", "factor", "unit"),
    [
        ({}, {}, 1.0, None),
        ({"BUNIT": "ELECTRONS/S"}, {}, 1.0, "electron/s"),
        ({"BUNIT": "ELECTRON/S"}, {}, 1.0, "electron/s"),
        ({"BUNIT": "E/S"}, {}, 1.0, "electron/s"),
        ({"BUNIT": "e-/s"}, {}, 1.0, "electron/s"),
        ({"BUNIT": "electron / s"}, {}, 1.0, "electron/s"),
        ({"BUNIT": "COUNTS/S"}, {}, 1.0, "counts/s"),
        ({"BUNIT": "CPS"}, {}, 1.0, "counts/s"),
        ({"BUNIT": "DN/s"}, {}, 1.0, "ADU/s"),
        ({"BUNIT": "ADU/S"}, {"gain": 2.0}, 2.0, "electron/s"),
        ({"BUNIT": "counts/s"}, {"gain": 1.5}, 1.5, "electron/s"),
        ({"BUNIT": "ELECTRONS", "EXPTIME": 500.0}, {}, 1 / 500, "electron/s"),
        ({"BUNIT": "ELECTRONS", "EXPTIME": 500.0}, {"exposure_time": 100.0}, 1 / 100, "electron/s"),
        ({"BUNIT": "ADU", "EXPTIME": 30.0}, {"gain": 2.5}, 2.5 / 30, "electron/s"),
        ({"BUNIT": "counts", "EXPTIME": 20.0}, {}, 1 / 20, "counts/s"),
        # what the user says goes before the header
        ({"BUNIT": "furlong", "EXPTIME": 20.0}, {"unit": "electron"}, 1 / 20, "electron/s"),
        ({"BUNIT": "nJy"}, {"zero_point": ZERO_POINT}, 1e-9 * PER_JANSKY, "counts/s"),
        ({"BUNIT": "uJy"}, {"zero_point": ZERO_POINT}, 1e-6 * PER_JANSKY, "counts/s"),
        # a nanomaggy is AB magnitude 22.5
        ({"BUNIT": "nanomaggy"}, {"zero_point": 22.5}, 1.0, "counts/s"),
        ({"BUNIT": "NMGY"}, {"zero_point": 25.0}, 10.0, "counts/s"),
        # JWST, with and without a flux scale of the configuration
        (
            {"BUNIT": "MJy/sr", "PIXAR_SR": 2.29e-14},
            {"zero_point": ZERO_POINT},
            1e6 * 2.29e-14 * PER_JANSKY,
            "counts/s",
        ),
        ({"BUNIT": "MJy/sr", "PHOTMJSR": 0.4}, {}, 2.5, "ADU/s"),
        ({"BUNIT": "MJy/sr", "PHOTMJSR": 0.4}, {"gain": 1.8}, 2.5 * 1.8, "electron/s"),
    ],
)
def test_factors(keywords: dict[str, Any], given: dict[str, Any], factor: float, unit: str | None) -> None:
    found = converted("image", header(**keywords), **given)
    assert found[0] == pytest.approx(factor, rel=1e-4)
    assert found[1] == unit


@pytest.mark.parametrize(
    ("keywords", "given", "message"),
    [
        (
            {"BUNIT": "furlong"},
            {},
            "image (lens.fits) has the unit 'furlong', neither counts nor a flux density",
        ),
        ({"BUNIT": "erg/s/cm2/Angstrom"}, {}, "neither counts nor a flux density; convert it, or give unit="),
        ({"BUNIT": "no unit"}, {}, "has the unit 'no unit'"),
        ({"BUNIT": "electron"}, {}, "is in electron and has no exposure time (EXPTIME, EXPOSURE"),
        ({"BUNIT": "electron", "EXPTIME": 0.0}, {}, "give exposure_time= in seconds"),
        (
            {"BUNIT": "electron/s"},
            {"gain": 2.0},
            "gain is given, but image (lens.fits) is in electron/s already",
        ),
        ({"BUNIT": "electron/s"}, {"zero_point": 25.0}, "zero_point is given, but image (lens.fits) is in"),
        ({"BUNIT": "nJy"}, {}, "is in nJy; give zero_point=, the magnitude of one count/s"),
        (
            {"BUNIT": "nJy"},
            {"zero_point": 25.0, "gain": 2.0},
            "gain is given, but image (lens.fits) is in nJy",
        ),
        ({"BUNIT": "MJy/sr"}, {}, "neither PHOTMJSR nor PIXAR_SR"),
        ({"BUNIT": "MJy/sr"}, {"zero_point": 25.0}, "neither PHOTMJSR nor PIXAR_SR"),
        ({}, {"gain": 2.0}, "gain is given, but image (lens.fits) has no BUNIT; give unit="),
        ({}, {"exposure_time": 2.0}, "exposure_time is given, but image (lens.fits) has no BUNIT"),
        ({"BUNIT": "ADU"}, {"exposure_time": -1.0}, "exposure_time is -1.0; give a number above 0"),
        ({"BUNIT": "ADU"}, {"gain": 0.0}, "gain is 0.0; give a number above 0"),
    ],
)
def test_nothing_is_guessed(keywords: dict[str, Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        converted("image", header(**keywords), **given)


def test_bands_have_factors_of_their_own() -> None:
    headers = [header(BUNIT="electron", EXPTIME=100.0), header(BUNIT="electron/s")]
    found = Conversion().of_bands("image", headers, ("g", "r"), 2)
    np.testing.assert_allclose(found.factor.ravel(), [0.01, 1.0])
    by_name = Conversion(unit="ADU", exposure_time={"r": 20.0, "g": 10.0}, gain=[1.0, 3.0])
    found = by_name.of_bands("image", [None], ("g", "r"), 2)
    np.testing.assert_allclose(found.factor.ravel(), [0.1, 0.15])
    with pytest.raises(ValueError, match="different units: g electron/s, r ADU/s; give unit=, one for each"):
        Conversion().of_bands("image", [header(BUNIT="e/s"), header(BUNIT="DN/s")], ("g", "r"), 2)
    with pytest.raises(ValueError, match="gain has 3 values, but there are 2 images"):
        Conversion(gain=[1.0, 2.0, 3.0]).of_bands("image", [None], (), 2)
