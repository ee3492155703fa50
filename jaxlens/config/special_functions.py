"""The functions of SPECIAL: changes to the numbers of an object once they are drawn.

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

Values = Mapping[str, jax.Array]
Function = Callable[[Values, str, tuple[str, ...]], Values]
Check = Callable[[str, Sequence[str], Sequence[str]], str]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True)
class Entry:
    """A function of SPECIAL; `check(argument, names, bands)` says what is wrong with an argument, or ""."""

    function: Function
    check: Check


SPECIALS: dict[str, Entry] = {}
_BUILT_IN: list[str] = []


def special(name: str) -> Callable[[F], F]:
    """Make a function known to SPECIAL under `name`, in whatever case a file writes it.

    It is called as `function(values, argument, bands)` for each argument that the file lists under the
    name.  `values` has the numbers of the object that has the SPECIAL, of one system, by name without
    `PLANE_k-OBJECT_j-` (`LIGHT_PROFILE_1-magnitude`), each () or (bands,); the function returns them all,
    changed or not, and is traced by JAX.  The same name again replaces it, except the names of jaxlens.

    Raises ValueError for the name of a function of jaxlens.
    """

    def decorate(function: F) -> F:
        _enter(name, function, lambda argument, names, bands: "")
        return function

    return decorate


def _enter(name: str, function: Function, check: Check) -> None:
    if name.lower() in _BUILT_IN:
        raise ValueError(f"{name} is a function of jaxlens; choose another name")
    SPECIALS[name.lower()] = Entry(function, check)


def brighten_everything(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """Subtract magnitudes from a light profile: `LIGHT_PROFILE_1-2.5` takes 2.5 from LIGHT_PROFILE_1's."""
    return _brighter(values, argument, dict.fromkeys(bands, 1.0), bands)


def make_blueer(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """`brighten_everything` by the whole in g, by half in r and not in i, z and Y, as deeplenstronomy."""
    return _brighter(values, argument, _BLUE, bands)


def make_redder(values: Values, argument: str, bands: tuple[str, ...]) -> Values:
    """`brighten_everything` by half in i, the whole in z, 1.5 times in Y, as deeplenstronomy."""
    return _brighter(values, argument, _RED, bands)


_BLUE = {"g": 1.0, "r": 0.5, "i": 0.0, "z": 0.0, "Y": 0.0}
_RED = {"g": 0.0, "r": 0.0, "i": 0.5, "z": 1.0, "Y": 1.5}


def _brighter(
    values: Values, argument: str, share: Mapping[str, float], bands: tuple[str, ...]
) -> dict[str, jax.Array]:
    profile, magnitudes = argument.split("-", 1)
    name = f"{profile}-magnitude"
    shares = [share[band] for band in bands]
    # one number for all bands stays one number
    change = shares[0] if len(set(shares)) == 1 else jnp.asarray(shares, jnp.result_type(float))
    return {**values, name: values[name] - float(magnitudes) * change}


def _check_profile(argument: str, names: Sequence[str], bands: Sequence[str]) -> str:
    """What is wrong with `LIGHT_PROFILE_1-2.5`."""
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
    unknown = [band for band in bands if band not in _BLUE]
    if unknown:
        return f"has no colour for the band {', '.join(unknown)}; the colours are of {', '.join(_BLUE)}"
    return _check_profile(argument, names, bands)


_enter("brighten_everything", brighten_everything, _check_profile)
_enter("make_blueer", make_blueer, _check_colour)
_enter("make_redder", make_redder, _check_colour)
_BUILT_IN += SPECIALS
