"""Files are there whole or not at all, and what cannot be written is explained."""

import contextlib
import errno
import os
import shutil

import numpy as np
import pytest

from jaxlens.files import hdf5
from jaxlens.files import writer as writer_module
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS
from jaxlens.files.reader import read
from jaxlens.files.writer import Writer, prepare, refuse_images

IMAGE_FORMATS = ("h5", "npy")
BOTH = ("images", "planes")


def names(outdir):
    return sorted(path.name for path in outdir.iterdir())


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_the_chunks_leave_no_trace(tmp_path, image_format, write):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one = write(tmp_path / "one", image_format, chunk=10)
    two = write(tmp_path / "two", image_format, chunk=3)
    assert read(one[0]).metadata.equals(read(two[0]).metadata)
    assert one[1].read_bytes() == two[1].read_bytes()
    np.testing.assert_array_equal(read(one[0]).images, read(two[0]).images)


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_an_error_removes_the_partial_files_and_keeps_earlier_ones(
    tmp_path, image_format, contents, chunk_of, write
):
    paths = write(tmp_path, image_format)
    before = [path.read_bytes() for path in paths]
    writer = Writer(tmp_path, contents(), image_format)
    with contextlib.suppress(KeyboardInterrupt), writer:
        writer.append(chunk_of(seed=1))
        assert all(path.with_name(path.name + ".partial").exists() for path in paths)
        raise KeyboardInterrupt
    assert names(tmp_path) == sorted(path.name for path in paths)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_nothing_has_its_final_name_before_it_is_whole(tmp_path, image_format, contents, chunk_of):
    with Writer(tmp_path, contents(), image_format) as writer:
        writer.append(chunk_of())
        assert all(name.endswith(".partial") for name in names(tmp_path))
    assert names(tmp_path) == sorted(path.name for path in writer.paths)


def test_an_earlier_table_does_not_survive_the_images_that_it_described(tmp_path, write):
    write(tmp_path)
    write(tmp_path, seed=1, with_csv=False)
    assert names(tmp_path) == ["CONFIGURATION_1_images.h5"]


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_a_disk_that_fills_is_reported_and_leaves_nothing(
    tmp_path, image_format, monkeypatch, contents, chunk_of
):
    usage = shutil.disk_usage(tmp_path)
    wanted = pytest.raises(StorageError, match=r"_images.*the disk is full; free some space")
    with wanted, Writer(tmp_path, contents(20), image_format) as writer:
        writer.append(chunk_of(0, 10, count=20))
        monkeypatch.setattr(writer_module.shutil, "disk_usage", lambda path: usage._replace(free=1000))
        writer.append(chunk_of(10, 20, count=20))
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["_images.npy", "_metadata.csv"])
def test_a_device_without_space_is_reported_as_a_full_disk(tmp_path, kind, write):
    (tmp_path / f"CONFIGURATION_1{kind}.partial").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=rf"CONFIGURATION_1{kind}: the disk is full"):
        write(tmp_path, "npy")
    assert names(tmp_path) == []


def test_hdf5s_own_words_for_a_full_disk_are_understood(tmp_path, monkeypatch, write):
    def fail(*arguments):
        raise RuntimeError("Can't decrement id ref count (error message = 'No space left on device')")

    monkeypatch.setattr(hdf5.Hdf5File, "append", fail)
    with pytest.raises(StorageError, match="the disk is full"):
        write(tmp_path)
    assert names(tmp_path) == []


def test_an_error_while_a_file_is_finished_leaves_nothing(tmp_path, monkeypatch, write):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(writer_module.os, "fsync", fail)
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


def test_a_writer_whose_folder_is_gone_says_so(tmp_path, write):
    with pytest.raises(StorageError, match=r"CONFIGURATION_1_images.h5: .*No such file or directory"):
        write(tmp_path / "gone")


def test_too_little_space_is_known_before_the_start(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(writer_module.shutil, "disk_usage", lambda path: usage._replace(free=10**9))
    prepare(tmp_path, needed=5 * 10**8)
    with pytest.raises(StorageError, match=r"need about 2.02 GB and 1 GB are free; choose a smaller SIZE"):
        prepare(tmp_path, needed=2 * 10**9)


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_images_and_planes_are_there_together_or_not_at_all(tmp_path, image_format, monkeypatch, write):
    kind = FORMATS[image_format].files["planes"]
    monkeypatch.setattr(kind, "append", lambda self, chunk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(tmp_path, image_format, arrays=BOTH)
    assert names(tmp_path) == []


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_earlier_planes_do_not_survive_the_images_that_they_were_of(tmp_path, image_format, write):
    write(tmp_path, image_format, arrays=BOTH)
    paths = write(tmp_path, image_format, seed=1)
    assert names(tmp_path) == sorted(path.name for path in paths)


def test_a_table_alone_is_written_and_not_beside_the_images_of_others(tmp_path, write):
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
