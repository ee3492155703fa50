"""A halo with a core: coreBURKERT.

    rho(r) = rho0 / [(r_core / Rs + r / Rs) (1 + r^2 / Rs^2)]

With b = r_core / Rs, t = r^2 / Rs^2, T = r^2 / r_core^2, U = sqrt(1 + t), N = M - F, and the functions M, F
and J of `fastmath.arcsech`,

    alpha / r = 2 rho0 Rs [2 N(T) + pi b / (1 + U) + 2 J(t)] / (1 + b^2),

the projection of its partial fractions; alpha_Rs is the deflection at Rs.  At r_core = Rs it is the profile
of Burkert (1995, ApJ 447, L25).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.arcsech import (
    arcsech,
    hyperbolic,
    hyperbolic_integral,
    hyperbolic_mean,
    integral,
    mean,
    value,
)
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.types import Real

PI = float(np.pi)


def _mean(t: jax.Array, b: jax.Array) -> jax.Array:
    """The mean convergence inside t, up to a factor that depends on b alone."""
    inner, outer = arcsech(t / jnp.square(b)), hyperbolic(t)
    return 2.0 * (mean(inner) - value(inner) + hyperbolic_mean(outer)) + PI * b / (1.0 + outer.root)


def burkert_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_core: core radius (arcsec), above 0.

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    b = jnp.asarray(r_core) / Rs
    return alpha_Rs / (Rs * _mean(jnp.ones_like(b), b)) * _mean(r_squared / jnp.square(Rs), b)


def burkert_potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_core: core radius (arcsec), above 0.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    b = jnp.asarray(r_core) / Rs
    t = r_squared / jnp.square(Rs)
    inner, outer = arcsech(t / jnp.square(b)), hyperbolic(t)
    core = integral(inner) + 2.0 * inner.t * (mean(inner) - value(inner))
    total = jnp.square(b) * core + hyperbolic_integral(outer) + PI * b * (outer.excess - outer.small)
    return alpha_Rs * Rs / _mean(jnp.ones_like(b), b) * total


core_burkert = register_round(
    "coreBURKERT",
    Radial(burkert_slope, burkert_potential),
    """Halo with a core: rho = rho0 / [(r_core/Rs + r/Rs) (1 + r^2/Rs^2)]; lenstronomy's coreBURKERT.

    At r_core = Rs it is the profile of Burkert (1995, ApJ 447, L25); the deflection is the projection of its
    partial fractions, of which that of 1 / (r_core + r) is NFW's.
    """,
)
