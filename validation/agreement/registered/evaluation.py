"""Values and derivatives of any registered profile, in most cases without compiling a program for it.

All numbers are arrays of one shape, so the primitive operations of all profiles are the same few programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.registry import LightProfile, MassProfile, Profile

# x, y and the parameters that can be differentiated.
Arguments = tuple[jax.Array, jax.Array, dict[str, Any]]
Function = Callable[[jax.Array, jax.Array, dict[str, Any]], jax.Array]

# Profiles of long loops, each of which is a program: one by one their operations take longer.
PROGRAMS = frozenset({"BPL", "GNFW", "GreenBoschNFW", "PSEUDO_DPL", "SERSIC_ELLIPSE_KAPPA", "TNFWC"})
# The names of what `function_of` returns, in order.
LIGHT_FIELDS = ("surface_brightness",)
MASS_FIELDS = ("alpha_x", "alpha_y", "potential")


def fields_of(profile: Profile) -> tuple[str, ...]:
    """The names of what a profile computes."""
    if isinstance(profile, LightProfile):
        return LIGHT_FIELDS
    assert isinstance(profile, MassProfile)
    return MASS_FIELDS if profile.potential is not None else MASS_FIELDS[:2]


def function_of(
    profile: Profile, drawn: Mapping[str, np.ndarray], shape: tuple[int, ...] | None = None
) -> Function:
    """`(x, y, parameters)` -> an array (fields, rows, points) of all that a profile computes.

    Args:
        profile: a light or mass profile.
        drawn: its parameters, of which integers and tables are used here.
        shape: to which each field is broadcast; that of x if it is not given.
    """
    fixed: dict[str, Any] = {key: int(drawn[key]) for key in profile.of_kind("integer")}

    def function(x: jax.Array, y: jax.Array, values: dict[str, Any]) -> jax.Array:
        given = fixed | values | {key: jnp.asarray(drawn[key], x.dtype) for key in profile.of_kind("table")}
        if isinstance(profile, LightProfile):
            found: tuple[jax.Array, ...] = (profile.surface_brightness(x, y, **given),)
        else:
            assert isinstance(profile, MassProfile)
            found = tuple(profile.deflection(x, y, **given))
            if profile.potential is not None:
                found = (*found, profile.potential(x, y, **given))
        return jnp.stack([jnp.broadcast_to(field, shape or x.shape) for field in found])

    return jax.jit(function) if profile.name in PROGRAMS else function


def flux_of(profile: LightProfile, drawn: Mapping[str, np.ndarray]) -> Function:
    """As `function_of`, of the total flux, which is the same at all points: (1, rows, points)."""
    assert profile.total_flux is not None
    total_flux = profile.total_flux
    fixed: dict[str, Any] = {key: int(drawn[key]) for key in profile.of_kind("integer")}

    def function(x: jax.Array, y: jax.Array, values: dict[str, Any]) -> jax.Array:
        given = fixed | values | {key: jnp.asarray(drawn[key], x.dtype) for key in profile.of_kind("table")}
        return jnp.broadcast_to(jnp.asarray(total_flux(**given), x.dtype), x.shape)[None]

    return function


def arguments(profile: Profile, drawn: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> Arguments:
    """The arguments of `function_of`, every number of the shape of x, in JAX's present precision.

    Args:
        profile: a light or mass profile.
        drawn: its parameters.
        x: positions (rows, points) in arcsec.
        y: the other coordinate.
    """
    dtype = jnp.result_type(float)

    def full(values: np.ndarray) -> jax.Array:
        return jnp.asarray(np.broadcast_to(values[:, None], x.shape), dtype)

    values: dict[str, Any] = {key: full(drawn[key]) for key in profile.of_kind("number")}
    values |= {key: tuple(full(entry) for entry in drawn[key].T) for key in profile.of_kind("list")}
    return jnp.asarray(x, dtype), jnp.asarray(y, dtype), values


def traced(profile: Profile, drawn: Mapping[str, np.ndarray]) -> jax.ShapeDtypeStruct:
    """The shape and type of what a profile computes in a program, of float32 arguments while x64 is on.

    The coordinates are (1, 2, 3), and the numbers of the parameters (4, 1, 1) and () in turn, so that the
    result is (fields, 4, 2, 3), of float32.

    Args:
        profile: a light or mass profile.
        drawn: its parameters.
    """

    def number(k: int) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((4, 1, 1) if k % 2 == 0 else (), jnp.float32)

    values: dict[str, Any] = {key: number(k) for k, key in enumerate(profile.of_kind("number"))}
    values |= {key: tuple(map(number, range(drawn[key].shape[1]))) for key in profile.of_kind("list")}
    place = jax.ShapeDtypeStruct((1, 2, 3), jnp.float32)
    function = function_of(profile, drawn, (4, 2, 3))
    return jax.eval_shape(function, place, place, values)


@contextmanager
def operation_by_operation() -> Iterator[None]:
    """Nothing is compiled but primitive operations, each once a shape; loops are run by Python."""
    with jax.disable_jit(), mock.patch.object(jax.lax, "scan", _scan):
        yield


def _way(function: Function) -> AbstractContextManager[None]:
    """Programs are evaluated as they are, all other functions operation by operation."""
    return nullcontext() if isinstance(function, jax.stages.Wrapped) else operation_by_operation()


def _scan(
    step: Callable[[Any, Any], tuple[Any, Any]],
    first: Any,
    items: Any = None,
    length: int | None = None,
    reverse: bool = False,
    **_: Any,
) -> tuple[Any, Any]:
    """`jax.lax.scan`, whose items are taken by one program and not by one for each index."""
    leaves = jax.tree.leaves(items)
    indices = range(leaves[0].shape[0] if leaves else length or 0)
    carry, outputs = first, []
    for k in reversed(indices) if reverse else indices:
        index = jnp.asarray(k, jnp.int32)
        item = jax.tree.map(lambda a, i=index: jax.lax.dynamic_index_in_dim(a, i, keepdims=False), items)
        carry, output = step(carry, item)
        outputs.append(output)
    outputs = outputs[::-1] if reverse else outputs
    return carry, jax.tree.map(lambda *each: jnp.stack(each), *outputs)


def evaluate(function: Function, at: Arguments) -> np.ndarray:
    """The values (fields, rows, points), as float64."""
    with _way(function):
        return np.asarray(function(*at), np.float64)


def along(function: Function, at: Arguments, directions: Arguments) -> tuple[np.ndarray, np.ndarray]:
    """The values, and the derivative along a direction of each row: each (fields, rows, points).

    Args:
        function: of `function_of`.
        at: its arguments.
        directions: a tangent for each of them.
    """
    with _way(function):
        value, derivative = jax.jvp(function, at, directions)
    return np.asarray(value, np.float64), np.asarray(derivative, np.float64)


def pulled_back(function: Function, at: Arguments, weights: np.ndarray) -> Arguments:
    """The gradient of the weighted sum of the values, by reverse mode, of the form of the arguments.

    Args:
        function: of `function_of`.
        at: its arguments.
        weights: of each value, (fields, rows, points).
    """
    with _way(function):
        value, back = jax.vjp(function, *at)
        return back(jnp.asarray(weights, value.dtype))


def axis_directions(at: Arguments, is_x: np.ndarray) -> Arguments:
    """Tangents along x in the rows where `is_x`, and along y in the others.

    Args:
        at: the arguments.
        is_x: (rows,).
    """
    x, _, values = at
    in_x = np.broadcast_to(is_x[:, None], x.shape).astype(x.dtype)
    constant = jax.tree.map(jnp.zeros_like, values)
    return jnp.asarray(in_x), jnp.asarray(1 - in_x), constant
