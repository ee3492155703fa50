"""What the Sersic profiles of light and of mass share: b_n, in lenstronomy's approximation."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

# The smallest b_n, as in lenstronomy.
MIN_B_N = 1e-5


def b_n(n_sersic: Real) -> jax.Array:
    """The linear approximation, lenstronomy's, to the b_n that makes R_sersic the half-light radius."""
    return jnp.maximum(1.9992 * n_sersic - 0.3271, MIN_B_N)
