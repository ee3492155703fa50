"""How many systems are made at a time: as many as are made fastest, and not more than memory holds."""

from __future__ import annotations

import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import jax

from jaxlens.engine.devices import batches_at_once, room
from jaxlens.engine.executable import Program
from jaxlens.engine.job import Job
from jaxlens.simulator.batched import Batch

# Other sizes are tried where there are so many batches, which take so many times as long as a compilation.
_MANY_BATCHES = 1000
_WORTH_COMPILATIONS = 50
# Seconds that one is taken to need at least: the first may have come from a cache, where the others are not.
_SECONDS_OF_COMPILATION = 5.0
_STEP = 4
FAILURES = (MemoryError, jax.errors.JaxRuntimeError)


@dataclass(frozen=True)
class Plan:
    """The program that a job is made with, and the first batch, which it has made."""

    program: Program
    first: Batch


def planned(job: Job) -> Plan:
    """Choose the batch size of a job, compile its program and see that it runs.

    It is the size that was asked for, or else `automatic_batch_size`; of a long run, one of more than a
    thousand batches that will take fifty times as long as a compilation, the fastest of that, a quarter
    and four times of it.  What is chosen and not asked for fits into memory by the compiler's own
    count.  Where memory does not suffice all the same, the size is halved, with a warning.

    Raises:
        MemoryError: if there is not enough memory for one system.
    """
    plan = _proven(job, job.default_size)
    size = plan.program.size
    if job.batch_size is not None or job.count < _MANY_BATCHES * size:
        return plan
    best = pace(job, plan.program)
    if best * job.count < _WORTH_COMPILATIONS * max(plan.program.seconds, _SECONDS_OF_COMPILATION):
        return plan
    others = [_tried(job, job.rounded(other)) for other in (size // _STEP, size * _STEP) if other]
    return min([(best, plan), *filter(None, others)], key=lambda one: one[0])[1]


def pace(job: Job, program: Program) -> float:
    """The seconds that a system takes, the best of two short measurements."""
    at_once = batches_at_once(job.devices)
    starts = range(0, 2 * at_once * program.size, program.size)
    seconds = []
    with ThreadPoolExecutor(at_once) as pool:
        for _ in range(2):
            began = time.perf_counter()
            list(pool.map(program.run, starts))
            seconds.append(time.perf_counter() - began)
    return min(seconds) / (len(starts) * program.size)


def smaller(job: Job, size: int, error: Exception) -> int:
    """Half the batch size, with a warning, after an allocation has failed; any other error is raised again.

    Raises:
        MemoryError: if there is nothing smaller.
    """
    if not _is_memory(error):
        raise error
    if size <= len(job.devices):
        raise MemoryError(
            f"{job.label}: there is not enough memory for one system at a time; make numPix or the "
            "supersampling smaller, leave out the planes, or free memory on the device"
        ) from error
    half = job.rounded(size // 2)
    text = f"{job.label}: there is not enough memory for batches of {size} systems; going on with {half}"
    warnings.warn(text, stacklevel=2)
    return half


def _is_memory(error: Exception) -> bool:
    text = str(error)
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower()


def _proven(job: Job, size: int) -> Plan:
    """A program that has run, of at most `size` systems."""
    while True:
        try:
            program = job.program(size)
            fitting = _fitting(job, program)
            if job.batch_size is None and fitting < size:
                size = fitting
            else:
                return Plan(program, program.run(0))
        except FAILURES as error:
            size = smaller(job, size, error)


def _tried(job: Job, size: int) -> tuple[float, Plan] | None:
    """The pace of a program of just `size` systems, and its plan; None where memory does not suffice."""
    try:
        program = job.program(size)
        if _fitting(job, program) < size:
            return None
        plan = Plan(program, program.run(0))
        return pace(job, program), plan
    except FAILURES as error:
        if not _is_memory(error):
            raise
        return None


def _fitting(job: Job, program: Program) -> int:
    """The program's size, halved until it fits into memory, which it takes in proportion."""
    free, size, needed = room(job.devices), program.size, program.memory
    while free is not None and needed is not None and needed > free and size > len(job.devices):
        size, needed = job.rounded(size // 2), needed // 2
    return size
