"""Zero points, gains and bands of images, from the headers of several observatories."""

from __future__ import annotations

from typing import Any

import pytest

from jaxlens.files.photometry import band, gain, zero_point


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        # a coadd of Rubin: AB magnitude of 1 nJy
        ({"BUNIT": "nJy"}, 31.4),
        # HSC: the flux of magnitude 0
        ({"FLUXMAG0": 63095734448.0194}, 27.0),
        ({"MAGZERO": 27.0, "BUNIT": "adu"}, 27.0),
        # ACS/WFC F814W in electrons/s, of the instrument's table of zero points
        ({"BUNIT": "ELECTRONS/S", "PHOTFLAM": 7.0332e-20, "PHOTPLAM": 8045.5}, 25.947),
        # NIRCam at 0.031 arcsec
        ({"BUNIT": "MJy/sr", "PIXAR_SR": 2.29e-14}, 28.0),
    ],
)
def test_zero_points(header: dict[str, Any], wanted: float) -> None:
    assert zero_point(header, "image") == pytest.approx(wanted, abs=0.01)


def test_an_image_without_zero_point_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"coadd.fits has no zero point: BUNIT is 'adu'.*--zero-point"):
        zero_point({"BUNIT": "adu"}, "coadd.fits")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ({"BUNIT": "electron"}, 1.0),
        ({"BUNIT": "ELECTRONS/S", "EXPTIME": 500.0}, 500.0),
        ({"BUNIT": "adu", "GAIN": 2.5, "EXPTIME": 30.0}, 2.5),
        ({"BUNIT": "counts/s", "CCDGAIN": 2.0, "EXPTIME": 30.0}, 60.0),
        ({"GAIN": 3.0}, 3.0),
    ],
)
def test_gains_are_electrons_over_the_exposure(header: dict[str, Any], wanted: float) -> None:
    assert gain(header, "image") == wanted


@pytest.mark.parametrize(
    "header", [{"BUNIT": "nJy", "GAIN": 2.0}, {"BUNIT": "adu"}, {"BUNIT": "adu", "GAIN": 0}]
)
def test_a_gain_that_does_not_fit_the_unit_is_an_error(header: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"coadd.fits has no gain that fits its unit.*--gain"):
        gain(header, "coadd.fits")


def test_the_band_is_that_of_a_keyword() -> None:
    assert band({"FILTER": "R"}, ("g", "r")) == "r"
    assert band({"FILTER": "clear", "BAND": "g"}, ("g", "r")) == "g"
    assert band({"FILTER": "clear"}, ("g", "r")) is None
