"""Files: they read back as what was written, and are there whole or not at all."""

import contextlib
import errno
import os
import shutil

import h5py
import numpy as np
import pytest

from jaxlens.files import formats
from jaxlens.files import writer as storage
from jaxlens.files.formats import Chunk, Contents
from jaxlens.files.metadata import columns
from jaxlens.files.writer import StorageError, Writer, find, prepare, read, read_metadata, refuse_images

BANDS = ("g", "r")
FORMATS = ("h5", "npy")


def contents(count=10, **changes):
    fixed = {"CONFIGURATION_NAME": 'says "a, b"', "NUMBER_OF_PLANES": 1, "PLANE_1-OBJECT_1-HOST": "None"}
    attributes = {"seed": 7, "units": "electrons/s", "yaml": "# a comment\n" * 10000}
    given = {"label": "CONFIGURATION_1", "dataset": "My lenses", "bands": BANDS, "num_pix": 4}
    return Contents(**(given | {"count": count, "fixed": fixed, "attributes": attributes} | changes))


def systems(count=10, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(count, len(BANDS), 4, 4)).astype(np.float32)
    values = {
        "H0": rng.uniform(60, 80, count).astype(np.float32),
        "seeing": rng.uniform(size=(count, len(BANDS))),
        "PLANE_1-OBJECT_1-REDSHIFT": rng.uniform(size=count).astype(np.float32),
    }
    return images, values


def chunk_of(start=0, stop=None, count=10, seed=0, planes=False):
    """Systems start..stop-1 of `systems`; their planes are the image times -1, 0, 1, 2."""
    images, values = systems(count, seed)
    images = images[start:stop]
    arrays = {"images": images}
    if planes:
        arrays["planes"] = np.stack([k * images for k in range(-1, 3)], axis=1)
    return Chunk(start, {name: value[start:stop] for name, value in values.items()}, arrays)


def write(outdir, image_format="h5", chunk=4, count=10, seed=0, with_csv=True, **changes):
    with Writer(outdir, contents(count, **changes), image_format, with_csv) as writer:
        for start in range(0, max(count, 1), chunk):
            writer.append(chunk_of(start, start + chunk, count, seed, "planes" in changes.get("arrays", ())))
    return writer.paths


def names(outdir):
    return sorted(path.name for path in outdir.iterdir())


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_files_read_back_as_what_was_written(tmp_path, image_format, count):
    path = write(tmp_path, image_format, count=count)[0]
    images, values = systems(count)
    stored = read(path)
    np.testing.assert_array_equal(stored.images, images)
    assert stored.images.dtype == np.float32
    expected = columns(contents().fixed, BANDS, values)
    assert list(stored.metadata.columns) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(stored.metadata[name].to_numpy().astype(column.dtype), column)


def test_hdf5_keeps_images_under_the_datasets_name_one_image_a_chunk(tmp_path):
    with h5py.File(write(tmp_path)[0]) as file:
        assert file["My lenses"].shape == (10, 2, 4, 4)
        assert file["My lenses"].chunks == (1, 2, 4, 4)
        assert file["metadata/seeing"].shape == (10, 2)
        assert list(file.attrs["bands"]) == list(BANDS)
        assert file.attrs["yaml"] == contents().attributes["yaml"]


@pytest.mark.parametrize("name", ["metadata", "a/b", "..", ""])
def test_any_name_of_a_dataset_can_be_written_and_read(tmp_path, name):
    assert read(write(tmp_path, dataset=name)[0]).images.shape == (10, 2, 4, 4)


def test_attributes_come_back(tmp_path):
    attributes = read(write(tmp_path)[0]).attributes
    assert attributes["seed"] == 7
    assert attributes["bands"] == ["g", "r"]
    assert attributes["label"] == "CONFIGURATION_1"


