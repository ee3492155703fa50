"""Gauss's F(w) = 2F1(1, b; c; w) with b = t/2, c = 2 - t/2, of complex w and 0 < t < 2, and its derivatives.

The argument is given as 1 - w = real + i imag, which the caller knows without cancellation.  Away from w = 1
F is Gauss's continued fraction of fixed length, near it the logarithmic connection formula.  With G the tail
of the fraction, F = 1 / (1 - (b/c) w G), the hypergeometric equation has the first integral

    (1 - w) F' = b F + (c - 1) (1 - F) / w = b F [1 - (c - 1) G / c],

so that the slope in w comes with the value.  Derivatives in t go through both formulae, forwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log, polynomial

# Within this distance of w = 1 the series about that point is summed.
NEAR_ONE = 0.2

Complex: TypeAlias = tuple[jax.Array, jax.Array]


@jax.custom_jvp
def hypergeometric(t: jax.Array, real: jax.Array, imag: jax.Array) -> Complex:
    """2F1(1, t/2; 2 - t/2; w) where 1 - w = real + i imag, |w| < 1, 0 < t < 2; 1 where 1 - w is zero.

    t broadcasts against real and imag; all are arrays of one floating type.
    """
    return _with_tail(t, real, imag)[0]


def _hypergeometric_jvp(
    primals: tuple[jax.Array, ...], tangents: tuple[jax.Array | SymbolicZero, ...]
) -> tuple[Complex, Complex]:
    t, real, imag = primals
    dt, d_real, d_imag = tangents
    if isinstance(dt, SymbolicZero):
        f, tail = _with_tail(t, real, imag)
        change = jnp.zeros_like(f[0]), jnp.zeros_like(f[1])
    else:
        # the slope times dt, rather than the derivative along dt, lest a transpose go back through the loops
        (f, tail), (slope, _) = jax.jvp(lambda t: _with_tail(t, real, imag), (t,), (jnp.ones_like(t),))
        change = slope[0] * dt, slope[1] * dt
    if not (isinstance(d_real, SymbolicZero) and isinstance(d_imag, SymbolicZero)):
        along = _product(_slope(t, real, imag, f, tail), (_array(d_real), _array(d_imag)))
        change = change[0] - along[0], change[1] - along[1]
    return f, change


hypergeometric.defjvp(_hypergeometric_jvp, symbolic_zeros=True)


def _array(tangent: jax.Array | SymbolicZero) -> jax.Array:
    """A tangent that is known to be zero, as numbers."""
    if isinstance(tangent, SymbolicZero):
        return jnp.zeros(tangent.shape, tangent.dtype)
    return tangent


def _product(a: Complex, b: Complex) -> Complex:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _quotient(a: Complex, b: Complex) -> Complex:
    inverse = 1.0 / (b[0] * b[0] + b[1] * b[1])
    real, imag = _product(a, (b[0], -b[1]))
    return real * inverse, imag * inverse


def _select(where: jax.Array, a: Complex, b: Complex) -> Complex:
    return jnp.where(where, a[0], b[0]), jnp.where(where, a[1], b[1])


def _regions(real: jax.Array, imag: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where 1 - w is small, and where it is not; the centre of a lens arrives as 1 - w = 0 and is neither."""
    modulus_squared = real * real + imag * imag
    away = modulus_squared >= NEAR_ONE**2
    return (modulus_squared > 0.0) & ~away, away


def _with_tail(t: jax.Array, real: jax.Array, imag: jax.Array) -> tuple[Complex, Complex]:
    """F(w), and G(w) away from w = 1 (elsewhere any finite value)."""
    near, away = _regions(real, imag)
    close = _near_one(t, jnp.where(near, real, 0.5 * NEAR_ONE), jnp.where(near, imag, 0.0))
    far, tail = _continued_fraction(t, jnp.where(away, 1.0 - real, 0.0), jnp.where(away, -imag, 0.0))
    return _select(near, close, far), tail


def _slope(t: jax.Array, real: jax.Array, imag: jax.Array, f: Complex, tail: Complex) -> Complex:
    """F'(w) by the module's equation, in G away from w = 1 and in F near it."""
    b = 0.5 * t
    c = 2.0 - b
    near, away = _regions(real, imag)
    w = jnp.where(near, 1.0 - real, 1.0), jnp.where(near, -imag, 0.0)
    rest = _quotient((1.0 - f[0], -f[1]), w)
    close = b * f[0] + (c - 1.0) * rest[0], b * f[1] + (c - 1.0) * rest[1]
    shrink = (c - 1.0) / c
    far = _product(f, (b * (1.0 - shrink * tail[0]), -b * shrink * tail[1]))
    one = jnp.where(near | away, real, 1.0), jnp.where(near | away, imag, 0.0)
    return _quotient(_select(near, close, far), one)


