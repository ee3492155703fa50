"""The Poisson distribution against scipy's, with the uniform numbers that draws have."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import stats

from jaxlens.distributions import Poisson
from jaxlens.distributions.poisson import LARGEST_MEAN

# of all sizes; up to 118 the sum begins with n = 0
MEANS = np.float32([0.0, 1e-3, 0.3, 3.0, 30.0, 118.0, 119.0, 1000.0, 9999.5])

quantiles = jax.jit(lambda mean, u: Poisson(mean).icdf(u))


def assert_exact(means: np.ndarray, number: int) -> None:
    """Quantiles of random uniform numbers, as draws have them, and of the smallest and the largest one."""
    words = np.random.default_rng(3).integers(0, 2**23, (number, 1))
    u = np.vstack([(words + 0.5) / 2**23, [[2.0**-24], [1.0 - 2.0**-24]]])
    shape = (len(u), len(means))
    found = quantiles(np.broadcast_to(means, shape), np.broadcast_to(np.float32(u), shape))
    np.testing.assert_array_equal(found, stats.poisson(means.astype(float)).ppf(u))


def test_quantiles_of_float32_uniform_numbers_are_exact() -> None:
    assert_exact(MEANS[MEANS < 200.0], 500)
    # the same program once more
    shape = (502, (MEANS < 200.0).sum())
    assert np.isnan(quantiles(np.full(shape, np.nan, np.float32), np.full(shape, 0.5, np.float32))).all()


@pytest.mark.long
def test_quantiles_of_large_means_are_exact() -> None:
    assert_exact(MEANS, 5000)


@pytest.mark.slow
def test_probabilities_are_scipy_s() -> None:
    n = np.float32([[-1.0], [0.0], [1.0], [2.5], [30.0], [110.0], [1010.0], [1e4]])
    means = np.broadcast_to(MEANS, (len(n), len(MEANS)))
    n = np.broadcast_to(n, means.shape)
    theirs = stats.poisson(means.astype(float))
    np.testing.assert_allclose(Poisson(means).cdf(n), theirs.cdf(n), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(Poisson(means).below(n), theirs.cdf(np.ceil(n) - 1.0), rtol=1e-6, atol=1e-12)
    with np.errstate(divide="ignore"):
        expected = theirs.logpmf(n)
    np.testing.assert_allclose(Poisson(means).log_prob(n), expected, rtol=3e-6, atol=3e-5)


@pytest.mark.long
def test_derivatives_in_the_mean() -> None:
    by_cdf = jax.grad(lambda mean: Poisson(mean).cdf(3.0))(2.0)
    assert float(by_cdf) == pytest.approx(-stats.poisson(2.0).pmf(3), rel=1e-5)
    assert float(jax.grad(lambda mean: Poisson(mean).log_prob(3.0))(2.0)) == pytest.approx(0.5, rel=1e-5)
    assert float(jax.grad(lambda mean: Poisson(mean).icdf(0.3))(2.0)) == 0.0


def test_it_is_discrete_and_never_negative() -> None:
    assert Poisson(2.0).discrete
    assert Poisson(2.0).support() == (0.0, np.inf)


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (-1.0, ["mean is -1.0; it must not be below zero"]),
        (
            2 * LARGEST_MEAN,
            ["mean is 2e+06; it must be at most 1e+06, and a normal distribution is the same there"],
        ),
        (0.0, []),
    ],
)
def test_problems(mean: float, words: list[str]) -> None:
    assert Poisson(mean).problems() == words
