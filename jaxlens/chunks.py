"""The systems of one configuration as a stream of chunks.

Systems are made in chunks of one static size, so a configuration is compiled once, and chunk k + 1 is on
the device while chunk k is converted and written.
"""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.formats import PLANES, ArrayName, Chunk
from jaxlens.metadata import Column, image_columns
from jaxlens.simulator import Batch, Simulator

_CHUNK_BYTES = 64 * 2**20
_MOST_SYSTEMS = 1024
_MOST_IMAGE_SLOTS = 64


def automatic_batch_size(config: Config, systems: int, planes: bool = False) -> int:
    """How many systems a chunk has: a power of two, from 1 to 1024.

    It is the largest whose images, of 4 x bands x (numPix x the finest supersampling)^2 bytes a system, and
    four times that again for the planes where they are made, take at most 64 MiB, and not more than the
    next power of two above `systems`.
    """
    instrument = config.instrument
    finest = max(instrument.supersampling_factor, instrument.numerics.point_source_supersampling_factor)
    side = instrument.num_pix * finest
    arrays = 1 + len(PLANES) if planes else 1
    fitting = max(1, _CHUNK_BYTES // (4 * arrays * len(config.bands) * side**2))
    enough = 1 << max(0, systems - 1).bit_length()
    return int(min(1 << (fitting.bit_length() - 1), enough, _MOST_SYSTEMS))


def sizes(config: Config) -> dict[str, int]:
    """The number of systems of each configuration, by label.

    They add up to SIZE x (the sum of the FRACTIONs), rounded; what rounding down leaves goes to the
    largest remainders, the first where they are equal.
    """
    # The small number keeps 0.29 x 100 = 28.999999999999996 from being cut to 28.
    exact = {c.label: config.size * c.fraction + 1e-9 for c in config.configurations}
    whole = {label: math.floor(value) for label, value in exact.items()}
    left = math.floor(sum(exact.values()) + 0.5) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda label: round(whole[label] - exact[label], 6))
    return {label: whole[label] + (label in by_remainder[:left]) for label in exact}


@dataclass(frozen=True)
class Job:
    """Systems 0..count-1 of one configuration, to be made `batch_size` at a time.

    `arrays` says what is made of each beside its numbers: images and planes, images, or nothing;
    `positions` whether the metadata have the images of the lensed point sources.
    """

    simulator: Simulator
    key: jax.Array
    count: int
    batch_size: int
    arrays: tuple[ArrayName, ...] = ("images",)
    positions: bool = False

    @property
    def label(self) -> str:
        """The configuration's label."""
        return str(self.simulator.configuration.label)

    def batch(self, simulator: Simulator, n: int, start: int) -> Batch:
        """What is asked for of systems start..start+n-1, on the device."""
        if self.arrays:
            return simulator.generate(self.key, n, start, planes="planes" in self.arrays)
        return simulator.numbers(self.key, n, start)


def chunks(job: Job) -> Iterator[Chunk]:
    """The chunks in order, on the host; one chunk of none if there are no systems."""
    if job.count == 0:
        shapes = jax.eval_shape(lambda: job.batch(job.simulator, 1, 0))
        none = jax.tree.map(lambda leaf: np.zeros((0, *leaf.shape[1:]), leaf.dtype), shapes)
        yield _on_host(job, 0, 0, none)
        return
    roomy = {job.simulator.scene.image_slots: job.simulator}
    for start, batch in _dispatched(job):
        count = min(job.batch_size, job.count - start)
        yield _on_host(job, start, count, _with_all_images(job, start, count, batch, roomy))


def _on_host(job: Job, start: int, count: int, batch: Batch) -> Chunk:
    """The first `count` systems of a batch."""
    here: Batch = jax.tree.map(lambda leaf: np.asarray(leaf)[:count], batch)
    values: dict[str, Column] = {name: np.asarray(value) for name, value in here.values.items()}
    _refuse_what_is_not_finite(job.label, start, values)
    values |= image_columns(here.positions) if job.positions else {}
    made: dict[ArrayName, np.ndarray] = {}
    if here.images is not None:
        _refuse_what_is_not_finite(job.label, start, {"the image": np.asarray(here.images)})
        made["images"] = np.asarray(here.images)
    if here.planes is not None:
        made["planes"] = np.asarray(here.planes)
    return Chunk(start, values, made)


def _refuse_what_is_not_finite(label: str, start: int, values: Mapping[str, Column]) -> None:
    """ValueError where a number is NaN or infinite.

    Redshifts are that two tables put out of order, and images of numbers that cannot be, as a seeing of -1.
    """
    for name, value in values.items():
        wrong = np.flatnonzero(~np.all(np.isfinite(value), axis=tuple(range(1, value.ndim))))
        if wrong.size:
            raise ValueError(
                f"{label}: {name} is not finite in system {start + wrong[0]}; "
                "give DISTRIBUTIONs and tables that have a possible number for every system"
            )


def _dispatched(job: Job) -> Iterator[tuple[int, Batch]]:
    """The chunks in order, each handed out when the next is under way.

    The last one runs past the end, so that all have one shape and there is one compilation.
    """
    ahead: deque[tuple[int, Batch]] = deque()
    for start in range(0, job.count, job.batch_size):
        ahead.append((start, job.batch(job.simulator, job.batch_size, start)))
        if len(ahead) > 1:
            yield ahead.popleft()
    yield from ahead


def _with_all_images(job: Job, start: int, count: int, batch: Batch, roomy: dict[int, Simulator]) -> Batch:
    """Make a chunk again, with twice the slots, while a point source of it has more images than slots.

    `roomy` holds the simulators by number of slots, so each is compiled once.
    """
    slots = job.simulator.scene.image_slots
    while np.any(batch.overflow[:count]) and slots < _MOST_IMAGE_SLOTS:
        slots *= 2
        if slots not in roomy:
            roomy[slots] = job.simulator.with_image_slots(slots)
        batch = job.batch(roomy[slots], job.batch_size, start)
    lacking = start + np.flatnonzero(batch.overflow[:count])
    if lacking.size:
        systems = ", ".join(map(str, lacking))
        warnings.warn(
            f"{job.label}: a point source has more than {slots} images in system {systems}; "
            "some of them are missing from the picture",
            stacklevel=2,
        )
    return batch
