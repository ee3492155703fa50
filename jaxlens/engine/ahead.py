"""Programs that are compiled in threads while earlier configurations are made."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence

import jax
import jax.numpy as jnp

from jaxlens.engine.batch_size import default_size
from jaxlens.engine.devices import cores
from jaxlens.engine.job import Job
from jaxlens.engine.pipeline import Pipeline

# The largest number of programs that are compiled at the same time, since each takes memory.
_MAX_WORKERS = 4


def compiled_ahead(jobs: Sequence[Job]) -> Generator[None, None, None]:
    """Yield once for each job, in order, when its program is compiled; a single job is not compiled here.

    A compiled program is kept, so that `planned` does not compile it again.  An error is not raised here, but
    where `planned` compiles the program.

    Args:
        jobs: the jobs, in the order in which they are made.
    """
    if len(jobs) < 2:
        yield from (None for _ in jobs)
        return
    x64 = jnp.result_type(float) == jnp.float64

    def compile_program(number: int) -> None:
        job = jobs[number]
        # a thread does not have the settings of the thread that has started it
        with jax.enable_x64(x64), contextlib.suppress(Exception):
            if job.count:
                job.executable(default_size(job))

    workers = min(len(jobs), cores(), _MAX_WORKERS)
    pipeline = Pipeline(compile_program, range(len(jobs)), ahead=workers, workers=workers)
    with contextlib.closing(pipeline):
        yield from (None for _ in pipeline)
