"""Rows of metadata: gathered from small chunks, and turned into lines of a CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby, repeat

import numpy as np

from jaxlens.files.metadata import Column

Values = Mapping[str, Column]


class RowBuffer:
    """Gathers the values of chunks and hands on at least `rows` rows at a time, in order.

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
        self._write, self._rows = write, rows
        self._start = self._count = 0
        self._waiting: list[Values] = []

    def append(self, start: int, values: Values) -> None:
        """Take the values of systems start, start+1, ..."""
        if not self._waiting:
            self._start, self._count = start, 0
        self._waiting.append(values)
        self._count += len(next(iter(values.values())))
        if self._count >= self._rows:
            self.flush()

    def flush(self) -> None:
        """Hand on what is left."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            whole = {name: np.concatenate([values[name] for values in waiting]) for name in waiting[0]}
            self._write(self._start, whole)


def csv_line(fields: Iterable[str]) -> str:
    """Texts as a line of a CSV, quoted where they must be.

    >>> csv_line(["a", "b, c"])
    'a,"b, c"'
    """
    return ",".join(map(_quoted, fields))


def csv_lines(table: Mapping[str, Column]) -> list[str]:
    """The rows of `columns` as lines, each number the shortest decimal that reads back as the same number.

    >>> csv_lines({"a": np.array([1, 2]), "b": np.array([0.1, 1e-7], np.float32)})
    ['1,0.1', '2,1e-07']
    """
    # Bands share most columns, and many are constant: each is turned into text once.
    distinct = {id(column): column for column in table.values()}
    text = {key: _as_text(column) for key, column in distinct.items()}
    count = len(next(iter(table.values())))
    parts: list[Iterable[str]] = []
    for constant, group in groupby(map(text.__getitem__, map(id, table.values())), _is_one):
        members = list(group)
        parts += [repeat(",".join(map(str, members)), count)] if constant else members
    return list(map(",".join, zip(*parts, strict=True)))


def _is_one(text: str | list[str]) -> bool:
    return isinstance(text, str)


def _as_text(column: Column) -> str | list[str]:
    """A column as a list of texts, or as one text where all are the same."""
    return _texts(column[:1])[0] if _is_constant(column) else _texts(column)


def _is_constant(column: Column) -> bool:
    if not len(column) or not bool(np.all(column == column[0])):
        return False
    # 0.0 equals -0.0, which is written in another way
    return column.dtype == object or bool(column[0] != 0) or not np.any(np.signbit(column))


def _texts(column: Column) -> list[str]:
    if column.dtype == object:
        return [_quoted(str(text)) for text in column]
    # Python writes a float64 quickly; numpy's own text is the shortest for a float32.
    return list(map(str, column.tolist() if column.dtype != np.float32 else column))


def _quoted(text: str) -> str:
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
