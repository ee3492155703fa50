"""The bytes of an array in an HDF5 file, written without HDF5."""

from __future__ import annotations

import zlib
from pathlib import Path

import h5py
import numpy as np

from jaxlens.files.hdf5_bytes import ArrayBytes, in_one_piece


def test_what_is_written_is_read_by_hdf5_and_the_rest_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    values = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    with h5py.File(path, "x") as file:
        dataset = file.create_dataset("x", (6, 2, 3), np.float32, dcpl=in_one_piece("float32"))
        array = ArrayBytes(path, dataset)
        array.append(values[:1])
        array.append(values[1:])
        file.create_dataset("more", data=np.arange(1000))
        array.close()
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["x"][:4], values)
        assert not np.any(file["x"][4:])
        np.testing.assert_array_equal(file["more"], np.arange(1000))
    start, count, crc = array.summed
    assert path.read_bytes()[start : start + count] == values.tobytes()
    assert crc == zlib.crc32(values.tobytes())


def test_nothing_is_written_of_no_systems(tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "x") as file:
        array = ArrayBytes(path, file.create_dataset("x", (2, 3), np.float16, dcpl=in_one_piece("float16")))
        array.append(np.zeros((0, 3), np.float16))
        array.close()
    assert array.summed.length == 0
    with h5py.File(path) as file:
        assert not np.any(file["x"])
