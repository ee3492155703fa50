"""A dataset of many HDF5 shards opens as one file, wherever it is moved."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from jaxlens.production.manifest import read_manifest
from jaxlens.production.virtual import with_virtual_files

from .conftest import LABEL, made_up, with_files


def test_the_shards_open_as_one_file(dataset: Path) -> None:
    moved = dataset.rename(dataset.parent / "moved")
    with h5py.File(moved / f"{LABEL}_images.h5") as file:
        images, radius = file["Field"][:], file["metadata/PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"][:]
    found = []
    for number in range(3):
        with h5py.File(moved / f"{LABEL}_images-0000{number}-of-00003.h5") as file:
            found.append(file["Field"][:])
    np.testing.assert_array_equal(images, np.concatenate(found))
    assert images.shape == (10, 1, 8, 8)
    assert np.abs(images).sum(axis=(1, 2, 3)).all()
    assert len(set(radius.tolist())) == 10


def test_it_is_not_written_where_there_is_nothing_to_join(dataset: Path, tmp_path: Path) -> None:
    manifest = read_manifest(dataset)
    assert [record.name for record in manifest.configurations[LABEL].virtual] == [f"{LABEL}_images.h5"]
    assert with_virtual_files(dataset, manifest) == manifest
    other = with_files(tmp_path / "npy", made_up())
    assert with_virtual_files(tmp_path / "npy", other) == other
    part = with_files(tmp_path / "part", made_up(part=(0, 3), format="h5"))
    assert with_virtual_files(tmp_path / "part", part) == part
