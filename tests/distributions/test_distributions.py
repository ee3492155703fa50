"""Distributions against scipy, and against their own definitions.

Each function is jitted with the distribution as an argument, so that one program is compiled for each class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.distributions import (
    DISTRIBUTIONS,
    Beta,
    Categorical,
    DeltaFunction,
    Distribution,
    GeneralizedNormal,
    LogNormal,
    LogUniform,
    Normal,
    PowerLaw,
    Rayleigh,
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
    (Rayleigh(0.3), stats.rayleigh(scale=0.3)),
    (PowerLaw(-2.5, 1.0, 8.0), stats.truncpareto(1.5, 8.0)),
    (GeneralizedNormal(-1.0, 0.5, 1.5), stats.gennorm(1.5, -1.0, 0.5)),
    # the ends have half the weight of the others
    (UniformInt(0.0, 3.0), stats.rv_discrete(values=([0, 1, 2, 3], [1 / 6, 1 / 3, 1 / 3, 1 / 6]))),
    (Categorical(VALUES, WEIGHTS), stats.rv_discrete(values=([0.5, 0.75, 3.0], [0.25, 0.625, 0.125]))),
    (Truncated(UniformInt(0.0, 5.0), 2.0, 4.0), stats.rv_discrete(values=([2, 3, 4], [1 / 3] * 3))),
    (Truncated(LogNormal(0.0, 1.0), 0.5, math.inf), None),
]
WITH_SCIPY = [pair for pair in PAIRS if pair[1] is not None]
# The reverse mode of these takes long to compile; their forward mode is compared with scipy below.
COMPOUND = Truncated | TruncatedNormal | Beta | PowerLaw | GeneralizedNormal
# These take long to compile in any mode.
HEAVY = Beta | PowerLaw | GeneralizedNormal
CONTINUOUS = [distribution for distribution, _ in PAIRS if not distribution.discrete]


def name_of(value: object) -> str:
    return type(value).__name__ if isinstance(value, Distribution) else ""


@jax.jit
def icdf(distribution: Distribution, u: jax.Array) -> jax.Array:
    return distribution.icdf(u)


@jax.jit
def evaluated(distribution: Distribution, x: jax.Array) -> dict[str, jax.Array]:
    """The functions of a distribution at x."""
    names = ("cdf", "below", "above", "log_prob")
    return {name: getattr(distribution, name)(x) for name in names}


@jax.jit
def around_the_quantiles(distribution: Distribution) -> dict[str, jax.Array]:
    """The functions of a distribution, and the derivative of its cdf, at 30 quantiles and 4 other points."""
    u = jnp.linspace(0.01, 0.99, 30)
    inside = distribution.icdf(u)
    outside = jnp.stack([inside.min() - 5.0, inside.max() + 5.0, jnp.asarray(-0.3), jnp.asarray(0.3)])
    x = jnp.concatenate([inside, outside])
    cdf, derivative = jax.jvp(distribution.cdf, (x,), (jnp.ones_like(x),))
    above, log_prob = distribution.above(x), distribution.log_prob(x)
    again = distribution.icdf_above(above[:30])
    return {"x": x, "u": u, "cdf": cdf, "derivative": derivative, "above": above} | {
        "log_prob": log_prob,
        "icdf_above": again,
    }


@jax.jit
def sensitivity(distribution: Distribution, tangent: Distribution, u: jax.Array) -> jax.Array:
    """The derivative of the quantiles at u along a change of the parameters."""
    return jax.jvp(lambda d: d.icdf(u), (distribution,), (tangent,))[1]


@jax.jit
def pullback(distribution: Distribution, u: jax.Array) -> Distribution:
    """The derivative of the sum of the quantiles at u with respect to each parameter, in reverse mode."""
    return jax.grad(lambda d: d.icdf(u).sum())(distribution)


@jax.jit
def second_derivative(distribution: Distribution, tangent: Distribution, u: jax.Array) -> jax.Array:
    """The second derivative of the quantiles at u along a change of the parameters."""
    return jax.jvp(lambda d: sensitivity(d, tangent, u), (distribution,), (tangent,))[1]


restricted = jax.jit(truncated_icdf)
restricted_pullback = jax.jit(jax.grad(truncated_icdf))


def as_floats(distribution: Distribution) -> Distribution:
    """The distribution with arrays for parameters, so that all of its class have the same program."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(float)), distribution)


