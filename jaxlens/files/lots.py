"""Lots: systems in pieces of one size, so that files do not depend on the chunks of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from jaxlens.files.contents import Chunk
from jaxlens.files.haloes import joined


def pieces(chunk: Chunk, start: int, size: int) -> Iterator[Chunk]:
    """A chunk, cut where a lot ends.

    Args:
        chunk: some systems; one without systems is one piece.
        start: the index of the first system of the file.
        size: the number of systems of a lot.

    Yields:
        Views of the chunk, none of which has systems of two lots.

    >>> chunk = Chunk(7, {"H0": np.arange(6)}, {})
    >>> [(piece.start, piece.count) for piece in pieces(chunk, start=5, size=4)]
    [(7, 2), (9, 4)]
    """
    first = 0
    while first < chunk.count or (first == 0 and chunk.count == 0):
        inside = (chunk.start + first - start) % size
        last = min(chunk.count, first + size - inside)
        yield _part(chunk, first, last)
        first = max(last, 1)


class LotBuffer:
    """Collects chunks, and passes on whole lots in order.

    >>> taken = []
    >>> buffer = LotBuffer(lambda lot: taken.append((lot.start, lot.count)), start=5, size=4)
    >>> for start in (5, 8, 11):
    ...     buffer.append(Chunk(start, {"H0": np.arange(3)}, {}))
    >>> buffer.flush()
    >>> taken
    [(5, 4), (9, 4), (13, 1)]
    """

    def __init__(self, write: Callable[[Chunk], None], start: int, size: int) -> None:
        """`write` takes lots of `size` systems, of which the last may have fewer.

        `start` is the index of the first system of the file.
        """
        self._write, self._start, self._size = write, start, size
        self._waiting: list[Chunk] = []

    def append(self, chunk: Chunk) -> None:
        """Add the next systems."""
        for piece in pieces(chunk, self._start, self._size):
            self._waiting.append(piece)
            if (piece.start + piece.count - self._start) % self._size == 0 and piece.count:
                self.flush()

    def flush(self) -> None:
        """Pass on the systems that are still waiting."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._write(waiting[0] if len(waiting) == 1 else _joined(waiting))


def _part(chunk: Chunk, first: int, last: int) -> Chunk:
    """Some systems of a chunk, counted from its first."""
    if first == 0 and last == chunk.count:
        return chunk
    values = {name: value[first:last] for name, value in chunk.values.items()}
    arrays = {name: array[first:last] for name, array in chunk.arrays.items()}
    haloes = {prefix: lists.part(first, last) for prefix, lists in chunk.haloes.items()}
    return Chunk(chunk.start + first, values, arrays, haloes)


def _joined(chunks: list[Chunk]) -> Chunk:
    values = {name: np.concatenate([chunk.values[name] for chunk in chunks]) for name in chunks[0].values}
    arrays = {name: np.concatenate([chunk.arrays[name] for chunk in chunks]) for name in chunks[0].arrays}
    haloes = {prefix: joined([chunk.haloes[prefix] for chunk in chunks]) for prefix in chunks[0].haloes}
    return Chunk(chunks[0].start, values, arrays, haloes)
