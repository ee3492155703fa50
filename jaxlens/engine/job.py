"""What is to be made of each configuration: how many systems, and how many at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.engine.devices import Devices
from jaxlens.engine.executable import Program, compiled
from jaxlens.files.contents import PLANES, ArrayName
from jaxlens.simulator.simulator import Simulator

# On a CPU an array of a batch should stay in a core's cache; an accelerator wants work for all its lanes.
_CPU_BYTES = 2 * 2**20
_ACCELERATOR_BYTES = 64 * 2**20
_MOST_SYSTEMS = 1024


def automatic_batch_size(
    config: Config, systems: int, planes: bool = False, platform: str | None = None
) -> int:
    """How many systems a batch has where nothing is measured: a power of two, from 1 to 1024.

    It is the largest whose images, of 4 x bands x (numPix x the finest supersampling)^2 bytes a system, and
    four times that again for the planes where they are made, take at most 2 MiB on a CPU and 64 MiB on an
    accelerator, and not more than the next power of two above `systems`.  `platform` is "cpu", "gpu", ...;
    by default that of the default backend.
    """
    instrument = config.instrument
    finest = max(instrument.supersampling_factor, instrument.numerics.point_source_supersampling_factor)
    side = instrument.num_pix * finest
    arrays = 1 + len(PLANES) if planes else 1
    most = _CPU_BYTES if (platform or jax.default_backend()) == "cpu" else _ACCELERATOR_BYTES
    fitting = max(1, most // (4 * arrays * len(config.bands) * side**2))
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
    """Systems 0..count-1 of one configuration, to be made on `devices`.

    `key` is raw, as `dataset_key` gives it; `batch_size` is None where it is to be chosen.  `arrays` says
    what is made of each system beside its numbers: images and planes, images, or nothing; `positions`
    whether the metadata have the images of the lensed point sources.
    """

    simulator: Simulator
    key: np.ndarray
    count: int
    batch_size: int | None
    devices: Devices
    arrays: tuple[ArrayName, ...] = ("images",)
    positions: bool = False

    @property
    def label(self) -> str:
        """The configuration's label."""
        return str(self.simulator.configuration.label)

    @property
    def default_size(self) -> int:
        """The batch size that is asked for, or the automatic one."""
        platform, planes = self.devices[0].platform, "planes" in self.arrays
        automatic = automatic_batch_size(self.simulator.config, self.count, planes, platform)
        return self.rounded(self.batch_size or automatic * len(self.devices))

    def rounded(self, size: int) -> int:
        """`size`, or the next number that all devices can share."""
        return -(-size // len(self.devices)) * len(self.devices)

    def program(self, size: int, image_slots: int | None = None) -> Program:
        """What makes `size` systems at a time, with room for so many images of each point source."""
        simulator = self.simulator.with_image_slots(image_slots) if image_slots else self.simulator
        return compiled(simulator, self.key, size, self.arrays, self.positions, self.devices)
