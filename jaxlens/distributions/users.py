"""Distributions that a user writes as functions of a random key, and their registry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from jaxlens.distributions.base import DISTRIBUTIONS

F = TypeVar("F", bound=Callable[..., Any])

# The keyword-only parameter that receives the names of the bands.
BANDS = "bands"
_FORM = "write it as f(key, *, parameter, parameter_with_default=1.0)"


@dataclass(frozen=True)
class UserDistribution:
    """A registered function.

    Attributes:
        function: the function.
        parameters: the names of its PARAMETERS.
        optional: the names of the PARAMETERS that have a default.
        by_band: whether it takes `bands` and returns one value for each band.
    """

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    optional: frozenset[str]
    by_band: bool


# Name in configuration files -> registered function.
USER_DISTRIBUTIONS: dict[str, UserDistribution] = {}
# Further names that cannot be registered: those of the surveys' distributions.
RESERVED: set[str] = set()


def distribution(name: str) -> Callable[[F], F]:
    """Register a function as the distribution `name` of configuration files.

    The function is called with a `jax.random` key and, as keyword arguments, with the PARAMETERS of the file;
    it returns one draw, of shape ().  It is traced by JAX, so it is written in jax.numpy, and draws can be
    differentiated with respect to its parameters.  Parameters with a default may be omitted in the file.  A
    function with a keyword-only parameter `bands`, which receives the names of the bands, returns one draw
    for each band, of shape (bands,).  Registering a name again replaces its function.

    Args:
        name: the name in configuration files.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: if a built-in distribution has this name, or the function has another signature.

    For example, used as `DISTRIBUTION: {NAME: triangular, PARAMETERS: {low: 0.1, high: 0.3}}`::

        @jaxlens.distribution("triangular")
        def triangular(key, *, low, high):
            u = jax.random.uniform(key, (2,))
            return low + (high - low) * u.mean()
    """
    if not isinstance(name, str) or not name:
        raise ValueError(f"{name!r} is no name for a distribution; give a word")
    if name in DISTRIBUTIONS or name in RESERVED:
        raise ValueError(f"{name!r} is a built-in distribution; give yours another name")

    def decorate(function: F) -> F:
        USER_DISTRIBUTIONS[name] = _inspected(name, function)
        return function

    return decorate


def _inspected(name: str, function: Callable[..., Any]) -> UserDistribution:
    """A function with the parameters of its signature; ValueError where it does not fit."""
    parameters = list(inspect.signature(function).parameters.values())
    first, rest = parameters[:1], parameters[1:]
    takes_key = bool(first) and first[0].kind in (first[0].POSITIONAL_ONLY, first[0].POSITIONAL_OR_KEYWORD)
    if not takes_key or any(p.kind is not p.KEYWORD_ONLY for p in rest):
        raise ValueError(f"the distribution {name!r} has another form than is needed; {_FORM}")
    own = [p for p in rest if p.name != BANDS]
    return UserDistribution(
        function,
        tuple(p.name for p in own),
        frozenset(p.name for p in own if p.default is not p.empty),
        len(own) < len(rest),
    )
