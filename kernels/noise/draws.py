"""The noise of an image: draws from the normal and from Poisson's distribution, one for each pixel."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.noise.normal import standard_normal
from jaxlens.kernels.noise.poisson import poisson


def gaussian_noise(key: jax.Array, sigma: jax.Array) -> jax.Array:
    """Normal noise of standard deviation `sigma`, of its shape.

    It is drawn in float32 and cast to the dtype of `sigma`, so that both precisions draw the same noise.
    """
    return sigma * standard_normal(key, jnp.shape(sigma)).astype(sigma.dtype)


def poisson_counts(key: jax.Array, mean: jax.Array) -> jax.Array:
    """Integers drawn from Poisson(max(mean, 0)), as floats of the shape of `mean`.  They have no gradient.

    In float32 they are rounded above 2^24, where it does not hold every integer.
    """
    return poisson(key, jnp.maximum(mean, 0.0))
