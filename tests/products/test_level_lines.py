"""Lines on which a function is 0: their edges, their sense, and how they hang together."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.products.level_lines import Line, level_lines

AXIS = np.linspace(-2.0, 2.0, 201)
X, Y = np.meshgrid(AXIS, AXIS)


def middles(line: Line) -> np.ndarray:
    """The middles of the edges that a line crosses, x and y."""
    return 0.5 * (AXIS[line.low] + AXIS[line.high])[:, ::-1]


def area(line: Line) -> float:
    """By Green's theorem; above 0 where the function is higher inside."""
    x, y = middles(line).T
    return float(0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def test_a_circle_is_one_closed_line() -> None:
    (line,) = level_lines(1.5**2 - X**2 - Y**2)
    assert line.is_closed
    np.testing.assert_array_equal(line.low[0], line.low[-1])
    np.testing.assert_allclose(np.hypot(*middles(line).T), 1.5, atol=0.02)
    assert area(line) == pytest.approx(np.pi * 1.5**2, rel=5e-3)
    (inverse,) = level_lines(X**2 + Y**2 - 1.5**2)
    assert area(inverse) == pytest.approx(-np.pi * 1.5**2, rel=5e-3)


def test_the_ends_of_edges_are_on_the_two_sides() -> None:
    """Also where corners of cells alternate, as those of a noisy function do; and all lines are closed."""
    values = np.random.default_rng(2).normal(size=(30, 40))
    values[[0, -1]] = values[:, [0, -1]] = -1.0
    lines = level_lines(values)
    assert len(lines) > 20
    assert sum(len(line.low) for line in lines) > 400
    assert all(line.is_closed for line in lines)
    edges = [tuple(row) for line in lines for row in np.hstack([line.low, line.high])[1:].tolist()]
    assert len(set(edges)) == len(edges)
    for line in lines:
        assert (values[tuple(line.low.T)] <= 0.0).all()
        assert (values[tuple(line.high.T)] > 0.0).all()
        assert (np.abs(line.low - line.high).sum(axis=1) == 1).all()
        # from an edge to another one of the same cell
        assert (np.abs(np.diff(line.low + line.high, axis=0)).max(axis=1) <= 2).all()
    assert [len(line.low) for line in lines] == sorted((len(line.low) for line in lines), reverse=True)


def test_lines_that_leave_the_grid_are_open() -> None:
    lines = level_lines(Y**2 - 1.0)
    assert [(len(line.low), line.is_closed) for line in lines] == [(201, False)] * 2


def test_a_line_around_a_periodic_grid_is_closed() -> None:
    """Rows are angles, columns radii: one line goes around, and one crosses the first row."""
    angle = np.linspace(0.0, 2.0 * np.pi, 61)[:, None]
    radius = np.linspace(0.0, 1.0, 50)[None, :]
    (around,) = level_lines(radius - 0.5 - 0.1 * np.cos(angle), is_periodic=True)
    assert around.is_closed
    assert len(around.low) > 60
    (across,) = level_lines(0.1 - (radius - 0.5) ** 2 - 0.1 * (1.0 - np.cos(angle)), is_periodic=True)
    assert across.is_closed
    assert not level_lines(0.1 - (radius - 0.5) ** 2 - 0.1 * (1.0 - np.cos(angle)))[0].is_closed


def test_there_is_no_line_beside_a_value_that_is_not_finite() -> None:
    values = np.ones((3, 3))
    values[1, 1] = np.nan
    assert level_lines(values) == []
