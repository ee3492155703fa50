"""What every format of an extra keeps: all systems, any of them lazily, equal bytes, exclusive names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS
from jaxlens.files.metadata import columns
from jaxlens.files.reader import find, find_shards, open_stored, read, read_metadata
from jaxlens.files.storage import STORAGE
from jaxlens.files.writer import Writer, commit

pytestmark = pytest.mark.extras

KEYS = tuple(key for key, row in FORMATS.items() if row.extra is not None)
# Systems from a to b, counted from the first of the file.
RANGES = ((0, 10), (3, 7), (4, 5), (4, 4))
Write = Callable[..., Path]


def content(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of the files of a folder, by their names."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


@pytest.mark.parametrize("name", ["exposures", "series"])
@pytest.mark.parametrize("key", KEYS)
def test_any_systems_are_read_as_they_were_written(
    key: str, name: str, write: Write, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(name)
    contents, whole = made
    path = write(key, made)
    assert find(path.parent) == {contents.label: path}
    with open_stored(path) as file:
        assert (file.label, file.bands, file.start, file.count) == (
            contents.label,
            contents.bands,
            contents.start,
            contents.count,
        )
        assert (file.fixed, file.epochs) == (contents.fixed, contents.epochs)
        assert file.arrays == {array: images.shape for array, images in whole.arrays.items()}
        assert file.attributes["seed"] == 7
        assert file.attributes["yaml"] == contents.attributes["yaml"]
        for start, stop in RANGES:
            for array, images in whole.arrays.items():
                found = file.read(array, start, stop)
                assert found.dtype == np.float32
                np.testing.assert_array_equal(found, images[start:stop])
            found_values = file.values(start, stop)
            assert sorted(found_values) == sorted(whole.values)
            for value_name, value in whole.values.items():
                np.testing.assert_array_equal(found_values[value_name], value[start:stop])
                assert found_values[value_name].dtype == value.dtype
    stored = read(path, stop=2)
    assert len(stored.images) == len(stored.metadata)
    table = columns(contents.fixed, contents.bands, whole.values, contents.start)
    pd.testing.assert_frame_equal(read_metadata(path), pd.DataFrame(table))


@pytest.mark.parametrize("key", KEYS)
def test_the_bytes_depend_on_the_systems_alone(key: str, exposures: Any, write: Write) -> None:
    one, other = (content(write(key, exposures, size, f"by_{size}")) for size in (1, 4))
    assert one == other


@pytest.mark.parametrize("key", KEYS)
def test_shards_of_a_writer_are_found_in_order(key: Any, exposures: Any, tmp_path: Path) -> None:
    for k, chunk in enumerate(exposures.chunks(4)):
        contents = replace(exposures.contents, count=chunk.count, start=chunk.start)
        with Writer(tmp_path, contents, key, suffix=f"-{k:05}-of-00003") as writer:
            writer.append(chunk)
        commit(tmp_path, writer.written)
    (paths,) = find_shards(tmp_path).values()
    found = []
    for path in paths:
        with open_stored(path) as file:
            assert file.start == 5 + len(found)
            found += list(file.read("images", 0, file.count))
    np.testing.assert_array_equal(found, exposures.whole.arrays["images"])
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("key", KEYS)
def test_a_broken_file_is_named(key: str, exposures: Any, write: Write, tmp_path: Path) -> None:
    path = write(key, exposures)
    whole = content(path)
    if path.is_dir():
        (path / "zarr.json").write_bytes(whole["zarr.json"][:200])
        with pytest.raises(StorageError, match=f"{path.name}: .*that jaxlens wrote"):
            read(path)
        return
    data = next(iter(whole.values()))
    # some formats end with zeros that nobody needs
    for size in (0, 3, 100, 600, len(data) // 2, len(data.rstrip(bytes(1))) - 20):
        broken = tmp_path / f"broken_{size}_images{path.suffix}"
        broken.write_bytes(data[:size])
        with pytest.raises(StorageError, match=f"{broken.name}: .*that jaxlens wrote"):
            read(broken)
    broken.write_bytes(bytes(20000))
    with pytest.raises(StorageError, match=f"{broken.name}: .*that jaxlens wrote"):
        read(broken)


@pytest.mark.parametrize("planted", ["file", "link"])
@pytest.mark.parametrize("key", KEYS)
def test_what_has_the_name_already_is_neither_opened_nor_followed(
    key: Any, planted: str, exposures: Any, tmp_path: Path
) -> None:
    path, target = tmp_path / "images", tmp_path / "target"
    if planted == "file":
        path.write_text("mine")
    else:
        path.symlink_to(target)
    with pytest.raises(FileExistsError):
        FORMATS[key].files["images"](path, exposures.contents)
    assert not target.exists()


@pytest.mark.parametrize("key", [key for key in KEYS if "float16" in STORAGE[key].dtypes])
def test_half_precision(key: str, exposures: Any, write: Write) -> None:
    half = exposures._replace(contents=replace(exposures.contents, dtype="float16"))
    with open_stored(write(key, half)) as file:
        images = file.read("images", 0, 10)
    assert images.dtype == np.float16
    np.testing.assert_array_equal(images, exposures.whole.arrays["images"].astype(np.float16))


@pytest.mark.parametrize("key", [key for key in KEYS if STORAGE[key].compressions])
def test_compressed_images_are_the_same(key: str, exposures: Any, write: Write) -> None:
    for compression in STORAGE[key].compressions:
        packed = exposures._replace(contents=replace(exposures.contents, compression=compression))
        with open_stored(write(key, packed, folder=compression)) as file:
            np.testing.assert_array_equal(file.read("images", 0, 10), exposures.whole.arrays["images"])
