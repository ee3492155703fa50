"""Power laws between two bounds, and numbers of galaxies that grow exponentially with the magnitude.

Both are the density e^(k y) of a variable y between two ends: y = ln x of a power law x^(k - 1), and y = m of
10^(slope m).  With the nearer end e, above which or below which the density falls (the upper one for k >= 0),
the distance d = abs(y - e), the whole length L and the probability v beyond y as seen from e,

    v = D(d) / D(L),    D(d) = (1 - exp(-abs(k) d)) / abs(k),

which is right as k becomes zero, and for the infinite L of a power law that begins at zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import Distribution, density_inside, ordered, register
from jaxlens.kernels.types import Real

# Below this abs(k) d, by precision in bits, functions are the first terms of their series.
SMALL = {32: 0.03, 64: 1e-3}
# The rate k of 10^m.
LN_10 = math.log(10.0)
# A distance that stands for infinity, beyond which nothing is left of the density.
FAR = 1e30


@register("power_law")
@dataclass(frozen=True)
class PowerLaw(Distribution):
    """A power law, p(x) proportional to x^index for minimum <= x <= maximum.

    Attributes:
        index: the exponent; -1 is the same as `loguniform`, 1 is uniform in area if x is a radius.
        minimum: the smallest value, above zero; it may be zero where the index is above -1, and then draws
            have no derivative in it.
        maximum: the largest value.
    """

    index: Real
    minimum: Real
    maximum: Real

    def _logarithm(self) -> _Exponential:
        """The distribution of ln x."""
        return _Exponential(self.index + 1.0, _log(self.minimum), _log(self.maximum))

    def icdf(self, u: Real) -> jax.Array:
        return jnp.exp(self._logarithm().quantile(u, 1.0 - jnp.asarray(u)))

    def icdf_above(self, q: Real) -> jax.Array:
        return jnp.exp(self._logarithm().quantile(1.0 - jnp.asarray(q), q))

    def cdf(self, x: Real) -> jax.Array:
        return self._logarithm().probabilities(_log(self._inside(x)))[0]

    def above(self, x: Real) -> jax.Array:
        return self._logarithm().probabilities(_log(self._inside(x)))[1]

    def _inside(self, x: Real) -> jax.Array:
        return jnp.clip(jnp.asarray(x), self.minimum, self.maximum)

    def log_prob(self, x: Real) -> jax.Array:
        log_x = _log(jnp.where(jnp.asarray(x) > 0.0, x, 1.0))
        found = density_inside(x, self.minimum, self.maximum, self._logarithm().log_density(log_x) - log_x)
        # at x = 0 the density is zero, infinite, or that of a uniform distribution
        at_zero = jnp.where(self.index == 0.0, -_log(self.maximum), -jnp.inf * jnp.sign(self.index))
        inside = (jnp.asarray(x) == 0.0) & (jnp.asarray(self.minimum) == 0.0)
        return jnp.where(inside, at_zero, found)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        if self.minimum < 0:
            return [f"minimum is {self.minimum}; it must not be below zero"]
        if self.minimum == 0 and self.index <= -1:
            return [
                f"index {self.index} diverges at minimum 0; take a minimum above zero or an index above -1"
            ]
        return _not_below("minimum", self.minimum, "maximum", self.maximum)


@register("number_counts")
@dataclass(frozen=True)
class NumberCounts(Distribution):
    """Magnitudes of galaxies or stars, p(m) proportional to 10^(slope m) for minimum <= m <= maximum.

    A slope of 0.6 is that of sources of any luminosity that fill Euclidean space; galaxies have about 0.3 to
    0.4 at magnitudes of 20 to 25.

    Attributes:
        slope: the increase of log10 of the numbers a magnitude.
        minimum: the brightest magnitude.
        maximum: the faintest magnitude.
    """

    slope: Real
    minimum: Real
    maximum: Real

    def _exponential(self) -> _Exponential:
        return _Exponential(LN_10 * jnp.asarray(self.slope), self.minimum, self.maximum)

    def icdf(self, u: Real) -> jax.Array:
        return self._exponential().quantile(u, 1.0 - jnp.asarray(u))

    def icdf_above(self, q: Real) -> jax.Array:
        return self._exponential().quantile(1.0 - jnp.asarray(q), q)

    def cdf(self, x: Real) -> jax.Array:
        return self._exponential().probabilities(jnp.clip(jnp.asarray(x), self.minimum, self.maximum))[0]

    def above(self, x: Real) -> jax.Array:
        return self._exponential().probabilities(jnp.clip(jnp.asarray(x), self.minimum, self.maximum))[1]

    def log_prob(self, x: Real) -> jax.Array:
        return density_inside(x, self.minimum, self.maximum, self._exponential().log_density(x))

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        return _not_below("minimum", self.minimum, "maximum", self.maximum)


def _not_below(low_name: str, low: Real, high_name: str, high: Real) -> list[str]:
    """A message where the interval is empty or has no length."""
    if low == high:
        return [f"{low_name} and {high_name} are both {low}; {high_name} must be above {low_name}"]
    return ordered(low_name, low, high_name, high)


def _log(x: Real) -> jax.Array:
    """Ln x of x >= 0; the derivative at zero is zero."""
    x = jnp.asarray(x, jnp.result_type(x, float))
    return jnp.where(x > 0.0, jnp.log(jnp.where(x > 0.0, x, 1.0)), -jnp.inf)


@dataclass(frozen=True)
class _Exponential:
    """The density e^(k y) for low <= y <= high; `low` may be minus infinity where k is above zero."""

    k: Real
    low: Real
    high: Real

    def _length(self) -> tuple[jax.Array, jax.Array]:
        """L, and whether it is finite; 1 where it is not."""
        finite = jnp.isfinite(jnp.asarray(self.low))
        return self.high - jnp.where(finite, self.low, self.high - 1.0), finite

    def _rate(self) -> tuple[jax.Array, jax.Array]:
        """abs(k), and whether k >= 0; at k = 0 the derivative of abs(k) is 1, as for k > 0."""
        k = jnp.asarray(self.k)
        rising = k >= 0.0
        return jnp.where(rising, k, -k), rising

    def quantile(self, u: Real, above: Real) -> jax.Array:
        """The y at the probability u from below, which is `above` from above."""
        (rate, rising), (length, finite) = self._rate(), self._length()
        v, rest = jnp.where(rising, above, u), jnp.where(rising, u, above)
        remaining = jnp.where(finite, jnp.exp(-rate * length), 0.0)
        whole = jnp.where(finite, -jnp.expm1(-rate * length), 1.0)
        distance = _distance(v, rest, rate, length, whole, remaining)
        y = jnp.where(rising, self.high - distance, self._finite_low() + distance)
        return jnp.clip(y, self.low, self.high)

    def probabilities(self, y: Real) -> tuple[jax.Array, jax.Array]:
        """P(y) and 1 - P(y), for y between the ends."""
        (rate, rising), (length, finite) = self._rate(), self._length()
        total = self._normalisation()
        distance = jnp.where(rising, self.high - y, y - self._finite_low())
        distance = jnp.minimum(distance, FAR)
        beyond = jnp.clip(_integral(rate, distance) / total, 0.0, 1.0)
        left = jnp.where(finite, _integral(rate, jnp.maximum(length - distance, 0.0)) / total, 1.0)
        before = jnp.exp(-rate * distance) * left
        return jnp.where(rising, before, beyond), jnp.where(rising, beyond, before)

    def log_density(self, y: Real) -> jax.Array:
        """Ln p(y), for y between the ends."""
        end = jnp.where(self._rate()[1], self.high, self._finite_low())
        return self.k * (y - end) - jnp.log(self._normalisation())

    def _finite_low(self) -> jax.Array:
        """The lower end; zero where there is none."""
        return jnp.where(jnp.isfinite(jnp.asarray(self.low)), self.low, 0.0)

    def _normalisation(self) -> jax.Array:
        """D(L)."""
        rate, (length, finite) = self._rate()[0], self._length()
        return jnp.where(finite, _integral(rate, length), 1.0 / jnp.where(rate > 0.0, rate, 1.0))


def _distance(
    v: jax.Array, rest: jax.Array, rate: jax.Array, length: jax.Array, whole: jax.Array, remaining: jax.Array
) -> jax.Array:
    """The d with v = D(d) / D(L): -ln(1 - v (1 - exp(-k L))) / k, with `rest` = 1 - v.

    `whole` and `remaining` are 1 - exp(-k L) and exp(-k L), for the length L, which may be infinite.
    """
    x = rate * length
    small = (x < SMALL[jnp.finfo(x.dtype).bits]) & (remaining > 0.0)
    share, safe = v * whole, jnp.where(small, 1.0, rate)
    near = jnp.log1p(-jnp.where(share < 0.5, share, 0.0))
    far = jnp.log(jnp.where(share < 0.5, 1.0, rest + v * remaining))
    spread = v * rest
    series = v - spread * x * (1 / 2 - x * ((rest - v) / 6 - x * (1.0 - 6.0 * spread) / 24))
    return jnp.where(small, length * series, -(near + far) / safe)


def _integral(rate: Real, distance: Real) -> jax.Array:
    """D(d) = (1 - exp(-rate d)) / rate, which is d at rate = 0."""
    x = jnp.asarray(rate * distance)
    small = x < SMALL[jnp.finfo(x.dtype).bits]
    safe = jnp.where(small, 1.0, x)
    series = 1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0)))
    return distance * jnp.where(small, series, -jnp.expm1(-safe) / safe)
