"""The halo of Navarro, Frenk & White (1997, ApJ 490, 493): NFW and its elliptical potential.

    rho(r) = rho0 / [(r / Rs) (1 + r / Rs)^2],     alpha_Rs = 4 rho0 Rs^2 (1 - ln 2)

where alpha_Rs is the deflection at the projected radius Rs, and rho0 is in units of the critical surface
density an arcsec.  With t = r^2 / Rs^2 and the functions M and h of `fastmath.arcsech`,

    alpha / r = 4 rho0 Rs M(t),     psi = 2 rho0 Rs^3 h(t).

At the centre the convergence diverges logarithmically and the deflection is zero; inside 1e-6 Rs the
deflection is proportional to the radius.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.arcsech import arcsech, integral, mean
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.types import Real

# M at the scale radius.
MEAN_AT_RS = 1.0 - float(np.log(2.0))


def nfw_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    inverse = 1.0 / jnp.asarray(Rs)
    return alpha_Rs * inverse * (1.0 / MEAN_AT_RS) * mean(arcsech(r_squared * jnp.square(inverse)))


def nfw_potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    t = r_squared * jnp.square(1.0 / jnp.asarray(Rs))
    return alpha_Rs * Rs * (0.5 / MEAN_AT_RS) * integral(arcsech(t))


NFW = Radial(nfw_slope, nfw_potential)

nfw = register_round(
    "NFW",
    NFW,
    """Halo of Navarro, Frenk & White (1997): rho = rho0 / [(r/Rs) (1 + r/Rs)^2]; lenstronomy's NFW.

    The deflection is alpha_Rs / (1 - ln 2) [F(x) + ln(x/2)] / x with x = r / Rs and F = arcsech(x) /
    sqrt(1 - x^2) (Bartelmann 1996, A&A 313, 697; Golse & Kneib 2002, A&A 390, 821, eq. 24).
    """,
)

nfw_ellipse_potential = register_elliptical_potential(
    "NFW_ELLIPSE_POTENTIAL",
    NFW,
    """NFW whose potential is constant on ellipses; lenstronomy's NFW_ELLIPSE_POTENTIAL.

    psi(R) of the round NFW, R^2 = r^2 - 2 [e1 (x^2 - y^2) + 2 e2 x y] / (1 + |e|^2) (Golse & Kneib 2002, A&A
    390, 821).
    """,
)
