"""FITS images: what is written is read back, by the name or the number of an extension."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.files.errors import StorageError
from jaxlens.files.fits import as_floats, cube, read_fits, write_fits

SCI = np.arange(6.0).reshape(2, 3)
ERR = np.full((2, 3), 0.5, np.float32)


@pytest.fixture
def path(tmp_path):
    write_fits(tmp_path / "lens.fits", {"SCI": SCI, "ERR": ERR})
    return str(tmp_path / "lens.fits")


def test_an_image_is_read_by_its_place_or_its_extension(path):
    for name, expected in (("", SCI), ("[SCI]", SCI), ("[err]", ERR), ("[2]", ERR)):
        image = read_fits(path + name)
        assert image.dtype == np.float64
        np.testing.assert_array_equal(image, expected)


def test_an_earlier_file_is_replaced(path):
    write_fits(path, {"SCI": 2 * SCI})
    np.testing.assert_array_equal(read_fits(path), 2 * SCI)


def test_an_image_that_is_not_there_is_named(path, tmp_path):
    with pytest.raises(StorageError, match=r"lens.fits: has no image DQ; it must be one of SCI, ERR"):
        read_fits(path + "[DQ]")
    with pytest.raises(StorageError, match=r"nowhere.fits: No such file or directory; give a FITS image"):
        read_fits(str(tmp_path / "nowhere.fits"))
    with pytest.raises(StorageError, match=r"nowhere/lens.fits: .*; choose a folder that you may write"):
        write_fits(tmp_path / "nowhere" / "lens.fits", {"SCI": SCI})


def test_bands_come_from_files_or_arrays_in_any_order(path):
    expected = np.stack([SCI, ERR])
    for source in ([path, f"{path}[ERR]"], {"r": f"{path}[ERR]", "g": SCI}, expected):
        np.testing.assert_array_equal(cube("image", source, ("g", "r")), expected)
    assert cube("image", path, ()).shape == (1, 2, 3)
    assert cube("sigma", 2, ("g", "r")).shape == ()


def test_what_is_no_image_is_refused():
    with pytest.raises(ValueError, match="image lacks the band r; it has g"):
        cube("image", {"g": SCI}, ("g", "r"))
    with pytest.raises(ValueError, match="each band must have"):
        cube("image", {"g": SCI, "r": SCI[:1]}, ("g", "r"))
    with pytest.raises(ValueError, match=r"image has shape \(2,\); it must be \(y, x\), \(bands, y, x\), or"):
        cube("image", np.ones(2), ())
    with pytest.raises(ValueError, match="mask is no array of real numbers"):
        as_floats("mask", np.array([1j]))


def test_an_image_that_is_far_larger_when_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("jaxlens.catalogs.unpacking._ALWAYS_UNPACKED", 1000)
    fits.writeto(tmp_path / "zeros.fits", np.zeros((200, 200)))
    packed = tmp_path / "zeros.fits.gz"
    packed.write_bytes(gzip.compress((tmp_path / "zeros.fits").read_bytes()))
    with pytest.raises(StorageError, match="is unpacked over 0 MB; unpack it"):
        read_fits(str(packed))
    monkeypatch.undo()
    assert read_fits(str(packed)).shape == (200, 200)
