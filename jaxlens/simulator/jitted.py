"""The pure functions of `systems.py`, jitted: what is static is hashed once, all numbers are traced."""

from __future__ import annotations

from functools import partial

import jax
from jax.typing import ArrayLike

from jaxlens.imaging import point_sources
from jaxlens.imaging import render as imaging_render
from jaxlens.imaging.scene import Assets, Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched as systems
from jaxlens.simulator.batched import Batch, Params


class Static:
    """A value that is static under jit, whose hash is taken once and not at every call."""

    def __init__(self, value: Population) -> None:
        self.value = value
        self._hash = hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Static) and self.value == other.value)


@partial(jax.jit, static_argnums=0)
def draw(who: Static, numbers: Params, key: jax.Array, indices: ArrayLike) -> Params:
    """Every number of systems `indices`."""
    return systems.draw(who.value, numbers, key, indices)


@partial(jax.jit, static_argnums=0)
def render(what: Scene, params: Params, shared: Assets) -> jax.Array:
    """The images without noise."""
    return jax.vmap(partial(imaging_render.render, what), (0, None))(params, shared)


@partial(jax.jit, static_argnums=(0, 3))
def log_prior(who: Static, numbers: Params, params: Params, names: frozenset[str]) -> jax.Array:
    """The log-density of the numbers called `names`."""
    return systems.log_prior(who.value, numbers, params, names)


@partial(jax.jit, static_argnums=0)
def expected(what: Scene, params: Params, shared: Assets) -> tuple[jax.Array, jax.Array]:
    """Mean and standard deviation of every pixel."""
    return systems.expected(what, params, shared)


@partial(jax.jit, static_argnums=0)
def log_likelihood(what: Scene, params: Params, shared: Assets, observed: systems.Observed) -> jax.Array:
    """The log-density of what was observed."""
    return systems.log_likelihood(what, params, shared, observed)


@partial(jax.jit, static_argnums=(0, 1))
def observe(
    label: str, what: Scene, params: Params, key: jax.Array, indices: ArrayLike, shared: Assets
) -> jax.Array:
    """The images with noise of these parameters."""
    return systems.observe(label, what, params, key, indices, shared)


@partial(jax.jit, static_argnums=(0, 1))
def sample_and_observe(
    who: Static, what: Scene, numbers: Params, key: jax.Array, indices: ArrayLike, shared: Assets
) -> tuple[jax.Array, Params]:
    """Noisy images of systems `indices`, and their parameters."""
    values = jax.lax.optimization_barrier(systems.draw(who.value, numbers, key, indices))
    params = {name: values[name] for name in what.parameters}
    return systems.observe(who.value.label, what, params, key, indices, shared), params


@partial(jax.jit, static_argnums=0)
def image_positions(what: Scene, params: Params) -> dict[str, ImagePositions]:
    """The images of every lensed point source."""
    return jax.vmap(partial(point_sources.point_source_images, what))(params)


@partial(jax.jit, static_argnums=(0, 1, 6))
def generate(
    who: Static,
    what: Scene,
    numbers: Params,
    key: jax.Array,
    indices: ArrayLike,
    shared: Assets,
    planes: bool,
) -> Batch:
    """Systems `indices` as a chunk of a dataset."""
    return systems.generate(who.value, what, numbers, key, indices, shared, planes)


@partial(jax.jit, static_argnums=(0, 1))
def tabulate(who: Static, what: Scene, numbers: Params, key: jax.Array, indices: ArrayLike) -> Batch:
    """The numbers of systems `indices` without their images."""
    return systems.tabulate(who.value, what, numbers, key, indices)
