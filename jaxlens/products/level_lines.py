"""The lines on which a function on a grid is 0, from edge to edge of its cells: marching squares.

In a cell of the grid whose corners are not all on one side of 0 a piece of a line runs from edge to edge;
where corners alternate, the mean of the four says which edges are joined (Lorensen & Cline 1987, Computer
Graphics 21, 163, in two dimensions).  Pieces that meet on an edge are parts of one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# The corners of a cell, counter-clockwise from the lower left, and its edges: from corner i to corner i + 1.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
# Which corners are above 0, bit i for corner i -> the edges between which a piece runs, the higher side on
# its left.
_PIECES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}
# The same where two opposite corners are above 0: with the mean below 0, and with the mean above.
_SADDLES = {5: (((0, 3), (2, 1)), ((0, 1), (2, 3))), 10: (((1, 0), (3, 2)), ((1, 2), (3, 0)))}


class Line(NamedTuple):
    """A line, as the edges of the grid that it crosses, in order; the higher side is on its left.

    Attributes:
        low: row and column of the end of each edge at which the function is not above 0, (k, 2).
        high: of the other end, at which it is, (k, 2).
        is_closed: whether the line returns to where it began; the first edge is then the last one, too.
    """

    low: np.ndarray
    high: np.ndarray
    is_closed: bool


def level_lines(values: np.ndarray, is_periodic: bool = False) -> list[Line]:
    """The lines on which a function on a grid is 0.

    Args:
        values: of the function, (rows, columns); cells with a corner that is not finite have no line.
        is_periodic: whether the last row is the first one again, as of angles from 0 to 2 pi.

    Returns:
        The lines, the longest first.

    >>> (line,) = level_lines(np.array([[-1.0, 1.0], [-1.0, 3.0]]))
    >>> line.low.tolist(), line.high.tolist(), line.is_closed
    ([[1, 0], [0, 0]], [[1, 1], [0, 1]], False)
    """
    rows, columns = values.shape
    pieces = _pieces(values)
    if is_periodic:
        # an edge along the last row is one along the first
        pieces = np.where(pieces // (2 * columns) == rows - 1, pieces - 2 * columns * (rows - 1), pieces)
    lines = [_line(values, np.array(chain)) for chain in _chains(pieces)]
    return sorted(lines, key=lambda line: -len(line.low))


def _pieces(values: np.ndarray) -> np.ndarray:
    """The numbers of the edges between which pieces run, (m, 2); the higher side is on their left.

    The edge from (row, column) to the next column has the number 2 (row columns + column), that to the next
    row the number after it.
    """
    rows, columns = (index.ravel() for index in np.indices((values.shape[0] - 1, values.shape[1] - 1)))
    corners = np.stack([values[rows + i, columns + j] for i, j in _CORNERS])
    above = np.where(np.isfinite(corners).all(axis=0), sum((corners[i] > 0) << i for i in range(4)), 0)
    high = corners.mean(axis=0) > 0.0
    width = values.shape[1]
    first = 2 * (rows * width + columns)
    # the lower, right, upper and left edge of each cell
    edges = np.stack([first, first + 3, first + 2 * width, first + 1])
    found = [np.zeros((0, 2), int)]
    for case, pieces in _PIECES.items():
        found += [edges[piece, :][:, above == case].T for piece in map(list, pieces)]
    for case, (low_mean, high_mean) in _SADDLES.items():
        found += [edges[piece, :][:, (above == case) & ~high].T for piece in map(list, low_mean)]
        found += [edges[piece, :][:, (above == case) & high].T for piece in map(list, high_mean)]
    return np.concatenate(found)


def _chains(pieces: np.ndarray) -> Iterator[list[int]]:
    """The edges of each line in order; those of a closed line end with the first one."""
    following = dict(pieces.tolist())
    beginnings = following.keys() - set(following.values())
    for start in (*sorted(beginnings), *sorted(following.keys() - beginnings)):
        if start not in following:
            continue
        chain = [start]
        while chain[-1] in following:
            chain.append(following.pop(chain[-1]))
        yield chain


def _line(values: np.ndarray, edges: np.ndarray) -> Line:
    """The line through some edges."""
    columns = values.shape[1]
    start = np.stack(np.divmod(edges // 2, columns), axis=-1)
    end = start + np.stack([edges % 2, 1 - edges % 2], axis=-1)
    is_low = values[start[:, 0], start[:, 1]] <= 0.0
    low, high = np.where(is_low[:, None], start, end), np.where(is_low[:, None], end, start)
    return Line(low, high, bool(edges[0] == edges[-1]))
