"""The halo mass function of Sheth & Tormen (1999, MNRAS 308, 119, eq. 10).

The comoving number of haloes is

    dn / dln M = rho_m / M f(nu) |dln sigma / dln M|,    nu = a (delta_c / sigma)^2,
    f = 2 A sqrt(nu / (2 pi)) exp(-nu / 2) (1 + nu^-p)

with sigma = sigma(M) D(z) of `matter_field` and delta_c = 1.686.  It equals colossus' `sheth99`, which pyHalo
uses, within 0.2 % in the cosmology of the table.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.matter_field import growth, ln_sigma, matter_density
from jaxlens.kernels.types import Real

# The overdensity at which spheres collapse in a universe of matter, 3 / 20 (12 pi)^(2/3).
COLLAPSE = 1.686470199841
# A, a and p of Sheth & Tormen (1999).
AMPLITUDE = 0.3222
SCALE = 0.707
EXPONENT = 0.3
# ln nu of sigma = 1.
LN_NU = math.log(SCALE * COLLAPSE**2)
# 2 A / sqrt(2 pi).
NORM = 2.0 * AMPLITUDE / math.sqrt(2.0 * math.pi)
# Solar masses at which a change of the slope leaves the number as it is, as in pyHalo.
PIVOT = 1e8


def ln_number_density(
    mass: Real, z: Real, *, slope_change: Real = 0.0, H0: Real, Om0: Real, **cosmology: Real
) -> jax.Array:
    """Ln of dn / dln M, haloes per comoving Mpc^3, of cold dark matter.

    Args:
        mass: solar masses, any shape; 100 to 1e16.
        z: redshift, of a shape that broadcasts with the mass's.
        slope_change: the exponent of a factor (M / 1e8)^s; pyHalo's delta_power_law_index.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        **cosmology: its other parameters, as in `jaxlens.kernels.cosmology`.

    Returns:
        ln(dn / dln M), of the shape to which the arguments broadcast.

    >>> print(f"{ln_number_density(1e8, 0.5, H0=67.5, Om0=0.309):.2f}")
    2.34
    """
    sigma_today, slope = ln_sigma(mass, H0=H0, Om0=Om0)
    own = {"H0": H0, "Om0": Om0, **cosmology}
    ln_nu = LN_NU - 2.0 * (jnp.log(growth(z, **own)) + sigma_today)
    nu = jnp.exp(ln_nu)
    multiplicity = NORM * jnp.exp(0.5 * (ln_nu - nu)) * (1.0 + jnp.exp(-EXPONENT * ln_nu))
    ln_mass = jnp.log(mass)
    ln_mean = jnp.log(matter_density(H0=H0, Om0=Om0)) - ln_mass
    return ln_mean + jnp.log(multiplicity * -slope) + slope_change * (ln_mass - math.log(PIVOT))
