"""Batches that are complete: every image and every halo is there, and every value is finite."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import TRIES
from jaxlens.config.users_line import users_line
from jaxlens.engine.executable import Executable
from jaxlens.engine.haloes import room_for_haloes
from jaxlens.engine.job import Job
from jaxlens.engine.selection import selection_failure
from jaxlens.simulator.generation import Batch

# The number of image slots is not doubled any more once it is this large.
MAX_IMAGE_SLOTS = 64


# The room for haloes is not doubled any more once it is so many times that of the file.
MAX_HALO_ROOM = 64


class CompletePrograms:
    """The programs of a job by their number of image slots and their room for haloes.

    A batch in which a point source has more images than slots is made again with twice the slots, and one in
    which a system has more haloes than there is room for with twice the room.  Such a program is compiled
    once, when it is first needed.

    Args:
        job: the job.
        executable: its program with the simulator's own number of slots.
    """

    def __init__(self, job: Job, executable: Executable) -> None:
        self._job, self.size = job, executable.size
        self._fewest_slots: int = job.simulator.scene.image_slots
        self._programs = {(self._fewest_slots, 1): executable}
        self._x64 = jnp.result_type(float) == jnp.float64
        self._lock = threading.Lock()

    @property
    def max_slots(self) -> int:
        """The largest number of slots that is tried."""
        slots = self._fewest_slots
        while slots < MAX_IMAGE_SLOTS:
            slots *= 2
        return slots

    def run(
        self, key: np.ndarray, indices: np.ndarray, wanted: int | None = None, first: Batch | None = None
    ) -> Batch:
        """Systems `indices` on the devices, with all their haloes and all images of their point sources.

        Args:
            key: raw, (2,) uint32.
            indices: as `batch_indices` gives them, (size, 2) uint32.
            wanted: only this many systems, the first, need all of their images; by default all.
            first: what the program with the fewest slots has made of these systems, if it has.

        Raises:
            ValueError: if a system has more haloes than `MAX_HALO_ROOM` times what the file has room for.
        """
        slots, room = self._fewest_slots, 1
        batch = self._programs[slots, room].run(key, indices) if first is None else first
        # images behind haloes that are not all there are not those of the system
        while (lacking := _without_room(batch, wanted)).size:
            if room >= MAX_HALO_ROOM:
                self._refuse_more_haloes(int(lacking[0]), indices)
            room = min(self._more_room(room, batch, lacking), MAX_HALO_ROOM)
            batch = self._program(slots, room).run(key, indices)
        while slots < MAX_IMAGE_SLOTS and np.any(np.asarray(batch.overflow)[:wanted]):
            slots *= 2
            batch = self._program(slots, room).run(key, indices)
        return batch

    def warn_of_missing_images(self, indices: Sequence[int], overflow: np.ndarray) -> None:
        """Warn where systems `indices` have a point source with more images than `max_slots`."""
        missing = sorted({index for index, more in zip(indices, overflow, strict=True) if more})
        if missing:
            systems = ", ".join(map(str, missing)) + self._job.source
            points = bool(self._job.simulator.scene.lensed_points)
            source, where = ("a point source", "picture") if points else ("a galaxy's centre", "metadata")
            warnings.warn(
                f"{self._job.label}: {source} has more than {self.max_slots} images in system "
                f"{systems}; some of them are missing from the {where}",
                stacklevel=users_line(),
            )

    def _more_room(self, room: int, batch: Batch, lacking: np.ndarray) -> int:
        """How many times the room for haloes is tried next, where systems `lacking` have more."""
        values = self._programs[self._fewest_slots, 1].unpack(batch).values
        own = {name: np.asarray(value)[lacking] for name, value in values.items()}
        # twice the room also where all have room, but not in one of their planes
        return max(2 * room, room_for_haloes(self._job.simulator.configuration, own))

    def _refuse_more_haloes(self, row: int, indices: np.ndarray) -> None:
        lower, upper = map(int, indices[row])
        raise ValueError(
            f"{self._job.label}: system {lower + (upper << 32)}{self._job.source} has more haloes than "
            f"{MAX_HALO_ROOM} times what there is room for; give a larger MAX_HALOES, or leave it out"
        )

    def _program(self, slots: int, room: int) -> Executable:
        with self._lock:
            if (slots, room) not in self._programs:
                # a thread does not have the settings of the thread that has started it
                with jax.enable_x64(self._x64):
                    self._programs[slots, room] = self._job.executable(self.size, slots, room)
            return self._programs[slots, room]


def _without_room(batch: Batch, wanted: int | None) -> np.ndarray:
    """Which of the first `wanted` systems of a batch have more haloes than there is room for."""
    more = np.zeros(0, bool) if batch.halo_overflow is None else np.asarray(batch.halo_overflow)
    return np.flatnonzero(more[:wanted])


def refuse_not_finite(job: Job, indices: Sequence[int], batch: Batch, key: np.ndarray | None = None) -> None:
    """ValueError where a value or a pixel of a batch on the host is NaN or infinite.

    A value that is not finite is a redshift where two tables leave no order of the planes, or all values of a
    system that no attempt has made as SELECT asks; a pixel that is not finite belongs to an impossible value,
    such as a seeing of -1.

    Args:
        job: for its label.
        indices: the index of each system.
        batch: the systems on the host, their values by name.
        key: the raw key of the systems, where the upper words of their indices are in it; None: the job's.
    """
    finite = np.asarray(batch.finite)
    if finite.all():
        return
    if TRIES in batch.values and np.isnan(batch.values[TRIES]).any():
        raise ValueError(selection_failure(job, indices, np.asarray(batch.values[TRIES]), key))
    row = int(np.argmin(finite))
    wrong = [name for name, value in batch.values.items() if not np.all(np.isfinite(value[row]))]
    name = wrong[0] if wrong else "the image"
    raise ValueError(
        f"{job.label}: {name} is not finite in system {indices[row]}{job.source}; "
        "give DISTRIBUTIONs and tables that have a possible number for every system"
    )
