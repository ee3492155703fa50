"""Files are there whole or not at all, and what cannot be written is explained."""

import contextlib
import errno
import os
import pathlib
import shutil
import zlib

import numpy as np
import pytest

from jaxlens.files import hdf5
from jaxlens.files import writer as writer_module
from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS
from jaxlens.files.reader import read
from jaxlens.files.systems import StoredSystems
from jaxlens.files.writer import Writer, commit, prepare, remove_partials
from tests.files.haloes import FIELD, SUBHALOES
from tests.files.haloes import chunk_of as halo_chunk

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
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
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
        partial = [name for name in names(tmp_path) if name.endswith(".partial")]
        assert [name.rsplit(".", 2)[0] for name in partial] == sorted(path.name for path in paths)
        raise KeyboardInterrupt
    assert names(tmp_path) == sorted(path.name for path in paths)
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_nothing_has_its_final_name_before_it_is_whole(tmp_path, image_format, contents, chunk_of):
    with Writer(tmp_path, contents(), image_format) as writer:
        writer.append(chunk_of())
        assert writer.written == ()
        assert all(name.endswith(".partial") for name in names(tmp_path))
    assert names(tmp_path) == sorted(file.partial for file in writer.written)
    for file in writer.written:
        content = (tmp_path / file.partial).read_bytes()
        assert (file.bytes, file.checksum) == (len(content), f"crc32:{zlib.crc32(content):08x}")
    commit(tmp_path, writer.written)
    assert names(tmp_path) == sorted(path.name for path in writer.paths)


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_two_writers_of_one_folder_do_not_touch_each_other_s_files(
    tmp_path, image_format, contents, chunk_of
):
    first, second = (Writer(tmp_path, contents(), image_format) for _ in range(2))
    with first:
        first.append(chunk_of())
        with contextlib.suppress(KeyboardInterrupt), second:
            second.append(chunk_of(seed=1))
            raise KeyboardInterrupt
    commit(tmp_path, first.written)
    np.testing.assert_array_equal(read(first.paths[0]).images, chunk_of().arrays["images"])


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_planted_under_a_partial_name_is_left_alone(tmp_path, image_format, kind, monkeypatch, write):
    """A link is not followed, and a pipe is not waited for."""
    monkeypatch.setattr(writer_module.secrets, "token_hex", lambda count: "planted")
    (tmp_path / "victim").write_text("precious")
    planted = tmp_path / f"CONFIGURATION_1_images.{image_format}.planted.partial"
    if kind == "link":
        planted.symlink_to(tmp_path / "victim")
    else:
        os.mkfifo(planted)
    with pytest.raises(StorageError, match="File exists"):
        write(tmp_path, image_format)
    assert (tmp_path / "victim").read_text() == "precious"
    assert names(tmp_path) == sorted([planted.name, "victim"])


def test_partial_files_of_dead_runs_are_removed_and_others_are_not(tmp_path, write):
    paths = write(tmp_path)
    token = "0123456789abcdef"
    own = (f"CONFIGURATION_1_images.h5.{token}.partial", f"lightcurves/CONFIGURATION_1_x.csv.{token}.partial")
    for name in (*own, "CONFIGURATION_1_images.npy.partial"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("half")
    (tmp_path / f"a store.{token}.partial").mkdir()
    others = ("view.png", "film.mkv.partial")
    for name in others:
        (tmp_path / name).write_text("somebody else's")
    remove_partials(tmp_path)
    assert names(tmp_path) == sorted([*(path.name for path in paths), "lightcurves", *others])
    assert names(tmp_path / "lightcurves") == []


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
def test_a_device_without_space_is_reported_as_a_full_disk(tmp_path, kind, monkeypatch, write):
    original = pathlib.Path.open

    def on_a_full_device(path, mode="r", *arguments, **options):
        if kind in path.name and "x" in mode:
            return original(pathlib.Path("/dev/full"), mode.replace("x", "w"), *arguments, **options)
        return original(path, mode, *arguments, **options)

    monkeypatch.setattr(pathlib.Path, "open", on_a_full_device)
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


def test_a_table_alone_is_written(tmp_path, write):
    assert [path.name for path in write(tmp_path, arrays=())] == ["CONFIGURATION_1_metadata.csv"]
    assert names(tmp_path) == ["CONFIGURATION_1_metadata.csv"]


def test_a_shard_has_names_of_its_own(tmp_path, contents, chunk_of):
    with Writer(tmp_path, contents(4, start=4), "npy", suffix="-00001-of-00003") as writer:
        writer.append(chunk_of(4, 8))
    commit(tmp_path, writer.written)
    wanted = ["CONFIGURATION_1_images-00001-of-00003.npy", "CONFIGURATION_1_metadata-00001-of-00003.csv"]
    assert names(tmp_path) == wanted
    assert read(writer.paths[0]).metadata["OBJID-g"].tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize(("image_format", "arrays"), [("h5", ("images",)), ("npy", ("images",)), ("h5", ())])
def test_haloes_have_a_file_beside_images_and_tables(tmp_path, image_format, arrays, contents):
    whole = halo_chunk(6, start=4)
    images = {"images": np.zeros((6, 2, 4, 4), np.float32)} if arrays else {}
    described = contents(6, start=4, arrays=arrays, haloes={FIELD: 10, SUBHALOES: 10})
    with Writer(tmp_path, described, image_format, suffix="-00001-of-00003") as writer:
        writer.append(Chunk(4, whole.values, images, whole.haloes))
    commit(tmp_path, writer.written)
    assert "CONFIGURATION_1_haloes-00001-of-00003.h5" in names(tmp_path)
    stored = StoredSystems([tmp_path / name for name in names(tmp_path) if "haloes" not in name][:1])
    assert stored.haloes.indices.tolist() == list(range(4, 10))
    for i in range(6):
        for prefix, own in stored.haloes.of(i).items():
            for name, array in whole.haloes[prefix].of(i).items():
                np.testing.assert_array_equal(own[name], array)
    assert not any(column.endswith("-mass-g") for column in stored.metadata)
    stored.close()
