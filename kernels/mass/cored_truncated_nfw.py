"""A halo with a core and a truncation: TNFWC.

rho(r) ~ 1 / {sqrt(r^2 + r_core^2) (Rs^2 + r^2) (r_trunc^2 + r^2)}
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.mass.radial_transformations import linear_inside
from jaxlens.kernels.mass.spherical import projection
from jaxlens.kernels.types import Real

# Inside this radius (arcsec) the deflection falls linearly to zero.
SMALLEST_RADIUS = 1e-5


def _density(s: jax.Array, g: jax.Array, core: jax.Array, trunc: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Ln f and its steepness, with g = 0; core and truncation radius are in units of Rs."""
    squared, inner, outer = s * s, core * core, trunc * trunc
    log_f = -0.5 * jnp.log(squared + inner) - jnp.log1p(squared) - jnp.log1p(squared / outer)
    parts = squared / (squared + inner), squared / (1.0 + squared), squared / (outer + squared)
    return log_f, parts[0] + 2.0 * (parts[1] + parts[2])


_LENS = projection(_density)


def _arguments(
    r_squared: Real, Rs: Real, alpha_Rs: Real, r_core: Real, r_trunc: Real
) -> tuple[jax.Array, jax.Array, jax.Array, tuple[jax.Array, ...]]:
    """The radius over Rs, Rs, alpha_Rs, and the other arguments of the projection, of one floating type."""
    dtype = jnp.result_type(r_squared, Rs, alpha_Rs, r_core, r_trunc, float)
    values = (jnp.asarray(value, dtype) for value in (r_squared, Rs, alpha_Rs, r_core, r_trunc))
    r_squared, Rs, alpha_Rs, r_core, r_trunc = values
    return jnp.sqrt(r_squared) / Rs, Rs, alpha_Rs, (jnp.zeros_like(Rs), r_core / Rs, r_trunc / Rs)


def _slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real, r_trunc: Real) -> jax.Array:
    """TNFWC."""
    x, Rs, alpha_Rs, shape = _arguments(r_squared, Rs, alpha_Rs, r_core, r_trunc)
    return alpha_Rs / Rs * _LENS.mean(x, *shape) / _LENS.mean(jnp.ones_like(Rs), *shape)


def _potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real, r_trunc: Real) -> jax.Array:
    """TNFWC."""
    x, Rs, alpha_Rs, shape = _arguments(r_squared, Rs, alpha_Rs, r_core, r_trunc)
    return alpha_Rs * Rs * _LENS.potential(x, *shape) / _LENS.mean(jnp.ones_like(Rs), *shape)


TNFWC = linear_inside(Radial(_slope, _potential), SMALLEST_RADIUS)

tnfwc = register_round(
    "TNFWC",
    TNFWC,
    """Deflection of a halo with a core and a truncation; lenstronomy's TNFWC.

        rho(r) ~ 1 / {sqrt(r^2 + r_core^2) (Rs^2 + r^2) (r_trunc^2 + r^2)}

    with the deflection alpha_Rs at Rs, by quadrature over spherical shells (Keeton 2001, astro-ph/0102341).
    It has right values where the radii are equal; lenstronomy's closed form shifts r_trunc there, and has no
    potential.
    """,
)
