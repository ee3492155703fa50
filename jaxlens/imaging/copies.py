"""The copies of an object that stands in its plane a random number of times.

All copies have the same profiles, so what is computed of one is computed of all by one piece of a program,
from arrays with the copies along their first axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied, Light, Mass
from jaxlens.kernels.types import Params

T = TypeVar("T")
Profiles: TypeAlias = tuple[Light | Mass, ...]


class Copy(NamedTuple):
    """What a copy depends on: a pytree of arrays; of all copies, with these along the first axis.

    Attributes:
        x: where the origin of the copy is, arcsec.
        y: the other coordinate.
        profiles: the numbers of each light profile, or of each mass profile, as those of a single object.
    """

    x: jax.Array
    y: jax.Array
    profiles: Any


class CopyNumbers(NamedTuple):
    """What the copies of an object depend on: a pytree of arrays with the copies along the first axis.

    Attributes:
        shown: which copies the system has, (n,), of bool.
        each: what each copy depends on.
    """

    shown: jax.Array
    each: Copy


def copy_numbers(
    copied: Copied, profiles: Profiles, params: Params, numbers: Callable[[Params], Any]
) -> CopyNumbers:
    """What all copies of an object depend on.

    Args:
        copied: the object.
        profiles: its light profiles, or its mass profiles.
        params: the parameters of one system, each () or (bands,).
        numbers: gives the numbers of these profiles from the parameters of a system in which the object has
            the parameters of one copy.
    """
    each = Copy(*positions(copied, params), for_each(copied, profiles, params, numbers))
    return CopyNumbers(shown(copied, params), each)


def shown(copied: Copied, params: Params) -> jax.Array:
    """Which copies a system has: copy k, counted from 1, where k <= NUMBER; (n,), of bool."""
    return jnp.arange(1, copied.bound + 1) <= params[copied.number]


def positions(copied: Copied, params: Params) -> tuple[jax.Array, jax.Array]:
    """Where the origin of each copy is: `sep` from the centre of the image towards `angle`, arcsec, (n,).

    Without a POSITION stars are where `ra_image` and `dec_image` say, and other objects where their profiles
    say, with their origin in the centre of the image.
    """
    own = [stacked(copied, params, name) for name in copied.position]
    if copied.is_placed:
        sep, angle = own
        return sep * jnp.cos(angle), sep * jnp.sin(angle)
    if copied.is_star:
        return own[0], own[1]
    zero = jnp.zeros((copied.bound,), jnp.result_type(float))
    return zero, zero


def for_each(copied: Copied, profiles: Profiles, params: Params, function: Callable[[Params], T]) -> T:
    """`function` of the parameters of a system in which the object has the parameters of one copy.

    Args:
        copied: the object.
        profiles: those of its profiles of which `function` needs the parameters.
        params: the parameters of one system, each () or (bands,), with the arrays that `function` needs.
        function: takes `params` with `<prefix>-<name>` of one copy for the profiles of `copied`.

    Returns:
        What `function` returns, with the copies along a first axis.
    """
    names = [f"{one.prefix}-{name}" for one in profiles for name in one.parameters]
    tables = (f"{one.prefix}-{name}" for one in profiles for name in one.tables)
    names += [name for name in tables if name in params]
    start = len(copied.prefix) + 1
    each = {name: stacked(copied, params, name[start:]) for name in names}
    return jax.vmap(lambda own: function({**params, **own}))(each)


def stacked(copied: Copied, params: Params, name: str) -> jax.Array:
    """The values of a parameter of all copies, (n,) or (n, bands); of an array (n, ...).

    Args:
        copied: the object.
        params: the parameters of one system; with `with_copies` they have these arrays.
        name: the name of the parameter, without the prefix of a copy.
    """
    whole = f"{copied.prefix}-{name}"
    if whole in params:
        return params[whole]
    return jnp.stack(jnp.broadcast_arrays(*(params[f"{own}-{name}"] for own in copied.prefixes)))


def with_copies(scene: Scene, params: Params) -> Params:
    """The parameters of a system, with those of all copies of an object in one array.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,), with the arrays of profiles.

    Returns:
        `params`, with (n,) or (n, bands) by `<prefix>-<name>`, with the prefix of the object.
    """
    found = {
        f"{copied.prefix}-{name}": stacked(copied, params, name)
        for plane in scene.planes
        for copied in plane.copies
        for name in copied.parameters
    }
    return {**params, **found} if found else params
