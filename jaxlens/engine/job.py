"""A job: which systems are made, what of each, and on which devices."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np

from jaxlens.engine.devices import Devices
from jaxlens.engine.executable import Executable, compiled, with_positions
from jaxlens.engine.haloes import with_halo_room
from jaxlens.files.contents import ArrayName
from jaxlens.simulator.generation import Batch
from jaxlens.simulator.simulator import Simulator


@dataclass(frozen=True)
class Job:
    """Systems of one configuration, to be made on `devices`.

    Attributes:
        simulator: the configuration.
        key: the raw key of the systems, as `dataset_key` gives it.
        count: how many systems are wanted.
        batch_size: how many are made at a time; None where it is to be chosen.
        devices: the devices that share each batch.
        arrays: what is made of each system beside its values: images, images and planes, or nothing.
        positions: whether the images of lensed sources are kept (see `with_positions`).
        measured: whether the fluxes of transients are measured on the images of a time series.
        source: what the systems belong to, for messages; "" for a dataset, " of the stream" for a stream.
        start: the index of the first system, a multiple of the batch size.
        image_dtype: in which the arrays are handed over, "float32" or "float16"; they are computed in neither
            less nor more than without it.
    """

    simulator: Simulator
    key: np.ndarray
    count: int
    batch_size: int | None
    devices: Devices
    arrays: tuple[ArrayName, ...] = ("images",)
    positions: bool = False
    measured: bool = True
    source: str = ""
    start: int = 0
    image_dtype: str = "float32"

    @property
    def stop(self) -> int:
        """The index after that of the last system."""
        return self.start + self.count

    @property
    def label(self) -> str:
        """The configuration's label."""
        return str(self.simulator.configuration.label)

    def rounded(self, size: int) -> int:
        """`size` rounded up to a multiple of the number of devices."""
        return -(-size // len(self.devices)) * len(self.devices)

    def executable(self, size: int, image_slots: int | None = None, halo_room: int = 1) -> Executable:
        """The program that makes `size` systems at a time.

        Args:
            size: how many.
            image_slots: these instead of the scene's.
            halo_room: how many times the room for haloes.
        """
        simulator = self.simulator.with_image_slots(image_slots) if image_slots else self.simulator
        simulator = with_halo_room(simulator, halo_room) if halo_room > 1 else simulator
        return compiled(simulator, size, self.arrays, self.positions, self.devices, self.measured)

    def empty_batch(self) -> Batch:
        """A batch of no systems on the host, with arrays of the right shape."""
        simulator = self.simulator

        def first(key: jax.Array) -> Batch:
            if self.arrays:
                batch = simulator.generate(key, 1, planes="planes" in self.arrays, measured=self.measured)
                return with_positions(simulator.scene, batch) if self.positions else batch
            return simulator.numbers(key, 1)

        shapes = jax.eval_shape(first, self.key)
        empty: Batch = jax.tree.map(lambda leaf: np.zeros((0, *leaf.shape[1:]), leaf.dtype), shapes)
        return empty
