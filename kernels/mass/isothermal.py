"""Isothermal profiles: SIS, SIE, NIE (Kormann, Schneider & Bartelmann 1994; Keeton & Kochanek 1998).

    kappa(x, y) = theta_E / (2 sqrt(s_scale^2 + q x'^2 + y'^2 / q))

with (x', y') along the axes of the ellipse.  The deflection is in `isothermal_deflection`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.fastmath.elementary import inverse_root
from jaxlens.kernels.mass.isothermal_deflection import unit_deflection
from jaxlens.kernels.mass.isothermal_derivatives import core_term
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Core radius (arcsec) with which lenstronomy's SIE is its NIE.
SIE_CORE = 1e-10


def _unit_arguments(
    x: Real, y: Real, e1: Real, e2: Real, s_scale: Real
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]:
    """The arguments of `unit_deflection`, all of the same floating type."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    # a core of SIE_CORE at least keeps the centre finite; the derivative in s_scale stays that of a core
    s_scale = s_scale + jax.lax.stop_gradient(jnp.maximum(s_scale, SIE_CORE) - s_scale)
    dtype = jnp.result_type(x, y, e1, e2, s_scale, float)
    x, y, e1, e2, one_minus_e2, s = (
        jnp.asarray(value, dtype) for value in (x, y, e1, e2, one_minus_e2, s_scale)
    )
    return x, y, e1, e2, one_minus_e2, s


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
    """Potential of `nie`: psi = x alpha_x + y alpha_y - theta_E s_scale ln(M) / 2, relative to the centre.

    M = (rho + s)^2 |1 + w|^2 / (1 - |e|^2) = r^2 + 2 D, with D in `isothermal_derivatives`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius of the singular lens (arcsec).
        e1: ellipticity.
        e2: its other component.
        s_scale: core radius (arcsec).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    x, y, e1, e2, one_minus_e2, s = _unit_arguments(x - center_x, y - center_y, e1, e2, s_scale)
    alpha_x, alpha_y = unit_deflection(x, y, e1, e2, one_minus_e2, s)
    u, v = circularized(x, y, e1, e2)
    rho = jnp.sqrt(s * s + (u * u + v * v) / one_minus_e2)
    log_m = jnp.log(x * x + y * y + 2.0 * core_term(e1, e2, one_minus_e2, s, rho))
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
    """Deflection of the isothermal ellipsoid with a core; lenstronomy's NIE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius of the singular lens (arcsec).
        e1: ellipticity.
        e2: its other component.
        s_scale: core radius (arcsec), above 0.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    arguments = _unit_arguments(x - center_x, y - center_y, e1, e2, s_scale)
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
    """Potential of `sie`: that of the NIE with s_scale = 1e-10 arcsec.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    return nie_potential(dx, dy, theta_E=theta_E, e1=e1, e2=e2, s_scale=SIE_CORE)


@mass_profile("SIE", potential=sie_potential, sigma_v=True, power_law=True)
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
    """Deflection of the singular isothermal ellipsoid; lenstronomy's SIE.

    It is the NIE with s_scale = 1e-10 arcsec, so that it is differentiable at its centre too, where the
    deflection is zero and its derivative theta_E / 2e-10.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.

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
    """Potential of `sis`: psi = theta_E sqrt(r^2 + s^2) with s = 1e-10 arcsec.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return theta_E * jnp.sqrt((x - center_x) ** 2 + (y - center_y) ** 2 + SIE_CORE**2)


@mass_profile("SIS", potential=sis_potential, sigma_v=True, power_law=True)
def sis(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Singular isothermal sphere: alpha = theta_E (x, y) / sqrt(r^2 + s^2); lenstronomy's SIS.

    The core s = 1e-10 arcsec makes it differentiable at the centre, where the deflection is zero and its
    derivative 1e10 theta_E.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    scale = theta_E * inverse_root(dx * dx + dy * dy + SIE_CORE**2)
    return scale * dx, scale * dy
