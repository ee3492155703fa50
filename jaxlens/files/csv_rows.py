"""Rows of a CSV that are read when they are asked for, without those before them."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jaxlens.files.csv import read_options

# The bytes that are searched for the ends of rows at a time.
_BLOCK = 2**24


class CsvRows:
    r"""The rows of a CSV with a header; where each of them starts is found once, in one pass over the file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "lenses.csv")
    ...     _ = path.write_text('H0-g,NAME-g\n70.0,"a, b"\n71.0,c\n72.0,d\n')
    ...     rows = CsvRows(path)
    ...     rows.count, rows.read(1, 3)["H0-g"].tolist()
    (3, [71.0, 72.0])
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.header = [str(name) for name in pd.read_csv(path, nrows=0)]
        self._options = read_options(self.header, path)

    @property
    def count(self) -> int:
        """The number of rows below the header."""
        return len(self._starts) - 2

    def read(self, start: int, stop: int) -> pd.DataFrame:
        """The rows start..stop-1; numbers are exactly the written ones."""
        first, last = self._starts[1 + start], self._starts[1 + stop]
        with self._path.open("rb") as file:
            header = file.read(self._starts[1])
            file.seek(first)
            rows = file.read(last - first)
        return pd.read_csv(io.BytesIO(header + rows), **self._options)

    def columns(self, names: list[str]) -> pd.DataFrame:
        """Some columns of all rows."""
        return pd.read_csv(self._path, usecols=names, **self._options)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where the header, each row, and what follows the last row start, in bytes."""
        starts, quotes, place = [np.zeros(1, np.int64)], 0, 0
        with self._path.open("rb") as file:
            while block := file.read(_BLOCK):
                content = np.frombuffer(block, np.uint8)
                # the end of a line inside quotes is part of a text
                inside = quotes + np.cumsum(content == ord('"'))
                ends = np.flatnonzero((content == ord("\n")) & (inside % 2 == 0))
                starts.append(place + ends + 1)
                quotes, place = int(inside[-1]), place + len(block)
        return np.concatenate(starts)
