"""Coordinates of images whose pixels have a map: of arrays, and in the headers of FITS files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS

from jaxlens.config.model import PIXEL_MAP
from jaxlens.files.coordinates import coordinates, unit_of_coordinate
from jaxlens.files.fits_headers import array_header
from jaxlens.files.units import unit_of


def described(contents: Callable[..., Any], *numbers: float) -> Any:
    scale = np.sqrt(abs(numbers[0] * numbers[3] - numbers[1] * numbers[2]))
    pixels = dict(zip(PIXEL_MAP, numbers, strict=True)) | {"pixel_scale": scale}
    return contents(attributes={"units": "electrons/s", **pixels})


def test_columns_and_rows_have_their_angles(contents: Callable[..., Any]) -> None:
    own = described(contents, -0.3, 0.0, 0.0, 0.2, 0.05, -0.1)
    found = coordinates(own, "images")
    np.testing.assert_allclose(found["x"], 0.05 - 0.3 * (np.arange(4) - 1.5))
    np.testing.assert_allclose(found["y"], -0.1 + 0.2 * (np.arange(4) - 1.5))
    assert unit_of_coordinate(own, "x") == "arcsec"


def test_pixels_have_numbers_where_rows_are_not_along_x(contents: Callable[..., Any]) -> None:
    own = described(contents, 0.3, 0.1, 0.0, 0.2, 0.0, 0.0)
    assert coordinates(own, "images")["x"].tolist() == [0, 1, 2, 3]
    assert unit_of_coordinate(own, "y") == "pixel"


@pytest.mark.parametrize("numbers", [(-0.3, 0.1, 0.05, 0.2, 0.05, -0.1), (0.0, 0.3, 0.3, 0.0, 0.0, 0.0)])
def test_astropy_finds_each_pixel_at_its_angle(
    contents: Callable[..., Any], numbers: tuple[float, ...]
) -> None:
    wcs = WCS(array_header(described(contents, *numbers), "images"))
    columns, rows = (v.ravel() for v in np.meshgrid(np.arange(4.0), np.arange(4.0)))
    found = wcs.wcs_pix2world(np.stack([columns, rows, 0 * rows + 1, 0 * rows + 2], axis=1), 0)
    xx, xy, yx, yy, x_0, y_0 = numbers
    x, y = xx * (columns - 1.5) + xy * (rows - 1.5) + x_0, yx * (columns - 1.5) + yy * (rows - 1.5) + y_0
    np.testing.assert_allclose((found[:, 0] + 180) % 360 - 180, x / 3600, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], y / 3600, atol=1e-12)
    np.testing.assert_array_equal(found[:, 2:], [[1, 2]] * 16)


def test_units() -> None:
    assert (unit_of("transform_xy"), unit_of("x_shift"), unit_of("pixel_scale")) == (
        "arcsec/pixel",
        "arcsec",
        "arcsec",
    )
