"""What every distribution offers, the registry of their names, and truncation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.distributions.pytrees import register_pytree
from jaxlens.kernels.types import Real

T = TypeVar("T", bound="type[Distribution]")

DISTRIBUTIONS: dict[str, type[Distribution]] = {}


class Distribution:
    """What every distribution offers.  Functions broadcast over x, u and the parameters.

    `name` is the configuration file's word for it; `lists` are the parameters that are lists of numbers.
    """

    name: ClassVar[str]
    lists: ClassVar[tuple[str, ...]] = ()

    @property
    def discrete(self) -> bool:
        """Whether its values are separate numbers, each with a probability of its own."""
        return False

    def icdf(self, u: Real) -> jax.Array:
        """The value below which the fraction u of the draws falls."""
        raise NotImplementedError

    def cdf(self, x: Real) -> jax.Array:
        """The probability of a value of at most x."""
        raise NotImplementedError

    def log_prob(self, x: Real) -> jax.Array:
        """The natural logarithm of the density (of the probability, where `discrete`) at x."""
        raise NotImplementedError

    def support(self) -> tuple[Real, Real]:
        """The smallest and the largest value that can be drawn."""
        raise NotImplementedError

    def below(self, x: Real) -> jax.Array:
        """The probability of a value below x; where `discrete`, x itself is left out."""
        return self.cdf(x)

    def above(self, x: Real) -> jax.Array:
        """The probability of a value above x, precise where it is small."""
        return 1.0 - self.cdf(x)

    def icdf_above(self, q: Real) -> jax.Array:
        """The value above which the fraction q of the draws falls, precise where q is small."""
        return self.icdf(1.0 - jnp.asarray(q))

    def problems(self) -> list[str]:
        """What is wrong with the parameters, in words; empty when they are legal."""
        return []


def register(name: str) -> Callable[[T], T]:
    """Make a frozen dataclass of traced numbers known to configuration files under `name`."""

    def decorate(cls: T) -> T:
        register_pytree(cls)
        cls.name = name
        DISTRIBUTIONS[name] = cls
        return cls

    return decorate


def parameter_names(name: str) -> tuple[str, ...]:
    """The PARAMETERS that the distribution `name` takes.

    >>> parameter_names("normal")
    ('mean', 'std')
    """
    return tuple(f.name for f in fields(DISTRIBUTIONS[name]))  # type: ignore[arg-type]


def parameter_defaults(name: str) -> dict[str, float]:
    """The PARAMETERS of the distribution `name` that may be left out, and what they are then.

    >>> parameter_defaults("beta")
    {'minimum': 0.0, 'maximum': 1.0}
    """
    every = fields(DISTRIBUTIONS[name])  # type: ignore[arg-type]
    return {f.name: f.default for f in every if f.default is not MISSING}


def density_inside(x: Real, low: Real, high: Real, log_density: Real) -> jax.Array:
    """`log_density` where low <= x <= high, and minus infinity elsewhere."""
    x = jnp.asarray(x)
    return jnp.where((x >= low) & (x <= high), log_density, -jnp.inf)


def ordered(low_name: str, low: Real, high_name: str, high: Real) -> list[str]:
    """The problem of two parameters of which the first must not be the larger."""
    if low > high:
        return [f"{low_name} {low} is above {high_name} {high}; it must not be"]
    return []


def not_positive(**parameters: Real) -> list[str]:
    """The problems of parameters that must be above zero."""
    return [f"{name} is {value}; it must be above zero" for name, value in parameters.items() if value <= 0]


def probability_between(distribution: Distribution, lower: Real, upper: Real) -> jax.Array:
    """P(lower <= x <= upper), without cancellation where the interval is far out in a tail."""
    below, at_most = distribution.below(lower), distribution.cdf(lower)
    from_below = distribution.cdf(upper) - below
    # P(x >= lower) is P(x > lower) and what is at `lower` itself
    from_above = distribution.above(lower) + (at_most - below) - distribution.above(upper)
    return jnp.where(below < 0.5, from_below, from_above)


def truncated_icdf(distribution: Distribution, u: Real, lower: Real, upper: Real) -> jax.Array:
    """Inverse cdf of `distribution` restricted to [lower, upper]: what redrawing converges to.

    With P the cdf, x = P^-1(P(lower) + u (P(upper) - P(lower))), counted from the upper end where `lower`
    is above the median, so that both tails are precise.  Where the distribution has no weight there (in
    floating point) the nearer end is returned.
    """
    u = jnp.asarray(u)
    return _restricted(distribution, lower, upper, u, 1.0 - u)


def _restricted(distribution: Distribution, lower: Real, upper: Real, u: Real, v: Real) -> jax.Array:
    """The value that the fraction u of the draws in [lower, upper] is below, and v = 1 - u above."""
    low, high = distribution.below(lower), distribution.cdf(upper)
    x = distribution.icdf(_open(low + u * (high - low)))
    if not distribution.discrete:
        low_above, high_above = distribution.above(lower), distribution.above(upper)
        from_above = distribution.icdf_above(_open(high_above + v * (low_above - high_above)))
        x = jnp.where(low < 0.5, x, from_above)
    return jnp.clip(x, lower, upper)


def _open(p: jax.Array) -> jax.Array:
    """A probability inside (0, 1), where every inverse cdf is finite."""
    limits = jnp.finfo(p.dtype)
    return jnp.clip(p, limits.tiny, 1.0 - limits.epsneg)


@register_pytree
@dataclass(frozen=True)
class Truncated(Distribution):
    """Another distribution restricted to [lower, upper]: redrawn until a draw is inside."""

    inner: Distribution
    lower: Real
    upper: Real

    @property
    def discrete(self) -> bool:
        return self.inner.discrete

    def _share(self, lower: Real, upper: Real) -> jax.Array:
        """The part of the draws between `lower` and `upper`, which are inside the bounds."""
        mass = probability_between(self.inner, self.lower, self.upper)
        return probability_between(self.inner, lower, upper) / mass

    def _clip(self, x: Real) -> jax.Array:
        return jnp.clip(jnp.asarray(x), self.lower, self.upper)

    def icdf(self, u: Real) -> jax.Array:
        return truncated_icdf(self.inner, u, self.lower, self.upper)

    def icdf_above(self, q: Real) -> jax.Array:
        q = jnp.asarray(q)
        return _restricted(self.inner, self.lower, self.upper, 1.0 - q, q)

    def cdf(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) < self.lower, 0.0, self._share(self.lower, self._clip(x)))

    def below(self, x: Real) -> jax.Array:
        return self.cdf(x) - self._at(x)

    def above(self, x: Real) -> jax.Array:
        inside = self._clip(x)
        share = self._share(inside, self.upper) - self._at(inside)
        return jnp.where(jnp.asarray(x) < self.lower, 1.0, share)

    def _at(self, x: Real) -> jax.Array:
        """The probability of x itself."""
        x = jnp.asarray(x)
        return jnp.where(self._clip(x) == x, self._share(x, x), 0.0) if self.discrete else jnp.zeros_like(x)

    def log_prob(self, x: Real) -> jax.Array:
        mass = probability_between(self.inner, self.lower, self.upper)
        return density_inside(x, self.lower, self.upper, self.inner.log_prob(x) - jnp.log(mass))

    def support(self) -> tuple[Real, Real]:
        low, high = self.inner.support()
        return jnp.maximum(low, self.lower), jnp.minimum(high, self.upper)

    def problems(self) -> list[str]:
        return self.inner.problems()


@register_pytree
@dataclass(frozen=True)
class Scaled(Distribution):
    """`factor` times what `inner` draws; `factor` is positive."""

    inner: Distribution
    factor: Real

    @property
    def discrete(self) -> bool:
        return self.inner.discrete

    def icdf(self, u: Real) -> jax.Array:
        return self.factor * self.inner.icdf(u)

    def cdf(self, x: Real) -> jax.Array:
        return self.inner.cdf(jnp.asarray(x) / self.factor)

    def log_prob(self, x: Real) -> jax.Array:
        return self.inner.log_prob(jnp.asarray(x) / self.factor) - jnp.log(self.factor)

    def support(self) -> tuple[Real, Real]:
        low, high = self.inner.support()
        return self.factor * low, self.factor * high
