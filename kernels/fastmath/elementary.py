"""Elementary functions in arithmetic alone: XLA's own functions take several times as long on a CPU.

In float32 the argument is reduced to a short interval by operations on its bits, and a polynomial is
evaluated there; the error is at most two or three units in the last place.  Other precisions use JAX's
function.  The polynomials interpolate in Chebyshev's points: their largest error is within a factor of about
two of the smallest that the degree allows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

# The tangent of 22.5 degrees: the largest argument of the polynomial for arctan.
TAN_22_5 = float(np.tan(np.pi / 8.0))
# ln 2 rounded to 12 bits, so that its product with the exponent of a float32 is exact.
LN_2_HIGH = 0.693359375
# ln 2 less LN_2_HIGH.
LN_2_LOW = float(np.log(2.0)) - LN_2_HIGH
# Bits of the mantissa of a float32.
MANTISSA_BITS = 23
# The bits of the float32 number 1, as an integer.
ONE_IN_BITS = np.int32(0x3F800000)
# The bits of the float32 number sqrt(1/2), as an integer.
ROOT_HALF_IN_BITS = np.int32(0x3F3504F3)
# Arguments are clipped to this range: at its ends `exp` returns 0 and infinity in float32.
EXP_RANGE = (np.float32(-88.0), np.float32(89.0))
# Degree of the polynomial for exp, enough for float32.
EXP_DEGREE = 6
# Degree of the polynomial for log, enough for float32.
LOG_DEGREE = 8
# Degree of the polynomial for arctan, enough for float32.
ARCTAN_DEGREE = 5
# Degree of the polynomial for arctan, enough for float64.
ARCTAN_DEGREE_64 = 11


def polynomial(coefficients: tuple[float, ...], x: jax.Array) -> jax.Array:
    """Sum of c_n x^n, by Horner's rule."""
    total = jnp.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


@jax.custom_jvp
def exp(x: jax.Array) -> jax.Array:
    """e^x; in float32 exactly 0 below -88 and inf above 88.8.

    An NVIDIA GPU has an instruction for 2^x, with which it takes 10 instructions instead of 28.
    """
    if not _is_single(x):
        return jnp.exp(x)
    return jax.lax.platform_dependent(x, cuda=jnp.exp, default=exp_by_polynomial)


def exp_by_polynomial(x: jax.Array) -> jax.Array:
    """e^x in float32, exactly 0 below -88 and inf above 88.3.

    x = k ln 2 + r with abs(r) <= ln(2) / 2, and e^x = 2^k e^r.
    """
    x = jnp.clip(x, *EXP_RANGE)
    k = jnp.round(x * np.float32(1.0 / np.log(2.0)))
    bits = (k.astype(jnp.int32) << MANTISSA_BITS) + ONE_IN_BITS
    r = (x - k * np.float32(LN_2_HIGH)) - k * np.float32(LN_2_LOW)
    return polynomial(_exp_coefficients(), r) * jax.lax.bitcast_convert_type(bits, jnp.float32)


@exp.defjvp
def _exp_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (x,), (dx,) = primals, tangents
    value = exp(x)
    return value, value * dx


@jax.custom_jvp
def log(x: jax.Array) -> jax.Array:
    """The natural logarithm of a positive number, finite and (in float32) at least 1.2e-38."""
    return _log_of_parts(*_exponent_and_mantissa(x)) if _is_single(x) else jnp.log(x)


@log.defjvp
def _log_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (x,), (dx,) = primals, tangents
    return log(x), dx / x


@jax.custom_jvp
def log1p(x: jax.Array) -> jax.Array:
    """ln(1 + x) of finite x >= 0, with a small relative error also where x is small."""
    if not _is_single(x):
        return jnp.log1p(x)
    k, m = _exponent_and_mantissa(1.0 + x)
    return _log_of_parts(k, jnp.where(k == 0.0, x, m))


@log1p.defjvp
def _log1p_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (x,), (dx,) = primals, tangents
    return log1p(x), dx / (1.0 + x)


