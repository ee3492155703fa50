"""The Poisson sampler, against the exact distribution: its words are integrated over, none is drawn."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.noise.poisson import SMALL_RATE, poisson, poisson_of_words

pytestmark = pytest.mark.slow

COUNTS_AT_ONCE = 1 << 14
ALLOWED = 1e-4


@jax.jit
def _counts(rate: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    """The sampler's numbers; first and second are in the order in which the numbers grow."""
    flip = np.uint32(2**31)
    small = rate < SMALL_RATE
    # small rates count down from the largest word, large ones up from the smallest signed one
    first = jnp.where(small, ~first, first ^ flip)
    second = jnp.where(small, ~second, second ^ flip)
    return poisson_of_words(jnp.broadcast_to(rate, first.shape), first, second)


@partial(jax.jit, static_argnames="by_first")
def _words_up_to(rate: jax.Array, k: jax.Array, other: jax.Array, by_first: bool) -> jax.Array:
    """How many of the 2^32 values of one word, the other held, give at most k: by bisection."""

    def halve(_: int, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bounds
        middle = low + (high - low) // 2
        pair = (middle, other) if by_first else (other, middle)
        few = _counts(rate, *pair) <= k
        return jnp.where(few, middle, low), jnp.where(few, high, middle)

    low, high = jnp.zeros(other.shape, jnp.uint32), jnp.full(other.shape, 2**32 - 1, jnp.uint32)
    return jax.lax.fori_loop(0, 32, halve, (low, high))[1]


def distance(rate: float) -> float:
    """Total variation distance from Poisson's distribution for some 10^4 counts at most.

    The share of `first` that gives up to k photons is found for every k and a few values of `second`.
    """
    seconds = ((np.arange(16) + 0.5) / 16 * 2**32).astype(np.uint32)
    lowest = max(0.0, np.floor(rate - 8 * np.sqrt(rate)))
    k = np.arange(lowest, np.ceil(rate + 9 * np.sqrt(rate)) + 12)
    many = np.resize(np.repeat(k, len(seconds)), -(-len(k) * len(seconds) // COUNTS_AT_ONCE) * COUNTS_AT_ONCE)
    other = np.resize(seconds, len(many))
    shares = [
        _words_up_to(jnp.asarray(rate, jnp.float32), kk, oo, True)
        for kk, oo in zip(
            many.astype(np.float32).reshape(-1, COUNTS_AT_ONCE),
            other.reshape(-1, COUNTS_AT_ONCE),
            strict=True,
        )
    ]
    share = np.concatenate(shares)[: len(k) * len(seconds)].reshape(len(k), -1).mean(axis=1) / 2.0**32
    found = np.diff(share, prepend=0.0)
    rate = float(np.float32(rate))
    expected = np.diff(stats.poisson.cdf(k, rate), prepend=0.0)
    return 0.5 * float(np.abs(found - expected).sum() + stats.poisson.sf(k[-1], rate) + 1.0 - share[-1])


SMALL = [0.0, 1e-8, 1e-3, 0.1, 1.0, 3.7, 8.0, 9.999]
LARGE = [10.0, 10.01, 11.3, 15.0, 21.5, 40.0, 99.5, 316.2, 1e4]


@pytest.mark.parametrize("rate", SMALL + LARGE)
def test_the_distribution_is_poissons(rate: float) -> None:
    assert distance(rate) < ALLOWED


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("rate", [3e5 + 0.37, 2.0**24 + 0.5, 1e9])
def test_the_distribution_is_poissons_at_large_rates(rate: float) -> None:
    """Sampled at counts up to four sigma away: the words of one count are a small patch of all pairs.

    Along `first` the patch is as wide as the uniform number that `second` is; within it the share of
    `second` is found by bisection.
    """
    assert _sampled_distance(rate) < ALLOWED


@pytest.mark.long
@pytest.mark.parametrize("rate", [3e5 + 0.37, 2.0**22 + 0.5])
def test_single_precision_holds_large_rates(rate: float) -> None:
    assert _sampled_distance(rate) < ALLOWED


def _sampled_distance(rate: float) -> float:
    rate = float(jnp.asarray(rate))
    differences, total = [], 0.0
    for sigmas in np.linspace(-4.0, 4.0, 17):
        k = np.floor(rate + sigmas * np.sqrt(rate))
        ends = np.asarray([-0.02, 0.02]) + (k + 0.5 - rate - (sigmas**2 - 1) / 6) / np.sqrt(rate)
        start, stop = stats.norm.cdf(ends) * 2.0**32
        first = jnp.asarray(np.linspace(start, stop, COUNTS_AT_ONCE), jnp.uint32)
        up_to = (
            np.asarray(_words_up_to(jnp.asarray(rate), jnp.asarray(n, float), first, False), dtype=float)
            for n in (k - 1.0, k)
        )
        below, including = up_to
        found = float(np.mean(including - below)) / 2.0**32 * (stop - start) / 2.0**32
        expected = stats.poisson.pmf(k, rate)
        differences.append(abs(found - expected))
        total += expected
    return 0.5 * sum(differences) / total


@pytest.mark.parametrize("rate", [1e-9, 1e-4, 0.3])
def test_small_probabilities_of_a_photon(rate: float) -> None:
    """P(0) = exp(-rate); the second word takes over where the first has too few bits."""
    share = _words_up_to(jnp.asarray(rate), jnp.zeros(1), jnp.full(1, 2**31, jnp.uint32), True)
    assert 1.0 - int(share[0]) / 2.0**32 == pytest.approx(-np.expm1(-rate), rel=2e-7, abs=2.0**-32)


@pytest.mark.parametrize("rate", [0.001, 0.05, 0.7, 3.0])
def test_very_small_probabilities_do_not_give_very_many_photons(rate: float) -> None:
    # words of probabilities down to 2^-64: with rounding errors of 1e-8 there were 26 photons at any rate
    first = jnp.asarray([0, 0, 0, 5, 300], jnp.uint32)
    second = jnp.asarray([1, 2**8, 2**24, 0, 0], jnp.uint32)
    chance = np.asarray(first, float) * 2.0**-32 + np.asarray(second, float) * 2.0**-64
    found = jax.jit(poisson_of_words)(jnp.full(5, rate, jnp.float32), first, second)
    exact = np.array([np.argmax(stats.poisson(rate).sf(np.arange(60)) <= c) for c in chance])
    np.testing.assert_array_equal(found, np.minimum(exact, 26))


def test_more_of_a_word_is_never_fewer_photons() -> None:
    """So that bisection finds all of them: over the words, at small and large rates."""
    words = jnp.linspace(0.0, 2.0**32 - 256, 4000).astype(jnp.uint32)
    for rate in (0.5, 9.9, 10.0, 12.0, 500.0):
        counts = np.asarray(_counts(jnp.asarray(rate), words, jnp.full(4000, 2**31, jnp.uint32)))
        assert (np.diff(counts) >= 0).all()
        assert (counts == np.round(counts)).all()
        assert counts.min() >= 0


@pytest.mark.parametrize("rate", [0.2, 10.0, 700.0])
def test_draws_have_mean_and_variance_alike(rate: float) -> None:
    """Both words of a draw together, on 400,000 draws: within five standard errors."""
    key = jax.random.key(5, impl="threefry2x32")
    drawn = np.asarray(jax.jit(poisson)(key, jnp.full(400_000, rate)), dtype=float)
    assert abs(drawn.mean() - rate) < 5 * np.sqrt(rate / drawn.size)
    assert abs(drawn.var() - rate) < 5 * np.sqrt((2 * rate**2 + rate) / drawn.size)


def test_a_rate_of_nan_is_a_count_of_nan() -> None:
    key = jax.random.key(5, impl="threefry2x32")
    assert np.isnan(jax.jit(poisson)(key, jnp.full(2, jnp.nan))).all()


def test_both_precisions_draw_the_same() -> None:
    key, rates = jax.random.key(6, impl="threefry2x32"), np.geomspace(0.25, 65536.0, 19)
    single = np.asarray(jax.jit(poisson)(key, jnp.asarray(rates, jnp.float32)))
    with jax.enable_x64(True):
        double = jax.jit(poisson)(key, jnp.asarray(rates.astype(np.float32), jnp.float64))
    assert double.dtype == np.float64
    np.testing.assert_array_equal(double, single)


def test_counts_have_no_gradient() -> None:
    key = jax.random.key(7, impl="threefry2x32")
    gradient = jax.jit(jax.grad(lambda rate: jnp.sum(poisson(key, rate))))(jnp.array([0.0, 3.0, 1e6]))
    np.testing.assert_array_equal(gradient, 0.0)
