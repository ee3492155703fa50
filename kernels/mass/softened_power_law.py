"""The elliptical power law with a core (Barkana 1998, ApJ 502, 531), lenstronomy's SPEMD.

    kappa(x, y) = (3 - gamma) / 2 [theta_E^2 / (q x'^2 + y'^2 / q + c^2)]^g,
    g = (gamma - 1) / 2,    c = s_scale.

This is what lenstronomy documents, and at gamma = 2 its NIE.  lenstronomy computes it with the library
fastell, to which it passes the core q s_scale: its images are those of q s_scale here.

Deflection and potential are integrals over confocal ellipses (`confocal`, whose letters are used here).  With
A = (1 - k) |z|^2 and delta = c^2 / A the power [v a(v) + delta]^-g of the integrand is [v + delta]^-g times a
smooth function, so

    v + delta = (1 + delta) y^6,    y from y_0 = [delta / (1 + delta)]^(1/6) to 1

makes all smooth, and what remains of y^(6h - 1), h = 1 - g, where delta = 0 is integrated in closed form.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import clip_ellipticity
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.fastmath.quadrature import unit_integral
from jaxlens.kernels.fastmath.removable import decay
from jaxlens.kernels.mass.confocal import combined, direction, excess
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Inside this squared radius (arcsec^2) the deflection falls linearly to zero.
MIN_RADIUS_SQUARED = 1e-12
# The smallest squared core radius (arcsec^2) by precision in bits; below it the lens has no core.
MIN_CORE_SQUARED = {32: 1e-36, 64: 1e-200}
# ln(1 + 1 / delta) of a lens without a core: the powers of delta vanish.
NO_CORE = 1e5
# Nodes by precision in bits.  Their error is below 1e-6 and 1e-12 of the largest deflection for |e| < 0.6 and
# 1.3 < gamma < 2.9, and below 2e-4 and 1e-11 for |e| = 0.8, where the axis ratio is 0.11.
NODES = {32: 16, 64: 40}
# Where the second integral of the potential ends: its integrand has fallen to e^-36.
LONGEST = 36.0
# The power of y by which the radius is substituted.
POWER = 6.0


def _shape(
    x: jax.Array, y: jax.Array, e1: Real, e2: Real, s_scale: Real
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]:
    """|z|^2, A + c^2, ln(1 + 1 / delta), Re(e conj(z)^2) / |z|^2 and k."""
    e1, e2, one_minus_k = clip_ellipticity(e1, e2)
    k = 1.0 - one_minus_k
    radius_squared, cosine = direction(x, y, e1, e2, MIN_RADIUS_SQUARED)
    area = one_minus_k * radius_squared
    core = jnp.square(s_scale)
    smallest = MIN_CORE_SQUARED[jnp.finfo(x.dtype).bits]
    has_core = core > smallest
    length = jnp.where(has_core, jnp.log1p(area / jnp.where(has_core, core, 1.0)), NO_CORE)
    return radius_squared, area + core, length, cosine, k


def _arguments(*values: Real) -> tuple[jax.Array, ...]:
    """The arguments as arrays of one floating type."""
    dtype = jnp.result_type(*values, float)
    return tuple(jnp.asarray(value, dtype) for value in values)


def _scale(theta_E: jax.Array, squared: jax.Array, g: jax.Array) -> jax.Array:
    """(theta_E^2 / squared)^g, which is 0 at theta_E = 0, with a derivative of 0."""
    positive = theta_E > 0.0
    theta_E = jnp.where(positive, theta_E, jnp.where(theta_E == 0.0, 1.0, jnp.nan))
    return jnp.where(positive, exp(g * log(theta_E * theta_E)), theta_E - 1.0) * exp(-g * log(squared))


def spemd_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `spemd`, 0 at the centre: half the integral of M(X_v) / v, M' = kappa.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius of the lens without a core (arcsec).
        gamma: logarithmic slope of the density outside the core, 1 < gamma < 3.
        e1: ellipticity.
        e2: its other component.
        s_scale: core radius (arcsec).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    x, y, e1, e2, s_scale, theta_E, gamma = _arguments(
        x - center_x, y - center_y, e1, e2, s_scale, theta_E, gamma
    )
    radius_squared, squared, length, cosine, k = _shape(x, y, e1, e2, s_scale)
    g, h = 0.5 * gamma - 0.5, 1.5 - 0.5 * gamma
    order = NODES[jnp.finfo(x.dtype).bits]
    left = jnp.exp(-h * length)
    first = length * (decay(h * length) - left) + unit_integral(_outer, order, length, cosine, k, h)
    core = unit_integral(_inner, order, length, cosine, k, h)
    # 1 but inside of MIN_RADIUS_SQUARED, where the potential goes to 0
    inside = (x * x + y * y) / radius_squared
    return 0.5 * inside * _scale(theta_E, squared, g) * squared * (first + left * core)


@mass_profile("SPEMD", potential=spemd_potential)
def spemd(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of the elliptical power law with a core; lenstronomy's SPEMD.

        kappa(x, y) = (3 - gamma) / 2 [theta_E^2 / (q x'^2 + y'^2 / q + q^2 s_scale^2)]^((gamma - 1) / 2)

    Barkana (1998, ApJ 502, 531).  At s_scale = 0 it is EPL, and at gamma = 2 NIE.  lenstronomy computes it
    with the core q s_scale, although it documents s_scale.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius of the lens without a core (arcsec).
        gamma: logarithmic slope of the density outside the core, 1 < gamma < 3.
        e1: ellipticity.
        e2: its other component.
        s_scale: core radius (arcsec).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    x, y, e1, e2, s_scale, theta_E, gamma = _arguments(
        x - center_x, y - center_y, e1, e2, s_scale, theta_E, gamma
    )
    radius_squared, squared, length, cosine, k = _shape(x, y, e1, e2, s_scale)
    g, h = 0.5 * gamma - 0.5, 1.5 - 0.5 * gamma
    order = NODES[jnp.finfo(x.dtype).bits]
    along, across = unit_integral(_deflection, order, length, cosine, k, h)
    along = -jnp.expm1(-h * length) + h * along
    across = 2.0 * h * across
    scale = _scale(theta_E, squared, g) * (squared / radius_squared)
    e1, e2, _ = clip_ellipticity(e1, e2)
    return combined(scale * along, scale * across, x, y, e1, e2)


def _confocal(
    u: jax.Array, length: jax.Array, cosine: jax.Array, k: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Ln y, dy / du, v, and (v a + delta) / (v + delta) = 1 + (a - 1) v / (v + delta)."""
    low = exp(length * (-1.0 / POWER))
    step = -jnp.expm1(length * (-1.0 / POWER))
    y = 1.0 - (1.0 - u) * step
    # v = (y^6 - y_0^6) / (1 - y_0^6), factorised
    sums = (y * y + y * low + low * low) * (y * y * y + low * low * low)
    v = u * sums / ((1.0 + low + low * low) * (1.0 + low * low * low))
    share = u * step * sums / (y * y * y * y * y * y)
    return jnp.log1p(-(1.0 - u) * step), step, v, 1.0 + share * excess(v, cosine, k)


