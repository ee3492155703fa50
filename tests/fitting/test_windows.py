"""Crops, borders and centres of observed images, against the WCS by astropy's own functions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observations import read_image
from tests.sky_headers import sip_header

ROWS, COLUMNS = 40, 50


def pixels() -> np.ndarray:
    return np.random.default_rng(4).normal(size=(ROWS, COLUMNS))


def header() -> fits.Header:
    found = sip_header(side=ROWS, angle=25.0)
    found["CRPIX1"] = 25.5
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An image with a turned WCS that has distortion."""
    fits.writeto(tmp_path / "lens.fits", pixels(), header())
    return tmp_path / "lens.fits"


def sky(wcs: WCS, x: float, y: float) -> SkyCoord:
    return SkyCoord(*wcs.all_pix2world(x, y, 0), unit="deg")


def test_an_image_that_is_not_square_gets_a_border_and_keeps_its_centre(path: Path) -> None:
    seen = read_image(path, sigma=0.5, psf=np.ones((3, 3)))
    assert not seen.is_square
    whole = seen.square()
    assert whole.is_square
    assert whole.images.shape == whole.mask.shape == whole.noise_sigma.shape == (1, 1, COLUMNS, COLUMNS)
    np.testing.assert_array_equal(whole.images[0, 0, 5:45], seen.images[0, 0])
    assert not whole.mask[..., :5, :].any()
    assert not whole.mask[..., 45:, :].any()
    assert whole.mask.sum() == ROWS * COLUMNS
    assert (whole.noise_sigma > 0).all()
    assert seen.center == (24.5, 19.5)
    assert whole.center == (24.5, 24.5), "the middle of the square"
    before, after = (sky(one.wcs, *one.center) for one in (seen, whole))
    assert before.separation(after) < 1e-6 * u.arcsec
    assert whole.square() is whole


def test_an_odd_border_moves_the_middle_and_not_the_centre() -> None:
    seen = read_image(np.ones((ROWS, COLUMNS + 1)), pixel_scale=0.1).square()
    assert seen.images.shape[-2:] == (51, 51)
    assert seen.center == (25.0, 24.5)
    assert seen.pixel_map["x_shift"] == 0.0
    assert seen.pixel_map["y_shift"] == pytest.approx(0.05)


def test_a_crop_has_the_pixels_about_its_centre(path: Path) -> None:
    seen = read_image(
        path, mask=np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 2, crop=(11, 7), center=(20, 12)
    )
    np.testing.assert_allclose(
        seen.images[0, 0][seen.mask[0, 0]], pixels()[9:16, 15:26][seen.mask[0, 0]], rtol=1e-6
    )
    np.testing.assert_array_equal(
        seen.mask[0, 0], np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)[9:16, 15:26] % 2
    )
    assert seen.center == (5.0, 3.0)
    assert read_image(path, crop=10).images.shape == (1, 1, 10, 10)
    assert read_image(path, crop=10).center == (4.5, 4.5)
    # an even number of pixels has no middle pixel
    assert read_image(path, crop=4, center=(20, 12)).center in [
        (1.0, 1.0),
        (2.0, 2.0),
        (1.0, 2.0),
        (2.0, 1.0),
    ]


@pytest.mark.parametrize(("x", "y"), [(24.5, 19.5), (30.3, 11.8), (14.1, 25.49)])
def test_the_pixels_of_a_crop_stay_where_they_are_on_the_sky(path: Path, x: float, y: float) -> None:
    """By astropy's WCS of the whole image, with its distortion, and by offsets of SkyCoord."""
    whole = WCS(header())
    there = sky(whole, x, y)
    for center in ((x, y), there, {"ra": there.ra.deg, "dec": there.dec.deg}):
        seen = read_image(path, crop=(12, 15), center=center)
        assert sky(seen.wcs, *seen.center).separation(there) < 1e-5 * u.arcsec
        column, row = round(x - 5.5), round(y - 7.0)
        assert sky(seen.wcs, 2.0, 9.0).separation(sky(whole, column + 2.0, row + 9.0)) < 1e-6 * u.arcsec
        numbers = seen.pixel_map
        for i, j in ((-2.5, 3.0), (2.5, -4.0)):
            x_model = numbers["transform_xx"] * i + numbers["transform_xy"] * j + numbers["x_shift"]
            y_model = numbers["transform_yx"] * i + numbers["transform_yy"] * j + numbers["y_shift"]
            east, north = there.spherical_offsets_to(sky(seen.wcs, 5.5 + i, 7.0 + j))
            # the distortion makes pixels differ by 1% from one to the next few
            assert np.hypot(x_model - east.arcsec, y_model - north.arcsec) < 0.01
    assert seen.pixel_scale is not None


