"""Arrays on the disk that are read when they are indexed, and only where they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Integral
from types import EllipsisType
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Bytes that are read at a time, beside the array that is filled with them.
_BLOCK = 2**24


class Rows(Protocol):
    """Something that has rows, and reads some of them.

    Attributes:
        shape: the number of rows, and the shape of a row.
        dtype: of the numbers.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, start: int, stop: int) -> np.ndarray:
        """The rows start..stop-1, 0 <= start <= stop <= shape[0]."""


class LazyArray:
    """An array of which only what is asked for is read; it can be pickled, for the workers of a DataLoader.

    It is indexed as a numpy array is, and the result is one: along the first axis by an integer, a slice, or
    an array of integers or booleans, and along the others as numpy does.  `np.asarray` reads all of it.

    Args:
        rows: what reads the rows.

    Attributes:
        shape, dtype: as of a numpy array.

    >>> class Squares:
    ...     shape, dtype = (1000, 2), np.dtype(int)
    ...
    ...     def read(self, start, stop):
    ...         return np.arange(start, stop)[:, None] ** np.array([1, 2])
    >>> squares = LazyArray(Squares())
    >>> squares[[7, 3], 1].tolist(), squares[-1].tolist(), squares[2:4].tolist()
    ([49, 9], [999, 998001], [[2, 4], [3, 9]])
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.shape, self.dtype = tuple(rows.shape), np.dtype(rows.dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of numbers."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes that all of it takes in memory."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<LazyArray {self.shape} {self.dtype}, read when indexed>"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("an array on the disk cannot be had without a copy")
        return np.asarray(self._range(0, len(self)), dtype)

    def __iter__(self) -> Iterator[np.ndarray]:
        for start in range(0, len(self), self._step):
            yield from self._rows.read(start, min(start + self._step, len(self)))

    def __getitem__(self, key: Any) -> Any:
        """What numpy gives for this index.

        Raises:
            IndexError: if it is outside, or is no index of a numpy array.
        """
        first, *others = _expanded(key, self.ndim)
        if first is None or isinstance(first, bool | np.bool_):
            raise IndexError("index the systems first, and add axes to the result")
        if isinstance(first, slice):
            return self._slice(first)[(slice(None), *others)]
        if isinstance(first, Integral):
            row = self._inside(np.array(first))
            return self._rows.read(int(row), int(row) + 1)[(0, *others)]
        index = np.asarray(first)
        if index.dtype == bool:
            rows = np.flatnonzero(self._fitting(index).any(axis=tuple(range(1, index.ndim))))
            return self._picked(rows)[(index[rows], *others)]
        if index.size and not np.issubdtype(index.dtype, np.integer):
            raise IndexError(f"{index.dtype} is no index; give integers, booleans or slices")
        needed, place = np.unique(self._inside(index.astype(np.intp)), return_inverse=True)
        return self._picked(needed)[(place.reshape(index.shape), *others)]

    @property
    def _step(self) -> int:
        """The rows that are read at a time."""
        row = self.dtype.itemsize * math.prod(self.shape[1:])
        return max(1, _BLOCK // max(1, row))

    def _slice(self, key: slice) -> np.ndarray:
        rows = range(*key.indices(len(self)))
        if rows.step == 1:
            return self._range(rows.start, max(rows.start, rows.stop))
        if rows.step > 0:
            return self._picked(np.array(rows, np.intp))
        return self._picked(np.array(rows[::-1], np.intp))[::-1]

    def _range(self, start: int, stop: int) -> np.ndarray:
        """Consecutive rows."""
        found = np.empty((stop - start, *self.shape[1:]), self.dtype)
        for first in range(start, stop, self._step):
            last = min(first + self._step, stop)
            found[first - start : last - start] = self._rows.read(first, last)
        return found

    def _picked(self, rows: NDArray[np.intp]) -> np.ndarray:
        """Rows in rising order, of which those that follow each other are read together."""
        found, place = np.empty((len(rows), *self.shape[1:]), self.dtype), 0
        for run in np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1):
            if len(run):
                found[place : place + len(run)] = self._range(int(run[0]), int(run[-1]) + 1)
                place += len(run)
        return found

    def _inside(self, index: NDArray[np.intp]) -> NDArray[np.intp]:
        """Indices of rows counted from 0, also where they count from the end."""
        count = len(self)
        if np.any((index < -count) | (index >= count)):
            wrong = index[(index < -count) | (index >= count)].ravel()[0]
            raise IndexError(f"index {wrong} is outside of axis 0, which has {count} rows")
        return np.where(index < 0, index + count, index)

    def _fitting(self, mask: np.ndarray) -> np.ndarray:
        if mask.shape != self.shape[: mask.ndim]:
            raise IndexError(f"a mask of shape {mask.shape} does not fit an array of shape {self.shape}")
        return mask


def _expanded(key: Any, ndim: int) -> list[Any]:
    """An index with an entry for the first axis, and without an ellipsis before it."""
    keys = list(key) if isinstance(key, tuple) else [key]
    found = [k for k, one in enumerate(keys) if isinstance(one, EllipsisType)]
    if found:
        used = sum(_axes(one) for one in keys if not isinstance(one, EllipsisType))
        keys[found[0] : found[0] + 1] = [slice(None)] * (ndim - used)
    return keys or [slice(None)]


def _axes(key: Any) -> int:
    """How many axes an entry of an index stands for."""
    if key is None:
        return 0
    is_mask = isinstance(key, np.ndarray | list) and np.asarray(key).dtype == bool
    return np.asarray(key).ndim if is_mask else 1
