"""The Faddeeva function w(z) = e^(-z^2) erfc(-i z) of complex z, and a Gaussian's integral over a half line.

For Im z >= 0, inside of a circle, w is Weideman's rational approximation (1994, SIAM J. Numer. Anal. 31,
1497)

    w(z) = 2 p(Z) / (L - i z)^2 + 1 / (sqrt(pi) (L - i z)),    Z = (L + i z) / (L - i z),

and outside of it Laplace's continued fraction (Abramowitz & Stegun 7.1.4), in g = 1 / z^2

    w(z) = i G(g) / (sqrt(pi) z),    G(g) = 1 / (1 - (g/2) / (1 - (2g/2) / (1 - (3g/2) / ...))),

of fixed length.  Below the real axis w(z) = 2 e^(-z^2) - w(-z).  For Im z >= 0 the relative error is below
1e-6 in float32 and 3e-13 in float64, and that of w' 2e-5 and 2e-12.  Below the axis the error is as much of
|w(-z)| + |z|^2 |2 e^(-z^2)|.
"""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.complex_pairs import exponential, product, quotient, select, square_root
from jaxlens.kernels.fastmath.elementary import polynomial
from jaxlens.kernels.types import Pair

# Terms of the rational approximation, in float32 and float64: relative errors of 5e-8 and 2e-14.
RATIONAL_TERMS = (18, 36)
# The radius |z| inside of which it is used.
RADII = (5.0, 6.0)
# Terms of the continued fraction outside: relative errors of 1e-7 and 2e-13.
FRACTION_TERMS = (5, 12)
# The square root of pi.
ROOT_PI = float(np.sqrt(np.pi))


@jax.custom_jvp
def faddeeva(real: jax.Array, imag: jax.Array) -> Pair:
    """w(z) of z = real + i imag, as a pair; its derivative is w' = -2 z w + 2 i / sqrt(pi).

    Args:
        real: real part of z, any shape; |z| up to 1e18.
        imag: imaginary part of z; where w overflows, below the real axis, it is infinite or NaN.

    Returns:
        The real and the imaginary part, of the shape to which the arguments broadcast.

    >>> u, v = faddeeva(jnp.asarray(1.0), jnp.asarray(0.0))
    >>> print(f"{u:.6f} {v:.6f}")
    0.367879 0.607158
    """
    below = imag < 0.0
    z = jnp.where(below, -real, real), jnp.abs(imag)
    u, v = _upper(z)
    x, y = jnp.where(below, real, 0.0), jnp.where(below, imag, 0.0)
    p, q = exponential(((y - x) * (y + x), -2.0 * x * y))
    return jnp.where(below, 2.0 * p - u, u), jnp.where(below, 2.0 * q - v, v)


