"""Masses as angles: the Rs and alpha_Rs of an NFW halo, and the Einstein radius of a point mass.

The constants are those of lenstronomy's LensCosmo, so that the angles are the same.  Its G times the solar
mass is 3e-4 larger than the measured product (1.32712440e20 m^3/s^2), and so are deflections.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.cosmology import ARCSEC
from jaxlens.kernels.fastmath.quadrature import unit_integral
from jaxlens.kernels.mass.double_power_law import gnfw_mean
from jaxlens.kernels.mass.spherical import NODES
from jaxlens.kernels.types import Pair, Real

# m^3 / (kg s^2), as in lenstronomy.
GRAVITATIONAL_CONSTANT = 6.67384e-11
# kg, as in lenstronomy.
SOLAR_MASS = 1.9891e30
# m, as in lenstronomy.
MPC = 3.08567758e22
# m/s (SI).
SPEED_OF_LIGHT = 299792458.0
# Solar masses per Mpc: c^2 / (4 pi G).
MASS_PER_MPC = SPEED_OF_LIGHT**2 / (4.0 * np.pi * GRAVITATIONAL_CONSTANT) * MPC / SOLAR_MASS
# The deflection of an NFW halo at Rs is 4 rho0 Rs^2 times this.
NFW_AT_RS = 1.0 - float(np.log(2.0))


def critical_surface_density(z_lens: Real, T_lens: Real, T_source: Real, T_between: Real) -> jax.Array:
    """Sigma_crit = c^2 / (4 pi G) D_s / (D_d D_ds); lenstronomy's sigma_crit.

    Args:
        z_lens: redshift of the lens.
        T_lens: transverse comoving distance to the lens (Mpc).
        T_source: transverse comoving distance to the source (Mpc).
        T_between: transverse comoving distance from the lens to the source (Mpc).

    Returns:
        Solar masses per Mpc^2 in the plane of the lens, of the shape to which the arguments broadcast; NaN
        where the source is in front.
    """
    between = jnp.asarray(T_between)
    between = jnp.where(between < 0.0, jnp.nan, between)
    return MASS_PER_MPC * T_source * (1.0 + z_lens) / (T_lens * between)


def nfw_angles(mass: Real, concentration: Real, density: Real, sigma_crit: Real, D_lens: Real) -> Pair:
    """(Rs, alpha_Rs) of an NFW halo; with the density of 200c lenstronomy's nfw_physical2angle.

    The radius that encloses the mass is r = (3 M / (4 pi density))^(1/3), and with the concentration c

        Rs = r / c,    rho0 = density c^3 / (3 [ln(1 + c) - c / (1 + c)]),
        alpha_Rs = 4 rho0 Rs^2 (1 - ln 2) / (Sigma_crit D_d).

    Args:
        mass: solar masses.
        concentration: the radius that encloses the mass over Rs.
        density: the mean density inside that radius (solar masses per Mpc^3).
        sigma_crit: critical surface density (solar masses per Mpc^2).
        D_lens: angular diameter distance of the halo (Mpc).

    Returns:
        Rs and alpha_Rs in arcsec, of the shape to which the arguments broadcast.

    >>> Rs, alpha_Rs = nfw_angles(1e13, 6.0, 9.36e13, 2.6e15, 1259.0)
    >>> print(f"{Rs:.2f} {alpha_Rs:.2f}")
    8.04 1.15
    """
    c = jnp.asarray(concentration)
    radius = jnp.cbrt(3.0 / (4.0 * jnp.pi) * (mass / density))
    scale = radius / c
    rho0 = density * c**3 / (3.0 * (jnp.log1p(c) - c / (1.0 + c)))
    angle = D_lens * ARCSEC
    return scale / angle, 4.0 * NFW_AT_RS * (rho0 / sigma_crit) * scale * (scale / angle)


def gnfw_angles(
    mass: Real, concentration: Real, gamma_in: Real, density: Real, sigma_crit: Real, D_lens: Real
) -> Pair:
    """(Rs, alpha_Rs) of a GNFW halo; with the density of 200c lenstronomy's gnfw_physical2angle.

    As `nfw_angles`, for rho = rho0 / [x^g (1 + x)^(3 - g)]: rho0 from the mass, 4 pi rho0 Rs^3 times the
    integral of x^(2 - g) (1 + x)^(g - 3) up to the concentration.

    Args:
        mass: solar masses.
        concentration: the radius that encloses the mass over Rs.
        gamma_in: the inner slope g, below 3.
        density: the mean density inside that radius (solar masses per Mpc^3).
        sigma_crit: critical surface density (solar masses per Mpc^2).
        D_lens: angular diameter distance of the halo (Mpc).

    Returns:
        Rs and alpha_Rs in arcsec, of the shape to which the arguments broadcast.
    """
    dtype = jnp.result_type(mass, concentration, gamma_in, density, float)
    c, g = (jnp.asarray(value, dtype) for value in (concentration, gamma_in))
    scale = jnp.cbrt(3.0 / (4.0 * jnp.pi) * (mass / density)) / c
    rho0 = density * c**g / (3.0 * _mean_of_shells(c, g))
    angle = D_lens * ARCSEC
    at_rs = gnfw_mean(jnp.ones_like(g), g)
    return scale / angle, 4.0 * at_rs * (rho0 / sigma_crit) * scale * (scale / angle)


def _mean_of_shells(c: jax.Array, g: jax.Array) -> jax.Array:
    """The integral of x^(2 - g) (1 + x)^(g - 3) up to c, over c^(3 - g); by parts as in `mass.spherical`."""
    order = NODES[jnp.finfo(c.dtype).bits]
    return (jnp.exp((g - 3.0) * jnp.log1p(c)) + unit_integral(_steepness, order, c, g)) / (3.0 - g)


def _steepness(u: jax.Array, c: jax.Array, g: jax.Array) -> jax.Array:
    """The integrand that is left, in the fourth root u of x / c."""
    x = c * u**4
    logarithm = (11.0 - 4.0 * g) * jnp.log(u) + (g - 3.0) * jnp.log1p(x)
    return 4.0 * (3.0 - g) * x / (1.0 + x) * jnp.exp(logarithm)


def point_mass_angle(mass: Real, sigma_crit: Real, D_lens: Real) -> jax.Array:
    """The Einstein radius of a point mass: pi (D_d theta_E)^2 Sigma_crit = M.

    Args:
        mass: solar masses.
        sigma_crit: critical surface density (solar masses per Mpc^2).
        D_lens: angular diameter distance of the mass (Mpc).

    Returns:
        theta_E in arcsec, of the shape to which the arguments broadcast.

    >>> print(f"{point_mass_angle(1e12, 2.6e15, 1259.0):.3f}")
    1.813
    """
    return jnp.sqrt(mass / (jnp.pi * jnp.asarray(sigma_crit))) / (D_lens * ARCSEC)
