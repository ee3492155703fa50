"""One shard, made here or as a worker's task."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import jax
import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.production import shards
from jaxlens.production.identity import device_kind, versions
from jaxlens.production.manifest import Shard
from jaxlens.production.shards import Kind, Made, RunEnded, Task, begin_run, make_shards, run_task

from .conftest import BATCH, LABEL, Killed, field_recipe


class Starts:
    """Takes chunks."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int]] = []

    def append(self, chunk: Chunk) -> None:
        self.found.append((chunk.start, chunk.count))


def test_shards_have_their_systems_and_no_final_names_yet(undisturbed: Path, tmp_path: Path) -> None:
    recipe, starts, made = field_recipe(undisturbed), Starts(), list[Made]()
    job = recipe.job(LABEL, tuple(jax.local_devices()), BATCH)
    make_shards(recipe, job, [Shard(1, 4, 8), Shard(2, 8, 10)], 3, str(tmp_path), made.append, [starts])
    assert starts.found == [(4, 4), (8, 2)]
    assert [(one.label, one.shard.number, one.shard.whole) for one in made] == [
        (LABEL, 1, True),
        (LABEL, 2, True),
    ]
    written = [file for one in made for file in one.written]
    assert [file.name for file in written] == [record.name for one in made for record in one.shard.files]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.partial for file in written)
    for file in written:
        assert (tmp_path / file.partial).read_bytes() == (undisturbed / file.name).read_bytes()
    with h5py.File(undisturbed / f"{LABEL}_images-00001-of-00003.h5") as file:
        assert file.attrs["start"] == 4
        assert np.shape(file["Field"]) == (4, 1, 8, 8)


@pytest.mark.parametrize("moment", ["between batches", "while the shard before is recorded"])
def test_work_that_is_ended_leaves_what_was_whole(moment: str, tmp_path: Path) -> None:
    checks, made = [2], list[Made]()

    def end() -> None:
        checks[0] -= moment == "between batches"
        if checks[0] == 0:
            raise Killed

    def record(one: Made) -> None:
        made.append(one)
        if moment != "between batches":
            raise Killed

    recipe = field_recipe(tmp_path)
    job = recipe.job(LABEL, tuple(jax.local_devices()), BATCH)
    shards = [Shard(0, 0, 4), Shard(1, 4, 8), Shard(2, 8, 10)]
    with pytest.raises(Killed):
        make_shards(recipe, job, shards, 3, str(tmp_path), record, [], end)
    assert [one.shard.number for one in made] == [0]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.partial for one in made[0].written)


def test_chunks_that_do_not_end_where_shards_do_are_cut() -> None:
    made = [Chunk(start, {"H0": np.arange(start, stop)}, {}) for start, stop in ((4, 6), (6, 10), (10, 11))]
    found = [
        [(chunk.start, chunk.count) for chunk in own]
        for own in shards._pieces(made, [Shard(1, 4, 7), Shard(2, 7, 10), Shard(3, 10, 11)])
    ]
    assert found == [[(4, 2), (6, 1)], [(7, 3)], [(10, 1)]]


def test_a_task_is_a_shard_that_another_process_can_make(undisturbed: Path, tmp_path: Path) -> None:
    recipe = pickle.dumps(field_recipe(undisturbed))
    devices = tuple(jax.local_devices())
    kind, run = Kind(device_kind(devices), versions()), begin_run(tmp_path)
    task = Task(recipe, str(tmp_path), run, LABEL, Shard(2, 8, 10), 3, BATCH, len(devices), kind)
    made = run_task(pickle.loads(pickle.dumps(task)))
    name = f"{LABEL}_metadata-00002-of-00003.csv"
    assert made.written[1].name == name
    assert (tmp_path / made.written[1].partial).read_bytes() == (undisturbed / name).read_bytes()
    with pytest.raises(
        RuntimeError, match=r"this worker has 1 devices, and the process that gave the task 2"
    ):
        run_task(replace(task, devices=2))
    other = replace(task, kind=Kind("tpu", versions()))
    with pytest.raises(RuntimeError, match=r"this worker is cpu .*, and the dataset is made on tpu .*--all"):
        run_task(other)
    shard = run_task(replace(other, mixed=True)).shard
    assert (made.shard.device_kind, shard.device_kind, shard.versions) == (None, *kind)


@pytest.mark.parametrize("moment", ["before", "planned", "_completed"])
def test_a_worker_leaves_nothing_of_a_run_that_has_ended(
    moment: str, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends before its task, while its program is compiled, or when the shard is written."""
    devices = tuple(jax.local_devices())
    kind, run = Kind(device_kind(devices), versions()), begin_run(tmp_path)
    recipe = pickle.dumps(field_recipe(undisturbed))
    task = Task(recipe, str(tmp_path), run, LABEL, Shard(2, 8, 10), 3, BATCH, len(devices), kind)
    if moment == "before":
        (tmp_path / run).unlink()
    else:
        then = getattr(shards, moment)

        def ended(*arguments: Any) -> Any:
            found = then(*arguments)
            (tmp_path / run).unlink()
            return found

        monkeypatch.setattr(shards, moment, ended)
    with pytest.raises(RunEnded, match="the run that makes this dataset has ended"):
        run_task(task)
    assert list(tmp_path.iterdir()) == []


def test_a_fork_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "_PROCESS", -1)
    task = Task(b"", str(tmp_path), "", LABEL, Shard(0, 0, 4), 3, BATCH, 1, Kind("cpu", {}))
    with pytest.raises(RuntimeError, match=r"JAX does not work in a fork; give .*'spawn'"):
        run_task(task)
