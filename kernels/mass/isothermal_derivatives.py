"""The derivatives of an isothermal ellipsoid's deflection, in closed form.

In the notation of `isothermal_deflection`, for theta_E = 1 and with

    D = s [s (1 + |e|^2) / (1 - |e|^2) + rho],    M = r^2 + 2 D,    P = 1 / [zeta conj(z) / (rho + s) + 2 s],

the Hessian of the potential is

    [(D + y^2, -x y), (-x y, D + x^2)] / (rho M)  -  2 s^2 / [(1 - |e|^2) rho M]  [(e1, e2), (e2, -e1)],

the derivative with respect to s is -P zeta / rho, and the derivative along a complex ellipticity de is

    d alpha = P [zeta g - conj(z) de] + X conj(de) - alpha Re(conj(e) de) / (1 - |e|^2),

    g = [s Re(conj(e) de) + Re(conj(zeta z) de) / (rho + s)] / [(1 - |e|^2) rho],

    X = sqrt(1 - |e|^2) eta^3 T'(w) = (zeta P - alpha) e / (2 |e|^2),

where w = conj(e) eta^2 and 1 / (1 + w) = T + 2 w T' = (rho + s) P.  The last form of X is lost to
cancellation near w = 0, where the power series of T' is summed instead.  The equations follow from those of
`isothermal_deflection` by differentiation; they have no other source.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.ellipse import circularized
from jaxlens.kernels.fastmath.complex_pairs import product
from jaxlens.kernels.types import Pair, Tangent

# Below this abs(w) the series of T'(w) is summed; above it X loses a factor 1 / abs(w) to cancellation.
SERIES_BELOW = 0.05
# Terms of that series, enough for float32 where abs(w) < SERIES_BELOW.
SERIES_TERMS = 5
# Terms of that series, enough for float64.
SERIES_TERMS_64 = 13


def core_term(
    e1: jax.Array, e2: jax.Array, one_minus_e2: jax.Array, s: jax.Array, rho: jax.Array
) -> jax.Array:
    """D of the module's equations, in arcsec^2, which is zero without a core.

    Args:
        e1: ellipticity.
        e2: its other component.
        one_minus_e2: 1 - |e|^2.
        s: core radius (arcsec).
        rho: the radius rho of `isothermal_deflection` (arcsec).

    Returns:
        D, of the shape to which the arguments broadcast.
    """
    return s * (s * (1.0 + e1 * e1 + e2 * e2) / one_minus_e2 + rho)


def deflection_tangent(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    s: jax.Array,
    tangents: tuple[Tangent, Tangent, Tangent, Tangent, Tangent],
    alpha: Pair,
) -> Pair:
    """The derivative of `alpha`, the deflection at theta_E = 1, along `tangents`.

    Args:
        x: position relative to the centre (arcsec).
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        one_minus_e2: 1 - |e|^2; its tangent is part of those of e1 and e2.
        s: core radius (arcsec).
        tangents: tangents of x, y, e1, e2 and s; nothing is computed for those that are symbolic zeros.
        alpha: the deflection (arcsec).

    Returns:
        The tangents of alpha_x and alpha_y.
    """
    dx, dy, de1, de2, ds = tangents
    zeta = circularized(x, y, e1, e2)
    rho = jnp.sqrt(s * s + (zeta[0] * zeta[0] + zeta[1] * zeta[1]) * (1.0 / one_minus_e2))
    d = core_term(e1, e2, one_minus_e2, s, rho)
    m = x * x + y * y + 2.0 * d
    # Only two divisions, because they cost as much as everything else together.
    inverse_rho_m, inverse_rho_s = 1.0 / (rho * m), 1.0 / (rho + s)
    terms: list[tuple[Pair, Tangent]] = []
    if _any_varies(dx, dy):
        xx, xy, yy = _hessian(x, y, e1, e2, one_minus_e2, s, d, inverse_rho_m)
        terms += [((xx, xy), dx), ((xy, yy), dy)]
    if _any_varies(de1, de2, ds):
        real, imag = product(zeta, (x, -y))
        # abs(1 / P)^2 = (1 - |e|^2) M
        norm = inverse_rho_m * rho * (1.0 / one_minus_e2)
        p = (real * inverse_rho_s + 2.0 * s) * norm, -imag * inverse_rho_s * norm
    if _any_varies(de1, de2):
        inverses = inverse_rho_s, inverse_rho_m * m
        in_e1, in_e2 = _ellipticity_derivatives(x, y, e1, e2, one_minus_e2, s, zeta, inverses, p, alpha)
        terms += [(in_e1, de1), (in_e2, de2)]
    if _any_varies(ds):
        zeta_p = product(zeta, p)
        in_s = -zeta_p[0] * (inverse_rho_m * m), -zeta_p[1] * (inverse_rho_m * m)
        terms.append((in_s, ds))
    return _sum_of_products(terms, alpha)


def _any_varies(*tangents: Tangent) -> bool:
    """Whether one of the tangents is not a symbolic zero."""
    return any(not isinstance(tangent, SymbolicZero) for tangent in tangents)


def _sum_of_products(terms: list[tuple[Pair, Tangent]], like: Pair) -> Pair:
    """The sum of derivatives times tangents, of the shape of `like`."""
    total = jnp.zeros_like(like[0]), jnp.zeros_like(like[1])
    for derivative, tangent in terms:
        if not isinstance(tangent, SymbolicZero):
            total = total[0] + derivative[0] * tangent, total[1] + derivative[1] * tangent
    return total


def _hessian(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    s: jax.Array,
    d: jax.Array,
    inverse_rho_m: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """psi_xx, psi_xy and psi_yy; `inverse_rho_m` is 1 / (rho M)."""
    flattening = 2.0 * s * s / one_minus_e2
    xx, yy = d + y * y - flattening * e1, d + x * x + flattening * e1
    return inverse_rho_m * xx, -inverse_rho_m * (x * y + flattening * e2), inverse_rho_m * yy


def _ellipticity_derivatives(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    s: jax.Array,
    zeta: Pair,
    inverses: Pair,
    p: Pair,
    alpha: Pair,
) -> tuple[Pair, Pair]:
    """The derivatives of the deflection in e1 and e2; `inverses` are 1 / (rho + s) and 1 / rho."""
    inverse_rho_s, inverse_rho = inverses
    zeta_z = product(zeta, (x, y))
    x_term = _x_of_equations(e1, e2, one_minus_e2, zeta, inverse_rho_s, p, alpha)

    def along(z_de: Pair, e_de: jax.Array, zeta_z_de: jax.Array, x_de: Pair) -> Pair:
        """The derivative along de, from conj(z) de, Re(conj(e) de), Re(conj(zeta z) de) and X conj(de)."""
        g = (s * e_de + zeta_z_de * inverse_rho_s) * inverse_rho * (1.0 / one_minus_e2)
        real, imag = product(p, (zeta[0] * g - z_de[0], zeta[1] * g - z_de[1]))
        return (
            real + x_de[0] - alpha[0] * (e_de / one_minus_e2),
            imag + x_de[1] - alpha[1] * (e_de / one_minus_e2),
        )

    in_e1 = along((x, -y), e1, zeta_z[0], x_term)  # de = 1
    in_e2 = along((y, x), e2, zeta_z[1], (x_term[1], -x_term[0]))  # de = i
    return in_e1, in_e2


def _x_of_equations(
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    zeta: Pair,
    inverse_rho_s: jax.Array,
    p: Pair,
    alpha: Pair,
) -> Pair:
    """X of the module's equations; `inverse_rho_s` is 1 / (rho + s)."""
    e_squared, inverse_e2 = e1 * e1 + e2 * e2, 1.0 / one_minus_e2
    beta = zeta[0] * inverse_rho_s, zeta[1] * inverse_rho_s  # eta sqrt(1 - |e|^2)
    beta_squared = product(beta, beta)
    w = product((e1 * inverse_e2, -e2 * inverse_e2), beta_squared)
    cube = product(beta, (beta_squared[0] * inverse_e2, beta_squared[1] * inverse_e2))
    near = product(cube, _arctan_ratio_derivative(*w))
    half_over_e = 0.5 / jnp.where(e_squared < SERIES_BELOW**2, 1.0, e_squared)
    zeta_p = product(zeta, p)
    far = product((zeta_p[0] - alpha[0], zeta_p[1] - alpha[1]), (half_over_e * e1, half_over_e * e2))
    small = w[0] * w[0] + w[1] * w[1] < SERIES_BELOW**2
    return jnp.where(small, near[0], far[0]), jnp.where(small, near[1], far[1])


def _arctan_ratio_derivative(real: jax.Array, imag: jax.Array) -> Pair:
    """T'(w) = sum over n >= 1 of (-1)^n n / (2n + 1) w^(n-1), for small w = real + i imag."""
    terms = SERIES_TERMS_64 if jnp.finfo(real.dtype).bits == 64 else SERIES_TERMS
    coefficients = [(-1.0) ** n * n / (2 * n + 1) for n in range(1, terms + 1)]
    total = jnp.full_like(real, coefficients[-1]), jnp.zeros_like(imag)
    for coefficient in reversed(coefficients[:-1]):
        higher = product(total, (real, imag))
        total = higher[0] + coefficient, higher[1]
    return total
