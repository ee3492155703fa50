"""Masses of haloes by plane: the mean number above each mass, and its inverse.

dN / dln M is known at nodes that are equally spaced in ln M, and is a power law between two of them, so
that numbers above a mass and quantiles are closed expressions.  Their derivatives in the range of masses
and in the parameters of the mass function at a fixed rank are those of these expressions.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

# Intervals between nodes, a power of two; with 64 masses in four decades are right to 1e-5, and to 5e-4 with
# the turnovers of Lovell (2020).
INTERVALS = 64


class MassTable(NamedTuple):
    """The mass function of each plane at nodes, in a unit of volume.

    Attributes:
        ln_mass: ln of solar masses at the nodes, (nodes,).
        ln_density: ln of dn / dln M, (planes, nodes).
        above: the mean number of haloes above each node, (planes, nodes); the last column is zero.
    """

    ln_mass: jax.Array
    ln_density: jax.Array
    above: jax.Array


def mass_nodes(M_min: Real, M_max: Real) -> jax.Array:
    """Ln of the masses of the nodes, (nodes,); all the same, for no haloes, where M_max is below M_min."""
    low, high = (jnp.log(jnp.asarray(mass, jnp.result_type(float))) for mass in (M_min, M_max))
    return low + jnp.maximum(high - low, 0.0) * jnp.linspace(0.0, 1.0, INTERVALS + 1, dtype=low.dtype)


def mass_table(ln_mass: jax.Array, ln_density: jax.Array) -> MassTable:
    """The table of ln(dn / dln M) (planes, nodes) at nodes (nodes,)."""
    parts = interval_integrals(ln_mass, ln_density)
    # from the top, where the numbers are smallest
    above = jnp.flip(jnp.cumsum(jnp.flip(parts, -1), axis=-1), -1)
    return MassTable(ln_mass, ln_density, jnp.concatenate([above, jnp.zeros_like(above[:, :1])], axis=-1))


def interval_integrals(ln_mass: jax.Array, ln_function: jax.Array) -> jax.Array:
    """The integrals over ln M between nodes of a function that is a power law there.

    Args:
        ln_mass: ln M at the nodes, (nodes,).
        ln_function: ln of the function, (..., nodes).

    Returns:
        (..., nodes - 1).
    """
    width = (ln_mass[1:] - ln_mass[:-1]).reshape((1,) * (ln_function.ndim - 1) + (-1,))
    upper = ln_function[..., 1:]
    return width * jnp.exp(upper) * _mean_of_exponential(ln_function[..., :-1] - upper)


def mass_at(table: MassTable, plane: jax.Array, rank: jax.Array) -> jax.Array:
    """The mass that a share `rank` of the haloes of a plane exceeds.

    Args:
        table: the mass function of each plane.
        plane: which plane, integers (haloes,).
        rank: between 0 and 1, (haloes,).

    Returns:
        Solar masses, (haloes,).
    """
    target = rank * table.above[plane, 0]
    node = jnp.zeros_like(plane)
    step = INTERVALS // 2
    while step:
        node = jnp.where(table.above[plane, node + step] > target, node + step, node)
        step //= 2
    upper, lower = table.ln_density[plane, node + 1], table.ln_density[plane, node]
    width = table.ln_mass[node + 1] - table.ln_mass[node]
    scale = width * jnp.exp(upper)
    # where the range or the density is zero there are no haloes
    rest = (target - table.above[plane, node + 1]) / jnp.where(scale > 0.0, scale, 1.0)
    share = jnp.clip(_inverse(rest, lower - upper), 0.0, 1.0)
    return jnp.exp(table.ln_mass[node + 1] - share * width)


def _mean_of_exponential(k: jax.Array) -> jax.Array:
    """The mean of exp(k s) over s from 0 to 1."""
    small = jnp.abs(k) < 0.01
    safe = jnp.where(small, 1.0, k)
    return jnp.where(small, 1.0 + k * (0.5 + k / 6.0), jnp.expm1(safe) / safe)


def _inverse(integral: jax.Array, k: jax.Array) -> jax.Array:
    """The s at which the integral of exp(k t) over t from 0 to s has a value."""
    y = k * integral
    small = jnp.abs(y) < 0.01
    safe = jnp.where(small, 1.0, k)
    return jnp.where(
        small, integral * (1.0 - y * (0.5 - y / 3.0)), jnp.log1p(jnp.where(small, 1.0, y)) / safe
    )
