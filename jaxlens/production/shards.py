"""Making one shard: in this process, or as a task of a worker."""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, Protocol

import jax

from jaxlens.engine.batch_size import default_size, planned
from jaxlens.engine.devices import Devices, chosen
from jaxlens.engine.job import Job
from jaxlens.files.contents import Chunk
from jaxlens.files.errors import explained
from jaxlens.files.lots import pieces
from jaxlens.files.writer import PARTIAL, Writer, Written, remove
from jaxlens.production.chunks import Chunks
from jaxlens.production.identity import device_kind, versions
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
        first_seconds: how long it took until its first batch had arrived.
    """

    label: str
    shard: Shard
    written: tuple[Written, ...]
    first_seconds: float


class RunEnded(RuntimeError):
    """The run for which a worker makes a shard has ended."""


class Kind(NamedTuple):
    """What the last bits of an image depend on.

    Attributes:
        device_kind: the kind of the devices.
        versions: of jaxlens and of the packages that images depend on.
    """

    device_kind: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Task:
    """A shard for a worker to make; it can be pickled.

    Attributes:
        recipe: the pickled Recipe, which tasks share.
        folder: the folder of the dataset, which the worker can write.
        run: the name of a file in it that is there while the run goes on, see `begin_run`.
        label: the label of the configuration.
        shard: which systems.
        count: the number of shards of the configuration.
        batch_size: systems that are made at a time.
        devices: how many devices share a batch.
        kind: the devices and versions of the dataset.
        mixed: whether a worker may have others.
    """

    recipe: bytes
    folder: str
    run: str
    label: str
    shard: Shard
    count: int
    batch_size: int
    devices: int
    kind: Kind
    mixed: bool = False


def begin_run(folder: Path) -> str:
    """The name of a new file in a folder that tells workers that the run goes on, until it is removed.

    An executor may go on with a task after the run has ended, which would leave files that nobody wants.  As
    the other files that are no part of a dataset, this one is removed at the end, or by the next run.
    """
    name = f"run.{secrets.token_hex(8)}{PARTIAL}"
    with explained(folder / name), (folder / name).open("x"):
        return name


def run_task(task: Task, check: Callable[[], None] = lambda: None) -> Made:
    """Make a shard in a worker.

    Args:
        task: the shard.
        check: is called between batches too, and raises where the work should end.

    Raises:
        RunEnded: where the run has ended; nothing is left of the shard then.
        RuntimeError: in a process that was forked, where JAX does not work; or where the worker has other
            devices or versions than the dataset.
    """
    if os.getpid() != _PROCESS:
        raise RuntimeError(
            "this worker was forked from a process that uses JAX, and JAX does not work in a fork; give "
            "ProcessPoolExecutor mp_context=multiprocessing.get_context('spawn')"
        )
    refuse_ended = partial(_refuse_ended, Path(task.folder), task.run)
    refuse_ended()
    devices = chosen(None)
    if len(devices) != task.devices:
        raise RuntimeError(
            f"this worker has {len(devices)} devices, and the process that gave the task {task.devices}; "
            "give all the same, since a batch is shared by them"
        )
    shard, recipe = _by_this_worker(task, devices), _recipe(task.recipe)
    made: list[Made] = []

    def both() -> None:
        refuse_ended()
        check()

    with jax.enable_x64(recipe.x64):
        job = recipe.job(task.label, devices, task.batch_size)
        make_shards(recipe, job, [shard], task.count, task.folder, made.append, check=both)
    try:
        refuse_ended()
    except RunEnded:
        for written in made[0].written:
            remove(Path(task.folder) / written.partial)
        raise
    return made[0]


def _refuse_ended(folder: Path, run: str) -> None:
    """RunEnded where the file that `begin_run` has made is there no more."""
    try:
        (folder / run).stat()
    except FileNotFoundError:
        raise RunEnded(
            f"{folder}: the run that makes this dataset has ended, or another one has begun; if not, give "
            "workers that see this folder under this path"
        ) from None


def _by_this_worker(task: Task, devices: Devices) -> Shard:
    """The shard, which says what this worker is, where it is not what the dataset is made on.

    Raises:
        RuntimeError: if it is not, and must be.
    """
    own = Kind(device_kind(devices), versions())
    if own == task.kind:
        return task.shard
    if not task.mixed:
        found, wanted = (f"{kind} with {dict(packages)}" for kind, packages in (own, task.kind))
        raise RuntimeError(
            f"this worker is {found}, and the dataset is made on {wanted}, so that pixels would differ in "
            "their last bits; give workers of one kind, or allow_mixed=True (--allow-mixed)"
        )
    return replace(task.shard, device_kind=own.device_kind, versions=dict(own.versions))


@lru_cache(maxsize=4)
def _recipe(pickled: bytes) -> Recipe:
    """The recipe, with its simulators, for all tasks of a worker."""
    recipe: Recipe = pickle.loads(pickled)
    return recipe


def make_shards(
    recipe: Recipe,
    job: Job,
    shards: Sequence[Shard],
    count: int,
    folder: str,
    record: Callable[[Made], None],
    receivers: Sequence[Receiver] = (),
    check: Callable[[], None] = lambda: None,
) -> None:
    """Make the files of shards beside their final names.

    The files of one shard are brought to the disk while the next is made.

    Args:
        recipe: what is made.
        job: all systems of the configuration, with a batch size.
        shards: which of them; each begins where the one before ends.
        count: the number of shards of the configuration.
        folder: the folder of the dataset.
        record: takes each shard that is whole, also where an error then ends the work.
        receivers: what else takes the chunks.
        check: is called after each chunk, and raises where the work should end.
    """
    began = time.perf_counter()
    batch_size, start = default_size(job), shards[0].start
    job = replace(job, start=start, count=shards[-1].stop - start)
    chunks = Chunks(job, planned(job) if job.count else None)
    waiting: Future[Made] | None = None
    with ThreadPoolExecutor(1, "jaxlens-files") as thread, contextlib.closing(iter(chunks)) as made:
        try:
            by_shard = _pieces(made, shards)
            for shard in shards:
                own = replace(job, start=shard.start, count=shard.stop - shard.start)
                suffix = shard_suffix(shard.number, count)
                contents, first = recipe.contents(own, batch_size), 0.0
                with contextlib.ExitStack() as files:
                    writer = Writer(folder, contents, recipe.format, recipe.csv, suffix)
                    files.enter_context(writer)
                    for chunk in next(by_shard):
                        first = first or time.perf_counter()
                        for receiver in (*receivers, writer):
                            receiver.append(chunk)
                        check()
                    if waiting is not None:
                        # an error of the shard before this one removes the files of both
                        before, waiting = waiting, None
                        record(before.result())
                    whole = files.pop_all()
                if chunks.batch_size not in (0, batch_size):
                    shard = replace(shard, batch_size=chunks.batch_size)
                waiting = thread.submit(_completed, whole, writer, job.label, shard, first - began)
                began = time.perf_counter()
        finally:
            if waiting is not None:
                record(waiting.result())


def _completed(
    whole: contextlib.ExitStack, writer: Writer, label: str, shard: Shard, first_seconds: float
) -> Made:
    """A shard whose files are on the disk; called in a thread of its own."""
    whole.close()
    files = tuple(FileRecord(one.name, one.bytes, one.checksum) for one in writer.written)
    return Made(label, replace(shard, files=files), writer.written, first_seconds)


def _pieces(made: Iterable[Chunk], shards: Sequence[Shard]) -> Iterator[Iterator[Chunk]]:
    """The chunks of each shard; a shard ends with a batch, unless memory ran out and batches are smaller."""
    start, stop = shards[0].start, shards[0].stop
    chunks = (piece for chunk in made for piece in pieces(chunk, start, max(1, stop - start)))
    for shard in shards:
        yield _until(chunks, shard.stop)


def _until(chunks: Iterator[Chunk], stop: int) -> Iterator[Chunk]:
    """The chunks up to the one that ends at a system."""
    for chunk in chunks:
        yield chunk
        if chunk.start + chunk.count >= stop:
            return
