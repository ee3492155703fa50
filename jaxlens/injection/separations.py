"""Places on the sky that keep a distance from each other."""

from __future__ import annotations

from itertools import product

import numpy as np

from jaxlens.files.wcs import ARCSEC

Cell = tuple[int, int, int]


class Occupied:
    """Places that are taken, in cells of the unit sphere, so that few are looked at.

    >>> taken = Occupied(10.0)
    >>> taken.add(150.0, 2.0)
    >>> taken.has_near(150.0, 2.0 + 9.0 / 3600.0), taken.has_near(150.0, 2.0 + 11.0 / 3600.0)
    (True, False)
    """

    def __init__(self, radius: float) -> None:
        """No place is taken yet.

        Args:
            radius: the distance within which a place is near, arcsec; 0 for none.
        """
        # the chord of an angle
        self._chord = 2.0 * np.sin(0.5 * radius / ARCSEC)
        self._cells: dict[Cell, list[np.ndarray]] = {}

    def has_near(self, ra: float, dec: float) -> bool:
        """Whether a place that is taken is nearer than the radius."""
        if self._chord <= 0.0:
            return False
        point = _unit_vector(ra, dec)
        x, y, z = self._cell(point)
        around = product((x - 1, x, x + 1), (y - 1, y, y + 1), (z - 1, z, z + 1))
        others = (other for one in around for other in self._cells.get(one, ()))
        return any(np.linalg.norm(other - point) < self._chord for other in others)

    def add(self, ra: float, dec: float) -> None:
        """Take a place."""
        if self._chord > 0.0:
            point = _unit_vector(ra, dec)
            self._cells.setdefault(self._cell(point), []).append(point)

    def _cell(self, point: np.ndarray) -> Cell:
        x, y, z = np.floor(point / self._chord).astype(np.int64).tolist()
        return x, y, z


def _unit_vector(ra: float, dec: float) -> np.ndarray:
    a, d = np.radians(ra), np.radians(dec)
    return np.array([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)])
