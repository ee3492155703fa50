"""Observed images: what is read from FITS, and what is refused."""

import re

import jax
import numpy as np
import pytest
from astropy.io import fits

from jaxlens.files.errors import StorageError
from jaxlens.files.fits import write_fits
from jaxlens.fitting.external_psf import psf_kernel
from jaxlens.fitting.observations import read_image


def image(bands=2, side=5, seed=0):
    return np.random.default_rng(seed).normal(10.0, 1.0, (bands, side, side))


@pytest.fixture
def files(tmp_path):
    """A FITS file with data, errors and flags; and one file for each band."""
    flags = np.zeros((2, 5, 5), np.int32)
    flags[1, 2, 3] = 4096
    parts = {"SCI": image(), "ERR": np.full((2, 5, 5), 0.5), "DQ": flags, "PSF": np.ones((3, 3))}
    write_fits(tmp_path / "lens.fits", parts)
    for b, band in enumerate("gr"):
        write_fits(tmp_path / f"{band}.fits", {"SCI": image()[b]})
    return tmp_path


def test_a_file_with_its_extensions_is_one_observation(files):
    name = str(files / "lens.fits")
    seen = read_image(name, f"{name}[ERR]", f"{name}[psf]", bad=f"{name}[3]", bands="gr")
    np.testing.assert_allclose(seen.images[0][seen.mask[0]], image()[seen.mask[0]], rtol=1e-6)
    assert seen.images.dtype == seen.noise_sigma.dtype == np.float32
    assert np.argwhere(~seen.mask).tolist() == [[0, 1, 2, 3]]
    assert (seen.noise_sigma[seen.mask] == 0.5).all()
    assert seen.bands == ("g", "r")
    np.testing.assert_allclose(seen.psf, np.full((1, 3, 3), 1 / 9))
    assert repr(seen).endswith("2 bands, 5 x 5 pixels, 1 of them not used, with sigma and PSF")


def test_a_file_for_each_band_in_any_order(files):
    paths = {band: files / f"{band}.fits" for band in "rg"}
    by_name = read_image(paths, bands=["g", "r"])
    listed = read_image([files / "g.fits", files / "r.fits"])
    np.testing.assert_array_equal(by_name.images, listed.images)
    np.testing.assert_array_equal(read_image(paths).images, listed.images[:, ::-1])
    assert (by_name.bands, read_image(paths).bands, listed.bands) == (("g", "r"), ("r", "g"), ())


def test_arrays_are_observations_too():
    mask = np.ones((5, 5))
    mask[0] = 0
    seen = read_image(image(), sigma={"g": np.ones((5, 5)), "r": np.ones((5, 5))}, mask=mask, bands="gr")
    assert seen.mask.sum() == 2 * 20
    assert read_image(image()[0]).images.shape == (1, 1, 5, 5)
    assert read_image(image(), psf=np.ones((2, 3, 1))).psf.shape == (2, 3, 3)


def test_pixels_that_are_not_used_may_be_anything_and_come_back_finite():
    data, sigma = image(), np.ones((2, 5, 5))
    data[0, 0, 0], data[1, 1, 1], sigma[0, 2, 2] = np.nan, np.inf, np.nan
    seen = read_image(data, sigma, mask="nonfinite")
    assert np.count_nonzero(~seen.mask) == 3
    assert np.isfinite(seen.images).all()
    assert (seen.noise_sigma > 0).all()
    same = read_image(data, sigma, mask=seen.mask[0])
    np.testing.assert_array_equal(same.images, seen.images)


