"""Multipoles of the convergence about an ellipse: MULTIPOLE_ELL (Paugnat & Gilman 2025, arXiv:2502.03530).

The ellipse has its major axis along x, and the axis ratio q.  With w = exp(-i m phi_m),
c = (1 - q) / (1 + q), let zeta = z - c conj(z) and eta = zeta / |zeta|.  The convergence is

    2 kappa = a_m sqrt(1 - c^2) / |zeta| Re(w eta^m),

and d alpha / dz = kappa is an ordinary differential equation in s = eta^2, because alpha depends on the
direction alone: d alpha / ds = a_m / 4 sqrt(1 - c^2) (w s^(m/2) + conj(w) s^(-m/2)) / [sqrt(s) (1 + c s)].
Its solution, term by term of the power series of 1 / (1 + c s), is that of `multipole_ell`.  It is regular at
q = 1, unlike the closed forms in lenstronomy, which lose a factor (1 - q^2)^(-5/2) there.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.complex_pairs import product
from jaxlens.kernels.fastmath.lerch import angle_of_one_plus, lerch, real_lerch
from jaxlens.kernels.mass.multipole import (
    floating,
    integer_power,
    log_ratio,
    logarithmic_potential,
    phase,
    unit_vector,
)
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# ln(2) / 2, which sets the constant of lenstronomy's deflection for m = 1 and m = 3.
HALF_LN_2 = 0.34657359027997264


def elliptical(x: Real, y: Real, m: int, a_m: Real, phi_m: Real, c: Real, r_E: Real) -> tuple[Pair, Pair]:
    """Deflection of a multipole about an ellipse along x, and the factor of ln(r / r_E) in it.

    alpha = a_m / 4 sqrt(1 - c^2) {[w + (-c)^m conj(w)] eta^(m+1) L((m+1)/2, c s)
            + conj(w) [sum over j < m of (-c)^j eta^(2j+1-m) / (j + (1 - m) / 2)]},

    with L(k, u) = sum over j >= 0 of (-u)^j / (j + k), `fastmath.lerch`.  For odd m the term j = (m - 1) / 2
    is (-c)^j [2 ln(r / r_E) + 2 i arg(1 + c s)] and a constant, which is lenstronomy's.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        m: order: 1, 3 or an even number; static.
        a_m: strength (arcsec).
        phi_m: angle of the multipole (radians).
        c: (1 - q) / (1 + q) of the ellipse, from 0 to below 1.
        r_E: radius at which the logarithm of odd multipoles is zero (arcsec).

    Returns:
        (alpha_x, alpha_y) and the factor of ln(r / r_E), in arcsec.

    Raises:
        ValueError: there is no such multipole.
    """
    if m < 0 or (m % 2 and m not in (1, 3)):
        raise ValueError(f"m is {m}; multipoles about an ellipse have m = 1, m = 3, or an even number")
    x, y, a_m, phi_m, c, r_E = floating(x, y, a_m, phi_m, c, r_E)
    # an r_E that is no number makes every multipole no number
    a_m = a_m + 0.0 * r_E
    w = phase(m, phi_m)
    eta = unit_vector((1.0 - c) * x, (1.0 + c) * y)
    minus_c_m = (-1.0) ** m * _power(c, m)
    first = (1.0 + minus_c_m) * w[0], (1.0 - minus_c_m) * w[1]
    total = product(first, product(integer_power(eta, m + 1), lerch(m + 1, c, eta)))
    rest = jnp.zeros_like(x), jnp.zeros_like(x)
    for j in range(m):
        if 2 * j + 1 != m:
            factor = (-1.0) ** j / (j + 0.5 * (1 - m)) * _power(c, j)
            term = integer_power(eta, 2 * j + 1 - m)
            rest = rest[0] + factor * term[0], rest[1] + factor * term[1]
    scale = 0.25 * a_m * jnp.sqrt(1.0 - c * c)
    odd = jnp.zeros_like(scale), jnp.zeros_like(scale)
    if m % 2:
        factor, s = 2.0 * (-1.0) ** (m // 2) * _power(c, m // 2), product(eta, eta)
        angle = angle_of_one_plus((c * s[0], c * s[1]))
        rest = rest[0] + factor * log_ratio(x, y, r_E), rest[1] + factor * angle
        odd = scale * factor * w[0], -scale * factor * w[1]
    rest = product((w[0], -w[1]), rest)
    if m % 2:
        along, across = _constants(m, c)
        rest = rest[0] + w[0] * along, rest[1] - w[1] * across
    return (scale * (total[0] + rest[0]), scale * (total[1] + rest[1])), odd


def _power(c: jax.Array, k: int) -> jax.Array:
    """c^k, written out so that its derivative at c = 0 is right."""
    return integer_power((c, jnp.zeros_like(c)), k)[0]


def _constants(m: int, c: jax.Array) -> Pair:
    """Lenstronomy's constant deflections of m = 1 and m = 3, for phi_m along the ellipse and across it.

    They are C(c) and C(-c) (times -1 for m = 3, whose phase turns the other way), with

        C(c) = [c (2 + ln(2) / 2) + (1 - c^2) L(1, -c)] / (1 + c)                              for m = 1,
        C(c) = 1 - 1 / (2 (1 + c)) - c (2 + ln(2) / 2) + c^2 - (1 - c^3) L(2, -c)              for m = 3.
    """

    def constant(c: jax.Array) -> jax.Array:
        if m == 1:
            return (c * (2.0 + HALF_LN_2) + (1.0 - c * c) * real_lerch(2, -c)) / (1.0 + c)
        linear = 1.0 - 0.5 / (1.0 + c) - c * (2.0 + HALF_LN_2) + c * c
        return linear - (1.0 - c * c * c) * real_lerch(4, -c)

    return constant(c), constant(-c) if m == 1 else -constant(-c)


def multipole_ell_potential(
    x: Real,
    y: Real,
    *,
    m: int,
    a_m: Real,
    phi_m: Real,
    q: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    r_E: Real = 1.0,
) -> jax.Array:
    """Potential of `multipole_ell`: x alpha_x + y alpha_y, less the part in ln r.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        m: order of the multipole; static.
        a_m: its strength (arcsec).
        phi_m: its angle (radians).
        q: axis ratio of the ellipse.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        r_E: radius at which the logarithm of odd multipoles is zero (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    return logarithmic_potential(dx, dy, *elliptical(dx, dy, m, a_m, phi_m, (1.0 - q) / (1.0 + q), r_E))


@mass_profile("MULTIPOLE_ELL", potential=multipole_ell_potential)
def multipole_ell(
    x: Real,
    y: Real,
    *,
    m: int,
    a_m: Real,
    phi_m: Real,
    q: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    r_E: Real = 1.0,
) -> Pair:
    """Multipole about an ellipse whose major axis is along x (equation in `elliptical`); MULTIPOLE_ELL.

    It is that of lenstronomy 1.14.2, where the ellipse is along x whatever phi_m is, for m = 1, 3 and 4, and
    as well for the other even m.  At the centre it is as `multipole`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        m: order of the multipole: 1, 3 or an even number; static.
        a_m: its strength (arcsec).
        phi_m: its angle (radians): the convergence has the factor cos(m (phi_ell - phi_m)), where phi_ell is
            the angle of (q x, y).
        q: axis ratio of the ellipse, 0 < q <= 1.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        r_E: radius at which the logarithm of odd multipoles is zero (arcsec).

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.

    Raises:
        ValueError: there is no such multipole.
    """
    return elliptical(x - center_x, y - center_y, m, a_m, phi_m, (1.0 - q) / (1.0 + q), r_E)[0]
