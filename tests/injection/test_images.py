"""The images that are read: their planes, their bands, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.files.errors import StorageError
from jaxlens.injection.images import read_images
from jaxlens.injection.masks import bad_bits, injected_bit, is_bad
from tests.injection.conftest import Maker
from tests.sky_headers import tan_header

BANDS = ("g", "r", "i")


def test_planes_of_one_file_are_found_by_name(make_image: Maker) -> None:
    path = make_image()
    (image,) = read_images({"r": path}, BANDS)
    assert [unit.number for unit in image.units] == [1, 3, 2]
    assert (image.band, image.shape, image.zero_point, image.gain) == ("r", (80, 80), 25.0, 4.0)
    assert image.bad == 1, "DETECTED is no bad plane"
    assert image.pixel_scale == pytest.approx(0.25)


def test_planes_may_be_files_of_their_own(make_image: Maker, tmp_path: Path) -> None:
    images = {"g": make_image("g.fits", planes=False), "r": make_image("r.fits")}
    sigma = fits.ImageHDU(np.full((80, 80), 0.1, np.float32), name="ERR")
    sigma.writeto(tmp_path / "sigma.fits")
    given = {"variance": {"g": tmp_path / "sigma.fits"}, "mask": {"g": f"{images['r']}[MASK]"}}
    g, r = read_images(images, BANDS, **given, zero_point={"r": 30.0}, gain=2.0)
    assert g.variance is not None
    assert g.variance_power == 1
    assert g.mask is not None
    assert g.mask.path == images["r"]
    assert (g.zero_point, r.zero_point, g.gain, r.variance_power) == (25.0, 30.0, 2.0, 2)


def test_bands_are_those_of_headers_or_those_of_the_file_in_order(make_image: Maker) -> None:
    named = [make_image("a.fits", FILTER="i"), make_image("b.fits", FILTER="g")]
    assert [image.band for image in read_images(named, BANDS)] == ["g", "i"]
    plain = [make_image(f"{k}.fits") for k in range(3)]
    assert [image.image.path.name for image in read_images(plain, BANDS)] == ["0.fits", "1.fits", "2.fits"]
    with pytest.raises(ValueError, match=r"0.fits has no keyword BAND or FILTER .* 2 images for 3 bands"):
        read_images(plain[:2], BANDS)
    with pytest.raises(ValueError, match="two images of the band i"):
        read_images([named[0], named[0]], BANDS)
    with pytest.raises(ValueError, match="the configuration has no band 'y'"):
        read_images({"y": plain[0]}, BANDS)


def test_wrong_images_are_errors(make_image: Maker, tmp_path: Path) -> None:
    path = make_image()
    small = make_image("small.fits", pixels=np.zeros((8, 8)))
    with pytest.raises(ValueError, match=r"small.fits\[3\] has 8 x 8 pixels, but .*g.fits\[1\] has 80 x 80"):
        read_images({"g": path}, BANDS, variance=small)
    cube = make_image("cube.fits", planes=False)
    with fits.open(cube, mode="update") as units:
        units[1].data = np.zeros((2, 8, 8), np.float32)
    with pytest.raises(ValueError, match=r"cube.fits\[1\] has 3 axes; give an image of rows and columns"):
        read_images({"g": cube}, BANDS)
    with pytest.raises(ValueError, match=r"nowcs.fits\[1\] has no WCS of the sky"):
        read_images({"g": make_image("nowcs.fits", header=fits.Header())}, BANDS)
    with pytest.raises(StorageError, match="none"):
        read_images({"g": tmp_path / "none.fits"}, BANDS)
    with pytest.raises(StorageError, match=r"^[^:]*g.fits: has no image SCII"):
        read_images({"g": f"{path}[SCII]"}, BANDS)
    with pytest.raises(ValueError, match="gain is -1; give a number above 0"):
        read_images({"g": path}, BANDS, gain=-1)
    with pytest.raises(ValueError, match="zero_point is nan; give the AB magnitude"):
        read_images({"g": path}, BANDS, zero_point=np.nan)
    with pytest.raises(ValueError, match=r"bands g and r have one image, .*g.fits\[1\]; give each its own"):
        read_images({"g": path, "r": path}, BANDS)
    with pytest.raises(ValueError, match=r"bands g and i have one variance, .*g.fits\[3\]"):
        read_images({"g": path, "i": make_image("i.fits")}, BANDS, variance=f"{path}[VARIANCE]")
    with pytest.raises(ValueError, match="gain has the band 'z', of which there is no image"):
        read_images({"g": path}, BANDS, gain={"z": 1.0})
    with pytest.raises(ValueError, match=r"has no mask plane BADD; did you mean BAD\?"):
        read_images({"g": path}, BANDS, mask_planes=["BADD"])
    assert tan_header()["CTYPE1"] == "RA---TAN"


def test_bits_of_masks() -> None:
    planes = {"MP_BAD": 0, "MP_SAT": 1, "MP_DETECTED": 5}
    assert bad_bits(planes, None, "mask") == 3
    assert bad_bits(planes, ["detected", "7"], "mask") == 32 + 128
    assert bad_bits({}, None, "mask") == -1
    assert is_bad(np.array([0, 4, 32]), 3).tolist() == [False, False, False]
    assert injected_bit(planes, np.dtype(">i4")) == 2
    assert injected_bit({}, np.dtype(">i4")) is None
    assert injected_bit({"MP_INJECTED": 9}, np.dtype(">i4")) == 9
    full = {f"MP_{bit}": bit for bit in range(8)}
    assert injected_bit(full, np.dtype("u1")) is None
