"""Systems of one configuration for a stream, with any indices, made in parts of a static size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.memory import halo_numbers
from jaxlens.engine.batch_size import automatic_batch_size
from jaxlens.engine.completion import CompletePrograms, refuse_not_finite
from jaxlens.engine.devices import Devices, batches_at_once
from jaxlens.engine.job import Job
from jaxlens.engine.precision import Rounding
from jaxlens.sampling.indices import index_words
from jaxlens.simulator.generation import Batch
from jaxlens.simulator.simulator import Simulator

# Systems; a smaller part does not fill the vector registers of a core.
_MIN_ON_CPU = 8


def part_size(simulator: Simulator, most: Sequence[int], place: int, devices: Devices) -> int:
    """How many systems of a configuration are made at a time on each device.

    What a batch can hold is divided evenly: into parts of at most what suits the device, and on a CPU into
    enough parts to keep all cores busy.

    Args:
        simulator: the configuration.
        most: the most systems of each configuration that a device's share of a batch can hold.
        place: the configuration's place in `most`.
        devices: the devices that share a batch.
    """
    platform, held = devices[0].platform, most[place]
    haloes = halo_numbers(simulator.configuration)
    suited = automatic_batch_size(simulator.config, held, platform=platform, haloes=haloes)
    if platform == "cpu":
        suited = min(suited, max(_MIN_ON_CPU, -(-sum(most) // batches_at_once(devices))))
    return -(-held // -(-held // suited))


class Part:
    """Makes the systems of a job, with any indices, a part at a time.

    Args:
        job: the configuration; its batch size is that of a part, on all devices together.
    """

    def __init__(self, job: Job) -> None:
        assert job.batch_size is not None, "a part has a static size"
        self.size, self._job = job.batch_size, job
        self._executable = job.executable(self.size)
        self._programs, self._rounding = CompletePrograms(job, self._executable), Rounding(job)

    def run(self, key: Callable[[int], np.ndarray], indices: np.ndarray) -> Batch:
        """The systems of these indices on the devices, their values packed.

        Args:
            key: the raw key of systems by the upper 32 bits of their index.
            indices: (size,), uint64.
        """
        upper = indices >> np.uint64(32)
        first, *others = np.unique(upper).tolist()
        batch = self._with_upper_word(key, indices, first)
        for word in others:
            # only where a batch crosses a multiple of 2^32
            other = self._with_upper_word(key, indices, word)
            batch = jax.tree.map(partial(_where, upper == word), *with_equal_haloes(other, batch))
        return batch

    def _with_upper_word(self, key: Callable[[int], np.ndarray], indices: np.ndarray, word: int) -> Batch:
        """Those of the systems whose index has this upper word; one of them stands for each of the others."""
        own = indices >> np.uint64(32) == word
        return self._complete(key(word), np.where(own, indices, indices[np.argmax(own)]))

    def _complete(self, key: np.ndarray, indices: np.ndarray) -> Batch:
        """Systems `indices` with all images of each point source; their upper word is in the key."""
        words = index_words(indices)
        words[:, 1] = 0
        batch = self._programs.run(key, words)
        if not np.asarray(batch.finite).all():
            refuse_not_finite(self._job, indices.tolist(), self._executable.unpack(batch), key)
        self._programs.warn_of_missing_images(indices.tolist(), np.asarray(batch.overflow))
        return self._rounding(batch, indices.tolist())


def with_equal_haloes(one: Batch, other: Batch) -> tuple[Batch, Batch]:
    """Two batches whose arrays of haloes are equally long, the shorter ones with zeros at the end."""
    if one.haloes is None or other.haloes is None:
        return one, other
    widths = {name: max(one.haloes[name].shape[1], other.haloes[name].shape[1]) for name in one.haloes}

    def padded(batch: Batch) -> Batch:
        arrays = batch.haloes or {}
        longer = {
            name: jnp.pad(array, ((0, 0), (0, widths[name] - array.shape[1])))
            for name, array in arrays.items()
        }
        return batch._replace(haloes=longer)

    return padded(one), padded(other)


def _where(chosen: np.ndarray, new: jax.Array, old: jax.Array) -> jax.Array:
    """The rows of `new` where they are chosen, of `old` elsewhere."""
    return jnp.where(chosen.reshape(-1, *[1] * (new.ndim - 1)), new, old)
