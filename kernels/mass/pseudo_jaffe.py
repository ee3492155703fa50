"""The pseudo-Jaffe profile: isothermal between two core radii (Keeton 2001, arXiv:astro-ph/0102341, eq. 34).

With A^2 = Ra^2 + r^2 and S^2 = Rs^2 + r^2,

    kappa   = sigma0 Ra Rs / (Rs - Ra) (1 / A - 1 / S),
    alpha/r = 2 sigma0 Ra Rs g / [(Ra + A) (Rs + S)],    g = 1 + (Ra + Rs) / (A + S),
    psi     = -2 sigma0 Ra Rs / (Rs - Ra) [S - A + Ra ln(Ra + A) - Rs ln(Rs + S)].

The differences have been written out, so that the slope has no division by Rs - Ra and is right, and as
accurate, where Ra = Rs.  It does not matter which of the two is larger.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.quotients import log1p_over
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.types import Real

# The smallest Ra and Rs (arcsec), as in lenstronomy.
MIN_CORE = 1e-8


def _terms(r_squared: Real, Ra: Real, Rs: Real) -> tuple[jax.Array, ...]:
    """Ra and Rs of at least MIN_CORE, Ra + A, Rs + S, and A + S."""
    Ra, Rs = jnp.maximum(Ra, MIN_CORE), jnp.maximum(Rs, MIN_CORE)
    a, s = jnp.sqrt(Ra * Ra + r_squared), jnp.sqrt(Rs * Rs + r_squared)
    return Ra, Rs, Ra + a, Rs + s, a + s


def _slope(r_squared: Real, *, sigma0: Real, Ra: Real, Rs: Real) -> jax.Array:
    """The mean convergence within r, alpha / r."""
    Ra, Rs, inner, outer, both = _terms(r_squared, Ra, Rs)
    return (2.0 * sigma0 * (Ra * Rs)) * (both + (Ra + Rs)) / (both * inner * outer)


def _potential(r_squared: Real, *, sigma0: Real, Ra: Real, Rs: Real) -> jax.Array:
    """psi, with Ra ln[(Ra + A) / (Rs + S)] / (Rs - Ra) by a function that is right where Ra = Rs."""
    Ra, Rs, _, outer, both = _terms(r_squared, Ra, Rs)
    # (Rs + S) - (Ra + A) is (Rs - Ra) g
    g_over_outer = (1.0 + (Ra + Rs) / both) / outer
    ratio = log1p_over((Ra - Rs) * g_over_outer)
    bracket = (Ra + Rs) / both - jnp.log(outer) - Ra * g_over_outer * ratio
    return -2.0 * sigma0 * (Ra * Rs) * bracket


MEANINGS = {"sigma0": Meaning("", "convergence of the isothermal part at Ra", 0.2, 2.0)}
PSEUDO_JAFFE = Radial(_slope, _potential)

pseudo_jaffe = register_round(
    "PJAFFE",
    PSEUDO_JAFFE,
    """Pseudo-Jaffe profile (equation in `mass.pseudo_jaffe`); lenstronomy's PJAFFE.

    kappa = sigma0 Ra Rs / (Rs - Ra) [1 / sqrt(Ra^2 + r^2) - 1 / sqrt(Rs^2 + r^2)]; Keeton (2001), eq. 34.
    lenstronomy's deflection is that at 1e-4 arcsec inside this radius, times r / 1e-4 arcsec.
    """,
    meanings=MEANINGS,
)
pseudo_jaffe_ellipse_potential = register_elliptical_potential(
    "PJAFFE_ELLIPSE_POTENTIAL",
    PSEUDO_JAFFE,
    """Pseudo-Jaffe profile with an elliptical potential; lenstronomy's PJAFFE_ELLIPSE_POTENTIAL.

    The potential is that of PJAFFE at the radius R of `mass.radial`; Keeton (2001), eq. 34.
    """,
    meanings=MEANINGS,
)
