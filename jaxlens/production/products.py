"""The products of a dataset: how each configuration was made, and what of it is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.files.contents import ArrayName, Chunk, Contents, Values
from jaxlens.files.haloes import HaloesByPrefix, HaloLists, joined
from jaxlens.files.metadata import columns
from jaxlens.files.series import MJD, NUM_EPOCHS, by_row
from jaxlens.files.system_haloes import KeptHaloes, SystemHaloes

if TYPE_CHECKING:
    import pandas as pd


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


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of one configuration in memory; an array that was not asked for is not there.

    Attributes:
        contents: what there is of how many systems.
        by_name: the metadata by name, see `jaxlens.files.contents.Values`.
        arrays: by name, by system: (n, ...), or (n, epochs, ...) of a time series.
        lists: the haloes of each system by prefix.
    """

    contents: Contents
    by_name: Values
    arrays: Mapping[ArrayName, np.ndarray]
    lists: HaloesByPrefix = field(default_factory=dict)

    @cached_property
    def metadata(self) -> pd.DataFrame:
        """The table, with one row for each system, or for each system and epoch."""
        import pandas as pd

        return pd.DataFrame(columns(self.contents.fixed, self.contents.bands, self.by_name))

    @cached_property
    def haloes(self) -> SystemHaloes | None:
        """The haloes of the systems; None where they have none."""
        return SystemHaloes(KeptHaloes(self.lists), self.indices) if self.lists else None

    @property
    def num_epochs(self) -> np.ndarray | None:
        """The number of epochs of each system and band of a time series; None for single exposures."""
        return self.by_name.get(NUM_EPOCHS)

    @property
    def mjd(self) -> np.ndarray | None:
        """When each image of a time series was taken, (n, epochs, bands); None for single exposures."""
        return self.by_name.get(MJD)

    @property
    def indices(self) -> np.ndarray:
        """The index of each system in the dataset."""
        return self.contents.start + np.arange(self.contents.count)

    def values(self, start: int, stop: int) -> Values:
        """The metadata of some systems by name."""
        return {name: value[start:stop] for name, value in self.by_name.items()}

    def rows(self, name: ArrayName) -> np.ndarray:
        """An array with the rows of the table on its first axis."""
        array = self.arrays[name]
        return array if self.num_epochs is None else by_row(array, self.num_epochs)


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
        self._arrays = {array: np.empty(shape, contents.dtype) for array, shape in shapes.items()}
        self._values: list[dict[str, np.ndarray]] = []
        self._haloes: list[dict[str, HaloLists]] = []

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
            self._haloes.append({prefix: lists.part(0, count) for prefix, lists in chunk.haloes.items()})

    def kept(self) -> Kept:
        """What was kept, once all systems have been given."""
        whole = {name: np.concatenate([v[name] for v in self._values]) for name in self._values[0]}
        haloes = {prefix: joined([own[prefix] for own in self._haloes]) for prefix in self._haloes[0]}
        return Kept(replace(self._contents, count=self._size), whole, self._arrays, haloes)
