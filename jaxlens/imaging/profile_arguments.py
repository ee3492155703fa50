"""The arguments of a profile's functions from the parameters of one system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import jax

from jaxlens.config.profile_parameters import list_of
from jaxlens.kernels.registry import Profile

# The value of an argument: an array, or as many arrays as a list of the file has entries.
Value: TypeAlias = jax.Array | tuple[jax.Array, ...]


def arguments(profile: Profile, values: Mapping[str, jax.Array]) -> dict[str, Value]:
    """The arguments that `profile` has, from values by the names that parameters have in a file.

    Args:
        profile: the profile.
        values: arrays by name; the entries of a list `sigma` are `sigma_0`, `sigma_1` and so on, in order.
            What the profile does not have, such as `magnitude`, is left out.

    Returns:
        The arguments by name; those that are lists are tuples.
    """
    found: dict[str, Value] = {}
    lists: dict[str, list[jax.Array]] = {}
    for name, value in values.items():
        whole = list_of(name, profile)
        if whole is not None:
            lists.setdefault(whole, []).append(value)
        elif name in profile.parameters:
            found[name] = value
    return found | {name: tuple(items) for name, items in lists.items()}
