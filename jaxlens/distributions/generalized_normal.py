"""The generalised normal distribution: from a Laplace distribution by the normal one to a uniform one.

With t = abs(x - mean) / scale, t^shape has the gamma distribution with the parameter 1 / shape, whose
cumulative distribution function is the regularised incomplete gamma function P.  Its quantile t is found by
bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.scipy.special import gammainc, gammaincc, gammaln

from jaxlens.distributions.base import Distribution, not_positive, register
from jaxlens.kernels.types import Real

# A t^shape beyond which nothing is left of the density, for any shape above 0.05.
_FAR = 200.0
# A t^shape below which three terms of a series are enough.
_SMALL = 1e-4


@register("generalized_normal")
@dataclass(frozen=True)
class GeneralizedNormal(Distribution):
    """The generalised normal distribution, p(x) = shape exp(-t^shape) / (2 scale Gamma(1 / shape)).

    Here t = abs(x - mean) / scale.  A shape of 1 is the Laplace distribution, 2 the normal one with a
    standard deviation of scale / sqrt(2), and a large one nearly uniform between mean - scale and
    mean + scale, with soft ends.

    Attributes:
        mean: the mean.
        scale: the distance from the mean at which the density has fallen to 1 / e, above zero.
        shape: the exponent, above zero.
    """

    mean: Real
    scale: Real
    shape: Real

    def icdf(self, u: Real) -> jax.Array:
        u = jnp.asarray(u)
        return self._at(u, 1.0 - u)

    def icdf_above(self, q: Real) -> jax.Array:
        q = jnp.asarray(q)
        return self._at(1.0 - q, q)

    def _at(self, below: jax.Array, above: jax.Array) -> jax.Array:
        """The x at the probability `below`, with `above` = 1 - `below`."""
        right = below > above
        tail, shape = jnp.broadcast_arrays(
            *(jnp.asarray(one, jnp.result_type(float)) for one in (jnp.minimum(below, above), self.shape))
        )
        t = _quantile(2.0 * tail, shape)
        return self.mean + self.scale * jnp.where(right, t, -t)

    def cdf(self, x: Real) -> jax.Array:
        return self._side(x, 1.0)

    def above(self, x: Real) -> jax.Array:
        return self._side(x, -1.0)

    def _side(self, x: Real, sign: float) -> jax.Array:
        """Prob(value < x) (sign 1) or Prob(value > x) (sign -1)."""
        z = sign * (jnp.asarray(x) - self.mean) / self.scale
        t = jnp.where(z >= 0.0, z, -z)
        # beyond, and at infinite x, nothing is left
        inside = t < _end(self.shape)
        within, beyond = _probabilities(jnp.where(inside, t, 0.5), self.shape)
        right = jnp.where(inside, 0.5 + 0.5 * within, 1.0)
        return jnp.where(z >= 0.0, right, jnp.where(inside, 0.5 * beyond, 0.0))

    def _log_scale(self) -> jax.Array:
        """The logarithm of the density at the mean."""
        shape = jnp.asarray(self.shape, jnp.result_type(float))
        return jnp.log(shape / (2.0 * self.scale)) - gammaln(1.0 / shape)

    def log_prob(self, x: Real) -> jax.Array:
        t = jnp.abs(jnp.asarray(x) - self.mean) / self.scale
        return self._log_scale() - _power(t, self.shape)

    def support(self) -> tuple[Real, Real]:
        return -jnp.inf, jnp.inf

    def problems(self) -> list[str]:
        return not_positive(scale=self.scale, shape=self.shape)


def _power(t: jax.Array, shape: Real) -> jax.Array:
    """t^shape for t >= 0, whose derivative in `shape` is zero at t = 0."""
    positive = t > 0.0
    return jnp.where(positive, jnp.where(positive, t, 1.0) ** shape, 0.0)


def _end(shape: Real) -> jax.Array:
    """The t beyond which nothing is left of the density."""
    return jnp.asarray(_FAR, jnp.result_type(float)) ** (1.0 / jnp.asarray(shape))


def _probabilities(t: jax.Array, shape: Real) -> tuple[jax.Array, jax.Array]:
    """P(1 / shape, t^shape) and Q = 1 - P: the probabilities of values nearer to the mean than t, and beyond.

    For small t they are P = t / Gamma(1 + 1 / shape) (1 - x / (shape + 1) + x^2 / (2 (2 shape + 1)) - ...),
    with x = t^shape, which may be too small for a number.
    """
    a, x = 1.0 / jnp.asarray(shape, jnp.result_type(float)), _power(t, shape)
    small = x < _SMALL
    series = 1.0 - x / (shape + 1.0) + x**2 / (4.0 * shape + 2.0) - x**3 / (18.0 * shape + 6.0)
    near = t * jnp.exp(-gammaln(1.0 + a)) * series
    safe = jnp.where(small, 1.0, x)
    return jnp.where(small, near, gammainc(a, safe)), jnp.where(small, 1.0 - near, gammaincc(a, safe))


@jax.custom_jvp
def _quantile(q: jax.Array, shape: jax.Array) -> jax.Array:
    """The t with Q(1 / shape, t^shape) = q."""

    def halve(_: int, bracket: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        within, beyond = _probabilities(middle, shape)
        # near the mean P is the precise one
        below = jnp.where(q < 0.5, beyond > q, within < 1.0 - q)
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    ends = jnp.zeros_like(q), _end(shape) * jnp.ones_like(q)
    low, high = jax.lax.fori_loop(0, jnp.finfo(q.dtype).nmant + 10, halve, ends)
    return 0.5 * (low + high)


@_quantile.defjvp
def _quantile_jvp(
    values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]
) -> tuple[jax.Array, jax.Array]:
    """The implicit function theorem for Q(t; shape) = q: -f dt = dq - dQ/dshape dshape, with f = -dQ/dt."""
    (q, shape), (dq, dshape) = values, tangents
    t = _quantile(q, shape)
    _, by_shape = jax.jvp(lambda shape: _probabilities(t, shape)[1], (shape,), (dshape,))
    density = shape * jnp.exp(-_power(t, shape) - gammaln(1.0 / shape))
    return t, (by_shape - dq) / density
