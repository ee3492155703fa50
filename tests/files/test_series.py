"""Time series in files: a row for each system and epoch, and what each format keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from jaxlens.files.metadata import columns
from jaxlens.files.reader import read, read_metadata
from jaxlens.files.series import by_row, observed

FORMATS = ("h5", "npy")
ALL = ("images", "planes", "difference")
# The rows of the systems of the fixture.
OBJID = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4]
EPOCH = [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 0, 1, 2]


def rows_of(array: np.ndarray) -> np.ndarray:
    """The rows of an array (systems, epochs, ...)."""
    return array[OBJID, EPOCH]


def test_the_rows_are_the_epochs_of_one_system_after_another(
    series_values: dict[str, np.ndarray], series_contents: Callable[..., Any]
) -> None:
    table = pd.DataFrame(columns(series_contents().fixed, ("g", "r"), series_values, start=20))
    assert table["OBJID-g"].tolist() == [20 + k for k in OBJID]
    assert table["POINTING-r"].tolist() == [f"POINTING_{(1, 2, 3, 2, 1)[k]}" for k in OBJID]
    assert table["num_epochs-r"].tolist() == [(3, 2, 1, 2, 3)[k] for k in OBJID]
    np.testing.assert_array_equal(table["seeing-r"], rows_of(series_values["seeing"])[:, 1])
    np.testing.assert_array_equal(table["H0-g"], series_values["H0"][OBJID])
    step = rows_of(series_values["PLANE_2-OBJECT_2-STEP"])[:, 0]
    np.testing.assert_array_equal(table["PLANE_2-OBJECT_2-STEP-g"], step)
    np.testing.assert_array_equal(table["PLANE_2-OBJECT_2-STEP-r"], step)
    missing = [k == 2 and epoch > 0 for k, epoch in zip(OBJID, EPOCH, strict=True)]
    assert table["PLANE_2-OBJECT_2-nite-r"].isna().tolist() == missing
    assert table["mjd-g"].dtype == np.float64


def test_rows_are_a_view_where_every_system_has_all_epochs() -> None:
    array = np.zeros((4, 3, 2))
    assert np.shares_memory(by_row(array, np.full((4, 2), 3)), array)
    assert by_row(array, np.full((4, 2), 3)).shape == (12, 2)
    assert by_row(array, np.array([[3, 1], [1, 2], [3, 3], [3, 3]])).shape == (11, 2)
    assert by_row(array[:0], np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("chunk", [1, 2, 5])
@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_gives_back_what_was_written(
    tmp_path: Path,
    image_format: str,
    chunk: int,
    series_values: dict[str, np.ndarray],
    series_images: np.ndarray,
    series_contents: Callable[..., Any],
    write_series: Callable[..., Any],
) -> None:
    stored = read(write_series(tmp_path, image_format, chunk, arrays=ALL)[0])
    np.testing.assert_array_equal(stored.images, rows_of(series_images))
    assert stored.series is not None
    np.testing.assert_array_equal(stored.series.images, series_images)
    np.testing.assert_array_equal(stored.series.mjd, series_values["mjd"])
    np.testing.assert_array_equal(stored.series.mask, observed(series_values["num_epochs"], 3))
    table = pd.DataFrame(columns(series_contents().fixed, ("g", "r"), series_values))
    for metadata in (stored.metadata, read_metadata(tmp_path / "CONFIGURATION_1_metadata.csv")):
        assert list(metadata) == list(table)
        for name, column in table.items():
            read_back = metadata[name].to_numpy().astype(column.to_numpy().dtype)
            np.testing.assert_array_equal(read_back, column, err_msg=name)


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_first_systems_are_read_with_all_their_epochs(
    tmp_path: Path, image_format: str, series_images: np.ndarray, write_series: Callable[..., Any]
) -> None:
    stored = read(write_series(tmp_path, image_format)[0], stop=2)
    assert stored.metadata["OBJID-g"].tolist() == [0, 0, 0, 1, 1]
    assert stored.series is not None
    np.testing.assert_array_equal(stored.series.images, series_images[:2])
    np.testing.assert_array_equal(stored.images, rows_of(series_images)[:5])


@pytest.mark.parametrize("stop", [None, 2])
@pytest.mark.parametrize("image_format", FORMATS)
def test_no_systems_are_files_without_rows(
    tmp_path: Path, image_format: str, stop: int | None, write_series: Callable[..., Any]
) -> None:
    paths = write_series(tmp_path, image_format, count=0, arrays=ALL)
    stored = read(paths[0], stop)
    assert stored.images.shape == (0, 2, 4, 4)
    assert stored.series is not None
    assert len(stored.series.images) == len(stored.series.mjd) == len(stored.metadata) == 0
    assert "PLANE_2-OBJECT_2-nite-g" in stored.metadata
    assert len(pd.read_csv(paths[-1])) == 0


def test_hdf5_keeps_a_time_series_by_system(
    tmp_path: Path, series_images: np.ndarray, write_series: Callable[..., Any]
) -> None:
    images, planes, difference = write_series(tmp_path, arrays=ALL)[:3]
    with h5py.File(images) as file:
        assert file["My lenses"].shape == (5, 3, 2, 4, 4)
        assert file["My lenses"].chunks is None
        assert file["mjd"].shape == file["mask"].shape == (5, 3, 2)
        assert file["mjd"].dtype == np.float64
        assert file["mjd"] == file["metadata/mjd"]
        assert file["mask"].dtype == bool
        assert file["metadata/seeing"].shape == (5, 3, 2)
    with h5py.File(planes) as file:
        assert file["My lenses"].shape == (5, 3, 4, 2, 4, 4)
    with h5py.File(difference) as file:
        np.testing.assert_array_equal(file["My lenses"][:], -series_images)


@pytest.mark.parametrize("name", ["mjd", "mask"])
def test_a_dataset_may_be_called_like_the_arrays_beside_it(
    tmp_path: Path, name: str, series_images: np.ndarray, write_series: Callable[..., Any]
) -> None:
    stored = read(write_series(tmp_path, dataset=name)[0])
    assert stored.series is not None
    np.testing.assert_array_equal(stored.series.images, series_images)


def test_npy_keeps_a_time_series_as_rows(
    tmp_path: Path, series_images: np.ndarray, write_series: Callable[..., Any]
) -> None:
    images, planes, difference = write_series(tmp_path, "npy", arrays=ALL)[:3]
    np.testing.assert_array_equal(np.load(images), rows_of(series_images))
    np.testing.assert_array_equal(np.load(planes)[:, 3], rows_of(series_images))
    np.testing.assert_array_equal(np.load(difference), -rows_of(series_images))


def test_npy_without_a_table_is_rows_alone(
    tmp_path: Path, series_images: np.ndarray, write_series: Callable[..., Any]
) -> None:
    paths = write_series(tmp_path, "npy", with_csv=False)
    assert [path.name for path in paths] == ["CONFIGURATION_1_images.npy"]
    stored = read(paths[0])
    assert stored.series is None
    np.testing.assert_array_equal(stored.images, rows_of(series_images))


def test_the_estimate_counts_epochs_planes_and_light_curves(
    tmp_path: Path, series_contents: Callable[..., Any], write_series: Callable[..., Any]
) -> None:
    paths = write_series(tmp_path, "npy", arrays=ALL, attributes={})
    taken = sum(path.stat().st_size for path in paths)
    values = 4 + 22  # a system's and the transient's
    estimate = series_contents(arrays=ALL).bytes_on_disk(values, with_csv=True)
    assert 0.8 * taken <= estimate <= 4 * taken
