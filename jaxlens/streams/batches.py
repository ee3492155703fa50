"""One batch of a stream: systems of several configurations, made side by side and put into their places.

The systems of each configuration are made in parts of a static size by programs of their own, in several
threads, and one more program puts them in the order of their indices.  All is compiled once.  On several
devices each makes its share of the batch.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxlens.engine.columns import layout, unpacked
from jaxlens.engine.devices import Devices
from jaxlens.engine.executable import SYSTEMS
from jaxlens.engine.haloes import shapes_of_haloes
from jaxlens.engine.job import Job
from jaxlens.sampling.indices import index_words
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator
from jaxlens.streams.columns import MixedColumns
from jaxlens.streams.mixing import Mixture, divided, indices
from jaxlens.streams.parts import Part, part_size

# The names and the shapes of the arrays of haloes of one system.
HaloShapes = tuple[tuple[str, tuple[int, ...]], ...]
# A function of images (systems, ...), whose result has the systems along its first axis too.
Transform = Callable[[jax.Array], jax.Array]
# The images of a part, its packed values, and its arrays of haloes.
Made = tuple[Any, Any, dict[str, Any]]


class StreamBatch(NamedTuple):
    """A batch of a stream, on the device.

    Attributes:
        images: (batch, bands, num_pix, num_pix), in counts/s, float32 or the stream's `image_dtype`;
            of time series (batch, epochs, bands, num_pix, num_pix), zero where an epoch is not observed;
            or what the stream's `transform` makes of them.
        labels: (batch, labels), float32, in the order of `stream.label_names`; 0 where the configuration has
            no such value.
        present: (batch, labels), whether it has.
        configuration: (batch,), int32, the place in `stream.configurations`.
        index: (batch,), uint32, the index of each system, modulo 2^32; int64, the whole index, where the
            batch comes from `stream.numpy()`, `stream.torch()` or `stream.source()`.
        parameters: every value of each system by name, (batch,), (batch, bands) or (batch, epochs, bands); 0
            where its configuration has no such value, see `stream.has`.  Those of a time series are among
            them: `day` (batch, epochs, bands), `num_epochs` (batch, bands) and `POINTING`, the index of the
            pointing.  Epochs from `num_epochs` on are not observed.  So are the arrays of haloes, (batch,
            haloes), such as `LINE_OF_SIGHT-mass`, zero after the first `LINE_OF_SIGHT-NUMBER`; in the rare
            batch in which a system has more than there is room for they are twice as long, or more.
        index_upper: (batch,), uint32, the upper 32 bits of the index of each system.
        file: (batch,), int32, the place in `stream.files` of the file that a system is of.
    """

    images: Any
    labels: Any
    present: Any
    configuration: Any
    index: Any
    parameters: dict[str, Any]
    index_upper: Any
    file: Any

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"{name} {np.shape(getattr(self, name))}" for name in ("images", "labels", "index")
        )
        return f"StreamBatch({shapes}, {len(self.parameters)} parameters)"


class BatchMaker:
    """Makes the batches of a stream.

    Args:
        simulators: one for each configuration.
        mixture: their proportions.
        seed: the stream's seed.
        size: systems a batch, a multiple of the number of devices.
        devices: the devices that share each batch.  Those of this process make their shares; what `make`
            gives are global arrays where there are others.
        columns: the values of all configurations.
        labels: the columns that are labels.
        measured: whether `columns` has the fluxes that are measured on the images of time series.
        image_dtype: of the images, "float32" or "float16".
        files: the place of the file of each configuration; by default all are of one.
        transform: what is made of the images; by default they stay.
    """

    def __init__(
        self,
        simulators: Sequence[Simulator],
        mixture: Mixture,
        seed: int,
        size: int,
        devices: Devices,
        columns: MixedColumns,
        labels: Sequence[int],
        measured: bool = False,
        image_dtype: str = "float32",
        files: Sequence[int] | None = None,
        transform: Transform | None = None,
    ) -> None:
        self._measured, self._image_dtype = measured, image_dtype
        self._files = np.asarray([0] * len(simulators) if files is None else files, np.int32)
        self._transform = transform
        self._mixture, self._size, self._seed, self._everywhere = mixture, size, seed, devices
        self._own = [k for k, one in enumerate(devices) if one.process_index == jax.process_index()]
        self._devices = tuple(devices[k] for k in self._own)
        self._keys: dict[int, np.ndarray] = {}
        self._share = size // len(devices)
        most = mixture.most(self._share)
        sizes = [part_size(sim, most, c, self._devices) for c, sim in enumerate(simulators)]
        self._counts = [-(-held // size) for held, size in zip(most, sizes, strict=True)]
        self._lengths = [count * size for count, size in zip(self._counts, sizes, strict=True)]
        self._parts = [self._part(sim, size) for sim, size in zip(simulators, sizes, strict=True)]
        self._sizes, self._columns = sizes, columns
        self._labels = np.asarray(labels, np.int32)
        self._images = [sim.scene.image_shape for sim in simulators]
        if transform is not None:
            check_transform(transform, (self._share, *self._images[0]), image_dtype)
        self._widths = [
            sum(math.prod(shape) for shape in layout(sim, measured).values()) for sim in simulators
        ]
        self._float, self._lock = jnp.result_type(float), threading.Lock()
        shapes = tuple(tuple(shapes_of_haloes(sim).items()) for sim in simulators)
        self._usual = tuple(shapes[c] for c in self._configurations)
        self._places = {self._usual: self._compiled_placement(self._usual)}

    def make(self, threads: Executor, start: int) -> StreamBatch:
        """Systems start..start+size-1, whose parts are made in `threads`; callable from any thread."""
        shares = [start + k * self._share for k in self._own]
        divisions = [divided(self._mixture, self._lengths, first, self._share) for first in shares]
        futures = []
        for c, (part, count) in enumerate(zip(self._parts, self._counts, strict=True)):
            # (devices, parts, systems) to the systems of each part, one device after the other
            wanted = np.stack([division.systems[c].reshape(count, -1) for division in divisions], axis=1)
            futures += [threads.submit(part.run, self._key, systems.ravel()) for systems in wanted]
        batches = [future.result() for future in futures]
        made = [(batch.images, batch.values, batch.haloes or {}) for batch in batches]
        places = np.concatenate([division.place for division in divisions])
        configuration = np.concatenate([division.configuration for division in divisions])
        index = index_words(np.concatenate([indices(first, self._share) for first in shares]))
        batch = jax.block_until_ready(self._placement(made)(made, places, configuration, index))
        return batch if len(self._own) == len(self._everywhere) else jax.tree.map(self._global, batch)

    def _global(self, array: jax.Array) -> jax.Array:
        """What this process has made, (own systems, ...), as its part of the array of all processes."""
        mesh = Mesh(np.array(self._everywhere), (SYSTEMS,))
        pieces = [shard.data for shard in array.addressable_shards]
        return jax.make_array_from_single_device_arrays(
            (self._size, *array.shape[1:]), NamedSharding(mesh, PartitionSpec(SYSTEMS)), pieces
        )

    def _part(self, simulator: Simulator, size: int) -> Part:
        """What makes `size` systems of a configuration on each device."""
        total = size * len(self._devices)
        job = Job(
            simulator,
            self._key(0),
            total,
            total,
            self._devices,
            measured=self._measured,
            source=" of the stream",
            image_dtype=self._image_dtype,
        )
        return Part(job)

    def _key(self, high: int) -> np.ndarray:
        """The raw key of the systems whose index has the upper 32 bits `high`."""
        if high not in self._keys:
            key = jax.random.wrap_key_data(jnp.asarray(dataset_key(self._seed)), impl="threefry2x32")
            key = jax.random.fold_in(jax.random.fold_in(key, crc32(b"stream")), high)
            self._keys[high] = np.asarray(jax.random.key_data(key))
        return self._keys[high]

    @property
    def _configurations(self) -> list[int]:
        """The configuration of each part."""
        return [c for c, count in enumerate(self._counts) for _ in range(count)]

    def _placement(self, made: Sequence[Made]) -> Any:
        """The program that puts these parts into their places, with as much room for haloes as they have."""
        shapes = tuple(tuple((name, own[name].shape[1:]) for name in sorted(own)) for *_, own in made)
        with self._lock:
            if shapes not in self._places:
                # a thread does not have the settings of the thread that has started it
                with jax.enable_x64(self._float == jnp.float64):
                    self._places[shapes] = self._compiled_placement(shapes)
            return self._places[shapes]

    def _compiled_placement(self, haloes: Sequence[HaloShapes]) -> Any:
        """The compiled program that puts the systems of all parts into their places in a batch."""
        mesh = Mesh(np.array(self._devices), (SYSTEMS,))
        spread = PartitionSpec(SYSTEMS)

        def array(systems: int, shape: tuple[int, ...], dtype: Any) -> jax.ShapeDtypeStruct:
            shape = (systems * mesh.size, *shape)
            return jax.ShapeDtypeStruct(shape, dtype, sharding=NamedSharding(mesh, spread))

        made = []
        for c, shapes in zip(self._configurations, haloes, strict=True):
            size = self._sizes[c]
            own = {name: array(size, shape, self._float) for name, shape in shapes}
            image = array(size, self._images[c], self._image_dtype)
            made.append((image, array(size, (self._widths[c],), self._float), own))
        each = [array(self._share, (), jnp.int32) for _ in range(2)]
        each.append(array(self._share, (2,), jnp.uint32))
        placing = partial(placed, self._configurations, self._columns, self._labels)
        function = partial(placing, files=self._files, transform=self._transform)
        program = jax.shard_map(function, mesh=mesh, in_specs=spread, out_specs=spread, check_vma=False)
        return jax.jit(program).lower(made, *each).compile()


def placed(
    configurations: Sequence[int],
    columns: MixedColumns,
    labels: np.ndarray,
    made: Sequence[Made],
    places: jax.Array,
    configuration: jax.Array,
    index: jax.Array,
    *,
    files: np.ndarray,
    transform: Transform | None = None,
) -> StreamBatch:
    """The systems of all parts, in their places.

    Args:
        configurations: the configuration of each part.
        columns: the values of all configurations.
        labels: the columns that are labels.
        made: the images, the packed values and the arrays of haloes of each part.
        places: (batch,), where each system of the batch stands in the concatenation of the parts.
        configuration: (batch,), its configuration.
        index: (batch, 2), the two words of its index.
        files: (configurations,), the file of each.
        transform: what is made of the images; None where they stay.
    """
    images = jnp.concatenate([image for image, *_ in made])[places]
    images = images if transform is None else transform(images)
    aligned = [_aligned(own, columns.places[c]) for c, (_, own, _) in zip(configurations, made, strict=True)]
    rows = jnp.concatenate(aligned)[places]
    present = jnp.asarray(columns.places[:, labels] >= 0)[configuration]
    chosen = rows[:, labels].astype(jnp.float32)
    parameters = unpacked(rows, columns.shapes) | _haloes([own for *_, own in made], aligned, places)
    file = jnp.asarray(files)[configuration]
    return StreamBatch(images, chosen, present, configuration, index[:, 0], parameters, index[:, 1], file)


def check_transform(transform: Transform, shape: tuple[int, ...], dtype: str) -> None:
    """ValueError where a function does not make an array of as many systems of images.

    Args:
        transform: the function.
        shape: the shape of the images, (systems, ...).
        dtype: their precision.
    """
    made = jax.eval_shape(transform, jax.ShapeDtypeStruct(shape, dtype))
    if not isinstance(made, jax.ShapeDtypeStruct) or made.shape[:1] != shape[:1]:
        is_what = (
            f"an array {made.shape}" if isinstance(made, jax.ShapeDtypeStruct) else f"a {type(made).__name__}"
        )
        raise ValueError(
            f"transform makes {is_what} of images {shape}; it must return one array whose first axis has the "
            f"{shape[0]} systems"
        )


def _haloes(
    made: Sequence[dict[str, jax.Array]], aligned: Sequence[jax.Array], places: jax.Array
) -> dict[str, jax.Array]:
    """The arrays of haloes of all parts, in their places; 0 where a configuration has none, or fewer."""
    found = {}
    for name in sorted({name for own in made for name in own}):
        width = max(own[name].shape[1] for own in made if name in own)
        parts = []
        for own, rows in zip(made, aligned, strict=True):
            array = own.get(name, jnp.zeros((len(rows), 0), rows.dtype))
            parts.append(jnp.pad(array, ((0, 0), (0, width - array.shape[1]))))
        found[name] = jnp.concatenate(parts)[places]
    return found


def _aligned(own: jax.Array, places: np.ndarray) -> jax.Array:
    """A configuration's packed values in the mixed columns, 0 where it has none."""
    return jnp.pad(own, ((0, 0), (0, 1)))[:, places]
