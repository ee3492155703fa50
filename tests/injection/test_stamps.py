"""Stamps: where their pixels are on the sky, and the windows that they have in an image."""

from __future__ import annotations

import numpy as np
from astropy.wcs import WCS

from jaxlens.files.wcs import places, sky_positions
from jaxlens.injection.stamps import corners, transforms, window


def test_the_transform_of_a_stamp_maps_the_systems_own_pixel_to_zero(wcs: WCS) -> None:
    ra, dec = sky_positions(wcs, np.array([20.3, 50.8]), np.array([33.4, 9.9]))
    found = places(wcs, ra, dec)
    for side in (15, 16):
        numbers, first = transforms(found, side), corners(found, side)
        i, j = np.stack([found.x, found.y]) - first.T - 0.5 * (side - 1)
        assert np.abs(np.stack([i, j])).max() <= 0.5
        x = numbers["transform_xx"] * i + numbers["transform_xy"] * j + numbers["x_shift"]
        y = numbers["transform_yx"] * i + numbers["transform_yy"] * j + numbers["y_shift"]
        assert np.abs(np.stack([x, y])).max() < 1e-12


def test_windows_are_clipped_at_the_edges() -> None:
    part = window(np.array([7, -1]), 4, (9, 9))
    assert part is not None
    assert part.image == (slice(0, 3), slice(7, 9))
    assert part.stamp == (slice(1, 4), slice(0, 2))
    assert window(np.array([9, 0]), 4, (9, 9)) is None
