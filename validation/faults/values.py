"""Allocations that fail, values that are not finite, and clocks that jump."""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from unittest import mock

import jax
import numpy as np

from jaxlens.engine import completion, executable
from jaxlens.engine.progress import Progress
from jaxlens.production.manifest import read_manifest
from jaxlens.production.verification import verify
from validation.faults.disk import _left
from validation.faults.laboratory import BATCH, Laboratory, checksums, recorded
from validation.faults.outcome import Outcome


def allocation(laboratory: Laboratory, count: int) -> Outcome:
    """The engine's one call raises RESOURCE_EXHAUSTED: the batch is halved, and the shard tells."""
    outcome = Outcome("allocation that fails")
    laboratory.undisturbed()
    for number in range(count):
        folder = laboratory.new()
        first = laboratory.random.randrange(1, 16)
        with warnings.catch_warnings(), mock.patch("jaxlens.engine.job.compiled", _short_of_memory(first)):
            warnings.simplefilter("ignore", UserWarning)
            laboratory.finish(folder, ("h5", "npy")[number % 2])
        said = verify(folder, systems=2)
        smaller = {one.shard.number for one in said.shards if one.shard.batch_size == BATCH // 2}
        expected = set(range(first, 16))
        problems = [] if smaller == expected else [f"smaller batches in {smaller}, not {expected}"]
        problems += [] if said.whole else [f"verify: {said}"]
        outcome.add(problems, not said.whole)
    return outcome


def not_finite(laboratory: Laboratory, count: int) -> Outcome:
    """A value that is not finite ends the run: what is whole is kept, nothing is half written."""
    outcome = Outcome("NaN in a batch")
    refuse = completion.refuse_not_finite
    for number in range(count):
        form = ("h5", "npy")[number % 2]
        expected, folder, wrong = laboratory.undisturbed(form), laboratory.new(), number * 37 % 155

        def broken(job: Any, indices: Any, batch: Any, wrong: int = wrong) -> None:
            finite = np.asarray([index != wrong for index in indices])
            refuse(job, indices, batch._replace(finite=finite))

        problems = ["no error"]
        try:
            with mock.patch("jaxlens.production.chunks.refuse_not_finite", broken):
                laboratory.finish(folder, form)
        except ValueError as error:
            problems = [] if f"is not finite in system {wrong}" in str(error) else [str(error)]
        problems += laboratory.faults(folder, expected) + _left(folder)
        lost = recorded(folder) != wrong // BATCH
        laboratory.finish(folder, form)
        outcome.add(problems, lost, checksums(folder) == expected)
    return outcome


def jumping_clock(laboratory: Laboratory, count: int) -> Outcome:
    """The clock jumps forth and back by hours."""
    outcome = Outcome("clock that jumps")
    expected = laboratory.undisturbed()
    for number in range(count):
        folder, clock = laboratory.new(), _jumping(number)
        progress = partial(Progress, clock=clock)
        with mock.patch("jaxlens.production.run.Progress", progress), mock.patch.object(time, "time", clock):
            laboratory.finish(folder, progress=None)
        manifest = read_manifest(folder)
        problems = [] if manifest is not None and manifest.complete else ["is not complete"]
        outcome.add(problems, same=checksums(folder) == expected)
    return outcome


def _jumping(seed: int) -> Callable[[], float]:
    """A clock that jumps by up to a day at each look."""
    choice = random.Random(seed)
    return lambda: 1e9 + choice.uniform(-86400.0, 86400.0)


def _short_of_memory(first: int) -> Callable[..., executable.Executable]:
    """`compiled`, whose full batches fail from a shard on."""
    compiled = executable.compiled

    def limited(simulator: Any, size: int, *others: Any) -> executable.Executable:
        found = compiled(simulator, size, *others)

        def run(key: Any, indices: np.ndarray) -> Any:
            if size == BATCH and int(indices[0, 0]) // BATCH >= first:
                raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1 bytes")
            return found.run(key, indices)

        return replace(found, run=run)

    return limited
