"""One shard, made here or as a worker's task."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import h5py
import jax
import numpy as np
import pytest

from jaxlens.files.contents import Chunk
from jaxlens.production import shards
from jaxlens.production.manifest import Shard
from jaxlens.production.shards import Made, Task, make_shards, run_task

from .conftest import BATCH, LABEL, Killed, field_recipe


class Starts:
    """Takes chunks."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int]] = []

    def append(self, chunk: Chunk) -> None:
        self.found.append((chunk.start, chunk.count))


def test_a_shard_has_its_systems_and_no_final_names_yet(undisturbed: Path, tmp_path: Path) -> None:
    recipe, starts = field_recipe(undisturbed), Starts()
    job = recipe.job(LABEL, tuple(jax.local_devices()), BATCH)
    found: list[Made] = []
    make_shards(recipe, job, [Shard(1, 4, 8), Shard(2, 8, 10)], 3, str(tmp_path), found.append, [starts])
    assert starts.found == [(4, 4), (8, 2)]
    assert [one.shard.number for one in found] == [1, 2]
    made = found[0]
    assert made.shard.whole
    assert [one.name for one in made.written] == [record.name for record in made.shard.files]
    written = [one.partial for both in found for one in both.written]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(written)
    name = f"{LABEL}_images-00001-of-00003.h5"
    assert (tmp_path / made.written[0].partial).read_bytes() == (undisturbed / name).read_bytes()
    assert made.first_seconds > 0.0
    with h5py.File(undisturbed / name) as file:
        assert file.attrs["start"] == 4
        assert np.shape(file["Field"]) == (4, 1, 8, 8)


def test_a_shard_that_is_ended_leaves_nothing(tmp_path: Path) -> None:
    def end() -> None:
        raise Killed

    recipe = field_recipe(tmp_path)
    job = recipe.job(LABEL, tuple(jax.local_devices()), BATCH)
    with pytest.raises(Killed):
        make_shards(recipe, job, [Shard(1, 4, 8)], 3, str(tmp_path), lambda made: None, [], end)
    assert list(tmp_path.iterdir()) == []


def test_a_shard_that_is_whole_is_recorded_although_the_next_one_fails(tmp_path: Path) -> None:
    calls = iter([None, Killed()])

    def end() -> None:
        if error := next(calls):
            raise error

    recipe, found = field_recipe(tmp_path), list[Made]()
    job = recipe.job(LABEL, tuple(jax.local_devices()), BATCH)
    with pytest.raises(Killed):
        make_shards(recipe, job, [Shard(0, 0, 4), Shard(1, 4, 8)], 3, str(tmp_path), found.append, [], end)
    assert [one.shard.number for one in found] == [0]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.partial for one in found[0].written)


def test_a_task_is_a_shard_that_another_process_can_make(undisturbed: Path, tmp_path: Path) -> None:
    recipe = pickle.dumps(field_recipe(undisturbed))
    task = Task(recipe, str(tmp_path), LABEL, Shard(2, 8, 10), 3, BATCH, len(jax.local_devices()))
    made = run_task(pickle.loads(pickle.dumps(task)))
    name = f"{LABEL}_metadata-00002-of-00003.csv"
    assert made.written[1].name == name
    assert (tmp_path / made.written[1].partial).read_bytes() == (undisturbed / name).read_bytes()
    with pytest.raises(
        RuntimeError, match=r"this worker has 1 devices, and the process that gave the task 2"
    ):
        run_task(replace(task, devices=2))


def test_a_fork_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "_PROCESS", -1)
    task = Task(b"", str(tmp_path), LABEL, Shard(0, 0, 4), 3, BATCH, 1)
    with pytest.raises(RuntimeError, match=r"JAX does not work in a fork; give .*'spawn'"):
        run_task(task)
