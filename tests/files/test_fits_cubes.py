"""FITS cubes, as astropy reads them: values, names of columns and bands, units and world coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from jaxlens.files.contents import Chunk
from jaxlens.files.fits_cubes import FitsFile

YAML = "# \u00b5 arcsec\nDATASET: {}\n"
ATTRIBUTES = {"units": "electrons/s", "pixel_scale": 0.36, "seed": 7, "yaml": YAML}


@pytest.fixture
def whole(chunk_of: Callable[..., Any]) -> Chunk:
    """The systems 5 to 14, with planes and a text."""
    chunk = chunk_of(planes=True)
    texts = np.array(["", "1.5;-2", *["0"] * 8], dtype=object)
    return Chunk(5, {**chunk.values, "x_mins": texts}, chunk.arrays)


def test_astropy_reads_what_was_written(
    tmp_path: Path, contents: Callable[..., Any], whole: Chunk, store: Callable[..., Any]
) -> None:
    described = contents(start=5, arrays=("images", "planes"), attributes=ATTRIBUTES)
    path = store(tmp_path, "fits", described, [whole])
    with fits.open(path) as units:
        units.verify("exception")
        names = [unit.name for unit in units]
        assert names == ["PRIMARY", "IMAGES", "PLANES", "CONFIGURATION", "DESCRIPTION", "METADATA"]
        for name in ("images", "planes"):
            np.testing.assert_array_equal(units[name].data, whole.arrays[name])
        header = units["IMAGES"].header
        assert (header["BUNIT"], header["BAND1"], header["BAND2"]) == ("electron/s", "g", "r")
        assert units["PLANES"].header["PLANE3"] == "point_source"
        configuration = dict(units["CONFIGURATION"].data)
        assert configuration["CONFIGURATION_NAME"] == 'says "a, b"'
        assert configuration["seed"] == "7"
        assert units["DESCRIPTION"].data["YAML"][0] == "# \\xb5 arcsec\nDATASET: {}"
    table = Table.read(path, hdu="METADATA")
    assert table["OBJID"].tolist() == list(range(5, 15))
    for name, values in whole.values.items():
        assert table[name].tolist() == values.tolist()
    assert table["seeing"].unit == "arcsec"


def test_the_middle_of_the_image_is_the_origin_and_pixels_have_their_size(
    tmp_path: Path, contents: Callable[..., Any], whole: Chunk, store: Callable[..., Any]
) -> None:
    path = store(tmp_path, "fits", contents(start=5, attributes=ATTRIBUTES), [whole])
    wcs = WCS(fits.getheader(path, "IMAGES"))
    # x and y of the four pixels along a side in arcsec, band 1 and system 7 (counted from 0)
    pixels = np.arange(4)
    found = wcs.wcs_pix2world(np.stack([pixels, pixels, 0 * pixels + 1, 0 * pixels + 2], axis=1), 0)
    arcsec = (pixels - 1.5) * 0.36
    np.testing.assert_allclose((found[:, 0] + 180) % 360 - 180, arcsec / 3600, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], arcsec / 3600, atol=1e-12)
    np.testing.assert_array_equal(found[:, 2:], [[1, 7]] * 4)


def test_time_series(
    tmp_path: Path,
    series_contents: Callable[..., Any],
    series_chunks: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    described = series_contents(start=3, arrays=("images", "planes", "difference"), attributes=ATTRIBUTES)
    (whole,) = series_chunks(described, size=5)
    path = store(tmp_path, "fits", described, series_chunks(described))
    with fits.open(path) as units:
        units.verify("exception")
        for name, array in whole.arrays.items():
            np.testing.assert_array_equal(units[name].data, array)
        np.testing.assert_array_equal(units["MJD"].data, whole.values["mjd"])
        np.testing.assert_array_equal(units["MASK"].data == 1, ~np.isnan(whole.values["mjd"]))
        assert units["MJD"].header["BUNIT"] == "d"
        table = units["METADATA"].data
        np.testing.assert_array_equal(table["seeing"], whole.values["seeing"])
        assert table["POINTING"].tolist() == whole.values["POINTING"].tolist()


def test_texts_of_later_systems_may_be_longer(
    tmp_path: Path, contents: Callable[..., Any], whole: Chunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jaxlens.files.fits_cubes._ROWS", 2)
    texts = np.array(["x" * k for k in range(10)], dtype=object)
    file = FitsFile(tmp_path / "a.fits", contents(start=5))
    file.append(replace(whole, values={"x_mins": texts, "H0": np.arange(10.0)}))
    file.finish()
    file.close()
    table = Table.read(tmp_path / "a.fits", hdu="METADATA")
    assert table["x_mins"].tolist() == texts.tolist()
    assert table["H0"].tolist() == list(range(10))


def test_more_columns_than_fits_can_have_are_refused(
    tmp_path: Path, contents: Callable[..., Any], whole: Chunk
) -> None:
    file = FitsFile(tmp_path / "a.fits", contents(start=5))
    file.append(replace(whole, values={f"c{k}": np.zeros(10) for k in range(999)}))
    with pytest.raises(ValueError, match="METADATA has 1000 columns, and FITS at most 999; choose HDF5"):
        file.finish()
    file.close()
