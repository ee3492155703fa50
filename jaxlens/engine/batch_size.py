"""How many systems are made at a time: as many as are made fastest, and no more than memory holds."""

from __future__ import annotations

import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.config.memory import halo_numbers
from jaxlens.config.users_line import users_line
from jaxlens.engine.devices import batches_at_once, memory_for_batch
from jaxlens.engine.executable import Executable, batch_indices
from jaxlens.engine.job import Job
from jaxlens.files.contents import PLANES
from jaxlens.simulator.generation import Batch

# The bytes of a batch's largest array.  On a CPU it should stay in a core's cache, which holds some MiB.
_BYTES_ON_CPU = 2 * 2**20
# An accelerator is busy only with far more pixels at a time.
_BYTES_ON_ACCELERATOR = 64 * 2**20
# Systems; larger batches are not faster.
_MAX_SYSTEMS = 1024

# Other batch sizes are measured only in a run of at least this many batches,
_BATCHES_OF_LONG_RUN = 1000
# and only if the run takes at least this many times as long as compiling a program.
_COMPILATIONS_OF_LONG_RUN = 50
# Seconds that a compilation is taken to need at least, since the first may have come from a cache.
_MIN_SECONDS_OF_COMPILATION = 5.0
# The other sizes are smaller and larger by this factor.
_SIZE_FACTOR = 4

# What jax and Python raise where an allocation fails.
ALLOCATION_ERRORS = (MemoryError, jax.errors.JaxRuntimeError)


@dataclass(frozen=True)
class Plan:
    """A compiled program and the first batch that it has made, on the host, its values packed."""

    executable: Executable
    first: Batch


def automatic_batch_size(
    config: Config,
    systems: int,
    planes: bool = False,
    platform: str | None = None,
    epochs: int = 1,
    haloes: int = 0,
) -> int:
    """How many systems a batch has where nothing is measured: a power of two, from 1 to 1024.

    It is the largest whose images take at most 2 MiB on a CPU and 64 MiB on an accelerator, and not more
    than the next power of two above `systems`.  The images of a system take 4 x bands x (numPix x the finest
    supersampling)^2 bytes for each epoch, five times as many where the planes are made too; its haloes take
    4 bytes for each of their numbers.

    Args:
        config: the configuration file.
        systems: how many systems there are in all.
        planes: whether the planes are made too.
        platform: "cpu", "gpu", ...; by default that of the default backend.
        epochs: the number of epochs of a time series.
        haloes: how many numbers of haloes a system has.
    """
    instrument = config.instrument
    finest = max(instrument.supersampling_factor, instrument.numerics.point_source_supersampling_factor)
    side = instrument.num_pix * finest
    arrays = 1 + len(PLANES) if planes else 1
    most = _BYTES_ON_CPU if (platform or jax.default_backend()) == "cpu" else _BYTES_ON_ACCELERATOR
    fitting = max(1, most // (4 * (arrays * epochs * len(config.bands) * side**2 + haloes)))
    enough = 1 << max(0, systems - 1).bit_length()
    return int(min(1 << (fitting.bit_length() - 1), enough, _MAX_SYSTEMS))


def default_size(job: Job) -> int:
    """The batch size that is asked for, or the automatic one on every device."""
    platform, planes = job.devices[0].platform, "planes" in job.arrays
    series = job.simulator.configuration.series
    epochs = 1 if series is None else series.cadence.epochs
    haloes = halo_numbers(job.simulator.configuration)
    automatic = automatic_batch_size(job.simulator.config, job.count, planes, platform, epochs, haloes)
    return job.rounded(job.batch_size or automatic * len(job.devices))


def planned(job: Job) -> Plan:
    """Choose the batch size of a job, compile its program and make the first batch with it.

    The size is the one that was asked for, or else `automatic_batch_size`.  In a long run (more than a
    thousand batches that take fifty times as long as a compilation) it is the fastest of that size, a quarter
    of it and four times it.  A size that was not asked for fits into memory by the compiler's own count.
    Where memory does not suffice all the same, the size is halved, with a warning.

    Raises:
        MemoryError: if there is not enough memory for one system.
    """
    plan = _largest_that_runs(job, default_size(job))
    size = plan.executable.size
    if job.batch_size is not None or job.count < _BATCHES_OF_LONG_RUN * size:
        return plan
    seconds = seconds_per_system(job, plan.executable)
    compilation = max(plan.executable.seconds, _MIN_SECONDS_OF_COMPILATION)
    if seconds * job.count < _COMPILATIONS_OF_LONG_RUN * compilation:
        return plan
    others = [
        _measured(job, job.rounded(other)) for other in (size // _SIZE_FACTOR, size * _SIZE_FACTOR) if other
    ]
    return min([(seconds, plan), *filter(None, others)], key=lambda pair: pair[0])[1]


def seconds_per_system(job: Job, executable: Executable) -> float:
    """The seconds that a system takes, the better of two short measurements."""
    at_once = batches_at_once(job.devices)
    starts = range(job.start, job.start + 2 * at_once * executable.size, executable.size)
    seconds = []
    with ThreadPoolExecutor(at_once) as pool:
        for _ in range(2):
            began = time.perf_counter()
            list(pool.map(lambda start: executable.on_host(job.key, start), starts))
            seconds.append(time.perf_counter() - began)
    return min(seconds) / (len(starts) * executable.size)


def halved_size(job: Job, size: int, error: Exception) -> int:
    """Half the batch size, with a warning, after an allocation has failed; any other error is raised again.

    Args:
        job: the job.
        size: the batch size for which memory did not suffice.
        error: what was raised.

    Raises:
        MemoryError: if there is no smaller size.
    """
    if not _is_allocation_error(error):
        raise error
    if size <= len(job.devices):
        raise MemoryError(
            f"{job.label}: there is not enough memory for one system at a time; make numPix or the "
            "supersampling smaller, leave out the planes, or free memory on the device"
        ) from error
    half = job.rounded(size // 2)
    text = f"{job.label}: there is not enough memory for batches of {size} systems; going on with {half}"
    warnings.warn(text, stacklevel=users_line())
    return half


def _is_allocation_error(error: Exception) -> bool:
    text = str(error)
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower()


def _largest_that_runs(job: Job, size: int) -> Plan:
    """A program of at most `size` systems that has run."""
    while True:
        try:
            executable = job.executable(size)
            fitting = _fitting_size(job, executable)
            if job.batch_size is None and fitting < size:
                size = fitting
            else:
                return _with_first_batch(job, executable)
        except ALLOCATION_ERRORS as error:
            size = halved_size(job, size, error)


def _measured(job: Job, size: int) -> tuple[float, Plan] | None:
    """The seconds per system with batches of `size`, and the plan; None where memory does not suffice."""
    try:
        executable = job.executable(size)
        if _fitting_size(job, executable) < size:
            return None
        plan = _with_first_batch(job, executable)
        return seconds_per_system(job, executable), plan
    except ALLOCATION_ERRORS as error:
        if not _is_allocation_error(error):
            raise
        return None


def _with_first_batch(job: Job, executable: Executable) -> Plan:
    """The plan of a program; an error of its first run is raised here."""
    first = executable.run(job.key, batch_indices(job.start, executable.size))
    return Plan(executable, jax.tree.map(np.asarray, first))


def _fitting_size(job: Job, executable: Executable) -> int:
    """The program's size, halved until the memory that it needs, in proportion to the size, is available."""
    free, size, needed = memory_for_batch(job.devices), executable.size, executable.memory
    while free is not None and needed is not None and needed > free and size > len(job.devices):
        size, needed = job.rounded(size // 2), needed // 2
    return size
