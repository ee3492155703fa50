"""Matter far from the lens: external shear and convergence."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.kernels.registry import mass_profile


def shear_potential(
    x: ArrayLike,
    y: ArrayLike,
    *,
    gamma1: ArrayLike,
    gamma2: ArrayLike,
    ra_0: ArrayLike = 0.0,
    dec_0: ArrayLike = 0.0,
) -> jax.Array:
    """psi = gamma1 (x^2 - y^2) / 2 + gamma2 x y, relative to (ra_0, dec_0), in arcsec^2."""
    dx, dy = x - ra_0, y - dec_0
    return 0.5 * gamma1 * (dx * dx - dy * dy) + gamma2 * dx * dy


@mass_profile("SHEAR", potential=shear_potential)
def shear(
    x: ArrayLike,
    y: ArrayLike,
    *,
    gamma1: ArrayLike,
    gamma2: ArrayLike,
    ra_0: ArrayLike = 0.0,
    dec_0: ArrayLike = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """External shear: alpha = (gamma1 x + gamma2 y, gamma2 x - gamma1 y); lenstronomy's SHEAR.

    >>> alpha_x, alpha_y = shear(1.0, 0.0, gamma1=0.1, gamma2=0.05)
    >>> print(f"{alpha_x:.2f} {alpha_y:.2f}")
    0.10 0.05
    """
    dx, dy = x - ra_0, y - dec_0
    return gamma1 * dx + gamma2 * dy, gamma2 * dx - gamma1 * dy


def _cartesian(gamma_ext: ArrayLike, psi_ext: ArrayLike) -> tuple[jax.Array, jax.Array]:
    return gamma_ext * jnp.cos(2.0 * psi_ext), gamma_ext * jnp.sin(2.0 * psi_ext)


def shear_gamma_psi_potential(
    x: ArrayLike,
    y: ArrayLike,
    *,
    gamma_ext: ArrayLike,
    psi_ext: ArrayLike,
    ra_0: ArrayLike = 0.0,
    dec_0: ArrayLike = 0.0,
) -> jax.Array:
    """psi = gamma_ext r^2 cos(2 (phi - psi_ext)) / 2, relative to (ra_0, dec_0), in arcsec^2."""
    gamma1, gamma2 = _cartesian(gamma_ext, psi_ext)
    return shear_potential(x, y, gamma1=gamma1, gamma2=gamma2, ra_0=ra_0, dec_0=dec_0)


@mass_profile("SHEAR_GAMMA_PSI", potential=shear_gamma_psi_potential)
def shear_gamma_psi(
    x: ArrayLike,
    y: ArrayLike,
    *,
    gamma_ext: ArrayLike,
    psi_ext: ArrayLike,
    ra_0: ArrayLike = 0.0,
    dec_0: ArrayLike = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """External shear of strength gamma_ext at angle psi_ext (radians); lenstronomy's SHEAR_GAMMA_PSI.

    gamma1 = gamma_ext cos(2 psi_ext), gamma2 = gamma_ext sin(2 psi_ext).
    """
    gamma1, gamma2 = _cartesian(gamma_ext, psi_ext)
    return shear(x, y, gamma1=gamma1, gamma2=gamma2, ra_0=ra_0, dec_0=dec_0)


def convergence_potential(
    x: ArrayLike, y: ArrayLike, *, kappa: ArrayLike, ra_0: ArrayLike = 0.0, dec_0: ArrayLike = 0.0
) -> jax.Array:
    """psi = kappa r^2 / 2, relative to (ra_0, dec_0), in arcsec^2."""
    return 0.5 * kappa * ((x - ra_0) ** 2 + (y - dec_0) ** 2)


@mass_profile("CONVERGENCE", potential=convergence_potential)
def convergence(
    x: ArrayLike, y: ArrayLike, *, kappa: ArrayLike, ra_0: ArrayLike = 0.0, dec_0: ArrayLike = 0.0
) -> tuple[jax.Array, jax.Array]:
    """A sheet of mass: alpha = kappa (x, y), relative to (ra_0, dec_0); lenstronomy's CONVERGENCE."""
    return kappa * (x - ra_0), kappa * (y - dec_0)
