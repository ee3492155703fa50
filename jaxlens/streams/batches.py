"""One batch of a stream: systems of several configurations, made side by side and put into their places.

The systems of each configuration are made in parts of a static size by programs of their own, in several
threads, and one more program puts them in the order of their indices.  All is compiled once.  On several
devices each makes its share of the batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxlens.config.errors import nearest
from jaxlens.engine.devices import Devices
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator
from jaxlens.streams.mixing import Mixture, indices, slots
from jaxlens.streams.parts import AXIS, LOW_WORD, Made, Part, part_size

_ANY_KEY = np.zeros(2, np.uint32)


class StreamBatch(NamedTuple):
    """A batch of a stream, on the device.

    Attributes:
        images: (batch, bands, num_pix, num_pix), float32, in counts/s.
        labels: (batch, labels), float32, in the order of `stream.label_names`; 0 where the configuration has
            no such number.
        present: (batch, labels), whether it has.
        configuration: (batch,), int32, the place in `stream.configurations`.
        index: (batch,), uint32, the index of each system, modulo 2^32.
        parameters: every number of each system by name, (batch,) or (batch, bands); 0 where its
            configuration has no such number, see `stream.has`.
    """

    images: Any
    labels: Any
    present: Any
    configuration: Any
    index: Any
    parameters: dict[str, Any]


class Table(NamedTuple):
    """The numbers of several configurations side by side.

    `shapes` is the shape of each number of one system by name; `columns[c]` says in which column of
    configuration c's own numbers each column of the table stands, -1 where it has none.
    """

    bands: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    columns: np.ndarray

    def find(self, name: str) -> dict[str, int]:
        """The columns of a number, by its name, or by name and band where it differs by band.

        Raises:
            ValueError: if there is none of that name, with the nearest.
        """
        known: dict[str, dict[str, int]] = {}
        column = 0
        for own, shape in self.shapes.items():
            names = [f"{own}-{band}" for band in self.bands] if shape else [own]
            places = {one: column + k for k, one in enumerate(names)}
            known |= {one: {one: place} for one, place in places.items()} | {own: places}
            column += len(names)
        if name not in known:
            raise ValueError(f"{name!r} is no number of these configurations; {nearest(name, known)}")
        return known[name]


def table(simulators: Sequence[Simulator]) -> Table:
    """The numbers of all configurations by name; one that any of them has by band is so in all."""
    layouts = [_layout(simulator) for simulator in simulators]
    shapes: dict[str, tuple[int, ...]] = {}
    for layout in layouts:
        shapes |= {name: max(shape, shapes.get(name, ())) for name, shape in layout.items()}
    return Table(
        simulators[0].bands, shapes, np.array([_columns(shapes, layout) for layout in layouts], np.int32)
    )


def _layout(simulator: Simulator) -> dict[str, tuple[int, ...]]:
    """The shape of every number of one system by name."""
    numbers = jax.eval_shape(lambda key: simulator.numbers(key, 1), _ANY_KEY).values
    return {name: numbers[name].shape[1:] for name in sorted(numbers)}


def _columns(shapes: Mapping[str, tuple[int, ...]], layout: Mapping[str, tuple[int, ...]]) -> list[int]:
    """Where each column of the table stands in a configuration's own numbers, -1 for nowhere."""
    starts, start = {}, 0
    for name, shape in layout.items():
        starts[name] = start
        start += math.prod(shape)
    found: list[int] = []
    for name, shape in shapes.items():
        width = math.prod(shape)
        own = range(starts[name], starts[name] + width) if name in layout else [-1] * width
        # what one configuration has by band another may have for all bands
        found += own if layout.get(name, shape) == shape else [starts[name]] * width
    return found


