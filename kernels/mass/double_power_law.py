"""Spherical densities that are one power of the radius inside and another outside, as lenses.

The equations are those of `spherical`, with the densities below.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.mass.radial_transformations import linear_inside
from jaxlens.kernels.mass.spherical import Projection, projection
from jaxlens.kernels.types import Real

# Inside this radius (arcsec) the deflection falls linearly to zero.
SMALLEST_RADIUS = 1e-5


def _generalized_nfw(s: jax.Array, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    """F = (1 + s)^(g - 3)."""
    return (g - 3.0) * jnp.log1p(s), (3.0 - g) * (s / (1.0 + s))


def _pseudo_double(s: jax.Array, g: jax.Array, n: jax.Array) -> tuple[jax.Array, jax.Array]:
    """F = (1 + s^2)^((g - n) / 2)."""
    squared = s * s
    return 0.5 * (g - n) * jnp.log1p(squared), (n - g) * (squared / (1.0 + squared))


_GNFW = projection(_generalized_nfw)
_PSEUDO_DPL = projection(_pseudo_double)
# The mean convergence of GNFW inside x = r / Rs, over 4 rho_s Rs: a function of x and gamma_in.
gnfw_mean = _GNFW.mean


def _arrays(r_squared: jax.Array, *values: Real) -> tuple[jax.Array, ...]:
    """R and the parameters as arrays of one floating type."""
    dtype = jnp.result_type(r_squared, *values, float)
    return jnp.sqrt(r_squared), *(jnp.asarray(value, dtype) for value in values)


def _normalized(
    family: Projection, r_squared: jax.Array, Rs: Real, alpha_Rs: Real, *shape: Real
) -> jax.Array:
    """The mean convergence, from the deflection at Rs."""
    r, scale, alpha, *slopes = _arrays(r_squared, Rs, alpha_Rs, *shape)
    return alpha / scale * family.mean(r / scale, *slopes) / family.mean(jnp.ones_like(scale), *slopes)


def _normalized_potential(
    family: Projection, r_squared: jax.Array, Rs: Real, alpha_Rs: Real, *shape: Real
) -> jax.Array:
    """The potential, from the deflection at Rs."""
    r, scale, alpha, *slopes = _arrays(r_squared, Rs, alpha_Rs, *shape)
    return alpha * scale * family.potential(r / scale, *slopes) / family.mean(jnp.ones_like(scale), *slopes)


def _gnfw_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, gamma_in: Real) -> jax.Array:
    """GNFW."""
    return _normalized(_GNFW, r_squared, Rs, alpha_Rs, gamma_in)


def _gnfw_potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, gamma_in: Real) -> jax.Array:
    """GNFW."""
    return _normalized_potential(_GNFW, r_squared, Rs, alpha_Rs, gamma_in)


def _pseudo_slope(
    r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, gamma_inner: Real, gamma_outer: Real
) -> jax.Array:
    """PSEUDO_DPL."""
    return _normalized(_PSEUDO_DPL, r_squared, Rs, alpha_Rs, gamma_inner, gamma_outer)


def _pseudo_potential(
    r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, gamma_inner: Real, gamma_outer: Real
) -> jax.Array:
    """PSEUDO_DPL."""
    return _normalized_potential(_PSEUDO_DPL, r_squared, Rs, alpha_Rs, gamma_inner, gamma_outer)


GNFW = linear_inside(Radial(_gnfw_slope, _gnfw_potential), SMALLEST_RADIUS)
PSEUDO_DPL = linear_inside(Radial(_pseudo_slope, _pseudo_potential), SMALLEST_RADIUS)

gnfw = register_round(
    "GNFW",
    GNFW,
    """Deflection of the generalised NFW halo; lenstronomy's GNFW.

        rho(r) ~ (r / Rs)^-gamma_in (1 + r / Rs)^(gamma_in - 3)

    for gamma_in < 3, with the deflection alpha_Rs at Rs; NFW at gamma_in = 1.  Keeton (2001,
    astro-ph/0102341).  The relative error is below 1e-13 (float64) and 1e-6 (float32) for radii from 0.01 to
    100 Rs.  lenstronomy's deflection is constant inside of 1e-3 Rs, this one linear inside of 1e-5 arcsec.
    """,
)

pseudo_dpl = register_round(
    "PSEUDO_DPL",
    PSEUDO_DPL,
    """Deflection of a density with free slopes inside and outside; lenstronomy's PSEUDO_DPL.

        rho(r) ~ (r / Rs)^-gamma_inner [1 + (r / Rs)^2]^((gamma_inner - gamma_outer) / 2)

    for gamma_inner < 3 and gamma_outer > 1, with the deflection alpha_Rs at Rs.  Munoz, Kochanek and Keeton
    (2001, astro-ph/0103009).  At gamma_outer = 3 lenstronomy takes 3.001, which is 3e-4 off.
    """,
)
