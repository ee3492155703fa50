"""Dimension scales: names, coordinates and units of the arrays and the metadata of HDF5 files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.coordinates import dimensions
from jaxlens.files.reader import read_metadata

UNITS = {"units": "electrons/s", "pixel_scale": 0.5}


def names(dataset: h5py.Dataset) -> list[str]:
    """The names of a dataset's dimensions, by the scales that are attached."""
    return [dim.keys()[0] if dim[0].name != "/all_bands" else "all_bands" for dim in dataset.dims]


def test_single_exposures(
    tmp_path: Path, contents: Callable[..., Any], chunk_of: Callable[..., Any], store: Callable[..., Any]
) -> None:
    with h5py.File(store(tmp_path, "h5", contents(attributes=UNITS), [chunk_of()])) as file:
        images = file["My lenses"]
        assert names(images) == ["system", "band", "y", "x"]
        assert images.attrs["units"] == "electrons/s"
        assert file["system"][:].tolist() == list(range(10))
        assert file["band"].asstr()[:].tolist() == ["g", "r"]
        assert file["x"][:].tolist() == file["y"][:].tolist() == [-0.75, -0.25, 0.25, 0.75]
        assert file["x"].attrs["units"] == "arcsec"
        assert names(file["metadata/H0"]) == ["system"]
        assert names(file["metadata/seeing"]) == ["system", "band"]
        assert file["metadata/seeing"].attrs["units"] == "arcsec"


def test_pixels_are_numbered_where_their_size_differs_between_systems(
    tmp_path: Path, contents: Callable[..., Any], chunk_of: Callable[..., Any], store: Callable[..., Any]
) -> None:
    with h5py.File(store(tmp_path, "h5", contents(), [chunk_of()])) as file:
        assert file["x"][:].tolist() == [0, 1, 2, 3]
        assert file["x"].attrs["units"] == "pixel"


def test_more_values_than_a_scale_can_list_have_no_named_dimensions(
    tmp_path: Path, contents: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, store: Callable[..., Any]
) -> None:
    # the images and three values
    monkeypatch.setattr("jaxlens.files.hdf5_scales._MOST_ATTACHED", 4)
    values = {f"q{k}": np.arange(10.0) for k in range(6)}
    chunk = Chunk(0, values, {"images": np.zeros((10, 2, 4, 4), np.float32)})
    path = store(tmp_path, "h5", contents(), [chunk])
    with h5py.File(path) as file:
        attached = [name for name in values if len(file[f"metadata/{name}"].dims[0])]
    assert attached == ["q0", "q1", "q2"]
    assert read_metadata(path)["q5-r"].tolist() == list(range(10))


@pytest.mark.parametrize("array", ["images", "planes", "difference"])
def test_time_series(
    tmp_path: Path,
    array: Any,
    series_contents: Callable[..., Any],
    series_chunks: Callable[..., Any],
    store: Callable[..., Any],
) -> None:
    described = series_contents(start=7, arrays=("images", "planes", "difference"), dataset="x")
    path = store(tmp_path, "h5", described, series_chunks(described))
    with h5py.File(path.with_name(path.name.replace("images", array))) as file:
        assert file.attrs["images"] == "images"
        assert names(file["images"]) == list(dimensions(described, array))
        np.testing.assert_array_equal(file["system"][:], 7 + np.arange(5))
        if array == "images":
            assert names(file["mask"]) == names(file["mjd"]) == ["system", "epoch", "band"]
            assert file["mjd"].attrs["units"] == "d"
            assert names(file["metadata/PLANE_2-OBJECT_2-STEP"]) == ["system", "epoch", "all_bands"]
