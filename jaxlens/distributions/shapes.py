"""Distributions of shapes and positions: Rayleigh's, one minus it, and the generalised normal."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import Distribution, density_inside, not_positive, register
from jaxlens.kernels.fastmath.gamma import log_gamma
from jaxlens.kernels.fastmath.quantiles import probabilities, quantile
from jaxlens.kernels.types import Real

# The generalised normal density is computed up to where it has fallen by e^-42 (6e-19).
LARGEST_EXPONENT = 42.0
# The exponents for which it is right to 1e-6 in probability.
EXPONENTS = (0.3, 50.0)


@register("rayleigh")
@dataclass(frozen=True)
class Rayleigh(Distribution):
    """The length of a vector of two normal numbers, p(x) = x / scale^2 exp(-x^2 / (2 scale^2)) for x >= 0.

    Attributes:
        scale: the standard deviation of each of the two numbers, above zero; the mean is 1.2533 scale.
    """

    scale: Real

    def icdf(self, u: Real) -> jax.Array:
        return self.scale * jnp.sqrt(-2.0 * jnp.log1p(-jnp.asarray(u)))

    def icdf_above(self, q: Real) -> jax.Array:
        return self.scale * jnp.sqrt(-2.0 * jnp.log(jnp.asarray(q)))

    def cdf(self, x: Real) -> jax.Array:
        return -jnp.expm1(self._exponent(x))

    def above(self, x: Real) -> jax.Array:
        return jnp.exp(self._exponent(x))

    def _exponent(self, x: Real) -> jax.Array:
        return -0.5 * jnp.square(jnp.maximum(jnp.asarray(x), 0.0) / self.scale)

    def log_prob(self, x: Real) -> jax.Array:
        x = jnp.asarray(x)
        log_x = jnp.log(jnp.where(x > 0.0, x, 1.0))
        found = log_x - 2.0 * jnp.log(self.scale) + self._exponent(x)
        return jnp.where(x > 0.0, found, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return 0.0, jnp.inf

    def problems(self) -> list[str]:
        return not_positive(scale=self.scale)


@register("one_minus_rayleigh")
@dataclass(frozen=True)
class OneMinusRayleigh(Distribution):
    """Axis ratios q = 1 - r with Rayleigh's r, as if draws below `minimum` were repeated.

    p(q) ~ (1 - q) exp(-(1 - q)^2 / (2 scale^2)) for minimum <= q <= 1, as Collett (2015, ApJ 811, 20), whose
    minimum is 0.2.

    Attributes:
        scale: the scale of Rayleigh's distribution, above zero.
        minimum: the smallest axis ratio, below 1.
    """

    scale: Real
    minimum: Real = 0.2

    def _kept(self) -> jax.Array:
        """The probability of r <= 1 - minimum."""
        return Rayleigh(self.scale).cdf(1.0 - self.minimum)

    def icdf(self, u: Real) -> jax.Array:
        return self.icdf_above(1.0 - jnp.asarray(u))

    def icdf_above(self, q: Real) -> jax.Array:
        return 1.0 - Rayleigh(self.scale).icdf(jnp.asarray(q) * self._kept())

    def cdf(self, x: Real) -> jax.Array:
        round_ = Rayleigh(self.scale)
        inside = jnp.clip(jnp.asarray(x), self.minimum, 1.0)
        return (round_.above(1.0 - inside) - round_.above(1.0 - self.minimum)) / self._kept()

    def above(self, x: Real) -> jax.Array:
        return Rayleigh(self.scale).cdf(1.0 - jnp.clip(jnp.asarray(x), self.minimum, 1.0)) / self._kept()

    def log_prob(self, x: Real) -> jax.Array:
        found = Rayleigh(self.scale).log_prob(1.0 - jnp.asarray(x)) - jnp.log(self._kept())
        return density_inside(x, self.minimum, 1.0, found)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, 1.0

    def problems(self) -> list[str]:
        wrong = not_positive(scale=self.scale)
        if self.minimum >= 1:
            wrong += [f"minimum is {self.minimum}; it must be below 1"]
        return wrong


def _log_flank(t: jax.Array, power: jax.Array, stretch: jax.Array) -> jax.Array:
    """Ln of the density exp(-42 t^(power stretch)) t^(stretch - 1) of t in (0, 1)."""
    log_t = jnp.log(jnp.maximum(t, jnp.finfo(t.dtype).tiny))
    return -LARGEST_EXPONENT * jnp.exp(power * stretch * log_t) + (stretch - 1.0) * log_t


@register("generalized_normal")
@dataclass(frozen=True)
class GeneralizedNormal(Distribution):
    """The generalised normal distribution, p(x) ~ exp(-abs((x - mean) / scale)^exponent).

    An exponent of 2 is a normal distribution with the standard deviation scale / sqrt(2), 1 is Laplace's, and
    large ones are nearly uniform between mean - scale and mean + scale: scipy's gennorm, and the
    generalized_normal of baobab (Park et al. 2021, ApJ 910, 39).

    Attributes:
        mean: the mean.
        scale: the scale, above zero.
        exponent: the power in the exponential, from 0.3 to 50.
    """

    mean: Real
    scale: Real
    exponent: Real

    def _flank(self) -> tuple[jax.Array, jax.Array, jax.Array]:
        """The exponent p, m and Y of abs(x - mean) / scale = Y t^m, in whose t the density is smooth."""
        p = jnp.asarray(self.exponent, jnp.result_type(float))
        # t^(p m) has four derivatives at t = 0
        m = jnp.where(p < 4.0, jnp.maximum(4.0 / p, 4.0), 1.0)
        return p, m, jnp.exp(jnp.log(LARGEST_EXPONENT) / p)

    def icdf(self, u: Real) -> jax.Array:
        u = jnp.asarray(u)
        return self._quantile(u, 1.0 - u)

    def icdf_above(self, q: Real) -> jax.Array:
        q = jnp.asarray(q)
        return self._quantile(1.0 - q, q)

    def _quantile(self, u: jax.Array, above: jax.Array) -> jax.Array:
        """The x with the probability u below it and `above` above it."""
        p, m, reach = self._flank()
        # the probability further out on the same side, of that side
        outer = 2.0 * jnp.minimum(u, above)
        inner = jnp.where(u < 0.5, above - u, u - above)
        t = quantile(_log_flank, inner, outer, 0.0, 1.0, p, m)
        return self.mean + jnp.where(u < 0.5, -1.0, 1.0) * self.scale * reach * t**m

    def cdf(self, x: Real) -> jax.Array:
        return self._sides(x)[0]

    def above(self, x: Real) -> jax.Array:
        return self._sides(x)[1]

    def _sides(self, x: Real) -> tuple[jax.Array, jax.Array]:
        """The probabilities below and above x."""
        p, m, reach = self._flank()
        z = (jnp.asarray(x) - self.mean) / self.scale
        distance = jnp.minimum(jnp.abs(z) / reach, 1.0)
        root = jnp.where(distance > 0.0, jnp.where(distance > 0.0, distance, 1.0) ** (1.0 / m), 0.0)
        inner, outer = probabilities(_log_flank, root, 0.0, 1.0, p, m)
        near, far = 0.5 * outer, 0.5 + 0.5 * inner
        return jnp.where(z < 0.0, near, far), jnp.where(z < 0.0, far, near)

    def log_prob(self, x: Real) -> jax.Array:
        z = jnp.abs((jnp.asarray(x) - self.mean) / self.scale)
        power = jnp.where(z > 0.0, jnp.where(z > 0.0, z, 1.0) ** self.exponent, 0.0)
        # Gamma(1 + 1/p) = Gamma(1/p) / p
        norm = jnp.log(2.0 * jnp.asarray(self.scale)) + log_gamma(1.0 + 1.0 / jnp.asarray(self.exponent))
        return -power - norm

    def support(self) -> tuple[Real, Real]:
        return -jnp.inf, jnp.inf

    def problems(self) -> list[str]:
        wrong = not_positive(scale=self.scale)
        if not EXPONENTS[0] <= self.exponent <= EXPONENTS[1]:
            ends = f"between {EXPONENTS[0]} and {EXPONENTS[1]:g}"
            wrong += [f"exponent is {self.exponent}; it must be {ends}, and large ones are nearly uniform"]
        return wrong
