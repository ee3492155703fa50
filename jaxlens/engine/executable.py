"""The compiled program that makes a batch of one configuration, on all devices together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxlens.engine.columns import Layout, layout_of, packed, unpacked
from jaxlens.engine.devices import Devices
from jaxlens.files.contents import ArrayName
from jaxlens.imaging.point_sources import centre_images
from jaxlens.imaging.scene import Scene
from jaxlens.sampling.indices import consecutive, index_words
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched
from jaxlens.simulator.generation import Batch
from jaxlens.simulator.simulator import Simulator

# The axis of a mesh of devices over which the systems of a batch are spread.
SYSTEMS = "systems"
# Programs that are kept for the next dataset or stream of the same configuration.
_KEPT_PROGRAMS = 32


@dataclass(frozen=True)
class Executable:
    """A compiled program that makes `size` systems at a time; it may be called from several threads.

    Attributes:
        size: the number of systems, on all devices together.
        run: `run(key, indices)` gives a Batch on the devices; the key is raw, (2,) uint32, the indices are
            as `batch_indices` gives them, (size, 2) uint32, and the values are packed, see
            `jaxlens.engine.columns`.
        unpack: gives a Batch on the host, its values by name.
        memory: the bytes that the program takes on each device; None where the compiler does not say.
        seconds: how long the compilation took.
    """

    size: int
    run: Callable[[np.ndarray, np.ndarray], Batch]
    unpack: Callable[[Batch], Batch]
    memory: int | None
    seconds: float

    def on_host(self, key: np.ndarray, start: int) -> Batch:
        """Systems start..start+size-1 on the host, their values by name."""
        return self.unpack(self.run(key, batch_indices(start, self.size)))


def batch_indices(start: int, size: int) -> np.ndarray:
    """The indices start..start+size-1 of a batch as a program takes them.

    Args:
        start: the index of the first system, from 0 to 2^63 - 1.
        size: the number of systems.

    Returns:
        The lower and the upper word of each, (size, 2), uint32.
    """
    return index_words(consecutive(start, size))


def compiled(
    simulator: Simulator,
    size: int,
    arrays: tuple[ArrayName, ...],
    positions: bool,
    devices: Devices,
    measured: bool = True,
) -> Executable:
    """Compile the program for batches of `size` systems.

    Each device makes its share of a batch, with its own copy of the hyperparameters and assets.

    Args:
        simulator: the configuration.
        size: the number of systems, a multiple of the number of devices.
        arrays: what is made beside the values: images, images and planes, or nothing.
        positions: whether the images of lensed sources are kept (see `with_positions`).
        devices: the devices that share a batch.
        measured: whether the fluxes of transients are measured on the images of a time series.
    """
    began = time.perf_counter()
    mesh = Mesh(np.array(devices), (SYSTEMS,))
    constants = (simulator.hyperparameters, simulator.assets)
    constants = jax.device_put(constants, NamedSharding(mesh, PartitionSpec()))
    leaves, structure = jax.tree.flatten(constants)
    shapes_and_dtypes = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
    program, shapes = _program(
        simulator.static_population,
        simulator.scene,
        structure,
        shapes_and_dtypes,
        size,
        arrays,
        positions,
        measured,
        mesh,
    )

    def run(key: np.ndarray, indices: np.ndarray) -> Batch:
        batch: Batch = program(*constants, key, indices)
        return batch

    def unpack(batch: Batch) -> Batch:
        # results of a CPU are on the host already; an asynchronous copy would duplicate them
        batch = batch if devices[0].platform == "cpu" else _with_copy_started(batch)
        on_host: Any = jax.tree.map(np.asarray, batch)
        unpacked_batch: Batch = on_host._replace(values=unpacked(on_host.values, shapes))
        return unpacked_batch

    return Executable(size, run, unpack, _memory(program), time.perf_counter() - began)


@lru_cache(maxsize=_KEPT_PROGRAMS)
def _program(
    population: Population,
    scene: Scene,
    structure: Any,
    shapes_and_dtypes: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...],
    size: int,
    arrays: tuple[ArrayName, ...],
    positions: bool,
    measured: bool,
    mesh: Mesh,
) -> tuple[Any, Layout]:
    """The compiled function of (hyperparameters, assets, key, indices), and how it packs the values.

    `structure` and `shapes_and_dtypes` are the pytree of the first two, and the shapes and dtypes of their
    leaves.
    """
    replicated, spread = PartitionSpec(), PartitionSpec(SYSTEMS)
    shapes: Layout = {}
    spread_out = jax.shard_map(
        partial(generated, population, scene, arrays, positions, measured, shapes),
        mesh=mesh,
        in_specs=(replicated, replicated, replicated, spread),
        out_specs=spread,
        check_vma=False,
    )
    everywhere = NamedSharding(mesh, replicated)
    leaves = [jax.ShapeDtypeStruct(*kind, sharding=everywhere) for kind in shapes_and_dtypes]
    key = jax.ShapeDtypeStruct((2,), jnp.uint32, sharding=everywhere)
    indices = jax.ShapeDtypeStruct((size, 2), jnp.uint32, sharding=NamedSharding(mesh, spread))
    lowered = jax.jit(spread_out).lower(*jax.tree.unflatten(structure, leaves), key, indices)
    return lowered.compile(), shapes


def generated(
    population: Population,
    scene: Scene,
    arrays: tuple[ArrayName, ...],
    positions: bool,
    measured: bool,
    shapes: Layout,
    hyperparameters: Any,
    assets: Any,
    key: jax.Array,
    indices: jax.Array,
) -> Batch:
    """The systems that one device makes, their values packed.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        arrays: what is made beside the values; static.
        positions: whether the images of lensed sources are kept; static.
        measured: whether the fluxes of transients are measured on the images of a time series; static.
        shapes: is filled with the shape of each value when the function is traced.
        hyperparameters: the numbers of the file by their paths.
        assets: the arrays that all systems share.
        key: the raw key of the systems, (2,), uint32.
        indices: the two words of each index, (n, 2), uint32.

    Returns:
        The systems; `values` is one array, (n, columns).
    """
    if arrays:
        planes = "planes" in arrays
        batch = batched.generate(population, scene, hyperparameters, key, indices, assets, planes, measured)
    else:
        batch = batched.tabulate(population, scene, hyperparameters, key, indices, assets)
    batch = with_positions(scene, batch) if positions else batch._replace(positions={})
    batch = batch if "difference" in arrays else batch._replace(difference=None)
    shapes |= layout_of(batch.values)
    values: Any = packed(batch.values)
    return batch._replace(values=values)


def with_positions(scene: Scene, batch: Batch) -> Batch:
    """The batch with the images of lensed point sources or, without any, of lensed galaxies' centres.

    A galaxy with more images than slots counts as an overflow too.
    """
    if scene.lensed_points or not scene.lensed_centres:
        return batch
    params = {name: batch.values[name] for name in scene.parameters}
    found = jax.vmap(partial(centre_images, scene))(params)
    more = [images.found > scene.image_slots for images in found.values()]
    return batch._replace(positions=found, overflow=batch.overflow | jnp.any(jnp.stack(more), axis=0))


def _with_copy_started(batch: Batch) -> Batch:
    """The batch, whose copy to the host is started for what is on a device."""
    for leaf in jax.tree.leaves(batch):
        if isinstance(leaf, jax.Array):
            leaf.copy_to_host_async()
    return batch


def _memory(program: Any) -> int | None:
    """The bytes of a compiled program's arguments, results and work space on each device."""
    try:
        analysis = program.memory_analysis()
        return int(
            analysis.temp_size_in_bytes + analysis.output_size_in_bytes + analysis.argument_size_in_bytes
        )
    except (AttributeError, NotImplementedError, jax.errors.JaxRuntimeError):
        return None
