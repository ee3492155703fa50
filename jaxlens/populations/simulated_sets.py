"""Sets of simulated images and what they say: statistics, their slopes, and lessons for a regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.scene import Assets, Scene
from jaxlens.populations.file_numbers import FreeNumbers, at_coordinates
from jaxlens.populations.statistics import Regression, image_statistics
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched as systems
from jaxlens.simulator.batched import Params

Features = Callable[[jax.Array], jax.Array]

# Systems that are drawn and described at a time, on a CPU and elsewhere.
_BATCH, _LARGE_BATCH = 32, 512


@dataclass(frozen=True)
class Model:
    """What is static: the systems of a file, the numbers that move, and the user's statistics."""

    people: Population
    scene: Scene
    free: FreeNumbers
    features: Features | None

    def numbers(self, every: Params, z: jax.Array) -> Params:
        """The numbers of the file at coordinates z (p,)."""
        return {**every, **at_coordinates(self.free, z)}

    def described(self, images: jax.Array, learnt: Regression | None, sigma: jax.Array) -> jax.Array:
        """The statistics of images (n, bands, y, x), (n, f)."""
        if self.features is not None:
            return self.features(images)
        statistics = image_statistics(images, sigma)
        return statistics if learnt is None else learnt(statistics)


class World(NamedTuple):
    """What is traced and stays: the file's numbers, its real images, the noise of the bands, and the key."""

    numbers: Params
    shared: Assets
    sigma: jax.Array
    key: jax.Array


def batches_of(count: int) -> tuple[int, int]:
    """How many batches of which size make `count` systems, or a few more."""
    size = _BATCH if jax.default_backend() == "cpu" else _LARGE_BATCH
    return -(-count // size), size


def _drawn(model: Model, world: World, z: jax.Array, indices: jax.Array) -> tuple[Params, jax.Array]:
    """Systems `indices` (n,) and their images, each at its own coordinates z (n, p)."""

    def one(place: jax.Array, index: jax.Array) -> Params:
        numbers = model.numbers(world.numbers, place)
        drawn = systems.draw(model.people, numbers, world.key, index[None])
        return {name: drawn[name][0] for name in model.scene.parameters}

    params = jax.lax.optimization_barrier(jax.vmap(one)(z, indices))
    label = model.people.label
    return params, systems.observe(label, model.scene, params, world.key, indices, world.shared)


@partial(jax.jit, static_argnums=(0, 4))
def lessons(
    model: Model, world: World, z: jax.Array, around: jax.Array, batches: tuple[int, int]
) -> tuple[jax.Array, Params]:
    """Statistics and parameters of systems whose numbers are spread by `around` (p,) about z (p,)."""
    count, size = batches
    # other systems than those that are compared with the real images
    indices = jnp.arange(count * size, dtype=jnp.uint32).reshape(count, size) + np.uint32(2**31)
    shifts = jax.random.normal(jax.random.fold_in(world.key, 1), (count, size, len(z)), z.dtype)

    def batch(which: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, Params]:
        numbers, shift = which
        params, images = _drawn(model, world, z[None] + shift * around[None], numbers)
        return model.described(images, None, world.sigma), params

    found = jax.lax.map(batch, (indices, shifts))
    return jax.tree.map(lambda a: a.reshape(count * size, *a.shape[2:]), found)


@partial(jax.jit, static_argnums=(0, 4))
def sloped_statistics(
    model: Model, world: World, z: jax.Array, learnt: Regression | None, batches: tuple[int, int]
) -> tuple[jax.Array, jax.Array]:
    """Statistics (m, f) of systems at z (p,), and their slopes along each coordinate, (p, m, f).

    Counted photons have no slope; that of the Gaussian noise of the same variance stands in for it.  Where
    simulated and real images follow one law the distance is at its minimum whatever the slopes are.
    """
    count, size = batches
    counted = model.scene.poisson_shot_noise
    smooth = replace(model, scene=replace(model.scene, poisson_shot_noise=False))
    indices = jnp.arange(count * size, dtype=jnp.uint32).reshape(count, size)

    def batch(numbers: jax.Array) -> tuple[jax.Array, jax.Array]:
        def at(place: jax.Array, model: Model = smooth) -> jax.Array:
            _, images = _drawn(model, world, jnp.broadcast_to(place, (size, len(z))), numbers)
            return model.described(images, learnt, world.sigma)

        values, slopes = jax.lax.map(
            lambda along: jax.jvp(at, (z,), (along,)), jnp.eye(len(z), dtype=z.dtype)
        )
        return at(z, model) if counted else values[0], slopes

    values, slopes = jax.lax.map(batch, indices)
    slopes = jnp.moveaxis(slopes, 1, 0)
    return values.reshape(count * size, -1), slopes.reshape(len(z), count * size, -1)


@partial(jax.jit, static_argnums=0)
def statistics_of(model: Model, images: jax.Array, learnt: Regression | None, sigma: jax.Array) -> jax.Array:
    """The statistics of the real images, (n, f)."""
    return jax.lax.map(lambda one: model.described(one[None], learnt, sigma)[0], images, batch_size=_BATCH)
