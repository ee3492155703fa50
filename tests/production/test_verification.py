"""verify says what is whole and names each fault."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import pytest

from jaxlens.files.checksums import size_and_checksum
from jaxlens.files.errors import StorageError
from jaxlens.production.folder import REPLACEMENT
from jaxlens.production.manifest import read_manifest, write_manifest
from jaxlens.production.verification import dataset_manifest, verify

from .conftest import LABEL, contents, generate, made_up, with_files


def name_of(content: str, number: int, count: int = 5) -> str:
    ending = "npy" if content == "images" else "csv"
    return f"{LABEL}_{content}-{number:05d}-of-{count:05d}.{ending}"


def test_a_dataset_that_is_whole(tmp_path: Path) -> None:
    with_files(tmp_path, made_up())
    before = contents(tmp_path)
    found = verify(tmp_path, systems=0)
    assert found.whole
    assert str(found) == f"{LABEL} (FIELD): 3 of 3 shards whole, 6 systems; checksums alone\nwhole"
    assert contents(tmp_path) == before


def test_each_fault_of_a_file_is_named(tmp_path: Path) -> None:
    with_files(tmp_path, made_up(shards=5), whole=4)
    images = [tmp_path / name_of("images", k) for k in range(4)]
    images[0].unlink()
    images[1].write_bytes(images[1].read_bytes()[:-1])
    images[2].write_bytes(b"I" + images[2].read_bytes()[1:])
    table = tmp_path / name_of("metadata", 2)
    table.unlink()
    os.mkfifo(table)
    found = verify(tmp_path, systems=0)
    assert not found.whole
    assert str(found).splitlines() == [
        f"{LABEL} (FIELD): 1 of 5 shards whole, 2 systems; checksums alone",
        f"  shard 0 (systems 0 to 1): {name_of('images', 0)} is missing",
        f"  shard 1 (systems 2 to 3): {name_of('images', 1)} has 17 bytes, not 18",
        f"  shard 2 (systems 4 to 5): {name_of('images', 2)} has another content than was written",
        f"  shard 2 (systems 4 to 5): {name_of('metadata', 2)} cannot be read: is no regular file",
        "  shard 4 (systems 8 to 9): not made yet",
        "NOT whole",
    ]
    assert [one.whole for one in found.shards] == [False, False, False, True, False]


def test_a_replacement_that_waits_is_named(tmp_path: Path) -> None:
    with_files(tmp_path, made_up())
    with_files(tmp_path / REPLACEMENT, made_up(seed=2), whole=2)
    assert verify(tmp_path, systems=0).whole, "the old one, until the new one is complete"
    with_files(tmp_path / REPLACEMENT, made_up(seed=2))
    assert "a complete replacement waits" in str(verify(tmp_path, systems=0))


def test_what_is_no_dataset_and_wrong_arguments_are_refused(tmp_path: Path) -> None:
    for ask in (verify, dataset_manifest):
        with pytest.raises(StorageError, match=r"has no manifest\.json; give the folder of a dataset"):
            ask(tmp_path)
    with pytest.raises(ValueError, match="systems is -1"):
        verify(tmp_path, systems=-1)


def test_what_the_caller_raises_ends_it(tmp_path: Path) -> None:
    def stop() -> None:
        raise InterruptedError

    with_files(tmp_path, made_up())
    with pytest.raises(InterruptedError):
        verify(tmp_path, 0, check=stop)


def test_systems_are_made_again_and_compared_bit_for_bit(dataset: Path) -> None:
    found = verify(dataset)
    assert found.whole, str(found)
    assert [len(one.compared) for one in found.shards] == [2, 2, 2]
    assert str(found).endswith("10 systems; 6 of them made again, equal bit for bit\nwhole")
    assert {one.compared for one in verify(dataset, 1, seed=5).shards} != {
        one.compared for one in verify(dataset, 1, seed=6).shards
    }


def record_again(folder: Path, name: str) -> None:
    """Let the manifest say that a file is what it is now."""
    text = (folder / "manifest.json").read_text()
    old = next(record for record in read_manifest(folder).files() if record.name == name)
    _, checksum = size_and_checksum(folder / name)
    (folder / "manifest.json").write_text(text.replace(old.checksum, checksum))


def test_an_image_that_is_not_that_of_the_configuration_is_found(dataset: Path) -> None:
    name = f"{LABEL}_images-00001-of-00003.h5"
    for path, what in (
        ("Field", "images"),
        ("metadata/PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic", "R_sersic"),
    ):
        with h5py.File(dataset / name, "r+") as file:
            file[path][2] *= 1.0 + 1e-6
        record_again(dataset, name)
        found = verify(dataset, systems=4)
        assert [one.whole for one in found.shards] == [True, False, True]
        assert f"system 6 is not what is made again: {what}" in str(found).replace(
            "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-", ""
        )


def test_a_configuration_that_was_changed_or_is_gone_is_named(dataset: Path) -> None:
    path = dataset / "config.yaml"
    path.write_text(path.read_text().replace("0.6", "0.7"))
    text = str(verify(dataset))
    assert "config.yaml, or a file that it names, has changed; no system was made again\nNOT whole" in text
    path.unlink()
    os.mkfifo(path)
    assert "config.yaml cannot be read" in str(verify(dataset))
    path.unlink()
    assert "config.yaml cannot be read" in str(verify(dataset))
    assert "config.yaml is missing; resume writes it again\nNOT whole" in str(verify(dataset, systems=0))
    generate(dataset, resume=True)
    assert verify(dataset, systems=0).whole


def test_a_virtual_file_is_checked_too(dataset: Path) -> None:
    (dataset / f"{LABEL}_images.h5").unlink()
    assert f"{LABEL}_images.h5 is missing; resume writes it again" in str(verify(dataset, systems=0))
    generate(dataset, resume=True)
    assert verify(dataset, systems=0).whole


def test_what_another_kind_of_device_has_made_agrees_to_rounding(dataset: Path) -> None:
    manifest = read_manifest(dataset)
    manifest.versions["jax"] = "0.1"
    write_manifest(dataset, manifest)
    found = verify(dataset)
    assert found.whole
    assert "equal to float rounding" in str(found)
    name = f"{LABEL}_images-00000-of-00003.h5"
    for factor, whole in ((1.0 + 1e-5, True), (1.01, False)):
        with h5py.File(dataset / name, "r+") as file:
            file["Field"][...] *= factor
        record_again(dataset, name)
        assert verify(dataset, 4).whole is whole
