"""Delays and flux ratios as residuals: the sum of squares with their covariance, errors in plain words."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.modelling.quasars.delays import TimeDelays
from jaxlens.modelling.quasars.flux_ratios import FluxRatios, magnification_ratios
from jaxlens.modelling.quasars.measurements import whitened

COVARIANCE = np.array(
    [[9.0, 0.0, 0.0, 0.0], [0.0, 4.0, 1.0, 0.5], [0.0, 1.0, 2.0, 0.3], [0.0, 0.5, 0.3, 1.0]]
)


def test_delays_have_the_chi_square_of_their_covariance() -> None:
    days, times = np.array([0.0, 11.0, 14.0, 30.0]), np.array([100.0, 112.0, 113.0, 131.0])
    rows, target = TimeDelays(days, COVARIANCE).rows(4)
    apart = (times - times[0] - days)[1:]
    by_hand = apart @ np.linalg.solve(COVARIANCE[1:, 1:], apart)
    np.testing.assert_allclose(np.sum((rows @ times - target) ** 2), by_hand)


def test_an_unknown_delay_is_left_out_and_any_image_can_be_the_reference() -> None:
    rows, target = TimeDelays([np.nan, 11.0, 0.0, 30.0], [1.0, 2.0, 1.0, 3.0], reference=2).rows(4)
    times = np.array([7.0, 20.0, 5.0, 32.0])
    np.testing.assert_allclose(rows @ times - target, [(15.0 - 11.0) / 2.0, (27.0 - 30.0) / 3.0])


def test_flux_ratios_are_compared_with_those_of_magnifications() -> None:
    ratios = np.asarray(magnification_ratios(np.array([4.0, 2.0, 6.0]), np.array([0.0, 1.0, 0.0])))
    np.testing.assert_allclose(ratios, [2.0, 1.0, 3.0])
    rows, target = FluxRatios([1.8, 1.0, np.nan], [0.1, 0.1, 0.1], reference=1).rows(3)
    np.testing.assert_allclose(rows @ ratios - target, [2.0])


@pytest.mark.parametrize(
    ("values", "errors", "reference", "message"),
    [
        ([0.0, 1.0, 2.0], [1.0, 1.0], 0, r"shape \(3,\); give one for each of the 2 images"),
        ([0.0, 1.0], [1.0, 1.0, 1.0], 0, r"errors of delays have shape \(3,\)"),
        ([0.0, 1.0], [1.0, 1.0], 2, "is image 2; give 0 to 1"),
        ([0.0, np.nan], [1.0, 1.0], 0, "no delays are known"),
        ([0.0, 1.0], [1.0, 0.0], 0, "not all above 0"),
    ],
)
def test_what_cannot_be_is_said(
    values: list[float], errors: list[float], reference: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        whitened("delays", values, errors, reference, 2)


def test_a_covariance_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="not positive definite"):
        whitened("delays", np.arange(3.0), np.array([[1, 0, 0], [0, 1, 2], [0, 2, 1]]), 0, 3)
