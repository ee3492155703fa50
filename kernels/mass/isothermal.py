"""Isothermal profiles: SIS, SIE, NIE.

    kappa(x, y) = theta_E / (2 sqrt(s_scale^2 + q x'^2 + y'^2 / q))

The closed form (Kormann, Schneider & Bartelmann 1994; Keeton & Kochanek 1998) is one complex function.  With
z = x + iy, the complex ellipticity e = e1 + i e2 and s = s_scale,

    zeta = z - e conj(z),   rho^2 = s^2 + |zeta|^2 / (1 - |e|^2),   eta = zeta / [sqrt(1 - |e|^2) (rho + s)],

    alpha = theta_E sqrt(1 - |e|^2) eta T(conj(e) eta^2),   T(w) = arctan(sqrt w) / sqrt w.

T is analytic in abs(w) < 1 and abs(w) <= |e|, so alpha is analytic in e1 and e2.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import clip_ellipticity, safe_sqrt, shear_image
from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, inverse_root, log1p
from jaxlens.kernels.mass.isothermal_derivatives import Pair, Tangent, depth, tangent_of
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# lenstronomy's SIE is its NIE with this core radius (arcsec).
SIE_CORE = 1e-10
# What a round lens has for |e|, which changes no digit, so that the root of e has a direction.
LEAST_ELLIPTICITY = 1e-20


def _major_axis(e1: jax.Array, e2: jax.Array, modulus: jax.Array) -> Pair:
    """Cosine and sine of the major axis's angle, which is half of that of (e1, e2)."""
    some = modulus > 0.0
    inverse = 1.0 / jnp.where(some, modulus, 1.0)
    cos, sin = jnp.where(some, e1 * inverse, 1.0), e2 * inverse
    larger = jnp.sqrt(0.5 + 0.5 * jnp.abs(cos))
    smaller = 0.5 * jnp.abs(sin) / larger
    half_sin = jnp.where(cos < 0.0, larger, smaller)
    return jnp.where(cos < 0.0, smaller, larger), jnp.where(sin < 0.0, -half_sin, half_sin)


@jax.custom_jvp
def unit_deflection(
    x: jax.Array, y: jax.Array, e1: jax.Array, e2: jax.Array, one: jax.Array, s: jax.Array
) -> Pair:
    """Deflection of a centred NIE of theta_E = 1; `one` is 1 - |e|^2, which the caller knows best.

    In the lens's own axes Z = sqrt(conj(e)) eta, and alpha is sqrt((1 - |e|^2) / e) times

        arctan Z = arctan(2 Re Z / (1 - |Z|^2)) / 2 + i artanh(2 Im Z / (1 + |Z|^2)) / 2.

    The derivatives in e1 and e2 have that of `one` in them.
    """
    modulus = safe_sqrt(e1 * e1 + e2 * e2)
    cos, sin = _major_axis(e1, e2, modulus)
    c = jnp.maximum(modulus, LEAST_ELLIPTICITY)
    rest, root, root_one = one / (1.0 + modulus), jnp.sqrt(c), jnp.sqrt(one)
    along, across = root * rest / root_one, root * (1.0 + modulus) / root_one
    u, v = (along * cos) * x + (along * sin) * y, (across * cos) * y - (across * sin) * x
    rho = jnp.sqrt(s * s + (u * u + v * v) / c)
    inverse = 1.0 / (rho + s)
    u, v = u * inverse, v * inverse
    less = rest + (2.0 * c * s) * inverse
    # |1 + Z^2|^2 = (1 + |Z|^2)^2 - (2 Im Z)^2 without that difference
    determinant = one * (x * x + y * y + 2.0 * depth(e1, e2, one, s, rho)) * (inverse * inverse)
    twice = 2.0 * jnp.abs(v)
    angle = first_quadrant_angle(2.0 * jnp.abs(u), less)
    growth = 0.5 * log1p(2.0 * twice * ((2.0 - less) + twice) / determinant)
    scale = 0.5 * root_one / root
    real = scale * jnp.where(u < 0.0, -angle, angle)
    imag = scale * jnp.where(v < 0.0, -growth, growth)
    return cos * real - sin * imag, sin * real + cos * imag


