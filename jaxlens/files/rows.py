"""Rows of metadata that are collected from small chunks, so that a file is written in larger pieces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jaxlens.files.contents import Values


class RowBuffer:
    """Collects the values of chunks and passes on at least `rows` rows at a time, in order.

    >>> taken = []
    >>> buffer = RowBuffer(lambda start, values: taken.append((start, values["H0"].tolist())), rows=3)
    >>> for start in (0, 2, 4):
    ...     buffer.append(start, {"H0": np.arange(start, start + 2)})
    >>> taken
    [(0, [0, 1, 2, 3])]
    >>> buffer.flush()
    >>> taken[1:]
    [(4, [4, 5])]
    """

    def __init__(self, write: Callable[[int, Values], None], rows: int) -> None:
        """`write(start, values)` takes the values of systems start, start+1, ..."""
        self._write, self._rows = write, rows
        self._start = self._count = 0
        self._waiting: list[Values] = []

    def append(self, start: int, values: Values) -> None:
        """Add the values of systems start, start+1, ..."""
        if not self._waiting:
            self._start, self._count = start, 0
        self._waiting.append(values)
        self._count += len(next(iter(values.values())))
        if self._count >= self._rows:
            self.flush()

    def flush(self) -> None:
        """Pass on the rows that are still waiting."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            whole = {name: np.concatenate([values[name] for values in waiting]) for name in waiting[0]}
            self._write(self._start, whole)