@pytest.mark.parametrize("image_format", FORMATS)
def test_only_the_first_systems_are_read_where_that_is_asked(tmp_path, image_format):
    stored = read(write(tmp_path, image_format)[0], stop=3)
    np.testing.assert_array_equal(stored.images, systems()[0][:3])
    assert stored.metadata["OBJID-r"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_chunks_leave_no_trace(tmp_path, image_format):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one = write(tmp_path / "one", image_format, chunk=10)
    two = write(tmp_path / "two", image_format, chunk=3)
    assert read(one[0]).metadata.equals(read(two[0]).metadata)
    assert one[1].read_bytes() == two[1].read_bytes()
    np.testing.assert_array_equal(read(one[0]).images, read(two[0]).images)


@pytest.mark.parametrize("image_format", FORMATS)
def test_an_error_removes_the_partial_files_and_keeps_earlier_ones(tmp_path, image_format):
    paths = write(tmp_path, image_format)
    before = [path.read_bytes() for path in paths]
    writer = Writer(tmp_path, contents(), image_format)
    with contextlib.suppress(KeyboardInterrupt), writer:
        writer.append(chunk_of(seed=1))
        assert all(path.with_name(path.name + ".partial").exists() for path in paths)
        raise KeyboardInterrupt
    assert names(tmp_path) == sorted(path.name for path in paths)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("image_format", FORMATS)
def test_nothing_has_its_final_name_before_it_is_whole(tmp_path, image_format):
    with Writer(tmp_path, contents(), image_format) as writer:
        writer.append(chunk_of())
        assert all(name.endswith(".partial") for name in names(tmp_path))
    assert names(tmp_path) == sorted(path.name for path in writer.paths)


def test_an_earlier_table_does_not_survive_the_images_that_it_described(tmp_path):
    write(tmp_path)
    write(tmp_path, seed=1, with_csv=False)
    assert names(tmp_path) == ["CONFIGURATION_1_images.h5"]


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_disk_that_fills_is_reported_and_leaves_nothing(tmp_path, image_format, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    wanted = pytest.raises(StorageError, match=r"_images.*the disk is full; free some space")
    with wanted, Writer(tmp_path, contents(20), image_format) as writer:
        writer.append(chunk_of(0, 10, count=20))
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: usage._replace(free=1000))
        writer.append(chunk_of(10, 20, count=20))
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["_images.npy", "_metadata.csv"])
def test_a_device_without_space_is_reported_as_a_full_disk(tmp_path, kind):
    (tmp_path / f"CONFIGURATION_1{kind}.partial").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=rf"CONFIGURATION_1{kind}: the disk is full"):
        write(tmp_path, "npy")
    assert names(tmp_path) == []


