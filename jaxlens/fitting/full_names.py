"""Full names in the place of the short ones with which a caller names parameters of a fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from jaxlens.config.short_names import ShortNames, shown_name
from jaxlens.sampling.epochs import POINTING
from jaxlens.simulator.simulator import Simulator

# How alike an unknown name of a start must be to one of the parameters to be a misspelt one, from 0 to 1.
_MISSPELT = 0.85


class FitNames(NamedTuple):
    """The arguments of a fit that name parameters, by full names; what has another form stays as it is."""

    free: Any
    fixed: Any
    tie: Any


def full_names(sim: Simulator, free: Any, fixed: Any, tie: Any = None) -> FitNames:
    """The arguments of a fit with full names.

    Args:
        sim: the simulator of the configuration.
        free: as in `jaxlens.fit`.
        fixed: as in `jaxlens.fit`.
        tie: as in `jaxlens.fit`.

    Raises:
        ValueError: if a name means several parameters or none, or two names of one argument mean the same.
    """
    names = sim.short_names
    if isinstance(free, Mapping):
        free = names.full_keys(free, "free")
    elif isinstance(free, Iterable) and not isinstance(free, str):
        free = tuple(names.full(name, "free") for name in free)
    if isinstance(fixed, Mapping):
        own = ShortNames((*names.names, POINTING)) if POINTING in fixed else names
        fixed = own.full_keys(fixed, "fixed")
    if isinstance(tie, Mapping):
        tie = {name: names.full(source, "tie") for name, source in names.full_keys(tie, "tie").items()}
    return FitNames(free, fixed, tie)


def full_start(sim: Simulator, start_from: Any) -> Any:
    """`start_from` of a fit with full names where it is a mapping.

    What is a parameter of another file stays under its name, and is not used.

    Args:
        sim: the simulator of the configuration.
        start_from: as in `jaxlens.fit`.

    Raises:
        ValueError: if a name means several parameters, or none and is spelled nearly as one of them.
    """
    if not isinstance(start_from, Mapping):
        return start_from
    banded = {f"{name}-{band}": f"{name}-{band}" for name in sim.parameter_names for band in sim.bands}
    names = ShortNames({name: name for name in sim.parameter_names} | banded, sim.short_names.objects)
    found = {}
    for name, value in start_from.items():
        meant = names.meant(name)
        if meant or not _is_misspelt(name, names):
            found[names.full(name, "start_from") if meant else name] = value
        else:
            raise ValueError(f"{shown_name(name)} in start_from is no parameter; {names.advice(name)}")
    return found


def _is_misspelt(name: object, names: ShortNames) -> bool:
    """Whether a name that means nothing here is spelled nearly as a parameter's."""
    if not isinstance(name, str):
        return True
    return "-" not in name and bool(get_close_matches(name, names.names, n=1, cutoff=_MISSPELT))
