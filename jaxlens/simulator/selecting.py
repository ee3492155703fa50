"""Systems that meet the criteria of SELECT: the criteria of one attempt, and the search among attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.config.model import TRIES, Criterion, Selection
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.criteria import passed
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.fastmath.compiler import computed_once
from jaxlens.sampling.population import Population, draw_system
from jaxlens.sampling.selection import Stage, attempt_key, first_passing
from jaxlens.simulator.generation import Params

# From what the numbers of the file follow from, and the position of a system in its batch, to these numbers.
NumbersOf = Callable[[Any, jax.Array], Mapping[str, ArrayLike]]

# Attempts that are tested at a time.  Numbers cost little, so that there are at least so many places;
_MIN_PLACES_OF_NUMBERS = 32
# where images are needed the last systems of a batch leave places empty, so that there are fewer,
_SHARE_OF_IMAGES = 4
# but not so few that a device is idle;
_MIN_PLACES_OF_IMAGES = 8
# and never more than fit into memory, and into the integers that share them out.
_MAX_PLACES = 4096


def draw_selected(
    population: Population,
    scene: Scene,
    numbers_of: NumbersOf,
    numbers: Any,
    keys: jax.Array,
    indices: jax.Array,
    assets: Assets,
) -> Params:
    """Every parameter of some systems that meet the criteria of the population.

    The choice of the attempt has no derivative; the values of the attempt that is chosen have.

    Args:
        population: what is drawn, with a selection.
        scene: what is imaged.
        numbers_of: gives the hyperparameters of a system; see `NumbersOf`.
        numbers: its first argument, a pytree.
        keys: the keys of the systems, (n,).
        indices: their indices, (n,), or the two words of each, (n, 2).
        assets: the arrays that all systems share.

    Returns:
        {name: (n,) or (n, bands)}, and `SELECTION_TRIES`, how often each was drawn.  Where `max_tries`
        attempts fail all values are NaN.
    """
    selection, count = _selection_of(population), len(indices)
    fixed, shared = jax.lax.stop_gradient((numbers, assets))

    def attempt(
        numbers: Any, position: jax.Array, key: jax.Array, index: jax.Array, number: jax.Array
    ) -> Params:
        own = attempt_key(key, number.astype(jnp.uint32))
        return draw_system(population, numbers_of(numbers, position), own, index)

    def test(criteria: Sequence[Criterion], positions: jax.Array, numbers: jax.Array) -> jax.Array:
        def of_one(position: jax.Array, number: jax.Array) -> jax.Array:
            values = attempt(fixed, position, keys[position], indices[position], number)
            return jnp.all(passed(scene, criteria, values, shared))

        return jax.vmap(of_one)(positions, numbers)

    chosen, found = jnp.zeros((0,), jnp.int32), jnp.zeros((0,), bool)
    if count:
        stages = [Stage(partial(test, criteria), _places(criteria, count)) for criteria in selection.stages]
        chosen, found = first_passing(count, stages, selection.max_tries)
    positions = jnp.arange(count, dtype=jnp.int32)
    # by itself, so that it is rounded as the draws of a file without a selection
    values = computed_once(jax.vmap(partial(attempt, numbers))(positions, keys, indices, chosen))
    factor = jnp.where(found, 1.0, jnp.nan).astype(jnp.result_type(float))
    known = jax.vmap(lambda one, own: jax.tree.map(lambda value: value * one, own))(factor, values)
    return known | {TRIES: (chosen + 1) * factor}


def criteria_met(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    keys: jax.Array,
    indices: jax.Array,
    attempts: jax.Array,
    assets: Assets,
    stage: int,
) -> jax.Array:
    """Which criteria of a stage some attempts of systems meet.

    Args:
        population: what is drawn, with a selection.
        scene: what is imaged.
        hyperparameters: the numbers of the file by their paths.
        keys: the keys of the systems, (n,).
        indices: their indices, (n,), or the two words of each, (n, 2).
        attempts: the number of the attempt of each, (n,), uint32.
        assets: the arrays that all systems share.
        stage: which of `Selection.stages`.

    Returns:
        (n, criteria of the stage), bool.
    """
    criteria = _selection_of(population).stages[stage]

    def of_one(key: jax.Array, index: jax.Array, number: jax.Array) -> jax.Array:
        values = draw_system(population, hyperparameters, attempt_key(key, number), index)
        return passed(scene, criteria, values, assets)

    return jax.vmap(of_one)(keys, indices, attempts)


def _selection_of(population: Population) -> Selection:
    assert population.selection is not None, "the caller asks only where there is a selection"
    return population.selection


def _places(criteria: Sequence[Criterion], count: int) -> int:
    """How many attempts are tested at a time in a batch of `count` systems."""
    if criteria[0].kind == "numbers":
        return min(max(count, _MIN_PLACES_OF_NUMBERS), _MAX_PLACES)
    share = max(-(-count // _SHARE_OF_IMAGES), min(count, _MIN_PLACES_OF_IMAGES))
    return min(share, _MAX_PLACES)
