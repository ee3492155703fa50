"""Files that join shards: all systems in order, with the names, coordinates and units of the shards."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.hdf5_virtual import join
from jaxlens.files.reader import open_stored, read

# The first systems of the shards, and where the last ends.
EDGES = (0, 4, 8, 10)


@pytest.fixture
def sources(
    tmp_path: Path, contents: Callable[..., Any], chunk_of: Callable[..., Any], store: Callable[..., Any]
) -> list[str]:
    """Three shards of ten systems."""
    found = []
    for k, (start, stop) in enumerate(itertools.pairwise(EDGES)):
        described = contents(stop - start, start=start, attributes={"pixel_scale": 0.5, "units": "ADU/s"})
        part = f"-{k:05}-of-00003"
        found.append(store(tmp_path, "h5", described, [chunk_of(start, stop)], part).name)
    return found


def test_the_systems_of_all_shards_are_there(
    tmp_path: Path, sources: list[str], systems: Callable[..., Any]
) -> None:
    path = tmp_path / "CONFIGURATION_1_images.h5"
    join(path, tmp_path, sources)
    images, values = systems()
    with open_stored(path) as file:
        assert (file.start, file.count) == (0, 10)
        np.testing.assert_array_equal(file.read("images", 0, 10), images)
        for name, value in file.values(0, 10).items():
            np.testing.assert_array_equal(value, values[name])
    assert read(path, 6).metadata["OBJID-g"].tolist() == list(range(6))


def test_a_shard_that_is_missing_is_named(tmp_path: Path, sources: list[str]) -> None:
    path = tmp_path / "CONFIGURATION_1_images.h5"
    join(path, tmp_path, sources)
    (tmp_path / sources[1]).unlink()
    with pytest.raises(StorageError, match=f"the shard {sources[1]} is missing"):
        read(path)


def test_the_dimensions_have_names_coordinates_and_units(tmp_path: Path, sources: list[str]) -> None:
    path = tmp_path / "CONFIGURATION_1_images.h5"
    join(path, tmp_path, sources)
    with h5py.File(path) as file:
        images = file["My lenses"]
        assert [dim.keys() for dim in images.dims] == [["system"], ["band"], ["y"], ["x"]]
        assert images.attrs["units"] == "ADU/s"
        assert images.dims[0]["system"][:].tolist() == list(range(10))
        assert images.dims[2]["y"][:].tolist() == [-0.75, -0.25, 0.25, 0.75]
        assert file["x"].attrs["units"] == "arcsec"
        assert file["metadata/seeing"].dims[1]["band"].asstr()[:].tolist() == ["g", "r"]


def test_a_folder_can_be_moved(tmp_path: Path, sources: list[str], systems: Callable[..., Any]) -> None:
    join(tmp_path / "CONFIGURATION_1_images.h5", tmp_path, sources)
    (tmp_path / "moved").mkdir()
    for name in (*sources, "CONFIGURATION_1_images.h5"):
        shutil.move(tmp_path / name, tmp_path / "moved" / name)
    stored = read(tmp_path / "moved" / "CONFIGURATION_1_images.h5")
    np.testing.assert_array_equal(stored.images, systems()[0])


def test_time_series(
    tmp_path: Path,
    series_contents: Callable[..., Any],
    series_chunks: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    (whole,) = series_chunks(series_contents(), size=5)
    names = []
    for k, chunk in enumerate(series_chunks(series_contents(), size=3)):
        described = series_contents(count=chunk.count, start=chunk.start)
        chunks = [Chunk(chunk.start, chunk.values, chunk.arrays)]
        names.append(store(tmp_path, "h5", described, chunks, f"-{k:05}-of-00002").name)
    path = tmp_path / "CONFIGURATION_1_images.h5"
    join(path, tmp_path, names)
    series = read(path).series
    assert series is not None
    np.testing.assert_array_equal(series.images, whole.arrays["images"])
    np.testing.assert_array_equal(series.mjd, whole.values["mjd"])
    with h5py.File(path) as file:
        assert [dim.keys()[0] for dim in file["mask"].dims] == ["system", "epoch", "band"]
