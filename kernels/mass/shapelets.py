"""Potentials that are sums of shapelets.

SHAPELETS_CART: psi = sum coeffs h_n1(x / beta) h_n2(y / beta) / beta, with h_n of `fastmath.basis_functions`
(Refregier 2003, MNRAS 338, 35) and coefficients in the order (n1, n2) = (0, 0), (1, 0), (0, 1), (2, 0), ...

SHAPELETS_POLAR: psi = sum over l >= k of the functions of Massey & Refregier (2005, MNRAS 363, 197, eq. 8)
with n = l + k and m = l - k, which with t = (r / beta)^2 are

    (-1)^k sqrt(k! / (pi l!)) (r / beta)^m L_k^m(t) e^(-t/2) / beta    times cos(m phi) or -sin(m phi)

and coefficients in the order (l, k) = (0, 0) cos, (1, 0) sin, (1, 0) cos, (1, 1) sin, (1, 1) cos, (2, 0) sin,
...  Those of the sine with m = 0 have no effect.

Any number of coefficients is allowed: the rest are zero.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.basis_functions import (
    hermite_derivatives,
    hermite_functions,
    is_zero,
    laguerre_functions,
)
from jaxlens.kernels.fastmath.complex_pairs import product
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.fastmath.sums import count_of
from jaxlens.kernels.registry import mass_potential, mass_profile
from jaxlens.kernels.types import Pair, Real, Reals


def _cartesian(coeffs: Reals, along_x: list[jax.Array], along_y: list[jax.Array]) -> jax.Array:
    """The sum of coeffs along_x[n1] along_y[n2]."""
    rows: dict[int, jax.Array] = {}
    n, k = 0, 0
    for coefficient in coeffs:
        term = coefficient * along_x[n - k]
        rows[k] = rows[k] + term if k in rows else term
        n, k = (n + 1, 0) if k == n else (n, k + 1)
    result = rows.pop(0) * along_y[0]
    for n2, row in rows.items():
        result = result + row * along_y[n2]
    return result


def _cartesian_count(coeffs: Reals) -> int:
    """How many orders n1 + n2 the coefficients have."""
    count = count_of(coeffs=coeffs)
    return (math.isqrt(8 * count - 7) + 1) // 2


def shapelets_cart_potential(
    x: Real,
    y: Real,
    *,
    coeffs: Reals,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `shapelets_cart`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        coeffs: coefficients (arcsec^3).
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    inverse, count = 1.0 / jnp.asarray(beta), _cartesian_count(coeffs)
    along_x = hermite_functions((jnp.asarray(x) - center_x) * inverse, count)
    along_y = hermite_functions((jnp.asarray(y) - center_y) * inverse, count)
    return inverse * _cartesian(coeffs, along_x, along_y)


@mass_profile("SHAPELETS_CART", potential=shapelets_cart_potential)
def shapelets_cart(
    x: Real,
    y: Real,
    *,
    coeffs: Reals,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of Cartesian shapelets in the potential; lenstronomy's SHAPELETS_CART.

    psi = sum coeffs h_n1(x / beta) h_n2(y / beta) / beta, h_n the Hermite functions (Refregier 2003).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        coeffs: coefficients in the order (n1, n2) = (0, 0), (1, 0), (0, 1), (2, 0), ... (arcsec^3).
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    inverse, count = 1.0 / jnp.asarray(beta), _cartesian_count(coeffs)
    along_x = hermite_functions((jnp.asarray(x) - center_x) * inverse, count + 1)
    along_y = hermite_functions((jnp.asarray(y) - center_y) * inverse, count + 1)
    scale = inverse * inverse
    alpha_x = scale * _cartesian(coeffs, hermite_derivatives(along_x), along_y)
    return alpha_x, scale * _cartesian(coeffs, along_x, hermite_derivatives(along_y))


def _polar_orders(count: int) -> list[tuple[int, int, int]]:
    """(l, k, part) of each coefficient; part 0 is the cosine, 1 the sine."""
    orders, left = [(0, 0, 0)], 1
    while len(orders) < count:
        orders += [(left, k, part) for k in range(left + 1) for part in (1, 0)]
        left += 1
    return orders[:count]


@mass_potential("SHAPELETS_POLAR")
def shapelets_polar_potential(
    x: Real,
    y: Real,
    *,
    coeffs: Reals,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Polar shapelets in the potential; lenstronomy's SHAPELETS_POLAR.

    psi = sum coeffs (-1)^k sqrt(k! / (pi l!)) (r / beta)^m L_k^m(r^2 / beta^2) e^(-r^2 / (2 beta^2)) / beta,
    m = l - k, times cos(m phi) or -sin(m phi) (Massey & Refregier 2005).  The deflection is its gradient;
    in lenstronomy 1.14.2 alpha_y has wrong signs in some terms, and is not the gradient of its psi.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        coeffs: coefficients in the order (l, k) = (0, 0) cos, (1, 0) sin, (1, 0) cos, (1, 1) sin, (1, 1) cos,
            (2, 0) sin, ... (arcsec^3).
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    orders = _polar_orders(count_of(coeffs=coeffs))
    inverse = 1.0 / jnp.asarray(beta)
    u, v = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    half_square = 0.5 * (u * u + v * v)
    factor = exp(-half_square) * (inverse / math.sqrt(math.pi))
    u, v = (jnp.where(is_zero(half_square), 0.0, component) for component in (u, v))
    t = u * u + v * v
    power: Pair = (factor, jnp.zeros_like(factor))
    result = jnp.zeros_like(factor)
    for m in range(orders[-1][0] + 1):
        own = [(o, c) for o, c in zip(orders, coeffs, strict=True) if o[0] - o[1] == m]
        if own:
            radial = laguerre_functions(t, m, jnp.ones_like(t), max(o[1] for o, _ in own) + 1)
            for (_, k, part), coefficient in own:
                result = result + (coefficient * radial[k]) * power[part]
        # (u - i v)^m / sqrt(m!) times the exponential
        step = 1.0 / math.sqrt(m + 1)
        power = product(power, (step * u, -step * v))
    return result
