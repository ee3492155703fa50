"""The functions that a file may call under SPECIAL: they change the parameters of an object after the draw.

Here are the decorator `jaxlens.special`, the functions that it has registered, and the built-in functions of
deeplenstronomy.  The calls of a file are read in `special_calls`.

>>> @special("half_the_size")
... def half_the_size(values, argument, bands):
...     name = f"{argument}-R_sersic"
...     return values | {name: values[name] / 2}
>>> sorted(set(SPECIALS) - {"half_the_size"})
['brighten_everything', 'make_blueer', 'make_redder']
>>> del SPECIALS["half_the_size"]
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import jax
import jax.numpy as jnp

# The parameters of one object, by name.
Values = Mapping[str, jax.Array]
# A function of SPECIAL: (values, argument, bands) -> values.
Function = Callable[[Values, str, tuple[str, ...]], Values]
# A check of its argument: (argument, names of the parameters, bands) -> the problem, or "".
Check = Callable[[str, Sequence[str], Sequence[str]], str]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True)
class Entry:
    """A registered function of SPECIAL, and the function that checks its arguments."""

    function: Function
    check: Check


# The registered functions by name, in lower case.
SPECIALS: dict[str, Entry] = {}
# The names of jaxlens's own functions, which cannot be replaced.
_BUILT_IN: list[str] = []


def special(name: str) -> Callable[[F], F]:
    """Register a function that files may call under SPECIAL as `name`, in upper or lower case.

    The function is called as `function(values, argument, bands)`, once for each argument that the file lists
    under the name, and is traced by JAX.  `values` are the parameters of the object with the SPECIAL, for one
    system, each () or (bands,), by their names without `PLANE_k-OBJECT_j-`, for example
    `LIGHT_PROFILE_1-magnitude`; `argument` is the text in the file, and `bands` the names of the bands.  It
    returns all of the parameters, changed or not.  Registering a name again replaces its function.

    Args:
        name: the name in files; not that of a function of jaxlens.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: if `name` is that of a function of jaxlens.

    For example, used as `SPECIAL: {half_the_size: [LIGHT_PROFILE_1]}`::

        @jaxlens.special("half_the_size")
        def half_the_size(values, argument, bands):
            name = f"{argument}-R_sersic"
            return values | {name: values[name] / 2}
    """

    def decorate(function: F) -> F:
        _enter(name, function, lambda argument, names, bands: "")
        return function

    return decorate


def is_built_in(name: str) -> bool:
    """Whether a function of SPECIAL is jaxlens's own; these change a magnitude by itself alone.

    >>> is_built_in("make_redder")
    True
    """
    return name in _BUILT_IN


def _enter(name: str, function: Function, check: Check) -> None:
    """Register a function; ValueError for the name of a built-in one."""
    if not callable(function):
        raise ValueError(f"{name} is no function but a {type(function).__name__}; register a function")
    if name.lower() in _BUILT_IN:
        raise ValueError(f"{name} is a function of jaxlens; choose another name")
    SPECIALS[name.lower()] = Entry(function, check)


def brighten_everything(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """Make a light profile brighter in all bands: `LIGHT_PROFILE_1-2.5` subtracts 2.5 from its magnitude.

    Args:
        values: the parameters of the object, each () or (bands,).
        argument: the profile and the magnitudes, for example `LIGHT_PROFILE_1-2.5`.
        bands: the names of the bands.

    Returns:
        The parameters with the changed magnitude.
    """
    return _brighter(values, argument, dict.fromkeys(bands, 1.0), bands)


def make_blueer(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """Make a light profile brighter in g, and by half as many magnitudes in r, as deeplenstronomy does.

    Args:
        values: the parameters of the object, each () or (bands,).
        argument: the profile and the magnitudes in g, for example `LIGHT_PROFILE_1-2.5`.
        bands: the names of the bands, each one of g, r, i, z and Y.

    Returns:
        The parameters with the changed magnitudes.
    """
    return _brighter(values, argument, _BLUE, bands)


def make_redder(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """Make a light profile brighter by 0.5, 1 and 1.5 times the magnitudes in i, z and Y, as deeplenstronomy.

    Args:
        values: the parameters of the object, each () or (bands,).
        argument: the profile and the magnitudes in z, for example `LIGHT_PROFILE_1-2.5`.
        bands: the names of the bands, each one of g, r, i, z and Y.

    Returns:
        The parameters with the changed magnitudes.
    """
    return _brighter(values, argument, _RED, bands)


# Band -> the change of the magnitude by make_blueer, as a multiple of that in the argument.
_BLUE = {"g": 1.0, "r": 0.5, "i": 0.0, "z": 0.0, "Y": 0.0}
# Band -> the change of the magnitude by make_redder, as a multiple of that in the argument.
_RED = {"g": 0.0, "r": 0.0, "i": 0.5, "z": 1.0, "Y": 1.5}


def _brighter(
    values: Values, argument: str, share: Mapping[str, float], bands: tuple[str, ...]
) -> dict[str, jax.Array]:
    """`values` with the magnitudes of the argument, times each band's `share`, subtracted."""
    profile, magnitudes = argument.split("-", 1)
    name = f"{profile}-magnitude"
    shares = [share[band] for band in bands]
    # a magnitude without a band axis does not get one where all shares are equal
    change = shares[0] if len(set(shares)) == 1 else jnp.asarray(shares, jnp.result_type(float))
    return {**values, name: values[name] - float(magnitudes) * change}


def _check_profile(argument: str, names: Sequence[str], bands: Sequence[str]) -> str:
    """The problem with an argument that is not of the form `LIGHT_PROFILE_1-2.5`; "" where it is."""
    profile, _, magnitudes = argument.partition("-")
    profiles = [name.removesuffix("-magnitude") for name in names if name.endswith("-magnitude")]
    if profile not in profiles:
        near = difflib.get_close_matches(profile, profiles, n=1) or profiles
        if not near:
            return "names no light profile, and this object has none"
        return f"names no light profile of this object; did you mean {near[0]}?"
    try:
        is_number = math.isfinite(float(magnitudes))
    except ValueError:
        is_number = False
    return "" if is_number else "has no number of magnitudes; write it as LIGHT_PROFILE_1-2.5"


def _check_colour(argument: str, names: Sequence[str], bands: Sequence[str]) -> str:
    """The problem that `_check_profile` finds, or a band without a factor in make_blueer and make_redder."""
    unknown = [band for band in bands if band not in _BLUE]
    if unknown:
        return f"has no colour for the band {', '.join(unknown)}; the colours are of {', '.join(_BLUE)}"
    return _check_profile(argument, names, bands)


_enter("brighten_everything", brighten_everything, _check_profile)
_enter("make_blueer", make_blueer, _check_colour)
_enter("make_redder", make_redder, _check_colour)
_BUILT_IN += SPECIALS
