"""Masses by plane: numbers of power laws, quantiles, what warm dark matter changes, and derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.field_masses import mass_at, mass_nodes, mass_table
from jaxlens.kernels.halos.power_law_masses import log_turnover

# Slopes of dn / dln M of two planes, and the range of masses.
SLOPES = np.array([[-0.9], [-1.0]])
LOW, HIGH = 1e6, 1e10
RANKS = np.array([0.0, 1e-4, 0.03, 0.4, 0.9, 1.0])


def table(low=LOW, high=HIGH, ln_density=None):
    """The table of power laws of masses in units of 1e8."""
    nodes = mass_nodes(low, high)
    at_nodes = nodes[None, :] - np.log(1e8)
    slopes = jnp.asarray(SLOPES, nodes.dtype)
    return mass_table(nodes, slopes * at_nodes if ln_density is None else ln_density(nodes[None, :]))


@jax.jit
def of_power_laws(
    low: jax.Array, high: jax.Array, plane: jax.Array, rank: jax.Array
) -> tuple[jax.Array, ...]:
    """The numbers above the nodes, and quantiles."""
    found = table(low, high)
    return found.above, mass_at(found, plane, rank)


def test_numbers_and_quantiles_of_power_laws_are_exact(x64):
    for plane, s in enumerate(SLOPES[:, 0]):
        above, found = of_power_laws(LOW, HIGH, jnp.full(RANKS.shape, plane), jnp.asarray(RANKS))
        number = ((LOW / 1e8) ** s - (HIGH / 1e8) ** s) / -s
        assert float(above[plane, 0]) == pytest.approx(number, rel=1e-12)
        expected = (HIGH**s + RANKS * (LOW**s - HIGH**s)) ** (1.0 / s)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_single_precision_has_five_digits():
    s = SLOPES[0, 0]
    expected = (HIGH**s + RANKS * (LOW**s - HIGH**s)) ** (1.0 / s)
    found = of_power_laws(LOW, HIGH, jnp.zeros(RANKS.shape, int), jnp.asarray(RANKS))[1]
    np.testing.assert_allclose(found, expected, rtol=2e-5)


@pytest.mark.long
def test_the_share_above_a_quantile_is_its_rank_in_warm_dark_matter(x64):
    def ln_density(ln_mass):
        return -0.9 * ln_mass + log_turnover(4.2e8 / jnp.exp(ln_mass), 2.5, -0.2)

    found = mass_at(table(ln_density=ln_density), jnp.zeros(4, int), jnp.asarray(RANKS[1:5]))
    y = np.linspace(np.log(LOW), np.log(HIGH), 20001)
    f = np.exp(np.asarray(ln_density(jnp.asarray(y))))
    above = np.append(np.cumsum((0.5 * (f[1:] + f[:-1]))[::-1])[::-1], 0.0)
    np.testing.assert_allclose(np.interp(np.log(found), y, above / above[0]), RANKS[1:5], rtol=2e-3)


def test_an_empty_range_has_no_haloes():
    above, found = of_power_laws(1e9, 1e8, jnp.zeros(RANKS.shape, int), jnp.asarray(RANKS))
    np.testing.assert_array_equal(above, 0.0)
    assert np.isfinite(found).all()


@pytest.mark.slow
def test_a_density_that_is_too_small_for_a_number_has_no_haloes():
    @jax.jit
    def of_density(ln_density: jax.Array) -> tuple[jax.Array, jax.Array]:
        nothing = table(ln_density=lambda ln_mass: ln_density + 0.0 * ln_mass)
        return nothing.above, mass_at(nothing, jnp.zeros(2, int), jnp.array([0.1, 0.9]))

    above, found = of_density(jnp.full((2, 1), -400.0))
    np.testing.assert_array_equal(above, 0.0)
    assert np.isfinite(found).all()


def test_a_mass_that_is_not_a_number_is_one():
    found = of_power_laws(np.nan, HIGH, jnp.zeros(RANKS.shape, int), jnp.asarray(RANKS))[1]
    # the largest mass is still known
    assert np.isnan(found[1:]).all()


@pytest.mark.long
def test_derivatives_at_a_fixed_rank_are_central_differences(x64, check_first_derivatives):
    def masses(low: jax.Array, change: jax.Array, half_mode: jax.Array) -> jax.Array:
        nodes = mass_nodes(1e6 * low, HIGH)
        own = (change - 0.9) * nodes + log_turnover(2.3e7 * half_mode / jnp.exp(nodes), 0.8, -1.0)
        found = mass_at(mass_table(nodes, own[None, :]), jnp.zeros(4, int), jnp.asarray(RANKS[1:5]))
        return jnp.log(found)

    check_first_derivatives(masses, jnp.array(1.2), jnp.array(0.05), jnp.array(1.5), rtol=1e-5)
