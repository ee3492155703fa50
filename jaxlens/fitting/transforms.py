"""From the space without bounds in which fits move to the numbers of the file, and back.

A number x is a growing function of v, which is any real number, as the support of its prior demands:

    x = v,     low + exp(v),     high - exp(-v),     low + (high - low) / (1 + exp(-v))

for a support without ends, with a lower one, an upper one, and both.  Here v = center + scale u, such that
u = 0 is the prior's median and the 16th and 84th percentiles are two apart: u is of order one in any unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.distributions import Distribution
from jaxlens.distributions.pytrees import register_pytree
from jaxlens.kernels.types import Real

# The probabilities below a normal number one standard deviation under the mean, at it, and above it.
PERCENTILES = (0.15865525, 0.5, 0.84134475)


@register_pytree
@dataclass(frozen=True)
class Transform:
    """The functions of k numbers, each of one number alone; the fields are arrays (k,).

    `low` and `high` are the ends of the supports, infinite where there is none.

    >>> from jaxlens.distributions import Normal, Uniform
    >>> transform = transform_of([Uniform(0.5, 1.5), Normal(3.0, 2.0)])
    >>> print(transform.constrained([0.0, 0.0]), transform.constrained([50.0, 1.0]))
    [1. 3.] [1.5 5. ]
    >>> print(transform.unconstrained([1.0, 5.0]))
    [0. 1.]
    """

    low: ArrayLike
    high: ArrayLike
    center: ArrayLike
    scale: ArrayLike

    def constrained(self, u: ArrayLike) -> jax.Array:
        """The numbers x at u, (..., k)."""
        u = jnp.asarray(u)
        low, high, center, scale = self._like(u)
        return _constrained(low, high, center + scale * u)

    def unconstrained(self, x: ArrayLike) -> jax.Array:
        """The u at which the numbers are x, (..., k); infinite at an end of the support, NaN beyond it."""
        x = jnp.asarray(x)
        low, high, center, scale = self._like(x)
        return (_unconstrained(low, high, x) - center) / scale

    def log_slope(self, u: ArrayLike) -> jax.Array:
        """The logarithm of dx/du of each number, (..., k): their sum turns a density of x into one of u."""
        u = jnp.asarray(u)
        low, high, center, scale = self._like(u)
        return _log_slope(low, high, center + scale * u) + jnp.log(scale)

    def _like(self, numbers: jax.Array) -> list[jax.Array]:
        """The fields with as many axes as `numbers`."""
        fields = (jnp.asarray(f, numbers.dtype) for f in (self.low, self.high, self.center, self.scale))
        return [jnp.expand_dims(field, tuple(range(numbers.ndim - 1))) for field in fields]


def transform_of(distributions: Sequence[Distribution]) -> Transform:
    """The Transform of numbers with these priors; that of one without width has no `scale` above 0."""
    return _transform_of(tuple(distributions))


@jax.jit
def _transform_of(distributions: tuple[Distribution, ...]) -> Transform:
    ends = [distribution.support() for distribution in distributions]
    low, high = (_stacked([pair[side] for pair in ends]) for side in (0, 1))
    points = [_stacked([one.icdf(p) for one in distributions]) for p in PERCENTILES]
    below, center, above = (_unconstrained(low, high, point) for point in points)
    return Transform(low, high, center, 0.5 * (above - below))


def _stacked(numbers: Sequence[Real]) -> jax.Array:
    return jnp.stack([jnp.asarray(number, jnp.result_type(float)) for number in numbers])


def _kinds(low: jax.Array, high: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Whether there are two ends, or one; +1 where the one is the lower, else -1; and that end."""
    lower, upper = jnp.isfinite(low), jnp.isfinite(high)
    return lower & upper, lower ^ upper, jnp.where(lower, 1.0, -1.0), jnp.where(lower, low, high)


def _constrained(low: jax.Array, high: jax.Array, v: jax.Array) -> jax.Array:
    two, one, sign, end = _kinds(low, high)
    # what is not chosen is kept finite, for its slope
    low, width = jnp.where(two, low, 0.0), jnp.where(two, high - low, 1.0)
    between = low + width * jax.nn.sigmoid(jnp.where(two, v, 0.0))
    beyond = jnp.where(one, end, 0.0) + sign * jnp.exp(jnp.where(one, sign * v, 0.0))
    return jnp.where(two, between, jnp.where(one, beyond, v))


def _unconstrained(low: jax.Array, high: jax.Array, x: jax.Array) -> jax.Array:
    two, one, sign, end = _kinds(low, high)
    from_low, to_high = jnp.where(two, x - low, 0.5), jnp.where(two, high - x, 0.5)
    beyond = sign * jnp.log(jnp.where(one, sign * (x - end), 1.0))
    return jnp.where(two, jnp.log(from_low) - jnp.log(to_high), jnp.where(one, beyond, x))


def _log_slope(low: jax.Array, high: jax.Array, v: jax.Array) -> jax.Array:
    two, one, sign, _ = _kinds(low, high)
    inside = jnp.where(two, v, 0.0)
    between = (
        jnp.log(jnp.where(two, high - low, 1.0)) + jax.nn.log_sigmoid(inside) + jax.nn.log_sigmoid(-inside)
    )
    return jnp.where(two, between, jnp.where(one, sign * v, 0.0))
