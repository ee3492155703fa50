"""Lenses whose magnification is the same everywhere: deflections that are linear in the position.

External shear and convergence are in `external`; here are the same lens in other parameters, and a constant
deflection.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.external import shear, shear_potential
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Meanings of f_xy and f_yx: a lens of mass has both equal, and only then there is a potential.
_EQUAL = {
    "f_xy": Meaning("", "d alpha_x / d y; a lens of mass has f_yx = f_xy", 0.05, 0.05),
    "f_yx": Meaning("", "d alpha_y / d x; a lens of mass has f_yx = f_xy", 0.05, 0.05),
}
# Usual value of the parity of CONST_MAG.
_PARITY = {"parity": Meaning("", "1, or -1 for an image that is mirrored", 1.0, 1.0)}


def blank_plane_potential(x: Real, y: Real) -> jax.Array:
    """Potential of `blank_plane`: 0 everywhere."""
    # of a position that is NaN it is NaN
    return 0.0 * (jnp.asarray(x, jnp.result_type(x, y, float)) + y)


@mass_profile("BLANK_PLANE", potential=blank_plane_potential, linear=True)
def blank_plane(x: Real, y: Real) -> Pair:
    """No deflection: alpha = 0; lenstronomy's BLANK_PLANE."""
    zero = blank_plane_potential(x, y)
    return zero, zero


def shift_potential(x: Real, y: Real, *, alpha_x: Real, alpha_y: Real) -> jax.Array:
    """Potential of `shift`: psi = alpha_x x + alpha_y y.  (lenstronomy has 0, whose gradient is not alpha.)

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        alpha_x: deflection (arcsec).
        alpha_y: its other component.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return jnp.asarray(alpha_x * x + alpha_y * y)


@mass_profile("SHIFT", potential=shift_potential, linear=True)
def shift(x: Real, y: Real, *, alpha_x: Real, alpha_y: Real) -> Pair:
    """The same deflection everywhere: alpha = (alpha_x, alpha_y); lenstronomy's SHIFT.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        alpha_x: deflection (arcsec).
        alpha_y: its other component.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    zero = blank_plane_potential(x, y)
    return zero + alpha_x, zero + alpha_y


