"""The base class of distributions, the registry of their names, and checks of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import ClassVar, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.distributions.pytrees import register_pytree
from jaxlens.kernels.types import Real

T = TypeVar("T", bound="type[Distribution]")

# Name in configuration files -> distribution.
DISTRIBUTIONS: dict[str, type[Distribution]] = {}


class Distribution:
    """A probability distribution of a real variable, with density p(x) and P(x) = Prob(value <= x).

    The methods broadcast over x, u and the parameters.

    Attributes:
        name: the name in configuration files.
        lists: the parameters that are lists of numbers.
    """

    name: ClassVar[str]
    lists: ClassVar[tuple[str, ...]] = ()

    @property
    def discrete(self) -> bool:
        """Whether single values have a probability, instead of a density."""
        return False

    def icdf(self, u: Real) -> jax.Array:
        """The quantile function: the x with P(x) = u, for u in (0, 1)."""
        raise NotImplementedError

    def cdf(self, x: Real) -> jax.Array:
        """The cumulative distribution function P(x) = Prob(value <= x)."""
        raise NotImplementedError

    def log_prob(self, x: Real) -> jax.Array:
        """The natural logarithm of the density p(x), or of the probability of x where `discrete`."""
        raise NotImplementedError

    def support(self) -> tuple[Real, Real]:
        """The smallest and the largest possible value."""
        raise NotImplementedError

    def below(self, x: Real) -> jax.Array:
        """Prob(value < x), which is less than P(x) only where `discrete`."""
        return self.cdf(x)

    def above(self, x: Real) -> jax.Array:
        """The survival function Prob(value > x) = 1 - P(x), precise where it is small."""
        return 1.0 - self.cdf(x)

    def icdf_above(self, q: Real) -> jax.Array:
        """The inverse of `above`: the x with Prob(value > x) = q, precise where q is small."""
        return self.icdf(1.0 - jnp.asarray(q))

    def problems(self) -> list[str]:
        """Messages about illegal parameters, for the user; empty where all are legal."""
        return []


def register(name: str) -> Callable[[T], T]:
    """A decorator that registers a frozen dataclass, whose fields are traced, as the distribution `name`."""

    def decorate(cls: T) -> T:
        register_pytree(cls)
        cls.name = name
        DISTRIBUTIONS[name] = cls
        return cls

    return decorate


def parameter_names(name: str) -> tuple[str, ...]:
    """The names of the PARAMETERS of the distribution `name`.

    >>> parameter_names("normal")
    ('mean', 'std')
    """
    return tuple(f.name for f in fields(DISTRIBUTIONS[name]))  # type: ignore[arg-type]


def parameter_defaults(name: str) -> dict[str, float]:
    """The default values of those PARAMETERS of the distribution `name` that may be omitted.

    >>> parameter_defaults("beta")
    {'minimum': 0.0, 'maximum': 1.0}
    """
    every = fields(DISTRIBUTIONS[name])  # type: ignore[arg-type]
    return {f.name: f.default for f in every if f.default is not MISSING}


def density_inside(x: Real, low: Real, high: Real, log_density: Real) -> jax.Array:
    """A log density that is restricted to an interval.

    Args:
        x: where the density is evaluated.
        low: the lower end of the interval.
        high: the upper end of the interval.
        log_density: the log density at x, for x in the interval.

    Returns:
        `log_density` where low <= x <= high, and minus infinity elsewhere.
    """
    x = jnp.asarray(x)
    return jnp.where((x >= low) & (x <= high), log_density, -jnp.inf)


def ordered(low_name: str, low: Real, high_name: str, high: Real) -> list[str]:
    """Check that one parameter is not above another one.

    Args:
        low_name: the name of the parameter that must not be the larger one.
        low: the value of that parameter.
        high_name: the name of the other parameter.
        high: the value of the other parameter.

    Returns:
        A list of the message about the problem; empty where there is no problem.
    """
    if low > high:
        return [f"{low_name} {low} is above {high_name} {high}; it must not be"]
    return []


def not_positive(**parameters: Real) -> list[str]:
    """Check that parameters are above zero; a message for each that is not."""
    return [f"{name} is {value}; it must be above zero" for name, value in parameters.items() if value <= 0]
