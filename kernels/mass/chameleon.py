"""Chameleons: differences of two isothermal ellipsoids (Suyu et al. 2014, ApJ 788, L35).

    kappa = alpha_1 / (2 N) (1 / sqrt(s_c^2 + R^2) - 1 / sqrt(s_t^2 + R^2)),    R^2 = q x'^2 + y'^2 / q,

with s = 2 w / (1 + q) for w = w_c and w_t, and N = N(w_c, w_t) such that a round lens has the deflection
alpha_1 at 1 arcsec.  In the notation of `isothermal_deflection` the deflection of each ellipsoid is an
arctangent of Z = sqrt(conj e) eta, and the difference of two is one arctangent,

    arctan Z_c - arctan Z_t = arctan[(Z_c - Z_t) / (1 + Z_c Z_t)].

All differences are written with the factor w_t - w_c, by which N is divided too, so that there is no
cancellation, and the profile is right where w_c = w_t: kappa is proportional to (s^2 + R^2)^(-3/2) there,
where lenstronomy divides zero by zero.  Where w_t < w_c there is no mass, as in lenstronomy.  lenstronomy's N
is that of an axis ratio of 1 - 1e-8, which changes the deflection by up to some 1e-8.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import MAX_ELLIPTICITY, circularized, clip_ellipticity, safe_sqrt
from jaxlens.kernels.fastmath.arctan_ratio import arctan_ratio
from jaxlens.kernels.fastmath.complex_pairs import product, quotient
from jaxlens.kernels.fastmath.quotients import log1p_over
from jaxlens.kernels.mass.isothermal_derivatives import core_term
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# The smallest core radius (arcsec), as of the SIE.
MIN_CORE = 1e-10


class _Cores(NamedTuple):
    """What both ellipsoids of a chameleon have in common.

    Attributes:
        e: the complex ellipticity.
        one_minus_e2: 1 - |e|^2.
        s: both core radii (arcsec), s_c and s_t.
        rho: both radii sqrt(s^2 + R^2) (arcsec).
        position: X = zeta / sqrt(1 - |e|^2), whose modulus is R.
        scale: (s_t - s_c) / N for alpha_1 = 1.
        empty: where w_t < w_c.
    """

    e: Pair
    one_minus_e2: jax.Array
    s: Pair
    rho: Pair
    position: Pair
    scale: jax.Array
    empty: jax.Array


def _cores(x: Real, y: Real, w_c: Real, w_t: Real, e1: Real, e2: Real) -> _Cores:
    """The terms of the module's equations at a position relative to the centre."""
    dtype = jnp.result_type(x, y, w_c, w_t, e1, e2, float)
    x, y, w_c, w_t, e1, e2 = (jnp.asarray(v, dtype) for v in (x, y, w_c, w_t, e1, e2))
    # one plus the modulus is 2 / (1 + q); at e = 0 its derivative is the mean of those on both sides
    stretch = 1.0 + jnp.minimum(safe_sqrt(e1 * e1 + e2 * e2), MAX_ELLIPTICITY)
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    empty = w_t < w_c
    w_c, w_t = (w + jax.lax.stop_gradient(jnp.maximum(w, MIN_CORE) - w) for w in (w_c, w_t))
    root = 1.0 / jnp.sqrt(one_minus_e2)
    u, v = circularized(x, y, e1, e2)
    u, v = u * root, v * root
    s_c, s_t, squared = stretch * w_c, stretch * w_t, u * u + v * v
    rho = jnp.sqrt(s_c * s_c + squared), jnp.sqrt(s_t * s_t + squared)
    return _Cores((e1, e2), one_minus_e2, (s_c, s_t), rho, (u, v), stretch / _norm(w_c, w_t), empty)


