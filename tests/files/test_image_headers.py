"""Headers of images: merged with the first one of their file, with a WCS of their rows and columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.files.errors import StorageError
from jaxlens.files.image_headers import image_header, image_headers
from tests.sky_headers import sip_header, tan_header


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as Hubble's: keywords in the first header, then two images."""
    primary = fits.Header([("EXPTIME", 90.0), ("BUNIT", "first")])
    own = tan_header(side=8)
    own["BUNIT"] = "own"
    units = [
        fits.PrimaryHDU(header=primary),
        fits.ImageHDU(np.ones((8, 8)), own, name="SCI"),
        fits.ImageHDU(np.ones((8, 8)), name="ERR"),
    ]
    fits.HDUList(units).writeto(tmp_path / "lens.fits")
    return tmp_path / "lens.fits"


def test_an_image_has_its_keywords_and_those_of_its_file(path: Path) -> None:
    found = image_header(str(path))
    assert (found.keywords["EXPTIME"], found.keywords["BUNIT"]) == (90.0, "own")
    assert found.wcs is not None
    assert image_header(str(path), sky=False).wcs is None
    error = image_header(f"{path}[ERR]")
    assert (error.keywords["BUNIT"], error.wcs, error.name) == ("first", None, f"{path}[ERR]")


def test_each_source_of_a_list_has_its_header_and_an_array_none(path: Path) -> None:
    by_band = image_headers({"r": path, "g": np.ones((8, 8))}, ("g", "r"))
    assert [one is None for one in by_band] == [True, False]
    assert len(image_headers([path, f"{path}[ERR]"], ())) == 2
    assert image_headers(np.ones((8, 8)), ()) == (None,)


def test_a_compressed_file_has_its_distortion(tmp_path: Path) -> None:
    fits.writeto(tmp_path / "lens.fits.gz", np.ones((8, 8)), sip_header(side=8))
    assert image_header(str(tmp_path / "lens.fits.gz")).wcs.sip is not None


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, path: Path) -> None:
    (tmp_path / "text.fits").write_text("SIMPLE = no")
    for name, message in (("text.fits", "cannot be read as FITS"), ("no.fits", "No such file")):
        with pytest.raises(StorageError, match=message):
            image_header(str(tmp_path / name))
    with pytest.raises(StorageError, match="has no image XYZ"):
        image_header(f"{path}[XYZ]")
