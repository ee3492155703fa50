"""Chunks come in order, also where memory runs out, and where there are no systems."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from jaxlens.engine.batch_size import planned
from jaxlens.engine.job import Job
from jaxlens.production.chunks import Chunks

from .conftest import BATCH, LABEL, field_recipe

RADIUS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return field_recipe(tmp_path).job(LABEL, tuple(jax.local_devices()), BATCH)


@pytest.mark.long
def test_chunks_are_those_of_the_whole_wherever_they_begin(job: Job) -> None:
    chunks = list(Chunks(job, planned(job)))
    assert [(chunk.start, chunk.count) for chunk in chunks] == [(0, 4), (4, 4), (8, 2)]
    later = replace(job, start=4, count=6)
    for one, other in zip(Chunks(later, planned(later)), chunks[1:], strict=True):
        assert (one.start, one.count) == (other.start, other.count)
        np.testing.assert_array_equal(one.values[RADIUS], other.values[RADIUS])
        np.testing.assert_array_equal(one.arrays["images"], other.arrays["images"])


def test_no_systems_are_one_chunk_of_none(job: Job) -> None:
    (chunk,) = Chunks(replace(job, count=0), None)
    assert (chunk.start, chunk.count, chunk.arrays["images"].shape) == (0, 0, (0, 1, 8, 8))
    assert chunk.values[RADIUS].shape == (0,)


def failing(job: Job, error: Exception, size: int = BATCH) -> tuple[Job, list[int]]:
    """A plan's job whose programs of this size fail after their first batch, and the sizes that ran."""
    ran: list[int] = []
    plain = job.simulator

    class Failing(Job):
        def executable(self, wanted: int, image_slots: int | None = None):
            found = super().executable(BATCH, image_slots)

            def run(key, indices):
                ran.append(wanted)
                if wanted == size and len(ran) > 1:
                    raise error
                # the program of all tests makes a full batch, of which the first are wanted
                padded = np.concatenate([indices, np.repeat(indices[-1:], BATCH - len(indices), 0)])
                return jax.tree.map(lambda leaf: leaf[: len(indices)], found.run(key, padded))

            return replace(found, size=wanted, run=run)

    fields = {name: getattr(job, name) for name in job.__dataclass_fields__}
    return Failing(**{**fields, "simulator": plain}), ran


def test_where_memory_runs_out_the_rest_is_made_in_smaller_batches(job: Job) -> None:
    expected = np.concatenate([chunk.values[RADIUS] for chunk in Chunks(job, planned(job))])
    error = jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1 bytes")
    short, ran = failing(job, error)
    chunks = Chunks(short, planned(short))
    with pytest.warns(UserWarning, match="not enough memory for batches of 4 systems; going on with 2"):
        made = list(chunks)
    assert [(chunk.start, chunk.count) for chunk in made] == [(0, 4), (4, 2), (6, 2), (8, 2)]
    assert chunks.batch_size == 2
    assert set(ran) == {4, 2}
    np.testing.assert_array_equal(np.concatenate([chunk.values[RADIUS] for chunk in made]), expected)


def test_another_error_is_no_lack_of_memory(job: Job) -> None:
    broken, _ = failing(job, jax.errors.JaxRuntimeError("INTERNAL: the device is on fire"))
    with pytest.raises(jax.errors.JaxRuntimeError, match="on fire"):
        list(Chunks(broken, planned(broken)))
