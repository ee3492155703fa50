"""The systems of one configuration on the disk, in one file or in several that follow each other."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jaxlens.files.contents import ArrayName, Contents, Values
from jaxlens.files.errors import explained
from jaxlens.files.haloes_reading import StoredHaloes, haloes_beside
from jaxlens.files.lazy import LazyArray
from jaxlens.files.reader import open_stored
from jaxlens.files.series import MJD, NUM_EPOCHS
from jaxlens.files.stored import StoredFile
from jaxlens.files.stored_rows import ByRow, BySystem
from jaxlens.files.system_haloes import SystemHaloes

if TYPE_CHECKING:
    import pandas as pd

# The exceptions of libraries for a file that is damaged.
_READ_ERRORS = (OSError, RuntimeError, KeyError, ValueError)
_ADVICE = "`jaxlens verify` says what of a dataset is whole"
# Files that are open at a time; systems that are read in order need one.
_OPEN = 4
# What is kept of the metadata while it is read for all systems, in systems.
_AT_A_TIME = 4096


class Systems(Protocol):
    """Systems of one configuration with their metadata, in memory or on the disk."""

    @property
    def contents(self) -> Contents:
        """What there is of how many systems."""

    @property
    def arrays(self) -> Mapping[ArrayName, Any]:
        """The arrays by system, (n, ...) or (n, epochs, ...), as numpy arrays or lazily."""

    @property
    def metadata(self) -> pd.DataFrame:
        """The table, with one row for each system, or for each system and epoch."""

    @property
    def indices(self) -> np.ndarray:
        """The index of each system in the dataset."""

    @property
    def num_epochs(self) -> np.ndarray | None:
        """The number of epochs, (n, bands); None for single exposures."""

    @property
    def mjd(self) -> np.ndarray | None:
        """When each image of a time series was taken, (n, epochs, bands); None for single exposures."""

    def rows(self, name: ArrayName) -> Any:
        """An array with the rows of the table on its first axis."""

    @property
    def haloes(self) -> SystemHaloes | None:
        """The haloes of the systems; None where they have none."""

    def values(self, start: int, stop: int) -> Values:
        """The metadata of some systems by name."""


class StoredSystems:
    """The systems of files that follow each other, read when they are asked for; it can be pickled.

    A file is open while it is read from, and for a while after.  A process that is forked opens its own.

    Args:
        paths: the files of images, or the tables where there are no images.
        ranges: the first system of each and the one after its last, so that no file is opened before it is
            read; by default the files tell.
        epochs: the number of epochs of a time series; by default the most that a file has.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        ranges: Sequence[tuple[int, int]] | None = None,
        epochs: int | None = None,
    ) -> None:
        self._paths, self._given, self._epochs = tuple(paths), ranges, epochs
        self._reset()

    @cached_property
    def contents(self) -> Contents:
        """What there is of how many systems: that of the first file with the systems of all."""
        described = []
        for number in range(1 if self._given else len(self._paths)):
            with self._file(number) as file:
                described.append(file.contents)
        self._ranges = list(self._given or [(one.start, one.start + one.count) for one in described])
        epochs = [one.epochs for one in described if one.epochs is not None]
        longest = max([*epochs, self._epochs or 1]) if epochs else None
        return replace(described[0], count=sum(stop - start for start, stop in self._ranges), epochs=longest)

    @property
    def indices(self) -> np.ndarray:
        """The index of each system in the dataset."""
        return np.concatenate([np.arange(start, stop) for start, stop in self._known_ranges])

    @property
    def _known_ranges(self) -> list[tuple[int, int]]:
        assert self.contents.count >= 0  # which are known with the contents
        return self._ranges

    @cached_property
    def attributes(self) -> Mapping[str, object]:
        """How the dataset was made, as the first file tells."""
        with self._file(0) as file:
            return dict(file.attributes)

    @cached_property
    def arrays(self) -> dict[ArrayName, LazyArray]:
        """The arrays by system, which are read when they are indexed."""
        return {name: LazyArray(BySystem(self, name)) for name in self.contents.arrays}

    @cached_property
    def haloes(self) -> SystemHaloes | None:
        """The haloes of the systems, which are read when they are asked for; None where they have none."""
        files = [haloes_beside(path) for path in self._paths]
        source = StoredHaloes(files, self._known_ranges)
        return SystemHaloes(source, self.indices) if any(file.exists() for file in files) else None

    @cached_property
    def num_epochs(self) -> np.ndarray | None:
        """The number of epochs of each system and band of a time series; None for single exposures."""
        return self._all(NUM_EPOCHS)

    @cached_property
    def mjd(self) -> np.ndarray | None:
        """When each image of a time series was taken, (n, epochs, bands); None for single exposures."""
        return self._all(MJD)

    @property
    def metadata(self) -> pd.DataFrame:
        """The table, which is read each time it is asked for."""
        import pandas as pd

        parts = []
        for number, first, last in self._parts(0, self.contents.count):
            with self._file(number) as file:
                parts.append(file.table(first, last))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def rows(self, name: ArrayName) -> LazyArray:
        """An array with the rows of the table on its first axis."""
        counts = self.num_epochs
        return self.arrays[name] if counts is None else LazyArray(ByRow(self.arrays[name], counts))

    def read(self, name: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems.

        Args:
            name: "images", "planes" or "difference".
            start: the first system, counted from the first that is there.
            stop: where to end, as in a slice.

        Returns:
            Shape (stop - start, [epochs,] [4,] bands, y, x).
        """
        parts = []
        for number, first, last in self._parts(start, stop):
            with self._file(number) as file:
                parts.append(self._padded(file.read(name, first, last)))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def values(self, start: int, stop: int) -> Values:
        """The metadata of the systems start..stop-1 by name, see `StoredFile.values`."""
        parts = []
        for number, first, last in self._parts(start, stop):
            with self._file(number) as file:
                parts.append(file.values(first, last))
        return {
            name: np.concatenate([self._padded_values(part[name]) for part in parts]) for name in parts[0]
        }

    def close(self) -> None:
        """Close the files that are open; they are opened again when they are needed."""
        with self._lock:
            _close_all(self._opened)

    def _reset(self) -> None:
        self._opened: dict[int, StoredFile] = {}
        weakref.finalize(self, _close_all, self._opened)
        self._guard, self._process = threading.RLock(), os.getpid()

    @property
    def _lock(self) -> threading.RLock:
        """What keeps threads from reading at the same time; a forked process begins anew."""
        if self._process != os.getpid():
            self._reset()
        return self._guard

    @contextlib.contextmanager
    def _file(self, number: int) -> Iterator[StoredFile]:
        """A file, which is open, and which no other thread reads.

        Raises:
            StorageError: if it cannot be read.
        """
        path = self._paths[number]
        with self._lock:
            file = self._opened.pop(number, None) or open_stored(path)
            self._opened[number] = file
            if len(self._opened) > _OPEN:
                self._opened.pop(next(iter(self._opened))).close()
            with explained(path, _ADVICE, _READ_ERRORS):
                yield file

    def _parts(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The files that have systems start..stop-1, and which of theirs; one where there are none."""
        begin, found = 0, False
        for number, (index, end) in enumerate(self._known_ranges):
            count = end - index
            first, last = max(start - begin, 0), min(stop - begin, count)
            if first < last:
                found = True
                yield number, first, last
            begin += count
        if not found:
            yield 0, 0, 0

    def _padded(self, systems: np.ndarray) -> np.ndarray:
        """The arrays of a file with as many epochs as all have; zero where a file has fewer."""
        epochs = self.contents.epochs
        if epochs is None or systems.shape[1] == epochs:
            return systems
        missing = np.zeros((len(systems), epochs - systems.shape[1], *systems.shape[2:]), systems.dtype)
        return np.concatenate([systems, missing], axis=1)

    def _padded_values(self, value: np.ndarray) -> np.ndarray:
        """The same of a value by epoch, NaN where a file has fewer."""
        epochs = self.contents.epochs
        if epochs is None or value.ndim < 3 or value.shape[1] == epochs:
            return value
        missing = np.full((len(value), epochs - value.shape[1], value.shape[2]), np.nan, value.dtype)
        return np.concatenate([value, missing], axis=1)

    def _all(self, name: str) -> np.ndarray | None:
        """A value of all systems of a time series; None for single exposures."""
        count = self.contents.count
        if self.contents.epochs is None:
            return None
        starts = range(0, max(count, 1), _AT_A_TIME)
        parts = [self.values(start, min(start + _AT_A_TIME, count)) for start in starts]
        return np.concatenate([np.asarray(part[name]) for part in parts]) if name in parts[0] else None

    def __getstate__(self) -> dict[str, Any]:
        """Without the open files and the lock."""
        return {name: value for name, value in self.__dict__.items() if name not in ("_opened", "_guard")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()


def _close_all(files: dict[int, StoredFile]) -> None:
    for file in files.values():
        file.close()
    files.clear()