@faddeeva.defjvp
def _faddeeva_jvp(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[Pair, Pair]:
    w = faddeeva(*primals)
    return w, product(_derivative(primals, w), tangents)


def _derivative(z: Pair, w: Pair) -> Pair:
    """w'(z); far above the real axis, where the terms of its equation cancel, from the continued fraction.

    There it is 2 i (1 - G) / sqrt(pi).
    """
    far = _far(z) & (z[1] >= 0.0)
    near = product(z, w)
    near = -2.0 * near[0], 2.0 / ROOT_PI - 2.0 * near[1]
    real, imag = product(_inverse_square(z, far), _fraction_of(_inverse_square(z, far), 3))
    return select(far, (imag / ROOT_PI, -real / ROOT_PI), near)


def gaussian_half_line(q: Pair, a: Pair) -> Pair:
    """The integral of e^(-q x + a x^2) over x > 0, for complex q and a with Re q > 0.

    Where Re a > 0, so that the integral diverges, it is the analytic continuation from Re a < 0, on either
    side of the cut along a > 0.  With r = sqrt(-a) it is sqrt(pi) w(i q / (2 r)) / (2 r), and where a is
    small G(4 a / q^2) / q, which is 1 / q at a = 0.

    Args:
        q: the linear coefficient, any shape.
        a: the quadratic coefficient.

    Returns:
        The integral, of the shape to which the arguments broadcast.

    >>> one, zero = jnp.asarray(1.0), jnp.asarray(0.0)
    >>> print(f"{gaussian_half_line((one, zero), (-one, zero))[0]:.6f}")
    0.545641
    """
    single = _single(q[0])
    size_of_a, size_of_q = jnp.hypot(*jax.lax.stop_gradient(a)), jax.lax.stop_gradient(q[0] ** 2 + q[1] ** 2)
    far = 4.0 * RADII[not single] ** 2 * size_of_a < size_of_q
    one, zero = jnp.ones_like(size_of_a), jnp.zeros_like(size_of_a)
    inverse = _inverse(select(far, q, (one, zero)))
    g = product(select(far, (4.0 * a[0], 4.0 * a[1]), (zero, zero)), product(inverse, inverse))
    outside = product(_fraction_of(g, 1), inverse)
    root = square_root(select(far, (one, zero), (-a[0], -a[1])))
    ratio = quotient(q, (2.0 * root[0], 2.0 * root[1]))
    w = quotient(faddeeva(-ratio[1], ratio[0]), root)
    return select(far, outside, (0.5 * ROOT_PI * w[0], 0.5 * ROOT_PI * w[1]))


def _inverse(z: Pair) -> Pair:
    """1 / z for Re z > 0, without the square of |z|, which would overflow in derivatives."""
    slope = z[1] / z[0]
    real = 1.0 / (z[0] * (1.0 + slope * slope))
    return real, -slope * real


def _single(x: jax.Array) -> bool:
    return bool(jnp.finfo(x.dtype).bits == 32)


def _far(z: Pair) -> jax.Array:
    """Whether z is outside of the circle."""
    return z[0] * z[0] + z[1] * z[1] >= RADII[not _single(z[0])] ** 2


def _inverse_square(z: Pair, where: jax.Array) -> Pair:
    """1 / z^2, where that is asked for, and 0 elsewhere."""
    one, zero = jnp.ones_like(z[0]), jnp.zeros_like(z[0])
    inverse = quotient((one, zero), select(where, z, (one, zero)))
    square = product(inverse, inverse)
    return jnp.where(where, square[0], 0.0), jnp.where(where, square[1], 0.0)


def _upper(z: Pair) -> Pair:
    """w(z) for Im z >= 0."""
    far = _far(z)
    g = _inverse_square(z, far)
    one, zero = jnp.ones_like(z[0]), jnp.zeros_like(z[0])
    real, imag = quotient(_fraction_of(g, 1), select(far, z, (one, zero)))
    return select(far, (-imag / ROOT_PI, real / ROOT_PI), _rational(z))


def _rational(z: Pair) -> Pair:
    """Weideman's approximation of w(z), for Im z >= 0."""
    length, coefficients = _rational_coefficients(RATIONAL_TERMS[not _single(z[0])])
    one, zero = jnp.ones_like(z[0]), jnp.zeros_like(z[0])
    inverse = quotient((one, zero), (length + z[1], -z[0]))
    ratio = product((length - z[1], z[0]), inverse)
    real, imag = complex_polynomial(coefficients, ratio)
    sum_ = product((2.0 * real, 2.0 * imag), inverse)
    return product((sum_[0] + 1.0 / ROOT_PI, sum_[1]), inverse)


def _fraction_of(g: Pair, order: int) -> Pair:
    """G(g) for `order` 1, and for 3 the factor in G - 1 = (g / 2) times it: both are rational in g."""
    above, below = _fraction_coefficients(FRACTION_TERMS[not _single(g[0])], order)
    return quotient(complex_polynomial(above, g), complex_polynomial(below, g))


def complex_polynomial(coefficients: tuple[float, ...], z: Pair) -> Pair:
    """Sum of c_n z^n with real coefficients, by Goertzel's rule: two products a step.

    b_n = c_n + 2 Re(z) b_(n+1) - |z|^2 b_(n+2), and the sum is c_0 + z b_1 - |z|^2 b_2.
    """
    if len(coefficients) == 1:
        return polynomial(coefficients, z[0]), jnp.zeros_like(z[1])
    twice, square = 2.0 * z[0], z[0] * z[0] + z[1] * z[1]
    b, after = jnp.full_like(z[0], coefficients[-1]), jnp.zeros_like(z[0])
    for coefficient in reversed(coefficients[1:-1]):
        b, after = coefficient + twice * b - square * after, b
    return coefficients[0] + z[0] * b - square * after, z[1] * b


@cache
def _rational_coefficients(terms: int) -> tuple[float, tuple[float, ...]]:
    """L and the coefficients of p, by the trapezoidal rule of Weideman's article."""
    length = float(np.sqrt(terms / np.sqrt(2.0)))
    angle = np.arange(1 - 2 * terms, 2 * terms) * np.pi / (2 * terms)
    t = length * np.tan(0.5 * angle)
    values = np.exp(-(t**2)) * (length**2 + t**2)
    powers = np.arange(1, terms + 1)
    coefficients = np.cos(np.outer(powers, angle)) @ values / (4 * terms)
    return length, tuple(float(c) for c in coefficients)


@cache
def _fraction_coefficients(terms: int, order: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Numerator and denominator of G, or of (G - 1) 2 / g, as polynomials in g.

    The partial denominators X_k = 1 - (k g / 2) / X_(k+1) are A_k / A_(k+1); G = A_2 / A_1.
    """
    power = np.polynomial.Polynomial
    later = [power([1.0]), power([1.0])]  # A_(k+1), A_(k+2)
    found = {}
    for k in range(terms, 0, -1):
        later = [later[0] - power([0.0, 0.5 * k]) * later[1], later[0]]
        found[k] = later[0]
    above = found[2] if order == 1 else found[3]
    return tuple(map(float, above.coef)), tuple(map(float, found[1].coef))
