"""The lines on which a function on a grid is 0, as short pieces: marching squares.

In a cell of the grid whose corners are not all on one side of 0 a piece runs from edge to edge; where corners
alternate, the mean of the four says which edges are joined (Lorensen & Cline 1987, Computer Graphics 21, 163,
in two dimensions).
"""

from __future__ import annotations

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


def level_lines(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pieces of the lines on which a function is 0, by linear interpolation along the edges of cells.

    Args:
        values: of the function, (rows, columns); cells with a corner that is not finite have no line.
        x: of the columns, increasing, (columns,).
        y: of the rows, increasing, (rows,).

    Returns:
        The pieces, (m, 2, 2): the two ends of each, and of each end x and y.  The function is above 0 on
        the left of the way from the first end to the second.

    >>> level_lines(np.array([[-1.0, 1.0], [-1.0, 3.0]]), np.array([0.0, 1.0]), np.array([0.0, 1.0])).tolist()
    [[[0.25, 1.0], [0.5, 0.0]]]
    """
    rows, columns = np.meshgrid(np.arange(len(y) - 1), np.arange(len(x) - 1), indexing="ij")
    corners = np.stack([values[rows + i, columns + j] for i, j in _CORNERS])
    above = np.where(np.isfinite(corners).all(axis=0), sum((corners[i] > 0) << i for i in range(4)), 0)
    high = corners.mean(axis=0) > 0.0
    found = []
    for case, pieces in _PIECES.items():
        found += [_pieces(corners, x, y, above == case, piece) for piece in pieces]
    for case, (low_mean, high_mean) in _SADDLES.items():
        found += [_pieces(corners, x, y, (above == case) & ~high, piece) for piece in low_mean]
        found += [_pieces(corners, x, y, (above == case) & high, piece) for piece in high_mean]
    return np.concatenate(found)


def _pieces(
    corners: np.ndarray, x: np.ndarray, y: np.ndarray, cells: np.ndarray, edges: tuple[int, int]
) -> np.ndarray:
    """The pieces of some cells from one edge to another, (m, 2, 2)."""
    row, column = np.nonzero(cells)
    ends = []
    for edge in edges:
        (i0, j0), (i1, j1) = _CORNERS[edge], _CORNERS[(edge + 1) % 4]
        before, after = corners[edge, row, column], corners[(edge + 1) % 4, row, column]
        share = before / (before - after)
        along_x = x[column + j0] + share * (x[column + j1] - x[column + j0])
        along_y = y[row + i0] + share * (y[row + i1] - y[row + i0])
        ends.append(np.stack([along_x, along_y], axis=-1))
    return np.stack(ends, axis=1)
