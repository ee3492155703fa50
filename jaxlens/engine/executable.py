"""The program that makes a batch of a dataset: compiled once, run from any thread, on all devices."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxlens.engine.devices import Devices
from jaxlens.files.contents import ArrayName
from jaxlens.imaging.scene import Scene
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched as systems
from jaxlens.simulator.batched import Batch
from jaxlens.simulator.jitted import Static
from jaxlens.simulator.simulator import Simulator

_AXIS = "systems"
_ANY_KEY = np.zeros(2, np.uint32)


@dataclass(frozen=True)
class Program:
    """What makes `size` systems at a time.

    `run(start)` gives systems start..start+size-1 on the host; it may be called from several threads.
    `memory` are the bytes that it takes on each device, None where the compiler does not say; `seconds` is
    how long its compilation took.
    """

    size: int
    run: Callable[[int], Batch]
    memory: int | None
    seconds: float


def compiled(
    simulator: Simulator,
    key: np.ndarray,
    size: int,
    arrays: tuple[ArrayName, ...],
    positions: bool,
    devices: Devices,
) -> Program:
    """The program for batches of `size` systems, a multiple of the number of devices.

    Each device makes its part of the batch with its own copy of the numbers, tables and kernels, which stay
    there.  `positions` says whether the images of point sources are wanted.
    """
    began = time.perf_counter()
    mesh = Mesh(np.array(devices), (_AXIS,))
    shared = jax.device_put(
        (simulator.hyperparameters, key, simulator.assets), NamedSharding(mesh, PartitionSpec())
    )
    leaves, structure = jax.tree.flatten(shared)
    kinds = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
    people = Static(simulator.population.static)
    program = _executable(people, simulator.scene, structure, kinds, size, arrays, positions, mesh)
    layout = _layout(simulator)

    def run(start: int) -> Batch:
        # one array of numbers, not a hundred, as each takes its time to be copied
        made = program(*shared, np.uint32(start))
        # what a CPU has made is on the host already, and would be copied
        made = made if devices[0].platform == "cpu" else _on_its_way(made)
        batch = jax.tree.map(np.asarray, made)
        whole: Batch = batch._replace(values=_unpacked(batch.values, layout))
        return whole

    return Program(size, run, _memory(program), time.perf_counter() - began)


@lru_cache(maxsize=8)
def _executable(
    who: Static,
    what: Scene,
    structure: Any,
    kinds: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...],
    size: int,
    arrays: tuple[ArrayName, ...],
    positions: bool,
    mesh: Mesh,
) -> Any:
    """The compiled program; the last few are kept, for the next dataset of the same configuration.

    `structure` and `kinds` are the pytree of its arguments and the shapes and types of their leaves.
    """
    everywhere, spread = NamedSharding(mesh, PartitionSpec()), PartitionSpec(_AXIS)
    part = _part(who.value, what, size // mesh.size, arrays, positions)
    whole = jax.shard_map(part, mesh=mesh, in_specs=PartitionSpec(), out_specs=spread, check_vma=False)
    leaves = [jax.ShapeDtypeStruct(*kind, sharding=everywhere) for kind in kinds]
    start = jax.ShapeDtypeStruct((), jnp.uint32, sharding=everywhere)
    return jax.jit(whole).lower(*jax.tree.unflatten(structure, leaves), start).compile()


def nothing(simulator: Simulator, arrays: tuple[ArrayName, ...]) -> Batch:
    """A batch of no systems, with arrays of the right shape."""

    def one(key: jax.Array) -> Batch:
        return simulator.generate(key, 1, planes="planes" in arrays) if arrays else simulator.numbers(key, 1)

    shapes = jax.eval_shape(one, _ANY_KEY)
    none: Batch = jax.tree.map(lambda leaf: np.zeros((0, *leaf.shape[1:]), leaf.dtype), shapes)
    return none


def _part(
    who: Population, what: Scene, size: int, arrays: tuple[ArrayName, ...], positions: bool
) -> Callable[..., Any]:
    """A function that makes what one device makes of a batch that begins with system `start`."""

    def made(hyperparameters: Any, key: jax.Array, assets: Any, start: jax.Array) -> Batch:
        place = jax.lax.axis_index(_AXIS).astype(jnp.uint32)
        indices = start + place * jnp.uint32(size) + jnp.arange(size, dtype=jnp.uint32)
        if arrays:
            batch = systems.generate(who, what, hyperparameters, key, indices, assets, "planes" in arrays)
        else:
            batch = systems.tabulate(who, what, hyperparameters, key, indices)
        batch = batch if positions else batch._replace(positions={})
        ordered = [batch.values[name].reshape(size, -1) for name in sorted(batch.values)]
        numbers: Any = jnp.concatenate(ordered, axis=1)
        return batch._replace(values=numbers)

    return made


def _on_its_way(batch: Any) -> Any:
    """A batch whose copying to the host has begun."""
    for leaf in jax.tree.leaves(batch):
        leaf.copy_to_host_async()
    return batch


def _layout(simulator: Simulator) -> dict[str, tuple[int, ...]]:
    """The shape of every number of one system by name, in the order of names."""
    shapes = jax.eval_shape(lambda key: simulator.numbers(key, 1), _ANY_KEY).values
    return {name: shapes[name].shape[1:] for name in sorted(shapes)}


def _unpacked(numbers: np.ndarray, layout: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The columns of a batch by name, each (n,) or (n, bands)."""
    values, column = {}, 0
    for name, shape in layout.items():
        width = shape[0] if shape else 1
        values[name] = numbers[:, column : column + width] if shape else numbers[:, column]
        column += width
    return values


def _memory(program: Any) -> int | None:
    """The bytes of a compiled program's arguments, results and work space on each device."""
    try:
        analysis = program.memory_analysis()
        return int(
            analysis.temp_size_in_bytes + analysis.output_size_in_bytes + analysis.argument_size_in_bytes
        )
    except (AttributeError, NotImplementedError, jax.errors.JaxRuntimeError):
        return None
