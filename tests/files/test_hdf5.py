"""HDF5 files: where images, planes, metadata and attributes are in them."""

import h5py
import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.reader import read

BANDS = ("g", "r")
BOTH = ("images", "planes")


def test_hdf5_keeps_images_under_the_datasets_name_in_one_piece(tmp_path, contents, write):
    with h5py.File(write(tmp_path)[0]) as file:
        assert file["My lenses"].shape == (10, 2, 4, 4)
        assert file["My lenses"].chunks is None
        assert file["metadata/seeing"].shape == (10, 2)
        assert list(file.attrs["bands"]) == list(BANDS)
        assert file.attrs["yaml"] == contents().attributes["yaml"]


@pytest.mark.parametrize("name", ["metadata", "a/b", "..", ""])
def test_any_name_of_a_dataset_can_be_written_and_read(tmp_path, name, write):
    assert read(write(tmp_path, dataset=name)[0]).images.shape == (10, 2, 4, 4)


def test_attributes_come_back(tmp_path, write):
    attributes = read(write(tmp_path)[0]).attributes
    assert attributes["seed"] == 7
    assert attributes["bands"] == ["g", "r"]
    assert attributes["label"] == "CONFIGURATION_1"


@pytest.mark.parametrize("count", [0, 10])
def test_an_hdf5_file_of_planes_has_the_datasets_name_and_the_names_of_the_planes(
    tmp_path, count, chunk_of, write
):
    path = write(tmp_path, "h5", count=count, arrays=BOTH)[1]
    assert path.name == "CONFIGURATION_1_planes.h5"
    with h5py.File(path) as file:
        expected = chunk_of(count=count, planes=True).arrays["planes"]
        np.testing.assert_array_equal(file["My lenses"][:], expected)
        assert file["My lenses"].chunks is None
        assert list(file.attrs["planes"]) == ["lens", "source", "point_source", "noise"]
        assert list(file.attrs["bands"]) == list(BANDS)
        assert file.attrs["seed"] == 7


def test_an_hdf5_file_of_somebody_else_is_named(tmp_path):
    with h5py.File(tmp_path / "x_images.h5", "w") as file:
        file["data"] = np.ones(3)
    with pytest.raises(StorageError, match=r"x_images.h5.*that jaxlens wrote"):
        read(tmp_path / "x_images.h5")


@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_compressed_images_are_the_same_and_smaller_where_they_repeat(tmp_path, compression, contents, store):
    images = np.broadcast_to(np.arange(32, dtype=np.float32).reshape(2, 16, 1), (9, 2, 16, 16)).copy()
    chunk = Chunk(0, {"H0": np.full(9, 70.0)}, {"images": images})
    for name, compressed in ("plain", None), ("small", compression):
        (tmp_path / name).mkdir()
        store(tmp_path / name, "h5", contents(9, num_pix=16, compression=compressed, attributes={}), [chunk])
    plain, small = (tmp_path / name / "CONFIGURATION_1_images.h5" for name in ("plain", "small"))
    np.testing.assert_array_equal(read(small).images, images)
    assert small.stat().st_size < plain.stat().st_size - images.nbytes / 2
    with h5py.File(small) as file:
        assert file["My lenses"].compression == compression
        assert file["My lenses"].chunks == (1, 2, 16, 16)
        assert file["My lenses"].shuffle
