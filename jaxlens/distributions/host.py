"""Probabilities and quantiles of distributions whose parameters are plain numbers, mostly without JAX.

A check of a file asks for a few numbers of each distribution, and JAX compiles a program for each class of
distribution, which takes longer than all other checks together.  So what is outside the support is answered
from the support, and normal and lognormal distributions by Python's own functions; JAX computes the rest.
"""

from __future__ import annotations

import math
from functools import partial

import jax

from jaxlens.distributions.base import Distribution
from jaxlens.distributions.continuous import LogNormal, Normal
from jaxlens.distributions.derived import Truncated, probability_between
from jaxlens.distributions.discrete import UniformInt
from jaxlens.distributions.poisson import Poisson

# A probability that is above zero in single precision too, however it is computed.
_SURELY_POSSIBLE = 1e-3

_probability_between = jax.jit(probability_between)


@partial(jax.jit, static_argnames="side")
def _probability(distribution: Distribution, x: float, *, side: str) -> jax.Array:
    """Prob(value < x), Prob(value <= x), Prob(value >= x) or Prob(value > x); `side` is the comparison."""
    if side == "<":
        return distribution.below(x)
    if side == "<=":
        return distribution.cdf(x)
    above = distribution.above(x)
    return above + (distribution.cdf(x) - distribution.below(x)) if side == ">=" else above


@jax.jit
def _quantile(distribution: Distribution, p: float) -> jax.Array:
    return distribution.icdf(p)


def support(distribution: Distribution) -> tuple[float, float]:
    """The smallest and the largest possible value.

    >>> support(Truncated(Normal(0.0, 1.0), -1.0, math.inf))
    (-1.0, inf)
    """
    if isinstance(distribution, Truncated):
        low, high = support(distribution.inner)
        return max(low, float(distribution.lower)), min(high, float(distribution.upper))
    if isinstance(distribution, UniformInt):
        return float(round(float(distribution.minimum))), float(round(float(distribution.maximum)))
    smallest, largest = distribution.support()
    return float(smallest), float(largest)


def probability(distribution: Distribution, side: str, x: float) -> float:
    """The probability of values on one side of x.

    Args:
        distribution: the distribution.
        side: "<", "<=", ">=" or ">", the comparison of a value with x.
        x: finite.

    >>> probability(Normal(0.0, 1.0), "<", 0.0), probability(LogNormal(0.0, 1.0), ">=", 0.0)
    (0.5, 1.0)
    """
    known = _beyond(distribution, side, x)
    if known is None:
        known = _normal_tail(distribution, side, x)
    if known is None and isinstance(distribution, Poisson):
        known = _poisson_tail(float(distribution.mean), side, x)
    return float(_probability(distribution, x, side=side)) if known is None else known


def _beyond(distribution: Distribution, side: str, x: float) -> float | None:
    """0 or 1 where x is beyond the support; None elsewhere."""
    low, high = support(distribution)
    if low == high or distribution.discrete:
        under, over = x < low, x > high
    else:
        under, over = x <= low, x >= high
    if not (under or over):
        return None
    return float(over if side.startswith("<") else under)


def _normal_tail(distribution: Distribution, side: str, x: float) -> float | None:
    """`probability` of a normal or lognormal distribution with x inside its support; None for any other."""
    sign = 1.0 if side.startswith("<") else -1.0
    if isinstance(distribution, Normal):
        z = (x - float(distribution.mean)) / float(distribution.std)
    elif isinstance(distribution, LogNormal):
        z = (math.log(x) - float(distribution.mean)) / float(distribution.sigma)
    else:
        return None
    return 0.5 * math.erfc(-sign * z / math.sqrt(2.0))


def _poisson_tail(mean: float, side: str, x: float) -> float:
    """`probability` of a Poisson distribution, summed from the last term that counts, so it is precise."""
    first = math.floor(x) + 1 if side in ("<=", ">") else math.ceil(x)
    up = side.startswith(">")
    reach = 40.0 + 10.0 * math.sqrt(mean)
    if up and first > mean:
        return sum(_poisson_term(mean, n) for n in range(int(max(first, mean) + reach), first - 1, -1))
    if not up and first <= mean:
        return sum(_poisson_term(mean, n) for n in range(max(0, int(first - reach)), first))
    return 1.0 - _poisson_tail(mean, {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[side], x)


def _poisson_term(mean: float, n: int) -> float:
    """mean^n exp(-mean) / n!"""
    if mean == 0.0:
        return float(n == 0)
    return math.exp(n * math.log(mean) - mean - math.lgamma(n + 1))


def quantile(distribution: Distribution, p: float) -> float:
    """The x with Prob(value <= x) = p.

    >>> quantile(Normal(20.0, 2.0), 0.5)
    20.0
    """
    if isinstance(distribution, Normal):
        from statistics import NormalDist

        return float(distribution.mean) + float(distribution.std) * NormalDist().inv_cdf(p)
    return float(_quantile(distribution, p))


def is_possible_between(distribution: Distribution, lower: float, upper: float) -> bool:
    """Whether draws in an interval have a probability above zero, in the precision in which they are made.

    Args:
        distribution: the distribution.
        lower: the lower end of the interval; it may be minus infinity.
        upper: the upper end of the interval; it may be infinite.

    >>> is_possible_between(Normal(0.0, 1.0), 1.0, math.inf)
    True
    """
    if isinstance(distribution, Normal | LogNormal):
        below = probability(distribution, "<", lower) if math.isfinite(lower) else 0.0
        above = probability(distribution, ">", upper) if math.isfinite(upper) else 0.0
        if 1.0 - below - above > _SURELY_POSSIBLE:
            return True
    return bool(_probability_between(distribution, lower, upper) > 0)
