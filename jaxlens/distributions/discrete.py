"""Distributions of separate numbers.

A draw jumps from one number to the next, so its derivative with respect to what decides between them
(the bounds of `uniform_int`, the weights of `categorical`) is zero; fit these by their log_prob.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.distributions.base import Distribution, ordered, register
from jaxlens.distributions.continuous import Uniform
from jaxlens.kernels.types import Real


class _Discrete(Distribution):
    """A distribution of separate numbers."""

    @property
    def discrete(self) -> bool:
        return True


@register("uniform_int")
@dataclass(frozen=True)
class UniformInt(_Discrete):
    """A uniform number between minimum and maximum, rounded to the nearest integer.

    As in deeplenstronomy the two ends are half as probable as the integers between them.
    """

    minimum: Real
    maximum: Real

    def icdf(self, u: Real) -> jax.Array:
        return jnp.round(Uniform(self.minimum, self.maximum).icdf(u))

    def cdf(self, x: Real) -> jax.Array:
        return Uniform(self.minimum, self.maximum).cdf(jnp.floor(jnp.asarray(x)) + 0.5)

    def below(self, x: Real) -> jax.Array:
        return Uniform(self.minimum, self.maximum).cdf(jnp.ceil(jnp.asarray(x)) - 0.5)

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        return jnp.where(x == jnp.round(x), jnp.log(self.cdf(x) - self.below(x)), -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return jnp.round(self.minimum), jnp.round(self.maximum)

    def problems(self) -> list[str]:
        return ordered("minimum", self.minimum, "maximum", self.maximum)


@register("delta_function")
@dataclass(frozen=True)
class DeltaFunction(_Discrete):
    """Always `value`.  A plain number in a configuration file is this."""

    value: Real

    def icdf(self, u: Real) -> jax.Array:
        return jnp.broadcast_to(self.value, jnp.shape(u))

    def cdf(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) >= self.value, 1.0, 0.0)

    def below(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) > self.value, 1.0, 0.0)

    def log_prob(self, x: Real) -> jax.Array:
        return jnp.where(jnp.asarray(x) == self.value, 0.0, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return self.value, self.value


@register("categorical")
@dataclass(frozen=True)
class Categorical(_Discrete):
    """One of `values` (k,), with probabilities in proportion to `weights` (k,), in any order.

    A value of weight zero is never drawn.
    """

    values: Real | tuple[float, ...]
    weights: Real | tuple[float, ...]
    lists: ClassVar[tuple[str, ...]] = ("values", "weights")

    def _table(self) -> tuple[jax.Array, jax.Array]:
        """The values in order, and the cumulative probability, which ends at exactly 1."""
        values, weights = jnp.asarray(self.values), jnp.asarray(self.weights)
        order = jnp.argsort(values)
        cumulative = jnp.cumsum(weights[order])
        return values[order], cumulative / cumulative[-1]

    def icdf(self, u: Real) -> jax.Array:
        values, cumulative = self._table()
        return values[jnp.searchsorted(cumulative, jnp.asarray(u), method="compare_all")]

    def cdf(self, x: Real) -> jax.Array:
        return self._up_to(x, "right")

    def below(self, x: Real) -> jax.Array:
        return self._up_to(x, "left")

    def _up_to(self, x: Real, side: str) -> jax.Array:
        values, cumulative = self._table()
        count = jnp.searchsorted(values, jnp.asarray(x), side=side, method="compare_all")
        return jnp.where(count > 0, cumulative[jnp.maximum(count, 1) - 1], 0.0)

    def log_prob(self, x: Real) -> jax.Array:
        probability = self.cdf(x) - self.below(x)
        possible = probability > 0
        return jnp.where(possible, jnp.log(jnp.where(possible, probability, 1.0)), -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        if isinstance(self.values, tuple):
            # the numbers of a file are known without a compilation for every length of list
            drawn = np.asarray(self.values)[np.asarray(self.weights) > 0]
            return float(drawn.min()), float(drawn.max())
        values, possible = jnp.asarray(self.values), jnp.asarray(self.weights) > 0
        low, high = jnp.where(possible, values, jnp.inf), jnp.where(possible, values, -jnp.inf)
        return jnp.min(low), jnp.max(high)

    def problems(self) -> list[str]:
        values, weights = np.atleast_1d(self.values), np.atleast_1d(self.weights)
        if len(values) != len(weights):
            counts = f"values has {len(values)} numbers and weights {len(weights)}"
            return [f"{counts}; give every value a weight"]
        if (weights < 0).any():
            return [f"weights has {weights.min():g}; none may be below zero"]
        return [] if weights.sum() > 0 else ["weights are all zero; one must be above zero"]
