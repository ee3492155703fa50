"""Probability distributions by name.

A distribution is a small frozen dataclass: its fields are the PARAMETERS of the configuration file,
and they are traced, so a sample can be differentiated with respect to them.  Sampling is always
`icdf(u)` with u uniform in (0, 1): one uniform number a draw, whatever the distribution.

>>> import jax
>>> redshift = Uniform(minimum=0.2, maximum=0.8)
>>> float(redshift.icdf(0.5))
0.5
>>> float(jax.grad(lambda hi: Uniform(0.2, hi).icdf(0.25))(0.8))
0.25
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar, TypeVar

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from jaxlens.kernels.types import Real

T = TypeVar("T", bound="type[Distribution]")

DISTRIBUTIONS: dict[str, type[Distribution]] = {}


class Distribution:
    """What every distribution offers.  Functions broadcast over x, u and the parameters.

    `name` is the configuration file's word for it; `discrete` says that its values are integers.
    """

    name: ClassVar[str]
    discrete: ClassVar[bool] = False

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

    def problems(self) -> list[str]:
        """What is wrong with the parameters, in words; empty when they are legal."""
        return []


def register(name: str) -> Callable[[T], T]:
    """Make a frozen dataclass of traced numbers known to configuration files under `name`."""

    def decorate(cls: T) -> T:
        jax.tree_util.register_dataclass(cls)
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


def truncated_icdf(distribution: Distribution, u: Real, lower: Real, upper: Real) -> jax.Array:
    """Inverse cdf of `distribution` restricted to (lower, upper): what redrawing converges to.

    Where the distribution has no weight there (in floating point) the nearer end is returned.
    """
    low, high = distribution.cdf(lower), distribution.cdf(upper)
    p = low + jnp.asarray(u) * (high - low)
    margin = jnp.finfo(p.dtype).epsneg
    return jnp.clip(distribution.icdf(jnp.clip(p, margin, 1.0 - margin)), lower, upper)


def _inside(x: Real, low: Real, high: Real, log_density: jax.Array) -> jax.Array:
    x = jnp.asarray(x)
    return jnp.where((x >= low) & (x <= high), log_density, -jnp.inf)


def _ordered(low_name: str, low: Real, high_name: str, high: Real) -> list[str]:
    if low > high:
        return [f"{low_name} {low} is above {high_name} {high}; it must not be"]
    return []


@register("uniform")
@dataclass(frozen=True)
class Uniform(Distribution):
    """p(x) = 1 / (maximum - minimum) for minimum <= x <= maximum."""

    minimum: Real
    maximum: Real

    def icdf(self, u: Real) -> jax.Array:
        return self.minimum + jnp.asarray(u) * (self.maximum - self.minimum)

    def cdf(self, x: Real) -> jax.Array:
        width = jnp.where(self.maximum == self.minimum, 1.0, self.maximum - self.minimum)
        inside = jnp.clip((jnp.asarray(x) - self.minimum) / width, 0.0, 1.0)
        return jnp.where(jnp.asarray(x) >= self.maximum, 1.0, inside)

    def log_prob(self, x: Real) -> jax.Array:
        return _inside(x, self.minimum, self.maximum, -jnp.log(self.maximum - self.minimum))

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        return _ordered("minimum", self.minimum, "maximum", self.maximum)


@register("uniform_int")
@dataclass(frozen=True)
class UniformInt(Distribution):
    """A uniform number between minimum and maximum, rounded to the nearest integer.

    As in deeplenstronomy the two ends are half as probable as the integers between them.
    """

    minimum: Real
    maximum: Real
    discrete: ClassVar[bool] = True

    def icdf(self, u: Real) -> jax.Array:
        return jnp.round(Uniform(self.minimum, self.maximum).icdf(u))

    def cdf(self, x: Real) -> jax.Array:
        return Uniform(self.minimum, self.maximum).cdf(jnp.floor(jnp.asarray(x)) + 0.5)

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        mass = self.cdf(x) - self.cdf(x - 1.0)
        return jnp.where(x == jnp.round(x), jnp.log(mass), -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return jnp.round(self.minimum), jnp.round(self.maximum)

    def problems(self) -> list[str]:
        return _ordered("minimum", self.minimum, "maximum", self.maximum)


@register("normal")
@dataclass(frozen=True)
class Normal(Distribution):
    """p(x) = exp(-(x - mean)^2 / (2 std^2)) / (std sqrt(2 pi))."""

    mean: Real
    std: Real

    def icdf(self, u: Real) -> jax.Array:
        return self.mean + self.std * ndtri(jnp.asarray(u))

    def cdf(self, x: Real) -> jax.Array:
        return ndtr((jnp.asarray(x) - self.mean) / self.std)

    def log_prob(self, x: Real) -> jax.Array:
        z = (jnp.asarray(x) - self.mean) / self.std
        return -0.5 * z**2 - jnp.log(self.std) - 0.5 * jnp.log(2.0 * jnp.pi)

    def support(self) -> tuple[Real, Real]:
        return -jnp.inf, jnp.inf

    def problems(self) -> list[str]:
        return [] if self.std > 0 else [f"std is {self.std}; it must be above zero"]


@register("lognormal")
@dataclass(frozen=True)
class LogNormal(Distribution):
    """ln x is normal with `mean` and standard deviation `sigma`, as numpy's lognormal."""

    mean: Real
    sigma: Real

    def icdf(self, u: Real) -> jax.Array:
        return jnp.exp(Normal(self.mean, self.sigma).icdf(u))

    def cdf(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        inside = Normal(self.mean, self.sigma).cdf(jnp.log(jnp.where(x > 0, x, 1.0)))
        return jnp.where(x > 0, inside, 0.0)

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        log_x = jnp.log(jnp.where(x > 0, x, 1.0))
        return jnp.where(x > 0, Normal(self.mean, self.sigma).log_prob(log_x) - log_x, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return 0.0, jnp.inf

    def problems(self) -> list[str]:
        return [] if self.sigma > 0 else [f"sigma is {self.sigma}; it must be above zero"]


@register("loguniform")
@dataclass(frozen=True)
class LogUniform(Distribution):
    """ln x is uniform: p(x) = 1 / (x ln(maximum / minimum)) for minimum <= x <= maximum."""

    minimum: Real
    maximum: Real

    def _log(self) -> Uniform:
        return Uniform(jnp.log(self.minimum), jnp.log(self.maximum))

    def icdf(self, u: Real) -> jax.Array:
        return jnp.exp(self._log().icdf(u))

    def cdf(self, x: Real) -> jax.Array:
        return self._log().cdf(jnp.log(jnp.maximum(jnp.asarray(x), self.minimum)))

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        log_x = jnp.log(jnp.where(x > 0, x, 1.0))
        density = -log_x - jnp.log(jnp.log(self.maximum / self.minimum))
        return _inside(x, self.minimum, self.maximum, density)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        if self.minimum <= 0:
            return [f"minimum is {self.minimum}; it must be above zero"]
        return _ordered("minimum", self.minimum, "maximum", self.maximum)


@register("delta_function")
@dataclass(frozen=True)
class DeltaFunction(Distribution):
    """Always `value`.  A plain number in a configuration file is this."""

    value: Real

    def icdf(self, u: Real) -> jax.Array:
        return jnp.broadcast_to(self.value, jnp.shape(u))

    def cdf(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) >= self.value, 1.0, 0.0)

    def log_prob(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) == self.value, 0.0, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return self.value, self.value


@register("symmetric_uniform_annulus")
@dataclass(frozen=True)
class SymmetricUniformAnnulus(Distribution):
    """Uniform on [-r2, -r1] and [r1, r2], both signs equally probable."""

    r1: Real
    r2: Real

    def icdf(self, u: Real) -> jax.Array:
        u = jnp.asarray(u)
        negative = -self.r2 + 2.0 * u * (self.r2 - self.r1)
        positive = self.r1 + (2.0 * u - 1.0) * (self.r2 - self.r1)
        return jnp.where(u < 0.5, negative, positive)

    def cdf(self, x: Real) -> jax.Array:
        negative = Uniform(-self.r2, -self.r1).cdf(x)
        return 0.5 * (negative + Uniform(self.r1, self.r2).cdf(x))

    def log_prob(self, x: Real) -> jax.Array:
        return _inside(jnp.abs(x), self.r1, self.r2, -jnp.log(2.0 * (self.r2 - self.r1)))

    def support(self) -> tuple[Real, Real]:
        return -self.r2, self.r2

    def problems(self) -> list[str]:
        negative = [f"r1 is {self.r1}; it must not be below zero"] if self.r1 < 0 else []
        return negative + _ordered("r1", self.r1, "r2", self.r2)


@dataclass(frozen=True)
class Truncated(Distribution):
    """Another distribution restricted to [lower, upper]: what redrawing until a draw is inside converges to."""

    inner: Distribution
    lower: Real
    upper: Real

    def _mass(self) -> tuple[jax.Array, jax.Array]:
        low, high = self.inner.cdf(self.lower), self.inner.cdf(self.upper)
        return low, high - low

    def icdf(self, u: Real) -> jax.Array:
        return truncated_icdf(self.inner, u, self.lower, self.upper)

    def cdf(self, x: Real) -> jax.Array:
        low, mass = self._mass()
        return jnp.clip((self.inner.cdf(x) - low) / mass, 0.0, 1.0)

    def log_prob(self, x: Real) -> jax.Array:
        return _inside(x, self.lower, self.upper, self.inner.log_prob(x) - jnp.log(self._mass()[1]))

    def support(self) -> tuple[Real, Real]:
        low, high = self.inner.support()
        return jnp.maximum(low, self.lower), jnp.minimum(high, self.upper)

    def problems(self) -> list[str]:
        return self.inner.problems()
