"""The derivatives of an isothermal ellipsoid's deflection, in closed form.

In the notation of `isothermal`, for theta_E = 1 and with

    D = s [s (1 + |e|^2) / (1 - |e|^2) + rho],    M = r^2 + 2 D,    P = 1 / [zeta conj(z) / (rho + s) + 2 s],

the Hessian of the potential is

    [(D + y^2, -x y), (-x y, D + x^2)] / (rho M)  -  2 s^2 / [(1 - |e|^2) rho M]  [(e1, e2), (e2, -e1)],

the slope with respect to s is -P zeta / rho, and a change de of the complex ellipticity makes

    d alpha = P [zeta g - conj(z) de] + X conj(de) - alpha Re(conj(e) de) / (1 - |e|^2),

    g = [s Re(conj(e) de) + Re(conj(zeta z) de) / (rho + s)] / [(1 - |e|^2) rho],

    X = sqrt(1 - |e|^2) eta^3 T'(w) = (zeta P - alpha) e / (2 |e|^2),

where 1 / (1 + w) = T + 2 w T' = (rho + s) P.  The last form of X is lost to cancellation near w = 0,
where the power series of T' is summed.
"""

from __future__ import annotations

from typing import TypeAlias

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.ellipse import shear_image

# Below this abs(w) T'(w) is summed as a series; above it X loses 1 / abs(w) to cancellation.
SERIES_BELOW = 0.05

Pair: TypeAlias = tuple[jax.Array, jax.Array]
Tangent: TypeAlias = jax.Array | SymbolicZero


def depth(e1: jax.Array, e2: jax.Array, one: jax.Array, s: jax.Array, rho: jax.Array) -> jax.Array:
    """D of the module's equations, in arcsec^2; `one` is 1 - |e|^2."""
    return s * (s * (1.0 + e1 * e1 + e2 * e2) / one + rho)


def tangent_of(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...], alpha: Pair) -> Pair:
    """How `alpha`, the unit deflection at `primals` (x, y, e1, e2, one, s), changes along `tangents`.

    What is known to be constant costs nothing.  The tangent of `one` is part of those of e1 and e2.
    """
    x, y, e1, e2, one, s = primals
    zeta = shear_image(x, y, e1, e2)
    rho = jnp.sqrt(s * s + (zeta[0] * zeta[0] + zeta[1] * zeta[1]) * (1.0 / one))
    d = depth(e1, e2, one, s, rho)
    m = x * x + y * y + 2.0 * d
    # two divisions in all: they cost as much as all the rest
    scale, inverse = 1.0 / (rho * m), 1.0 / (rho + s)
    dx, dy, de1, de2, _, ds = tangents
    terms: list[tuple[Pair, Tangent]] = []
    if _vary(dx, dy):
        xx, xy, yy = _hessian(primals, d, scale)
        terms += [((xx, xy), dx), ((xy, yy), dy)]
    if _vary(de1, de2, ds):
        real, imag = _product(zeta, (x, -y))
        # abs(1 / P)^2 = (1 - |e|^2) M
        norm = scale * rho * (1.0 / one)
        p = (real * inverse + 2.0 * s) * norm, -imag * inverse * norm
    if _vary(de1, de2):
        slopes = _ellipticity_slopes(primals, zeta, (inverse, scale * m), p, alpha)
        terms += zip(slopes, (de1, de2), strict=True)
    if _vary(ds):
        zeta_p = _product(zeta, p)
        terms.append(((-zeta_p[0] * (scale * m), -zeta_p[1] * (scale * m)), ds))
    return _combined(terms, alpha)


def _vary(*tangents: Tangent) -> bool:
    return any(not isinstance(tangent, SymbolicZero) for tangent in tangents)


def _combined(terms: list[tuple[Pair, Tangent]], like: Pair) -> Pair:
    """The sum of slopes times tangents."""
    total = jnp.zeros_like(like[0]), jnp.zeros_like(like[1])
    for slope, tangent in terms:
        if not isinstance(tangent, SymbolicZero):
            total = total[0] + slope[0] * tangent, total[1] + slope[1] * tangent
    return total


def _product(a: Pair, b: Pair) -> Pair:
    """The product of two complex numbers (real part, imaginary part)."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _hessian(
    primals: tuple[jax.Array, ...], d: jax.Array, scale: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Psi_xx, Psi_xy, Psi_yy; `scale` is 1 / (rho M)."""
    x, y, e1, e2, one, s = primals
    flattening = 2.0 * s * s / one
    xx, yy = d + y * y - flattening * e1, d + x * x + flattening * e1
    return scale * xx, -scale * (x * y + flattening * e2), scale * yy


def _ellipticity_slopes(
    primals: tuple[jax.Array, ...], zeta: Pair, inverses: Pair, p: Pair, alpha: Pair
) -> tuple[Pair, Pair]:
    """Slopes of the deflection with respect to e1 and e2; `inverses` are those of rho + s and rho."""
    x, y, e1, e2, one, s = primals
    zeta_z = _product(zeta, (x, y))
    bend = _bend(primals, zeta, inverses[0], p, alpha)

    def slope(change: Pair, e: jax.Array, along: jax.Array, bend: Pair) -> Pair:
        g = (s * e + along * inverses[0]) * inverses[1] * (1.0 / one)
        real, imag = _product(p, (zeta[0] * g - change[0], zeta[1] * g - change[1]))
        return real + bend[0] - alpha[0] * (e / one), imag + bend[1] - alpha[1] * (e / one)

    # de = 1 and de = i: conj(z) de, Re(conj(e) de), Re(conj(zeta z) de), X conj(de)
    return slope((x, -y), e1, zeta_z[0], bend), slope((y, x), e2, zeta_z[1], (bend[1], -bend[0]))


def _bend(primals: tuple[jax.Array, ...], zeta: Pair, inverse: jax.Array, p: Pair, alpha: Pair) -> Pair:
    """X of the module's equations; `inverse` is 1 / (rho + s)."""
    _, _, e1, e2, one, _ = primals
    c_squared, rest = e1 * e1 + e2 * e2, 1.0 / one
    beta = zeta[0] * inverse, zeta[1] * inverse
    beta_squared = _product(beta, beta)
    w = _product((e1 * rest, -e2 * rest), beta_squared)
    cube = _product(beta, (beta_squared[0] * rest, beta_squared[1] * rest))
    near = _product(cube, _series(*w))
    half_e = 0.5 / jnp.where(c_squared < SERIES_BELOW**2, 1.0, c_squared)
    zeta_p = _product(zeta, p)
    far = _product((zeta_p[0] - alpha[0], zeta_p[1] - alpha[1]), (half_e * e1, half_e * e2))
    small = w[0] * w[0] + w[1] * w[1] < SERIES_BELOW**2
    return jnp.where(small, near[0], far[0]), jnp.where(small, near[1], far[1])


def _series(real: jax.Array, imag: jax.Array) -> Pair:
    """T'(w) = sum over n >= 1 of (-1)^n n / (2n + 1) w^(n-1), to the precision of the numbers."""
    terms = 13 if jnp.finfo(real.dtype).bits == 64 else 5
    coefficients = [(-1.0) ** n * n / (2 * n + 1) for n in range(1, terms + 1)]
    t = jnp.full_like(real, coefficients[-1]), jnp.zeros_like(imag)
    for coefficient in reversed(coefficients[:-1]):
        product = _product(t, (real, imag))
        t = product[0] + coefficient, product[1]
    return t
