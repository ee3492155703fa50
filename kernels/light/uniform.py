"""A uniform sheet of light."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real


def uniform_total_flux() -> jax.Array:
    """1, the flux of one square arcsec: the magnitude of a sheet is per square arcsec."""
    return jnp.ones(())


@light_profile("UNIFORM", total_flux=uniform_total_flux)
def uniform(x: Real, y: Real) -> jax.Array:
    """1 everywhere, of the shape to which x and y broadcast; lenstronomy's UNIFORM.

    >>> float(uniform(3.0, 4.0))
    1.0
    """
    shape = jnp.broadcast_shapes(jnp.shape(x), jnp.shape(y))
    return jnp.ones(shape, dtype=jnp.result_type(x, y, float))