def unit_tangents(distribution: Distribution) -> list[Distribution]:
    """For each parameter, a change of it alone by 1."""
    leaves, structure = jax.tree.flatten(distribution)
    rows = np.eye(len(leaves), dtype=np.asarray(leaves[0]).dtype)
    return [jax.tree.unflatten(structure, [jnp.asarray(value) for value in row]) for row in rows]


def moved(distribution: Distribution, tangent: Distribution, step: float) -> Distribution:
    return jax.tree.map(lambda value, change: value + step * change, distribution, tangent)


def test_the_issues_names_are_known() -> None:
    theirs = {"uniform", "uniform_int", "normal", "lognormal", "loguniform", "delta_function"}
    ours = {"truncated_normal", "beta", "categorical"}
    populations = {
        "comoving_volume",
        "double_power_law_magnitude",
        "generalized_normal",
        "nearest_by_comoving_volume",
        "number_counts",
        "one_minus_rayleigh",
        "poisson",
        "power_law",
        "rayleigh",
        "schechter_magnitude",
        "velocity_dispersion_function",
    }
    assert set(DISTRIBUTIONS) == theirs | ours | populations | {"symmetric_uniform_annulus"}


def test_parameters_and_their_defaults() -> None:
    assert parameter_names("truncated_normal") == ("mean", "std", "minimum", "maximum")
    assert parameter_names("categorical") == ("values", "weights")
    assert parameter_defaults("beta") == {"minimum": 0.0, "maximum": 1.0}
    assert {name for name in DISTRIBUTIONS if parameter_defaults(name)} == {
        "beta",
        "comoving_volume",
        "nearest_by_comoving_volume",
        "one_minus_rayleigh",
        "velocity_dispersion_function",
    }


@pytest.fixture(scope="module")
def uniform_draws() -> jax.Array:
    """Uniform numbers from random bits, as for a population, (100000,)."""
    return uniforms(jax.random.split(jax.random.key(7, impl="threefry2x32"), 100_000))


@pytest.mark.parametrize(
    ("distribution", "theirs"),
    [pytest.param(*pair, marks=[pytest.mark.long] * isinstance(pair[0], HEAVY)) for pair in WITH_SCIPY],
    ids=name_of,
)
def test_mean_variance_and_support_of_100_000_draws(
    distribution: Distribution, theirs: Any, uniform_draws: jax.Array
) -> None:
    """The moments are within five standard errors."""
    n = len(uniform_draws)
    draws = np.asarray(icdf(distribution, uniform_draws), float)
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
    constant = DeltaFunction(4.0)
    np.testing.assert_array_equal(icdf(constant, np.linspace(0.1, 0.9, 5)), np.full(5, 4.0))
    assert constant.support() == (4.0, 4.0)
    found = evaluated(constant, np.array([3.9, 4.0, 4.1]))
    np.testing.assert_array_equal(found["cdf"], [0, 1, 1])
    np.testing.assert_array_equal(found["below"], [0, 0, 1])
    np.testing.assert_array_equal(found["log_prob"], [-np.inf, 0, -np.inf])


