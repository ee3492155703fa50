"""Distributions against scipy, and against their own definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy import stats

from jaxlens.distributions import (
    DISTRIBUTIONS,
    Beta,
    Categorical,
    DeltaFunction,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    SymmetricUniformAnnulus,
    Truncated,
    TruncatedNormal,
    Uniform,
    UniformInt,
    parameter_defaults,
    parameter_names,
    probability_between,
    truncated_icdf,
)
from jaxlens.sampling.keys import uniforms

VALUES, WEIGHTS = (3.0, 0.5, 0.75, 9.0), (1.0, 2.0, 5.0, 0.0)
# Each with its equal in scipy
PAIRS: list[tuple[Distribution, Any]] = [
    (Uniform(2.0, 5.0), stats.uniform(2.0, 3.0)),
    (Normal(-1.0, 0.5), stats.norm(-1.0, 0.5)),
    (TruncatedNormal(0.5, 2.0, -1.0, 3.0), stats.truncnorm(-0.75, 1.25, 0.5, 2.0)),
    (TruncatedNormal(0.0, 1.0, 4.0, 6.0), stats.truncnorm(4.0, 6.0)),
    (LogNormal(0.2, 0.4), stats.lognorm(0.4, scale=np.exp(0.2))),
    (LogUniform(1.0, np.e), stats.loguniform(1.0, np.e)),
    (SymmetricUniformAnnulus(1.0, 2.0), stats.rv_histogram(([1, 0, 1], [-2, -1, 1, 2]), density=False)),
    (Beta(2.0, 5.0, -1.0, 3.0), stats.beta(2.0, 5.0, -1.0, 4.0)),
    (Beta(0.5, 0.7), stats.beta(0.5, 0.7)),
    # the ends have half the weight of the others
    (UniformInt(0.0, 3.0), stats.rv_discrete(values=([0, 1, 2, 3], [1 / 6, 1 / 3, 1 / 3, 1 / 6]))),
    (Categorical(VALUES, WEIGHTS), stats.rv_discrete(values=([0.5, 0.75, 3.0], [0.25, 0.625, 0.125]))),
    (Truncated(UniformInt(0.0, 5.0), 2.0, 4.0), stats.rv_discrete(values=([2, 3, 4], [1 / 3] * 3))),
    (Truncated(LogNormal(0.0, 1.0), 0.5, math.inf), None),
]
WITH_SCIPY = [pair for pair in PAIRS if pair[1] is not None]
CONTINUOUS = [distribution for distribution, _ in PAIRS if not distribution.discrete]


def name_of(value: object) -> str:
    return type(value).__name__ if isinstance(value, Distribution) else ""


def test_the_issue_s_names_are_known() -> None:
    theirs = {"uniform", "uniform_int", "normal", "lognormal", "loguniform", "delta_function"}
    ours = {"truncated_normal", "beta", "categorical"}
    assert set(DISTRIBUTIONS) == theirs | ours | {"symmetric_uniform_annulus"}


def test_parameters_and_their_defaults() -> None:
    assert parameter_names("truncated_normal") == ("mean", "std", "minimum", "maximum")
    assert parameter_names("categorical") == ("values", "weights")
    assert parameter_defaults("beta") == {"minimum": 0.0, "maximum": 1.0}
    assert [name for name in DISTRIBUTIONS if parameter_defaults(name)] == ["beta"]


@pytest.mark.parametrize(("distribution", "theirs"), WITH_SCIPY, ids=name_of)
def test_mean_variance_and_support_of_100_000_draws(distribution: Distribution, theirs: Any) -> None:
    """Random bits become uniform numbers as for a population; moments within five standard errors."""
    n = 100_000
    keys = jax.random.split(jax.random.key(7, impl="threefry2x32"), n)
    draws = np.asarray(distribution.icdf(uniforms(keys)), float)
    mean, variance, kurtosis = (float(moment) for moment in theirs.stats(moments="mvk"))
    assert draws.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / n))
    error = variance * math.sqrt(max(kurtosis + 2, 0) / n)
    assert draws.var() == pytest.approx(variance, abs=5 * error + 1e-6)
    low, high = (float(end) for end in distribution.support())
    assert (low, high) == pytest.approx(theirs.support(), rel=1e-6)
    assert low - 1e-6 <= draws.min() <= draws.max() <= high + 1e-6
    if distribution.discrete:
        assert set(draws) == set(np.float32(theirs.xk))
    else:
        assert stats.kstest(draws, theirs.cdf).pvalue > 1e-3


def test_a_constant_is_always_itself() -> None:
    draws = DeltaFunction(4.0).icdf(jnp.linspace(0.1, 0.9, 5))
    np.testing.assert_array_equal(draws, 4.0)
    assert DeltaFunction(4.0).support() == (4.0, 4.0)
    x = jnp.array([3.9, 4.0, 4.1])
    np.testing.assert_array_equal(DeltaFunction(4.0).cdf(x), [0, 1, 1])
    np.testing.assert_array_equal(DeltaFunction(4.0).below(x), [0, 0, 1])
    np.testing.assert_array_equal(DeltaFunction(4.0).log_prob(x), [-np.inf, 0, -np.inf])


@pytest.mark.parametrize(("distribution", "theirs"), WITH_SCIPY, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_cdf_and_density_are_scipy_s(distribution: Distribution, theirs: Any) -> None:
    inside = np.asarray(distribution.icdf(jnp.linspace(0.02, 0.98, 13)))
    x = np.concatenate([inside, [inside.min() - 5.0, inside.max() + 5.0, -0.3, 0.3]])
    density = theirs.logpmf if distribution.discrete else theirs.logpdf
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(distribution.log_prob(jnp.asarray(x)), density(x), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(distribution.cdf(jnp.asarray(x)), theirs.cdf(x), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(distribution.above(jnp.asarray(x)), theirs.sf(x), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_cdf_inverts_icdf_and_density_is_its_slope(distribution: Distribution) -> None:
    u = jnp.linspace(0.01, 0.99, 30)
    x = distribution.icdf(u)
    np.testing.assert_allclose(distribution.cdf(x), u, atol=1e-12)
    np.testing.assert_allclose(distribution.icdf_above(distribution.above(x)), x, rtol=1e-11)
    slope = jax.vmap(jax.grad(lambda v: distribution.cdf(v).sum()))(x)
    np.testing.assert_allclose(jnp.exp(distribution.log_prob(x)), slope, rtol=1e-8)


@pytest.mark.parametrize(("distribution", "theirs"), [p for p in WITH_SCIPY if p[0].discrete], ids=name_of)
def test_separate_numbers_have_their_own_probabilities(distribution: Distribution, theirs: Any) -> None:
    values = jnp.asarray(theirs.xk, jnp.float32)
    np.testing.assert_allclose(jnp.exp(distribution.log_prob(values)), theirs.pk, rtol=1e-5)
    np.testing.assert_allclose(distribution.cdf(values) - distribution.below(values), theirs.pk, rtol=1e-5)
    assert distribution.log_prob(0.6) == -jnp.inf


def test_order_and_scale_of_a_categorical_do_not_matter() -> None:
    u = jnp.linspace(0.01, 0.99, 31)
    again = Categorical((0.5, 9.0, 3.0, 0.75), (20.0, 0.0, 10.0, 50.0))
    np.testing.assert_array_equal(again.icdf(u), Categorical(VALUES, WEIGHTS).icdf(u))
    ends = Categorical(jnp.array(VALUES), jnp.array(WEIGHTS)).support()
    assert tuple(float(end) for end in ends) == Categorical(VALUES, WEIGHTS).support() == (0.5, 3.0)
    # a weight of zero is never drawn, not even by the largest u that there is
    assert Categorical((1.0, 2.0), (1.0, 0.0)).icdf(1.0 - 2.0**-24) == 1.0
    assert Categorical((1.0, 2.0), (0.0, 1.0)).icdf(2.0**-24) == 2.0


def test_outside_its_support_a_density_is_zero() -> None:
    assert Uniform(0.0, 1.0).log_prob(1.5) == -jnp.inf
    assert LogNormal(0.0, 1.0).log_prob(-1.0) == -jnp.inf
    assert SymmetricUniformAnnulus(1.0, 2.0).log_prob(0.5) == -jnp.inf
    assert TruncatedNormal(0.0, 1.0, -1.0, 1.0).log_prob(1.5) == -jnp.inf
    assert Beta(2.0, 2.0).log_prob(1.5) == -jnp.inf


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=name_of)
@pytest.mark.usefixtures("x64")
def test_samples_differentiate_in_the_parameters(distribution: Distribution) -> None:
    """Against central differences, in every parameter; twice, where that is cheap."""
    compound = isinstance(distribution, Truncated | TruncatedNormal | Beta)
    if isinstance(distribution, Truncated):
        distribution = Truncated(distribution.inner, distribution.lower, 40.0)
    u, order = jnp.array([0.2, 0.7]), 1 if compound else 2
    check_grads(lambda d: d.icdf(u), (distribution,), order=order, modes=("fwd", "rev"), rtol=1e-6)


def central(f: Callable[[float], Any], x: float, step: float = 1e-5) -> float:
    return float(f(x + step) - f(x - step)) / (2 * step)


@pytest.mark.parametrize(
    ("make", "theirs"),
    [
        (lambda p: Uniform(0.2, p), lambda p: stats.uniform(0.2, p - 0.2)),
        (lambda p: Normal(p, 0.5), lambda p: stats.norm(p, 0.5)),
        (lambda p: Normal(0.3, p), lambda p: stats.norm(0.3, p)),
        (lambda p: LogNormal(0.1, p), lambda p: stats.lognorm(p, scale=math.exp(0.1))),
        (lambda p: LogUniform(0.3, p), lambda p: stats.loguniform(0.3, p)),
        (lambda p: TruncatedNormal(p, 0.5, 0.0, 1.0), lambda p: stats.truncnorm(-2 * p, 2 - 2 * p, p, 0.5)),
        (lambda p: TruncatedNormal(0.3, p, 0.0, 1.0), lambda p: stats.truncnorm(-0.3 / p, 0.7 / p, 0.3, p)),
        (lambda p: TruncatedNormal(0, 1, p, 8.0), lambda p: stats.truncnorm(p, 8.0)),
        (lambda p: TruncatedNormal(-4, 1, -math.inf, p), lambda p: stats.truncnorm(-math.inf, p + 4, -4)),
        (lambda p: Beta(p, 2.5), lambda p: stats.beta(p, 2.5)),
        (lambda p: Beta(40.0, 50 * p), lambda p: stats.beta(40.0, 50 * p)),
        (lambda p: Beta(2.0, 3.0, -1.0, p), lambda p: stats.beta(2.0, 3.0, -1.0, p + 1.0)),
    ],
)
@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_sample_are_those_of_scipy_s(
    make: Callable[[Any], Distribution], theirs: Callable[[float], Any]
) -> None:
    for u in (0.003, 0.4, 0.995):
        slope = jax.grad(lambda p, u=u: make(p).icdf(u))(0.8)
        assert slope == pytest.approx(central(lambda p, u=u: theirs(p).ppf(u), 0.8), rel=2e-6, abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.4), (5.0, 0.6), (30.0, 60.0), (2000.0, 1500.0)])
@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_beta_s_cdf(a: float, b: float) -> None:
    """Those that betainc of jax does not have: in a and b."""
    x = stats.beta(a, b).ppf([0.001, 0.3, 0.9])
    by_a, by_b = jax.jacfwd(lambda a, b: Beta(a, b).cdf(x), (0, 1))(a, b)
    for i, at in enumerate(x):
        assert by_a[i] == pytest.approx(central(lambda a, at=at: stats.beta(a, b).cdf(at), a), rel=1e-5)
        assert by_b[i] == pytest.approx(central(lambda b, at=at: stats.beta(a, b).cdf(at), b), rel=1e-5)
    ends = jax.grad(lambda a: Beta(a, b).cdf(0.0) + Beta(a, b).cdf(1.0))(a)
    assert ends == 0.0


def test_derivatives_are_finite_in_float32() -> None:
    u = jnp.array([2.0**-24, 0.5, 1.0 - 2.0**-24])
    for distribution in CONTINUOUS:
        slopes = jax.jit(jax.jacfwd(lambda d: d.icdf(u)))(distribution)
        assert np.isfinite(jax.tree.leaves(slopes)[:2]).all(), distribution


def test_infinite_bounds_do_no_harm_to_derivatives() -> None:
    """As for the redshift of the last plane, which nothing bounds."""
    for distribution in (Uniform(0.2, 0.8), Normal(0.5, 0.1), LogNormal(0.0, 0.5), LogUniform(0.2, 2.0)):
        slopes = jax.jit(jax.grad(lambda d: truncated_icdf(d, 0.3, 0.4, jnp.inf)))(distribution)
        assert np.isfinite(jax.tree.leaves(slopes)).all(), distribution
        slopes = jax.jit(jax.grad(lambda d: truncated_icdf(d, 0.3, -jnp.inf, 0.6)))(distribution)
        assert np.isfinite(jax.tree.leaves(slopes)).all(), distribution


@pytest.mark.usefixtures("x64")
def test_truncation_is_what_redrawing_converges_to() -> None:
    distribution, lower, upper = Normal(0.5, 0.2), 0.6, 0.9
    redrawn = np.random.default_rng(0).normal(0.5, 0.2, 400_000)
    redrawn = np.sort(redrawn[(redrawn > lower) & (redrawn < upper)])
    truncated = truncated_icdf(distribution, jnp.asarray([0.1, 0.5, 0.9]), lower, upper)
    np.testing.assert_allclose(truncated, np.quantile(redrawn, [0.1, 0.5, 0.9]), atol=3e-3)


@pytest.mark.parametrize(
    ("low", "high"), [(8.0, math.inf), (6.0, 6.5), (-math.inf, -9.0), (-7.0, -6.9), (11.0, 12.0)]
)
def test_far_tails_are_precise_in_float32(low: float, high: float) -> None:
    u = np.array([2.0**-24, 0.01, 0.3, 0.5, 0.9, 0.999], np.float32)
    expected = stats.truncnorm(low, high).ppf(u)
    distribution = Truncated(Normal(0.0, 1.0), low, high)
    np.testing.assert_allclose(distribution.icdf(u), expected, rtol=2e-6)
    np.testing.assert_allclose(truncated_icdf(distribution, u, -math.inf, math.inf), expected, rtol=2e-6)
    np.testing.assert_allclose(distribution.cdf(expected), u, rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(
        distribution.log_prob(expected), stats.truncnorm(low, high).logpdf(expected), rtol=1e-4, atol=1e-4
    )
    assert probability_between(Normal(0.0, 1.0), low, high) == pytest.approx(
        stats.norm.cdf(-abs(max(low, -high))) - stats.norm.cdf(-abs(max(high, -low))), rel=1e-4
    )


def test_truncation_of_separate_numbers_keeps_those_at_the_ends() -> None:
    u = jnp.linspace(0.001, 0.999, 999)
    assert set(np.asarray(truncated_icdf(UniformInt(0, 9), u, 2.0, 4.0))) == {2.0, 3.0, 4.0}
    kept = truncated_icdf(Categorical((1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 3.0, 1.0)), u, 2.0, 3.0)
    assert np.mean(np.asarray(kept) == 3.0) == pytest.approx(0.75, abs=0.002)


def test_truncation_where_nothing_is_left_stays_finite() -> None:
    assert truncated_icdf(Normal(0.5, 0.01), 0.5, 0.9, jnp.inf) == pytest.approx(0.9)
    assert truncated_icdf(DeltaFunction(0.7), 0.5, 0.2, jnp.inf) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (Uniform(2.0, 1.0), ["minimum 2.0 is above maximum 1.0; it must not be"]),
        (UniformInt(2.0, 1.0), ["minimum 2.0 is above maximum 1.0; it must not be"]),
        (Normal(0.0, 0.0), ["std is 0.0; it must be above zero"]),
        (LogNormal(0.0, -1.0), ["sigma is -1.0; it must be above zero"]),
        (LogUniform(0.0, 1.0), ["minimum is 0.0; it must be above zero"]),
        (LogUniform(2.0, 1.0), ["minimum 2.0 is above maximum 1.0; it must not be"]),
        (SymmetricUniformAnnulus(-1.0, 1.0), ["r1 is -1.0; it must not be below zero"]),
        (TruncatedNormal(0.0, -1.0, 0.0, 1.0), ["std is -1.0; it must be above zero"]),
        (TruncatedNormal(0.0, 1.0, 2.0, 1.0), ["minimum 2.0 is above maximum 1.0; it must not be"]),
        (
            TruncatedNormal(0.0, 1.0, 50.0, 60.0),
            ["a normal draw is never between 50.0 and 60.0; widen the bounds"],
        ),
        (Beta(0.0, -1.0), ["a is 0.0; it must be above zero", "b is -1.0; it must be above zero"]),
        (Beta(1.0, 1.0, 2.0, 2.0), ["maximum 2.0 is not above minimum 2.0; it must be"]),
        (Categorical((1.0,), (1.0, 2.0)), ["values has 1 numbers and weights 2; give every value a weight"]),
        (Categorical((1.0, 2.0), (1.0, -2.0)), ["weights has -2; none may be below zero"]),
        (Categorical((1.0, 2.0), (0.0, 0.0)), ["weights are all zero; one must be above zero"]),
        (Truncated(Normal(0.0, 0.0), 0.0, 1.0), ["std is 0.0; it must be above zero"]),
        (Categorical((1.0, 2.0), (0.0, 1.0)), []),
        (Beta(1.0, 1.0), []),
    ],
    ids=name_of,
)
def test_illegal_parameters_are_explained(distribution: Distribution, words: list[str]) -> None:
    assert distribution.problems() == words
