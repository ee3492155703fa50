"""Integrals over amplitudes that are 0 or more, against SciPy's integrals of normal densities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm, truncnorm

from jaxlens.modelling.evidence import amplitude_evidence
from jaxlens.modelling.positive_integral import SERIES, above, log_integral_above


def scene(count: int, alike: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A curvature whose numbers are correlated the more the larger `alike` is, a slope and bounds."""
    rng = np.random.default_rng([count, seed])
    rows = rng.standard_normal((count, 2 * count))
    rows += alike * np.sin(0.3 * np.arange(count)[:, None] + 0.5 * np.arange(2 * count))
    curvature = rows @ rows.T
    unit = np.sqrt(np.diagonal(curvature))
    bounds = -np.abs(rng.standard_normal(count)) * rng.choice([0.0, 1.0, 5.0], count) / unit
    return curvature, rng.standard_normal(count) * unit, bounds


def by_scipy(curvature: np.ndarray, slope: np.ndarray, lower: np.ndarray) -> float:
    """The same by a quasi-random sum; it is 0 below 1e-308."""
    covariance = np.linalg.inv(curvature)
    mean = -covariance @ slope
    share = multivariate_normal(cov=covariance).cdf(mean - lower)
    whole = 0.5 * slope @ covariance @ slope - 0.5 * np.linalg.slogdet(curvature / (2.0 * math.pi))[1]
    return float(np.log(share) + whole)


@pytest.mark.parametrize(("count", "alike"), [(1, 0.0), (2, 1.0), (3, 10.0), (10, 0.1), (20, 1.0)])
def test_it_is_scipys_integral(count: int, alike: float) -> None:
    numbers = scene(count, alike)
    assert abs(log_integral_above(*numbers) - by_scipy(*numbers)) < 0.02


def test_one_number_has_its_own_share() -> None:
    own = log_integral_above(np.array([[4.0]]), np.array([-2.0]), np.array([-0.1]))
    # of mean 0.5 and width 0.5
    expected = norm.logsf(-0.1, 0.5, 0.5) + 0.5 * math.log(2.0 * math.pi / 4.0) + 0.5
    assert own == pytest.approx(expected, abs=1e-12)


def test_far_from_all_bounds_it_is_the_whole() -> None:
    curvature, slope, _ = scene(8, 1.0)
    far = np.full(8, -1e6)
    whole = 0.5 * slope @ np.linalg.solve(curvature, slope)
    whole -= 0.5 * np.linalg.slogdet(curvature / (2.0 * math.pi))[1]
    assert log_integral_above(curvature, slope, far) == pytest.approx(whole, abs=1e-9)


def test_the_order_and_the_units_do_not_matter() -> None:
    curvature, slope, lower = scene(12, 1.0)
    own = log_integral_above(curvature, slope, lower)
    order, unit = np.random.default_rng(1).permutation(12), np.geomspace(1e-3, 1e3, 12)
    assert log_integral_above(curvature[np.ix_(order, order)], slope[order], lower[order]) == pytest.approx(
        own, abs=1e-5
    )
    other = log_integral_above(curvature * np.outer(unit, unit), slope * unit, lower / unit)
    assert other - np.sum(np.log(1.0 / unit)) == pytest.approx(own, abs=1e-5)


def test_numbers_that_are_alike_to_rounding_are_integrated_too() -> None:
    """Along their difference the density reaches as far as the bounds: a triangle of their sum."""
    alike = np.array([[1.0, 1.0], [1.0, 1.0 - 1e-13]])
    own = log_integral_above(alike, np.array([-20.0, -20.0]), np.zeros(2))
    # exp(20 s - s^2 / 2) over the sum s, along which the difference is s long
    expected = math.log(20.0) + 200.0 + 0.5 * math.log(2.0 * math.pi)
    assert own == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("z", [3.0, -1.0, -30.0, -SERIES - 0.1, -1e3, -1e6])
def test_moments_above_a_bound(z: float) -> None:
    logs, mean, variance = above(z, 4.0, 0.0)
    assert logs == pytest.approx(norm.logcdf(z / 2.0), rel=1e-12)
    if z > -100.0:
        own = truncnorm(-z / 2.0, np.inf, z, 2.0)
        np.testing.assert_allclose([mean, variance], [own.mean(), own.var()], rtol=1e-5)
    else:
        # an exponential of this slope
        np.testing.assert_allclose([mean, np.sqrt(variance)], 4.0 / -z, rtol=1e-4)


def test_an_amplitude_at_0_counts_the_same_whether_it_is_held_or_not() -> None:
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((5, 40)) + 1.0
    precision = np.full(5, 0.01)
    curvature = rows @ rows.T + np.diag(precision)
    positive = np.array([True, True, True, False, False])
    amplitudes = np.array([2.0, 0.0, 1.0, -1.0, 0.5])
    # the likelihood of which these are the best amplitudes
    rise = precision * amplitudes
    both = [
        amplitude_evidence(
            amplitudes, np.array([True, free, True, True, True]), curvature, rise, positive, precision
        )
        for free in (True, False)
    ]
    assert both[0] == pytest.approx(both[1], abs=1e-12)
    # those of any sign are integrated out in closed form
    signed = curvature[3:, 3:]
    left = curvature[:3, :3] - curvature[:3, 3:] @ np.linalg.solve(signed, curvature[3:, :3])
    expected = (
        by_scipy(left, np.zeros(3), -amplitudes[:3]) - 0.5 * np.linalg.slogdet(signed / (2 * math.pi))[1]
    )
    expected += np.sum(0.5 * np.log(precision / (2.0 * math.pi))) + 3.0 * math.log(2.0)
    assert both[0] == pytest.approx(expected, abs=0.02)
