"""The systems of one configuration of a dataset, chunk after chunk on the host."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from typing import Any

import jax
import numpy as np

from jaxlens.engine.batch_size import ALLOCATION_ERRORS, Plan, halved_size
from jaxlens.engine.completion import CompletePrograms, refuse_not_finite
from jaxlens.engine.devices import batches_at_once
from jaxlens.engine.executable import Executable, batch_indices
from jaxlens.engine.job import Job
from jaxlens.engine.pipeline import Pipeline
from jaxlens.engine.precision import Rounding
from jaxlens.files.contents import ArrayName, Chunk
from jaxlens.files.haloes import ragged_haloes
from jaxlens.files.metadata import Column, catalog_columns, image_columns
from jaxlens.files.series import series_values
from jaxlens.imaging.point_sources import main_source
from jaxlens.imaging.scene import Scene
from jaxlens.simulator.generation import Batch


class Chunks:
    """The chunks of a job in order; where there are no systems, and no plan, one chunk of none.

    Where memory runs out the rest is made in smaller batches, with a warning.

    Args:
        job: the systems.
        plan: the compiled program with the batch of the first systems; None where there are no systems.

    Attributes:
        batch_size: the number of systems of the smallest batch that was made until now.
    """

    def __init__(self, job: Job, plan: Plan | None) -> None:
        self._job, self._plan = job, plan
        self.batch_size = plan.executable.size if plan else 0

    def __iter__(self) -> Generator[Chunk, None, None]:
        """Make them.

        Raises:
            ValueError: if a value or a pixel is not finite.
            MemoryError: if there is not enough memory for one system at a time.
        """
        if self._plan is None:
            yield _chunk(self._job, self._job.start, self._job.empty_batch())
            return
        executable, first, job = self._plan.executable, [self._plan.first], self._job
        done = job.start
        while done < job.stop:
            try:
                if executable.size != self.batch_size:
                    executable = job.executable(self.batch_size)
                for chunk in _chunks_from(job, executable, done, first):
                    yield chunk
                    done += chunk.count
            except ALLOCATION_ERRORS as error:
                self.batch_size = halved_size(job, self.batch_size, error)


def _chunks_from(job: Job, executable: Executable, done: int, first: list[Batch]) -> Iterator[Chunk]:
    """The chunks from system `done` on.

    The last batch has its full size and is cut, so that one compiled program makes all.  `first` holds the
    batch of the job's first system until it is used.
    """
    programs, rounding = CompletePrograms(job, executable), Rounding(job)

    def make(start: int) -> Batch:
        wanted = min(executable.size, job.stop - start)
        made = first.pop() if start == job.start and first else None
        batch = programs.run(job.key, batch_indices(start, executable.size), wanted, made)
        batch = rounding(batch, range(start, start + wanted))
        return jax.tree.map(lambda leaf: leaf[:wanted], executable.unpack(batch))

    workers = batches_at_once(job.devices)
    starts = range(done, job.stop, executable.size)
    with contextlib.closing(Pipeline(make, starts, ahead=2 * workers, workers=workers)) as batches:
        for start, batch in batches:
            indices = range(start, start + len(batch.finite))
            programs.warn_of_missing_images(indices, np.asarray(batch.overflow))
            refuse_not_finite(job, indices, batch)
            yield _chunk(job, start, batch)


def _main_source(scene: Scene) -> str | None:
    """The source whose images deeplenstronomy's own columns list: None for the last point source."""
    return None if scene.lensed_points else main_source(scene)


def _chunk(job: Job, start: int, batch: Batch) -> Chunk:
    """A batch on the host as the files take it."""
    values: dict[str, Column] = {name: np.asarray(value) for name, value in batch.values.items()}
    arrays_of_haloes = {name: np.asarray(array) for name, array in (batch.haloes or {}).items()}
    haloes = ragged_haloes(arrays_of_haloes, values)
    simulator = job.simulator
    if simulator.configuration.series is not None:
        values = series_values(simulator.configuration, values, simulator.parameter_names)
    if job.positions:
        positions: Any = batch.positions
        values |= image_columns(positions, _main_source(job.simulator.scene))
    values |= catalog_columns(simulator.config.catalog_of(simulator.configuration), values)
    arrays: dict[ArrayName, np.ndarray] = {name: np.asarray(getattr(batch, name)) for name in job.arrays}
    return Chunk(start, values, arrays, haloes)