def _unit_deflection_jvp(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> tuple[Pair, Pair]:
    value = unit_deflection(*primals)
    return value, tangent_of(primals, tangents, value)


unit_deflection.defjvp(_unit_deflection_jvp, symbolic_zeros=True)


def _shape(
    x: Real, y: Real, e1: Real, e2: Real, s_scale: Real
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]:
    """The arguments of `unit_deflection`, of one floating type."""
    e1, e2, one = clip_ellipticity(e1, e2)
    dtype = jnp.result_type(x, y, e1, e2, s_scale, float)
    x, y, e1, e2, one, s = (jnp.asarray(value, dtype) for value in (x, y, e1, e2, one, s_scale))
    return x, y, e1, e2, one, s


def nie_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = x alpha_x + y alpha_y - theta_E s_scale ln(M) / 2, relative to the centre, in arcsec^2.

    M = (rho + s)^2 |1 + w|^2 / (1 - |e|^2) = r^2 + 2 D, with D in `isothermal_slopes`.
    """
    x, y, e1, e2, one, s = _shape(x - center_x, y - center_y, e1, e2, s_scale)
    alpha_x, alpha_y = unit_deflection(x, y, e1, e2, one, s)
    u, v = shear_image(x, y, e1, e2)
    rho = jnp.sqrt(s * s + (u * u + v * v) / one)
    log_m = jnp.log(x * x + y * y + 2.0 * depth(e1, e2, one, s, rho))
    return theta_E * (x * alpha_x + y * alpha_y - 0.5 * s * log_m)


@mass_profile("NIE", potential=nie_potential, sigma_v=True)
def nie(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection (arcsec) of the ellipsoid with core radius s_scale > 0 (arcsec); lenstronomy's NIE."""
    arguments = _shape(x - center_x, y - center_y, e1, e2, s_scale)
    alpha_x, alpha_y = unit_deflection(*arguments)
    return theta_E * alpha_x, theta_E * alpha_y


def sie_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The potential of the NIE with s_scale = 1e-10 arcsec, in arcsec^2."""
    dx, dy = x - center_x, y - center_y
    return nie_potential(dx, dy, theta_E=theta_E, e1=e1, e2=e2, s_scale=SIE_CORE)


@mass_profile("SIE", potential=sie_potential, sigma_v=True, isothermal=True)
def sie(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection (arcsec) of the singular isothermal ellipsoid; lenstronomy's SIE.

    The NIE with s_scale = 1e-10 arcsec, so that it is differentiable at its centre too (where the
    deflection is zero and its slope theta_E / 2e-10).

    >>> alpha_x, alpha_y = sie(2.0, 0.0, theta_E=1.0, e1=0.0, e2=0.0)
    >>> print(f"{alpha_x:.4f} {alpha_y:.4f}")
    1.0000 0.0000
    """
    dx, dy = x - center_x, y - center_y
    return nie(dx, dy, theta_E=theta_E, e1=e1, e2=e2, s_scale=SIE_CORE)


def sis_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = theta_E sqrt(r^2 + s^2), in arcsec^2, with s = 1e-10 arcsec."""
    return theta_E * jnp.sqrt((x - center_x) ** 2 + (y - center_y) ** 2 + SIE_CORE**2)


@mass_profile("SIS", potential=sis_potential, sigma_v=True, isothermal=True)
def sis(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Alpha = theta_E (x, y) / sqrt(r^2 + s^2) with s = 1e-10 arcsec; lenstronomy's SIS.

    The core makes it differentiable at the centre, where the deflection is zero and its slope 1e10 theta_E.
    """
    dx, dy = x - center_x, y - center_y
    scale = theta_E * inverse_root(dx * dx + dy * dy + SIE_CORE**2)
    return scale * dx, scale * dy
