"""Files that are read lazily: any systems of any array and their metadata, as they were written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.metadata import columns
from jaxlens.files.reader import open_stored, read, read_metadata

FORMATS = ("h5", "npy", "fits")
# Systems from a to b, counted from the first of the file.
RANGES = ((0, 10), (3, 7), (9, 10), (4, 4))
SERIES_RANGES = ((0, 5), (1, 3), (4, 5), (2, 2))


def assert_same_table(table: pd.DataFrame, expected: dict[str, Any]) -> None:
    assert list(table) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(table[name].to_numpy().astype(column.dtype), column, err_msg=name)


@pytest.mark.parametrize("image_format", FORMATS)
def test_single_exposures(
    tmp_path: Path,
    image_format: str,
    contents: Callable[..., Any],
    chunk_of: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    whole = chunk_of(planes=True)
    described = contents(start=40, arrays=("images", "planes"))
    chunks = [Chunk(40, whole.values, whole.arrays)]
    with open_stored(store(tmp_path, image_format, described, chunks, "-00002-of-00005")) as file:
        assert (file.label, file.bands, file.start, file.count) == ("CONFIGURATION_1", ("g", "r"), 40, 10)
        assert (file.fixed, file.epochs) == (described.fixed, None)
        assert file.arrays == {"images": (10, 2, 4, 4), "planes": (10, 4, 2, 4, 4)}
        if image_format != "npy":
            assert file.attributes["seed"] == 7
            assert file.attributes["images"] == "My lenses"
        for start, stop in RANGES:
            for array, images in whole.arrays.items():
                np.testing.assert_array_equal(file.read(array, start, stop), images[start:stop])
            values = {name: value[start:stop] for name, value in whole.values.items()}
            expected = columns(described.fixed, described.bands, values, 40 + start)
            assert_same_table(file.table(start, stop), expected)
            again = columns(file.fixed, file.bands, file.values(start, stop), 40 + start)
            assert_same_table(pd.DataFrame(again), expected)


@pytest.mark.parametrize("image_format", FORMATS)
def test_time_series(
    tmp_path: Path,
    image_format: str,
    series_contents: Callable[..., Any],
    series_chunks: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    described = series_contents(start=40, arrays=("images", "planes", "difference"))
    (whole,) = series_chunks(described, size=5)
    path = store(tmp_path, image_format, described, series_chunks(described))
    with open_stored(path) as file:
        assert (file.start, file.count, file.epochs) == (40, 5, 3)
        assert file.arrays == {array: images.shape for array, images in whole.arrays.items()}
        for start, stop in SERIES_RANGES:
            for array, images in whole.arrays.items():
                np.testing.assert_array_equal(file.read(array, start, stop), images[start:stop])
            values = {name: value[start:stop] for name, value in whole.values.items()}
            expected = columns(described.fixed, described.bands, values, 40 + start)
            assert_same_table(file.table(start, stop), expected)
            again = columns(file.fixed, file.bands, file.values(start, stop), 40 + start)
            assert_same_table(pd.DataFrame(again), expected)
    series = read(path).series
    assert series is not None
    np.testing.assert_array_equal(series.images, whole.arrays["images"])
    np.testing.assert_array_equal(series.mjd, whole.values["mjd"])


@pytest.mark.parametrize("image_format", FORMATS)
def test_no_systems(
    tmp_path: Path, image_format: str, contents: Callable[..., Any], chunk_of: Callable[..., Any], store: Any
) -> None:
    path = store(tmp_path, image_format, contents(0), [chunk_of(count=0)])
    with open_stored(path) as file:
        assert file.read("images", 0, 0).shape == (0, 2, 4, 4)
        assert len(file.table(0, 0)) == 0
    assert list(read_metadata(path)) == list(read_metadata(tmp_path / "CONFIGURATION_1_metadata.csv"))


@pytest.mark.parametrize("image_format", ["h5", "npy"])
def test_half_precision(
    tmp_path: Path, image_format: str, contents: Callable[..., Any], chunk_of: Callable[..., Any], store: Any
) -> None:
    chunk = chunk_of()
    images = read(store(tmp_path, image_format, contents(dtype="float16"), [chunk])).images
    assert images.dtype == np.float16
    np.testing.assert_array_equal(images, chunk.arrays["images"].astype(np.float16))


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.7, 0.98])
def test_a_file_that_was_cut_off_is_named(
    tmp_path: Path,
    image_format: str,
    part: float,
    contents: Callable[..., Any],
    chunk_of: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    path = store(tmp_path, image_format, contents(start=3), [Chunk(3, chunk_of().values, chunk_of().arrays)])
    os.truncate(path, int(part * path.stat().st_size))
    with pytest.raises(StorageError, match=f"{path.name}: .*that jaxlens wrote"):
        read(path)