def hessian_potential(
    x: Real,
    y: Real,
    *,
    f_xx: Real,
    f_yy: Real,
    f_xy: Real,
    f_yx: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> jax.Array:
    """Potential of `hessian`: psi = [f_xx x^2 + (f_xy + f_yx) x y + f_yy y^2] / 2, relative to (ra_0, dec_0).

    Its gradient is the deflection where f_xy = f_yx; otherwise it is that of the symmetric part, as in
    lenstronomy, because a deflection with a curl has no potential.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        f_xx: d alpha_x / d x.
        f_yy: d alpha_y / d y.
        f_xy: d alpha_x / d y.
        f_yx: d alpha_y / d x.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    return 0.5 * (f_xx * dx * dx + (f_xy + f_yx) * dx * dy + f_yy * dy * dy)


@mass_profile("HESSIAN", potential=hessian_potential, linear=True, meanings=_EQUAL)
def hessian(
    x: Real,
    y: Real,
    *,
    f_xx: Real,
    f_yy: Real,
    f_xy: Real,
    f_yx: Real,
    ra_0: Real = 0.0,
    dec_0: Real = 0.0,
) -> Pair:
    """A constant Hessian: alpha = (f_xx x + f_xy y, f_yx x + f_yy y); lenstronomy's HESSIAN.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        f_xx: d alpha_x / d x.
        f_yy: d alpha_y / d y.
        f_xy: d alpha_x / d y.
        f_yx: d alpha_y / d x.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    return f_xx * dx + f_xy * dy, f_yx * dx + f_yy * dy


def _sheet_and_shear(gamma1: Real, gamma2: Real) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The convergence and the shear of `shear_reduced`."""
    squared = jnp.square(gamma1) + jnp.square(gamma2)
    root = jnp.sqrt(1.0 - squared)
    # 1 - 1 / root without cancellation at small shear
    return -squared / (root * (1.0 + root)), gamma1 / root, gamma2 / root


def shear_reduced_potential(
    x: Real, y: Real, *, gamma1: Real, gamma2: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> jax.Array:
    """Potential of `shear_reduced`: that of its shear plus kappa r^2 / 2, relative to (ra_0, dec_0).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma1: reduced shear along the axes.
        gamma2: reduced shear along the diagonals.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    kappa, g1, g2 = _sheet_and_shear(gamma1, gamma2)
    return shear_potential(dx, dy, gamma1=g1, gamma2=g2) + 0.5 * kappa * (dx * dx + dy * dy)


@mass_profile("SHEAR_REDUCED", potential=shear_reduced_potential, linear=True)
def shear_reduced(
    x: Real, y: Real, *, gamma1: Real, gamma2: Real, ra_0: Real = 0.0, dec_0: Real = 0.0
) -> Pair:
    """A reduced shear that leaves areas as they are; lenstronomy's SHEAR_REDUCED.

        alpha = kappa r + (1 - kappa) (gamma1 x + gamma2 y, gamma2 x - gamma1 y),
        1 - kappa = 1 / sqrt(1 - gamma1^2 - gamma2^2)

    so that the magnification is 1.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        gamma1: reduced shear along the axes.
        gamma2: reduced shear along the diagonals.
        ra_0: where the deflection is zero (arcsec).
        dec_0: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - ra_0, jnp.asarray(y) - dec_0
    kappa, g1, g2 = _sheet_and_shear(gamma1, gamma2)
    alpha_x, alpha_y = shear(dx, dy, gamma1=g1, gamma2=g2)
    return alpha_x + kappa * dx, alpha_y + kappa * dy


def _kappa_and_shear(mu_r: Real, mu_t: Real, parity: Real, phi_G: Real) -> dict[str, jax.Array]:
    """The lens `const_mag` as parameters of `hessian`."""
    gamma = 0.5 * (1.0 / mu_t - parity / mu_r)
    kappa = 1.0 - gamma - parity / mu_r
    gamma1, gamma2 = gamma * jnp.cos(2.0 * phi_G), gamma * jnp.sin(2.0 * phi_G)
    return {"f_xx": kappa + gamma1, "f_yy": kappa - gamma1, "f_xy": gamma2, "f_yx": gamma2}


def const_mag_potential(
    x: Real,
    y: Real,
    *,
    mu_r: Real,
    mu_t: Real,
    parity: Real,
    phi_G: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `const_mag`, relative to the centre: that of its convergence and shear.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        mu_r: radial magnification.
        mu_t: tangential magnification.
        parity: 1 or -1.
        phi_G: angle of the shear (radians, from x towards y).
        center_x: where the deflection is zero (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return hessian_potential(dx, dy, **_kappa_and_shear(mu_r, mu_t, parity, phi_G))


@mass_profile("CONST_MAG", potential=const_mag_potential, linear=True, meanings=_PARITY)
def const_mag(
    x: Real,
    y: Real,
    *,
    mu_r: Real,
    mu_t: Real,
    parity: Real,
    phi_G: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Constant radial and tangential magnification (Diego et al. 2018, arXiv:1706.10281); CONST_MAG.

        gamma = (1 / mu_t - parity / mu_r) / 2,    kappa = 1 - gamma - parity / mu_r,

    with the shear at the angle phi_G; lenstronomy's CONST_MAG.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        mu_r: radial magnification.
        mu_t: tangential magnification.
        parity: 1 or -1.
        phi_G: angle of the shear (radians, from x towards y).
        center_x: where the deflection is zero (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    return hessian(dx, dy, **_kappa_and_shear(mu_r, mu_t, parity, phi_G))