def test_hdf5s_own_words_for_a_full_disk_are_understood(tmp_path, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("Can't decrement id ref count (error message = 'No space left on device')")

    monkeypatch.setattr(formats.Hdf5File, "append", fail)
    with pytest.raises(StorageError, match="the disk is full"):
        write(tmp_path)
    assert names(tmp_path) == []


def test_an_error_while_a_file_is_finished_leaves_nothing(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(storage.os, "fsync", fail)
    with pytest.raises(StorageError, match=r"CONFIGURATION_1_images.h5: Input/output error"):
        write(tmp_path)
    assert names(tmp_path) == []


def test_prepare_makes_the_folder(tmp_path):
    prepare(tmp_path / "a" / "b", needed=1000)
    assert names(tmp_path / "a" / "b") == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match=r"file/out: Not a directory; choose an OUTDIR"):
        prepare(tmp_path / "file" / "out", needed=0)
    with pytest.raises(StorageError, match=r"file: File exists; choose an OUTDIR"):
        prepare(tmp_path / "file", needed=0)


def test_a_writer_whose_folder_is_gone_says_so(tmp_path):
    with pytest.raises(StorageError, match=r"CONFIGURATION_1_images.h5: .*No such file or directory"):
        write(tmp_path / "gone")


def test_too_little_space_is_known_before_the_start(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: usage._replace(free=10**9))
    prepare(tmp_path, needed=5 * 10**8)
    with pytest.raises(StorageError, match=r"need about 2.02 GB and 1 GB are free; choose a smaller SIZE"):
        prepare(tmp_path, needed=2 * 10**9)


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_estimate_is_not_below_what_a_dataset_takes(tmp_path, image_format):
    paths = write(tmp_path, image_format, count=3000, chunk=1000, attributes={})
    taken = sum(path.stat().st_size for path in paths if path.suffix != ".h5")
    assert contents(3000).bytes_on_disk(parameters=5, with_csv=True) >= 0.8 * taken


def test_find_lists_configurations_in_order_and_the_newest_format(tmp_path):
    for label in ("CONFIGURATION_10", "CONFIGURATION_2"):
        write(tmp_path, "npy", label=label)
    os.utime(tmp_path / "CONFIGURATION_2_images.npy", (1, 1))
    newer = write(tmp_path, "h5", label="CONFIGURATION_2")[0]
    found = find(tmp_path)
    assert list(found) == ["CONFIGURATION_2", "CONFIGURATION_10"]
    assert found["CONFIGURATION_2"] == newer


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_images_is_named(tmp_path, folder):
    with pytest.raises(StorageError, match="give the OUTDIR of a dataset"):
        find(tmp_path / folder)


@pytest.mark.parametrize("name", ["x_images.h5", "x_images.npy"])
def test_a_file_of_something_else_is_named(tmp_path, name):
    (tmp_path / name).write_text("something else")
    with pytest.raises(StorageError, match=f"{name}.*that jaxlens wrote"):
        read(tmp_path / name)


def test_an_hdf5_file_of_somebody_else_is_named(tmp_path):
    with h5py.File(tmp_path / "x_images.h5", "w") as file:
        file["data"] = np.ones(3)
    with pytest.raises(StorageError, match=r"x_images.h5.*that jaxlens wrote"):
        read(tmp_path / "x_images.h5")


def test_images_without_a_table_are_read_alone(tmp_path):
    stored = read(write(tmp_path, "npy", with_csv=False)[0])
    assert stored.images.shape == (10, 2, 4, 4)
    assert stored.metadata.shape == (10, 0)


BOTH = ("images", "planes")


@pytest.mark.parametrize("count", [0, 10])
def test_planes_have_a_file_of_their_own(tmp_path, count):
    paths = write(tmp_path, "npy", count=count, arrays=BOTH)
    assert [path.name.removeprefix("CONFIGURATION_1_") for path in paths] == [
        "images.npy",
        "planes.npy",
        "metadata.csv",
    ]
    expected = chunk_of(count=count, planes=True).arrays["planes"]
    np.testing.assert_array_equal(np.load(tmp_path / "CONFIGURATION_1_planes.npy"), expected)
    np.testing.assert_array_equal(read(paths[0]).images, expected[:, 2])


@pytest.mark.parametrize("count", [0, 10])
def test_an_hdf5_file_of_planes_has_the_datasets_name_and_the_names_of_the_planes(tmp_path, count):
    path = write(tmp_path, "h5", count=count, arrays=BOTH)[1]
    assert path.name == "CONFIGURATION_1_planes.h5"
    with h5py.File(path) as file:
        expected = chunk_of(count=count, planes=True).arrays["planes"]
        np.testing.assert_array_equal(file["My lenses"][:], expected)
        assert file["My lenses"].chunks == ((1, 4, 2, 4, 4) if count else None)
        assert list(file.attrs["planes"]) == ["lens", "source", "point_source", "noise"]
        assert list(file.attrs["bands"]) == list(BANDS)
        assert file.attrs["seed"] == 7


@pytest.mark.parametrize("image_format", FORMATS)
def test_images_and_planes_are_there_together_or_not_at_all(tmp_path, image_format, monkeypatch):
    kind = formats.FILES["planes", image_format]
    monkeypatch.setattr(kind, "append", lambda self, chunk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(tmp_path, image_format, arrays=BOTH)
    assert names(tmp_path) == []


@pytest.mark.parametrize("image_format", FORMATS)
def test_earlier_planes_do_not_survive_the_images_that_they_were_of(tmp_path, image_format):
    write(tmp_path, image_format, arrays=BOTH)
    paths = write(tmp_path, image_format, seed=1)
    assert names(tmp_path) == sorted(path.name for path in paths)


def test_a_table_alone_is_written_and_not_beside_the_images_of_others(tmp_path):
    assert [path.name for path in write(tmp_path, arrays=())] == ["CONFIGURATION_1_metadata.csv"]
    assert names(tmp_path) == ["CONFIGURATION_1_metadata.csv"]
    refuse_images(tmp_path, "CONFIGURATION_1")
    write(tmp_path, label="CONFIGURATION_2")
    message = (
        f"{tmp_path}/CONFIGURATION_2_images.h5: is there already, and the new table would not be that of its "
        "images; remove it or choose another OUTDIR"
    )
    with pytest.raises(StorageError) as raised:
        refuse_images(tmp_path, "CONFIGURATION_2")
    assert str(raised.value) == message


def test_planes_count_in_the_estimate():
    alone, both = contents(), contents(arrays=BOTH)
    images = 4 * 10 * 2 * 4 * 4
    assert both.bytes_on_disk(5, True) == alone.bytes_on_disk(5, True) + 4 * images


@pytest.mark.parametrize("kind", [0, -1])
@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("count", [0, 3])
def test_positions_are_texts_in_every_format(tmp_path, image_format, kind, count):
    texts = {"PLANE_2-OBJECT_2-x_mins": ["1.5", "", "-0.25;1e-07"], "y_mins": ["7", "8", "9"]}
    values = {name: np.array(text, dtype=object)[:count] for name, text in texts.items()}
    images = np.zeros((count, 2, 4, 4), np.float32)
    with Writer(tmp_path, contents(count), image_format) as writer:
        writer.append(Chunk(0, values, {"images": images}))
    stored = read(writer.paths[0]).metadata if kind == 0 else read_metadata(writer.paths[kind])
    for name, text in texts.items():
        for band in BANDS:
            assert stored[f"{name}-{band}"].tolist() == text[:count]


def test_numbers_of_a_table_come_back_to_the_last_bit(tmp_path):
    numbers = np.random.default_rng(3).lognormal(sigma=20, size=500)
    with Writer(tmp_path, contents(500), "npy") as writer:
        values = {"H0": numbers, "seeing": numbers.astype(np.float32)}
        writer.append(Chunk(0, values, {"images": np.zeros((500, 2, 4, 4), np.float32)}))
    table = read_metadata(writer.paths[1])
    np.testing.assert_array_equal(table["H0-g"], numbers)
    np.testing.assert_array_equal(table["seeing-r"].astype(np.float32), numbers.astype(np.float32))


@pytest.mark.parametrize("name", ["x_metadata.csv", "x_images.h5"])
def test_a_table_that_is_not_there_or_not_one_is_named(tmp_path, name):
    wanted = r"; give a \*_metadata.csv or an \*_images.h5 that jaxlens wrote"
    with pytest.raises(StorageError, match=f"{name}: .*{wanted}"):
        read_metadata(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(StorageError, match=f"{name}: .*{wanted}"):
        read_metadata(tmp_path / name)
