"""The cored steep ellipsoid, and sums of it that stand for other profiles with elliptical density.

    kappa(R) = a / [2 (s^2 + R^2)^(3/2)]

with R the product-average elliptical radius (Oguri 2021, PASP 133, 074504, eqs. 14-20).  It is the derivative
of the isothermal ellipsoid with a core in the core radius.  With rho = sqrt(s^2 + R^2), z = x + i y and
c = (1 + |e|^2) / (1 - |e|^2), in which nothing depends on the position angle of the ellipse,

    alpha = a [(rho + c s) z - 2 s e conj(z) / (1 - |e|^2)] / (s rho Phi),     Phi = r^2 + 2 rho s + 2 c s^2,
    psi   = a / (2 s) ln[Phi (1 - |e|^2) / (4 s^2)].

NFW_ELLIPSE_CSE and HERNQUIST_ELLIPSE_CSE are one sum over the tables of `cse_tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import MAX_ELLIPTICITY, circularized, clip_ellipticity, safe_sqrt
from jaxlens.kernels.fastmath.compiler import folded
from jaxlens.kernels.fastmath.elementary import log1p
from jaxlens.kernels.mass.cse_tables import HERNQUIST_CSE, NFW_CSE
from jaxlens.kernels.mass.nfw import MEAN_AT_RS
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Ellipsoids: the amplitude a and the core radius s of each.
Parts: TypeAlias = Sequence[tuple[Real, Real]]
# Ellipsoids in a turn of the loop over a table.
TERMS = 4


def _deflection(x: jax.Array, y: jax.Array, e1: Real, e2: Real, parts: Parts) -> Pair:
    """The sum of the deflections of ellipsoids (a, s) about one centre."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    inverse = 1.0 / one_minus_e2
    c = (2.0 - one_minus_e2) * inverse
    u, v = circularized(x, y, e1, e2)
    r_squared, ellipse = x * x + y * y, (u * u + v * v) * inverse

    def terms(a: Real, s: Real, inverse_s: Real) -> Pair:
        rho = jnp.sqrt(s * s + ellipse)
        phi = r_squared + (2.0 * s) * (rho + c * s)
        scale = a / (rho * phi)
        return scale, (rho * scale) * inverse_s

    steep, shallow = _sum(terms, parts, ellipse)
    direct, mirrored = shallow + c * steep, (2.0 * inverse) * steep
    return direct * x - mirrored * (e1 * x + e2 * y), direct * y - mirrored * (e2 * x - e1 * y)


