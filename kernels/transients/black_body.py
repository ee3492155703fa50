"""Spectra of spheres that radiate as black bodies."""

from __future__ import annotations

import jax

from jaxlens.kernels.fastmath.elementary import exp

# h c / k_B, Angstrom K (CODATA 2018).
SECOND_RADIATION_CONSTANT = 1.4387768775e8
# 2 pi h c^2 (CODATA 2018), for wavelengths in units of 1000 Angstrom, erg/s/cm^2/A.
FIRST_RADIATION_CONSTANT = 3.741771852e12
# (10^15 cm / 10 pc)^2.
RADIUS_AT_TEN_PARSEC = (1e15 / 3.0856775814913673e19) ** 2
# The temperature (L / (4 pi sigma R^2))^(1/4) of a radius of 10^15 cm and a luminosity of 10^40 erg/s, K.
TEMPERATURE_OF_UNITS = 1935.5063


def black_body(wavelength: jax.Array, temperature: jax.Array, radius_squared: jax.Array) -> jax.Array:
    """The flux density of spherical black bodies at a distance of 10 pc.

        F(lambda) = 2 pi h c^2 lambda^-5 / (exp(h c / (lambda k T)) - 1) (R / 10 pc)^2

    Args:
        wavelength: Angstrom, (W,).
        temperature: K, (K,).
        radius_squared: the square of the radius, 10^30 cm^2, (K,).

    Returns:
        F(lambda) (erg/s/cm^2/A), (K, W).

    >>> import jax.numpy as jnp
    >>> print(f"{black_body(jnp.array([5000.0]), jnp.array([5772.0]), jnp.array([6.957e-5**2]))[0, 0]:.3e}")
    4.190e-11
    """
    decay = exp((-SECOND_RADIATION_CONSTANT / wavelength)[None, :] * (1.0 / temperature)[:, None])
    planck = FIRST_RADIATION_CONSTANT * (wavelength / 1000.0)[None, :] ** -5 * (decay / (1.0 - decay))
    return RADIUS_AT_TEN_PARSEC * radius_squared[:, None] * planck
