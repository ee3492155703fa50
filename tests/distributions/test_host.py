"""Probabilities on the host are those of JAX, and what they can tell without JAX compiles nothing."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest
from scipy import stats

from jaxlens.distributions import (
    Beta,
    Categorical,
    DeltaFunction,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Truncated,
    TruncatedNormal,
    Uniform,
    UniformInt,
    host,
)

COMPARE = {"<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt}
# Each with its support and a value beyond either end
BOUNDED: list[tuple[Distribution, tuple[float, float]]] = [
    (Uniform(2.0, 5.0), (2.0, 5.0)),
    (LogUniform(1.0, 10.0), (1.0, 10.0)),
    (Beta(2.0, 5.0, -1.0, 3.0), (-1.0, 3.0)),
    (TruncatedNormal(0.5, 2.0, -1.0, 3.0), (-1.0, 3.0)),
    (UniformInt(0.4, 3.6), (0.0, 4.0)),
    (DeltaFunction(2.0), (2.0, 2.0)),
    (Categorical((3.0, 0.5, 9.0), (1.0, 2.0, 0.0)), (0.5, 3.0)),
    (Truncated(LogNormal(0.0, 1.0), -1.0, 4.0), (0.0, 4.0)),
]


@pytest.fixture
def without_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any use of a compiled function fails."""
    for name in ("_probability", "_probability_between", "_quantile"):
        monkeypatch.delattr(host, name)


@pytest.mark.usefixtures("without_jax")
@pytest.mark.parametrize("side", COMPARE)
@pytest.mark.parametrize(("distribution", "ends"), BOUNDED)
def test_beyond_the_support_all_is_certain(distribution, ends, side):
    assert host.support(distribution) == ends
    for end, beyond in zip(ends, (-0.25, 0.25), strict=True):
        # all values compare with what is beyond the end as the end does
        expected = float(COMPARE[side](end, end + beyond))
        assert host.probability(distribution, side, end + beyond) == expected


@pytest.mark.usefixtures("without_jax")
@pytest.mark.parametrize(
    ("side", "at_low", "at_high"), [("<", 0, 1), ("<=", 0, 1), (">=", 1, 0), (">", 1, 0)]
)
def test_the_ends_of_an_interval_have_no_probability(side, at_low, at_high):
    assert host.probability(Uniform(2.0, 5.0), side, 2.0) == at_low
    assert host.probability(Uniform(2.0, 5.0), side, 5.0) == at_high


@pytest.mark.usefixtures("without_jax")
@pytest.mark.parametrize(
    ("distribution", "theirs"),
    [
        (Normal(-1.0, 0.5), stats.norm(-1.0, 0.5)),
        (LogNormal(0.2, 0.4), stats.lognorm(0.4, scale=np.exp(0.2))),
    ],
)
def test_normal_tails_are_scipy_s(distribution, theirs):
    for x in np.asarray(theirs.ppf([1e-9, 0.01, 0.5, 0.99, 1 - 1e-9])).tolist():
        for side, share in (
            ("<", theirs.cdf(x)),
            ("<=", theirs.cdf(x)),
            (">=", theirs.sf(x)),
            (">", theirs.sf(x)),
        ):
            assert host.probability(distribution, side, x) == pytest.approx(share, rel=1e-12)


@pytest.mark.usefixtures("without_jax")
def test_a_normal_quantile_is_scipy_s():
    for p in (1e-4, 0.01, 0.99):
        assert host.quantile(Normal(20.0, 2.0), p) == pytest.approx(stats.norm(20.0, 2.0).ppf(p), rel=1e-12)


def test_what_is_inside_the_support_is_jax_s():
    values = UniformInt(0.0, 3.0)
    found = [host.probability(values, side, 1.0) for side in COMPARE]
    np.testing.assert_allclose(found, [1 / 6, 1 / 2, 5 / 6, 1 / 2], rtol=1e-6)
    assert host.quantile(LogUniform(1.0, 100.0), 0.5) == pytest.approx(10.0, rel=1e-6)


def test_draws_are_possible_where_single_precision_has_a_probability():
    assert host.is_possible_between(Normal(0.0, 1.0), 3.0, math.inf)
    assert host.is_possible_between(Normal(0.0, 1.0), 5.0, 6.0)
    assert not host.is_possible_between(Normal(0.0, 1.0), 20.0, 21.0)
    assert not host.is_possible_between(LogNormal(0.0, 1.0), -2.0, -1.0)


@pytest.mark.usefixtures("without_jax")
def test_an_interval_around_the_mean_is_possible_without_jax():
    assert host.is_possible_between(Normal(290.0, 20.0), 200.0, 400.0)
    assert host.is_possible_between(LogNormal(0.0, 1.0), -math.inf, 1.0)