def _continued_fraction(t: jax.Array, real: jax.Array, imag: jax.Array) -> tuple[Complex, Complex]:
    """F and G of complex w = real + i imag away from 1.

    F = 1 / (1 - a_1 w G) and G = 1 / (1 - a_2 w / (1 - a_3 w / ...)), Abramowitz & Stegun 15.2:

        a_(2m+1) = (b + m) (c - 1 + m) / ((c + 2m - 1) (c + 2m)),
        a_(2m)   = m (c - 1 - b + m) / ((c + 2m - 2) (c + 2m - 1)).

    Since a_k tends to 1/4 the tail is replaced by the fixed point (1 + sqrt(1 - w)) / 2.
    """
    modulus = jnp.sqrt((1.0 - real) ** 2 + imag**2)
    root_real = jnp.sqrt(0.5 * (modulus + 1.0 - real))
    last = 0.5 * (1.0 + root_real), -0.25 * imag / root_real

    def level(v: Complex, a: jax.Array) -> tuple[Complex, None]:
        ratio = _quotient((a * real, a * imag), v)
        return (1.0 - ratio[0], -ratio[1]), None

    # A loop, since unrolled in full it takes most of an image's compile time; by two it is a third faster.
    v, _ = jax.lax.scan(level, last, _fraction_coefficients(t), unroll=2)
    one = jnp.ones_like(real), jnp.zeros_like(imag)
    tail, a_1 = _quotient(one, v), t / (4.0 - t)
    first = _product((a_1 * real, a_1 * imag), tail)
    return _quotient(one, (1.0 - first[0], -first[1])), tail


def _fraction_coefficients(t: jax.Array) -> jax.Array:
    """A_k from the last to k = 2, along a new first axis of t."""
    t = t[None]
    k = jnp.arange(_fraction_terms(t.dtype) + 1, 1, -1, dtype=t.dtype).reshape((-1,) + (1,) * (t.ndim - 1))
    b, c, m = t / 2.0, 2.0 - t / 2.0, jnp.floor(k / 2.0)
    odd = (b + m) * (c - 1.0 + m) / ((c + 2.0 * m - 1.0) * (c + 2.0 * m))
    even = m * (c - 1.0 - b + m) / ((c + 2.0 * m - 2.0) * (c + 2.0 * m - 1.0))
    return jnp.where(k % 2.0 == 1.0, odd, even)


def _fraction_terms(dtype: jnp.dtype) -> int:
    """How many terms of the continued fraction reach the precision of `dtype` where |1 - w| > NEAR_ONE."""
    return 40 if jnp.finfo(dtype).bits == 64 else 16


def _near_one(t: jax.Array, real: jax.Array, imag: jax.Array) -> Complex:
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

    def after(dq: Complex, n: jax.Array) -> tuple[Complex, Complex]:
        d, q = dq
        d = (d * (b + n) - q * b / (1.0 + n)) / (2.0 * b + n)
        return (d, q * (1.0 - b + n) / (1.0 + n)), dq

    power = _power_ratio(delta, real, imag)

    def horner(total: Complex, dq: Complex) -> tuple[Complex, None]:
        d, q = dq
        higher = _product(total, (real, imag))
        return (higher[0] + (d - q * power[0]), higher[1] - q * power[1]), None

    # A loop, which XLA compiles by itself: what comes before it is computed once, not again for every use.
    _, powers = jax.lax.scan(after, start, jnp.arange(_series_terms(real.dtype), dtype=real.dtype))
    zero = jnp.zeros_like(real), jnp.zeros_like(imag)
    return jax.lax.scan(horner, zero, powers, reverse=True, unroll=5)[0]


def _series_terms(dtype: jnp.dtype) -> int:
    """How many powers of NEAR_ONE reach the precision of `dtype`."""
    return 25 if jnp.finfo(dtype).bits == 64 else 10


def _reflection(delta: jax.Array) -> jax.Array:
    """h(delta) / delta, h = ln[Gamma(1/2 + delta/2) Gamma(1 - delta) / Gamma(1/2 - delta/2)], abs(delta) < 1.

    After taking out ln(1 + delta) the nearest singularity is delta = 2: a Chebyshev series in delta.
    """
    degree = 23 if jnp.finfo(delta.dtype).bits == 64 else 11

    def smooth(points: np.ndarray) -> np.ndarray:
        lgamma = math.lgamma
        logs = [lgamma(1.5 + d / 2) - lgamma(1.5 - d / 2) + lgamma(2.0 - d) for d in points]
        return np.array(logs) / points

    def clenshaw(sums: Complex, coefficient: jax.Array) -> tuple[Complex, None]:
        total, last = sums
        return (2.0 * delta * total - last + coefficient, total), None

    series = np.polynomial.Chebyshev.interpolate(smooth, degree, domain=[-1.0, 1.0]).coef
    zero = jnp.zeros_like(delta)
    (total, last), _ = jax.lax.scan(clenshaw, (zero, zero), jnp.asarray(series[:0:-1], delta.dtype))
    return delta * total - last + series[0] - _ratio_at_zero(jnp.log1p, (1.0, -1 / 2, 1 / 3, -1 / 4), delta)


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


def _power_ratio(delta: jax.Array, real: jax.Array, imag: jax.Array) -> Complex:
    """(s^delta - 1) / delta of complex s = real + i imag, which tends to ln s at delta = 0."""
    log_s, turned = 0.5 * log(real * real + imag * imag), first_quadrant_angle(jnp.abs(imag), real)
    angle = jnp.where(imag < 0.0, -turned, turned)
    growth = log_s * _ratio_at_zero(jnp.expm1, (1.0, 1 / 2, 1 / 6, 1 / 24), delta * log_s)
    # from sin(x) / x and cos(x) of half the turn x, so that nothing is divided by delta
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