@jax.custom_jvp
def first_quadrant_angle(y: jax.Array, x: jax.Array) -> jax.Array:
    """arctan2(y, x) for x, y >= 0 (not both 0), in both precisions.

    arctan(t) = pi/4 + arctan((t - 1) / (t + 1)) and arctan(1/t) = pi/2 - arctan(t) reduce t to at most
    tan(pi / 8).
    """
    # `where` instead of minimum and maximum, which are slower under XLA because they propagate NaN.
    swapped = y > x
    low, high = jnp.where(swapped, x, y), jnp.where(swapped, y, x)
    upper = low > TAN_22_5 * high
    t = jnp.where(upper, low - high, low) / jnp.where(upper, low + high, high)
    degree = ARCTAN_DEGREE if _is_single(t) else ARCTAN_DEGREE_64
    angle = t * polynomial(_arctan_coefficients(degree), t * t) + jnp.where(upper, 0.25 * np.pi, 0.0)
    return jnp.where(swapped, 0.5 * np.pi - angle, angle)


@first_quadrant_angle.defjvp
def _first_quadrant_angle_jvp(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    (y, x), (dy, dx) = primals, tangents
    return first_quadrant_angle(y, x), (x * dy - y * dx) / (x * x + y * y)


@jax.custom_jvp
def inverse_root(x: jax.Array) -> jax.Array:
    """1 / sqrt(x) of x > 0.

    Written as sqrt(x) / x, because XLA turns 1 / sqrt(x) into rsqrt, which is slow on a CPU; an NVIDIA GPU
    has an instruction for it.
    """
    return jax.lax.platform_dependent(x, cuda=jax.lax.rsqrt, default=root_over_itself)


def root_over_itself(x: jax.Array) -> jax.Array:
    """Sqrt(x) / x."""
    return jnp.sqrt(x) / x


@inverse_root.defjvp
def _inverse_root_jvp(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (x,), (dx,) = primals, tangents
    value = inverse_root(x)
    return value, -0.5 * value / x * dx


def _is_single(x: jax.Array) -> bool:
    return bool(x.dtype == jnp.float32)


def _exponent_and_mantissa(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """(k, m - 1) of x = 2^k m with m from sqrt(1/2) to sqrt(2), for x > 0 that is not subnormal."""
    bits = jax.lax.bitcast_convert_type(x, jnp.int32)
    k = (bits - ROOT_HALF_IN_BITS) >> MANTISSA_BITS
    m = jax.lax.bitcast_convert_type(bits - (k << MANTISSA_BITS), jnp.float32)
    return k.astype(jnp.float32), m - 1.0


def _log_of_parts(k: jax.Array, m: jax.Array) -> jax.Array:
    """The logarithm k ln 2 + ln(1 + m) of 2^k (1 + m)."""
    return k * np.float32(LN_2_HIGH) + (k * np.float32(LN_2_LOW) + m * polynomial(_log_coefficients(), m))


@cache
def _exp_coefficients() -> tuple[float, ...]:
    """Coefficients of the polynomial for exp(x), abs(x) <= ln(2) / 2."""
    half = 0.5 * float(np.log(2.0))
    return _interpolated(np.exp, EXP_DEGREE, -half, half)


@cache
def _log_coefficients() -> tuple[float, ...]:
    """Coefficients of the polynomial for ln(1 + x) / x, 1 + x from sqrt(1/2) to sqrt(2)."""
    return _interpolated(lambda x: np.log1p(x) / x, LOG_DEGREE, 0.5**0.5 - 1.0, 2.0**0.5 - 1.0)


@cache
def _arctan_coefficients(degree: int) -> tuple[float, ...]:
    """Coefficients of the polynomial for arctan(sqrt x) / sqrt x, x <= tan(pi / 8)^2."""
    return _interpolated(lambda x: np.arctan(np.sqrt(x)) / np.sqrt(x), degree, 0.0, TAN_22_5**2)


def _interpolated(
    function: Callable[[np.ndarray], np.ndarray], degree: int, low: float, high: float
) -> tuple[float, ...]:
    """Coefficients, the constant first, of the polynomial through Chebyshev's points of low..high."""
    chebyshev = np.polynomial.Chebyshev.interpolate(function, degree, domain=[low, high])
    return tuple(float(c) for c in chebyshev.convert(kind=np.polynomial.Polynomial).coef)
