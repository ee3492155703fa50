"""The Poisson distribution, whose draws are the exact quantiles of the uniform numbers.

Prob(n) = mean^n exp(-mean) / n!.  The terms follow from each other, t_(n+1) = t_n mean / (n + 1), and are
summed upwards from where less than 1e-17 of the probability is left out, in numbers of two words
(`kernels.fastmath.double_words`).  So a quantile is wrong only where u is nearer to a value of P than 1e-12,
in float32 too.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import register
from jaxlens.distributions.discrete import Discrete
from jaxlens.kernels.fastmath.double_words import DoubleWord, add, divide, double_word, less, multiply
from jaxlens.kernels.fastmath.gamma import log_gamma_remainder
from jaxlens.kernels.types import Real

# The largest mean; beyond it a normal distribution is the same, and sums of terms are long.
LARGEST_MEAN = 1e6
# Terms are summed within this many standard deviations of the mean, and this many terms more on each side:
# what is left out is below 1e-17.
DEVIATIONS = 9.0
MORE_TERMS = 20.0
# The first term; the sum of all is at most e^120 times as large, for a mean of 118.
FIRST_TERM = 1e-18


@register("poisson")
@dataclass(frozen=True)
class Poisson(Discrete):
    """The number of events of which `mean` are expected, Prob(n) = mean^n exp(-mean) / n! for n = 0, 1, ...

    Attributes:
        mean: the mean, which is also the variance; not below zero.
    """

    mean: Real

    def icdf(self, u: Real) -> jax.Array:
        return _quantile(*_arrays(u, self.mean))

    def cdf(self, x: Real) -> jax.Array:
        return _cdf(*_arrays(jnp.floor(jnp.asarray(x)), self.mean))

    def below(self, x: Real) -> jax.Array:
        return self.cdf(jnp.ceil(jnp.asarray(x)) - 1.0)

    def log_prob(self, x: Real) -> jax.Array:
        return _log_probability(*_arrays(x, self.mean))

    def support(self) -> tuple[Real, Real]:
        return 0.0, jnp.inf

    def problems(self) -> list[str]:
        if self.mean < 0:
            return [f"mean is {self.mean}; it must not be below zero"]
        if self.mean > LARGEST_MEAN:
            finding = f"mean is {self.mean:g}; it must be at most {LARGEST_MEAN:g}"
            return [f"{finding}, and a normal distribution is the same there"]
        return []


def _arrays(*values: Real) -> list[jax.Array]:
    """Floating-point arrays of the broadcast shape."""
    return jnp.broadcast_arrays(*(jnp.asarray(value, jnp.result_type(float)) for value in values))


def _window(mean: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The first and the last n of the sums."""
    reach = DEVIATIONS * jnp.sqrt(mean) + MORE_TERMS
    return jnp.maximum(jnp.floor(mean - reach), 0.0), jnp.ceil(mean + reach)


# n, its term t_n, and the sum of the terms up to it.
_State = tuple[jax.Array, DoubleWord, DoubleWord]


def _next(mean: jax.Array, state: _State) -> _State:
    """The state of n + 1."""
    n, term, total = state
    term = divide(multiply(term, double_word(mean)), n + 1.0)
    return n + 1.0, term, add(total, term)


def _first(mean: jax.Array) -> _State:
    term = double_word(jnp.full_like(mean, FIRST_TERM))
    return _window(mean)[0], term, term


def _chosen(keep: jax.Array, old: _State, new: _State) -> _State:
    """The old state where `keep`, the new one elsewhere."""
    return jax.tree.map(lambda a, b: jnp.where(keep, a, b), old, new)


def _sum_up_to(end: jax.Array, mean: jax.Array) -> DoubleWord:
    """The sum of the terms up to n = `end`, the first of them at least."""

    def step(state: _State) -> _State:
        return _chosen(state[0] >= end, state, _next(mean, state))

    return jax.lax.while_loop(lambda state: jnp.any(state[0] < end), step, _first(mean))[2]


@jax.custom_jvp
def _quantile(u: jax.Array, mean: jax.Array) -> jax.Array:
    """The smallest n for which the sum of the terms is at least u times that of all of them."""
    last = _window(mean)[1]
    target = multiply(double_word(u), _sum_up_to(last, mean))

    def below(state: _State) -> jax.Array:
        return less(state[2], target) & (state[0] < last)

    def step(state: _State) -> _State:
        return _chosen(~below(state), state, _next(mean, state))

    n = jax.lax.while_loop(lambda state: jnp.any(below(state)), step, _first(mean))[0]
    return jnp.where(jnp.isnan(u), u, n)


@_quantile.defjvp
def _quantile_jvp(
    values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]
) -> tuple[jax.Array, jax.Array]:
    """A draw is a step function, so its derivative is zero."""
    n = _quantile(*values)
    return n, jnp.zeros_like(n)


@jax.custom_jvp
def _cdf(n: jax.Array, mean: jax.Array) -> jax.Array:
    """Prob(value <= n), of whole numbers n."""
    first, last = _window(mean)
    part, whole = _sum_up_to(jnp.clip(n, first, last), mean), _sum_up_to(last, mean)
    return jnp.where(n < first, 0.0, part.high / whole.high)


@_cdf.defjvp
def _cdf_jvp(values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    """dP(n)/dmean = -Prob(n); P is a step function of n."""
    return _cdf(*values), -jnp.exp(_log_probability(*values)) * tangents[1]


def _log_probability(n: jax.Array, mean: jax.Array) -> jax.Array:
    """Ln Prob(n), by Stirling's series, so that no large numbers are subtracted."""
    possible = (n >= 0) & (n == jnp.round(n))
    z = jnp.where(possible, n, 0.0) + 1.0
    positive = mean > 0
    safe = jnp.where(positive, mean, 1.0)
    excess = (z - safe) / safe
    # with z = n + 1: ln Prob(n) = -(z ln(z / mean) - z + mean) - ln(mean) - ln(Gamma(z) e^z / z^z)
    found = safe * (excess - (1.0 + excess) * jnp.log1p(excess)) - jnp.log(safe) - log_gamma_remainder(z)
    found = jnp.where(positive, found, jnp.where(z == 1.0, 0.0, -jnp.inf))
    return jnp.where(possible & ~jnp.isnan(mean), found, jnp.where(jnp.isnan(mean), mean, -jnp.inf))
