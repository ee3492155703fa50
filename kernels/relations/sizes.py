"""Sizes of galaxies of all types, by luminosity, stellar mass and redshift."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Real

# Shen et al. (2003, MNRAS 343, 978, table 1, figure 6): Sersic half-light radii in kpc and Sersic magnitudes,
# both of the r band, for H0 = 70 km/s/Mpc.  Early types: log10 R = -0.4 a M + b.
EARLY_A = 0.65
EARLY_B = -5.06
# Late types: log10 R = -0.4 alpha M + (beta - alpha) log10(1 + 10^(-0.4 (M - M_0))) + gamma.
LATE_ALPHA = 0.26
LATE_BETA = 0.51
LATE_GAMMA = -1.71
LATE_M_0 = -20.91
# van der Wel et al. (2014, ApJ 788, 28): the size (kpc) at 5e10 solar masses and redshift zero, the power of
# 1 + z with which it changes, and the power of the mass, at 5000 Angstrom in the rest frame.  Early types.
EARLY_SIZE = 5.6
EARLY_EVOLUTION = -1.48
EARLY_MASS_SLOPE = 0.75
# The same of late types.
LATE_SIZE = 8.9
LATE_EVOLUTION = -0.75
LATE_MASS_SLOPE = 0.22
# log10 of the solar masses at which these sizes are.
LOG_PIVOT = 10.698970004336019


@relation("size_luminosity", scatter=0.16, unit="dex")
def size_luminosity(
    *, absolute_magnitude: Real, early_type: Real = 0.0, redshift: Real = 0.0, evolution: Real = 0.0
) -> jax.Array:
    """Half-light radius by absolute r magnitude (Shen et al. 2003, MNRAS 343, 978, table 1 and eqs. 14, 15).

    Early types: log10 R = -0.26 M - 5.06.  Late types:
    log10 R = -0.104 M + 0.25 log10(1 + 10^(-0.4 (M + 20.91))) - 1.71.
    Both are for galaxies near a redshift of 0.1, late types with -16 > M > -24 and early types with M < -19;
    they are multiplied by (1 + z)^evolution.  In figure 4 of that paper the scatter in ln R falls from 0.48
    of faint galaxies to 0.25 of bright ones (eq. 16); the default is that at M = -20.5.

    Args:
        absolute_magnitude: M, of the r band, for H0 = 70 km/s/Mpc.
        early_type: 1 for early types, 0 for late types; a categorical DISTRIBUTION gives a mixture.
        redshift: z.
        evolution: the power of 1 + z.

    Returns:
        R (kpc).
    """
    M = jnp.asarray(absolute_magnitude)
    early = -0.4 * EARLY_A * M + EARLY_B
    # log10(1 + 10^x) without overflow
    bend = jnp.logaddexp(0.0, -0.4 * jnp.log(10.0) * (M - LATE_M_0)) / jnp.log(10.0)
    late = -0.4 * LATE_ALPHA * M + (LATE_BETA - LATE_ALPHA) * bend + LATE_GAMMA
    log_size = jnp.where(jnp.asarray(early_type) > 0.5, early, late)
    return 10.0**log_size * (1.0 + jnp.asarray(redshift)) ** evolution


@relation("size_mass", scatter=0.16, unit="dex")
def size_mass(*, log_stellar_mass: Real, redshift: Real, early_type: Real = 0.0) -> jax.Array:
    """Half-light radius by stellar mass: R = R_0 (1 + z)^evolution (mass / 5e10)^slope.

    Late types have R_0 = 8.9 kpc, evolution -0.75 and slope 0.22, above 3e9 solar masses, and early types
    5.6 kpc, -1.48 and 0.75, above 2e10; for redshifts of 0 to 3 (van der Wel et al. 2014, ApJ 788, 28).
    The scatter is 0.16 to 0.19 dex of late types and 0.10 to 0.14 of early ones (their table 1).

    Args:
        log_stellar_mass: log10 of the stellar mass in solar masses, of Chabrier's mass function.
        redshift: z.
        early_type: 1 for early types, 0 for late types.

    Returns:
        R (kpc), the half-light semi-major axis at 5000 Angstrom in the rest frame.
    """
    early = jnp.asarray(early_type) > 0.5
    size = jnp.where(early, EARLY_SIZE, LATE_SIZE)
    evolution = jnp.where(early, EARLY_EVOLUTION, LATE_EVOLUTION)
    slope = jnp.where(early, EARLY_MASS_SLOPE, LATE_MASS_SLOPE)
    growth = 10.0 ** (slope * (jnp.asarray(log_stellar_mass) - LOG_PIVOT))
    return size * (1.0 + jnp.asarray(redshift)) ** evolution * growth


@relation("size_of_source", scatter=0.3, unit="dex")
def size_of_source(*, absolute_magnitude: Real, redshift: Real) -> jax.Array:
    """Half-light radius of blue galaxies at redshifts of 1 to 7: (M / -19.5)^-0.22 ((1 + z) / 5)^-1.2 kpc.

    From Mosleh et al. (2012, ApJ 756, L12) and Huang et al. (2013, ApJ 765, 68), as in LensPop (Collett
    2015, ApJ 811, 20); baobab takes the same expression for log10 R.

    Args:
        absolute_magnitude: M, of the V band, below zero.
        redshift: z.

    Returns:
        R (kpc).
    """
    by_light = (jnp.asarray(absolute_magnitude) / -19.5) ** -0.22
    return by_light * ((1.0 + jnp.asarray(redshift)) / 5.0) ** -1.2
