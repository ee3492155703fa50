"""The NFW halo that tides have stripped (Green and van den Bosch 2019, arXiv:1908.08537)."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.mass.radial_transformations import linear_inside
from jaxlens.kernels.mass.spherical import projection
from jaxlens.kernels.types import Real

# Inside this radius (arcsec) the deflection falls linearly to zero.
SMALLEST_RADIUS = 1e-5
# The smallest inverse of the truncation radius (over Rs), which stands for none at f_b = 1.
NO_TRUNCATION = 1e-12


class Stripping(NamedTuple):
    """What the bound fraction makes of the halo: their eq. 6.

    Attributes:
        normalization: f_te, by which the density at the centre has fallen.
        cut: (c_s - r_te) / (c_s r_te), the inverse of the truncation radius over Rs.
        delta: how steep the truncation is.
    """

    normalization: jax.Array
    cut: jax.Array
    delta: jax.Array


def stripping(f_b: jax.Array, c_s: jax.Array) -> Stripping:
    """Their eqs. 7 to 9, with the numbers of their table 1."""
    lost, tens = 1.0 - f_b, c_s / 10.0
    normalization = f_b**0.338 * c_s ** (0.157 * lost**1.337)
    exponent = 0.448 * tens**0.272
    radius = c_s * f_b**exponent * c_s ** (-0.199 * lost**0.011) * jnp.exp(-1.119 * tens**0.093 * lost)
    delta = 2.779 * f_b ** (-0.035 * tens**-0.337) * c_s ** (-0.099 * lost**0.415)
    return Stripping(normalization, (c_s - radius) / (c_s * radius), delta)


def _stripped_nfw(
    s: jax.Array, g: jax.Array, cut: jax.Array, delta: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """F = (1 + s)^-2 / [1 + (cut s)^delta], with g = 1."""
    log_q = delta * (jnp.log(s) + jnp.log(jnp.maximum(cut, NO_TRUNCATION)))
    log_f = -2.0 * jnp.log1p(s) - jnp.logaddexp(0.0, log_q)
    return log_f, 2.0 * (s / (1.0 + s)) + delta * jax.nn.sigmoid(log_q)


_LENS = projection(_stripped_nfw)


def _arguments(
    r_squared: jax.Array, f_b: Real, c_s: Real, Rs: Real, rho0ang: Real
) -> tuple[jax.Array, jax.Array, tuple[jax.Array, ...]]:
    """4 kappa_s, Rs, and the arguments of the projection."""
    dtype = jnp.result_type(r_squared, f_b, c_s, Rs, rho0ang, float)
    f_b, c_s, Rs, rho0ang = (jnp.asarray(value, dtype) for value in (f_b, c_s, Rs, rho0ang))
    halo = stripping(f_b, c_s)
    x = jnp.sqrt(r_squared) / Rs
    return 4.0 * halo.normalization * rho0ang * Rs, Rs, (x, jnp.ones_like(Rs), halo.cut, halo.delta)


def _slope(r_squared: jax.Array, *, f_b: Real, c_s: Real, Rs: Real, rho0ang: Real) -> jax.Array:
    """GreenBoschNFW."""
    scale, _, arguments = _arguments(r_squared, f_b, c_s, Rs, rho0ang)
    return scale * _LENS.mean(*arguments)


def _potential(r_squared: jax.Array, *, f_b: Real, c_s: Real, Rs: Real, rho0ang: Real) -> jax.Array:
    """GreenBoschNFW."""
    scale, Rs, arguments = _arguments(r_squared, f_b, c_s, Rs, rho0ang)
    return scale * Rs * Rs * _LENS.potential(*arguments)


GREEN_BOSCH = linear_inside(Radial(_slope, _potential), SMALLEST_RADIUS)

green_bosch = register_round(
    "GreenBoschNFW",
    GREEN_BOSCH,
    """Deflection of an NFW halo that tides have stripped; lenstronomy's GreenBoschNFW.

        rho(r) = f_te rho_0 / {(r / Rs) (1 + r / Rs)^2 [1 + (r (c_s - r_te) / (Rs c_s r_te))^delta]}

    Green and van den Bosch (2019, arXiv:1908.08537), eqs. 6 to 9, with the fraction f_b of the mass that is
    still bound and the concentration c_s at infall; NFW at f_b = 1.  rho0ang is D_l rho_0 / Sigma_crit in
    1 / arcsec.  lenstronomy interpolates a table of the convergence, which is constant outside of 10 Rs.
    """,
)
