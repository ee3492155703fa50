"""The manifest: what is written is read back, and what is no manifest is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jaxlens.files.errors import StorageError
from jaxlens.production.folder import as_recorded
from jaxlens.production.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    FileRecord,
    Shard,
    manifest_text,
    read_manifest,
    write_manifest,
)

from .conftest import LABEL, made_up, with_files


def test_a_manifest_is_read_back(tmp_path: Path) -> None:
    manifest = with_files(tmp_path, made_up(part=(1, 2)), whole=1)
    section = manifest.configurations[LABEL]
    smaller = replace(section.shards[0], batch_size=1, device_kind="gpu", versions={"jaxlens": "2"})
    virtual = (FileRecord("CONFIGURATION_1_images.h5", 3, "crc32:00"),)
    manifest = manifest.with_shard(LABEL, smaller)
    manifest = manifest.with_section(LABEL, replace(manifest.configurations[LABEL], virtual=virtual))
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert len(list(manifest.files())) == 3
    assert [path.name for path in tmp_path.glob("*.partial")] == []


def test_checksums_of_earlier_versions_are_read(tmp_path: Path) -> None:
    manifest = with_files(tmp_path, made_up())
    text = (tmp_path / MANIFEST).read_text()
    old = text.replace('"checksum": "sha256:', '"sha256": "').replace(
        '"format_version": 2', '"format_version": 1'
    )
    assert '"checksum"' not in old
    (tmp_path / MANIFEST).write_text(old)
    assert read_manifest(tmp_path) == manifest
    assert all(as_recorded(tmp_path, record) for record in manifest.files())
    (tmp_path / next(manifest.files()).name).write_bytes(b"images 0 of seed 2")
    assert [as_recorded(tmp_path, record) for record in manifest.files()].count(False) == 1


def test_it_says_what_is_whole(tmp_path: Path) -> None:
    begun = with_files(tmp_path, made_up(), whole=2)
    text = json.loads((tmp_path / MANIFEST).read_text())
    assert (text["format_version"], text["state"]) == (FORMAT_VERSION, "incomplete")
    states = [shard["state"] for shard in text["configurations"][LABEL]["shards"]]
    assert states == ["whole", "whole", "missing"]
    assert not begun.complete
    assert with_files(tmp_path, begun).complete
    assert json.loads((tmp_path / MANIFEST).read_text())["state"] == "complete"


def test_it_is_small() -> None:
    manifest = made_up(shards=1000)
    files = tuple(
        FileRecord(f"CONFIGURATION_1_{name}-00000-of-01000.h5", 2**28, "crc32:00000000") for name in "ab"
    )
    shards = tuple(replace(shard, files=files) for shard in manifest.configurations[LABEL].shards)
    section = replace(manifest.configurations[LABEL], shards=shards)
    assert len(manifest_text(manifest.with_section(LABEL, section))) < 500 * 1000


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


OTHER_CHECKSUM = {"name": "CONFIGURATION_1_images.npy", "bytes": 3, "checksum": "md5:00"}


def whole_text() -> str:
    return manifest_text(made_up())


def changed(**entries: Any) -> str:
    """The text of a manifest with other entries."""
    return json.dumps(json.loads(whole_text()) | entries)


def with_shards(change: Callable[[list], list]) -> str:
    """The text of a manifest with other shards."""
    tree = json.loads(whole_text())
    section = tree["configurations"][LABEL]
    section["shards"] = change(section["shards"])
    return json.dumps(tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        (whole_text()[:200], "Unterminated|Expecting|delimiter"),
        ("[1, 2]", "no JSON object"),
        ("{}", "it has no 'format_version'"),
        ("\udcff", "decode"),
        (
            whole_text().replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 99'),
            "is 99, and this",
        ),
        (whole_text().replace('"seed"', '"sead"'), "sead"),
        (whole_text().replace('"stop": 4', '"stop": 5'), "are not those of 6 systems"),
        (whole_text().replace('"shard_size": 2', '"shard_size": 0'), "are not those of 6 systems"),
        (whole_text().replace('"part": null', '"part": [4, 2]'), "4/2 does not exist"),
        (whole_text().replace('"part": null', '"part": [0, 2]'), "are not those of 6 systems"),
        (with_shards(lambda shards: shards[:-1]), "are not those of 6 systems"),
        (with_shards(lambda shards: [*shards, shards[0]]), "are not those of 6 systems"),
        (changed(configurations={}), "it has no configurations"),
        (
            with_shards(lambda shards: [shards[0] | {"files": [OTHER_CHECKSUM]}, *shards[1:]]),
            "none of crc32, sha256",
        ),
        (changed(format="bmp"), "format is 'bmp', which is none of npy, h5"),
        ("[" * 100_000, "recursion"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_no_manifest_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(StorageError, match=f"{MANIFEST}: is no manifest of a dataset .*({message})"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("plant", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_refused_and_does_not_hang(plant, tmp_path: Path) -> None:
    plant(tmp_path / MANIFEST)
    with pytest.raises(StorageError, match=f"{MANIFEST}: .*; give a readable manifest"):
        read_manifest(tmp_path)


def test_what_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_manifest(tmp_path, made_up())

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        write_manifest(tmp_path, made_up(seed=2))
    assert read_manifest(tmp_path) == made_up()
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_a_shard_is_whole_once_it_has_files() -> None:
    assert not Shard(0, 0, 4).whole
    assert Shard(0, 0, 4, (FileRecord("a", 1, ""),)).whole
