"""The mass function of subhaloes: a power law with the turnover of warm dark matter.

    dN/dm = (N0 / M_pivot) (m / M_pivot)^slope T(m),    T(m) = [1 + (a M_hm / m)^b]^c,    M_min < m < M_max.

N0 is the number in a unit of ln m at the pivot without a turnover: Sigma_sub times its scaling and an area
(`normalization`).  T is the fit of Lovell (2020, ApJ 897, 147) with the half-mode mass M_hm: a = 4.2,
b = 2.5, c = -0.2 for subhaloes, and 2.3, 0.8, -1.0 for haloes in the field.  pyHalo has a^b for our a.
M_hm = 0 is cold dark matter.  Masses are in solar masses, without h.

All integrals are over x = ln(M_max / m), so that the numbers of the rare haloes of large mass are precise.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.panels import PANELS, Panels, edges, log_quantile, panel_integrals
from jaxlens.kernels.types import Real

# The parameters of the function beside M_pivot.
SHAPE = ("M_min", "M_max", "slope", "half_mode_mass", "turnover_a", "turnover_b", "turnover_c")
# Lovell (2020, ApJ 897, 147), subhaloes.
TURNOVER_A, TURNOVER_B, TURNOVER_C = 4.2, 2.5, -0.2


def turnover(
    mass: Real, *, half_mode_mass: Real, turnover_a: Real, turnover_b: Real, turnover_c: Real
) -> jax.Array:
    """T(m) = [1 + (a M_hm / m)^b]^c, the number of haloes over that in cold dark matter.

    Args:
        mass: m, solar masses, any shape.
        half_mode_mass: M_hm, solar masses; 0 for cold dark matter.
        turnover_a: a.
        turnover_b: b.
        turnover_c: c.

    Returns:
        T, of the shape to which the arguments broadcast.
    """
    ratio = turnover_a * half_mode_mass / jnp.asarray(mass)
    return jnp.exp(log_turnover(ratio, turnover_b, turnover_c))


def log_turnover(ratio: Real, turnover_b: Real, turnover_c: Real) -> jax.Array:
    """Ln T = c ln(1 + r^b), without overflow.

    At r = 0 the derivative in r is right for b >= 1; for b < 1 there is a cusp, and it is zero.

    Args:
        ratio: r = a M_hm / m.
        turnover_b: b.
        turnover_c: c.

    Returns:
        ln T, of the shape to which the arguments broadcast.
    """
    ratio, b = jnp.asarray(ratio), jnp.asarray(turnover_b)
    below = ratio <= 1.0
    cusp = (ratio == 0.0) & (b < 1.0)
    small = jnp.where(cusp | ~below, 1.0, ratio) ** b
    large = jnp.where(below, 1.0, ratio)
    beyond = b * jnp.log(large) + jnp.log1p(large**-b)
    return turnover_c * jnp.where(below, jnp.log1p(jnp.where(cusp, 0.0, small)), beyond)


def number_integral(
    *,
    M_min: Real,
    M_max: Real,
    slope: Real,
    M_pivot: Real = 1e8,
    half_mode_mass: Real = 0.0,
    turnover_a: Real = TURNOVER_A,
    turnover_b: Real = TURNOVER_B,
    turnover_c: Real = TURNOVER_C,
) -> jax.Array:
    """The number of haloes over N0: the integral of (m / M_pivot)^slope T(m) dm / M_pivot.

    Args:
        M_min: the least mass (solar masses).
        M_max: the largest mass (solar masses); where it is below M_min there are no haloes.
        slope: that of dN/dm.
        M_pivot: the pivot (solar masses).
        half_mode_mass: M_hm (solar masses); 0 for cold dark matter.
        turnover_a: a of T.
        turnover_b: b of T.
        turnover_c: c of T.

    Returns:
        The integral, of the shape to which the arguments broadcast.

    >>> print(f"{jax.jit(number_integral)(M_min=1e6, M_max=1e10, slope=-1.9):.3f}")
    70.089
    """
    shape = (M_min, M_max, slope, M_pivot, half_mode_mass, turnover_a, turnover_b, turnover_c)
    return jnp.sum(_integrals(0.0, *shape), axis=-1)


def mass_integral(
    *,
    M_min: Real,
    M_max: Real,
    slope: Real,
    M_pivot: Real = 1e8,
    half_mode_mass: Real = 0.0,
    turnover_a: Real = TURNOVER_A,
    turnover_b: Real = TURNOVER_B,
    turnover_c: Real = TURNOVER_C,
) -> jax.Array:
    """The mass of all haloes over N0: the integral of m (m / M_pivot)^slope T(m) dm / M_pivot.

    Args:
        M_min: the least mass (solar masses).
        M_max: the largest mass (solar masses); where it is below M_min there are no haloes.
        slope: that of dN/dm.
        M_pivot: the pivot (solar masses).
        half_mode_mass: M_hm (solar masses); 0 for cold dark matter.
        turnover_a: a of T.
        turnover_b: b of T.
        turnover_c: c of T.

    Returns:
        The integral in solar masses, of the shape to which the arguments broadcast.
    """
    shape = (M_min, M_max, slope, M_pivot, half_mode_mass, turnover_a, turnover_b, turnover_c)
    return M_pivot * jnp.sum(_integrals(1.0, *shape), axis=-1)


def masses(
    above: Real,
    *,
    M_min: Real,
    M_max: Real,
    slope: Real,
    half_mode_mass: Real = 0.0,
    turnover_a: Real = TURNOVER_A,
    turnover_b: Real = TURNOVER_B,
    turnover_c: Real = TURNOVER_C,
) -> jax.Array:
    """The mass that the share `above` of all haloes exceed, so that of uniform numbers these are draws.

    Differentiable in all arguments at fixed `above`.  Uniform numbers in float32 are finest near zero, and
    so are the masses, near M_max.  Right to 1e-6 of the mass without a turnover, to 1e-5 with one.

    Args:
        above: the share, in [0, 1], any shape: 0 gives M_max, 1 gives M_min.
        M_min: the least mass (solar masses), ().
        M_max: the largest mass (solar masses), ().
        slope: that of dN/dm, ().
        half_mode_mass: M_hm (solar masses), (); 0 for cold dark matter.
        turnover_a: a of T, ().
        turnover_b: b of T, ().
        turnover_c: c of T, ().

    Returns:
        Solar masses, of the shape of `above`.

    >>> print(f"{jax.jit(masses)(0.5, M_min=1e6, M_max=1e10, slope=-1.9):.4e}")
    2.1595e+06
    """
    dtype = jnp.result_type(float)
    values = (M_min, M_max, slope, M_max, half_mode_mass, turnover_a, turnover_b, turnover_c)
    shape = tuple(jnp.asarray(value, dtype) for value in values)
    low, high = jnp.zeros((), dtype), _range(*shape[:2])
    table = Panels(low, high / PANELS, _log_density(edges(low, high), 0.0, shape), _integrals(0.0, *shape))
    return shape[1] * jnp.exp(-log_quantile(jnp.asarray(above, dtype), table))


def _range(M_min: jax.Array, M_max: jax.Array) -> jax.Array:
    """ln(M_max / M_min), zero where there are no masses between."""
    return jnp.maximum(jnp.log(M_max / M_min), 0.0)


def _integrals(power: float, *values: Real) -> jax.Array:
    """The integrals over the panels of (m / M_pivot)^(slope + 1 + power) T over x."""
    arrays = (jnp.asarray(value, jnp.result_type(float)) for value in values)
    shape = tuple(jnp.broadcast_arrays(*arrays))
    own = tuple(value[..., None] for value in shape)
    high = _range(*shape[:2])
    return panel_integrals(lambda x: jnp.exp(_log_density(x, power, own)), jnp.zeros_like(high), high)


def _log_density(x: jax.Array, power: float, shape: tuple[jax.Array, ...]) -> jax.Array:
    """The logarithm of (m / M_pivot)^(slope + 1 + power) T at m = M_max e^-x."""
    _, M_max, slope, M_pivot, half_mode_mass, a, b, c = shape
    bare = (slope + (1.0 + power)) * (jnp.log(M_max / M_pivot) - x)
    return bare + log_turnover(a * (half_mode_mass / M_max) * jnp.exp(x), b, c)
