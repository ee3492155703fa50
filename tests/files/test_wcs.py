"""Places on the sky in images: pixels and derivatives by astropy's own functions, and wrong WCS."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens.files.wcs import image_wcs, pixels, places, sky_positions, tangent_plane
from tests.sky_headers import sip_header

SINGULAR = {
    "CTYPE1": "RA---TAN",
    "CTYPE2": "DEC--TAN",
    "CD1_1": 1.0,
    "CD1_2": 1.0,
    "CD2_1": 1.0,
    "CD2_2": 1.0,
}


@pytest.fixture
def wcs() -> WCS:
    """The WCS of an image with distortion that is turned by 30 degrees."""
    return WCS(sip_header(angle=30.0))


def test_the_tangent_plane_is_that_of_astropys_tan_projection() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [350.0, 60.0], [1.0 / 3600.0] * 2
    ra, dec = np.array([350.002, 349.9, 350.0]), np.array([60.001, 60.3, 59.0])
    wanted = np.array(wcs.all_world2pix(ra, dec, 1))
    assert np.abs(np.array(tangent_plane(ra, dec, 350.0, 60.0)) - wanted).max() < 1e-6
    assert np.isnan(tangent_plane(np.array([170.0]), np.array([-60.0]), 350.0, 60.0)[0]).all()


def test_places_are_those_of_astropy_with_distortion_and_turned_axes(wcs: WCS) -> None:
    x, y = np.array([3.3, 40.0, 71.2]), np.array([60.9, 39.5, 5.1])
    ra, dec = sky_positions(wcs, x, y)
    found = places(wcs, ra, dec)
    assert np.abs(found.x - x).max() < 1e-4
    assert np.abs(found.y - y).max() < 1e-4
    # the derivative predicts where a place a tenth of an arcsec away is
    centre = SkyCoord(ra, dec, unit="deg")
    for dx, dy in ((0.1, 0.0), (0.0, 0.1), (-0.07, 0.05)):
        ends = (centre.spherical_offsets_by(s * dx * u.arcsec, s * dy * u.arcsec) for s in (1, -1))
        after, before = (np.stack(pixels(wcs, end.ra.deg, end.dec.deg), -1) for end in ends)
        angles = np.einsum("nij,nj->ni", found.jacobian, 0.5 * (after - before))
        assert np.abs(angles - [dx, dy]).max() < 5e-6
    assert np.linalg.norm(found.jacobian[0] - found.jacobian[2]) > 0.005, "the distortion is seen"
    assert np.abs(found.pixel_scale - 0.25).max() < 0.04


def test_places_that_the_wcs_does_not_reach_are_nan(wcs: WCS) -> None:
    ra = np.array([150.1, 330.1, 150.1, np.nan, 150.1, np.inf])
    dec = np.array([2.2, -2.2, 80.0, 0.0, 95.0, 2.2])
    found = places(wcs, ra, dec)
    assert np.isfinite(found.x).tolist() == [True, *[False] * 5]
    assert np.isfinite(found.jacobian[:, 0, 0]).tolist() == [True, *[False] * 5]


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ({}, "g.fits has no WCS of the sky; give an image with CTYPE"),
        (SINGULAR, "g.fits has a WCS whose CD matrix has no inverse"),
        ({"CTYPE1": "RA---TAN", "CTYPE2": "RA---TAN"}, "g.fits has a WCS that cannot be read"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*made the change")
def test_a_wcs_that_is_none_is_an_error(cards: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        image_wcs(fits.Header(cards), "g.fits")
