"""Poisson numbers from uniform numbers against scipy's, and the largest."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.halos import largest_count, poisson_quantile
from jaxlens.kernels.halos.counts import SUMMED_BELOW

# On both sides of where the method changes, up to the largest.
MEANS = np.float32([0.0, 1e-3, 0.3, 3.0, 20.0, 31.9, 32.1, 60.0, 300.0, 3000.0, 1e5])
# Uniform numbers of each mean, and those of the ends.
DRAWS, ENDS = 4_000, (2.0**-24, 1e-6, 1.0 - 1e-6, 1.0 - 2.0**-23)


@pytest.fixture(scope="module")
def uniforms() -> np.ndarray:
    """Uniform numbers as draws have them, then those of the ends, then none."""
    words = np.random.default_rng(5).integers(0, 2**23, DRAWS)
    return np.float32([*((words + 0.5) / 2**23), *ENDS, np.nan])[:, None]


@pytest.fixture(scope="module")
def drawn(uniforms) -> tuple[np.ndarray, np.ndarray]:
    """The numbers, and their derivative along u and the mean."""

    def number(u, mean):
        return jax.jvp(poisson_quantile, (u, mean), (jnp.ones_like(u), jnp.ones_like(mean)))

    pair = jax.jit(number)(*np.broadcast_arrays(uniforms, MEANS))
    return tuple(np.asarray(values) for values in pair)


def exact(uniforms: np.ndarray) -> np.ndarray:
    return stats.poisson(MEANS.astype(float)).ppf(uniforms.astype(float))


def test_numbers_are_the_quantiles_but_for_the_rounding_of_float32(uniforms, drawn) -> None:
    off = np.abs(drawn[0][:-1] - exact(uniforms[:-1]))
    assert off.max() <= 1.0
    assert off.mean(axis=0).max() < 1e-3
    # where terms are summed it is exact
    assert off[:, MEANS < SUMMED_BELOW].max() == 0.0


def test_numbers_have_the_mean_and_the_variance(drawn) -> None:
    numbers = drawn[0][:DRAWS].astype(float)
    assert (np.abs(numbers.mean(axis=0) - MEANS) <= 4.0 * np.sqrt(MEANS / DRAWS)).all()
    spread = np.sqrt((MEANS + 2.0 * MEANS**2) / DRAWS)
    assert (np.abs(numbers.var(axis=0) - MEANS) <= 4.0 * spread).all()


def test_a_number_that_is_missing_is_missing_and_derivatives_are_zero(drawn) -> None:
    assert np.isnan(drawn[0][-1]).all()
    np.testing.assert_array_equal(drawn[1][:-1], 0.0)


@pytest.mark.parametrize("chance", [1e-15, 1e-6, 2.0**-24])
def test_the_largest_number_is_the_least_with_no_more_chance(chance) -> None:
    for mean in (1e-3, 0.7, 31.0, 900.0, 1e5):
        n = largest_count(mean, chance)
        assert stats.poisson.sf(n, mean) <= chance * (1 + 1e-6)
        assert stats.poisson.sf(n - 1, mean) > chance * (1 - 1e-6)
    assert largest_count(0.0, chance) == 0


def test_a_mean_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="mean"):
        largest_count(-1.0, 1e-6)