@pytest.mark.parametrize(
    ("distribution", "theirs"),
    [pytest.param(*pair, marks=[pytest.mark.slow] * isinstance(pair[0], HEAVY)) for pair in WITH_SCIPY],
    ids=name_of,
)
@pytest.mark.usefixtures("x64")
def test_cdf_and_density_are_scipy_s(distribution: Distribution, theirs: Any) -> None:
    found = around_the_quantiles(distribution)
    x = np.asarray(found["x"])
    density = theirs.logpmf if distribution.discrete else theirs.logpdf
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(found["log_prob"], density(x), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(found["cdf"], theirs.cdf(x), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(found["above"], theirs.sf(x), rtol=1e-9, atol=1e-13)


@pytest.mark.long
@pytest.mark.parametrize(
    "distribution",
    [
        pytest.param(d, marks=[pytest.mark.slow] * isinstance(d, Truncated | PowerLaw | GeneralizedNormal))
        for d in CONTINUOUS
    ],
    ids=name_of,
)
@pytest.mark.usefixtures("x64")
def test_cdf_inverts_icdf_and_density_is_its_derivative(distribution: Distribution) -> None:
    found = around_the_quantiles(distribution)
    x = found["x"][:30]
    np.testing.assert_allclose(found["cdf"][:30], found["u"], atol=1e-12)
    np.testing.assert_allclose(found["icdf_above"], x, rtol=1e-11)
    np.testing.assert_allclose(np.exp(found["log_prob"][:30]), found["derivative"][:30], rtol=1e-8)


@pytest.mark.parametrize(("distribution", "theirs"), [p for p in WITH_SCIPY if p[0].discrete], ids=name_of)
def test_separate_numbers_have_their_own_probabilities(distribution: Distribution, theirs: Any) -> None:
    values = np.asarray([*theirs.xk, 0.6], np.float32)
    found = evaluated(distribution, values)
    np.testing.assert_allclose(np.exp(found["log_prob"][:-1]), theirs.pk, rtol=1e-5)
    np.testing.assert_allclose((found["cdf"] - found["below"])[:-1], theirs.pk, rtol=1e-5)
    assert found["log_prob"][-1] == -jnp.inf


def test_order_and_scale_of_a_categorical_do_not_matter() -> None:
    u = np.linspace(0.01, 0.99, 31)
    again = Categorical((0.5, 9.0, 3.0, 0.75), (20.0, 0.0, 10.0, 50.0))
    np.testing.assert_array_equal(icdf(again, u), icdf(Categorical(VALUES, WEIGHTS), u))
    ends = Categorical(jnp.array(VALUES), jnp.array(WEIGHTS)).support()
    assert tuple(float(end) for end in ends) == Categorical(VALUES, WEIGHTS).support() == (0.5, 3.0)
    # a weight of zero is never drawn, not even by the largest u that there is
    assert icdf(Categorical((1.0, 2.0), (1.0, 0.0)), 1.0 - 2.0**-24) == 1.0
    assert icdf(Categorical((1.0, 2.0), (0.0, 1.0)), 2.0**-24) == 2.0


def test_outside_its_support_a_density_is_zero() -> None:
    pairs = [
        (Uniform(0.0, 1.0), 1.5),
        (LogNormal(0.0, 1.0), -1.0),
        (SymmetricUniformAnnulus(1.0, 2.0), 0.5),
        (TruncatedNormal(0.0, 1.0, -1.0, 1.0), 1.5),
        (Beta(2.0, 2.0), 1.5),
    ]
    densities = jax.jit(lambda pairs: [distribution.log_prob(x) for distribution, x in pairs])(pairs)
    assert densities == [-jnp.inf] * len(pairs)


@pytest.mark.parametrize(
    "distribution",
    [pytest.param(d, marks=[pytest.mark.slow] * isinstance(d, COMPOUND)) for d in CONTINUOUS],
    ids=name_of,
)
@pytest.mark.usefixtures("x64")
def test_samples_differentiate_in_the_parameters(distribution: Distribution) -> None:
    """Against central differences, in every parameter; the second derivative too, where that is cheap."""
    if isinstance(distribution, Truncated):
        distribution = Truncated(distribution.inner, distribution.lower, 40.0)
    distribution, u, step = as_floats(distribution), jnp.array([0.2, 0.45, 0.7]), 1e-5
    reverse = jax.tree.leaves(pullback(distribution, u))
    for i, tangent in enumerate(unit_tangents(distribution)):
        ends = [moved(distribution, tangent, sign * step) for sign in (-1.0, 1.0)]
        below, above = (np.asarray(icdf(end, u)) for end in ends)
        forward = np.asarray(sensitivity(distribution, tangent, u))
        np.testing.assert_allclose(forward, (above - below) / (2 * step), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(reverse[i], forward.sum(), rtol=1e-10)
        if not isinstance(distribution, COMPOUND):
            below, above = (np.asarray(sensitivity(end, tangent, u)) for end in ends)
            second = second_derivative(distribution, tangent, u)
            np.testing.assert_allclose(second, (above - below) / (2 * step), rtol=1e-6, atol=1e-9)


def central(f: Callable[[float], Any], x: float, step: float = 1e-5) -> float:
    return float(f(x + step) - f(x - step)) / (2 * step)


@pytest.mark.slow
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
        (lambda p: TruncatedNormal(0.0, 1.0, p, 8.0), lambda p: stats.truncnorm(p, 8.0)),
        (lambda p: TruncatedNormal(-4.0, 1.0, -math.inf, p), lambda p: stats.truncnorm(-math.inf, p + 4, -4)),
        (lambda p: Beta(p, 2.5), lambda p: stats.beta(p, 2.5)),
        (lambda p: Beta(40.0, 50 * p), lambda p: stats.beta(40.0, 50 * p)),
        (lambda p: Beta(2.0, 3.0, -1.0, p), lambda p: stats.beta(2.0, 3.0, -1.0, p + 1.0)),
    ],
)
@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_sample_are_those_of_scipy_s(
    make: Callable[[Any], Distribution], theirs: Callable[[float], Any]
) -> None:
    u = np.array([0.003, 0.4, 0.995])
    distribution, tangent = map(as_floats, jax.jvp(make, (0.8,), (1.0,)))
    expected = [central(lambda p, v=v: theirs(p).ppf(v), 0.8) for v in u]
    np.testing.assert_allclose(sensitivity(distribution, tangent, u), expected, rtol=2e-6, atol=1e-9)


cdf_derivatives = jax.jit(jax.jacfwd(lambda distribution, x: distribution.cdf(x)))


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.4), (5.0, 0.6), (30.0, 60.0), (2000.0, 1500.0)])
@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_beta_s_cdf(a: float, b: float) -> None:
    """In a and b, with respect to which `betainc` of jax cannot be differentiated."""
    x = np.array([*stats.beta(a, b).ppf([0.001, 0.3, 0.9]), 0.0, 1.0])
    found = cdf_derivatives(as_floats(Beta(a, b)), x)
    by_a, by_b = np.asarray(found.a), np.asarray(found.b)
    for i, at in enumerate(x[:3]):
        assert by_a[i] == pytest.approx(central(lambda a, at=at: stats.beta(a, b).cdf(at), a), rel=1e-5)
        assert by_b[i] == pytest.approx(central(lambda b, at=at: stats.beta(a, b).cdf(at), b), rel=1e-5)
    np.testing.assert_array_equal(by_a[3:], [0.0, 0.0])


