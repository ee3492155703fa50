"""The sum L(k, u) = sum over j >= 0 of (-u)^j / (j + k) of complex abs(u) < 1, for k = 1/2, 1, 3/2, ...

It is Lerch's transcendent, in elementary functions: L(1, u) = ln(1 + u) / u,
L(1/2, u) = 2 arctan(sqrt u) / sqrt u, and L(k + 1, u) = [1 / k - L(k, u)] / u.  Each step of the
last equation loses a factor 1 / abs(u) to cancellation, so the power series is summed where u is small.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.complex_pairs import product, select
from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log
from jaxlens.kernels.types import Pair

# Below this abs(u) the power series is summed.
SERIES_BELOW = 0.3
# Terms of that series, enough for float32.
SERIES_TERMS = 12
# Terms of that series, enough for float64.
SERIES_TERMS_64 = 28


# Keeps the division by abs(u)^2, and its derivative, finite at the centre of a lens, where eta is zero.
MIN_SQUARE = 1e-12


def lerch(two_k: int, c: jax.Array, eta: Pair) -> Pair:
    """L(k, c eta^2).

    The relative error is at most 3e-6 in float32 and 1e-14 in float64 for k <= 5/2; each further k costs a
    factor of about 3.

    Args:
        two_k: 2 k, a positive integer; static.
        c: 0 <= c < 1, of one floating type with `eta`; for odd 2 k the result is no number for c <= -0.3.
        eta: a complex number of modulus 1; at 0, the centre of a lens, the result is finite.

    Returns:
        The sum, a complex number.
    """
    small, square = jnp.abs(c) < SERIES_BELOW, product(eta, eta)
    near = jnp.where(small, c, 0.0)
    series = _series(two_k, (near * square[0], near * square[1]))
    far = jnp.where(small, 2.0 * SERIES_BELOW, c)
    u = far * square[0], far * square[1]
    inverse_square = 1.0 / jnp.maximum(u[0] * u[0] + u[1] * u[1], MIN_SQUARE)
    inverse = u[0] * inverse_square, -u[1] * inverse_square
    value = product(_log_one_plus(u), inverse) if two_k % 2 == 0 else _double_arctan(far, eta)
    for twice in range(2 - two_k % 2, two_k, 2):
        value = product((2.0 / twice - value[0], -value[1]), inverse)
    return select(small, series, value)


def real_lerch(two_k: int, u: jax.Array) -> jax.Array:
    """L(k, u) of real abs(u) < 1, for even 2 k."""
    small = jnp.abs(u) < SERIES_BELOW
    series, _ = _series(two_k, (jnp.where(small, u, 0.0), jnp.zeros_like(u)))
    far = jnp.where(small, 2.0 * SERIES_BELOW, u)
    value = jnp.log1p(far) / far
    for k in range(1, two_k // 2):
        value = (1.0 / k - value) / far
    return jnp.where(small, series, value)


def angle_of_one_plus(u: Pair) -> jax.Array:
    """The angle of 1 + u, for abs(u) < 1: between -pi/2 and pi/2."""
    positive = first_quadrant_angle(jnp.abs(u[1]), 1.0 + u[0])
    return jnp.where(u[1] < 0.0, -positive, positive)


def _log_one_plus(u: Pair) -> Pair:
    real = 1.0 + u[0]
    return 0.5 * log(real * real + u[1] * u[1]), angle_of_one_plus(u)


def _double_arctan(c: jax.Array, eta: Pair) -> Pair:
    """2 arctan(Z) / Z of Z = sqrt(c) eta.

    Its real part is arctan(2 Re Z / (1 - |Z|^2)) / 2 and its imaginary part artanh(2 Im Z / (1 + |Z|^2)) / 2.
    """
    root = jnp.sqrt(c)
    z = root * eta[0], root * eta[1]
    square = z[0] * z[0] + z[1] * z[1]
    real = first_quadrant_angle(2.0 * jnp.abs(z[0]), 1.0 - square)
    upper, lower = 1.0 + square + 2.0 * z[1], 1.0 + square - 2.0 * z[1]
    double = jnp.where(z[0] < 0.0, -real, real), 0.5 * (log(upper) - log(lower))
    inverse = 1.0 / jnp.maximum(square, MIN_SQUARE)
    return product(double, (z[0] * inverse, -z[1] * inverse))


def _series(two_k: int, u: Pair) -> Pair:
    """The first terms of the power series, by Horner's rule."""
    terms = SERIES_TERMS_64 if jnp.finfo(u[0].dtype).bits == 64 else SERIES_TERMS
    coefficients = [(-1.0) ** j / (j + 0.5 * two_k) for j in range(terms)]
    total = jnp.full_like(u[0], coefficients[-1]), jnp.zeros_like(u[1])
    for coefficient in reversed(coefficients[:-1]):
        higher = product(total, u)
        total = higher[0] + coefficient, higher[1]
    return total
