"""The maps between the unconstrained coordinates in which fits move and the parameters of the file.

A parameter x is an increasing function of a real number v, which depends on the support of its prior:

    x = v,     low + exp(v),     high - exp(-v),     low + (high - low) / (1 + exp(-v))

for a support without bounds, with a lower bound, with an upper bound, and with both (Stan Reference Manual,
"Constraint transforms").  The coordinate is u with v = center + scale u, such that u = 0 is the prior's
median and its 16th and 84th percentiles are 2 apart: u is of order one whatever the parameter's unit.
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

# The probabilities that a normal variable is below its mean - sigma, its mean, and its mean + sigma.
PERCENTILES = (0.15865525, 0.5, 0.84134475)


@register_pytree
@dataclass(frozen=True)
class Transform:
    """The map between unconstrained coordinates u and parameters x; each parameter depends on one coordinate.

    Attributes:
        low: the lower bounds of the supports, (k,), minus infinity where there is none.
        high: the upper bounds, (k,), infinity where there is none.
        center: v at the median of each prior, (k,).
        scale: half of the distance in v between the 16th and the 84th percentile of each prior, (k,).

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
        """The parameters x at coordinates u, (..., k)."""
        return _constrained(self, jnp.asarray(u))

    def unconstrained(self, x: ArrayLike) -> jax.Array:
        """The coordinates u of parameters x, (..., k); infinite on a bound of the support, NaN beyond it."""
        return _unconstrained(self, jnp.asarray(x))

    def log_derivative(self, u: ArrayLike) -> jax.Array:
        """ln(dx/du) of each parameter, (..., k).

        The log-density of u is that of x = constrained(u) plus the sum of these.
        """
        return _log_derivative(self, jnp.asarray(u))


def transform_of(distributions: Sequence[Distribution]) -> Transform:
    """The Transform of parameters with these priors.

    A prior without width, such as a uniform one between equal bounds, has a `scale` that is zero or NaN.
    """
    return _transform_of(tuple(distributions))


@jax.jit
def _transform_of(distributions: tuple[Distribution, ...]) -> Transform:
    bounds = [distribution.support() for distribution in distributions]
    low, high = (_stacked([pair[side] for pair in bounds]) for side in (0, 1))
    percentiles = [_stacked([prior.icdf(p) for prior in distributions]) for p in PERCENTILES]
    below, center, above = (_unscaled(low, high, x) for x in percentiles)
    return Transform(low, high, center, 0.5 * (above - below))


def _stacked(values: Sequence[Real]) -> jax.Array:
    return jnp.stack([jnp.asarray(value, jnp.result_type(float)) for value in values])


def _like(transform: Transform, array: jax.Array) -> list[jax.Array]:
    """The fields of a transform with the dtype of `array` and as many axes."""
    fields = (transform.low, transform.high, transform.center, transform.scale)
    axes = tuple(range(array.ndim - 1))
    return [jnp.expand_dims(jnp.asarray(field, array.dtype), axes) for field in fields]


def _kinds(low: jax.Array, high: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The kind of each support, as four arrays.

    They are whether it has two bounds, whether it has exactly one, +1 where the only bound is the lower one
    and -1 elsewhere, and that bound.
    """
    lower, upper = jnp.isfinite(low), jnp.isfinite(high)
    return lower & upper, lower ^ upper, jnp.where(lower, 1.0, -1.0), jnp.where(lower, low, high)


@jax.jit
def _constrained(transform: Transform, u: jax.Array) -> jax.Array:
    low, high, center, scale = _like(transform, u)
    two, single, sign, bound = _kinds(low, high)
    v = center + scale * u
    # the branches that are not taken stay finite, so that the gradient has no NaN
    low, width = jnp.where(two, low, 0.0), jnp.where(two, high - low, 1.0)
    between = low + width * jax.nn.sigmoid(jnp.where(two, v, 0.0))
    beyond = jnp.where(single, bound, 0.0) + sign * jnp.exp(jnp.where(single, sign * v, 0.0))
    return jnp.where(two, between, jnp.where(single, beyond, v))


@jax.jit
def _unconstrained(transform: Transform, x: jax.Array) -> jax.Array:
    low, high, center, scale = _like(transform, x)
    return (_unscaled(low, high, x) - center) / scale


def _unscaled(low: jax.Array, high: jax.Array, x: jax.Array) -> jax.Array:
    """The real number v of a parameter x with this support."""
    two, single, sign, bound = _kinds(low, high)
    from_low, to_high = jnp.where(two, x - low, 0.5), jnp.where(two, high - x, 0.5)
    beyond = sign * jnp.log(jnp.where(single, sign * (x - bound), 1.0))
    return jnp.where(two, jnp.log(from_low) - jnp.log(to_high), jnp.where(single, beyond, x))


@jax.jit
def _log_derivative(transform: Transform, u: jax.Array) -> jax.Array:
    low, high, center, scale = _like(transform, u)
    two, single, sign, _ = _kinds(low, high)
    v = center + scale * u
    inside = jnp.where(two, v, 0.0)
    width = jnp.where(two, high - low, 1.0)
    between = jnp.log(width) + jax.nn.log_sigmoid(inside) + jax.nn.log_sigmoid(-inside)
    return jnp.where(two, between, jnp.where(single, sign * v, 0.0)) + jnp.log(scale)