@pytest.mark.parametrize(
    "distribution",
    [
        pytest.param(d, marks=[pytest.mark.slow] * isinstance(d, Truncated | PowerLaw | GeneralizedNormal))
        for d in CONTINUOUS
    ],
    ids=name_of,
)
def test_derivatives_are_finite_in_float32(distribution: Distribution) -> None:
    u, distribution = np.array([2.0**-24, 0.5, 1.0 - 2.0**-24], np.float32), as_floats(distribution)
    for tangent in unit_tangents(distribution)[:2]:
        assert np.isfinite(sensitivity(distribution, tangent, u)).all()


@pytest.mark.parametrize(
    "distribution",
    [
        Uniform(0.2, 0.8),
        Normal(0.5, 0.1),
        pytest.param(LogNormal(0.0, 0.5), marks=pytest.mark.slow),
        pytest.param(LogUniform(0.2, 2.0), marks=pytest.mark.slow),
    ],
    ids=name_of,
)
def test_infinite_bounds_do_no_harm_to_derivatives(distribution: Distribution) -> None:
    """As for the redshift of the last plane, which nothing bounds."""
    for bounds in ((0.4, jnp.inf), (-jnp.inf, 0.6)):
        gradient = restricted_pullback(distribution, 0.3, *bounds)
        assert np.isfinite(jax.tree.leaves(gradient)).all()


