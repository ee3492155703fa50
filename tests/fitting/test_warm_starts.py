"""Starts about a known point: the point itself, and draws by its covariance; the rest from the priors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from jaxlens.distributions import Normal, Uniform
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.transforms import transform_of
from jaxlens.fitting.warm_starts import SPREAD, warm_points
from tests.fitting.test_result import NAMES, result

THETA_E, MAGNITUDE = NAMES[0], NAMES[1].removesuffix("-g")
BANDS = ("g", "r")
PRIORS = (Uniform(0.5, 1.5), Normal(20.0, 2.0), Normal(20.0, 2.0), Normal(0.0, 0.3))
COUNT = 4000


def free() -> FreeParameters:
    """Another file's parameters: those of `result` with other priors, and one more of its own."""
    places = ((THETA_E, None), (MAGNITUDE, 0), (MAGNITUDE, 1), ("own", None))
    return FreeParameters(places, PRIORS, frozenset(), frozenset(), transform_of(PRIORS), {})


def drawn() -> np.ndarray:
    return np.random.default_rng(5).normal(size=(COUNT, 4)).astype(np.float32)


def test_starts_about_a_result_are_its_point_and_draws_by_its_covariance() -> None:
    bright = {MAGNITUDE: np.array([[19.0, 22.0], [18.0, 21.0]])}
    earlier = result(2, params=bright)
    points, complete = warm_points(earlier, free(), BANDS, drawn(), 2)
    assert not complete
    assert points.shape == (2, COUNT, 4)
    x = np.asarray(free().transform.constrained(points), np.float64)
    np.testing.assert_allclose(x[:, 0, :2], earlier.values[:, :2], rtol=1e-4)
    # what the result does not have stays as it was drawn
    np.testing.assert_array_equal(points[0, :, 3], drawn()[:, 3])
    u = points.astype(np.float64)
    found = np.cov(u[0, 1:, :2].T)
    slope = np.exp(np.asarray(free().transform.log_derivative(u[0, 0])))[:2]
    right = earlier.covariance[0][:2, :2] / (slope[:, None] * slope[None, :])
    np.testing.assert_allclose(found, right, rtol=0.1, atol=0.02 * np.abs(right).max())
    # the magnitude in r was not free in the earlier fit, and has no error
    np.testing.assert_allclose(x[:, 0, 2], earlier.params[MAGNITUDE][:, 1], rtol=1e-3, atol=1e-3)


def test_one_result_serves_several_images() -> None:
    points, _ = warm_points(result(1), free(), BANDS, drawn(), 3)
    np.testing.assert_array_equal(points[0], points[2])
    with pytest.raises(ValueError, match="the result of 2 images; give that of one, or of 3"):
        warm_points(result(2), free(), BANDS, drawn(), 3)


def test_bands_are_found_by_their_names() -> None:
    params = result().params | {MAGNITUDE: np.array([[21.0, 22.0]])}
    earlier = dataclasses.replace(result(), names=(THETA_E, "a", "gamma1"), bands=("r", "g"), params=params)
    points, _ = warm_points(earlier, free(), BANDS, drawn(), 1)
    x = np.asarray(free().transform.constrained(points[0, 0]))
    np.testing.assert_allclose(x[1:3], [22.0, 21.0], rtol=1e-6)


def test_values_by_name_have_a_small_spread() -> None:
    given = {THETA_E: [0.7, 1.2], f"{MAGNITUDE}-g": 19.0, MAGNITUDE: [1.0, 23.0], "own": 0.1, "unknown": 3.0}
    points, complete = warm_points(given, free(), BANDS, drawn(), 2)
    assert complete
    x = np.asarray(free().transform.constrained(points[:, 0]))
    np.testing.assert_allclose(x, [[0.7, 19.0, 23.0, 0.1], [1.2, 19.0, 23.0, 0.1]], rtol=1e-5)
    np.testing.assert_allclose(points[0].std(axis=0), SPREAD, rtol=0.1)


def test_what_cannot_be_a_start_is_refused() -> None:
    with pytest.raises(ValueError, match="has none of the free parameters; give at least one of PLANE_1"):
        warm_points({"unknown": 1.0}, free(), BANDS, drawn(), 1)
    with pytest.raises(ValueError, match=r"theta_E is \[1.7\] in start_from, which its prior does not allow"):
        warm_points({THETA_E: 1.7}, free(), BANDS, drawn(), 1)
    with pytest.raises(ValueError, match="theta_E in start_from has shape"):
        warm_points({THETA_E: [1.0, 1.0, 1.0]}, free(), BANDS, drawn(), 2)
