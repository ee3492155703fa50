"""A halo with a core and a truncation: TNFWC.

    rho(r) = rho0 / [sqrt(x^2 + b^2) (1 + x^2) (1 + x^2 / T)]

with x = r / Rs, b = r_core / Rs and T = (r_trunc / Rs)^2.
1 / [(1 + x^2) (1 + x^2 / T)] is a difference of 1 / (t + x^2) at t = 1 and t = T.  With u = x^2, the mean
convergence of 1 / [sqrt(x^2 + b^2) (t + x^2)] inside u is [F(s0) - F(s1)] / u, s0 = b^2 / t and
s1 = (b^2 + u) / (t + u).  In terms of M and D of `fastmath.arcsech`, for which (s M)' = D / 2,

    Q(t) = [s1 M(s1) - s0 M(s0) + ln(1 + u / t) / 2] / u,        mean convergence = T / (T - 1) [Q(1) - Q(T)],
    -Q'(t) = {[1 - s0 D(s0)] / t + [s1 D(s1) - s0 D(s0)] / u} / [2 (t + u)].

Where r_trunc is near Rs the difference is the integral of -Q', and where s0 and s1 are near each other (small
radii) their differences are integrals of D / 2, and of K / 2 = (s D)' with K = (3 D - F) / (1 - s); both by
Gauss-Legendre quadrature with nodes that are enough for the precision.  alpha_Rs is the deflection at Rs.
"""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.arcsech import SMALLEST, arcsech, mean, quotient, second_quotient
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.types import Pair, Real

# The smallest core radius in units of Rs; below it the core has this size, and the derivative in r_core is
# that at this size.
SMALLEST_CORE = 1e-6
# Where s0 and s1 differ by less than this times the smaller one, their differences are integrals.
NEAR = 0.5
# Where abs(T - 1) is below this, the difference of Q is an integral.
NEAR_ONE = 0.2
# Nodes of the integrals over s and over t, enough for float32.
NODES = (4, 3)
# Nodes of the integrals over s and over t, enough for float64.
NODES_64 = (8, 6)
# Nodes of the integral of the deflection, which is the potential; the relative error is below 1e-10.
POTENTIAL_NODES = 32


@cache
def _legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss-Legendre quadrature over 0..1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def _along(values: np.ndarray, like: jax.Array) -> jax.Array:
    """Numbers along a new first axis of `like`."""
    return jnp.asarray(values, like.dtype).reshape(-1, *(1,) * like.ndim)


def _difference(t: jax.Array, u: jax.Array, b_squared: jax.Array, count: int) -> Pair:
    """Q(t) and -Q'(t)."""
    s0, s1 = b_squared / t, (b_squared + u) / (t + u)
    per_u = (t - b_squared) / (t * (t + u))
    near = jnp.abs(s1 - s0) < NEAR * jnp.minimum(s0, s1)
    inner, weights = _legendre(count)
    # both ends stand before the nodes
    s = s0[None] + _along(np.concatenate([[0.0, 1.0], inner]), s0) * (s1 - s0)[None]
    p, w = arcsech(s), _along(weights, s0)
    d = quotient(p)
    m, y = s * mean(p), s * d
    integral_of_d = 0.5 * per_u * jnp.sum(w * d[2:], axis=0)
    integral_of_k = 0.5 * per_u * jnp.sum(w * second_quotient(p)[2:], axis=0)
    rise_of_m = jnp.where(near, integral_of_d, (m[1] - m[0]) / u)
    rise_of_y = jnp.where(near, integral_of_k, (y[1] - y[0]) / u)
    return rise_of_m + 0.5 * jnp.log1p(u / t) / u, 0.5 * ((1.0 - y[0]) / t + rise_of_y) / (t + u)


def _mean(u: jax.Array, b: jax.Array, T: jax.Array) -> jax.Array:
    """The mean convergence inside u, up to a constant factor."""
    u, b, T = jnp.broadcast_arrays(jnp.maximum(u, SMALLEST), b, T)
    for_s, for_t = NODES if u.dtype == jnp.float32 else NODES_64
    near = jnp.abs(T - 1.0) < NEAR_ONE
    nodes, weights = _legendre(for_t)
    t = 1.0 + _along(np.concatenate([[0.0, 1.0], nodes]), T) * (T - 1.0)[None]
    q, slope = _difference(t, jnp.broadcast_to(u, t.shape), jnp.broadcast_to(b * b, t.shape), for_s)
    close = jnp.sum(_along(weights, T) * slope[2:], axis=0)
    return T * jnp.where(near, close, (q[0] - q[1]) / jnp.where(near, 1.0, T - 1.0))


def _shape(Rs: Real, r_trunc: Real, r_core: Real) -> Pair:
    """B and T."""
    b = jnp.asarray(r_core) / Rs
    return b + jax.lax.stop_gradient(jnp.maximum(b, SMALLEST_CORE) - b), jnp.square(jnp.asarray(r_trunc) / Rs)


def tnfwc_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_trunc: Real, r_core: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_trunc: truncation radius (arcsec), above 0.
        r_core: core radius (arcsec).

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    b, T = _shape(Rs, r_trunc, r_core)
    return alpha_Rs / (Rs * _mean(jnp.ones_like(b), b, T)) * _mean(r_squared / jnp.square(Rs), b, T)


def tnfwc_potential(
    r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_trunc: Real, r_core: Real
) -> jax.Array:
    """The potential, 0 at the centre: the integral of the deflection.

    With u = m (e^h - 1), m the smallest of b^2, 1 and T, the integrand is smooth in h at all scales.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_trunc: truncation radius (arcsec), above 0.
        r_core: core radius (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    b, T = _shape(Rs, r_trunc, r_core)
    u, b, T = jnp.broadcast_arrays(r_squared / jnp.square(Rs), b, T)
    smallest = jnp.minimum(jnp.minimum(b * b, T), 1.0)
    height = jnp.log1p(u / smallest)

    def add(total: jax.Array, row: jax.Array) -> tuple[jax.Array, None]:
        at = row[0] * height
        rate = smallest * jnp.exp(at) * height
        return total + row[1] * rate * _mean(smallest * jnp.expm1(at), b, T), None

    rows = jnp.asarray(np.stack(_legendre(POTENTIAL_NODES), axis=1), u.dtype)
    total, _ = jax.lax.scan(add, jnp.zeros_like(u), rows)
    return 0.5 * alpha_Rs * Rs / _mean(jnp.ones_like(b), b, T) * total


tnfwc = register_round(
    "TNFWC",
    Radial(tnfwc_slope, tnfwc_potential),
    """Halo with a core and a truncation; lenstronomy's TNFWC.

    rho = rho0 / [sqrt(x^2 + r_core^2/Rs^2) (1 + x^2) (1 + r^2 / r_trunc^2)] with x = r / Rs.  Without core
    and truncation it is 1 / [x (1 + x^2)], which is not NFW's 1 / [x (1 + x)^2].  It is computed for all
    radii, also where r_trunc or r_core are equal to Rs.  The potential, which lenstronomy does not have, is
    the integral of the deflection.
    """,
)
