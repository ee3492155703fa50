"""The elliptical lens of a broken power law (Du et al. 2020, ApJ 892, 62), lenstronomy's BPL.

The density is rho ~ r^-a_c inside of r_c and r^-a outside; projected, its convergence is made constant on
ellipses of the product-average radius R.  Outside of r_c it is (3 - a) / 2 (b / R)^(a - 1).

With z = x + iy, R the radius at z, e = e1 + i e2 and k = |e|^2, the deflection is (Bourassa and Kantowski
1975, ApJ 195, 13)

    conj(alpha) = (2 / z) int_0^R kappa(S) S dS / sqrt(1 - eta S^2 / R^2),    eta = 4 e R^2 / [(1 - k) z^2].

As kappa is itself an integral of rho over r, the integral over S can be done first.  In units of r_c

    conj(alpha) = 2 (3 - a) / B(1/2, (a - 1) / 2) (b / r_c)^(a - 1) r_c (R / z) I,
    I = int_0^inf rho(t) t h artanh(sqrt(eta) h) / (sqrt(eta) h) dt,
    h = t / T for t < T, else T / [t + beta sqrt(t^2 - T^2)],    T = R / r_c,    beta = sqrt(1 - eta),

which is summed by Gauss-Legendre quadrature in three parts: up to the smaller of 1 and T, between them, and
beyond.  As the slope of rho jumps at r_c, the deflection has the power 5/2 of R - r_c there: its first and
second derivatives are continuous.  With zeta = z - e conj(z), beta is (zeta - e conj(zeta)) / [(1 - k) z].
"""

from __future__ import annotations

from types import MappingProxyType

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.fastmath.complex_pairs import quotient
from jaxlens.kernels.fastmath.gamma import log_gamma
from jaxlens.kernels.fastmath.quadrature import unit_integral
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Inside this radius (arcsec) the deflection falls linearly to zero.
SMALLEST_RADIUS = 1e-6
# The smallest logarithm of the ratio of r_c and R, so that its root has a derivative.
SMALLEST_LENGTH = 1e-12
# Up to this modulus artanh(sqrt(x)) / sqrt(x) is its power series.
SERIES_END = 0.02
# Terms of the series, for both precisions.
SERIES_TERMS = 9
# Nodes of the deflection by precision in bits.
NODES = {32: 24, 64: 56}
# Nodes of the potential on either side of r_c, by precision in bits.
POTENTIAL_NODES = {32: 16, 64: 40}
# The power by which the ray is substituted inside of r_c.
RAY_POWER = 8

_MEANINGS = MappingProxyType(
    {
        "a": Meaning("", "logarithmic slope of the density outside r_c", 1.6, 2.4),
        "b": Meaning("arcsec", "Einstein radius of the power law that has the density outside", 0.5, 2.0),
    }
)


def _lens(
    x: jax.Array, y: jax.Array, e1: jax.Array, e2: jax.Array, b: jax.Array, a: jax.Array, r_c: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, Pair, jax.Array]:
    """R, T, |z|^2, beta, and the factor before R / z; at the smallest radius the direction is that of x."""
    e1, e2, one_minus_k = clip_ellipticity(e1, e2)
    squared = x * x + y * y
    outside = squared > SMALLEST_RADIUS**2
    x, y = jnp.where(outside, x, SMALLEST_RADIUS), jnp.where(outside, y, 0.0)
    squared = jnp.where(outside, squared, SMALLEST_RADIUS**2)
    zeta = circularized(x, y, e1, e2)
    radius = jnp.sqrt((zeta[0] ** 2 + zeta[1] ** 2) / one_minus_k)
    beta = quotient(circularized(*zeta, e1, e2), (one_minus_k * x, one_minus_k * y))
    half = 0.5 * a - 0.5
    beta_function = jnp.sqrt(jnp.pi) * jnp.exp(log_gamma(half) - log_gamma(half + 0.5))
    factor = 2.0 * (3.0 - a) / beta_function * (b / r_c) ** (a - 1.0) * r_c
    return radius, radius / r_c, squared, beta, factor


def _arguments(*values: Real) -> tuple[jax.Array, ...]:
    """The arguments as arrays of one floating type."""
    dtype = jnp.result_type(*values, float)
    return tuple(jnp.asarray(value, dtype) for value in values)


