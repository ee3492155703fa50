"""Reading npy files of images, with the CSV and the files of other arrays beside them.

The CSV has a column for each band and a row for each epoch, and does not tell which of its numbers are one
number for all of them.  So every number is read by band, and in a time series by epoch.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jaxlens.files.contents import ArrayName, Contents, Stored, Values
from jaxlens.files.csv import read_csv
from jaxlens.files.csv_rows import CsvRows
from jaxlens.files.metadata import Column, Fixed, is_text
from jaxlens.files.names import beside, images_name
from jaxlens.files.series import NUM_EPOCHS
from jaxlens.files.series_tables import bands_of_series, grouped
from jaxlens.files.stored import StoredFile

# (rows, bands, y, x), and of planes (rows, 4, bands, y, x)
_DIMENSIONS = (4, 5)
# The integers that differ between systems, by the ends of their names; all others describe the configuration.
_INTEGERS = ("OBJID", NUM_EPOCHS, "BACKGROUND_IDX", "num_source_images")


class NpyStoredFile(StoredFile):
    """An npy file of images, as a memory map; without the CSV beside it there are no metadata."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._maps: dict[ArrayName, np.ndarray] = {"images": _map(path)}
        csv = beside(path, "metadata", "csv")
        self._table = CsvRows(csv) if csv.exists() else None
        super().__init__(self._described(), {})

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems; zero where a time series has no image."""
        if array not in self._maps:
            self._maps[array] = _map(beside(self._path, array, "npy"))
        rows = self._maps[array]
        if self.epochs is None:
            return np.array(rows[start:stop])
        return self._by_system(rows[self._rows[start] : self._rows[stop]], start, stop, 0)

    def _values(self, start: int, stop: int) -> Values:
        """The metadata of some systems: texts and integers (n,), numbers (n, bands) or (n, epochs, bands)."""
        if self._table is None:
            return {}
        rows = self.table(start, stop)
        # the first row of each system, counted from the first row that was read
        first = self._rows[start:stop] - self._rows[start]
        found: dict[str, Column] = {}
        for name in _names(self._table.header, self.bands):
            if name in self.fixed or name == "OBJID" or self._is_repeated(name):
                continue
            columns = [_array(rows[f"{name}-{band}"]) for band in self.bands]
            if name == NUM_EPOCHS:
                found[name] = np.stack(columns, axis=1)[first]
            elif columns[0].dtype.kind in "Oi":
                found[name] = columns[0][first]
            else:
                by_band = np.stack(columns, axis=1)
                is_series = self.epochs is not None
                found[name] = self._by_system(by_band, start, stop, np.nan) if is_series else by_band
        return found

    def table(self, start: int, stop: int) -> pd.DataFrame:
        """The rows of the CSV of some systems."""
        if self._table is None:
            return pd.DataFrame(index=range(*self._inside(start, stop)))
        first, last = self._inside(start, stop)
        return self._table.read(int(self._rows[first]), int(self._rows[last]))

    def stored(self, stop: int | None = None) -> Stored:
        """The first `stop` systems, or all; a time series has as many epochs as the longest of them.

        Without the CSV it is not known whether the images are a time series; `stop` then counts images.
        """
        if self._table is None:
            images = np.array(self._maps["images"][:stop])
            return Stored(images, pd.DataFrame(index=range(len(images))), {})
        metadata = read_csv(beside(self._path, "metadata", "csv"), stop)
        images = np.array(self._maps["images"][: len(metadata)])
        return Stored(images, metadata, {}, grouped(images, metadata))

    def close(self) -> None:
        """Forget the memory maps, which closes the files once no array of the caller needs them."""
        self._maps.clear()

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        """The number of rows of each system."""
        assert self._table is not None
        bands = bands_of_series(self._table.header)
        if not bands:
            return np.ones(self._table.count, np.int64)
        objid = np.asarray(self._table.columns([f"OBJID-{bands[0]}"])).ravel()
        first = np.flatnonzero(np.concatenate([[True] * min(1, len(objid)), objid[1:] != objid[:-1]]))
        if len(np.unique(objid)) != len(first):
            raise ValueError("the rows of a system do not follow each other")
        return np.diff(first, append=len(objid))

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        """The first row of each system, and the number of rows."""
        return np.concatenate([[0], np.cumsum(self._counts)])

    def _by_system(self, rows: np.ndarray, start: int, stop: int, missing: float) -> np.ndarray:
        """Rows of some systems as (systems, epochs, ...), `missing` where a system has no row."""
        assert self.epochs is not None
        counts = self._counts[start:stop]
        found = np.full((len(counts), self.epochs, *rows.shape[1:]), missing, rows.dtype)
        found[np.arange(self.epochs) < counts[:, None]] = rows
        return found

    def _is_repeated(self, name: str) -> bool:
        """Whether a redshift is that of the first object of its plane, which tables repeat."""
        plane, _, rest = name.partition("-")
        first = f"{plane}-OBJECT_1-REDSHIFT"
        return rest.endswith("REDSHIFT") and name != first and f"{first}-{self.bands[0]}" in self._header

    @property
    def _header(self) -> list[str]:
        return self._table.header if self._table else []

    def _described(self) -> Contents:
        images, name = self._maps["images"], images_name(self._path)
        bands = tuple(c.removeprefix("OBJID-") for c in self._header if c.startswith("OBJID-"))
        others: list[ArrayName] = [
            array for array in ("planes", "difference") if beside(self._path, array, "npy").exists()
        ]
        counts = np.ones(len(images), int) if self._table is None else self._counts
        is_series = bool(bands_of_series(self._header))
        if counts.sum() != len(images):
            raise ValueError(f"{len(images)} images have {counts.sum()} rows in the CSV beside them")
        first = self._table.read(0, min(1, len(images))) if self._table else pd.DataFrame()
        return Contents(
            label=name.label if name else self._path.stem,
            dataset="images",
            bands=bands or tuple(str(k) for k in range(images.shape[1])),
            num_pix=images.shape[-1],
            count=len(counts),
            fixed=_fixed(first, bands),
            arrays=("images", *others),
            epochs=int(counts.max(initial=1)) if is_series else None,
            start=int(first[f"OBJID-{bands[0]}"].iloc[0]) if len(first) else 0,
            dtype=images.dtype.name,
        )


def _map(path: Path) -> np.ndarray:
    images: np.ndarray = np.load(path, mmap_mode="r")
    if images.ndim not in _DIMENSIONS:
        raise ValueError(f"an array of shape {images.shape} holds no images in bands")
    return images


def _names(header: list[str], bands: tuple[str, ...]) -> list[str]:
    """The names of a table's columns without the band."""
    # the columns of the first band come first
    return [column.removesuffix(f"-{bands[0]}") for column in header[: len(header) // len(bands)]]


def _array(column: pd.Series) -> Column:
    return column.to_numpy(object) if column.dtype.kind not in "fiub" else column.to_numpy()


def _fixed(first: pd.DataFrame, bands: tuple[str, ...]) -> Fixed:
    """The texts and counts that describe the configuration, from the first row."""
    found: Fixed = {}
    for name in _names([str(name) for name in first], bands) if len(first) else ():
        value = first[f"{name}-{bands[0]}"].iloc[0]
        if isinstance(value, str) and not is_text(f"{name}-{bands[0]}"):
            found[name] = value
        elif isinstance(value, np.integer) and not name.endswith(_INTEGERS):
            found[name] = int(value)
    return found
