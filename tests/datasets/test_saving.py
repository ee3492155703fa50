"""Dataset.save: the same dataset in another format, byte for byte where the format comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jaxlens import load, verify
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS
from jaxlens.production.manifest import read_manifest
from tests.datasets.conftest import OnDisk
from tests.datasets.test_loading import without, without_manifest

Content = Callable[[Path], dict[str, bytes]]
BUILT_IN = [name for name, form in FORMATS.items() if form.extra is None]
# The formats that are written and read as the others are.
ALSO = [pytest.param(name, marks=pytest.mark.slow) for name in BUILT_IN if name != "npy"]


@pytest.mark.parametrize("image_format", ["npy", *ALSO])
def test_a_dataset_that_is_converted_there_and_back_is_the_same_bytes(
    on_disk: OnDisk, tmp_path: Path, image_format: str, content: Content
) -> None:
    assert load(on_disk.folder).save(tmp_path / "there", image_format) == tmp_path / "there"
    there = load(tmp_path / "there")
    np.testing.assert_array_equal(there.planes(), on_disk.dataset.planes())
    there.save(tmp_path / "back", "h5")
    assert content(tmp_path / "back") == content(on_disk.folder)
    assert verify(tmp_path / "there", systems=0).whole


def test_what_is_in_memory_is_saved_as_it_would_be_made(
    on_disk: OnDisk, tmp_path: Path, content: Content
) -> None:
    """Of the dataset alone, without the folder that it was written to."""
    made = on_disk.dataset
    in_memory = object.__new__(type(made))
    in_memory.__dict__ |= made.__dict__ | {"folder": None, "manifest": None}
    in_memory.save(tmp_path / "again", shard_size=2)
    assert content(tmp_path / "again") == content(on_disk.folder)
    with pytest.raises(StorageError, match="holds the dataset Small"):
        in_memory.save(tmp_path / "again")
    in_memory.save(tmp_path / "again", "npy", overwrite=True)
    names = {path.name for path in (tmp_path / "again").iterdir()}
    assert "CONFIGURATION_1_images.npy" in names
    assert not any(name.endswith(".h5") for name in names)
    in_memory._systems = {}
    with pytest.raises(ValueError, match="0 of 5 systems of CONFIGURATION_1 are in memory"):
        in_memory.save(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_shards_precision_and_compression_can_change(on_disk: OnDisk, tmp_path: Path) -> None:
    loaded = load(on_disk.folder)
    loaded.save(tmp_path / "half", "h5", image_dtype="float16", compression="gzip", shard_size=3)
    manifest = read_manifest(tmp_path / "half")
    assert manifest is not None
    section = manifest.configurations["CONFIGURATION_1"]
    assert [(shard.start, shard.stop) for shard in section.shards] == [(0, 4), (4, 5)]
    assert (manifest.dtype, manifest.options["compression"]) == ("float16", "gzip")
    half = load(tmp_path / "half")
    assert half.images().dtype == np.float16
    np.testing.assert_array_equal(half.images(), on_disk.dataset.images().astype(np.float16))
    assert half.metadata().equals(on_disk.dataset.metadata())
    with pytest.raises(ValueError, match="whose digits do not come back"):
        half.save(tmp_path / "full", image_dtype="float32")


def test_an_incomplete_dataset_stays_one(on_disk: OnDisk, tmp_path: Path) -> None:
    without(on_disk.folder, 1)
    with pytest.warns(UserWarning, match="1 of 3 shards are missing"):
        loaded = load(on_disk.folder)
    loaded.save(tmp_path / "npy", "npy")
    manifest = read_manifest(tmp_path / "npy")
    assert manifest is not None
    assert [shard.whole for _, shard in manifest.shards()] == [True, False, True]
    with pytest.warns(UserWarning, match="1 of 3 shards are missing"):
        converted = load(tmp_path / "npy")
    np.testing.assert_array_equal(converted.images(), on_disk.dataset.images()[[0, 1, 4]])
    with pytest.raises(ValueError, match="finish and merge it first"):
        loaded.save(tmp_path / "other", shard_size=4)


def test_a_dataset_of_version_0_1_0_gets_a_manifest(on_disk: OnDisk, tmp_path: Path) -> None:
    on_disk.dataset.save(tmp_path / "old", "h5", shard_size=6)
    without_manifest(tmp_path / "old")
    load(tmp_path / "old").save(tmp_path / "new", "h5")
    found = verify(tmp_path / "new", systems=0)
    assert found.whole
    assert found.manifest.configurations["CONFIGURATION_1"].batch_size == 2
    np.testing.assert_array_equal(load(tmp_path / "new").images(), on_disk.dataset.images())


def test_an_error_leaves_nothing_behind(on_disk: OnDisk, tmp_path: Path) -> None:
    loaded = load(on_disk.folder)
    for wrong, message in (
        ({"format": "xyz"}, "there is no format 'xyz'"),
        ({"image_dtype": "float64"}, "h5 has no image_dtype 'float64'"),
        ({"format": "npy", "compression": "gzip"}, "npy has no compression 'gzip'; it is in h5"),
    ):
        with pytest.raises(ValueError, match=message):
            loaded.save(tmp_path / "x", **wrong)  # type: ignore[arg-type]

    def stop() -> None:
        raise KeyboardInterrupt

    (on_disk.folder / "CONFIGURATION_1_images-00000-of-00003.h5").write_bytes(b"damaged")
    with pytest.raises(StorageError, match=r"images-00000-of-00003\.h5: .*; `jaxlens verify`"):
        load(on_disk.folder).save(tmp_path / "x", "npy")
    assert not (tmp_path / "x" / "manifest.json").exists()
    with pytest.raises(KeyboardInterrupt):
        on_disk.dataset.save(tmp_path / "y", "npy", check=stop)
    manifest = read_manifest(tmp_path / "y")
    assert manifest is not None
    assert [shard.whole for _, shard in manifest.shards()] == [True, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("image_format", BUILT_IN)
def test_systems_of_a_converted_dataset_are_what_is_made_again(
    on_disk: OnDisk, tmp_path: Path, image_format: str
) -> None:
    load(on_disk.folder).save(tmp_path / "there", image_format)
    found = verify(tmp_path / "there")
    assert found.whole, str(found)
    assert all(shard.compared for shard in found.shards)
