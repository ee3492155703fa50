"""A pseudo-Jaffe halo by its mass: its core, truncation and convergence as angles."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import ARCSEC
from jaxlens.kernels.types import Real

# The core radius of a halo over the scale radius of the NFW halo of the same mass and concentration, as in
# pyHalo's PJaffeSubhalo.
CORE = 0.01
# The smallest truncation radius over the core radius.
SMALLEST_TRUNCATION = 1.01


def pseudo_jaffe_angles(
    mass: Real, concentration: Real, r_trunc: Real, density: Real, sigma_crit: Real, D_lens: Real
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """(sigma0, Ra, Rs) of a pseudo-Jaffe halo, with the parameters of `mass.pseudo_jaffe`.

    Its density is rho0 / [(1 + r^2 / Ra^2) (1 + r^2 / Rs^2)], and so

        M(<r)  = 4 pi rho0 Ra^2 Rs^2 [Rs atan(r / Rs) - Ra atan(r / Ra)] / (Rs^2 - Ra^2),
        sigma0 = pi rho0 Ra Rs / [(Ra + Rs) Sigma_crit].

    Rs is the truncation radius, Ra is CORE times the scale radius r200 / c of an NFW halo, and `mass` is that
    within r200.  pyHalo's PJAFFE has the truncation radius r200 / c.

    Args:
        mass: solar masses.
        concentration: the radius that encloses the mass over the scale radius.
        r_trunc: truncation radius (arcsec); one inside of the core counts as one at its edge.
        density: the mean density inside the radius that encloses the mass (solar masses per Mpc^3).
        sigma_crit: critical surface density (solar masses per Mpc^2).
        D_lens: angular diameter distance of the halo (Mpc).

    Returns:
        sigma0, and Ra and Rs in arcsec, of the shape to which the arguments broadcast.

    >>> sigma0, Ra, Rs = pseudo_jaffe_angles(1e8, 15.0, 0.02, 9.36e13, 2.6e15, 1259.0)
    >>> print(f"{sigma0:.2f} {Ra:.5f} {Rs:.2f}")
    12.01 0.00069 0.02
    """
    angle = D_lens * ARCSEC
    radius = jnp.cbrt(3.0 / (4.0 * jnp.pi) * (mass / density)) / angle
    core = CORE * radius / concentration
    outer = jnp.maximum(r_trunc, SMALLEST_TRUNCATION * core)
    shells = outer * jnp.arctan(radius / outer) - core * jnp.arctan(radius / core)
    surface = mass * (outer - core) / (4.0 * core * outer * shells * jnp.square(angle))
    return surface / sigma_crit, core, outer
