"""Quotients that stay right where numerator and denominator are zero."""

from __future__ import annotations

import jax
import jax.numpy as jnp

# Below this abs(u) the power series of ln(1 + u) / u is summed.
SERIES_BELOW = 0.02
# Terms of that series, enough for float64.
SERIES_TERMS = 10


def log1p_over(u: jax.Array) -> jax.Array:
    """ln(1 + u) / u of u > -1, which is 1 at u = 0; the error is a few units in the last place."""
    small = jnp.abs(u) < SERIES_BELOW
    near, far = jnp.where(small, u, 0.0), jnp.where(small, 1.0, u)
    total = jnp.full_like(near, (-1.0) ** SERIES_TERMS / (SERIES_TERMS + 1))
    for n in range(SERIES_TERMS, 0, -1):
        total = total * near + (-1.0) ** (n - 1) / n
    return jnp.where(small, total, jnp.log1p(far) / far)