def _potential(x: jax.Array, y: jax.Array, e1: Real, e2: Real, parts: Parts) -> jax.Array:
    """The sum of their potentials, 0 at the centre."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    u, v = circularized(x, y, e1, e2)
    r_squared, ellipse = x * x + y * y, (u * u + v * v) * (1.0 / one_minus_e2)

    def term(a: Real, s: Real, inverse_s: Real) -> tuple[jax.Array]:
        rho = jnp.sqrt(s * s + ellipse)
        excess = r_squared + 2.0 * s * ellipse / (rho + s)
        return ((0.5 * a * inverse_s) * log1p(excess * (0.25 * one_minus_e2 * (inverse_s * inverse_s))),)

    return _sum(term, parts, ellipse)[0]


def _sum(terms: Callable[..., tuple[jax.Array, ...]], parts: Parts, like: jax.Array) -> tuple[jax.Array, ...]:
    """The sums of what `terms(a, s, 1 / s)` returns over the ellipsoids.

    Of a table in a loop, because XLA compiles dozens of terms slowly to a slow program, which would divide
    each ray by s; reverse differentiation evaluates the terms again, so that it stores nothing for each.
    """
    if len(parts) == 1:
        return terms(*parts[0], 1.0 / parts[0][1])
    padded = np.array([*parts, *([(0.0, 1.0)] * (-len(parts) % TERMS))])
    table = jnp.asarray(np.stack([*padded.T, 1.0 / padded[:, 1]], 1).reshape(-1, TERMS, 3), like.dtype)

    @jax.checkpoint
    def turn(total: tuple[jax.Array, ...], rows: jax.Array) -> tuple[tuple[jax.Array, ...], None]:
        for k in range(TERMS):
            total = tuple(t + v for t, v in zip(total, terms(*rows[k]), strict=True))
        return total, None

    zeros = jax.tree.map(jnp.zeros_like, jax.eval_shape(terms, *table[0, 0]))
    return folded(turn, zeros, table)[0]


def cse_potential(
    x: Real,
    y: Real,
    *,
    a: Real,
    s: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `cse`, 0 at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: amplitude (arcsec^3).
        s: core radius (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return _potential(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, e1, e2, ((a, s),))


@mass_profile("CSE", potential=cse_potential)
def cse(
    x: Real,
    y: Real,
    *,
    a: Real,
    s: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Cored steep ellipsoid, kappa = a / [2 (s^2 + R^2)^(3/2)]; lenstronomy's CSE.

    R is the product-average elliptical radius (Oguri 2021, PASP 133, 074504, eqs. 14-20).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: amplitude (arcsec^3).
        s: core radius (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return _deflection(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, e1, e2, ((a, s),))


def nfw_ellipse_cse_potential(
    x: Real,
    y: Real,
    *,
    Rs: Real,
    alpha_Rs: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `nfw_ellipse_cse`, 0 at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Rs: scale radius, product average of the axes (arcsec), above 0.
        alpha_Rs: deflection of the round halo at the scale radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    inverse = 1.0 / jnp.asarray(Rs)
    dx, dy = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    return alpha_Rs * Rs * (1.0 / MEAN_AT_RS) * _potential(dx, dy, e1, e2, NFW_CSE)


@mass_profile("NFW_ELLIPSE_CSE", potential=nfw_ellipse_cse_potential)
def nfw_ellipse_cse(
    x: Real,
    y: Real,
    *,
    Rs: Real,
    alpha_Rs: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """NFW halo with elliptical density: the NFW convergence of the product-average elliptical radius.

    It is a sum of 44 cored steep ellipsoids (Oguri 2021, PASP 133, 074504, Table 1).  Round, its convergence
    is that of NFW to 4e-5 and its deflection to 5e-6 from 1e-4 to 100 Rs; lenstronomy's NFW_ELLIPSE_CSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        Rs: scale radius, product average of the axes (arcsec), above 0.
        alpha_Rs: deflection of the round halo at the scale radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    inverse = 1.0 / jnp.asarray(Rs)
    dx, dy = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    alpha_x, alpha_y = _deflection(dx, dy, e1, e2, NFW_CSE)
    scale = alpha_Rs * (1.0 / MEAN_AT_RS)
    return scale * alpha_x, scale * alpha_y


def _major_axis_scale(Rs: Real, e1: Real, e2: Real) -> Pair:
    """Rs sqrt(q), and 1 / sqrt(q): the product average of a scale radius that lies along the major axis.

    The axis ratio is (1 - |e|) / (1 + |e|), which has a kink at e = 0; its derivative there is 0, the average
    over the directions.
    """
    modulus = jnp.minimum(safe_sqrt(jnp.square(e1) + jnp.square(e2)), MAX_ELLIPTICITY)
    root_q = jnp.sqrt((1.0 - modulus) / (1.0 + modulus))
    return Rs * root_q, 1.0 / root_q


def hernquist_ellipse_cse_potential(
    x: Real,
    y: Real,
    *,
    sigma0: Real,
    Rs: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `hernquist_ellipse_cse`, 0 at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        sigma0: rho0 Rs over the critical surface density.
        Rs: scale radius along the major axis (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    scale, _ = _major_axis_scale(Rs, e1, e2)
    inverse = 1.0 / scale
    dx, dy = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    return sigma0 * jnp.square(Rs) * _potential(dx, dy, e1, e2, HERNQUIST_CSE)


@mass_profile("HERNQUIST_ELLIPSE_CSE", potential=hernquist_ellipse_cse_potential)
def hernquist_ellipse_cse(
    x: Real,
    y: Real,
    *,
    sigma0: Real,
    Rs: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Hernquist's profile with elliptical density, whose scale radius lies along the major axis.

    It is a sum of 41 cored steep ellipsoids (Oguri 2021, PASP 133, 074504, Table 2).  Round, its convergence
    is that of HERNQUIST to 3e-5 and its deflection to 4e-6 from 1e-4 to 100 Rs; lenstronomy's
    HERNQUIST_ELLIPSE_CSE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        sigma0: rho0 Rs over the critical surface density.
        Rs: scale radius along the major axis (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    scale, inverse_root_q = _major_axis_scale(Rs, e1, e2)
    inverse = 1.0 / scale
    dx, dy = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    alpha_x, alpha_y = _deflection(dx, dy, e1, e2, HERNQUIST_CSE)
    factor = sigma0 * Rs * inverse_root_q
    return factor * alpha_x, factor * alpha_y
