"""Linear interpolation of a table's weights: the simplices from which MODE: interpolate draws."""

from __future__ import annotations

import math

import numpy as np

# The approximate number of simplices per point in a Delaunay triangulation of random points, by dimension.
_PER_POINT = {2: 2.0, 3: 6.8, 4: 32.0, 5: 190.0, 6: 1300.0, 7: 1.1e4, 8: 1e5}
# The largest number of simplices, to bound the memory and the time of a triangulation.
MAX_SIMPLICES = 500_000


class NoInterpolation(ValueError):
    """The rows of a table cannot be interpolated; the message says why."""


def interpolate(points: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A piecewise linear density through the rows of a table.

    The density is that of scipy's LinearNDInterpolator.  The simplices are those of a Delaunay triangulation
    of the points, without rescaling; with one column they are the segments between the sorted points.  The
    density is the weight at each corner, linear inside each simplex, and zero outside all of them.  Constant
    columns, and columns that equal another, do not count as dimensions.

    Args:
        points: the values of the table, (rows, columns).
        weights: the density at the points up to a factor, (rows,), none negative.

    Returns:
        corners: the rows at the corners of the m simplices, (m, d + 1), in d dimensions.
        cumulative: the cumulative probability of every pair of simplex and corner, (m (d + 1),), which is
            proportional to the simplex's volume times the corner's weight.  Given such a pair, the
            barycentric coordinates of a draw have a Dirichlet distribution with parameter 2 for that corner
            and 1 for the others.

    Raises:
        NoInterpolation: if the points span no volume or are too many.

    >>> corners, cumulative = interpolate(np.array([[1.0], [3.0], [2.0]]), np.array([1.0, 1.0, 1.0]))
    >>> corners.tolist(), cumulative.tolist()
    ([[0, 2], [2, 1]], [0.25, 0.5, 0.75, 1.0])
    """
    points = np.unique(points[:, np.ptp(points, axis=0) > 0], axis=1)
    if not points.shape[1]:
        raise NoInterpolation("has the same numbers in all rows")
    corners = _segments(points[:, 0]) if points.shape[1] == 1 else _triangulation(points)
    edges = points[corners[:, 1:]] - points[corners[:, :1]]
    with np.errstate(over="ignore", invalid="ignore"):
        volumes = np.abs(np.linalg.det(edges)) / math.factorial(points.shape[1])
        cumulative = np.cumsum((volumes[:, None] * weights[corners]).ravel())
    if not np.isfinite(cumulative[-1]):
        raise NoInterpolation("has rows too far apart to interpolate")
    if not cumulative[-1] > 0:
        raise NoInterpolation("has no weight between its rows")
    return corners, cumulative / cumulative[-1]


def _segments(points: np.ndarray) -> np.ndarray:
    """The rows at the ends of the intervals between the sorted points, (rows - 1, 2)."""
    order = np.argsort(points, kind="stable")
    return np.stack([order[:-1], order[1:]], axis=1)


def _triangulation(points: np.ndarray) -> np.ndarray:
    """The rows at the corners of the Delaunay simplices, (m, d + 1)."""
    # imported here because most files interpolate nothing
    from scipy.spatial import Delaunay, QhullError

    rows, columns = points.shape
    if rows <= columns:
        raise NoInterpolation(f"has {rows} rows, too few to interpolate {columns} columns")
    if rows * _PER_POINT.get(columns, math.inf) > MAX_SIMPLICES:
        raise NoInterpolation(f"has {rows} rows of {columns} columns, too many to interpolate")
    try:
        return Delaunay(points).simplices.astype(np.int64)
    except QhullError:
        raise NoInterpolation("has rows that all lie on a line or in a plane") from None
