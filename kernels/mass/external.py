"""Matter far from the lens: external shear and convergence.  Their deflections are linear in the position."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real


def shear_potential(
    x: Real,
    y: Real,
    *,
    gamma1: Real,
    gamma2: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> jax.Array:
    """Potential of `shear`: psi = gamma1 (x^2 - y^2) / 2 + gamma2 x y, relative to (ra_0, dec_0).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma1: shear along the axes.
        gamma2: shear along the diagonals.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    return 0.5 * gamma1 * (dx * dx - dy * dy) + gamma2 * dx * dy


@mass_profile("SHEAR", potential=shear_potential, linear=True)
def shear(
    x: Real,
    y: Real,
    *,
    gamma1: Real,
    gamma2: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """External shear: alpha = (gamma1 x + gamma2 y, gamma2 x - gamma1 y); lenstronomy's SHEAR.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma1: shear along the axes.
        gamma2: shear along the diagonals.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.

    >>> alpha_x, alpha_y = shear(1.0, 0.0, gamma1=0.1, gamma2=0.05)
    >>> print(f"{alpha_x:.2f} {alpha_y:.2f}")
    0.10 0.05
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    return gamma1 * dx + gamma2 * dy, gamma2 * dx - gamma1 * dy


def _cartesian(gamma_ext: Real, psi_ext: Real) -> tuple[jax.Array, jax.Array]:
    """(gamma1, gamma2) of a shear given by strength and angle (radians)."""
    return gamma_ext * jnp.cos(2.0 * psi_ext), gamma_ext * jnp.sin(2.0 * psi_ext)


def shear_gamma_psi_potential(
    x: Real,
    y: Real,
    *,
    gamma_ext: Real,
    psi_ext: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> jax.Array:
    """Potential of `shear_gamma_psi`: psi = gamma_ext r^2 cos(2 (phi - psi_ext)) / 2, about (ra_0, dec_0).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma_ext: strength of the shear.
        psi_ext: its angle (radians, from x towards y).
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    gamma1, gamma2 = _cartesian(gamma_ext, psi_ext)
    return shear_potential(x, y, gamma1=gamma1, gamma2=gamma2, ra_0=ra_0, dec_0=dec_0)


@mass_profile("SHEAR_GAMMA_PSI", potential=shear_gamma_psi_potential, linear=True)
def shear_gamma_psi(
    x: Real,
    y: Real,
    *,
    gamma_ext: Real,
    psi_ext: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """External shear of strength gamma_ext at angle psi_ext; lenstronomy's SHEAR_GAMMA_PSI.

    It is `shear` with gamma1 = gamma_ext cos(2 psi_ext), gamma2 = gamma_ext sin(2 psi_ext).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma_ext: strength of the shear.
        psi_ext: its angle (radians, from x towards y).
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    gamma1, gamma2 = _cartesian(gamma_ext, psi_ext)
    return shear(x, y, gamma1=gamma1, gamma2=gamma2, ra_0=ra_0, dec_0=dec_0)


def convergence_potential(x: Real, y: Real, *, kappa: Real, ra_0: Real = 0.0, dec_0: Real = 0.0) -> jax.Array:
    """Potential of `convergence`: psi = kappa r^2 / 2, relative to (ra_0, dec_0).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        kappa: convergence of the sheet.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    return 0.5 * kappa * (dx * dx + dy * dy)


@mass_profile("CONVERGENCE", potential=convergence_potential, linear=True)
def convergence(
    x: Real, y: Real, *, kappa: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> tuple[jax.Array, jax.Array]:
    """A uniform sheet of mass: alpha = kappa (x, y), relative to (ra_0, dec_0); lenstronomy's CONVERGENCE.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        kappa: convergence of the sheet.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return kappa * (jnp.asarray(x) - ra_0), kappa * (jnp.asarray(y) - dec_0)
