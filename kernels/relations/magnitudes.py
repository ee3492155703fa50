"""Absolute and apparent magnitudes.

    m = M + DM(z) + K(z) - Q z,    K(z) = k_correction - 2.5 (1 + spectral_index) log10(1 + z),

with the distance modulus DM = 5 log10(D_L / 10 pc), the K correction K (Hogg et al. 2002, astro-ph/0210394)
and the luminosity evolution Q, by which galaxies are brighter a unit of redshift.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import transverse_comoving_distance
from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Params, Real

# The distance modulus of one Mpc.
MODULUS_OF_MPC = 25.0


def distance_modulus(redshift: Real, cosmology: Params) -> jax.Array:
    """DM = 5 log10(D_L / 10 pc), with the luminosity distance D_L; astropy's distmod."""
    distance = (1.0 + jnp.asarray(redshift)) * transverse_comoving_distance(redshift, **cosmology)
    return 5.0 * jnp.log10(distance) + MODULUS_OF_MPC


def _change(redshift: Real, k_correction: Real, evolution: Real, spectral_index: Real) -> jax.Array:
    """K(z) - Q z."""
    power_law = -2.5 * (1.0 + spectral_index) * jnp.log10(1.0 + jnp.asarray(redshift))
    return k_correction + power_law - evolution * redshift


@relation("apparent_magnitude")
def apparent_magnitude(
    *,
    absolute_magnitude: Real,
    redshift: Real,
    k_correction: Real = 0.0,
    evolution: Real = 0.0,
    spectral_index: Real = -1.0,
    cosmology: Params,
) -> jax.Array:
    """The apparent magnitude, m = M + DM(z) + K(z) - evolution z, without lensing.

    K(z) = k_correction - 2.5 (1 + spectral_index) log10(1 + z), and DM is the distance modulus.

    Args:
        absolute_magnitude: M, of redshift zero, for the H0 of the cosmology.
        redshift: z, above zero.
        k_correction: the K correction at this redshift (mag).
        evolution: Q, how much brighter galaxies are a unit of redshift (mag).
        spectral_index: the power of the frequency in the flux a unit of frequency; -1 adds nothing to
            `k_correction`.
        cosmology: the parameters of the cosmology.

    Returns:
        The apparent magnitude.
    """
    change = _change(redshift, k_correction, evolution, spectral_index)
    return absolute_magnitude + distance_modulus(redshift, cosmology) + change


@relation("absolute_magnitude")
def absolute_magnitude(
    *,
    apparent_magnitude: Real,
    redshift: Real,
    k_correction: Real = 0.0,
    evolution: Real = 0.0,
    spectral_index: Real = -1.0,
    cosmology: Params,
) -> jax.Array:
    """The absolute magnitude of redshift zero, the inverse of `apparent_magnitude`.

    Args:
        apparent_magnitude: m, without lensing.
        redshift: z, above zero.
        k_correction: as in `apparent_magnitude`.
        evolution: as in `apparent_magnitude`.
        spectral_index: as in `apparent_magnitude`.
        cosmology: the parameters of the cosmology.

    Returns:
        The absolute magnitude.
    """
    change = _change(redshift, k_correction, evolution, spectral_index)
    return apparent_magnitude - distance_modulus(redshift, cosmology) - change
