"""The systems of one configuration as a stream of chunks.

Batches of one static size are made in threads of their own, a few at the same time, while earlier ones are
written by the thread that asks: computing, copying to the host and writing overlap, and errors of writing
come where the chunk was asked for.  No more than a few batches exist at a time.
"""

from __future__ import annotations

import contextlib
import warnings
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

from jaxlens.engine.batch_size import FAILURES, Plan, smaller
from jaxlens.engine.devices import batches_at_once
from jaxlens.engine.executable import Program, nothing
from jaxlens.engine.job import Job
from jaxlens.files.contents import ArrayName, Chunk
from jaxlens.files.metadata import Column, image_columns
from jaxlens.simulator.batched import Batch

_MOST_IMAGE_SLOTS = 64


def chunks(job: Job, plan: Plan | None) -> Generator[Chunk, None, None]:
    """The chunks in order, on the host; one chunk of none if there are no systems, and then no plan.

    Where memory runs out the rest is made in smaller batches, with a warning.
    """
    if plan is None:
        yield _on_host(job, 0, 0, nothing(job.simulator, job.arrays))
        return
    size, program, done = plan.program.size, plan.program, 0
    while done < job.count:
        try:
            program = program if program.size == size else job.program(size)
            first = plan.first if done == 0 and program is plan.program else None
            for chunk in _made(job, program, done, first):
                yield chunk
                done += chunk.count
        except FAILURES as error:
            size = smaller(job, size, error)


def _made(job: Job, program: Program, start: int, first: Batch | None) -> Iterator[Chunk]:
    """The chunks from system `start` on."""
    roomy: dict[int, Program] = {job.simulator.scene.image_slots: program}
    with contextlib.closing(_batches(job, program, start, first)) as batches:
        for begin, batch in batches:
            count = min(program.size, job.count - begin)
            yield _on_host(job, begin, count, _with_all_images(job, begin, count, batch, roomy))


def _batches(
    job: Job, program: Program, start: int, first: Batch | None
) -> Generator[tuple[int, Batch], None, None]:
    """The batches in order; the last one runs past the end, so that one program makes them all."""
    at_once = batches_at_once(job.devices)
    ahead: deque[tuple[int, Future[Batch]]] = deque()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="jaxlens")
    try:
        for begin in range(start if first is None else start + program.size, job.count, program.size):
            ahead.append((begin, pool.submit(program.run, begin)))
            if first is not None:
                yield start, first
                first = None
            if len(ahead) > 2 * at_once:
                yield _finished(ahead)
        if first is not None:
            yield start, first
        while ahead:
            yield _finished(ahead)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(ahead: deque[tuple[int, Future[Batch]]]) -> tuple[int, Batch]:
    begin, future = ahead.popleft()
    return begin, future.result()


def _on_host(job: Job, start: int, count: int, batch: Batch) -> Chunk:
    """The first `count` systems of a batch."""
    values: dict[str, Column] = {name: np.asarray(value)[:count] for name, value in batch.values.items()}
    _refuse_what_is_not_finite(job.label, start, np.asarray(batch.finite)[:count], values)
    if job.positions:
        positions: Any = jax.tree.map(lambda leaf: np.asarray(leaf)[:count], batch.positions)
        values |= image_columns(positions)
    made: dict[ArrayName, np.ndarray] = {}
    if batch.images is not None:
        made["images"] = np.asarray(batch.images)[:count]
    if batch.planes is not None:
        made["planes"] = np.asarray(batch.planes)[:count]
    return Chunk(start, values, made)


def _refuse_what_is_not_finite(label: str, start: int, finite: np.ndarray, values: dict[str, Column]) -> None:
    """ValueError where a number is NaN or infinite.

    Redshifts are that two tables put out of order, and images of numbers that cannot be, as a seeing of -1.
    """
    if finite.all():
        return
    system = int(np.argmin(finite))
    wrong = [name for name, value in values.items() if not np.all(np.isfinite(value[system]))]
    raise ValueError(
        f"{label}: {wrong[0] if wrong else 'the image'} is not finite in system {start + system}; "
        "give DISTRIBUTIONs and tables that have a possible number for every system"
    )


def _with_all_images(job: Job, start: int, count: int, batch: Batch, roomy: dict[int, Program]) -> Batch:
    """Make a batch again, with twice the slots, while a point source of it has more images than slots.

    `roomy` holds the programs by number of slots, so each is compiled once.
    """
    slots = min(roomy)
    size = roomy[slots].size
    while np.any(batch.overflow[:count]) and slots < _MOST_IMAGE_SLOTS:
        slots *= 2
        if slots not in roomy:
            roomy[slots] = job.program(size, slots)
        batch = roomy[slots].run(start)
    lacking = start + np.flatnonzero(batch.overflow[:count])
    if lacking.size:
        systems = ", ".join(map(str, lacking))
        warnings.warn(
            f"{job.label}: a point source has more than {slots} images in system {systems}; "
            "some of them are missing from the picture",
            stacklevel=2,
        )
    return batch