class Maker:
    """Makes the batches of a stream: `make(start, pool)` gives systems start..start+size-1.

    Args:
        simulators: one for each configuration.
        mixture: their proportions.
        seed: the stream's.
        size: systems a batch, a multiple of the number of devices.
        devices: which share each batch.
        labels: the columns of the table, see `table`, that are labels.
    """

    def __init__(
        self,
        simulators: Sequence[Simulator],
        mixture: Mixture,
        seed: int,
        size: int,
        devices: Devices,
        numbers: Table,
        labels: Sequence[int],
    ) -> None:
        self._mixture, self._size, self._seed = mixture, size, seed
        self._mesh = Mesh(np.array(devices), (AXIS,))
        self._share = size // len(devices)
        most = mixture.most(self._share)
        sizes = [part_size(sim, most, c, devices) for c, sim in enumerate(simulators)]
        self._counts = [-(-held // size) for held, size in zip(most, sizes, strict=True)]
        self._lengths = [count * size for count, size in zip(self._counts, sizes, strict=True)]
        self._parts = [Part(sim, size, self._mesh) for sim, size in zip(simulators, sizes, strict=True)]
        self._assemble = _assembly(self._parts, self._counts, self._share, numbers, labels, self._mesh)
        self._keys: dict[int, np.ndarray] = {}

    def make(self, start: int, pool: Executor) -> StreamBatch:
        """Systems start..start+size-1, made in the threads of `pool`."""
        found = [
            slots(self._mixture, self._lengths, start + k * self._share, self._share)
            for k in range(self._mesh.size)
        ]
        futures = []
        for c, (part, count) in enumerate(zip(self._parts, self._counts, strict=True)):
            # (devices, parts, systems) to the systems of each part, one device after the other
            wanted = np.stack([one.systems[c].reshape(count, part.size) for one in found], axis=1)
            futures += [pool.submit(part.run, self._key, one.ravel()) for one in wanted]
        made = [future.result() for future in futures]
        places = np.concatenate([one.slot for one in found])
        configuration = np.concatenate([one.configuration for one in found])
        index = (indices(start, self._size) & LOW_WORD).astype(np.uint32)
        return jax.block_until_ready(self._assemble(made, places, configuration, index))

    def _key(self, high: int) -> np.ndarray:
        """The raw key of the systems whose index has this word above the lower 32 bits."""
        if high not in self._keys:
            key = jax.random.wrap_key_data(jnp.asarray(dataset_key(self._seed)), impl="threefry2x32")
            key = jax.random.fold_in(jax.random.fold_in(key, crc32(b"stream")), high)
            self._keys[high] = np.asarray(jax.random.key_data(key))
        return self._keys[high]


def _assembly(
    parts: Sequence[Part],
    counts: Sequence[int],
    share: int,
    numbers: Table,
    labels: Sequence[int],
    mesh: Mesh,
) -> Any:
    """The program that makes a batch of its parts."""
    repeated = [part for part, count in zip(parts, counts, strict=True) for _ in range(count)]
    which = [c for c, count in enumerate(counts) for _ in range(count)]
    spread = NamedSharding(mesh, PartitionSpec(AXIS))

    def whole(leaf: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
        shape = (mesh.size * leaf.shape[0], *leaf.shape[1:])
        return jax.ShapeDtypeStruct(shape, leaf.dtype, sharding=spread)

    function = partial(_assembled, which, numbers, np.asarray(labels, np.int32))
    program = jax.shard_map(
        function, mesh=mesh, in_specs=PartitionSpec(AXIS), out_specs=PartitionSpec(AXIS), check_vma=False
    )
    made = [jax.tree.map(whole, part.shapes) for part in repeated]
    each = [whole(jax.ShapeDtypeStruct((share,), kind)) for kind in (jnp.int32, jnp.int32, jnp.uint32)]
    return jax.jit(program).lower(made, *each).compile()


def _assembled(
    which: Sequence[int],
    numbers: Table,
    labels: np.ndarray,
    made: Sequence[Made],
    places: jax.Array,
    configuration: jax.Array,
    index: jax.Array,
) -> StreamBatch:
    """The systems of all parts, in their places."""
    images = jnp.concatenate([one.images for one in made])[places]
    aligned = [_aligned(one.numbers, numbers.columns[c]) for c, one in zip(which, made, strict=True)]
    rows = jnp.concatenate(aligned)[places]
    present = jnp.asarray(numbers.columns[:, labels] >= 0)[configuration]
    chosen = rows[:, labels].astype(jnp.float32)
    return StreamBatch(images, chosen, present, configuration, index, _unpacked(rows, numbers.shapes))


def _aligned(own: jax.Array, columns: np.ndarray) -> jax.Array:
    """A configuration's numbers in the table's columns, 0 where it has none."""
    return jnp.pad(own, ((0, 0), (0, 1)))[:, columns]


def _unpacked(rows: jax.Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, jax.Array]:
    """The columns of the table by name, each (n,) or (n, bands)."""
    values, column = {}, 0
    for name, shape in shapes.items():
        width = math.prod(shape)
        values[name] = rows[:, column : column + width] if shape else rows[:, column]
        column += width
    return values
