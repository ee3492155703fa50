"""Bias and coverage of numbers whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from validation.modelling.mock_statistics import pulls_of


def test_numbers_by_hand() -> None:
    found = pulls_of([1.0, 2.0, 4.0, 5.0], [1.1, 2.0, 3.6, 5.0], [0.2, 0.1, 0.2, 0.3], relative=True)
    assert found.fits == 4
    np.testing.assert_allclose(found.mean, (0.1 - 0.1) / 4.0, atol=1e-12)
    np.testing.assert_allclose(found.median, 0.0, atol=1e-12)
    assert found.coverage == 0.75
    np.testing.assert_allclose(found.width, np.sqrt((0.25 + 4.0) / 4.0))
    np.testing.assert_allclose(found.largest, 2.0)


def test_normal_errors_are_covered_as_they_say() -> None:
    rng = np.random.default_rng(1)
    truth, sigma = rng.uniform(0.7, 1.3, 4000), rng.uniform(0.01, 0.02, 4000)
    found = pulls_of(truth, truth + sigma * rng.standard_normal(4000), sigma)
    assert abs(found.coverage - 0.6827) < 4.0 * found.coverage_error
    assert abs(found.mean) < 4.0 * found.mean_error
    assert abs(found.median) < 4.0 * found.median_error
    np.testing.assert_allclose([found.width, found.robust_width], 1.0, atol=0.08)


def test_errors_that_are_half_of_what_they_should_be() -> None:
    rng = np.random.default_rng(2)
    found = pulls_of(np.zeros(4000), 1.0 + 2.0 * rng.standard_normal(4000), np.ones(4000))
    assert found.coverage < 0.4
    assert found.width > 1.9
    assert abs(found.mean - 1.0) < 4.0 * found.mean_error


def test_one_fit_has_no_statistics() -> None:
    with pytest.raises(ValueError, match="two fits or more, not 1"):
        pulls_of([1.0], [1.0], [0.1])
