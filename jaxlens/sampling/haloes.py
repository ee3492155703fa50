"""The haloes of a configuration, and those of one system: drawn, or taken from lists of a file.

The random numbers of halo k come from the key of the system, the prefix of its parameters, and k alone.  So
the first haloes of a system are the same however many a compiled program has room for, and in any batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.haloes.names import NUMBER, halo_arrays, halo_parameters, named_haloes
from jaxlens.config.model import Configuration, Haloes, LineOfSight
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.noise.normal import normal_of_word
from jaxlens.kernels.noise.random_words import random_words_at
from jaxlens.kernels.types import Params
from jaxlens.sampling.indices import remainder
from jaxlens.sampling.keys import named_keys, uniforms

# Each block of random numbers is two words.
_BLOCKS = 3


@dataclass(frozen=True)
class HaloDraws:
    """Haloes of a configuration, as they are drawn: hashable, and static under jit.

    Attributes:
        prefix: the prefix of the names of their parameters.
        haloes: what they are, without the arrays of lists.
        redshift: the name of the redshift of the plane of subhaloes; "" along the line of sight.
    """

    prefix: str
    haloes: Haloes
    redshift: str = ""

    @property
    def host(self) -> str:
        """The prefix of the object of which they are the subhaloes."""
        return self.prefix.rpartition("-")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters that are drawn with them: NUMBER and the arrays."""
        return halo_parameters(self.prefix, self.haloes)

    @property
    def number(self) -> str:
        """The name of the parameter that says how many there are."""
        return f"{self.prefix}-{NUMBER}"

    @property
    def arrays(self) -> tuple[str, ...]:
        """The names of the arrays of them, with an entry for each halo or for each plane of haloes."""
        return tuple(name for name in self.names if name != self.number)

    @property
    def lists(self) -> tuple[str, ...]:
        """The arrays that the lists of a file give."""
        return tuple(self.haloes.haloes.arrays) if self.haloes.haloes else ()

    @property
    def array_paths(self) -> tuple[str, ...]:
        """The paths of these arrays among the hyperparameters."""
        return tuple(_array_path(self.haloes, name) for name in self.lists)

    def own(self, values: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        """The numbers of these haloes in a system, such as `f_sub`, by their names without the prefix."""
        return {name: values[f"{self.prefix}-{name}"] for name, _ in self.haloes.parameters}


class HaloRandoms(NamedTuple):
    """Random numbers of some haloes, each (haloes,).

    Attributes:
        mass: uniform in (0, 1): the part of all haloes that have more mass.
        radius: uniform in (0, 1), for the distance from the centre.
        direction: uniform in (0, 1), for the angle about it.
        depth: uniform in (0, 1), for the place along the line of sight.
        scatter: normal, of variance 1.
    """

    mass: jax.Array
    radius: jax.Array
    direction: jax.Array
    depth: jax.Array
    scatter: jax.Array


def halo_draws(configuration: Configuration) -> tuple[HaloDraws, ...]:
    """The haloes of a configuration, without the arrays of their lists."""
    return tuple(
        HaloDraws(
            prefix, _without_arrays(haloes), "" if isinstance(haloes, LineOfSight) else _redshift(prefix)
        )
        for prefix, haloes in named_haloes(configuration)
    )


def list_arrays(configuration: Configuration) -> dict[str, np.ndarray]:
    """The arrays of the lists of haloes of a configuration, by path in the file."""
    return {
        _array_path(haloes, name): array
        for _, haloes in named_haloes(configuration)
        if haloes.haloes
        for name, array in haloes.haloes.arrays.items()
    }


def _array_path(haloes: Haloes, name: str) -> str:
    return f"{haloes.path}.FILENAME.{name}"


def _redshift(prefix: str) -> str:
    """The name of the redshift of the plane in which an object has subhaloes."""
    return f"{prefix.partition('-')[0]}-OBJECT_1-REDSHIFT"


def _without_arrays(haloes: Haloes) -> Haloes:
    if haloes.haloes is None:
        return haloes
    return replace(
        haloes, haloes=replace(haloes.haloes, arrays=dict.fromkeys(haloes.haloes.arrays, np.empty(0)))
    )


def halo_randoms(key: jax.Array, prefix: str, count: int) -> HaloRandoms:
    """The random numbers of the haloes 0 to `count` - 1 of a system.

    Args:
        key: the key of the system, ().
        prefix: the prefix of the names of the parameters of the haloes.
        count: how many haloes.
    """
    own = named_keys(key, [prefix])[0]
    blocks = jax.vmap(jax.random.fold_in, (None, 0))(own, jnp.arange(_BLOCKS, dtype=jnp.uint32))
    implementation = jax.random.key_impl(own)

    def numbers(data: jax.Array) -> HaloRandoms:
        keys = jax.random.wrap_key_data(data, impl=implementation)
        indices = jnp.arange(count, dtype=jnp.uint32)
        first, second = jax.vmap(random_words_at, (0, None))(keys, indices)
        mass, direction, radius, depth = map(_uniform, (first[0], first[1], second[0], second[1]))
        found = HaloRandoms(mass, radius, direction, depth, normal_of_word(first[2]))
        return jax.tree.map(lambda one: one.astype(jnp.result_type(float)), found)

    # otherwise XLA's CPU compiler draws them again in each step of a search for a quantile
    return computed_apart(numbers, jax.random.key_data(blocks))


def number_uniform(key: jax.Array, prefix: str) -> jax.Array:
    """The uniform number, (), from which the number of haloes of a system follows."""
    return uniforms(named_keys(key, [f"{prefix}-{NUMBER}"]))[0]


def _uniform(word: jax.Array) -> jax.Array:
    """A uniform number in (0, 1) of a random word, in float32, with more bits where it is small.

    The word plus one half, over 2^32; its largest value is 1 - 2^-24.
    """
    # the float32 number nearest to the largest words would be 2^32
    near_one = np.float32(1.0 - 2.0**-24)
    return jnp.minimum((word.astype(jnp.float32) + 0.5) * np.float32(2.0**-32), near_one)


def listed(draws: HaloDraws, arrays: Params, index: jax.Array) -> dict[str, jax.Array]:
    """The list of a system, which is list number `index` modulo the number of lists.

    Args:
        draws: the haloes, which have lists.
        arrays: the arrays of the lists by path in the file.
        index: the index of the system, (), or its two words, (2,).

    Returns:
        `NUMBER` (), the arrays that the lists give of each halo (bound,), and `kappa_sheet` where they give
        it, by their names without the prefix.
    """
    lists = {name: arrays[_array_path(draws.haloes, name)] for name in draws.lists}
    row = remainder(index, lists["number"].shape[0])
    own = {name: array[row] for name, array in lists.items()}
    of_haloes = halo_arrays(draws.haloes)
    found = {n: _of_length(v, draws.haloes.bound) if n in of_haloes else v for n, v in own.items()}
    found[NUMBER] = found.pop("number")
    # what is no halo has a mass and a redshift too, so that what follows from them is finite
    positive = {name: found[name] for name in ("mass", "z") if name in found}
    return found | {name: jnp.where(value > 0.0, value, 1.0) for name, value in positive.items()}


def _of_length(array: jax.Array, length: int) -> jax.Array:
    """An array (n,) with zeros at its end, or without its end, (length,)."""
    return jnp.pad(array[:length], (0, max(0, length - array.shape[0])))


def shown_alone(draws: HaloDraws, drawn: Params) -> dict[str, jax.Array]:
    """The parameters of haloes by name, with zeros in place of the haloes that a system does not have.

    Where NUMBER is NaN, since a number of the system is, the arrays are NaN too.

    Args:
        draws: the haloes.
        drawn: `NUMBER` (), the arrays (bound,), and along the line of sight `kappa_sheet`, by their names
            without the prefix; others are left out.
    """
    number = drawn[NUMBER].astype(jnp.result_type(float))
    shown = jnp.arange(draws.haloes.bound, dtype=number.dtype) < number
    known = jnp.where(jnp.isnan(number), number, 0.0)
    arrays = {name: jnp.where(shown, drawn[name], 0.0) + known for name in halo_arrays(draws.haloes)}
    others = {name: drawn[name] for name in map(_last, draws.names) if name not in arrays and name != NUMBER}
    return {f"{draws.prefix}-{name}": value for name, value in {NUMBER: number, **arrays, **others}.items()}


def _last(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition("-")[2]