def test_an_angle_is_a_number_of_pixels(path: Path) -> None:
    flat = np.ones((ROWS, COLUMNS))
    for size, wanted in (("2.5 arcsec", 10), (2.4 * u.arcsec, 10), ("0.04 arcmin", 10), ("2.51 arcsec", 11)):
        assert read_image(flat, pixel_scale=0.25, crop=size).images.shape == (1, 1, wanted, wanted)
    assert read_image(path, crop="2.5 arcsec").images.shape[-1] in (10, 11)


def test_a_centre_without_a_crop_moves_no_pixel(path: Path) -> None:
    seen = read_image(path, center=(20.0, 12.5))
    assert seen.images.shape == (1, 1, ROWS, COLUMNS)
    assert seen.center == (20.0, 12.5)
    assert seen.crop() is seen


def test_all_that_belongs_to_pixels_is_cropped() -> None:
    data = np.random.default_rng(5).normal(size=(3, 2, 20, 20))
    seen = read_image(data, sigma=np.abs(data) + 1.0, psf=np.ones((3, 3)), crop=6, bands="gr")
    assert seen.images.shape == seen.noise_sigma.shape == seen.mask.shape == (1, 3, 2, 6, 6)
    np.testing.assert_allclose(seen.noise_sigma[0], np.abs(data[..., 7:13, 7:13]) + 1.0, rtol=1e-6)
    assert seen.psf.shape == (1, 3, 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"crop": 45},
            "a crop of 45 x 45 pixels about column 24.5, row 19.5 reaches beyond the image of 50 x 40",
        ),
        ({"crop": 10, "center": (2, 20)}, "about column 2.0, row 20.0 reaches beyond"),
        ({"crop": 10.5}, "crop is 10.5; give a number of pixels, (columns, rows), or an angle"),
        ({"crop": 0}, "crop is 0; give a number of pixels"),
        ({"crop": "4 furlongs"}, "crop is '4 furlongs'; give an angle as '6 arcsec'"),
        ({"crop": "4 arcsec"}, "crop is 4 arcsec, and the pixel scale is not known; give pixel_scale="),
        ({"crop": "-4 arcsec", "pixel_scale": 0.1}, "give an angle above 0"),
        ({"center": (60, 3)}, "center (60, 3) is at column 60.0, row 3.0, outside of the image of 50 x 40"),
        ({"center": 3}, "center is 3; give (column, row), or {'ra': ..., 'dec': ...} in degrees"),
        ({"center": {"ra": 1.0, "dec": 2.0}}, "center is a place on the sky, and the image has no WCS"),
    ],
)
def test_a_crop_that_cannot_be_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read_image(np.ones((ROWS, COLUMNS)), **given)


def test_a_place_that_is_not_in_the_image_is_named(path: Path) -> None:
    with pytest.raises(ValueError, match=r"is at column nan, row nan, outside of the image of 50 x 40"):
        read_image(path, center={"ra": 10.0, "dec": 2.0})
    with pytest.raises(ValueError, match="center has ra; give ra and dec in degrees"):
        read_image(path, center={"ra": 10.0})


def test_an_observation_made_by_hand_has_its_middle_as_centre() -> None:
    data = np.ones((1, 1, 4, 6))
    made = Observation(data, None, data > 0, None, ())
    assert made.center == (2.5, 1.5)
    assert made.masked(np.arange(6) > 1).mask.sum() == 16
    with pytest.raises(ValueError, match="give read_image pixel_scale="):
        made.pixel_map  # noqa: B018
