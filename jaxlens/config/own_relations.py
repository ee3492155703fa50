"""Relations of a user: the public decorator, which registers functions beside those of jaxlens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from jaxlens.kernels import relations
from jaxlens.kernels.relations.registry import RELATIONS, Unit

F = TypeVar("F", bound=Callable[..., Any])

# Names of relations in files.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# The names of the relations that users have registered.
_OWN: set[str] = set()


def relation(name: str, *, scatter: float = 0.0, unit: Unit = "linear") -> Callable[[F], F]:
    """Register a function as the relation `name` of configuration files.

    The function gives the mean of a number from other numbers of the same system, which are its keyword-only
    arguments; a file may leave out those that have a default.  An argument named `cosmology` receives the
    cosmological parameters by astropy's names, as `jaxlens.kernels.cosmology` takes them.  The function is
    traced by JAX, so it is written in jax.numpy.  Registering a name again replaces its function.

    Args:
        name: the name in files.
        scatter: the standard deviation of a galaxy about the mean, where the file has no SCATTER.
        unit: "linear" where the scatter is added to the number, "dex" where the number is multiplied by ten
            to the power of the scatter.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: if a relation of jaxlens has this name, the function has another signature, or the scatter
            is not legal.

    For example, used as `RELATION: {NAME: concentration_of_mass, PARAMETERS: {log_mass: 13.0}}`::

        @jaxlens.relation("concentration_of_mass", scatter=0.16, unit="dex")
        def concentration_of_mass(*, log_mass, slope=-0.1):
            return 9.0 * 10.0 ** (slope * (log_mass - 12.0))
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a relation; give a word of letters, digits and _")
    if name in RELATIONS and name not in _OWN:
        raise ValueError(f"{name} is a relation of jaxlens; choose another name")

    def decorate(function: F) -> F:
        if not callable(function):
            raise ValueError(f"{name} is no function but a {type(function).__name__}; register a function")
        relations.relation(name, scatter=scatter, unit=unit)(function)
        _OWN.add(name)
        return function

    return decorate
