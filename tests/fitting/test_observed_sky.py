"""How pixels of images lie on the sky: astropy's own positions are the reference."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens.files.errors import StorageError
from jaxlens.fitting.observations import read_image
from tests.sky_headers import sip_header, tan_header


def written(path: Path, header: fits.Header, shape: tuple[int, ...] = (30, 30)) -> Path:
    fits.writeto(path, np.ones(shape), header)
    return path


def rectangular() -> fits.Header:
    """Columns of 0.2 and rows of 0.3 arcsec, by CDELT, with rows to the south."""
    header = tan_header(side=30)
    for name in ("CD1_1", "CD1_2", "CD2_1", "CD2_2"):
        del header[name]
    header["CDELT1"], header["CDELT2"] = -0.2 / 3600.0, -0.3 / 3600.0
    return header


def galactic() -> fits.Header:
    header = tan_header(side=30, scale=0.1)
    header["CTYPE1"], header["CTYPE2"] = "GLON-TAN", "GLAT-TAN"
    del header["RADESYS"]
    return header


@pytest.mark.parametrize(
    "header",
    [
        tan_header(side=30),
        tan_header(side=30, scale=0.05, angle=130.0, dec=-75.0),
        sip_header(side=30, angle=40.0),
        rectangular(),
        galactic(),
    ],
    ids=["north up", "turned", "distorted", "rectangular", "galactic"],
)
def test_the_map_of_pixels_is_that_of_astropys_offsets(header: fits.Header, tmp_path: Path) -> None:
    seen, wcs = read_image(written(tmp_path / "lens.fits", header)), WCS(header)
    assert seen.transform is not None
    there = wcs.pixel_to_world(14.5, 14.5).icrs
    for i, j in ((3.0, 0.0), (0.0, 3.0), (-2.0, 4.0)):
        east, north = there.spherical_offsets_to(wcs.pixel_to_world(14.5 + i, 14.5 + j).icrs)
        x, y = seen.transform @ (i, j)
        # the distortion changes pixels by 0.5% over some of them
        tolerance = 0.006 if seen.wcs.sip else 1e-6
        assert np.hypot(x - east.arcsec, y - north.arcsec) < tolerance
    a, b = (wcs.pixel_to_world(14.5 + s * d[0], 14.5 + s * d[1]) for s, d in ((0, (0, 0)), (1, (0.01, 0))))
    along = a.separation(b).arcsec / 0.01
    assert np.hypot(*seen.transform[:, 0]) == pytest.approx(along, rel=1e-3)
    assert seen.pixel_scale == pytest.approx(np.sqrt(abs(np.linalg.det(seen.transform))))
    assert "WCS" in repr(seen)


def test_north_up_and_east_left_is_a_map_with_a_sign(tmp_path: Path) -> None:
    seen = read_image(written(tmp_path / "lens.fits", tan_header(side=30, scale=0.05)))
    np.testing.assert_allclose(seen.transform, [[-0.05, 0.0], [0.0, 0.05]], atol=1e-9)
    assert repr(seen).startswith("Observation of 1 band, 30 x 30 pixels of 0.05 arcsec, 0 of them not used")


def test_a_scale_that_is_not_the_headers_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "lens.fits", tan_header(side=30, scale=0.05))
    assert read_image(path, pixel_scale=0.0502).pixel_scale == pytest.approx(0.05)
    message = f"pixel_scale is 0.04 arcsec, but the WCS of {path} has pixels of 0.05 arcsec"
    with pytest.raises(ValueError, match=re.escape(message)):
        read_image(path, pixel_scale=0.04)
    with pytest.raises(ValueError, match=r"pixel_scale is -1.0; give arcsec, above 0"):
        read_image(path, pixel_scale=-1.0)


def test_without_a_wcs_nothing_is_known_but_what_is_given(tmp_path: Path) -> None:
    path = written(tmp_path / "lens.fits", fits.Header([("CTYPE1", "LINEAR"), ("CDELT1", 0.1)]))
    seen = read_image(path)
    assert (seen.pixel_scale, seen.transform, seen.wcs) == (None, None, None)
    seen = read_image(np.ones((8, 8)), pixel_scale=0.1)
    assert (seen.pixel_scale, seen.transform) == (0.1, None)
    assert seen.pixel_map["transform_xx"] == seen.pixel_map["transform_yy"] == 0.1


def test_a_wcs_that_is_broken_is_an_error(tmp_path: Path) -> None:
    header = tan_header(side=30)
    for name in ("CD1_1", "CD1_2", "CD2_1", "CD2_2"):
        header[name] = 1.0
    path = written(tmp_path / "lens.fits", header)
    with pytest.raises(ValueError, match=re.escape(f"{path} has a WCS whose CD matrix has no inverse")):
        read_image(path)
    with pytest.raises(StorageError, match="No such file"):
        read_image(tmp_path / "nothing.fits")


def test_a_cube_of_bands_has_the_wcs_of_its_rows_and_columns(tmp_path: Path) -> None:
    header = tan_header(side=30, angle=20.0)
    header["CTYPE3"] = "BAND"
    seen = read_image(written(tmp_path / "lens.fits", header, (2, 30, 30)))
    assert seen.wcs.naxis == 2
    assert seen.pixel_scale == pytest.approx(0.25)


def test_bands_lie_on_the_same_pixels(tmp_path: Path) -> None:
    files = {}
    for band, shift, angle in (("g", 0.0, 0.0), ("r", 0.02, 0.0), ("i", 0.5, 0.0), ("z", 0.0, 2.0)):
        header = tan_header(side=30, angle=angle)
        header["CRPIX1"] += shift
        files[band] = written(tmp_path / f"{band}.fits", header)
    assert read_image({band: files[band] for band in "gr"}).bands == ("g", "r")
    for band in "iz":
        with pytest.raises(ValueError, match=r"different pixels: places on the sky are 0\.[45]\d pixels"):
            read_image({one: files[one] for one in ("g", band)})


def test_a_place_far_from_the_equator_is_where_astropy_has_it(tmp_path: Path) -> None:
    header = tan_header(side=30, scale=0.05, ra=359.9999, dec=80.0)
    seen = read_image(
        written(tmp_path / "lens.fits", header), crop=8, center={"ra": 359.99985, "dec": 80.0001}
    )
    there = SkyCoord(*seen.wcs.all_pix2world(*seen.center, 0), unit="deg")
    assert there.separation(SkyCoord(359.99985, 80.0001, unit="deg")) < 1e-6 * u.arcsec
