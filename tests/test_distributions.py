"""Distributions against scipy, and against their own definitions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.distributions import (
    DISTRIBUTIONS,
    DeltaFunction,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    SymmetricUniformAnnulus,
    Uniform,
    UniformInt,
    truncated_icdf,
)

# (distribution, mean, standard deviation): textbook moments
MOMENTS = [
    (Uniform(2.0, 5.0), 3.5, 3.0 / np.sqrt(12.0)),
    (Normal(-1.0, 0.5), -1.0, 0.5),
    (LogNormal(0.2, 0.4), np.exp(0.28), np.exp(0.28) * np.sqrt(np.expm1(0.16))),
    (LogUniform(1.0, np.e), np.e - 1.0, np.sqrt((np.e**2 - 1.0) / 2.0 - (np.e - 1.0) ** 2)),
    (SymmetricUniformAnnulus(1.0, 2.0), 0.0, np.sqrt(7.0 / 3.0)),
    # 0 and 3 have half the weight of 1 and 2
    (UniformInt(0.0, 3.0), 1.5, np.sqrt((0 + 2 * 1 + 2 * 4 + 9) / 6.0 - 1.5**2)),
    (DeltaFunction(4.0), 4.0, 0.0),
]
CONTINUOUS = [d for d, _, _ in MOMENTS if not d.discrete and not isinstance(d, DeltaFunction)]
GRID = (np.arange(20_000) + 0.5) / 20_000


def name_of(value: object) -> str:
    return value.name if isinstance(value, Distribution) else ""


def test_the_issue_s_seven_are_known() -> None:
    assert set(DISTRIBUTIONS) == {
        "uniform",
        "uniform_int",
        "normal",
        "lognormal",
        "loguniform",
        "delta_function",
        "symmetric_uniform_annulus",
    }


@pytest.mark.parametrize(("distribution", "mean", "std"), MOMENTS, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_mean_width_and_support(distribution: Distribution, mean: float, std: float) -> None:
    draws = np.asarray(distribution.icdf(jnp.asarray(GRID)))
    np.testing.assert_allclose(draws.mean(), mean, atol=2e-4 * max(1.0, abs(mean)))
    np.testing.assert_allclose(draws.std(), std, atol=1e-3)
    low, high = distribution.support()
    assert low <= draws.min()
    assert draws.max() <= high


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_cdf_inverts_icdf_and_density_is_its_slope(distribution: Distribution) -> None:
    u = jnp.linspace(0.01, 0.99, 64)
    x = distribution.icdf(u)
    np.testing.assert_allclose(distribution.cdf(x), u, atol=1e-12)
    slope = jax.vmap(jax.grad(lambda v: distribution.cdf(v).sum()))(x)
    np.testing.assert_allclose(jnp.exp(distribution.log_prob(x)), slope, rtol=1e-9)


def test_probabilities_of_integers_add_to_one() -> None:
    distribution = UniformInt(-1.0, 4.0)
    p = np.exp(np.asarray(distribution.log_prob(jnp.arange(-3.0, 7.0))))
    np.testing.assert_allclose(p, np.array([0, 0, 1, 2, 2, 2, 2, 1, 0, 0]) / 10.0, atol=1e-6)


def test_outside_its_support_a_density_is_zero() -> None:
    assert Uniform(0.0, 1.0).log_prob(1.5) == -jnp.inf
    assert LogNormal(0.0, 1.0).log_prob(-1.0) == -jnp.inf
    assert SymmetricUniformAnnulus(1.0, 2.0).log_prob(0.5) == -jnp.inf


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_samples_differentiate_in_the_parameters(distribution: Distribution) -> None:
    for u in (0.2, 0.7):
        check_grads(lambda d, u=u: d.icdf(u), (distribution,), order=2, modes=("fwd", "rev"), rtol=1e-6)


@pytest.mark.usefixtures("x64")
def test_truncation_is_what_redrawing_converges_to() -> None:
    distribution, lower, upper = Normal(0.5, 0.2), 0.6, 0.9
    redrawn = np.random.default_rng(0).normal(0.5, 0.2, 400_000)
    redrawn = np.sort(redrawn[(redrawn > lower) & (redrawn < upper)])
    truncated = truncated_icdf(distribution, jnp.asarray([0.1, 0.5, 0.9]), lower, upper)
    np.testing.assert_allclose(truncated, np.quantile(redrawn, [0.1, 0.5, 0.9]), atol=3e-3)


def test_truncation_where_nothing_is_left_stays_finite() -> None:
    assert truncated_icdf(Normal(0.5, 0.01), 0.5, 0.9, jnp.inf) == pytest.approx(0.9)
    assert truncated_icdf(DeltaFunction(0.7), 0.5, 0.2, jnp.inf) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (Uniform(2.0, 1.0), "minimum 2.0 is above maximum 1.0"),
        (Normal(0.0, 0.0), "std is 0.0"),
        (LogNormal(0.0, -1.0), "sigma is -1.0"),
        (LogUniform(0.0, 1.0), "minimum is 0.0"),
        (SymmetricUniformAnnulus(-1.0, 1.0), "r1 is -1.0"),
    ],
)
def test_illegal_parameters_are_explained(distribution: Distribution, words: str) -> None:
    assert any(words in problem for problem in distribution.problems())
