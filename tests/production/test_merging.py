"""Parts become one dataset; what is missing, damaged or of another dataset is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jaxlens.files.errors import StorageError
from jaxlens.production.lock import FolderLock, FolderLocked
from jaxlens.production.manifest import MANIFEST, read_manifest, write_manifest
from jaxlens.production.merging import merge
from jaxlens.production.verification import verify

from .conftest import LABEL, Killed, contents, generate, made_up, with_files


def parts(folder: Path, count: int = 2, shards: int = 5, **changed) -> list[Path]:
    """Parts of a dataset, each in its folder."""
    folders = [folder / f"part-{k}-of-{count}" for k in range(count)]
    for k, one in enumerate(folders):
        with_files(one, made_up(shards=shards, part=(k, count), **changed))
    return folders


def whole(folder: Path, shards: int = 5) -> dict[str, bytes]:
    """The files of the same dataset, made by one process."""
    with_files(folder, made_up(shards=shards))
    return contents(folder)


def first_file(part: Path) -> Path:
    shards = read_manifest(part).configurations[LABEL].shards
    return part / shards[0].files[0].name


def test_a_copy_is_the_dataset_of_one_process(tmp_path: Path) -> None:
    folders = parts(tmp_path)
    expected = whole(tmp_path / "one")
    assert merge(folders, tmp_path / "merged", copy=True) == tmp_path / "merged"
    assert contents(tmp_path / "merged") == expected
    merge(folders, tmp_path / "merged", copy=True)
    assert contents(tmp_path / "merged") == expected, "once more changes nothing"


def test_a_copy_of_what_was_merged_elsewhere_is_the_dataset_of_one_process(tmp_path: Path) -> None:
    parts(tmp_path / "made")
    expected = whole(tmp_path / "one")
    merged = merge(tmp_path / "made", tmp_path / "merged")
    (tmp_path / "far").mkdir()
    copied = merge(merged, tmp_path / "far" / "copied", copy=True)
    assert contents(copied) == expected
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["copied"]


def test_without_a_copy_the_manifest_has_the_files_where_they_are(tmp_path: Path) -> None:
    folders = parts(tmp_path / "made")
    before = contents(tmp_path / "made")
    merged = merge(tmp_path / "made", tmp_path / "merged")
    assert sorted(contents(merged)) == ["config.yaml", MANIFEST]
    manifest = read_manifest(merged)
    assert (manifest.part, manifest.complete) == (None, True)
    names = [record.name for record in manifest.files()]
    assert names[0] == f"../made/part-0-of-2/{LABEL}_images-00000-of-00005.npy"
    assert verify(merged, systems=0).whole
    assert merge(tmp_path / "made") == tmp_path / "made", "the folder that holds the parts becomes the whole"
    assert {name: contents(tmp_path / "made")[name] for name in before} == before
    assert verify(tmp_path / "made", systems=0).whole
    assert next(read_manifest(tmp_path / "made").files()).name.startswith("part-0-of-2/")
    assert folders[0].exists()


def test_more_parts_than_shards(tmp_path: Path) -> None:
    parts(tmp_path / "made", count=4, shards=3)
    merge(tmp_path / "made", tmp_path / "merged", copy=True)
    assert contents(tmp_path / "merged") == whole(tmp_path / "one", shards=3)


def refused(folders, into: Path, message: str, error: type[Exception] = StorageError, **options) -> None:
    with pytest.raises(error, match=message):
        merge(folders, into, **options)
    assert not (into / MANIFEST).exists()


def test_what_is_missing_is_listed(tmp_path: Path) -> None:
    folders = parts(tmp_path)
    into = tmp_path / "merged"
    refused(folders[:1], into, r"3 shards are missing \(number 2 of CONFIGURATION_1, 3 of .*\)")
    with_files(folders[1], made_up(shards=5, part=(1, 2)), whole=2)
    refused(folders, into, r"1 shards are missing \(number 4 of CONFIGURATION_1\); finish their parts")
    refused([*folders, tmp_path / "nothing"], into, "has neither a manifest.json nor parts")
    refused([], into, "give the folders of the parts", ValueError)
    with pytest.raises(ValueError, match="give the folder of the whole dataset"):
        merge(folders)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    folders = parts(tmp_path)
    into, path = tmp_path / "merged", first_file(folders[1])
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    refused(folders, into, f"{path}: is not as recorded; finish the part with --resume")
    path.write_bytes(b"I" + content[1:])
    merged = merge(folders, into)  # which does not read the files
    assert not verify(merged, systems=0).whole
    with pytest.raises(StorageError, match=f"{path}: is not as recorded"):
        merge(folders, tmp_path / "copied", copy=True)
    assert not verify(tmp_path / "copied", systems=0).whole
    path.write_bytes(content)
    merge(folders, tmp_path / "copied", copy=True)
    assert contents(tmp_path / "copied") == whole(tmp_path / "one")
    path.unlink()
    refused(folders, tmp_path / "third", f"{path}: is missing")


def test_parts_of_another_dataset_are_refused(tmp_path: Path) -> None:
    folders = [*parts(tmp_path / "a"), *parts(tmp_path / "b", seed=2)]
    refused(folders, tmp_path / "merged", r"of another dataset than .*its seed is 1, not 2")


def test_a_shard_that_is_there_twice(tmp_path: Path) -> None:
    folders = parts(tmp_path / "a")
    again = with_files(tmp_path / "b", made_up(shards=5, part=(0, 2)))
    merge([*folders, folders[0], tmp_path / "b"], tmp_path / "merged")
    shard = again.configurations[LABEL].shards[0]
    files = tuple(replace(record, checksum="crc32:00") for record in shard.files)
    write_manifest(tmp_path / "b", again.with_shard(LABEL, replace(shard, files=files)))
    refused([*folders, tmp_path / "b"], tmp_path / "other", "shard 0 of CONFIGURATION_1 is there twice")


def test_parts_of_another_kind_are_named_in_the_whole(tmp_path: Path) -> None:
    folders = parts(tmp_path / "a")
    with_files(folders[1], made_up(shards=5, part=(1, 2), device_kind="gpu"))
    refused(folders, tmp_path / "merged", r"made otherwise .*cpu Test, and is gpu.*--allow-mixed")
    merge(folders, tmp_path / "merged", allow_mixed=True)
    manifest = read_manifest(tmp_path / "merged")
    kinds = [shard.device_kind for _, shard in manifest.shards()]
    assert (manifest.device_kind, kinds) == ("cpu Test", [None, None, "gpu", "gpu", "gpu"])


def test_a_folder_that_is_in_use_or_somebody_else_s_is_refused(tmp_path: Path) -> None:
    folders = parts(tmp_path / "a")
    into = tmp_path / "merged"
    with FolderLock(folders[0]):
        refused(folders, into, "part-0-of-2: process .* is writing there", FolderLocked)
    into.mkdir()
    with FolderLock(into):
        refused(folders, into, "merged: process .* is writing there", FolderLocked)
    (into / "config.yaml").write_text("mine")
    refused(folders, into, r"config\.yaml: is of no dataset")
    (into / "config.yaml").unlink()
    (into / f"{LABEL}_images.npy").write_text("old")
    refused(folders, into, "holds another dataset")
    with_files(tmp_path / "other", made_up(shards=5, seed=3))
    with pytest.raises(StorageError, match=r"holds another dataset \(its seed is 3, not 1\)"):
        merge(folders, tmp_path / "other")
    with pytest.raises(StorageError, match="holds another dataset"):
        merge(folders, folders[0])


def test_a_merge_that_is_cut_at_any_rename_is_done_again(tmp_path: Path, cut: Callable[[int], None]) -> None:
    folders, expected = parts(tmp_path / "a"), whole(tmp_path / "one")
    # the manifest twice, config.yaml, and ten files
    for moment in (0, 1, 2, 3, 12):
        into = tmp_path / f"merged{moment}"
        cut(moment)
        with pytest.raises(Killed):
            merge(folders, into, copy=True)
        cut(-1)
        assert not (into / MANIFEST).exists() or not verify(into, systems=0).whole
        merge(folders, into, copy=True)
        assert contents(into) == expected


@pytest.mark.long
def test_parts_that_are_made_are_the_dataset_of_one_process(undisturbed: Path, tmp_path: Path) -> None:
    for k in (1, 0):
        generate(tmp_path / "made", part=(k, 2))
    merge(tmp_path / "made", tmp_path / "copied", copy=True)
    copied, expected = contents(tmp_path / "copied"), contents(undisturbed)
    # OUTDIR is in the YAML of the files
    assert copied.keys() == expected.keys()
    merge(tmp_path / "made")
    for folder in (tmp_path / "made", tmp_path / "copied"):
        found = verify(folder)
        assert found.whole, str(found)
        assert (folder / f"{LABEL}_images.h5").exists()
