"""Datasets on disk end whole or as they were, whatever happens on the way."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest
import yaml

from jaxlens import load, make_dataset
from jaxlens.config import load_config
from jaxlens.engine import executable
from jaxlens.files.checksums import size_and_checksum
from jaxlens.files.errors import StorageError
from jaxlens.production import chunks
from jaxlens.production.arguments import Arguments
from jaxlens.production.lock import FolderLocked
from jaxlens.production.manifest import MANIFEST, read_manifest
from jaxlens.production.run import produce
from jaxlens.production.verification import verify

from .conftest import BATCH, LABEL, Killed, contents, field, generate


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def stop_after(batches: int) -> Callable[[], None]:
    """A check that ends the work once it was called so often."""
    left = [batches]

    def check() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    return check


def test_a_dataset_is_a_manifest_a_configuration_and_shards(undisturbed: Path) -> None:
    shards = [f"{LABEL}_{what}-0000{k}-of-00003" for what in ("images", "metadata") for k in range(3)]
    files = [f"{name}.h5" for name in shards[:3]] + [f"{name}.csv" for name in shards[3:]]
    assert names(undisturbed) == sorted([*files, f"{LABEL}_images.h5", MANIFEST, "config.yaml"])
    manifest = read_manifest(undisturbed)
    assert manifest.complete
    assert [(shard.start, shard.stop) for _, shard in manifest.shards()] == [(0, 4), (4, 8), (8, 10)]
    assert load_config(undisturbed / "config.yaml").size == 10


def test_a_finished_folder_is_refused_resumed_without_work_or_replaced(dataset: Path) -> None:
    before = contents(dataset)
    with pytest.raises(StorageError, match="holds the dataset Field"):
        generate(dataset)
    with pytest.raises(StorageError, match="its seed is 1, not 2"):
        generate(dataset, seed=2, resume=True)
    assert contents(dataset) == before
    with pytest.raises(Killed):
        generate(dataset, seed=2, overwrite=True, check=stop_after(2))
    replacement = {name: dataset / name for name in names(dataset) if name.startswith(".replacement")}
    assert {name: c for name, c in contents(dataset).items() if name not in replacement} == before
    generate(dataset, seed=2, size=5, overwrite=True)
    assert names(dataset) == sorted(
        name.replace("of-00003", "of-00002") for name in before if "00002-" not in name
    )
    assert read_manifest(dataset).seed == 2
    assert verify(dataset).whole


def test_resume_makes_what_is_missing_and_nothing_else(
    dataset: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dataset.parent)
    before, times = contents(dataset), {path: path.stat().st_mtime_ns for path in dataset.glob("*-of-*")}
    lost = dataset / f"{LABEL}_metadata-00001-of-00003.csv"
    lost.unlink()
    config = load_config(field(undisturbed))
    arguments = Arguments(save_to_disk=True, store_in_memory=False, image_file_format="h5", resume=True)
    produce(replace(config, outdir=str(dataset)), arguments)
    assert contents(dataset) == before
    untouched = {path for path, time in times.items() if path.stat().st_mtime_ns == time}
    assert times.keys() - untouched == {lost, dataset / f"{LABEL}_images-00001-of-00003.h5"}


def test_what_is_whole_is_kept_where_the_work_is_ended(tmp_path: Path) -> None:
    folder = tmp_path / "field"
    with pytest.raises(Killed):
        generate(folder, check=stop_after(3))
    assert [shard.whole for _, shard in read_manifest(folder).shards()] == [True, True, False]
    assert not [name for name in names(folder) if name.endswith(".partial") or name == "lock"]
    generate(folder, resume=True)
    assert verify(folder).whole


@pytest.mark.long
def test_a_run_that_is_cut_at_any_rename_is_resumed(
    undisturbed: Path, tmp_path: Path, cut: Callable[[int], None]
) -> None:
    """Ten renames: the manifest, config.yaml, and of each shard two files and the manifest."""
    config = load_config(field(undisturbed))
    arguments = Arguments(
        save_to_disk=True,
        store_in_memory=False,
        image_file_format="h5",
        batch_size=4,
        shard_size=4,
        resume=True,
    )
    expected = contents(undisturbed)
    for moment in range(13):
        folder = tmp_path / f"cut{moment}"
        cut(moment)
        with pytest.raises(Killed):
            produce(replace(config, outdir=str(folder)), arguments)
        cut(-1)
        if (folder / MANIFEST).exists():
            found = verify(folder, systems=0)
            assert sum(one.whole for one in found.shards) == max(0, min(3, (moment - 2) // 3))
        produce(replace(config, outdir=str(folder)), arguments)
        assert contents(folder) == expected, moment


def test_the_same_configuration_written_otherwise_resumes_to_the_same_bytes(
    dataset: Path, undisturbed: Path, tmp_path: Path
) -> None:
    shard = dataset / f"{LABEL}_images-00001-of-00003.h5"
    shard.unlink()
    tree = field(tmp_path / "another", seed=1)
    backwards = {name: tree[name] for name in reversed(tree)}
    file = tmp_path / "field.yaml"
    file.write_text("# with a remark\n" + yaml.safe_dump(backwards, sort_keys=False))
    config = replace(load_config(file), outdir=str(dataset))
    produce(config, Arguments(True, False, image_file_format="h5", resume=True))
    assert contents(dataset) == contents(undisturbed)


def test_without_a_seed_a_resumed_dataset_keeps_its_own(tmp_path: Path) -> None:
    tree = field(tmp_path / "field")
    del tree["DATASET"]["PARAMETERS"]["SEED"]
    arguments = Arguments(
        save_to_disk=True, store_in_memory=False, image_file_format="h5", batch_size=4, shard_size=4
    )
    with pytest.raises(Killed):
        produce(load_config(tree), arguments, stop_after(3))
    seed = read_manifest(tmp_path / "field").seed
    assert produce(load_config(tree), replace(arguments, resume=True)).seed == seed
    assert verify(tmp_path / "field").whole
    with pytest.raises(ValueError, match="the parts of a dataset need one seed"):
        produce(load_config(tree), replace(arguments, part=(0, 2)))


def test_a_value_that_is_not_finite_leaves_what_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = chunks.refuse_not_finite

    def refuse_fifth(job, indices, batch):
        broken = np.asarray([index != 5 for index in indices])
        refuse(job, indices, batch._replace(finite=broken))

    monkeypatch.setattr(chunks, "refuse_not_finite", refuse_fifth)
    with pytest.raises(ValueError, match="is not finite in system 5"):
        generate(tmp_path / "field")
    assert [shard.whole for _, shard in read_manifest(tmp_path / "field").shards()] == [True, False, False]
    assert not [name for name in names(tmp_path / "field") if name.endswith(".partial")]
    monkeypatch.undo()
    generate(tmp_path / "field", resume=True)
    assert verify(tmp_path / "field").whole


def test_a_full_disk_leaves_what_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [1]

    def full(folder: Path, needed: int) -> None:
        left[0] -= needed > 0
        if left[0] < 0 and needed > 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jaxlens.files.writer._check_free_space", full)
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        generate(tmp_path / "field")
    assert [shard.whole for _, shard in read_manifest(tmp_path / "field").shards()] == [True, False, False]
    assert not [name for name in names(tmp_path / "field") if name.endswith(".partial")]
    monkeypatch.undo()
    usage = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StorageError, match=r"the files need about .* are free"):
        generate(tmp_path / "field", resume=True)
    monkeypatch.undo()
    generate(tmp_path / "field", resume=True)
    assert verify(tmp_path / "field").whole


@pytest.mark.long
@pytest.mark.parametrize("size", [4, 5])
def test_an_allocation_that_fails_halves_the_batches_of_what_follows(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of 5 is 2, so that batches no longer end where shards do."""
    compiled, calls = executable.compiled, [0]

    def short_of_memory(simulator, wanted, *others):
        found = compiled(simulator, wanted, *others)

        def run(key, indices):
            calls[0] += 1
            if wanted == size and calls[0] > 1:
                raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory")
            return found.run(key, indices)

        return replace(found, run=run)

    monkeypatch.setattr("jaxlens.engine.job.compiled", short_of_memory)
    with pytest.warns(UserWarning, match=f"not enough memory for batches of {size} systems; going on with 2"):
        generate(tmp_path / "field", size=3 * size - 2, batch_size=size, shard_size=size)
    monkeypatch.undo()
    found = verify(tmp_path / "field", systems=size)
    assert [one.shard.batch_size for one in found.shards] == [None, 2, 2]
    assert found.whole, str(found)
    assert "equal to float rounding" in str(found)


