"""Magnitudes, fluxes and distance moduli."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Real

# The natural logarithm of the flux ratio of one magnitude.
LN_FLUX_OF_A_MAGNITUDE = 0.4 * float(np.log(10.0))
# The distance of absolute magnitudes, 10 pc, in Mpc.
TEN_PARSEC = 1e-5


def maggies(magnitude: Real) -> jax.Array:
    """The flux 10^(-0.4 m) of an AB magnitude m, in units of 3631 Jy.

    >>> print(f"{maggies(5.0):.6f}")
    0.010000
    """
    return jnp.exp(-LN_FLUX_OF_A_MAGNITUDE * jnp.asarray(magnitude))


def distance_modulus(distance: Real) -> jax.Array:
    """5 log10(D / 10 pc) of a luminosity distance D in Mpc.

    >>> print(f"{distance_modulus(1.0):.3f}")
    25.000
    """
    return 5.0 * jnp.log10(jnp.asarray(distance) / TEN_PARSEC)