WRONG = np.where(np.arange(50).reshape(2, 5, 5) == 32, np.nan, 1.0)
ZERO = np.where(np.arange(50).reshape(2, 5, 5) < 2, 0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"image": WRONG},
            "image: 1 pixel used but not finite, the first (nan) in image 0, band 1, row 1, column 2; "
            'give a mask that leaves them out (True or 1 = used), or mask="nonfinite"',
        ),
        ({"image": WRONG, "mask": np.ones((5, 5))}, "give a mask that leaves them out (True or 1 = used)"),
        ({"image": image() * 1e60}, "image: 50 pixels used but not finite, the first (inf)"),
        ({"image": image(), "sigma": WRONG}, "sigma: 1 pixel used but not finite, the first (nan)"),
        ({"image": image(), "sigma": ZERO}, "sigma: 2 pixels used but not above zero, the first (0)"),
        ({"image": image(), "sigma": -1.0, "mask": "nonfinite"}, "sigma: 50 pixels used but not above zero"),
        ({"image": image(), "sigma": np.ones((4, 5))}, "sigma has shape (1, 4, 5); the image has (2, 5, 5)"),
        ({"image": image(), "mask": np.zeros((5, 5))}, "no pixel of image 0 is used"),
        ({"image": image(), "mask": 64 * np.ones((5, 5))}, "mask holds 64; give True or 1 where"),
        ({"image": image(), "bad": np.ones((2, 5, 5))}, "no pixel of image 0 is used"),
        ({"image": image(), "bands": "gri"}, "image has 2 bands, but 3 are named: g, r, i"),
        ({"image": {"g": image()[0]}, "bands": "gr"}, "image lacks the band r; it has g"),
        (
            {"image": {"g": image()[None]}},
            "image has arrays of shape (1, 2, 5, 5); each band must have (y, x)",
        ),
        ({"image": image()[None, None]}, "image has shape (1, 1, 2, 5, 5); it must be (y, x), (bands, y, x)"),
        ({"image": image() + 1j}, "image is no array of real numbers"),
        ({"image": image(), "psf": np.ones((4, 4))}, "psf has 4 x 4 pixels; give an odd number"),
        (
            {"image": image(), "psf": np.ones((3, 5, 5))},
            "psf has shape (3, 5, 5); it must be (k, k), or (2, k",
        ),
        ({"image": image(), "psf": np.zeros((3, 3))}, "psf sums to 0; the sum must be above 0"),
        ({"image": image(), "psf": np.full((3, 3), np.nan)}, "psf has 9 pixels that are not finite"),
    ],
)
def test_what_cannot_be_fitted_is_named(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_image(**arguments)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lens.fits[ER]", "lens.fits: has no image ER; did you mean ERR?"),
        ("lens.fits[7]", "lens.fits: has no image 7; it must be one of SCI, ERR, DQ, PSF"),
        ("nowhere.fits", "nowhere.fits: No such file or directory; give a FITS image"),
        ("text.fits", "text.fits: cannot be read as FITS; give a FITS image"),
        ("empty.fits", "empty.fits: has no image in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(files, name, message):
    (files / "text.fits").write_text("SIMPLE = no")
    fits.PrimaryHDU().writeto(files / "empty.fits")
    with pytest.raises(StorageError, match=re.escape(message)):
        read_image(files / name)


def test_a_file_is_not_written_to_nowhere(tmp_path):
    with pytest.raises(StorageError, match="choose a folder"):
        write_fits(tmp_path / "nowhere" / "x.fits", {"SCI": image()})


def test_double_precision_is_kept(x64):
    seen = read_image(image(), 0.1)
    assert seen.images.dtype == seen.noise_sigma.dtype == np.float64
    np.testing.assert_array_equal(seen.images[0], image())
    assert jax.numpy.asarray(psf_kernel(np.ones((3, 3)), 1)).dtype == np.float64


def test_a_series_is_a_cube_of_epochs_or_one_for_each_band(tmp_path):
    cube = np.random.default_rng(1).normal(5.0, 1.0, (3, 2, 5, 5))
    write_fits(tmp_path / "series.fits", {"SCI": cube})
    write_fits(tmp_path / "r.fits", {"SCI": cube[:, 1]})
    mask = np.ones((5, 5))
    mask[0, :2] = 0
    seen = read_image(tmp_path / "series.fits", sigma=0.5, mask=mask, bands="gr")
    assert seen.images.shape == seen.noise_sigma.shape == (1, 3, 2, 5, 5)
    np.testing.assert_allclose(seen.images[0][seen.mask[0]], cube[seen.mask[0]], rtol=1e-6)
    # the mask of one image is that of all epochs and bands
    assert (~seen.mask).sum() == 3 * 2 * 2
    assert repr(seen).startswith("Observation of 3 epochs, 2 bands, 5 x 5 pixels, 12 of them not used")
    by_band = read_image({"g": cube[:, 0], "r": tmp_path / "r.fits"}, bands=["g", "r"])
    np.testing.assert_allclose(by_band.images[0], cube, rtol=1e-6)
    with pytest.raises(ValueError, match="image has 2 bands, but 3 are named"):
        read_image(cube, bands="gri")
    with pytest.raises(ValueError, match=r"\(epochs, bands, y, x\) of a time series"):
        read_image(cube[None])
