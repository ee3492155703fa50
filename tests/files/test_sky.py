"""Where pixels are on the sky: the tangent plane at the position of the system, x to the east."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens.files.sky import wcs_keywords

PLACE = {"ra_sky": np.array([359.9999]), "dec_sky": np.array([60.0])}


def sky(values: dict[str, np.ndarray], num_pix: int, i: float, j: float) -> tuple[float, float]:
    """The offset of a pixel from the position of the system, arcsec to the east and to the north."""
    wcs = WCS(fits.Header(list(wcs_keywords(values, num_pix).items())))
    centre = SkyCoord(*(values[name][0] * units.deg for name in ("ra_sky", "dec_sky")))
    offsets = centre.spherical_offsets_to(wcs.pixel_to_world(i, j))
    return tuple(one.to_value("arcsec") for one in offsets)


@pytest.mark.parametrize("num_pix", [8, 9])
def test_x_grows_to_the_east_and_y_to_the_north(num_pix: int) -> None:
    values = PLACE | {"pixel_scale": np.array([[0.2, 0.2]])}
    middle = (num_pix - 1) / 2
    np.testing.assert_allclose(sky(values, num_pix, middle, middle), 0.0, atol=1e-8)
    np.testing.assert_allclose(sky(values, num_pix, middle + 3, middle - 2), [0.6, -0.4], atol=1e-6)


def test_a_turned_and_shifted_grid_has_its_numbers() -> None:
    names = ("transform_xx", "transform_xy", "transform_yx", "transform_yy", "x_shift", "y_shift")
    numbers = (-0.1, 0.02, 0.03, 0.2, 1.0, -0.5)
    values = PLACE | {name: np.array([one]) for name, one in zip(names, numbers, strict=True)}
    xx, xy, yx, yy, x_shift, y_shift = numbers
    expected = [4 * xx - 3 * xy + x_shift, 4 * yx - 3 * yy + y_shift]
    np.testing.assert_allclose(sky(values, 11, 5 + 4, 5 - 3), expected, atol=1e-6)


def test_a_system_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place on the sky; give CATALOG the key SKY"):
        wcs_keywords({"pixel_scale": [0.1]}, 4)


def test_astropy_has_nothing_to_say_of_the_header() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = WCS(fits.Header(list(wcs_keywords(PLACE | {"pixel_scale": np.array([0.1])}, 4).items())))
    assert found.has_celestial
