"""Lines on which a function is 0: a circle's length, its area by the sense of the pieces, and saddles."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.modelling.level_lines import level_lines

AXIS = np.linspace(-2.0, 2.0, 201)
X, Y = np.meshgrid(AXIS, AXIS)


def area(pieces: np.ndarray) -> float:
    """By Green's theorem; above 0 where the function is higher inside."""
    (x0, y0), (x1, y1) = np.moveaxis(pieces, -1, 1).transpose(2, 1, 0)
    return float(0.5 * np.sum(x0 * y1 - x1 * y0))


def test_a_circle_has_its_length_and_area() -> None:
    pieces = level_lines(1.5**2 - X**2 - Y**2, AXIS, AXIS)
    length = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T).sum()
    assert length == pytest.approx(2 * np.pi * 1.5, rel=1e-3)
    assert area(pieces) == pytest.approx(np.pi * 1.5**2, rel=1e-3)
    assert area(level_lines(X**2 + Y**2 - 1.5**2, AXIS, AXIS)) == pytest.approx(-np.pi * 1.5**2, rel=1e-3)
    np.testing.assert_allclose(np.hypot(pieces[..., 0], pieces[..., 1]), 1.5, rtol=1e-3)


def test_each_end_of_a_piece_is_the_beginning_of_the_next() -> None:
    """Also where corners of cells alternate, as those of a noisy function do."""
    values = np.random.default_rng(2).normal(size=(30, 40))
    values[[0, -1]] = values[:, [0, -1]] = -1.0
    pieces = level_lines(values, np.arange(40.0), np.arange(30.0))
    begins, ends = (sorted(map(tuple, pieces[:, side].round(9))) for side in (0, 1))
    assert begins == ends
    assert len(set(begins)) == len(begins) > 400


def test_there_is_no_line_beside_a_value_that_is_not_finite() -> None:
    values = np.ones((3, 3))
    values[1, 1] = np.nan
    assert level_lines(values, np.arange(3.0), np.arange(3.0)).shape == (0, 2, 2)
