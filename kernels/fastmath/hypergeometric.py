"""Gauss's F(w) = 2F1(1, b; c; w) with b = t/2, c = 2 - t/2, of complex w and 0 < t < 2, and its derivatives.

It is the angular part of the elliptical power law's deflection (Tessore & Metcalf 2015, arXiv:1507.01819).
The argument is given as 1 - w = real + i imag, which the caller computes without cancellation.  Away from
w = 1, F is Gauss's continued fraction of fixed length; near w = 1 it is the logarithmic connection formula.
With G the tail of the fraction, F = 1 / (1 - (b/c) w G), the hypergeometric equation has the first integral

    (1 - w) F' = b F + (c - 1) (1 - F) / w = b F [1 - (c - 1) G / c],

which gives the derivative in w from the value.  The derivative in t is JAX's, in forward mode, of both
formulae.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.fastmath.compiler import folded
from jaxlens.kernels.fastmath.complex_pairs import product, quotient, select
from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log, polynomial
from jaxlens.kernels.types import Pair, Tangent

# Where abs(1 - w) is below this, the power series about w = 1 is summed.
NEAR_ONE = 0.2


@jax.custom_jvp
def hypergeometric(t: jax.Array, real: jax.Array, imag: jax.Array) -> Pair:
    """2F1(1, t/2; 2 - t/2; w) of complex w inside the unit circle.

    Args:
        t: 0 < t < 2; it broadcasts against `real` and `imag`, and has their floating type.
        real: the real part of 1 - w.
        imag: the imaginary part of 1 - w.

    Returns:
        The real and the imaginary part.  At 1 - w = 0, which stands for the centre of a lens, it is 1.

    >>> value, _ = hypergeometric(jnp.ones(()), jnp.full((), 0.5), jnp.zeros(()))  # artanh(sqrt w) / sqrt w
    >>> print(f"{value:.5f}")
    1.24645
    """
    return _with_tail(t, real, imag)[0]


def _hypergeometric_jvp(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> tuple[Pair, Pair]:
    (t, real, imag), (dt, d_real, d_imag) = primals, tangents
    if isinstance(dt, SymbolicZero):
        f, tail = _with_tail(t, real, imag)
        df = jnp.zeros_like(f[0]), jnp.zeros_like(f[1])
    else:
        # The derivative is computed with a tangent of one and multiplied by dt.  With dt as the tangent,
        # reverse mode would transpose the loops.
        (f, tail), (in_t, _) = jax.jvp(lambda t: _with_tail(t, real, imag), (t,), (jnp.ones_like(t),))
        df = in_t[0] * dt, in_t[1] * dt
    if not (isinstance(d_real, SymbolicZero) and isinstance(d_imag, SymbolicZero)):
        along = product(_derivative_in_w(t, real, imag, f, tail), (_array(d_real), _array(d_imag)))
        df = df[0] - along[0], df[1] - along[1]
    return f, df


hypergeometric.defjvp(_hypergeometric_jvp, symbolic_zeros=True)


def _array(tangent: Tangent) -> jax.Array:
    """A tangent as an array, also where it is a symbolic zero."""
    if isinstance(tangent, SymbolicZero):
        return jnp.zeros(tangent.shape, tangent.dtype)
    return tangent


def _regions(real: jax.Array, imag: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where |1 - w| is below NEAR_ONE, and where it is not; neither at 1 - w = 0, the centre of a lens."""
    modulus_squared = real * real + imag * imag
    away = modulus_squared >= NEAR_ONE**2
    return (modulus_squared > 0.0) & ~away, away


def _with_tail(t: jax.Array, real: jax.Array, imag: jax.Array) -> tuple[Pair, Pair]:
    """F(w), and G(w) away from w = 1 (elsewhere any finite value)."""
    shape = jnp.broadcast_shapes(t.shape, real.shape)
    real, imag = jnp.broadcast_to(real, shape), jnp.broadcast_to(imag, shape)
    near, away = _regions(real, imag)
    close = _near_one(t, jnp.where(near, real, 0.5 * NEAR_ONE), jnp.where(near, imag, 0.0))
    far, tail = _continued_fraction(t, jnp.where(away, 1.0 - real, 0.0), jnp.where(away, -imag, 0.0))
    return select(near, close, far), tail


