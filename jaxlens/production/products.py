"""The products of a dataset: how each configuration was made, and what of it is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.metadata import columns
from jaxlens.files.series import MJD, NUM_EPOCHS, by_row

# The arrays of a time series that have one row for each system and epoch, as in deeplenstronomy.
ROW_ARRAYS: tuple[ArrayName, ...] = ("images", "planes")


@dataclass(frozen=True)
class Run:
    """How one configuration was made.

    Attributes:
        systems: the number of systems.
        batch_size: systems made at a time; where memory ran out later the rest was made in smaller batches.
        seconds: how long it took.
        first_seconds: the part of `seconds` until the first batch had arrived, with the compilation and the
            choice of the batch size.
        files: the files that were written.
        epochs: the number of epochs of a time series' longest pointing; None for single exposures.
    """

    systems: int
    batch_size: int
    seconds: float
    first_seconds: float
    files: tuple[Path, ...]
    epochs: int | None = None


@dataclass(frozen=True)
class Kept:
    """What is kept of one configuration; an array that was not asked for is not there.

    Attributes:
        metadata: the table.
        arrays: by name, by system: (n, ...), or (n, epochs, ...) of a time series.
        num_epochs: the number of epochs of each system and band of a time series; None for single exposures.
        mjd: when each image of a time series was taken, (n, epochs, bands); None for single exposures.
    """

    metadata: pd.DataFrame
    arrays: Mapping[ArrayName, np.ndarray]
    num_epochs: np.ndarray | None = None
    mjd: np.ndarray | None = None

    def rows(self, name: ArrayName) -> np.ndarray:
        """An array with the rows of the table on its first axis."""
        if self.num_epochs is None:
            return self.arrays[name]
        return by_row(self.arrays[name], self.num_epochs)

    def attributes(self) -> dict[str, Any]:
        """The attributes of a Dataset, by their names without the label, that take no more memory."""
        if self.mjd is None:
            return {"metadata": self.metadata} | {str(name): array for name, array in self.arrays.items()}
        found = {"metadata": self.metadata, "mjd": self.mjd, "mask": ~np.isnan(self.mjd)}
        if "images" in self.arrays:
            found["series"] = self.arrays["images"]
        if "difference" in self.arrays:
            found["difference"] = self.arrays["difference"]
        systems, epochs, _ = self.mjd.shape
        if len(self.metadata) == systems * epochs:
            found |= {name: self.rows(name) for name in ROW_ARRAYS if name in self.arrays}
        return found


@dataclass(frozen=True)
class Product:
    """One configuration, made; `kept` is None where nothing of it is."""

    run: Run
    kept: Kept | None


class Memory:
    """Keeps the first `limit` systems of a configuration in memory, or all where `limit` is None."""

    def __init__(self, contents: Contents, limit: int | None) -> None:
        self._contents = contents
        self._size = contents.count if limit is None else min(limit, contents.count)
        shapes = {array: (self._size, *contents.shape(array)[1:]) for array in contents.arrays}
        self._arrays = {array: np.empty(shape, np.float32) for array, shape in shapes.items()}
        self._values: list[dict[str, np.ndarray]] = []

    @property
    def epochs(self) -> int | None:
        """The number of epochs of a time series' longest pointing; None for single exposures."""
        return self._contents.epochs

    def append(self, chunk: Chunk) -> None:
        """Take in the next systems."""
        count = min(chunk.count, max(0, self._size - chunk.start))
        if count or not self._values:
            for name, array in chunk.arrays.items():
                self._arrays[name][chunk.start : chunk.start + count] = array[:count]
            self._values.append({name: value[:count] for name, value in chunk.values.items()})

    def kept(self) -> Kept:
        """What was kept, once all systems have been given."""
        whole = {name: np.concatenate([v[name] for v in self._values]) for name in self._values[0]}
        table = pd.DataFrame(columns(self._contents.fixed, self._contents.bands, whole))
        return Kept(table, self._arrays, whole.get(NUM_EPOCHS), whole.get(MJD))
