"""Haloes with elliptical density as sums of cored steep ellipsoids: NFW_ELLIPSE_CSE, HERNQUIST_ELLIPSE_CSE.

The convergence of a round halo is a sum of a / [2 (s^2 + R^2)^(3/2)] over a table of a and s; with R the
elliptical radius each term has a closed form (Oguri 2021, PASP 133, 074504).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import MAX_ELLIPTICITY, safe_sqrt
from jaxlens.kernels.mass.cse import sum_of_deflections, sum_of_potentials
from jaxlens.kernels.mass.cse_tables import HERNQUIST_CSE, NFW_CSE
from jaxlens.kernels.mass.nfw import MEAN_AT_RS
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real


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
    dx, dy = (jnp.asarray(x) - center_x) / Rs, (jnp.asarray(y) - center_y) / Rs
    return alpha_Rs * Rs * (1.0 / MEAN_AT_RS) * sum_of_potentials(dx, dy, e1, e2, NFW_CSE)


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
    dx, dy = (jnp.asarray(x) - center_x) / Rs, (jnp.asarray(y) - center_y) / Rs
    alpha_x, alpha_y = sum_of_deflections(dx, dy, e1, e2, NFW_CSE)
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
    dx, dy = (jnp.asarray(x) - center_x) / scale, (jnp.asarray(y) - center_y) / scale
    return sigma0 * jnp.square(Rs) * sum_of_potentials(dx, dy, e1, e2, HERNQUIST_CSE)


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
    dx, dy = (jnp.asarray(x) - center_x) / scale, (jnp.asarray(y) - center_y) / scale
    alpha_x, alpha_y = sum_of_deflections(dx, dy, e1, e2, HERNQUIST_CSE)
    factor = sigma0 * Rs * inverse_root_q
    return factor * alpha_x, factor * alpha_y
