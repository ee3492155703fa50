"""The products of a dataset: how each configuration was made, and what of it is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.metadata import columns


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
    """

    systems: int
    batch_size: int
    seconds: float
    first_seconds: float
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Kept:
    """What is kept of one configuration; an array that was not asked for is not there."""

    metadata: pd.DataFrame
    arrays: Mapping[ArrayName, np.ndarray]


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
        return Kept(pd.DataFrame(columns(self._contents.fixed, self._contents.bands, whole)), self._arrays)
