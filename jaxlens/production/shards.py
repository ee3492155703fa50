"""Making one shard: in this process, or as a task of a worker."""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import jax

from jaxlens.engine.batch_size import default_size, planned
from jaxlens.engine.devices import chosen
from jaxlens.engine.job import Job
from jaxlens.files.contents import Chunk
from jaxlens.files.writer import Writer, Written
from jaxlens.production.chunks import Chunks
from jaxlens.production.layout import shard_suffix
from jaxlens.production.manifest import FileRecord, Shard
from jaxlens.production.recipe import Recipe

# The process in which this module was imported; a fork has its memory, and another number.
_PROCESS = os.getpid()


class Receiver(Protocol):
    """Something that takes chunks in order."""

    def append(self, chunk: Chunk) -> None:
        """Take in the next systems."""


@dataclass(frozen=True)
class Made:
    """A shard that is whole, and whose files have not their final names yet.

    Attributes:
        label: the label of its configuration.
        shard: its record for the manifest.
        written: its files.
        seconds: how long it took.
        first_seconds: the part of `seconds` until the first batch had arrived.
    """

    label: str
    shard: Shard
    written: tuple[Written, ...]
    seconds: float
    first_seconds: float


@dataclass(frozen=True)
class Task:
    """A shard for a worker to make; it can be pickled.

    Attributes:
        recipe: the pickled Recipe, which tasks share.
        folder: the folder of the dataset, which the worker can write.
        label: the label of the configuration.
        shard: which systems.
        count: the number of shards of the configuration.
        batch_size: systems that are made at a time.
        devices: how many devices share a batch.
    """

    recipe: bytes
    folder: str
    label: str
    shard: Shard
    count: int
    batch_size: int
    devices: int


def run_task(task: Task) -> Made:
    """Make a shard in a worker.

    Raises:
        RuntimeError: in a process that was forked, where JAX does not work; or where the worker has other
            devices than the process that gave the task.
    """
    if os.getpid() != _PROCESS:
        raise RuntimeError(
            "this worker was forked from a process that uses JAX, and JAX does not work in a fork; give "
            "ProcessPoolExecutor mp_context=multiprocessing.get_context('spawn')"
        )
    devices = chosen(None)
    if len(devices) != task.devices:
        raise RuntimeError(
            f"this worker has {len(devices)} devices, and the process that gave the task {task.devices}; "
            "give all the same, since a batch is shared by them"
        )
    recipe = _recipe(task.recipe)
    with jax.enable_x64(recipe.x64):
        job = recipe.job(task.label, devices, task.batch_size)
        return make_shard(recipe, job, task.shard, task.count, task.folder)


@lru_cache(maxsize=4)
def _recipe(pickled: bytes) -> Recipe:
    """The recipe, with its simulators, for all tasks of a worker."""
    recipe: Recipe = pickle.loads(pickled)
    return recipe


def make_shard(
    recipe: Recipe,
    job: Job,
    shard: Shard,
    count: int,
    folder: str,
    receivers: Sequence[Receiver] = (),
    check: Callable[[], None] = lambda: None,
) -> Made:
    """Make a shard's files beside their final names.

    Args:
        recipe: what is made.
        job: all systems of the configuration, with a batch size.
        shard: which of them.
        count: the number of shards of the configuration.
        folder: the folder of the dataset.
        receivers: what else takes the chunks.
        check: is called after each chunk, and raises where the work should end.
    """
    began = time.perf_counter()
    batch_size = default_size(job)
    job = replace(job, start=shard.start, count=shard.stop - shard.start)
    chunks = Chunks(job, planned(job) if job.count else None)
    suffix = shard_suffix(shard.number, count)
    first = 0.0
    writer = Writer(folder, recipe.contents(job, batch_size), recipe.format, recipe.csv, suffix)
    with writer, contextlib.closing(iter(chunks)) as made:
        for chunk in made:
            first = first or time.perf_counter()
            for receiver in (*receivers, writer):
                receiver.append(chunk)
            check()
    files = tuple(FileRecord(one.name, one.bytes, one.sha256) for one in writer.written)
    smaller = chunks.batch_size if chunks.batch_size and chunks.batch_size != batch_size else None
    whole = replace(shard, files=files, batch_size=smaller)
    return Made(job.label, whole, writer.written, time.perf_counter() - began, first - began)
