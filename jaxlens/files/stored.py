"""One file of a dataset that is open for reading; arrays and metadata are read when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.files.contents import ArrayName, Contents, Series, Stored, Values
from jaxlens.files.metadata import columns
from jaxlens.files.series import MJD, NUM_EPOCHS, by_row, observed

if TYPE_CHECKING:
    import pandas as pd


class StoredFile(ABC):
    """The systems of one file; a context manager that closes it.

    Attributes:
        contents: what the file holds, as it was written; `fixed`, `bands`, `epochs` and so on are in it.
        attributes: how the dataset was made (seed, units, the YAML text, ...); empty where a format has none.
    """

    def __init__(self, contents: Contents, attributes: Mapping[str, object]) -> None:
        self.contents, self.attributes = contents, attributes
        self.label, self.bands = contents.label, contents.bands
        self.start, self.count = contents.start, contents.count
        self.fixed, self.epochs = contents.fixed, contents.epochs

    @property
    def arrays(self) -> dict[ArrayName, tuple[int, ...]]:
        """The shape of each array by system: (count, [epochs,] [4,] bands, y, x)."""
        return {array: self.contents.shape(array) for array in self.contents.arrays}

    def read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems, (stop - start, [epochs,] [4,] bands, y, x).

        Args:
            array: one of `arrays`.
            start: the first system, counted from the first of the file.
            stop: where to end, as in a slice.

        Raises:
            KeyError: if the file has no such array.
        """
        if array not in self.contents.arrays:
            raise KeyError(f"there are no {array}; there are {', '.join(self.contents.arrays)}")
        return self._read(array, *self._inside(start, stop))

    def values(self, start: int, stop: int) -> Values:
        """The metadata of some systems by name, as `jaxlens.files.contents.Chunk` has them.

        `start` and `stop` count from the first system of the file.
        """
        return self._values(*self._inside(start, stop))

    @abstractmethod
    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        """`read` inside the file."""

    @abstractmethod
    def _values(self, start: int, stop: int) -> Values:
        """`values` inside the file."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def table(self, start: int, stop: int) -> pd.DataFrame:
        """The metadata of some systems, with one row for each, or for each system and epoch.

        `start` and `stop` count from the first system of the file.
        """
        import pandas as pd

        return pd.DataFrame(columns(self.fixed, self.bands, self.values(start, stop), self.start + start))

    def stored(self, stop: int | None = None) -> Stored:
        """The first `stop` systems, or all, in memory."""
        end = self.count if stop is None else min(stop, self.count)
        images, metadata = self.read("images", 0, end), self.table(0, end)
        attributes = dict(self.attributes)
        if self.epochs is None:
            return Stored(images, metadata, attributes)
        values = self.values(0, end)
        counts = values[NUM_EPOCHS]
        series = Series(images, np.asarray(values[MJD]), observed(counts, self.epochs))
        return Stored(by_row(images, counts), metadata, attributes, series)

    def _inside(self, start: int, stop: int) -> tuple[int, int]:
        """The part of a range of systems that the file has."""
        first = min(max(start, 0), self.count)
        return first, max(first, min(stop, self.count))

    def __enter__(self) -> StoredFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def attributes_of(contents: Contents) -> dict[str, object]:
    """The attributes of a file: those of its contents, with the label, the bands and the start."""
    own = {"images": contents.dataset, "label": contents.label, "bands": list(contents.bands)}
    return {**contents.attributes, **own, "start": contents.start}
