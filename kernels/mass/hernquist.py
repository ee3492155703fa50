"""The sphere of Hernquist (1990, ApJ 356, 359), and its elliptical potential.

    rho(r) = rho0 / [(r / Rs) (1 + r / Rs)^3],     sigma0 = rho0 Rs

with sigma0 in units of the critical surface density.  With t = r^2 / Rs^2 and the functions D and M of
`fastmath.arcsech`, where D = (F - 1) / (1 - t),

    alpha / r = 2 sigma0 D(t),     psi = 2 sigma0 Rs^2 t M(t).

At the centre the convergence diverges logarithmically and the deflection is zero; inside 1e-6 Rs the
deflection is proportional to the radius.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.arcsech import arcsech, mean, quotient
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.types import Real


def hernquist_slope(r_squared: jax.Array, *, sigma0: Real, Rs: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        sigma0: rho0 Rs over the critical surface density.
        Rs: scale radius (arcsec), above 0.

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    return 2.0 * sigma0 * quotient(arcsech(r_squared * jnp.square(1.0 / jnp.asarray(Rs))))


def hernquist_potential(r_squared: jax.Array, *, sigma0: Real, Rs: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        sigma0: rho0 Rs over the critical surface density.
        Rs: scale radius (arcsec), above 0.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    t = r_squared * jnp.square(1.0 / jnp.asarray(Rs))
    return 2.0 * sigma0 * r_squared * mean(arcsech(t))


HERNQUIST = Radial(hernquist_slope, hernquist_potential)

hernquist = register_round(
    "HERNQUIST",
    HERNQUIST,
    """Hernquist's sphere: rho = rho0 / [(r/Rs) (1 + r/Rs)^3], sigma0 = rho0 Rs; lenstronomy's HERNQUIST.

    The deflection is 2 sigma0 r (1 - F) / (x^2 - 1) with x = r / Rs and F = arcsech(x) / sqrt(1 - x^2)
    (Hernquist 1990, ApJ 356, 359; Keeton 2001, arXiv:astro-ph/0102341, eq. 47).
    """,
)

hernquist_ellipse_potential = register_elliptical_potential(
    "HERNQUIST_ELLIPSE_POTENTIAL",
    HERNQUIST,
    """HERNQUIST whose potential is constant on ellipses; lenstronomy's HERNQUIST_ELLIPSE_POTENTIAL.

    psi(R) of the round one, R^2 = r^2 - 2 [e1 (x^2 - y^2) + 2 e2 x y] / (1 + |e|^2) (Golse & Kneib 2002, A&A
    390, 821).
    """,
)
