"""Saturated pixels and their neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.fitting.bad_pixels import grown
from jaxlens.fitting.observations import read_image


def test_a_saturated_pixel_is_left_out_with_its_neighbours(tmp_path: Path) -> None:
    data = np.ones((9, 9))
    data[4, 5] = 60000.0
    seen = read_image(data, saturation=50000.0)
    wanted = np.zeros((9, 9), bool)
    wanted[3:6, 4:7] = True
    np.testing.assert_array_equal(~seen.mask[0, 0], wanted)
    header = fits.Header([("SATURATE", 65000.0), ("BUNIT", "electron"), ("EXPTIME", 10.0)])
    fits.writeto(tmp_path / "lens.fits", data, header)
    assert read_image(tmp_path / "lens.fits", saturation="header").mask.all()
    # the level is in the unit of the file, not in counts/s
    assert (~read_image(tmp_path / "lens.fits", saturation=60000.0).mask).sum() == 9


def test_each_band_has_the_level_of_its_header(tmp_path: Path) -> None:
    for band, level in (("g", 5.0), ("r", 50.0)):
        fits.writeto(
            tmp_path / f"{band}.fits", np.diag([1.0, 1.0, 1.0, 1.0, 10.0]), fits.Header([("SATURATE", level)])
        )
    seen = read_image({band: tmp_path / f"{band}.fits" for band in "gr"}, saturation="header")
    assert (~seen.mask).sum(axis=(0, 2, 3)).tolist() == [4, 0]


def test_a_level_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"an array has no keyword SATURATE.*; give saturation= as a number"):
        read_image(np.ones((5, 5)), saturation="header")
    for wrong in (0.0, "full"):
        with pytest.raises(ValueError, match="give a level above 0 in the image's unit, or 'header'"):
            read_image(np.ones((5, 5)), saturation=wrong)


def test_regions_grow_to_a_circle() -> None:
    point = np.zeros((2, 11, 11), bool)
    point[0, 5, 5] = True
    for radius, count in ((0.0, 1), (1.0, 5), (1.5, 9), (3.0, 29)):
        assert grown(point, radius)[0].sum() == count
        assert not grown(point, radius)[1].any()
