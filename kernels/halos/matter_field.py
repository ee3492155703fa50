"""The linear matter field: its variance by mass, its growth, and its correlation function.

The shape of the power spectrum is that of one cosmology (`matter_table`).  What scales with the file's
cosmology is the mass in a sphere, 4 pi / 3 r^3 rho_m for r in Mpc/h, and the growth.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import chebyshev

from jaxlens.kernels.cosmology import expansion_rate
from jaxlens.kernels.fastmath.quadrature import nodes_and_weights
from jaxlens.kernels.halos.matter_table import CORRELATION, CORRELATION_DOMAIN, LN_SIGMA, LN_SIGMA_DOMAIN
from jaxlens.kernels.halos.overdensities import CRITICAL_DENSITY
from jaxlens.kernels.types import Pair, Real

# The exponent of the growth rate f = Om(z)^gamma in a universe with a cosmological constant, and its change
# with w at z = 1 (Linder 2005, Phys. Rev. D 72, 043529, eq. 16).
GROWTH_INDEX = 0.55
# The same equation.
GROWTH_INDEX_BY_W = 0.05
# Gauss-Legendre nodes of the growth's integral, whose relative error is then below 1e-7 up to z = 10.
NODES = 10


def matter_density(*, H0: Real, Om0: Real) -> jax.Array:
    """The mean density of matter today, solar masses per comoving Mpc^3."""
    return CRITICAL_DENSITY * jnp.square(jnp.asarray(H0) / 100.0) * Om0


def matter_fraction(z: Real, *, Om0: Real, **cosmology: Real) -> jax.Array:
    """Om(z) = Om0 (1 + z)^3 / E(z)^2, for z of any shape; astropy's Om."""
    return Om0 * (1.0 + jnp.asarray(z)) ** 3 / jnp.square(expansion_rate(z, Om0=Om0, **cosmology))


def growth(z: Real, *, w0: Real = -1.0, wa: Real = 0.0, **cosmology: Real) -> jax.Array:
    """The linear growth factor D(z), which is 1 today.

        ln D = - int_0^z Om(z')^gamma dln(1 + z'),   gamma = 0.55 + 0.05 [1 + w(z = 1)]

    of Linder (2005), within 0.001 of the solution of the growth's equation up to z = 4.

    Args:
        z: redshift, any shape.
        w0: equation of state of dark energy today.
        wa: its derivative, w = w0 + wa z / (1 + z).
        **cosmology: the other parameters, as in `jaxlens.kernels.cosmology`.

    Returns:
        D(z), of the shape of z.
    """
    z = jnp.asarray(z, jnp.result_type(z, float))
    nodes, weights = (
        jnp.asarray(values, z.dtype).reshape((1,) * z.ndim + (-1,)) for values in nodes_and_weights(NODES)
    )
    length = jnp.log1p(z)[..., None]
    between = jnp.expm1(length * nodes)
    gamma = GROWTH_INDEX + GROWTH_INDEX_BY_W * (1.0 + w0 + 0.5 * wa)
    rate = matter_fraction(between, w0=w0, wa=wa, **cosmology) ** gamma
    return jnp.exp(-jnp.sum(length * weights * rate, axis=-1))


def ln_sigma(mass: Real, *, H0: Real, Om0: Real) -> Pair:
    """The standard deviation of the linear field today in spheres with this mean mass.

    Args:
        mass: solar masses, any shape; 100 to 1e16.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.

    Returns:
        ln sigma, and dln sigma / dln M, each of the shape of the mass.
    """
    ln_volume = jnp.log(mass) + jnp.log(jnp.asarray(H0) / 100.0) - jnp.log(CRITICAL_DENSITY * Om0)
    ln_radius = (ln_volume + jnp.log(0.75 / jnp.pi)) / 3.0
    low, high = LN_SIGMA_DOMAIN
    by_unit = chebyshev.chebder(LN_SIGMA) * (2.0 / (high - low)) / 3.0
    return tuple(_series(ln_radius, LN_SIGMA_DOMAIN, series) for series in (LN_SIGMA, by_unit))  # type: ignore[return-value]


def correlation_integral(distance: Real, *, H0: Real) -> jax.Array:
    """The integral of the correlation function today over the distance.

    Args:
        distance: the upper end (comoving Mpc), any shape; beyond 60 Mpc/h it counts as that.
        H0: Hubble constant (km/s/Mpc).

    Returns:
        The integral from 0.05 Mpc/h (comoving Mpc), of the shape of the distance.
    """
    h = jnp.asarray(H0) / 100.0
    low, high = CORRELATION_DOMAIN
    ln_distance = jnp.clip(jnp.log(distance) + jnp.log(h), low, high)
    return _series(ln_distance, CORRELATION_DOMAIN, CORRELATION) / h


def _series(value: jax.Array, domain: tuple[float, float], coefficients: np.ndarray) -> jax.Array:
    """A Chebyshev series by Clenshaw's recurrence."""
    low, high = domain
    x = (2.0 * value - (low + high)) / (high - low)
    after, last = jnp.zeros_like(x), jnp.zeros_like(x)
    for coefficient in coefficients[:0:-1]:
        after, last = 2.0 * x * after - last + float(coefficient), after
    return x * after - last + float(coefficients[0])
