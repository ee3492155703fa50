"""Distributions that are derived from another one: restricted to an interval, or scaled by a factor."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import Distribution, density_inside
from jaxlens.distributions.pytrees import register_pytree
from jaxlens.kernels.types import Real


def probability_between(distribution: Distribution, lower: Real, upper: Real) -> jax.Array:
    """The probability of an interval, Prob(lower <= x <= upper), precise in both tails.

    It is a difference of survival functions where `lower` is above the median, and of cumulative functions
    elsewhere.

    Args:
        distribution: the distribution.
        lower: the lower end of the interval; it may be minus infinity.
        upper: the upper end of the interval; it may be infinite.

    Returns:
        The probability, of the broadcast shape of the arguments and the parameters.

    >>> from jaxlens.distributions import Uniform
    >>> float(probability_between(Uniform(0.0, 2.0), 0.5, 1.5))
    0.5
    """
    below, at_most = distribution.below(lower), distribution.cdf(lower)
    from_below = distribution.cdf(upper) - below
    # Prob(x >= lower) = Prob(x > lower) + Prob(x = lower)
    from_above = distribution.above(lower) + (at_most - below) - distribution.above(upper)
    return jnp.where(below < 0.5, from_below, from_above)


def truncated_icdf(distribution: Distribution, u: Real, lower: Real, upper: Real) -> jax.Array:
    """The quantile function of a distribution restricted to an interval, as if draws outside were repeated.

    x = P^-1(P(lower) + u (P(upper) - P(lower))), with the cumulative distribution function P.  The survival
    function is used instead of P where `lower` is above the median, so that both tails are precise.

    Args:
        distribution: the distribution.
        u: the probability, in (0, 1).
        lower: the lower end of the interval; it may be minus infinity.
        upper: the upper end of the interval; it may be infinite.

    Returns:
        The quantile, of the broadcast shape of the arguments and the parameters; the nearer end of the
        interval where the interval's probability is zero in floating point.

    >>> from jaxlens.distributions import Uniform
    >>> float(truncated_icdf(Uniform(0.0, 1.0), 0.5, 0.5, 1.0))
    0.75
    """
    u = jnp.asarray(u)
    return _restricted(distribution, lower, upper, u, 1.0 - u)


def _restricted(distribution: Distribution, lower: Real, upper: Real, u: Real, v: Real) -> jax.Array:
    """`truncated_icdf` at the probabilities u and v = 1 - u, of which the smaller one is precise."""
    low, high = distribution.below(lower), distribution.cdf(upper)
    x = distribution.icdf(_open(low + u * (high - low)))
    if not distribution.discrete:
        low_above, high_above = distribution.above(lower), distribution.above(upper)
        from_above = distribution.icdf_above(_open(high_above + v * (low_above - high_above)))
        x = jnp.where(low < 0.5, x, from_above)
    return jnp.clip(x, lower, upper)


def _open(p: jax.Array) -> jax.Array:
    """A probability moved into the open interval (0, 1), where every quantile function is finite."""
    limits = jnp.finfo(p.dtype)
    return jnp.clip(p, limits.tiny, 1.0 - limits.epsneg)


@register_pytree
@dataclass(frozen=True)
class Truncated(Distribution):
    """Another distribution restricted to an interval, as if draws outside it were repeated.

    p(x) = p_inner(x) / Prob_inner(lower <= x <= upper) for lower <= x <= upper.

    Attributes:
        inner: the other distribution.
        lower: the lower end of the interval; it may be minus infinity.
        upper: the upper end of the interval; it may be infinite.
    """

    inner: Distribution
    lower: Real
    upper: Real

    @property
    def discrete(self) -> bool:
        return self.inner.discrete

    def _share(self, lower: Real, upper: Real) -> jax.Array:
        """The probability of [lower, upper], an interval inside that of the truncation."""
        mass = probability_between(self.inner, self.lower, self.upper)
        return probability_between(self.inner, lower, upper) / mass

    def _clip(self, x: Real) -> jax.Array:
        """The value x moved into the interval of the truncation."""
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
        """The probability of the value x, which is zero unless the distribution is discrete."""
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
    """The distribution of `factor` times another variable: p(x) = p_inner(x / factor) / factor.

    Attributes:
        inner: the distribution of the variable that is multiplied.
        factor: the factor, above zero.
    """

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


@register_pytree
@dataclass(frozen=True)
class Affine(Distribution):
    """The distribution of `factor` times another variable plus `shift`.

    p(x) = p_inner((x - shift) / factor) / |factor|.

    Attributes:
        inner: the distribution of the other variable.
        factor: the factor, of any sign, not zero.
        shift: what is added.
    """

    inner: Distribution
    factor: Real
    shift: Real

    @property
    def discrete(self) -> bool:
        return self.inner.discrete

    def _inside(self, x: Real) -> jax.Array:
        """The other variable at x."""
        return (jnp.asarray(x) - self.shift) / jnp.asarray(self.factor)

    def icdf(self, u: Real) -> jax.Array:
        inside = jnp.where(jnp.asarray(self.factor) > 0.0, self.inner.icdf(u), self.inner.icdf_above(u))
        return self.factor * inside + self.shift

    def cdf(self, x: Real) -> jax.Array:
        y = self._inside(x)
        below = jnp.where(jnp.asarray(self.factor) > 0.0, self.inner.cdf(y), 1.0 - self.inner.below(y))
        return jnp.asarray(below)

    def log_prob(self, x: Real) -> jax.Array:
        density = self.inner.log_prob(self._inside(x))
        return density if self.discrete else density - jnp.log(jnp.abs(jnp.asarray(self.factor)))

    def support(self) -> tuple[Real, Real]:
        ends = [self.factor * end + self.shift for end in map(jnp.asarray, self.inner.support())]
        return jnp.minimum(*ends), jnp.maximum(*ends)
