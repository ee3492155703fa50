"""The parameters of many systems of one configuration, with its selection where it has one; jitted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.fastmath.compiler import computed_once
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import Population, draw_system
from jaxlens.simulator.generation import Params
from jaxlens.simulator.halo_draws import draw_haloes
from jaxlens.simulator.programs import compiled
from jaxlens.simulator.selecting import NumbersOf, criteria_met, draw_selected


def draw(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> Params:
    """Every parameter of some systems.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share.

    Returns:
        {name: (n,) or (n, bands)}; where the population has a selection also `SELECTION_TRIES`, and where it
        has haloes also their number and arrays, (n, haloes).
    """
    if population.selection is None:
        if population.haloes:
            return _draw_with_haloes(population, scene, hyperparameters, key, indices, assets)
        return _draw_all(population, hyperparameters, key, indices)
    return _draw_selected(population, scene, hyperparameters, key, indices, assets)


@compiled(0)
def _draw_all(
    population: Population, hyperparameters: Mapping[str, ArrayLike], key: jax.Array, indices: ArrayLike
) -> Params:
    """`draw` of a population of which all systems are kept."""
    keys = system_keys(key, population.label, indices)
    return jax.vmap(partial(draw_system, population, hyperparameters))(keys, jnp.asarray(indices))


@compiled(0, 1)
def _draw_with_haloes(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> Params:
    """`draw` of a population with haloes of which all systems are kept."""
    keys, own = system_keys(key, population.label, indices), jnp.asarray(indices)
    values = jax.vmap(partial(draw_system, population, hyperparameters))(keys, own)
    return _and_haloes(population, scene, _shared, hyperparameters, values, keys, own, assets)


@compiled(0, 1)
def _draw_selected(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> Params:
    """`draw` of a population with a selection."""
    return draw_each(population, scene, _shared, hyperparameters, key, indices, assets)


def _shared(hyperparameters: Mapping[str, ArrayLike], position: jax.Array) -> Mapping[str, ArrayLike]:
    """The numbers of the file, which all systems share."""
    return hyperparameters


def draw_each(
    population: Population,
    scene: Scene,
    numbers_of: NumbersOf,
    numbers: Any,
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> Params:
    """`draw` of a population with a selection, where each system has numbers of the file of its own.

    Args:
        population: as in `draw`.
        scene: as in `draw`.
        numbers_of: `(numbers, position of a system in the batch)` gives the hyperparameters of the system.
        numbers: arrays, a pytree.
        key: as in `draw`.
        indices: as in `draw`.
        assets: as in `draw`.

    Returns:
        As `draw`.
    """
    keys, own = system_keys(key, population.label, indices), jnp.asarray(indices)
    values = draw_selected(population, scene.macro, numbers_of, numbers, keys, own, assets)
    if not population.haloes:
        return values
    return _and_haloes(population, scene, numbers_of, numbers, values, keys, own, assets)


def _and_haloes(
    population: Population,
    scene: Scene,
    numbers_of: NumbersOf,
    numbers: Any,
    values: Params,
    keys: jax.Array,
    indices: jax.Array,
    assets: Assets,
) -> Params:
    """`values`, with the haloes of each system; the other arguments are those of `draw_each`."""
    # by themselves, so that they are not computed again for each halo
    values = computed_once(values)

    def of_system(position: jax.Array, own: Params, key: jax.Array, index: jax.Array) -> Params:
        given = numbers_of(numbers, position)
        return draw_haloes(population, scene, given, assets, own, key, index)

    positions = jnp.arange(len(indices), dtype=jnp.int32)
    return values | jax.vmap(of_system)(positions, values, keys, indices)


@compiled(0, 1, 7)
def tested(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: ArrayLike,
    indices: ArrayLike,
    attempts: ArrayLike,
    assets: Assets,
    stage: int,
) -> jax.Array:
    """Which criteria some attempts of systems meet.

    Args:
        population: what is drawn, with a selection; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        attempts: the number of the attempt of each, (n,), uint32.
        assets: the arrays that all systems share.
        stage: which of `Selection.stages`; static.

    Returns:
        (n, criteria of the stage), bool.
    """
    keys, own = system_keys(key, population.label, indices), jnp.asarray(indices)
    tries = jnp.asarray(attempts)
    return criteria_met(population, scene.macro, hyperparameters, keys, own, tries, assets, stage)
