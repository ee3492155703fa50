"""The arrays of a configuration, which are files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jaxlens.exchange.errors import ExchangeError

# The largest number of numbers that are written into the configuration itself.
_SHORT = 30


@dataclass
class Files:
    """A folder of arrays.

    Attributes:
        folder: the folder, which is made where it does not exist; None where there is none.
        has_haloes: whether lists of haloes are among the files.
    """

    folder: Path | None
    has_haloes: bool = False

    def array(self, name: str, array: np.ndarray) -> object:
        """What a configuration has for an array: a list where it is short, else the path of its file.

        Args:
            name: the name of the file without its ending.
            array: the array, float64.

        Raises:
            ExchangeError: if there is no folder.
        """
        if array.ndim == 1 and array.size <= _SHORT:
            return array.tolist()
        path = self._path(f"{name}.npy", f"{name} is an array of shape {array.shape}")
        np.save(path, array)
        return str(path)

    def haloes(self, name: str, columns: dict[str, np.ndarray]) -> str:
        """The path of a file with a list of haloes.

        Args:
            name: the name of the file without its ending.
            columns: the numbers of the haloes by name, each (haloes,).

        Raises:
            ExchangeError: if there is no folder.
        """
        count = len(next(iter(columns.values())))
        path = self._path(f"{name}.npz", f"there are {count} haloes")
        np.savez(path, **columns)  # type: ignore[arg-type]
        self.has_haloes = True
        return str(path)

    def _path(self, name: str, why: str) -> Path:
        if self.folder is None:
            raise ExchangeError(f"{why}, which a configuration has as a file; give the folder for it")
        self.folder.mkdir(parents=True, exist_ok=True)
        return (self.folder / name).resolve()
