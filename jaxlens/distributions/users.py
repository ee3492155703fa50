"""Distributions that a user writes: functions of a key, registered by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from jaxlens.distributions.base import DISTRIBUTIONS

F = TypeVar("F", bound=Callable[..., Any])

BANDS = "bands"
_FORM = "write it as f(key, *, parameter, parameter_with_default=1.0)"


@dataclass(frozen=True)
class UserDistribution:
    """A registered function: its parameters, those that may be left out, and whether it knows the bands."""

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    optional: frozenset[str]
    by_band: bool


USER_DISTRIBUTIONS: dict[str, UserDistribution] = {}
# Further names that are taken: those of the surveys' distributions, which are tables and not functions.
RESERVED: set[str] = set()


def distribution(name: str) -> Callable[[F], F]:
    """Make a function a distribution that configuration files know as `name`.

    The function is called with a `jax.random` key and, by keyword, the PARAMETERS of the file; it
    returns one number.  It is traced by JAX, so it is written in jax.numpy, and gradients with respect
    to its parameters are those of its own arithmetic.  Parameters with a default may be left out of the
    file.  A keyword-only parameter called `bands` receives the names of the bands, and then the function
    returns an array with one number a band.  A name that is registered again means the new function.

    Raises:
        ValueError: a built-in distribution has this name, or the function has another form.

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
    """What the signature says."""
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
