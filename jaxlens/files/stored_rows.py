"""Rows of the arrays of systems on the disk, as `jaxlens.files.lazy.LazyArray` reads them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.contents import ArrayName, Contents
from jaxlens.files.lazy import LazyArray
from jaxlens.files.series import row_places


class Readable(Protocol):
    """Systems whose arrays can be read."""

    @property
    def contents(self) -> Contents:
        """What there is of how many systems."""

    def read(self, name: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems.

        Args:
            name: "images", "planes" or "difference".
            start: the first system.
            stop: where to end, as in a slice.
        """


class BySystem:
    """The rows of an array by system."""

    def __init__(self, systems: Readable, name: ArrayName) -> None:
        self._systems, self._name = systems, name
        self.shape, self.dtype = systems.contents.shape(name), np.dtype(systems.contents.dtype)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Some systems."""
        return self._systems.read(self._name, start, stop)


class ByRow:
    """The rows of an array of a time series that are rows of the table."""

    def __init__(self, array: LazyArray, num_epochs: np.ndarray) -> None:
        self._array = array
        places: tuple[NDArray[np.intp], NDArray[np.intp]] = row_places(num_epochs)
        self._system, self._epoch = places
        self.shape, self.dtype = (len(self._system), *array.shape[2:]), array.dtype

    def read(self, start: int, stop: int) -> np.ndarray:
        """Some rows."""
        system, epoch = self._system[start:stop], self._epoch[start:stop]
        if not len(system):
            return np.empty((0, *self.shape[1:]), self.dtype)
        rows: np.ndarray = self._array[int(system[0]) : int(system[-1]) + 1][system - system[0], epoch]
        return rows
