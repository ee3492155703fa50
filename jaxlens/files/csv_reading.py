"""Reading the CSV of metadata as the metadata of a file, with or without images beside it.

The CSV has a column for each band and a row for each epoch, and does not tell which of its numbers are one
number for all of them.  So every number is read by band, and in a time series by epoch.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jaxlens.config.model import TRIES
from jaxlens.config.model.catalog import is_catalog_column
from jaxlens.files.contents import ArrayName, Contents, Values
from jaxlens.files.csv_rows import CsvRows
from jaxlens.files.metadata import Column, Fixed, is_text
from jaxlens.files.names import metadata_label
from jaxlens.files.series import NUM_EPOCHS
from jaxlens.files.series_tables import bands_of_series
from jaxlens.files.stored import StoredFile

# The integers that differ between systems, by the ends of their names; all others describe the configuration.
_INTEGERS = ("OBJID", NUM_EPOCHS, "BACKGROUND_IDX", "num_source_images", TRIES)


class CsvStoredFile(StoredFile):
    """A CSV of metadata alone, which is all that a dataset without images has."""

    def __init__(self, path: Path) -> None:
        self._table: CsvRows | None = CsvRows(path)
        first = self._table.read(0, min(1, self._table.count))
        name = f"numPix-{self._bands[0]}"
        num_pix = int(first[name].iloc[0]) if name in first and len(first) else 0
        label = metadata_label(path) or path.stem
        super().__init__(self._described(label, "images", (), num_pix), {})

    def close(self) -> None:
        """There is nothing to close: the file is opened for each reading."""

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        raise KeyError(f"there are no {array}")

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

    @property
    def _bands(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("OBJID-") for name in self._header if name.startswith("OBJID-"))

    def _described(
        self, label: str, dataset: str, arrays: tuple[ArrayName, ...], num_pix: int, dtype: str = "float32"
    ) -> Contents:
        """What the table tells of its systems."""
        assert self._table is not None
        bands, counts = self._bands, self._counts
        first = self._table.read(0, min(1, self._table.count))
        return Contents(
            label=label,
            dataset=dataset,
            bands=bands,
            num_pix=num_pix,
            count=len(counts),
            fixed=_fixed(first, bands),
            arrays=arrays,
            epochs=int(counts.max(initial=1)) if bands_of_series(self._header) else None,
            start=int(first[f"OBJID-{bands[0]}"].iloc[0]) if len(first) else 0,
            dtype=dtype,
        )


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
        if is_catalog_column(name):
            continue
        value = first[f"{name}-{bands[0]}"].iloc[0]
        if isinstance(value, str) and not is_text(f"{name}-{bands[0]}"):
            found[name] = value
        elif isinstance(value, np.integer) and not name.endswith(_INTEGERS):
            found[name] = int(value)
    return found