def test_two_threads_in_one_folder(tmp_path: Path) -> None:
    def second() -> None:
        with pytest.raises(FolderLocked, match="is writing there"):
            generate(tmp_path / "field", seed=2)

    generate(tmp_path / "field", check=second)
    assert read_manifest(tmp_path / "field").seed == 1
    assert verify(tmp_path / "field").whole


def test_parts_without_a_shard_and_configurations_without_systems(tmp_path: Path) -> None:
    made = generate(tmp_path / "field", part=(2, 5))
    assert made.folder == tmp_path / "field" / "part-2-of-5"
    assert generate(tmp_path / "field", part=(0, 5)).folder == tmp_path / "field" / "part-0-of-5"
    assert list(read_manifest(tmp_path / "field" / "part-0-of-5").shards()) == []
    assert verify(tmp_path / "field" / "part-0-of-5").whole


@pytest.mark.slow
def test_metadata_alone_are_compared_by_their_rows(tmp_path: Path) -> None:
    generate(tmp_path / "field", skip_image_generation=True)
    found = verify(tmp_path / "field")
    assert found.whole, str(found)
    assert sum(len(one.compared) for one in found.shards) == 6
    table = tmp_path / "field" / f"{LABEL}_metadata-00001-of-00003.csv"
    before = read_manifest(tmp_path / "field")
    table.write_text(table.read_text().replace("1.5", "1.6"))
    old = next(record for record in before.files() if record.name == table.name)
    path = tmp_path / "field" / MANIFEST
    path.write_text(path.read_text().replace(old.checksum, size_and_checksum(table)[1]))
    assert "is not what is made again: PLANE_1-OBJECT_1-LIGHT_PROFILE_1-n_sersic-g" in str(
        verify(tmp_path / "field")
    )


