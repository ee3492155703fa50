"""Nearest neighbours between catalogues: in redshift, magnitude, velocity dispersion, or other numbers.

The distance of two objects with the numbers a and b is

    d = sqrt( sum_k ((a_k - b_k) / scale_k)^2 ),

so that a scale is the difference that counts as one, and a largest distance of 3 is three scales.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.catalogs.errors import CatalogError

# The neighbours that are found at once where each may be taken once; doubled while all of them are taken.
_NEIGHBOURS = 8
# By how much distances that are equal may differ by rounding, relative to them.
_EQUAL = 1e-12

Doubles = NDArray[np.float64]


class Matches(NamedTuple):
    """The nearest neighbour of each object.

    Attributes:
        rows: which row of the other catalogue it is, (n,); -1 where there is none.
        distances: how far it is, (n,); NaN where there is none.
    """

    rows: NDArray[np.int64]
    distances: Doubles

    @property
    def unmatched(self) -> int:
        """How many objects have no neighbour."""
        return int(np.count_nonzero(self.rows < 0))


def nearest_rows(
    wanted: Sequence[ArrayLike],
    others: Sequence[ArrayLike],
    scales: Sequence[float],
    largest: float = np.inf,
    once: bool = False,
) -> Matches:
    """The nearest of `others` to each object.

    Of several at the same distance it is the one that stands first in its catalogue.  Objects with a number
    that is not finite have no neighbour, and are nobody's.

    Args:
        wanted: the numbers of the objects, one array (n,) for each column.
        others: the same numbers of the other catalogue, (m,) each.
        scales: the scale of each column, above 0.
        largest: the largest distance; objects without a neighbour within it have none.
        once: whether each of `others` is taken at most once.  The closest pairs are made first.

    Returns:
        The neighbours.

    Raises:
        CatalogError: if there are no columns, or a scale or the largest distance is not above 0.

    >>> nearest_rows([[0.5, 2.0]], [[2.1, 0.4, 0.55]], [0.1], largest=0.8).rows.tolist()
    [2, -1]
    """
    if not wanted or not len(wanted) == len(others) == len(scales):
        raise CatalogError("matching needs the same columns of both catalogues; give at least one")
    if not all(0.0 < scale < np.inf for scale in scales) or not largest > 0.0:
        raise CatalogError("a scale or the largest distance of a match is not above 0; give numbers that are")
    a, b = (_points(columns, scales) for columns in (wanted, others))
    mine, theirs = (np.flatnonzero(np.isfinite(points).all(axis=1)) for points in (a, b))
    rows, distances = np.full(len(a), -1, np.int64), np.full(len(a), np.nan)
    if len(mine) and len(theirs):
        own = (_each_once if once else _nearest)(a[mine], b[theirs], largest)
        found = own.rows >= 0
        rows[mine[found]], distances[mine[found]] = theirs[own.rows[found]], own.distances[found]
    return Matches(rows, distances)


def _points(columns: Sequence[ArrayLike], scales: Sequence[float]) -> Doubles:
    """Numbers in units of their scales, (rows, columns)."""
    scaled = [np.asarray(column, np.float64) / scale for column, scale in zip(columns, scales, strict=True)]
    return np.stack(scaled, axis=1)


def _nearest(a: Doubles, b: Doubles, largest: float) -> Matches:
    """The nearest of the points b to each of the points a."""
    # of points that are the same only the first counts
    unique, first = np.unique(b, axis=0, return_index=True)
    tree = _tree(unique)
    k = min(2, len(unique))
    distances, places = (v.reshape(len(a), k) for v in tree.query(a, k=k))
    rows, nearest = first[places[:, 0]], distances[:, 0]
    if k == 2:
        for i in np.flatnonzero(distances[:, 1] <= nearest * (1.0 + _EQUAL)):
            rows[i] = first[tree.query_ball_point(a[i], nearest[i] * (1.0 + _EQUAL))].min()
    near = nearest <= largest
    return Matches(np.where(near, rows, -1), np.where(near, nearest, np.nan))


def _each_once(a: Doubles, b: Doubles, largest: float) -> Matches:
    """The same, where each of the points b is taken at most once: the closest pairs first."""
    rows, distances = np.full(len(a), -1, np.int64), np.full(len(a), np.nan)
    candidates: list[Iterator[tuple[float, int]]] = []
    tree, taken, left = _tree(b), np.zeros(len(b), bool), len(b)
    k = min(_NEIGHBOURS, len(b))
    near, places = (v.reshape(len(a), k) for v in tree.query(a, k=k))
    heap: list[tuple[float, int, int]] = []
    for i in range(len(a)):
        candidates.append(_candidates(tree, a[i], near[i], places[i], largest))
        _push(heap, i, candidates[i], taken)
    while heap and left:
        distance, other, i = heapq.heappop(heap)
        if taken[other]:
            _push(heap, i, candidates[i], taken)
            continue
        rows[i], distances[i], taken[other] = other, distance, True
        left -= 1
    return Matches(rows, distances)


def _push(
    heap: list[tuple[float, int, int]], i: int, own: Iterator[tuple[float, int]], taken: NDArray[np.bool_]
) -> None:
    """Add the next neighbour of point i that is not taken, if there is one."""
    found = next(((distance, other) for distance, other in own if not taken[other]), None)
    if found is not None:
        heapq.heappush(heap, (*found, i))


def _candidates(
    tree: Any, point: Doubles, near: Doubles, places: NDArray[np.intp], largest: float
) -> Iterator[tuple[float, int]]:
    """The neighbours of a point, nearest first, and those at the same distance by row."""
    given = 0
    while True:
        order = np.lexsort((places, near))
        # the last of those that were found may have equals that were not
        complete = len(places) == tree.n
        for place in order[given:]:
            if not complete and near[place] >= near.max():
                break
            if near[place] > largest:
                return
            yield float(near[place]), int(places[place])
            given += 1
        if complete:
            return
        k = min(2 * len(places), tree.n)
        near, places = tree.query(point, k=k)


def _tree(points: Doubles) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(points)
