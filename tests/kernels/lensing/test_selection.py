"""The lowest and the highest few of many numbers, beside numpy's sort."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing import selection
from jaxlens.kernels.lensing.selection import lowest, ranked

COUNT = 16
many = jax.jit(lambda values: lowest(values, COUNT))


def powers(seed: int, n: int = 150) -> np.ndarray:
    """Different powers of two for the lowest, none of them alike: their order is that of their exponents."""
    generator = np.random.default_rng(seed)
    values = np.full(n, 2.0**15, np.float32)
    values[generator.choice(n, COUNT + 4, replace=False)] = 2.0 ** np.arange(-8, -8 + COUNT + 4)
    return values


@pytest.mark.parametrize("seed", range(4))
def test_the_lowest_are_found_wherever_they_stand(seed):
    values = powers(seed)
    assert set(np.asarray(many(values))) == set(np.argsort(values)[:COUNT])


def test_of_equal_values_the_first_are_taken():
    values = np.full(150, 3.0, np.float32)
    values[[120, 149]] = 0.0
    assert set(np.asarray(many(values))) == {*range(COUNT - 2), 120, 149}


def test_where_there_are_fewer_the_rest_are_the_first():
    values = np.full(150, np.inf, np.float32)
    values[[7, 31, 32, 149]], values[3] = [0.0, 1e-30, 1.0, 6e4], np.nan
    found = np.asarray(many(values))
    np.testing.assert_array_equal(sorted(found), [0] * (COUNT - 4) + [7, 31, 32, 149])


def test_a_batch_is_each_alone():
    values = np.stack([powers(seed) for seed in range(3)])
    together = jax.jit(jax.vmap(lambda v: lowest(v, COUNT)))(values)
    np.testing.assert_array_equal(together, [many(row) for row in values])


def test_ranks_are_those_of_a_stable_sort():
    values = np.array([2.0, 7.0, -np.inf, 7.0, 5.0, 2.0])
    order = np.argsort(-values, kind="stable")
    np.testing.assert_array_equal(ranked(jnp.asarray(values), 6), order)
    np.testing.assert_array_equal(ranked(jnp.asarray(values), 8), [*order, 0, 0])


def test_running_sums_are_the_same_on_every_platform():
    counts = jnp.asarray(np.random.default_rng(1).integers(0, 300, 37), jnp.int32)
    for sums in (selection._sums_by_product, selection._sums_by_mask):
        np.testing.assert_array_equal(jax.jit(sums)(counts), np.cumsum(counts))