def _derivative_in_w(t: jax.Array, real: jax.Array, imag: jax.Array, f: Pair, tail: Pair) -> Pair:
    """F'(w) by the module's equation, in G away from w = 1 and in F near it."""
    b = 0.5 * t
    c = 2.0 - b
    near, away = _regions(real, imag)
    w = jnp.where(near, 1.0 - real, 1.0), jnp.where(near, -imag, 0.0)
    rest = quotient((1.0 - f[0], -f[1]), w)
    close = b * f[0] + (c - 1.0) * rest[0], b * f[1] + (c - 1.0) * rest[1]
    shrink = (c - 1.0) / c
    far = product(f, (b * (1.0 - shrink * tail[0]), -b * shrink * tail[1]))
    one_minus_w = jnp.where(near | away, real, 1.0), jnp.where(near | away, imag, 0.0)
    return quotient(select(near, close, far), one_minus_w)


def _continued_fraction(t: jax.Array, real: jax.Array, imag: jax.Array) -> tuple[Pair, Pair]:
    """F and G of complex w = real + i imag away from 1.

    F = 1 / (1 - a_1 w G) and G = 1 / (1 - a_2 w / (1 - a_3 w / ...)), Abramowitz & Stegun 15.2:

        a_(2m+1) = (b + m) (c - 1 + m) / ((c + 2m - 1) (c + 2m)),
        a_(2m)   = m (c - 1 - b + m) / ((c + 2m - 2) (c + 2m - 1)).

    Since a_k tends to 1/4 the tail is replaced by the fixed point (1 + sqrt(1 - w)) / 2.
    """
    modulus = jnp.sqrt((1.0 - real) ** 2 + imag**2)
    root_real = jnp.sqrt(0.5 * (modulus + 1.0 - real))
    last = 0.5 * (1.0 + root_real), -0.25 * imag / root_real

    def level(v: Pair, a: jax.Array) -> tuple[Pair, None]:
        ratio = quotient((a * real, a * imag), v)
        return (1.0 - ratio[0], -ratio[1]), None

    # On a CPU, unrolled by two it runs a third faster than without.
    v, _ = folded(level, last, _fraction_coefficients(t), unroll=2)
    one = jnp.ones_like(real), jnp.zeros_like(imag)
    tail, a_1 = quotient(one, v), t / (4.0 - t)
    first = product((a_1 * real, a_1 * imag), tail)
    return quotient(one, (1.0 - first[0], -first[1])), tail


def _fraction_coefficients(t: jax.Array) -> jax.Array:
    """The coefficients a_k, from the last to k = 2, along a new first axis before those of t."""
    t = t[None]
    k = jnp.arange(_fraction_terms(t.dtype) + 1, 1, -1, dtype=t.dtype).reshape((-1,) + (1,) * (t.ndim - 1))
    b, c, m = t / 2.0, 2.0 - t / 2.0, jnp.floor(k / 2.0)
    odd = (b + m) * (c - 1.0 + m) / ((c + 2.0 * m - 1.0) * (c + 2.0 * m))
    even = m * (c - 1.0 - b + m) / ((c + 2.0 * m - 2.0) * (c + 2.0 * m - 1.0))
    return jnp.where(k % 2.0 == 1.0, odd, even)


def _fraction_terms(dtype: jnp.dtype) -> int:
    """Terms of the continued fraction that reach the precision of `dtype` where |1 - w| > NEAR_ONE."""
    return 40 if jnp.finfo(dtype).bits == 64 else 16


def _near_one(t: jax.Array, real: jax.Array, imag: jax.Array) -> Pair:
    """F(1 - s) of small complex s = real + i imag.

    Abramowitz & Stegun 15.3.6 with delta = 1 - t: the second of its two series sums to a power,

        F = [(1 - b) 2F1(1, b; 2b; s) - g s^delta (1 - s)^(b - 1)] / delta,
        g = Gamma(2 - b) Gamma(2b) / Gamma(b).

    Both terms diverge at delta = 0, the isothermal profile, but not their difference.  Power by power

        F = sum_n s^n [d_n - q_n (s^delta - 1) / delta],    q_0 = g,    d_0 = (1 - b - g) / delta,
        q_(n+1) = q_n (1 - b + n) / (1 + n),    d_(n+1) = [d_n (b + n) - q_n b / (1 + n)] / (2b + n).
    """
    b = 0.5 * t
    delta = 1.0 - t
    h = _reflection(delta)
    growth = h * _ratio_at_zero(jnp.expm1, (1.0, 1 / 2, 1 / 6, 1 / 24), delta * h)
    start = (b - 1.0) * growth, (1.0 - b) * (1.0 + delta * growth)

    def after(dq: Pair, n: jax.Array) -> tuple[Pair, Pair]:
        d, q = dq
        d = (d * (b + n) - q * b / (1.0 + n)) / (2.0 * b + n)
        return (d, q * (1.0 - b + n) / (1.0 + n)), dq

    power = _power_ratio(delta, real, imag)

    def horner(total: Pair, dq: Pair) -> tuple[Pair, None]:
        d, q = dq
        higher = product(total, (real, imag))
        return (higher[0] + (d - q * power[0]), higher[1] - q * power[1]), None

    _, powers = folded(after, start, jnp.arange(_series_terms(real.dtype), dtype=real.dtype))
    zero = jnp.zeros_like(real), jnp.zeros_like(imag)
    return folded(horner, zero, powers, reverse=True, unroll=5)[0]


