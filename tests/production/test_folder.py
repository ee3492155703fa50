"""What becomes of a folder: refused, resumed or replaced, and what is not ours stays as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jaxlens.files.errors import StorageError
from jaxlens.production.arguments import Arguments
from jaxlens.production.folder import (
    REPLACEMENT,
    finish_replacement,
    manifest_to_resume,
    parts_in,
    pending,
    target,
)
from jaxlens.production.lock import FolderLock, FolderLocked
from jaxlens.production.manifest import MANIFEST, Manifest, read_manifest

from .conftest import LABEL, Killed, contents, made_up, with_files

NEW = Arguments(save_to_disk=True)
RESUME = Arguments(save_to_disk=True, resume=True)
OVERWRITE = Arguments(save_to_disk=True, overwrite=True)
BOTH = Arguments(save_to_disk=True, overwrite=True, resume=True)
FOREIGN = {"notes.txt": b"mine", "movie.mkv.partial": b"half", "part-of-life.txt": b"also mine"}


def plant_foreign(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in FOREIGN.items():
        (folder / name).write_bytes(content)


def refused(folder: Path, wanted: Manifest, arguments: Arguments, message: str) -> None:
    """The folder is refused with a message, and stays as it is."""
    before = contents(folder)
    with pytest.raises(StorageError, match=message):
        target(folder, wanted, arguments)
    assert contents(folder) == before


def test_an_empty_folder_takes_a_dataset_and_keeps_what_is_there(tmp_path: Path) -> None:
    plant_foreign(tmp_path)
    for arguments in (NEW, RESUME, OVERWRITE, BOTH):
        assert target(tmp_path, made_up(), arguments) == (tmp_path, made_up())
    assert contents(tmp_path) == FOREIGN


def test_a_dataset_is_refused_and_named(tmp_path: Path) -> None:
    manifest = with_files(tmp_path, made_up(seed=7), whole=2)
    text = r"holds the dataset Demo \(6 systems, seed 7, 2 of 3 shards are whole\); resume it .*--overwrite"
    refused(tmp_path, made_up(seed=7), NEW, text)
    with_files(tmp_path, manifest)
    refused(tmp_path, made_up(seed=8), NEW, r"seed 7, complete\); replace it .*choose another OUTDIR")


@pytest.mark.parametrize("name", [f"{LABEL}_images.h5", f"{LABEL}_metadata.csv", f"{LABEL}_images-00.tar"])
def test_files_without_a_manifest_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("of an earlier version")
    refused(tmp_path, made_up(), NEW, f"without a manifest \\({name}\\); replace it")
    refused(tmp_path, made_up(), RESUME, f"without a manifest \\({name}\\); replace it")
    place, _ = target(tmp_path, made_up(), OVERWRITE)
    assert place == tmp_path / REPLACEMENT


@pytest.mark.parametrize("arguments", [NEW, RESUME, OVERWRITE, BOTH])
def test_somebody_else_s_config_or_manifest_is_refused(arguments: Arguments, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("my own file")
    refused(tmp_path, made_up(), arguments, r"config\.yaml: is of no dataset")
    (tmp_path / "config.yaml").unlink()
    (tmp_path / MANIFEST).write_text("{}")
    refused(tmp_path, made_up(), arguments, "is no manifest of a dataset")


def test_resume_asks_for_what_is_missing_or_not_as_recorded(tmp_path: Path) -> None:
    manifest = with_files(tmp_path, made_up(shards=6), whole=5)
    shards = manifest.configurations[LABEL].shards
    paths = [tmp_path / shard.files[0].name for shard in shards[:5]]
    paths[0].unlink()
    paths[1].write_bytes(b"I" + paths[1].read_bytes()[1:])  # one byte is another
    paths[2].write_bytes(paths[2].read_bytes()[:-1])
    paths[3].unlink()
    os.mkfifo(paths[3])
    _, found = target(tmp_path, made_up(shards=6), RESUME)
    assert [shard.whole for _, shard in found.shards()] == [False, False, False, False, True, False]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": 2}, "its seed is 1, not 2"),
        ({"config_sha256": "00" * 32}, "its configuration is another"),
        ({"config_sha256": "00" * 32, "inputs": {"/t.csv": "1"}}, "its configuration is another"),
        ({"format": "h5"}, "its format is npy, not h5"),
        ({"dtype": "float16"}, "its image_dtype is float32, not float16"),
        ({"precision": "float64"}, "its precision is float32, not float64"),
        ({"options": {"csv": False}}, "its csv is True, not False"),
        ({"shards": 4}, "the systems of CONFIGURATION_1 is 6, not 8"),
        ({"configurations": {}}, "its configurations are CONFIGURATION_1, not"),
    ],
)
def test_resume_with_something_else_is_refused(changed: dict, message: str, tmp_path: Path) -> None:
    with_files(tmp_path, made_up(), whole=1)
    wanted = made_up(**changed)
    refused(tmp_path, wanted, RESUME, f"another dataset than is asked for .*{message}.*overwrite it")


def test_a_changed_table_is_named(tmp_path: Path) -> None:
    with_files(tmp_path, made_up(inputs={"/data/table.csv": "1", "/data/other.csv": "1"}), whole=1)
    wanted = made_up(config_sha256="00" * 32, inputs={"/data/table.csv": "2", "/data/other.csv": "1"})
    refused(tmp_path, wanted, RESUME, r"another, in /data/table\.csv[;)]")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"device_kind": "gpu"}, "its device_kind was cpu Test, and is gpu"),
        ({"devices": 4}, "its devices was 1, and is 4"),
        ({"versions": {"jaxlens": "2"}}, "jaxlens was 1, and is 2"),
    ],
)
def test_another_kind_of_device_or_version_goes_on_where_it_is_allowed(
    changed: dict, message: str, tmp_path: Path
) -> None:
    manifest = with_files(tmp_path, made_up(), whole=1)
    wanted = made_up(**changed)
    refused(tmp_path, wanted, RESUME, f"was begun otherwise .*{message}.*allow a mixed dataset")
    mixed = replace(RESUME, allow_mixed=True)
    assert target(tmp_path, wanted, mixed) == (tmp_path, manifest)
    complete = with_files(tmp_path, manifest)
    assert target(tmp_path, wanted, RESUME) == (tmp_path, complete), "nothing is left to do"
    (tmp_path / complete.configurations[LABEL].shards[1].files[0].name).unlink()
    refused(tmp_path, wanted, RESUME, "has damaged shards, and was made otherwise")
    _, found = target(tmp_path, wanted, mixed)
    assert [shard.whole for _, shard in found.shards()] == [True, False, True]


def replaced(folder: Path, shards: int = 3) -> tuple[dict[str, bytes], Manifest]:
    """A dataset with a complete replacement of fewer shards, and what the folder is once that is in place."""
    with_files(folder, made_up(seed=1, shards=shards))
    (folder / "lightcurves").mkdir()
    plant_foreign(folder)
    new = with_files(folder / REPLACEMENT, made_up(seed=2, shards=2))
    return contents(folder / REPLACEMENT) | FOREIGN, new


def test_the_old_dataset_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    old = with_files(tmp_path, made_up(seed=1))
    before = contents(tmp_path)
    place, manifest = target(tmp_path, made_up(seed=2), OVERWRITE)
    assert (place, manifest) == (tmp_path / REPLACEMENT, made_up(seed=2))
    begun = with_files(place, made_up(seed=2), whole=2)
    assert not pending(tmp_path)
    assert not finish_replacement(tmp_path)
    assert {name: before[name] for name in before} == {
        name: content for name, content in contents(tmp_path).items() if not name.startswith(REPLACEMENT)
    }
    assert target(tmp_path, made_up(seed=2), BOTH) == (place, begun), "goes on where it was cut"
    assert manifest_to_resume(tmp_path, overwrite=True) == begun
    assert manifest_to_resume(tmp_path, overwrite=False) == old
    assert target(tmp_path, made_up(seed=1), RESUME) == (tmp_path, old), "the replacement is given up"
    assert contents(tmp_path) == before


def test_a_replacement_is_put_in_place(tmp_path: Path) -> None:
    expected, new = replaced(tmp_path)
    assert pending(tmp_path)
    assert manifest_to_resume(tmp_path, overwrite=False) == new
    assert finish_replacement(tmp_path)
    assert not pending(tmp_path)
    assert contents(tmp_path) == expected
    assert not (tmp_path / "lightcurves").exists()
    assert read_manifest(tmp_path) == new


def test_a_replacement_that_is_cut_at_any_rename_or_removal_is_finished(
    tmp_path: Path, cut: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for how in ("replace", "remove"):
        for moment in range(6):
            folder = tmp_path / f"{how}{moment}"
            expected, new = replaced(folder)
            with monkeypatch.context() as patch:
                if how == "replace":
                    cut(moment)
                else:
                    patch.setattr("jaxlens.production.folder.remove", stops_at(moment))
                with pytest.raises(Killed):
                    finish_replacement(folder)
            cut(-1)
            assert pending(folder) is (folder / REPLACEMENT / MANIFEST).exists()
            assert manifest_to_resume(folder, overwrite=False) == new
            # whatever comes next finds the new dataset, whole
            assert target(folder, made_up(seed=2, shards=2), RESUME) == (folder, new)
            assert contents(folder) == expected


def stops_at(count: int) -> Callable[[Path], None]:
    """`remove`, which ends the process instead of removing the path number `count`."""
    left = [count]

    def counted(path: Path) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        path.unlink(missing_ok=True)

    return counted


def test_a_replacement_that_was_finished_by_the_next_run_is_not_made_again(tmp_path: Path) -> None:
    _, new = replaced(tmp_path)
    assert target(tmp_path, made_up(seed=2, shards=2), BOTH) == (tmp_path, new)


def test_overwriting_a_merged_dataset_leaves_what_is_outside_its_folder(tmp_path: Path) -> None:
    outside = with_files(tmp_path / "part", made_up(), whole=3)
    shards = outside.configurations[LABEL].shards
    moved = tuple(
        replace(one, files=tuple(replace(f, name=f"../part/{f.name}") for f in one.files)) for one in shards
    )
    merged = outside.with_section(LABEL, replace(outside.configurations[LABEL], shards=moved))
    folder = tmp_path / "whole"
    with_files(folder, merged, whole=0)
    before = contents(tmp_path / "part")
    with_files(folder / REPLACEMENT, made_up(seed=2))
    assert finish_replacement(folder)
    assert contents(tmp_path / "part") == before


def test_parts_are_replaced_but_not_under_the_hands_of_their_writer(tmp_path: Path) -> None:
    part = tmp_path / "part-0-of-2"
    with_files(part, made_up(part=(0, 2)))
    refused(tmp_path, made_up(), NEW, r"parts of one, without a manifest \(part-0-of-2\)")
    assert parts_in(tmp_path) == [part]
    with FolderLock(part), pytest.raises(FolderLocked, match=f"process {os.getpid()} on .* is writing there"):
        target(tmp_path, made_up(), OVERWRITE)
    place, _ = target(tmp_path, made_up(), OVERWRITE)
    with_files(place, made_up())
    (part / "lock").write_text('{"host": ')  # of a writer that was killed
    finish_replacement(tmp_path)
    assert not part.exists()


def test_what_is_not_of_a_part_stays_where_the_part_is_replaced(tmp_path: Path) -> None:
    part, elsewhere = tmp_path / "part-0-of-2", tmp_path / "elsewhere"
    with_files(part, made_up(part=(0, 2)))
    (part / "notes.txt").write_text("mine")
    with_files(elsewhere, made_up(part=(1, 2)))
    before = contents(elsewhere)
    (tmp_path / "part-1-of-2").symlink_to(elsewhere)
    place, _ = target(tmp_path, made_up(), OVERWRITE)
    with_files(place, made_up())
    finish_replacement(tmp_path)
    assert contents(part) == {"notes.txt": b"mine"}
    assert contents(elsewhere) == before
    assert parts_in(tmp_path) == []


def test_a_link_at_the_place_of_the_replacement_is_not_followed(tmp_path: Path) -> None:
    with_files(tmp_path / "elsewhere", made_up(seed=9))
    before = contents(tmp_path / "elsewhere")
    folder = tmp_path / "data"
    with_files(folder, made_up())
    for arguments in (OVERWRITE, BOTH):
        (folder / REPLACEMENT).symlink_to(tmp_path / "elsewhere")
        assert not pending(folder)
        place, _ = target(folder, made_up(seed=2), arguments)
        assert not place.is_symlink()
        assert list(place.iterdir()) == []
        place.rmdir()
    assert contents(tmp_path / "elsewhere") == before


def test_what_dead_runs_have_left_is_removed(tmp_path: Path) -> None:
    plant_foreign(tmp_path)
    (tmp_path / "lightcurves").mkdir()
    token = "0123456789abcdef"
    left = [f"{LABEL}_images.h5.{token}.partial", f"lightcurves/a.csv.{token}.partial"]
    left.append(f"{LABEL}_images.npy.partial")  # as earlier versions named it
    (tmp_path / left[0]).symlink_to("notes.txt")
    (tmp_path / left[1]).mkdir()
    os.mkfifo(tmp_path / left[2])
    target(tmp_path, made_up(), NEW)
    assert contents(tmp_path) == FOREIGN
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.partial")] == ["movie.mkv.partial"]
