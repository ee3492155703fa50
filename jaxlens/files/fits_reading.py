"""Reading FITS files of cubes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from jaxlens.files.contents import ArrayName, Values
from jaxlens.files.description import described
from jaxlens.files.metadata import Column
from jaxlens.files.stored import StoredFile, attributes_of


class FitsStoredFile(StoredFile):
    """A FITS file of cubes; only the systems that are asked for are read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._units = _units(self._file)
            contents = described(json.loads(str(self._units["DESCRIPTION"].data["JSON"][0])))
        except BaseException:
            self.close()
            raise
        super().__init__(contents, attributes_of(contents))

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        if stop == start:
            return np.zeros((0, *self.arrays[array][1:]), np.float32)
        return np.array(self._units[array.upper()].section[start:stop], np.float32)

    def _values(self, start: int, stop: int) -> Values:
        rows = self._units["METADATA"].data[start:stop]
        return {name: _native(rows[name]) for name in rows.names if name != "OBJID"}

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _units(file: BinaryIO) -> Any:
    """The units of a file; ValueError where it is not whole."""
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file ends before its data, or in a header
            warnings.filterwarnings("error", category=AstropyUserWarning)
            units = fits.open(file, mode="readonly", memmap=True, lazy_load_hdus=False)
    except (OSError, AstropyUserWarning, fits.VerifyError) as error:
        raise ValueError("it is no whole FITS file") from error
    if units[-1].name != "METADATA":
        raise ValueError("it has no table METADATA at its end")
    return units


def _native(column: np.ndarray) -> Column:
    """A column of a FITS table as a copy in the machine's order of bytes; texts as objects."""
    if column.dtype.kind in "SU":
        return np.array([str(text) for text in column], dtype=object)
    return np.array(column, column.dtype.newbyteorder("="))