def _series_terms(dtype: jnp.dtype) -> int:
    """Terms of the power series that reach the precision of `dtype` where |1 - w| < NEAR_ONE."""
    return 25 if jnp.finfo(dtype).bits == 64 else 10


def _reflection(delta: jax.Array) -> jax.Array:
    """h(delta) / delta, h = ln[Gamma(1/2 + delta/2) Gamma(1 - delta) / Gamma(1/2 - delta/2)], abs(delta) < 1.

    A Chebyshev series in delta of h + ln(1 + delta), whose nearest singularity is at delta = 2.
    """
    degree = 23 if jnp.finfo(delta.dtype).bits == 64 else 11

    def smooth(points: np.ndarray) -> np.ndarray:
        lgamma = math.lgamma
        logs = [lgamma(1.5 + d / 2) - lgamma(1.5 - d / 2) + lgamma(2.0 - d) for d in points]
        return np.array(logs) / points

    def clenshaw(sums: Pair, coefficient: jax.Array) -> tuple[Pair, None]:
        total, last = sums
        return (2.0 * delta * total - last + coefficient, total), None

    series = np.polynomial.Chebyshev.interpolate(smooth, degree, domain=[-1.0, 1.0]).coef
    zero = jnp.zeros_like(delta)
    (total, last), _ = folded(clenshaw, (zero, zero), jnp.asarray(series[:0:-1], delta.dtype))
    total = delta * total - last + float(series[0])
    return total - _ratio_at_zero(jnp.log1p, (1.0, -1 / 2, 1 / 3, -1 / 4), delta)


def _ratio_at_zero(
    function: Callable[[jax.Array], jax.Array], series: tuple[float, ...], x: jax.Array
) -> jax.Array:
    """function(x) / x, by the first terms of its power series where abs(x) is small."""
    small = jnp.abs(x) < 1e-3
    safe = jnp.where(small, 1.0, x)
    total = jnp.zeros_like(x)
    for coefficient in reversed(series):
        total = total * x + coefficient
    return jnp.where(small, total, function(safe) / safe)


def _power_ratio(delta: jax.Array, real: jax.Array, imag: jax.Array) -> Pair:
    """(s^delta - 1) / delta of complex s = real + i imag, which tends to ln s at delta = 0."""
    log_s = 0.5 * log(real * real + imag * imag)
    angle_abs = first_quadrant_angle(jnp.abs(imag), real)
    angle = jnp.where(imag < 0.0, -angle_abs, angle_abs)
    growth = log_s * _ratio_at_zero(jnp.expm1, (1.0, 1 / 2, 1 / 6, 1 / 24), delta * log_s)
    # Computed from sin(x) / x and cos(x) at half the angle, which avoids a division by delta.
    half = 0.5 * delta * angle
    squared = half * half
    sinc, cos = (polynomial(series, squared) for series in _sinc_and_cos(half.dtype))
    bend = -angle * half * sinc * sinc
    return (1.0 + delta * growth) * bend + growth, (1.0 + delta * growth) * angle * sinc * cos


@cache
def _sinc_and_cos(dtype: jnp.dtype) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Power series of sin(x) / x and cos(x) in x^2, to the precision of `dtype` for abs(x) <= pi / 4."""
    terms = 10 if jnp.finfo(dtype).bits == 64 else 6
    sinc = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(terms))
    return sinc, tuple((-1.0) ** n / math.factorial(2 * n) for n in range(terms))
