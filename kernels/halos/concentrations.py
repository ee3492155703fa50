"""Concentrations of haloes: their median by mass and redshift, warm dark matter, and scatter."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.diemer_joyce_table import (
    COEFFICIENTS,
    LOG10_MASS,
    LOG_ONE_PLUS_Z,
)
from jaxlens.kernels.halos.overdensities import MassDefinition
from jaxlens.kernels.types import Real

# Solar masses: the mass for which concentration_norm is given.
MASS_PIVOT = 1e8
# Bose et al. (2016, MNRAS 455, 318, eq. 17): the factor of M_hm / m, and the power.
WARM_FACTOR, WARM_POWER = 60.0, -0.17
# No halo is less concentrated than this; pyHalo's.
SMALLEST = 1.2


def diemer_joyce(mass: Real, z: Real, definition: MassDefinition = "200c") -> jax.Array:
    """The median concentration of Diemer & Joyce (2019, ApJ 871, 168), by a table of colossus's `diemer19`.

    The table is a polynomial in ln(1 + z) and log10 m, right to 0.3% for 1e4 to 3e15 solar masses and
    redshifts up to 10; beyond these the value is that at the end.  Its cosmology is Planck 2018
    (`diemer_joyce_table`), whatever that of the file is.

    Args:
        mass: solar masses, without h, by the definition.
        z: redshift.
        definition: how the mass is defined; static.

    Returns:
        The radius that encloses the mass over Rs, of the shape to which the arguments broadcast.

    >>> print(f"{diemer_joyce(1e8, 0.5):.1f}")
    14.4
    """
    dtype = jnp.result_type(mass, z, float)
    place = _scaled(jnp.log10(jnp.asarray(mass, dtype)), LOG10_MASS)
    depth = _scaled(jnp.log1p(jnp.asarray(z, dtype)), LOG_ONE_PLUS_Z)
    total = jnp.zeros((), dtype)
    for row in reversed(COEFFICIENTS[definition]):
        own = jnp.zeros((), dtype)
        for coefficient in reversed(row):
            own = own * depth + coefficient
        total = total * place + own
    return jnp.exp(total)


def _scaled(value: jax.Array, ends: tuple[float, float]) -> jax.Array:
    """The value on the scale on which the ends are -1 and 1, and not beyond."""
    low, high = ends
    return jnp.clip((2.0 * value - (high + low)) / (high - low), -1.0, 1.0)


def power_law_concentration(
    mass: Real,
    z: Real,
    *,
    concentration_norm: Real,
    concentration_slope: Real,
    concentration_redshift_slope: Real,
) -> jax.Array:
    """C = norm (m / 1e8)^slope (1 + z)^redshift_slope.

    Args:
        mass: m (solar masses).
        z: redshift.
        concentration_norm: c at 1e8 solar masses and redshift 0.
        concentration_slope: the power of the mass, usually negative.
        concentration_redshift_slope: the power of 1 + z, usually negative.

    Returns:
        c, of the shape to which the arguments broadcast.
    """
    by_mass = (jnp.asarray(mass) / MASS_PIVOT) ** concentration_slope
    return concentration_norm * by_mass * (1.0 + jnp.asarray(z)) ** concentration_redshift_slope


def warm_suppression(mass: Real, half_mode_mass: Real) -> jax.Array:
    """The concentration in warm over that in cold dark matter, (1 + 60 M_hm / m)^-0.17.

    Bose et al. (2016, MNRAS 455, 318, eq. 17) without their (1 + z)^(0.026 z - 0.04), which is not 1 in cold
    dark matter; pyHalo's BOSE2016.

    >>> print(f"{warm_suppression(1e8, 1e8):.3f}")
    0.497
    """
    return (1.0 + WARM_FACTOR * (half_mode_mass / jnp.asarray(mass))) ** WARM_POWER


def scattered_concentration(
    median: Real, normal: Real, concentration_scatter: Real, suppression: Real = 1.0
) -> jax.Array:
    """Max(1.2, c 10^(scatter n) times the suppression): a draw of a concentration.

    The scatter is in dex: the standard deviation of log10 c (0.16 in Diemer & Joyce 2019).  pyHalo's
    `scatter_dex` is that of ln c, whatever its name says: 0.2 there is 0.087 here.

    Args:
        median: c.
        normal: n, numbers of the standard normal distribution.
        concentration_scatter: dex.
        suppression: `warm_suppression`.

    Returns:
        The concentration, of the shape to which the arguments broadcast.
    """
    drawn = median * jnp.exp(jnp.log(10.0) * concentration_scatter * jnp.asarray(normal))
    return jnp.maximum(drawn * suppression, SMALLEST)
