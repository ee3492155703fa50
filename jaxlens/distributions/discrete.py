"""Discrete distributions.

A draw is a step function of the parameters that determine the probabilities (the bounds of `uniform_int`,
the weights of `categorical`), so its derivative with respect to them is zero.  The derivative of `log_prob`
is not.
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


class Discrete(Distribution):
    """A distribution in which single values have a probability."""

    @property
    def discrete(self) -> bool:
        return True


@register("uniform_int")
@dataclass(frozen=True)
class UniformInt(Discrete):
    """A uniform variable between minimum and maximum, rounded to the nearest integer.

    Prob(k) is the part of [k - 1/2, k + 1/2] inside [minimum, maximum] over maximum - minimum.  As in
    deeplenstronomy, integer bounds are half as probable as the integers between them.

    Attributes:
        minimum: the lower end of the interval.
        maximum: the upper end of the interval.
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
class DeltaFunction(Discrete):
    """A constant, Prob(value) = 1; a number in a configuration file is read as this distribution.

    Attributes:
        value: the constant.
    """

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
class Categorical(Discrete):
    """One of k values, Prob(values[i]) = weights[i] / sum(weights).

    A value of weight zero is never drawn.

    Attributes:
        values: the values (k,), in any order.
        weights: their weights (k,), none below zero.
    """

    values: Real | tuple[float, ...]
    weights: Real | tuple[float, ...]
    lists: ClassVar[tuple[str, ...]] = ("values", "weights")

    def _table(self) -> tuple[jax.Array, jax.Array]:
        """The values in increasing order (k,), and P at each of them (k,), which ends at exactly 1."""
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
        """Prob(value <= x) with `side` right, Prob(value < x) with `side` left."""
        values, cumulative = self._table()
        count = jnp.searchsorted(values, jnp.asarray(x), side=side, method="compare_all")
        return jnp.where(count > 0, cumulative[jnp.maximum(count, 1) - 1], 0.0)

    def log_prob(self, x: Real) -> jax.Array:
        probability = self.cdf(x) - self.below(x)
        possible = probability > 0
        return jnp.where(possible, jnp.log(jnp.where(possible, probability, 1.0)), -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        if isinstance(self.values, tuple):
            # in numpy, because jax would compile a program for each length of the lists in a file
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
        # draws are made in single precision, in which a sum may be infinite or zero
        with np.errstate(over="ignore", under="ignore"):
            total = np.sum(weights.astype(np.float32))
        if not np.isfinite(total):
            return [f"weights sum to more than {np.finfo(np.float32).max:.2g}; divide all by the largest"]
        return [] if total > 0 else ["weights are all zero; one must be above zero"]
