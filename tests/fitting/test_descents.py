"""Bookkeeping of descents: which starts are followed, which ends agree, and how ends are put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens.fitting import descents, least_squares
from jaxlens.fitting.descents import Optima, _converged, _Pool, _starting
from jaxlens.fitting.search import reached
from jaxlens.fitting.stacking import with_history, with_more_starts


def optima(value: list[list[float]], **changes: Any) -> Optima:
    """Ends with these values in two parameters, all converged, after three steps."""
    v = np.array(value)
    n, s = v.shape
    fields = {
        "point": np.arange(2.0 * n * s).reshape(n, s, 2),
        "value": v,
        "minus_log_posterior": v + 1.0,
        "curvature": np.broadcast_to(np.eye(2), (n, s, 2, 2)),
        "decrease": np.zeros((n, s)),
        "stuck": np.zeros((n, s), bool),
        "converged": np.ones((n, s), bool),
        "failed": np.zeros((n, s), bool),
        "history": np.broadcast_to(v + 1.0, (3, n, s)),
    }
    return Optima(**fields | changes)


def test_all_starts_of_a_later_wave_are_followed() -> None:
    """Those of the first wave, which are done, take the place of none."""
    pool = object.__new__(_Pool)
    pool.shape = (1, 6)
    pool.state = _starting(np.zeros((6, 2), np.float32))
    pool.current = np.array([False, False, True, True, True, True])
    pool.keep_best(4)
    assert pool.current.tolist() == [False, False, True, True, True, True]
    pool.state.expansion.value[:] = [0.0, 0.0, 4.0, 1.0, 3.0, 2.0]
    pool.keep_best(2)
    assert pool.current.tolist() == [False, False, False, True, False, True]


def test_a_descent_has_converged_where_rounding_hides_what_is_left() -> None:
    state = _starting(np.zeros((4, 2), np.float32))
    state.decrease[:] = [1e-4, 0.01, 0.01, 20.0]
    state.damping[:] = [1.0, 1.0, *[2.0 * least_squares.MAX_DAMPING] * 2]
    # the last one is at a kink; the second may still take steps
    assert _converged(state).tolist() == [True, False, True, False]


def test_ends_at_a_kink_agree_within_what_they_may_still_fall() -> None:
    close = optima([[0.0, 6.0, np.inf], [0.0, 6.0, np.inf], [0.0, 0.4, 3.0]])
    stuck = np.array([[True, True, False], [False, False, False], [False, False, False]])
    found = close._replace(decrease=np.full((3, 3), 5.0), stuck=stuck, converged=~stuck)
    assert reached(found).tolist() == [2, 1, 2]


def test_ends_that_go_on_replace_those_they_come_from() -> None:
    before = optima([[3.0, 2.0, np.inf], [5.0, 4.0, 6.0]])
    after = optima([[1.0, 0.5]])
    found = with_history(before, after, np.array([1]), np.array([[1, 0]]))
    np.testing.assert_array_equal(found.value, [[3.0, 2.0, np.inf], [0.5, 1.0, np.inf]])
    np.testing.assert_array_equal(found.point[1, :2], after.point[0, ::-1])
    np.testing.assert_array_equal(found.converged, [[True] * 3, [True, True, False]])
    assert found.best.tolist() == [1, 0]
    assert found.history.shape == (6, 2, 3)
    # the history ends where the ends are
    np.testing.assert_array_equal(found.history[-1, 1], found.minus_log_posterior[1])
    np.testing.assert_array_equal(found.history[-1, 0], before.minus_log_posterior[0])


def test_more_starts_of_some_images_leave_the_others_as_they_are() -> None:
    before, after = optima([[3.0, 2.0], [5.0, 4.0]]), optima([[1.0, 7.0]])
    found = with_more_starts(before, after, np.array([1]))
    np.testing.assert_array_equal(found.value, [[3.0, 2.0, np.inf, np.inf], [5.0, 4.0, 1.0, 7.0]])
    assert found.best.tolist() == [1, 2]
    assert np.isnan(found.point[0, 2:]).all()
    assert not found.failed.any()
    assert found.history.shape == (6, 2, 4)
    assert not np.isnan(found.history).any()
    np.testing.assert_array_equal(found.history[-1], found.minus_log_posterior)


@pytest.mark.parametrize("decrease", [descents.TOLERANCE, descents.ROUNDING])
def test_what_is_left_is_a_small_part_of_a_standard_deviation(decrease: float) -> None:
    """The decrease is half of the squared distance to the maximum in standard deviations."""
    assert np.sqrt(2.0 * decrease) <= 0.2