def bpl_potential(
    x: Real,
    y: Real,
    *,
    b: Real,
    a: Real,
    a_c: Real,
    r_c: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `bpl`: the integral of the deflection from the centre, 0 there.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        b: Einstein radius of the power law that has the density outside (arcsec).
        a: logarithmic slope of the density outside r_c, 1 < a < 3.
        a_c: logarithmic slope of the density inside, below 3.
        r_c: radius where they meet (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    x, y, b, a, a_c, r_c, e1, e2 = _arguments(x - center_x, y - center_y, b, a, a_c, r_c, e1, e2)
    radius, t, squared, beta, factor = _lens(x, y, e1, e2, b, a, r_c)
    order = POTENTIAL_NODES[jnp.finfo(x.dtype).bits]
    operands = (*jnp.broadcast_arrays(t, *beta), a, a_c)
    # one node a turn: each is a sum itself, which compiles slowly
    total = unit_integral(_along_ray, order, *operands, unroll=1)
    inside = (x * x + y * y) / squared
    return inside * factor * radius * total


@mass_profile("BPL", potential=bpl_potential, meanings=_MEANINGS)
def bpl(
    x: Real,
    y: Real,
    *,
    b: Real,
    a: Real,
    a_c: Real,
    r_c: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of an elliptical lens of a broken power law; lenstronomy's BPL.

        rho(r) ~ (r / r_c)^-a_c for r < r_c, (r / r_c)^-a for r > r_c

    Du et al. (2020, ApJ 892, 62); at a_c = a it is EPL with theta_E = b and gamma = a.  The equations are in
    the module.  lenstronomy's potential is the same to 1e-9; its deflection is a series
    that is cut off, and near the centre not the gradient of its potential (20 percent at r_c / 50).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        b: Einstein radius of the power law that has the density outside (arcsec).
        a: logarithmic slope of the density outside r_c, 1 < a < 3.
        a_c: logarithmic slope of the density inside, below 3.
        r_c: radius where they meet (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    x, y, b, a, a_c, r_c, e1, e2 = _arguments(x - center_x, y - center_y, b, a, a_c, r_c, e1, e2)
    radius, t, squared, beta, factor = _lens(x, y, e1, e2, b, a, r_c)
    t, real, imag = jnp.broadcast_arrays(t, *beta)
    real, imag = _integral(t, real, imag, a, a_c)
    scale = factor * radius / squared
    # conj(I / z) is z conj(I) / |z|^2
    return scale * (x * real + y * imag), scale * (y * real - x * imag)


def _along_ray(
    u: jax.Array, t: jax.Array, real: jax.Array, imag: jax.Array, a: jax.Array, a_c: jax.Array
) -> jax.Array:
    """The real part of I at two points of the ray to z, inside of r_c and outside, times their weights."""
    end = jnp.minimum(1.0, 1.0 / t)
    inner = end * u**RAY_POWER
    length = -jnp.log(end)
    outer = jnp.exp((u - 1.0) * length)
    at_inner, at_outer = (_integral(t * share, real, imag, a, a_c)[0] for share in (inner, outer))
    return RAY_POWER * end * u ** (RAY_POWER - 1) * at_inner + length * outer * at_outer


def _integral(t: jax.Array, real: jax.Array, imag: jax.Array, a: jax.Array, a_c: jax.Array) -> Pair:
    """I of the module's equations, with beta = real + i imag."""
    order = NODES[jnp.finfo(t.dtype).bits]
    small = jnp.minimum(t, 1.0)
    along, across = unit_integral(_integrand, order, t, real, imag, a, a_c, unroll=1)
    # the first part with artanh(s) / s = 1
    return along + small ** (2.0 - a_c) / ((3.0 - a_c) * jnp.maximum(t, 1.0)), across


def _integrand(
    u: jax.Array, t: jax.Array, real: jax.Array, imag: jax.Array, a: jax.Array, a_c: jax.Array
) -> Pair:
    """The sum of the integrands of the three parts; of the first what is not in closed form."""
    beta = jax.lax.complex(real, imag)
    eta = 1.0 - beta * beta
    small, large = jnp.minimum(t, 1.0), jnp.maximum(t, 1.0)
    # r = small u^2
    h_1 = u * u / large
    weight_1 = small ** (2.0 - a_c) / large * 2.0 * u ** (5.0 - 2.0 * a_c)
    # r = small (large / small)^(u^2)
    length = jnp.maximum(jnp.log(large) - jnp.log(small), SMALLEST_LENGTH)
    growth = u * u * length
    r = small * jnp.exp(growth)
    inside = t < 1.0
    # sqrt(r^2 - T^2) / r
    root = jnp.where(inside, jnp.sqrt(-jnp.expm1(-2.0 * growth)), 0.0)
    h_2 = jnp.where(inside, jnp.exp(-growth) / (1.0 + beta * root), jnp.exp(growth) / large)
    weight_2 = r ** (2.0 - jnp.where(inside, a_c, a)) * 2.0 * u * length * h_2
    # r = large / s, s = p (2 - p), p = u^4
    p = u**4
    s = p * (2.0 - p)
    # T / large is small, and small times large is T
    root = jnp.sqrt(((1.0 - small) + small * (1.0 - p) ** 2) * (1.0 + small * s))
    h_3 = small * s / (1.0 + beta * root)
    weight_3 = large ** (2.0 - a) * s ** (a - 3.0) * 8.0 * u**3 * (1.0 - p) * h_3
    h = jnp.stack([h_1 + 0.0 * beta, h_2, h_3])
    factor = _artanh_ratio(eta[None] * h * h)
    total = weight_1 * (factor[0] - 1.0) + weight_2 * factor[1] + weight_3 * factor[2]
    return jnp.real(total), jnp.imag(total)


def _artanh_ratio(x: jax.Array) -> jax.Array:
    """artanh(sqrt(x)) / sqrt(x) of complex x, which is 1 at x = 0."""
    near = jnp.abs(jnp.real(x)) + jnp.abs(jnp.imag(x)) < SERIES_END
    close = jnp.where(near, x, 0.0)
    series = jnp.zeros_like(x)
    for n in reversed(range(SERIES_TERMS)):
        series = series * close + 1.0 / (2 * n + 1)
    root = jnp.sqrt(jnp.where(near, 0.25, x))
    return jnp.where(near, series, 0.5 * jnp.log((1.0 + root) / (1.0 - root)) / root)
