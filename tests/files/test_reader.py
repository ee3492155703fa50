"""Files read back as what was written, and what is no file of ours is named."""

import os

import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.metadata import columns
from jaxlens.files.reader import find, find_shards, read, read_metadata
from jaxlens.files.writer import Writer, commit

BANDS = ("g", "r")
IMAGE_FORMATS = ("h5", "npy")


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_files_read_back_as_what_was_written(tmp_path, image_format, count, contents, systems, write):
    path = write(tmp_path, image_format, count=count)[0]
    images, values = systems(count)
    stored = read(path)
    np.testing.assert_array_equal(stored.images, images)
    assert stored.images.dtype == np.float32
    expected = columns(contents().fixed, BANDS, values)
    assert list(stored.metadata.columns) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(stored.metadata[name].to_numpy().astype(column.dtype), column)


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_only_the_first_systems_are_read_where_that_is_asked(tmp_path, image_format, systems, write):
    stored = read(write(tmp_path, image_format)[0], stop=3)
    np.testing.assert_array_equal(stored.images, systems()[0][:3])
    assert stored.metadata["OBJID-r"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("kind", [0, -1])
@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
@pytest.mark.parametrize("count", [0, 3])
def test_positions_are_texts_in_every_format(tmp_path, image_format, kind, count, contents):
    texts = {"PLANE_2-OBJECT_2-x_mins": ["1.5", "", "-0.25;1e-07"], "y_mins": ["7", "8", "9"]}
    values = {name: np.array(text, dtype=object)[:count] for name, text in texts.items()}
    images = np.zeros((count, 2, 4, 4), np.float32)
    with Writer(tmp_path, contents(count), image_format) as writer:
        writer.append(Chunk(0, values, {"images": images}))
    commit(tmp_path, writer.written)
    stored = read(writer.paths[0]).metadata if kind == 0 else read_metadata(writer.paths[kind])
    for name, text in texts.items():
        for band in BANDS:
            assert stored[f"{name}-{band}"].tolist() == text[:count]


def test_numbers_of_a_table_come_back_to_the_last_bit(tmp_path, contents):
    numbers = np.random.default_rng(3).lognormal(sigma=20, size=500)
    with Writer(tmp_path, contents(500), "npy") as writer:
        values = {"H0": numbers, "seeing": numbers.astype(np.float32)}
        writer.append(Chunk(0, values, {"images": np.zeros((500, 2, 4, 4), np.float32)}))
    commit(tmp_path, writer.written)
    table = read_metadata(writer.paths[1])
    np.testing.assert_array_equal(table["H0-g"], numbers)
    np.testing.assert_array_equal(table["seeing-r"].astype(np.float32), numbers.astype(np.float32))


def test_find_lists_configurations_in_order_and_the_newest_format(tmp_path, write):
    for label in ("CONFIGURATION_10", "CONFIGURATION_2"):
        write(tmp_path, "npy", label=label)
    os.utime(tmp_path / "CONFIGURATION_2_images.npy", (1, 1))
    newer = write(tmp_path, "h5", label="CONFIGURATION_2")[0]
    found = find(tmp_path)
    assert list(found) == ["CONFIGURATION_2", "CONFIGURATION_10"]
    assert found["CONFIGURATION_2"] == newer


def test_shards_are_found_in_order_and_those_of_another_run_are_not(tmp_path, contents, chunk_of, store):
    def shard(k, n):
        return store(tmp_path, "h5", contents(2), [chunk_of(0, 2)], f"-{k:05}-of-{n:05}")

    other = shard(0, 2)
    os.utime(other, (1, 1))
    paths = tuple(shard(k, 3) for k in (2, 0, 1))
    assert find_shards(tmp_path) == {"CONFIGURATION_1": (paths[1], paths[2], paths[0])}
    assert find(tmp_path) == {"CONFIGURATION_1": paths[1]}


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_images_is_named(tmp_path, folder):
    with pytest.raises(StorageError, match="give the OUTDIR of a dataset"):
        find(tmp_path / folder)


@pytest.mark.parametrize("name", ["x_images.h5", "x_images.npy", "x_images.fits"])
def test_a_file_of_something_else_is_named(tmp_path, name):
    (tmp_path / name).write_text("something else")
    with pytest.raises(StorageError, match=f"{name}.*that jaxlens wrote"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["x_metadata.csv", "x_images.h5"])
def test_a_table_that_is_not_there_or_not_one_is_named(tmp_path, name):
    wanted = r"; give a \*_metadata.csv or an \*_images.h5 that jaxlens wrote"
    with pytest.raises(StorageError, match=f"{name}: .*{wanted}"):
        read_metadata(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(StorageError, match=f"{name}: .*{wanted}"):
        read_metadata(tmp_path / name)
