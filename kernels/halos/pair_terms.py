"""The deflection and the potential of one halo at one ray, as functions for `fastmath.pairs`.

XLA derives and fuses a long formula badly on a CPU, where each of its results is computed from the start and
each intermediate value of a reverse derivative is an array in memory.  So the slope is computed apart from
what uses it, and its change is a sum of changes of what it depends on, times derivatives that are computed
apart as well, each only where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.fastmath.pair_forms import Arrays
from jaxlens.kernels.halos.round_profiles import Single, round_profile
from jaxlens.kernels.registry import parameters_of
from jaxlens.kernels.types import Tangent


def prepared(name: str, numbers: Mapping[str, jax.Array], dtype: Any) -> dict[str, jax.Array]:
    """What the terms of `deflection_terms` are functions of, computed once a halo.

    Args:
        name: the profile.
        numbers: of `numbers_of`.
        dtype: the floating type of the sums.

    Returns:
        Numbers by name: x, y and those of the slope, (n,).
    """
    single = _single(name, dtype)
    own = dict(numbers)
    centre = {key: own.pop(key) for key in ("x", "y")}
    found = centre | (own if single is None else single.numbers(**own))
    return {key: jnp.asarray(found[key], dtype) for key in ("x", "y", *_names(name, dtype))}


@cache
def deflection_terms(name: str, dtype: Any) -> Callable[[Arrays, Arrays], list[jax.Array]]:
    """The function from (x, y) of rays and from the arrays of `prepared` to the deflection of each halo.

    Args:
        name: the profile.
        dtype: the floating type.

    Returns:
        The function, which broadcasts; for equal arguments it is the same object.
    """

    @jax.custom_jvp
    def slope(*places_and_numbers: jax.Array) -> jax.Array:
        return computed_apart(partial(_slope, name, dtype), *places_and_numbers)

    slope.defjvp(partial(_slope_jvp, name, dtype, slope), symbolic_zeros=True)

    def terms(rays: Arrays, halo: Arrays) -> list[jax.Array]:
        found = slope(*rays, *halo)
        return [found * (rays[0] - halo[0]), found * (rays[1] - halo[1])]

    return terms


def _slope(name: str, dtype: Any, *given: jax.Array) -> jax.Array:
    """The slope as a function of x and y of the ray, those of the halo, and its numbers."""
    return _slope_of(name, dtype)(_r_squared(given), **_numbers(name, dtype, given))


def _slope_of(name: str, dtype: Any) -> Callable[..., jax.Array]:
    single = _single(name, dtype)
    return round_profile(name).radial.slope if single is None else single.slope


def _r_squared(given: Sequence[jax.Array]) -> jax.Array:
    return jnp.square(given[0] - given[2]) + jnp.square(given[1] - given[3])


def _numbers(name: str, dtype: Any, given: Sequence[jax.Array]) -> dict[str, jax.Array]:
    return dict(zip(_names(name, dtype), given[4:], strict=True))


def _slope_jvp(
    name: str,
    dtype: Any,
    slope: Callable[..., jax.Array],
    primals: tuple[jax.Array, ...],
    tangents: tuple[Tangent, ...],
) -> tuple[jax.Array, jax.Array]:
    """The slope and its change."""
    value = slope(*primals)
    changes = []
    if any(not isinstance(tangent, SymbolicZero) for tangent in tangents[:4]):
        change = _change_of_square(primals, tangents)
        changes.append(computed_apart(partial(_along_square, name, dtype), *primals) * change)
    for key, tangent in zip(_names(name, dtype), tangents[4:], strict=True):
        if not isinstance(tangent, SymbolicZero):
            changes.append(computed_apart(partial(_along_number, name, dtype, key), *primals) * tangent)
    return value, sum(changes, jnp.zeros_like(value))


def _change_of_square(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> jax.Array:
    """The change of the squared radius."""
    total = jnp.zeros((), primals[0].dtype)
    for k, sign in enumerate((2.0, 2.0, -2.0, -2.0)):
        tangent = tangents[k]
        if not isinstance(tangent, SymbolicZero):
            total = total + sign * (primals[k % 2] - primals[2 + k % 2]) * tangent
    return total


def _along_square(name: str, dtype: Any, *given: jax.Array) -> jax.Array:
    """The derivative of the slope in the squared radius."""
    of_square = partial(_slope_of(name, dtype), **_numbers(name, dtype, given))
    at = _r_squared(given)
    return jax.jvp(of_square, (at,), (jnp.ones_like(at),))[1]


def _along_number(name: str, dtype: Any, key: str, *given: jax.Array) -> jax.Array:
    """The derivative of the slope in one of the numbers, with those that follow it."""
    single, numbers = _single(name, dtype), _numbers(name, dtype, given)
    follow = {} if single is None else single.tangents(**numbers).get(key, {})
    along = {key: jnp.ones_like(numbers[key]), **follow}
    at = _r_squared(given)

    def of_some(some: dict[str, jax.Array]) -> jax.Array:
        return _slope_of(name, dtype)(at, **{**numbers, **some})

    return jax.jvp(of_some, ({one: numbers[one] for one in along},), (along,))[1]


@cache
def potential_terms(name: str) -> Callable[[Arrays, Arrays], list[jax.Array]]:
    """The function from (x, y) of rays and from the arrays of `numbers_of` to the potential of each halo.

    Args:
        name: the profile.

    Returns:
        The function, which broadcasts; for equal arguments it is the same object.
    """
    profile = round_profile(name)

    def terms(rays: Arrays, halo: Arrays) -> list[jax.Array]:
        dx, dy = rays[0] - halo[0], rays[1] - halo[1]
        own = dict(zip(profile.parameters, halo[2:], strict=True))
        return [profile.radial.potential(dx * dx + dy * dy, **own)]

    return terms


def _single(name: str, dtype: Any) -> Single | None:
    """The form for float32, where there is one and where it is asked for."""
    return round_profile(name).single if dtype == jnp.float32 else None


def _names(name: str, dtype: Any) -> tuple[str, ...]:
    """The numbers of a halo on which the slope depends, in the order in which they are given."""
    return tuple(parameters_of(_slope_of(name, dtype)))