def _norm(w_c: jax.Array, w_t: jax.Array) -> jax.Array:
    """N / (w_t - w_c), with N = sqrt(1 + w_c^2) - w_c - sqrt(1 + w_t^2) + w_t."""
    h_c, h_t = jnp.sqrt(1.0 + w_c * w_c), jnp.sqrt(1.0 + w_t * w_t)
    return (1.0 + (w_c + w_t) / (h_c + h_t)) / ((h_c + w_c) * (h_t + w_t))


def _unit_deflection(cores: _Cores) -> Pair:
    """The deflection for alpha_1 = 1: scale sqrt(1 - |e|^2) H T(conj(e) (s_t - s_c)^2 H^2).

    H = X g / [(rho_c + s_c) (rho_t + s_t) + conj(e) X^2] and g = 1 + (s_c + s_t) / (rho_c + rho_t), so that
    Z = sqrt(conj e) (s_t - s_c) H is the argument of the one arctangent.
    """
    (e1, e2), (s_c, s_t), (rho_c, rho_t) = cores.e, cores.s, cores.rho
    g = 1.0 + (s_c + s_t) / (rho_c + rho_t)
    bent = product((e1, -e2), product(cores.position, cores.position))
    below = (rho_c + s_c) * (rho_t + s_t) + bent[0], bent[1]
    h = quotient((g * cores.position[0], g * cores.position[1]), below)
    step = (s_t - s_c) * h[0], (s_t - s_c) * h[1]
    ratio = arctan_ratio(*product((e1, -e2), product(step, step)))
    alpha = product(h, ratio)
    scale = jnp.where(cores.empty, 0.0, cores.scale * jnp.sqrt(cores.one_minus_e2))
    return scale * alpha[0], scale * alpha[1]


def _unit_potential(x: Real, y: Real, cores: _Cores) -> jax.Array:
    """The potential for alpha_1 = 1: z . alpha - (s_c ln M_c - s_t ln M_t) / (2 N).

    M is as in `nie_potential`.  M_t - M_c is (s_t - s_c) D, and the difference of the logarithms is
    ln(1 - (s_t - s_c) D / M_t).
    """
    (e1, e2), (s_c, s_t), (rho_c, rho_t) = cores.e, cores.s, cores.rho
    m_t = x * x + y * y + 2.0 * core_term(e1, e2, cores.one_minus_e2, s_t, rho_t)
    flattening = (2.0 - cores.one_minus_e2) / cores.one_minus_e2
    d = 2.0 * (flattening * (s_c + s_t) + rho_t + s_c * (s_c + s_t) / (rho_c + rho_t)) / m_t
    logarithms = jnp.log(m_t) + s_c * d * log1p_over((s_c - s_t) * d)
    alpha = _unit_deflection(cores)
    scale = jnp.where(cores.empty, 0.0, 0.5 * cores.scale)
    return x * alpha[0] + y * alpha[1] + scale * logarithms


def chameleon_potential(
    x: Real,
    y: Real,
    *,
    alpha_1: Real,
    w_c: Real,
    w_t: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `chameleon`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        alpha_1: deflection at 1 arcsec from the centre of a round lens (arcsec).
        w_c: core radius (arcsec).
        w_t: truncation radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    return alpha_1 * _unit_potential(dx, dy, _cores(dx, dy, w_c, w_t, e1, e2))


@mass_profile("CHAMELEON", potential=chameleon_potential)
def chameleon(
    x: Real,
    y: Real,
    *,
    alpha_1: Real,
    w_c: Real,
    w_t: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Isothermal ellipsoid between a core and a truncation (equation above); lenstronomy's CHAMELEON.

    Where w_t < w_c there is no mass, as in lenstronomy.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        alpha_1: deflection at 1 arcsec from the centre of a round lens (arcsec).
        w_c: core radius (arcsec).
        w_t: truncation radius (arcsec), at least w_c.
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    alpha_x, alpha_y = _unit_deflection(_cores(x - center_x, y - center_y, w_c, w_t, e1, e2))
    return alpha_1 * alpha_x, alpha_1 * alpha_y