def _deflection(u: jax.Array, length: jax.Array, cosine: jax.Array, k: jax.Array, h: jax.Array) -> Pair:
    """The integrands of the parts along z, less what is integrated in closed form, and along e conj(z)."""
    log_y, step, v, ratio = _confocal(u, length, cosine, k)
    weight = POWER * step * exp((POWER * h - 1.0) * log_y)
    square = k * v * v
    one_minus = 1.0 - square
    power = exp((h - 1.0) * log(ratio)) / (one_minus * one_minus)
    return weight * ((1.0 + square) * power - 1.0), weight * v * power


def _outer(u: jax.Array, length: jax.Array, cosine: jax.Array, k: jax.Array, h: jax.Array) -> jax.Array:
    """The first integrand of the potential, less what is integrated in closed form."""
    log_y, step, _, ratio = _confocal(u, length, cosine, k)
    return POWER * step * exp((POWER * h - 1.0) * log_y) * jnp.expm1(h * jnp.log(ratio))


def _inner(u: jax.Array, length: jax.Array, cosine: jax.Array, k: jax.Array, h: jax.Array) -> jax.Array:
    """The second integrand, of tau = ln(1 + v / delta): what the core takes away."""
    end = jnp.minimum(length, LONGEST / (1.0 - h))
    tau = u * end
    share = -jnp.expm1(-tau)
    v = jnp.exp(tau - length) * share / -jnp.expm1(-length)
    ratio = jnp.log1p(share * excess(v, cosine, k))
    # (e^(h (tau + ratio)) - 1) / (e^tau - 1) without an overflow
    return end * jnp.exp(h * ratio + (h - 1.0) * tau) * jnp.expm1(-h * (tau + ratio)) / jnp.expm1(-tau)
