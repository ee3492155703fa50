"""Functions with a removable singularity at 0, where both the values and all derivatives are right.

Near 0 each is its power series, elsewhere the closed form; the switch stands where the closed form has lost
few digits, also of its derivative.
"""

from __future__ import annotations

import math
from functools import cache

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import polynomial

# Up to this the power series of exponentials are summed.
SWITCH = 1.0
# Up to this log1p(x) / x is a series of four terms, by precision in bits.
LOG_SWITCH = {32: 1e-2, 64: 1e-4}


@cache
def _exponential_series(first: int, bits: int) -> tuple[float, ...]:
    """Coefficients (-1)^k / (k + first)!, as many as the precision needs at SWITCH."""
    terms = 20 if bits == 64 else 12
    return tuple((-1.0) ** k / math.factorial(k + first) for k in range(terms))


def decay(z: jax.Array) -> jax.Array:
    """(1 - e^-z) / z, which is 1 at z = 0; the relative error is a few units in the last place."""
    near = jnp.abs(z) < SWITCH
    series = polynomial(_exponential_series(1, jnp.finfo(z.dtype).bits), jnp.where(near, z, 0.0))
    safe = jnp.where(near, 1.0, z)
    return jnp.where(near, series, -jnp.expm1(-safe) / safe)


def decay_remainder(z: jax.Array) -> jax.Array:
    """(z - 1 + e^-z) / z^2, which is 1/2 at z = 0; the relative error is a few units in the last place."""
    near = jnp.abs(z) < SWITCH
    series = polynomial(_exponential_series(2, jnp.finfo(z.dtype).bits), jnp.where(near, z, 0.0))
    safe = jnp.where(near, 1.0, z)
    return jnp.where(near, series, (safe + jnp.expm1(-safe)) / (safe * safe))


def log1p_ratio(x: jax.Array) -> jax.Array:
    """ln(1 + x) / x of x >= 0, which is 1 at x = 0; the relative error is a few units in the last place."""
    near = x < LOG_SWITCH[jnp.finfo(x.dtype).bits]
    series = polynomial((1.0, -1 / 2, 1 / 3, -1 / 4), jnp.where(near, x, 0.0))
    safe = jnp.where(near, 1.0, x)
    return jnp.where(near, series, jnp.log1p(safe) / safe)
