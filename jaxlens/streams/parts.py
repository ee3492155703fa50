"""Systems of one configuration for a stream, whichever are asked for: made in parts of a static size.

Each device makes its share of a part; the program is compiled once.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxlens.engine.devices import Devices, batches_at_once
from jaxlens.engine.job import automatic_batch_size
from jaxlens.imaging.scene import Scene
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched as systems
from jaxlens.simulator.jitted import Static
from jaxlens.simulator.simulator import Simulator

AXIS = "systems"
LOW_WORD = np.uint64(2**32 - 1)
_ANY_KEY = np.zeros(2, np.uint32)
_MOST_IMAGE_SLOTS = 64
# A smaller part keeps a core's vectors no longer full.
_LEAST_ON_CPU = 8


def part_size(simulator: Simulator, most: Sequence[int], which: int, devices: Devices) -> int:
    """How many systems of a configuration are made at a time on each device.

    Of an even division of what a batch can hold: at most what suits the device, and on a CPU so few that
    every core has some.
    """
    platform, held = devices[0].platform, most[which]
    suited = automatic_batch_size(simulator.config, held, platform=platform)
    if platform == "cpu":
        suited = min(suited, max(_LEAST_ON_CPU, -(-sum(most) // batches_at_once(devices))))
    return -(-held // -(-held // suited))


class Made(NamedTuple):
    """The systems of one part: images, and all numbers in one array (n, columns), on the device."""

    images: jax.Array
    numbers: jax.Array


class Part:
    """What makes `size` systems of one configuration on each device, whichever they are."""

    def __init__(self, simulator: Simulator, size: int, mesh: Mesh) -> None:
        self._simulator, self.size, self._mesh = simulator, size, mesh
        self._x64 = jnp.result_type(float) == jnp.float64
        everywhere = NamedSharding(mesh, PartitionSpec())
        self._shared = jax.device_put((simulator.hyperparameters, simulator.assets), everywhere)
        self._lock = threading.Lock()
        self._programs = {simulator.scene.image_slots: self._compiled(simulator.scene)}

    @property
    def shapes(self) -> Made:
        """The shapes and types of what one device makes."""
        function = partial(_generated, self._simulator.population.static, self._simulator.scene)
        made: Made = jax.eval_shape(function, self._shared, _ANY_KEY, np.zeros(self.size, np.uint32))[0]
        return made

    def run(self, key: Callable[[int], np.ndarray], wanted: np.ndarray) -> Made:
        """The systems `wanted` (devices x size,), uint64, by the key of their upper words."""
        upper, lower = wanted >> np.uint64(32), (wanted & LOW_WORD).astype(np.uint32)
        first, *others = np.unique(upper).tolist()
        made = self._complete(key(first), lower)
        for word in others:
            # once in 2^32 systems
            chosen, other = upper == np.uint64(word), self._complete(key(word), lower)
            made = jax.tree.map(partial(_where, chosen), other, made)
        return made

    def _complete(self, key: np.ndarray, lower: np.ndarray) -> Made:
        """Systems `lower`, with room for all images of each point source."""
        many = min(self._programs)
        made, overflow, finite = self._program(many)(self._shared, key, lower)
        while np.any(overflow) and many < _MOST_IMAGE_SLOTS:
            many *= 2
            made, overflow, finite = self._program(many)(self._shared, key, lower)
        self._judge(lower, np.asarray(overflow), np.asarray(finite))
        return made

    def _judge(self, lower: np.ndarray, overflow: np.ndarray, finite: np.ndarray) -> None:
        label = self._simulator.configuration.label
        if not finite.all():
            which = lower[np.argmin(finite)]
            raise ValueError(
                f"{label}: a number or a pixel of system {which} of the stream is not finite; "
                "give DISTRIBUTIONs and tables that have a possible number for every system"
            )
        if overflow.any():
            which = ", ".join(map(str, sorted(set(lower[overflow].tolist()))))
            text = f"a point source has more than {_MOST_IMAGE_SLOTS} images in system {which} of the stream"
            warnings.warn(f"{label}: {text}; some of them are missing from the picture", stacklevel=2)

    def _program(self, many: int) -> Any:
        """The program with room for so many images of each point source, compiled when it is first needed."""
        with self._lock:
            if many not in self._programs:
                # a thread of the pool has not the settings of the thread that made the stream
                with jax.enable_x64(self._x64):
                    self._programs[many] = self._compiled(self._simulator.with_image_slots(many).scene)
            return self._programs[many]

    def _compiled(self, what: Scene) -> Any:
        leaves, structure = jax.tree.flatten(self._shared)
        kinds = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
        people = Static(self._simulator.population.static)
        return _executable(people, what, structure, kinds, self.size, self._mesh)


@lru_cache(maxsize=32)
def _executable(
    who: Static,
    what: Scene,
    structure: Any,
    kinds: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...],
    size: int,
    mesh: Mesh,
) -> Any:
    """The compiled program; those of the last streams are kept, as validation often follows training."""
    everywhere, spread = PartitionSpec(), PartitionSpec(AXIS)
    whole = jax.shard_map(
        partial(_generated, who.value, what),
        mesh=mesh,
        in_specs=(everywhere, everywhere, spread),
        out_specs=spread,
        check_vma=False,
    )
    replicated, shared = NamedSharding(mesh, everywhere), NamedSharding(mesh, spread)
    numbers = [jax.ShapeDtypeStruct(*kind, sharding=replicated) for kind in kinds]
    key = jax.ShapeDtypeStruct((2,), jnp.uint32, sharding=replicated)
    lower = jax.ShapeDtypeStruct((size * mesh.size,), jnp.uint32, sharding=shared)
    return jax.jit(whole).lower(jax.tree.unflatten(structure, numbers), key, lower).compile()


def _generated(
    who: Population, what: Scene, shared: Any, key: jax.Array, lower: jax.Array
) -> tuple[Made, jax.Array, jax.Array]:
    """What one device makes of a part, and whether images are missing or something is not finite."""
    hyperparameters, assets = shared
    batch = systems.generate(who, what, hyperparameters, key, lower, assets, False)
    assert batch.images is not None
    ordered = [batch.values[name].reshape(len(lower), -1) for name in sorted(batch.values)]
    return Made(batch.images, jnp.concatenate(ordered, axis=1)), batch.overflow, batch.finite


def _where(chosen: np.ndarray, one: jax.Array, other: jax.Array) -> jax.Array:
    """Rows of `one` where they are chosen, of `other` elsewhere."""
    return jnp.where(chosen.reshape(-1, *[1] * (one.ndim - 1)), one, other)
