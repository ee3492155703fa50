"""Distributions that have a density and a quantile function in closed form.

The beta distribution, whose quantile function is found numerically, is in `beta`.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from jaxlens.distributions.base import Distribution, density_inside, not_positive, ordered, register
from jaxlens.distributions.derived import Truncated
from jaxlens.kernels.types import Real


@register("uniform")
@dataclass(frozen=True)
class Uniform(Distribution):
    """The uniform distribution, p(x) = 1 / (maximum - minimum) for minimum <= x <= maximum.

    Attributes:
        minimum: the smallest value.
        maximum: the largest value.
    """

    minimum: Real
    maximum: Real

    def icdf(self, u: Real) -> jax.Array:
        return self.minimum + jnp.asarray(u) * (self.maximum - self.minimum)

    def cdf(self, x: Real) -> jax.Array:
        width = jnp.where(self.maximum == self.minimum, 1.0, self.maximum - self.minimum)
        share = (jnp.clip(x, self.minimum, self.maximum) - self.minimum) / width
        return jnp.where(jnp.asarray(x) >= self.maximum, 1.0, share)

    def log_prob(self, x: Real) -> jax.Array:
        return density_inside(x, self.minimum, self.maximum, -jnp.log(self.maximum - self.minimum))

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        return ordered("minimum", self.minimum, "maximum", self.maximum)


@register("normal")
@dataclass(frozen=True)
class Normal(Distribution):
    """The normal distribution, p(x) = exp(-(x - mean)^2 / (2 std^2)) / (std sqrt(2 pi)).

    Attributes:
        mean: the mean.
        std: the standard deviation, above zero.
    """

    mean: Real
    std: Real

    def icdf(self, u: Real) -> jax.Array:
        return self.mean + self.std * ndtri(jnp.asarray(u))

    def cdf(self, x: Real) -> jax.Array:
        return self._side(x, 1.0)

    def above(self, x: Real) -> jax.Array:
        return self._side(x, -1.0)

    def _side(self, x: Real, sign: float) -> jax.Array:
        """Prob(value < x) (sign 1) or Prob(value > x) (sign -1), with finite gradients for infinite x."""
        x = jnp.asarray(x)
        finite = jnp.isfinite(x)
        z = (jnp.where(finite, x, self.mean) - self.mean) / self.std
        return jnp.where(finite, ndtr(sign * z), jnp.where(sign * x > 0, 1.0, 0.0))

    def icdf_above(self, q: Real) -> jax.Array:
        return self.mean - self.std * ndtri(jnp.asarray(q))

    def log_prob(self, x: Real) -> jax.Array:
        z = (jnp.asarray(x) - self.mean) / self.std
        return -0.5 * z**2 - jnp.log(self.std) - 0.5 * jnp.log(2.0 * jnp.pi)

    def support(self) -> tuple[Real, Real]:
        return -jnp.inf, jnp.inf

    def problems(self) -> list[str]:
        return not_positive(std=self.std)


@register("truncated_normal")
@dataclass(frozen=True)
class TruncatedNormal(Distribution):
    """The normal distribution restricted to an interval, as if draws outside it were repeated.

    p(x) is proportional to exp(-(x - mean)^2 / (2 std^2)) for minimum <= x <= maximum.

    Attributes:
        mean: the mean of the normal distribution before it is restricted.
        std: its standard deviation, above zero.
        minimum: the smallest value.
        maximum: the largest value.
    """

    mean: Real
    std: Real
    minimum: Real
    maximum: Real

    def _truncated(self) -> Truncated:
        """The same distribution as a `Truncated` one."""
        return Truncated(Normal(self.mean, self.std), self.minimum, self.maximum)

    def icdf(self, u: Real) -> jax.Array:
        return self._truncated().icdf(u)

    def icdf_above(self, q: Real) -> jax.Array:
        return self._truncated().icdf_above(q)

    def cdf(self, x: Real) -> jax.Array:
        return self._truncated().cdf(x)

    def above(self, x: Real) -> jax.Array:
        return self._truncated().above(x)

    def log_prob(self, x: Real) -> jax.Array:
        return self._truncated().log_prob(x)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        from jaxlens.distributions.host import is_possible_between  # it imports this module

        wrong = not_positive(std=self.std) + ordered("minimum", self.minimum, "maximum", self.maximum)
        normal = Normal(self.mean, self.std)
        if not wrong and not is_possible_between(normal, float(self.minimum), float(self.maximum)):
            wrong += [f"a normal draw is never between {self.minimum} and {self.maximum}; widen the bounds"]
        return wrong


@register("lognormal")
@dataclass(frozen=True)
class LogNormal(Distribution):
    """The lognormal distribution of numpy, in which ln x is normal.

    p(x) = exp(-(ln x - mean)^2 / (2 sigma^2)) / (x sigma sqrt(2 pi)) for x > 0.

    Attributes:
        mean: the mean of ln x.
        sigma: the standard deviation of ln x, above zero.
    """

    mean: Real
    sigma: Real

    def _log(self) -> Normal:
        """The distribution of ln x."""
        return Normal(self.mean, self.sigma)

    def icdf(self, u: Real) -> jax.Array:
        return jnp.exp(self._log().icdf(u))

    def icdf_above(self, q: Real) -> jax.Array:
        return jnp.exp(self._log().icdf_above(q))

    def cdf(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        return jnp.where(x > 0, self._log().cdf(jnp.log(jnp.where(x > 0, x, 1.0))), 0.0)

    def above(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        return jnp.where(x > 0, self._log().above(jnp.log(jnp.where(x > 0, x, 1.0))), 1.0)

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        log_x = jnp.log(jnp.where(x > 0, x, 1.0))
        return jnp.where(x > 0, self._log().log_prob(log_x) - log_x, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return 0.0, jnp.inf

    def problems(self) -> list[str]:
        return not_positive(sigma=self.sigma)


@register("loguniform")
@dataclass(frozen=True)
class LogUniform(Distribution):
    """The distribution in which ln x is uniform, p(x) = 1 / (x ln(maximum / minimum)).

    Attributes:
        minimum: the smallest value, above zero.
        maximum: the largest value.
    """

    minimum: Real
    maximum: Real

    def _log(self) -> Uniform:
        """The distribution of ln x."""
        return Uniform(jnp.log(self.minimum), jnp.log(self.maximum))

    def icdf(self, u: Real) -> jax.Array:
        return jnp.exp(self._log().icdf(u))

    def cdf(self, x: Real) -> jax.Array:
        return self._log().cdf(jnp.log(jnp.maximum(jnp.asarray(x), self.minimum)))

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        log_x = jnp.log(jnp.where(x > 0, x, 1.0))
        density = -log_x - jnp.log(jnp.log(self.maximum / self.minimum))
        return density_inside(x, self.minimum, self.maximum, density)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        if self.minimum <= 0:
            return not_positive(minimum=self.minimum)
        return ordered("minimum", self.minimum, "maximum", self.maximum)


@register("symmetric_uniform_annulus")
@dataclass(frozen=True)
class SymmetricUniformAnnulus(Distribution):
    """The uniform distribution on [-r2, -r1] and [r1, r2], p(x) = 1 / (2 (r2 - r1)) for r1 <= |x| <= r2.

    Attributes:
        r1: the smallest absolute value, not below zero.
        r2: the largest absolute value.
    """

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
        return density_inside(jnp.abs(x), self.r1, self.r2, -jnp.log(2.0 * (self.r2 - self.r1)))

    def support(self) -> tuple[Real, Real]:
        return -self.r2, self.r2

    def problems(self) -> list[str]:
        negative = [f"r1 is {self.r1}; it must not be below zero"] if self.r1 < 0 else []
        return negative + ordered("r1", self.r1, "r2", self.r2)
