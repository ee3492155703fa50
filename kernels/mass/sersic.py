"""Sersic profiles of mass (Cardone 2004, A&A 415, 839), in lenstronomy's conventions.

    kappa(r) = k_eff exp(-b_n [(r / R_sersic)^(1/n) - 1]),        b_n = 1.9992 n - 0.3271.

With s = b_n (r / R_sersic)^(1/n) and the functions F_m of `fastmath.incomplete_gamma`, of which F_1 is the
incomplete gamma function, the mean convergence and the potential are

    psi'(r) / r = k_eff e^b_n F_1(2n, s),        psi(r) = k_eff e^b_n F_2(2n, s) r^2 / 2.

As in lenstronomy the radius is floored at 1e-4 arcsec: inside of it the deflection is linear.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.fastmath.incomplete_gamma import mean_exponential
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.mass.radial_transformations import linear_inside
from jaxlens.kernels.sersic_index import b_n
from jaxlens.kernels.types import Real

# The smallest radius (arcsec), as in lenstronomy.
SMOOTHING = 1e-4


def reduced_radius(r_squared: jax.Array, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """The s of the module's equation, of a positive squared radius (arcsec^2).

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        R_sersic: half-light radius (arcsec).
        n_sersic: Sersic index.

    Returns:
        s, without a unit.
    """
    ratio_squared = r_squared * (1.0 / jnp.square(R_sersic))
    s = b_n(n_sersic) * exp(log(ratio_squared) * (0.5 / n_sersic))
    # `log` returns a number for NaN, so NaN is set here: NaN in, NaN out.
    return jnp.where(ratio_squared > 0.0, s, jnp.nan)


def slope(r_squared: jax.Array, *, k_eff: Real, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """The mean convergence inside a radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        k_eff: convergence at R_sersic.
        R_sersic: half-light radius (arcsec).
        n_sersic: Sersic index.

    Returns:
        psi'(r) / r, of the shape to which the arguments broadcast.
    """
    s = reduced_radius(r_squared, R_sersic, n_sersic)
    return k_eff * jnp.exp(b_n(n_sersic)) * mean_exponential(1, 2.0 * n_sersic, s)


def potential(r_squared: jax.Array, *, k_eff: Real, R_sersic: Real, n_sersic: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        k_eff: convergence at R_sersic.
        R_sersic: half-light radius (arcsec).
        n_sersic: Sersic index.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    s = reduced_radius(r_squared, R_sersic, n_sersic)
    return 0.5 * r_squared * k_eff * jnp.exp(b_n(n_sersic)) * mean_exponential(2, 2.0 * n_sersic, s)


SERSIC = linear_inside(Radial(slope, potential), SMOOTHING)

sersic = register_round(
    "SERSIC",
    SERSIC,
    """Deflection of a round Sersic profile of mass; lenstronomy's SERSIC.

        kappa(r) = k_eff exp(-b_n [(r / R_sersic)^(1/n) - 1])

    Cardone (2004, A&A 415, 839), eqs. 3 and 11.  As in lenstronomy the deflection is linear inside of
    1e-4 arcsec.
    """,
)

sersic_ellipse_potential = register_elliptical_potential(
    "SERSIC_ELLIPSE_POTENTIAL",
    SERSIC,
    """Deflection of a lens with the potential of SERSIC on ellipses; lenstronomy's SERSIC_ELLIPSE_POTENTIAL.

        psi(x, y) = psi_SERSIC(R),    R^2 = (1 - eps) x'^2 + (1 + eps) y'^2,    eps = (1 - q^2) / (1 + q^2)
    """,
)
