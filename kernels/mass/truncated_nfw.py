"""The truncated NFW halo of Baltz, Marshall & Oguri (2009, JCAP 01, 015, n = 1): TNFW.

    rho(r) = rho0 / [(r / Rs) (1 + r / Rs)^2] r_trunc^2 / (r^2 + r_trunc^2)

where rho0 is that of the NFW halo with the same Rs and alpha_Rs, without truncation.  With t = r^2 / Rs^2,
i = Rs^2 / r_trunc^2, T = r^2 / r_trunc^2 and U = sqrt(1 + T),

    alpha / r = 4 rho0 Rs {(1 - i) [M(t) - i J(T)] + 2 i F(t) - pi i sqrt(i) / (1 + U)} / (1 + i)^2,

their eq. A.9, in which the logarithms are collected into M and J of `fastmath.arcsech`, so that nothing
cancels at the centre; the potential is its integral.  At the centre the convergence diverges logarithmically
and the deflection is zero; inside 1e-6 Rs it is proportional to the radius.
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
from jaxlens.kernels.mass.nfw import MEAN_AT_RS
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.types import Real

PI = float(np.pi)


def tnfw_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_trunc: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius without truncation (arcsec).
        r_trunc: truncation radius (arcsec), above 0.

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    ratio = Rs / jnp.asarray(r_trunc)
    i = jnp.square(ratio)
    t = r_squared / jnp.square(Rs)
    p, q = arcsech(t), hyperbolic(t * i)
    logarithms = (1.0 - i) * (mean(p) - i * hyperbolic_mean(q))
    rest = i * (2.0 * value(p) - PI * ratio / (1.0 + q.root))
    return alpha_Rs / (Rs * MEAN_AT_RS * jnp.square(1.0 + i)) * (logarithms + rest)


def tnfw_potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_trunc: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius without truncation (arcsec).
        r_trunc: truncation radius (arcsec), above 0.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    ratio = Rs / jnp.asarray(r_trunc)
    i = jnp.square(ratio)
    t = r_squared / jnp.square(Rs)
    p, q = arcsech(t), hyperbolic(t * i)
    logarithms = (1.0 - i) * (integral(p) - hyperbolic_integral(q))
    rest = -4.0 * i * p.t * (mean(p) - value(p)) - 2.0 * PI * ratio * (q.excess - q.small)
    return alpha_Rs * Rs * (0.5 / MEAN_AT_RS) / jnp.square(1.0 + i) * (logarithms + rest)


TNFW = Radial(tnfw_slope, tnfw_potential)

tnfw = register_round(
    "TNFW",
    TNFW,
    """Truncated NFW halo: rho is that of NFW times r_trunc^2 / (r^2 + r_trunc^2); lenstronomy's TNFW.

    alpha_Rs is the deflection at Rs that the halo would have without truncation (Baltz, Marshall & Oguri
    2009, JCAP 01, 015, eq. A.9).  lenstronomy's deflection is proportional to the radius inside 0.001 Rs.
    """,
)

tnfw_ellipse_potential = register_elliptical_potential(
    "TNFW_ELLIPSE_POTENTIAL",
    TNFW,
    """TNFW whose potential is constant on ellipses; lenstronomy's TNFW_ELLIPSE_POTENTIAL.

    psi(R) of the round one, R^2 = r^2 - 2 [e1 (x^2 - y^2) + 2 e2 x y] / (1 + |e|^2) (Golse & Kneib 2002, A&A
    390, 821).
    """,
)
