"""Poisson numbers of haloes from uniform numbers, for any mean, and the largest that may occur.

A number is the smallest n with u <= P(n), P(n) = Q(n + 1, mean) the regularised upper incomplete gamma
function.  For small means the terms are summed.  For large ones Q(x, mean) = u is solved for a real x by
Temme's uniform expansion, as in Giles (2016, ACM Trans. Math. Softw. 42, 7): with w the normal quantile of u
and s = w / sqrt(mean),

    x = mean r(s) + c0(s) + c1 / mean + ...,    s^2 / 2 = 1 - r + r ln r,    n = floor(x).

In float32 n is one off where x is nearer to a whole number than about 1e-6 x; the rounding of the mean itself
does more.
"""

from __future__ import annotations

import math
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtri

from jaxlens.kernels.fastmath.double_words import DoubleWord, add, divide, double_word, less, multiply
from jaxlens.kernels.fastmath.elementary import polynomial
from jaxlens.kernels.types import Real

# Where the mean is below this, terms are summed.
SUMMED_BELOW = 32.0
# How many terms; beyond is less than 1e-9 of the probability.
TERMS = 84
# The least uniform number and the least distance from 1, those of float32.
EDGE = 2.0**-25
# s is at most this, for means that are not summed.
LARGEST_S = 0.97
# The degree of the polynomials in s for (r - 1) / s and c0; odd, so that no node is at s = 0.
DEGREE = 13
# The coefficients of the term of order 1 / mean (Giles 2016, eq. 26).
LAST_TERM, LAST_SHIFT = 0.0218, 0.065
# The chance that one of the largest draws of float32 is larger: one part of its uniform numbers.
SMALLEST_UNIFORM = 2.0**-24
# A term and the sum up to it.
_Sum = tuple[DoubleWord, DoubleWord]


def poisson_quantile(u: Real, mean: Real) -> jax.Array:
    """The Poisson number of a uniform number: a draw, whose derivatives are zero.

    Args:
        u: in (0, 1), any shape.
        mean: not below zero, up to 1e6.

    Returns:
        Whole numbers as floats, of the shape to which the arguments broadcast; NaN where an argument is.
    """
    dtype = jnp.result_type(float)
    u, mean = (jax.lax.stop_gradient(jnp.asarray(value, dtype)) for value in (u, mean))
    u, mean = jnp.broadcast_arrays(u, mean)
    small = mean < SUMMED_BELOW
    inside = jnp.clip(u, EDGE, 1.0 - 2.0 * EDGE)
    summed = _summed(inside, jnp.where(small, mean, 0.0))
    n = jnp.where(small, summed, _expanded(inside, jnp.where(small, SUMMED_BELOW, mean)))
    return jnp.where(jnp.isnan(u + mean), jnp.nan, n)


def largest_count(mean: float, chance: float) -> int:
    """The smallest n that a Poisson number of this mean exceeds with at most this chance.

    On the host, for the sizes of arrays: `chance` 1e-15 for windows, `SMALLEST_UNIFORM` for draws in float32.

    >>> largest_count(1000.0, 1e-6)
    1154
    """
    if not mean >= 0.0 or not 0.0 < chance < 1.0:
        raise ValueError(f"mean {mean} and chance {chance}: need mean >= 0 and 0 < chance < 1")
    low, high = -1, math.ceil(mean) + 1
    while _chance_of_more(high, mean) > chance:
        low, high = high, 2 * high + 8
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _chance_of_more(middle, mean) > chance else (low, middle)
    return high


def _chance_of_more(n: int, mean: float) -> float:
    """P(N > n): the sum of the terms from n + 1 on."""
    if mean == 0.0 or n < 0:
        return 0.0 if n >= 0 else 1.0
    if n + 1 < mean:
        # at least near one half, which is more than any chance that is asked for
        return 1.0 - _from(n, mean, -1)
    return _from(n + 1, mean, 1)


def _from(n: int, mean: float, step: int) -> float:
    """The sum of the terms from n on, upwards or downwards."""
    term = total = math.exp(n * math.log(mean) - mean - math.lgamma(n + 1.0))
    while n >= 0 and term > 1e-17 * total and total > 0.0:
        n += step
        term *= mean / n if step > 0 else (n + 1) / mean
        total += term
    return total


def _summed(u: jax.Array, mean: jax.Array) -> jax.Array:
    """How many of the sums of the first terms are below u times the sum of all, in numbers of two words."""
    factor = double_word(mean)

    def step(state: _Sum, n: jax.Array) -> tuple[_Sum, DoubleWord]:
        term, total = state
        term = divide(multiply(term, factor), n)
        return (term, add(total, term)), total

    one = double_word(jnp.ones_like(mean))
    numbers = jnp.arange(1, TERMS + 1, dtype=mean.dtype)
    (_, whole), sums = jax.lax.scan(step, (one, one), numbers)
    target = jax.tree.map(lambda v: v[None], multiply(double_word(u), whole))
    return jnp.sum(less(sums, target), axis=0).astype(mean.dtype)


def _expanded(u: jax.Array, mean: jax.Array) -> jax.Array:
    """Floor of x by Temme's expansion."""
    root = jnp.sqrt(mean)
    w = ndtri(u)
    s = w / root
    growth, constant = (polynomial(coefficients, s) for coefficients in _coefficients())
    excess = root * w * growth + constant
    excess = excess - LAST_TERM / (excess + (1.0 + LAST_SHIFT) * mean)
    # the mean is a large number beside the excess, whose digits after the point decide
    whole = jnp.floor(mean)
    return whole + jnp.floor((mean - whole) + excess)


@cache
def _coefficients() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Polynomials in s for (r - 1) / s and for c0 = ln(s sqrt(r) / (r - 1)) / ln r, by interpolation."""
    nodes = LARGEST_S * np.polynomial.chebyshev.chebpts1(DEGREE + 1)
    r = _inverted(nodes)
    growth = (r - 1.0) / nodes
    constant = np.log(np.sqrt(r) / growth) / np.log(r)
    return tuple(_fitted(nodes, values) for values in (growth, constant))  # type: ignore[return-value]


def _fitted(nodes: np.ndarray, values: np.ndarray) -> tuple[float, ...]:
    """The polynomial through the values."""
    return tuple(float(c) for c in np.polynomial.polynomial.polyfit(nodes, values, len(nodes) - 1))


def _inverted(s: np.ndarray) -> np.ndarray:
    """r(s) by Newton's method."""
    r = 1.0 + s + s**2 / 6.0
    for _ in range(40):
        r = r - (1.0 - r + r * np.log(r) - 0.5 * s**2) / np.log(r)
    return r
