"""Relations by name: the mean of one number of a galaxy as a function of others.

A relation is a function, and its keyword-only arguments are its parameters:

    @relation("kpc_to_arcsec", unit="dex")
    def kpc_to_arcsec(*, size, redshift, cosmology):
        ...

The defaults are published values.  An argument `cosmology` is no parameter: it receives the mapping of
cosmological parameters that `kernels.cosmology` takes (H0, Om0, ...).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import parameters_of
from jaxlens.kernels.types import Params, Real

F = TypeVar("F", bound=Callable[..., Any])
Unit = Literal["dex", "linear"]

# The argument that receives the cosmological parameters.
COSMOLOGY = "cosmology"


@dataclass(frozen=True, eq=False, kw_only=True)
class Relation:
    """A relation of numbers, and how much galaxies scatter about it.

    Attributes:
        name: the name, as in RELATION of a configuration file.
        function: `(**parameters)` -> the mean, with `cosmology` where `takes_cosmology`.
        parameters: maps a parameter's name to its default, or to None where a value is required.
        takes_cosmology: whether the function has the argument `cosmology`.
        scatter: the default scatter, the standard deviation of one galaxy about the mean.
        unit: "dex" where the scatter is one of log10 of the number, "linear" where it is one of the number.
        doc: the equation and its source.
    """

    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, float | None]
    takes_cosmology: bool
    scatter: float
    unit: Unit
    doc: str

    def mean(self, cosmology: Params, **parameters: Real) -> jax.Array:
        """The number without scatter.

        Args:
            cosmology: the parameters of the cosmology, by astropy's names; not used by most relations.
            **parameters: the parameters; those that have a default may be left out.

        Returns:
            The mean, of the shape to which the parameters broadcast.
        """
        own = {COSMOLOGY: cosmology} if self.takes_cosmology else {}
        return jnp.asarray(self.function(**parameters, **own), jnp.result_type(float))

    def scattered(self, mean: Real, deviation: Real) -> jax.Array:
        """The number of one galaxy.

        Args:
            mean: the number without scatter.
            deviation: how far the galaxy is from it: the scatter times a normal number.

        Returns:
            mean 10^deviation in "dex", mean + deviation otherwise.
        """
        return mean * 10.0 ** jnp.asarray(deviation) if self.unit == "dex" else mean + jnp.asarray(deviation)


# The registered relations by name.
RELATIONS: dict[str, Relation] = {}


def relation(name: str, *, scatter: float = 0.0, unit: Unit = "linear") -> Callable[[F], F]:
    """A decorator that registers a function as the relation `name`.

    Args:
        name: the name in configuration files.
        scatter: the default scatter, not below zero.
        unit: "dex" where the scatter is one of log10 of the number, "linear" where it is one of the number.

    Returns:
        The decorator; it returns the function unchanged.

    Raises:
        ValueError: the unit is another word, the scatter is negative, or an argument is not keyword-only.
    """
    if unit not in get_args(Unit):
        raise ValueError(f"{name}: the unit of the scatter is {unit!r}; give 'dex' or 'linear'")
    if not scatter >= 0.0:
        raise ValueError(f"{name}: the scatter is {scatter}; it must not be below zero")

    def register(function: F) -> F:
        _check_form(name, function)
        parameters = dict(parameters_of(function))
        takes_cosmology = COSMOLOGY in parameters
        parameters.pop(COSMOLOGY, None)
        RELATIONS[name] = Relation(
            name=name,
            function=function,
            parameters=MappingProxyType(parameters),
            takes_cosmology=takes_cosmology,
            scatter=float(scatter),
            unit=unit,
            doc=inspect.getdoc(function) or "",
        )
        return function

    return register


def _check_form(name: str, function: Callable[..., Any]) -> None:
    """ValueError where an argument of the function is not keyword-only."""
    arguments = inspect.signature(function).parameters.values()
    if not arguments or any(one.kind is not one.KEYWORD_ONLY for one in arguments):
        form = "write it as f(*, parameter, parameter_with_default=1.0)"
        raise ValueError(f"the relation {name!r} has another form than is needed; {form}")