def test_half_precision_by_the_argument_or_by_the_file(undisturbed: Path, tmp_path: Path) -> None:
    """In memory and in files it is the same dataset, rounded at the end; the argument comes first."""
    whole = load(undisturbed).images()[:]
    asked = {"batch_size": BATCH, "store_in_memory": True}
    file = field(tmp_path / "half")
    np.testing.assert_array_equal(
        make_dataset(file, image_dtype="float16", **asked).images(), whole.astype(np.float16)
    )
    file["DATASET"]["PARAMETERS"]["image_dtype"] = "float16"
    assert make_dataset(file, image_dtype="float32", **asked).images().dtype == np.float32
    made = make_dataset(file, save_to_disk=True, image_file_format="h5", **asked)
    assert made.images().dtype == np.float16
    assert read_manifest(tmp_path / "half").dtype == "float16"
    np.testing.assert_array_equal(load(tmp_path / "half").images()[:], whole.astype(np.float16))
    assert load_config(tmp_path / "half" / "config.yaml").image_dtype == "float16"
    assert verify(tmp_path / "half", systems=1).whole
    with pytest.raises(ValueError, match="fits has no image_dtype 'float16'; give float32"):
        make_dataset(file, save_to_disk=True, image_file_format="fits")
    with pytest.raises(StorageError, match="its image_dtype is float16, not float32"):
        generate(tmp_path / "half", resume=True)


@pytest.mark.slow
def test_npy_without_a_table_and_half_precision(tmp_path: Path) -> None:
    generate(tmp_path / "a", image_file_format="npy", csv=False)
    generate(tmp_path / "b", image_dtype="float16", compression="gzip")
    generate(tmp_path / "c", image_file_format="npy", image_dtype="float16")
    for name in "abc":
        found = verify(tmp_path / name)
        assert found.whole, str(found)
        assert "bit for bit" in str(found)
