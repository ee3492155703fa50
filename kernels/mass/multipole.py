"""Multipoles of the convergence about a circle: MULTIPOLE.  Those about an ellipse are in `multipole_ell`.

With the unit vector n = z / r of a position z = x + iy, and w = exp(-i m phi_m),

    2 kappa = a_m / r cos(m (phi - phi_m)),
    alpha   = a_m / 2 [w n^(m+1) / (1 + m) + conj(w n^(m-1)) / (1 - m)]

(Xu et al. 2015, MNRAS 447, 3189, eq. B12), and for m = 1, whose deflection grows with the logarithm of r,

    alpha = a_m / 2 [conj(w) ln(r / r_E) + n cos(phi - phi_1)].
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.complex_pairs import product
from jaxlens.kernels.fastmath.elementary import inverse_root, log
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Inside this radius squared (arcsec^2) the deflection falls linearly to zero, or to that of its logarithm.
MIN_RADIUS_SQUARED = 1e-18
# The smallest r_E (arcsec) in that logarithm.
MIN_R_E = 1e-15


def unit_vector(x: jax.Array, y: jax.Array) -> Pair:
    """(x, y) over its length, falling linearly to zero inside 1e-9 arcsec."""
    root = inverse_root(jnp.maximum(x * x + y * y, MIN_RADIUS_SQUARED))
    return x * root, y * root


def integer_power(z: Pair, k: int) -> Pair:
    """z^k of a complex number; for k < 0 that of its conjugate, which is the inverse of a unit vector."""
    if k < 0:
        return integer_power((z[0], -z[1]), -k)
    if k == 0:
        return jnp.ones_like(z[0]), jnp.zeros_like(z[0])
    half = z if k == 1 else integer_power(product(z, z), k // 2)
    return half if k % 2 == 0 or k == 1 else product(half, z)


def floating(*values: Real) -> tuple[jax.Array, ...]:
    """The values as arrays of one floating type."""
    dtype = jnp.result_type(*values, float)
    return tuple(jnp.asarray(value, dtype) for value in values)


def phase(m: int, phi_m: jax.Array) -> Pair:
    """The number w = exp(-i m phi_m)."""
    return jnp.cos(m * phi_m), -jnp.sin(m * phi_m)


def log_ratio(x: jax.Array, y: jax.Array, r_E: jax.Array) -> jax.Array:
    """ln(r / r_E), continued quadratically inside 1e-9 arcsec.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        r_E: where the logarithm is zero (arcsec).
    """
    r_squared = x * x + y * y
    outside = 0.5 * log(jnp.maximum(r_squared, MIN_RADIUS_SQUARED)) - jnp.log(jnp.maximum(r_E, MIN_R_E))
    return outside + 0.5 * (_inside(r_squared) - 1.0)


def _inside(r_squared: jax.Array) -> jax.Array:
    """1, and inside 1e-9 arcsec the square of the radius in that unit."""
    return jnp.minimum(r_squared * (1.0 / MIN_RADIUS_SQUARED), 1.0)


def circular(x: Real, y: Real, m: int, a_m: Real, phi_m: Real, r_E: Real) -> tuple[Pair, Pair]:
    """Deflection of a multipole about a circle, and the factor of ln(r / r_E) in it.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        m: order, 0 or above; static.
        a_m: strength (arcsec).
        phi_m: angle of the multipole (radians).
        r_E: radius at which the logarithm of m = 1 is zero (arcsec).

    Returns:
        (alpha_x, alpha_y) and the factor of ln(r / r_E), in arcsec.
    """
    x, y, a_m, phi_m, r_E = floating(x, y, a_m, phi_m, r_E)
    # an r_E that is no number makes every multipole no number
    a_m = a_m + 0.0 * r_E
    n, w = unit_vector(x, y), phase(m, phi_m)
    zero = jnp.zeros_like(a_m), jnp.zeros_like(a_m)
    if m == 1:
        odd = 0.5 * a_m * w[0], -0.5 * a_m * w[1]
        logarithm, along = log_ratio(x, y, r_E), odd[0] * n[0] + odd[1] * n[1]
        return (odd[0] * logarithm + along * n[0], odd[1] * logarithm + along * n[1]), odd
    up, down = product(w, integer_power(n, m + 1)), product(w, integer_power(n, m - 1))
    a, b = 0.5 / (1.0 + m) * a_m, 0.5 / (1.0 - m) * a_m
    return (a * up[0] + b * down[0], a * up[1] - b * down[1]), zero


def logarithmic_potential(x: Real, y: Real, alpha: Pair, odd: Pair) -> jax.Array:
    """Potential of a deflection whose part in ln r has the constant factor `odd`.

    psi is r [F + G ln(r / r_E)], with F and G functions of the direction, so that x alpha_x + y alpha_y is
    psi + r G, and r G is x odd_x + y odd_y.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        alpha: the deflection (arcsec).
        odd: the factor of ln r in it (arcsec), zero where there is none.

    Returns:
        psi in arcsec^2.
    """
    share = _inside(jnp.asarray(x * x + y * y))
    return x * (alpha[0] - share * odd[0]) + y * (alpha[1] - share * odd[1])


def multipole_potential(
    x: Real,
    y: Real,
    *,
    m: int,
    a_m: Real,
    phi_m: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    r_E: Real = 1.0,
) -> jax.Array:
    """Potential of `multipole`: r a_m / (1 - m^2) cos(m (phi - phi_m)); a_1 / 2 r ln(r / r_E) cos for m = 1.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        m: order of the multipole; static.
        a_m: its strength (arcsec).
        phi_m: its angle (radians).
        center_x: centre (arcsec).
        center_y: its other coordinate.
        r_E: radius at which the logarithm of m = 1 is zero (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    return logarithmic_potential(dx, dy, *circular(dx, dy, m, a_m, phi_m, r_E))


@mass_profile("MULTIPOLE", potential=multipole_potential)
def multipole(
    x: Real,
    y: Real,
    *,
    m: int,
    a_m: Real,
    phi_m: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    r_E: Real = 1.0,
) -> Pair:
    """Multipole of the convergence about a circle (equation above); lenstronomy's MULTIPOLE.

    At the centre the deflection of m = 0 and m >= 2 depends on the direction; there it is zero, and it is
    linear inside 1e-9 arcsec.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        m: order of the multipole, 0 or above; static.
        a_m: its strength (arcsec); for an isothermal lens a_m / theta_E is the relative change of its radius.
        phi_m: its angle (radians, from x towards y).
        center_x: centre (arcsec).
        center_y: its other coordinate.
        r_E: radius at which the logarithm of m = 1 is zero (arcsec).

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return circular(x - center_x, y - center_y, m, a_m, phi_m, r_E)[0]