@pytest.mark.usefixtures("x64")
def test_truncation_is_what_redrawing_converges_to() -> None:
    distribution, lower, upper = Normal(0.5, 0.2), 0.6, 0.9
    redrawn = np.random.default_rng(0).normal(0.5, 0.2, 400_000)
    redrawn = np.sort(redrawn[(redrawn > lower) & (redrawn < upper)])
    truncated = restricted(distribution, np.array([0.1, 0.5, 0.9]), lower, upper)
    np.testing.assert_allclose(truncated, np.quantile(redrawn, [0.1, 0.5, 0.9]), atol=3e-3)


@jax.jit
def in_the_tail(
    inner: Distribution, low: float, high: float, u: jax.Array, x: jax.Array
) -> tuple[dict[str, jax.Array], jax.Array]:
    """Quantiles at u, cdf and density at x of a truncated distribution, and the interval's probability."""
    distribution = Truncated(inner, low, high)
    found = {"icdf": distribution.icdf(u), "cdf": distribution.cdf(x)}
    found["twice"] = truncated_icdf(distribution, u, -math.inf, math.inf)
    found["probability"] = probability_between(inner, low, high)
    return found, distribution.log_prob(x)


@pytest.mark.long
@pytest.mark.parametrize(
    ("low", "high"), [(8.0, math.inf), (6.0, 6.5), (-math.inf, -9.0), (-7.0, -6.9), (11.0, 12.0)]
)
def test_far_tails_are_precise_in_float32(low: float, high: float) -> None:
    u = np.array([2.0**-24, 0.01, 0.3, 0.5, 0.9, 0.999], np.float32)
    expected = stats.truncnorm(low, high).ppf(u)
    normal = Normal(0.0, 1.0)
    found, density = in_the_tail(normal, low, high, u, np.asarray(expected, np.float32))
    np.testing.assert_allclose(found["icdf"], expected, rtol=2e-6)
    np.testing.assert_allclose(found["twice"], expected, rtol=2e-6)
    np.testing.assert_allclose(found["cdf"], u, rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(density, stats.truncnorm(low, high).logpdf(expected), rtol=1e-4, atol=1e-4)
    assert found["probability"] == pytest.approx(
        stats.norm.cdf(-abs(max(low, -high))) - stats.norm.cdf(-abs(max(high, -low))), rel=1e-4
    )


def test_truncation_of_separate_numbers_keeps_those_at_the_ends() -> None:
    u = np.linspace(0.001, 0.999, 999)
    assert set(np.asarray(restricted(UniformInt(0, 9), u, 2.0, 4.0))) == {2.0, 3.0, 4.0}
    kept = restricted(Categorical((1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 3.0, 1.0)), u, 2.0, 3.0)
    assert np.mean(np.asarray(kept) == 3.0) == pytest.approx(0.75, abs=0.002)


def test_truncation_where_nothing_is_left_stays_finite() -> None:
    assert restricted(Normal(0.5, 0.01), 0.5, 0.9, jnp.inf) == pytest.approx(0.9)
    assert restricted(DeltaFunction(0.7), 0.5, 0.2, jnp.inf) == pytest.approx(0.7)


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
        (Categorical((1.0, 2.0), (0.0, 1e-60)), ["weights are all zero; one must be above zero"]),
        (
            Categorical((1.0, 2.0), (3e38, 3e38)),
            ["weights sum to more than 3.4e+38; divide all by the largest"],
        ),
        (Truncated(Normal(0.0, 0.0), 0.0, 1.0), ["std is 0.0; it must be above zero"]),
        (Categorical((1.0, 2.0), (0.0, 1.0)), []),
        (Beta(1.0, 1.0), []),
    ],
    ids=name_of,
)
def test_illegal_parameters_are_explained(distribution: Distribution, words: list[str]) -> None:
    assert distribution.problems() == words
