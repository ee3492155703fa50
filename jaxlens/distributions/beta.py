"""The beta distribution: its quantile function by bisection, and derivatives in every parameter.

`jax.scipy.special.betainc` has no derivatives in a and b; here they are integrals, computed by quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import betainc, betaln, digamma

from jaxlens.distributions.base import Distribution, not_positive, register
from jaxlens.kernels.types import Real

# Double exponential quadrature on (0, infinity) of integrands that decay exponentially, by the substitution
# s = exp(k - exp(-k)) (Takahasi & Mori 1974, Publ. RIMS 9, 721).
# The evenly spaced grid in k, and its step.
_GRID, _STEP = np.linspace(-4.0, 4.0, 65, retstep=True)
# The nodes s(k).
_NODES = np.exp(_GRID - np.exp(-_GRID))
# The weights (ds/dk) dk.
_WEIGHTS = _NODES * (1.0 + np.exp(-_GRID)) * _STEP


@register("beta")
@dataclass(frozen=True)
class Beta(Distribution):
    """The beta distribution on an interval.

    x = minimum + (maximum - minimum) t with p(t) = t^(a-1) (1-t)^(b-1) / B(a, b) for 0 < t < 1.

    Attributes:
        a: the first shape parameter, above zero.
        b: the second shape parameter, above zero.
        minimum: the smallest value.
        maximum: the largest value.
    """

    a: Real
    b: Real
    minimum: Real = 0.0
    maximum: Real = 1.0

    def icdf(self, u: Real) -> jax.Array:
        t = jax.nn.sigmoid(_logit_quantile(*_arrays(u, self.a, self.b)))
        return self.minimum + (self.maximum - self.minimum) * t

    def cdf(self, x: Real) -> jax.Array:
        t = (jnp.clip(x, self.minimum, self.maximum) - self.minimum) / (self.maximum - self.minimum)
        return _cdf(*_arrays(t, self.a, self.b))

    def log_prob(self, x: Real) -> jax.Array:
        width = self.maximum - self.minimum
        t = (jnp.asarray(x) - self.minimum) / width
        possible = (t > 0) & (t < 1)
        t = jnp.where(possible, t, 0.5)
        density = (self.a - 1.0) * jnp.log(t) + (self.b - 1.0) * jnp.log1p(-t) - betaln(self.a, self.b)
        return jnp.where(possible, density - jnp.log(width), -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        wrong = not_positive(a=self.a, b=self.b)
        if self.maximum <= self.minimum:
            wrong += [f"maximum {self.maximum} is not above minimum {self.minimum}; it must be"]
        return wrong


def _arrays(*values: Real) -> list[jax.Array]:
    """Floating-point arrays of the broadcast shape."""
    return jnp.broadcast_arrays(*(jnp.asarray(value, jnp.result_type(float)) for value in values))


@jax.custom_jvp
def _logit_quantile(u: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """The y = ln(t / (1-t)) with I_t(a, b) = u, where I is the regularised incomplete beta function.

    It is found by bisection in y < 0.  For t > 1/2 this is done for I_(1-t)(b, a) = 1 - u instead, because
    1 - t is then the more precise variable.
    """
    upper = u > betainc(a, b, jnp.full_like(u, 0.5))
    target, a, b = jnp.where(upper, 1.0 - u, u), jnp.where(upper, b, a), jnp.where(upper, a, b)

    def halve(_: int, bracket: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        below = betainc(a, b, jax.nn.sigmoid(middle)) < target
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    limits = jnp.finfo(u.dtype)
    ends = jnp.full_like(u, np.log(limits.tiny)), jnp.zeros_like(u)
    low, high = jax.lax.fori_loop(0, limits.nmant + 10, halve, ends)
    y = 0.5 * (low + high)
    return jnp.where(upper, -y, y)


@_logit_quantile.defjvp
def _logit_quantile_jvp(
    values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]
) -> tuple[jax.Array, jax.Array]:
    """The implicit function theorem for I(y; a, b) = u: f dy = du - dI/da da - dI/db db, with f = dI/dy."""
    (u, a, b), (du, da, db) = values, tangents
    y = _logit_quantile(u, a, b)
    by_a, by_b = _derivatives_over_density(y, a, b)
    return y, du / jnp.exp(_log_density(y, a, b)) - by_a * da - by_b * db


@jax.custom_jvp
def _cdf(t: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """The regularised incomplete beta function I_t(a, b)."""
    return betainc(a, b, t)


@_cdf.defjvp
def _cdf_jvp(values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    """The tangent dI = f (dt / (t (1-t)) + ((dI/da) / f) da + ((dI/db) / f) db).

    Here f is the density of y = ln(t / (1-t)).  At t = 0 and t = 1 the tangent is set to zero.
    """
    (t, a, b), (dt, da, db) = values, tangents
    value = _cdf(t, a, b)
    possible = (t > 0) & (t < 1)
    t = jnp.where(possible, t, 0.5)
    y = jnp.log(t) - jnp.log1p(-t)
    by_a, by_b = _derivatives_over_density(y, a, b)
    tangent = jnp.exp(_log_density(y, a, b)) * (dt / (t * (1.0 - t)) + by_a * da + by_b * db)
    return value, jnp.where(possible, tangent, 0.0)


def _log_density(y: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """The logarithm of the density f(y) = t^a (1-t)^b / B(a, b) of y = ln(t / (1-t))."""
    return a * jax.nn.log_sigmoid(y) + b * jax.nn.log_sigmoid(-y) - betaln(a, b)


def _derivatives_over_density(y: jax.Array, a: jax.Array, b: jax.Array) -> tuple[jax.Array, jax.Array]:
    """(dI/da) / f and (dI/db) / f at y, with the cumulative distribution function I and the density f of y.

    dI/da is the integral over y' < y of f(y') (ln t' - digamma(a) + digamma(a+b)), and dI/db that of
    f(y') (ln(1-t') - digamma(b) + digamma(a+b)).  Over all y' both integrals are zero, so they are also minus
    the integrals over y' > y.  The integral is taken over the tail that does not contain the mode, ln(a / b).
    """
    lower = y < jnp.log(a / b)
    sign = jnp.where(lower, 1.0, -1.0)
    scale = jnp.sqrt(1.0 / a + 1.0 / b) + 1.0 / jnp.where(lower, a, b)
    mean_a, mean_b = digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)
    nodes = jnp.asarray(_NODES, y.dtype), jnp.asarray(_WEIGHTS, y.dtype)

    def add(node: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        at = y - sign * scale * node[0]
        part = sign * scale * node[1] * jnp.exp(_log_density(at, a, b) - _log_density(y, a, b))
        return (jax.nn.log_sigmoid(at) - mean_a) * part, (jax.nn.log_sigmoid(-at) - mean_b) * part

    by_a, by_b = jax.vmap(add)(nodes)
    return by_a.sum(axis=0), by_b.sum(axis=0)
