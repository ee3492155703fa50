"""The base of distributions on an interval whose density is known, and its integral is not.

Quantiles and probabilities are those of `kernels.fastmath.quantiles`, in a coordinate y in which the density
changes evenly: right to 1e-6 in probability in float32 and to 1e-10 in float64, and differentiable in all
parameters.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import Distribution, density_inside, ordered
from jaxlens.kernels.fastmath.quantiles import LogDensity, log_normalisation, probabilities, quantile
from jaxlens.kernels.types import Real


class Density(NamedTuple):
    """A density of y, not normalised.

    Attributes:
        log: `(y, *parameters)` -> its logarithm; a function of a module.
        low: the smallest y.
        high: the largest y.
        parameters: those of the function.
    """

    log: LogDensity
    low: Real
    high: Real
    parameters: tuple[Real, ...]


class Numerical(Distribution):
    """A distribution of x between `minimum` and `maximum`, by its density in a coordinate y.

    Attributes:
        falling: whether x falls as y grows.
    """

    falling: ClassVar[bool] = False
    minimum: Real
    maximum: Real

    def density(self) -> Density:
        """The density of y."""
        raise NotImplementedError

    def value(self, y: jax.Array) -> jax.Array:
        """The x at y."""
        raise NotImplementedError

    def coordinate(self, x: jax.Array) -> jax.Array:
        """The y at x."""
        raise NotImplementedError

    def log_slope(self, x: jax.Array) -> jax.Array:
        """The logarithm of abs(dy/dx) at x."""
        raise NotImplementedError

    def icdf(self, u: Real) -> jax.Array:
        u = jnp.asarray(u)
        return self._quantile(u, 1.0 - u)

    def icdf_above(self, q: Real) -> jax.Array:
        q = jnp.asarray(q)
        return self._quantile(1.0 - q, q)

    def _quantile(self, u: jax.Array, above: jax.Array) -> jax.Array:
        """The x with the probability u below it and `above` above it."""
        log, low, high, parameters = self.density()
        u, above = (above, u) if self.falling else (u, above)
        return jnp.clip(self.value(quantile(log, u, above, low, high, *parameters)), *self.support())

    def cdf(self, x: Real) -> jax.Array:
        return self._probabilities(x)[1 if self.falling else 0]

    def above(self, x: Real) -> jax.Array:
        return self._probabilities(x)[0 if self.falling else 1]

    def _probabilities(self, x: Real) -> tuple[jax.Array, jax.Array]:
        """The probabilities of smaller and larger y."""
        log, low, high, parameters = self.density()
        y = self.coordinate(jnp.clip(jnp.asarray(x), *self.support()))
        return probabilities(log, y, low, high, *parameters)

    def log_prob(self, x: Real) -> jax.Array:
        log, low, high, parameters = self.density()
        inside = jnp.clip(jnp.asarray(x), *self.support())
        found = log(self.coordinate(inside), *parameters) + self.log_slope(inside)
        return density_inside(x, *self.support(), found - log_normalisation(log, low, high, *parameters))

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        return interval_problems(self.minimum, self.maximum)


def interval_problems(minimum: Real, maximum: Real) -> list[str]:
    """A message where an interval is empty or has no length."""
    if minimum == maximum:
        return [f"minimum and maximum are both {minimum}; maximum must be above minimum"]
    return ordered("minimum", minimum, "maximum", maximum)


def log_of(x: Real) -> jax.Array:
    """Ln x, and a very small number where x is zero."""
    x = jnp.asarray(x, jnp.result_type(x, float))
    return jnp.log(jnp.maximum(x, jnp.finfo(x.dtype).tiny))
