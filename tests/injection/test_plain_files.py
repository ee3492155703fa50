"""Copies of FITS files: bytes that stay, images that are unpacked, and windows of pixels."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from jaxlens.files.errors import StorageError
from jaxlens.injection.copies import copied
from jaxlens.injection.images import read_images
from jaxlens.injection.pixel_planes import PixelPlane
from jaxlens.injection.plain_files import Edit, plain_copy
from tests.injection.conftest import Maker

PIXELS = np.random.default_rng(2).normal(0.0, 1.0, (30, 70)).astype(np.float32)
FLAGS = np.random.default_rng(3).integers(0, 1000, (30, 70))


def edit(header: Any) -> None:
    header.add_history("edited")


def units() -> fits.HDUList:
    """An image, a mask without signs, a table, and an image that is not edited."""
    catalogue = fits.table_to_hdu(Table({"a": [1, 2, 3]}))
    image = fits.ImageHDU(PIXELS, name="IMAGE")
    image.header["DATASUM"] = "1"
    mask, other = (
        fits.ImageHDU(FLAGS.astype(np.uint16), name="MASK"),
        fits.ImageHDU(PIXELS + 1.0, name="OTHER"),
    )
    return fits.HDUList([fits.PrimaryHDU(), image, mask, catalogue, other])


EDITS = {1: Edit(edit), 2: Edit(edit, integers=True)}


def check(path: Path, planes: dict[int, PixelPlane]) -> None:
    """The copy has the pixels, and windows of it can be changed."""
    window = (slice(3, 9), slice(60, 70))
    assert (planes[1].read(window) == PIXELS[window]).all()
    assert (planes[2].read(window) == FLAGS[window]).all()
    planes[1].write(window, PIXELS[window] * 2.0)
    planes[2].write(window, FLAGS[window] | 4096)
    with fits.open(path) as read:
        read.verify("exception")
        wanted, flags = PIXELS.copy(), FLAGS.copy()
        wanted[window] *= 2.0
        flags[window] |= 4096
        assert (read["IMAGE"].data == wanted).all()
        assert (read["MASK"].data == flags).all()
        assert list(read["IMAGE"].header["HISTORY"]) == ["edited"]
        assert "DATASUM" not in read["IMAGE"].header
        assert read[3].data["a"].tolist() == [1, 2, 3]
        assert (read["OTHER"].data == PIXELS + 1.0).all()


def test_a_plain_file_is_copied_byte_by_byte_but_for_what_is_edited(tmp_path: Path) -> None:
    units().writeto(tmp_path / "in.fits")
    planes = plain_copy(tmp_path / "in.fits", tmp_path / "out.fits", EDITS)
    check(tmp_path / "out.fits", planes)
    copied = plain_copy(tmp_path / "in.fits", tmp_path / "same.fits", {})
    assert copied == {}
    assert (tmp_path / "in.fits").read_bytes() == (tmp_path / "same.fits").read_bytes()


def test_compressed_files_are_unpacked(tmp_path: Path) -> None:
    units().writeto(tmp_path / "in.fits")
    (tmp_path / "in.fits.gz").write_bytes(gzip.compress((tmp_path / "in.fits").read_bytes()))
    check(tmp_path / "gz.fits", plain_copy(tmp_path / "in.fits.gz", tmp_path / "gz.fits", EDITS))
    tiles = units()
    options: dict[str, Any] = {"compression_type": "GZIP_1", "quantize_level": 0.0}
    tiles[1] = fits.CompImageHDU(PIXELS, name="IMAGE", **options)
    tiles[2] = fits.CompImageHDU(FLAGS.astype(np.int32), name="MASK", compression_type="RICE_1")
    tiles[4] = fits.CompImageHDU(PIXELS + 1.0, name="OTHER", **options)
    tiles.writeto(tmp_path / "in.fits.fz")
    check(tmp_path / "fz.fits", plain_copy(tmp_path / "in.fits.fz", tmp_path / "fz.fits", EDITS))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("fz.fits", "gz.fits", "in.fits", "in.fits.fz", "in.fits.gz")
    ]


def test_images_of_integers_become_floats(tmp_path: Path) -> None:
    for name, data in (("i2", FLAGS.astype(np.int16)), ("u2", FLAGS.astype(np.uint16))):
        fits.PrimaryHDU(data).writeto(tmp_path / f"{name}.fits")
        planes = plain_copy(tmp_path / f"{name}.fits", tmp_path / f"{name}_out.fits", {0: Edit(edit)})
        assert planes[0].dtype == ">f4"
        assert (fits.getdata(tmp_path / f"{name}_out.fits") == FLAGS).all()
        with fits.open(tmp_path / f"{name}_out.fits") as read:
            read.verify("exception")


def test_a_sample_is_spread_evenly_over_the_image(tmp_path: Path) -> None:
    fits.PrimaryHDU(PIXELS).writeto(tmp_path / "in.fits")
    plane = plain_copy(tmp_path / "in.fits", tmp_path / "out.fits", {0: Edit(edit)})[0]
    assert (plane.sample(10**6) == PIXELS.ravel()).all()
    assert plane.sample(100).tolist() == PIXELS[2::5, 2::5].ravel().tolist()


def test_a_file_that_ends_too_early_is_an_error(tmp_path: Path) -> None:
    units().writeto(tmp_path / "in.fits")
    (tmp_path / "cut.fits").write_bytes((tmp_path / "in.fits").read_bytes()[:6000])
    with pytest.raises((OSError, EOFError)), pytest.warns(Warning, match="truncated"):
        plain_copy(tmp_path / "cut.fits", tmp_path / "out.fits", EDITS)


def test_an_image_that_ends_too_early_is_named(make_image: Maker, tmp_path: Path) -> None:
    whole = make_image("whole.fits")
    (tmp_path / "cut.fits").write_bytes(whole.read_bytes()[:20000])
    with pytest.warns(Warning, match="truncated"):
        images = read_images({"g": tmp_path / "cut.fits"}, ("g",))
    ends = pytest.raises(StorageError, match=r"cut.fits: (the file ends|.*truncated)")
    with ends, pytest.warns(Warning, match="truncated"):
        copied(images, lambda name: tmp_path / f"copy_{name}", [])
