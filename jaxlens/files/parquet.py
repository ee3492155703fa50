"""Parquet: one table with a row for each system, which Hugging Face's `datasets` and pandas read too.

The columns are OBJID, the arrays (`images`, `planes`, `difference`) and the metadata by name.  A column has a
number, or nested lists of fixed lengths: (bands, y, x) of an image, (bands,) of a value that differs by band,
(epochs, bands) of one that differs by epoch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.files.contents import ArrayName, Chunk, Contents, Values
from jaxlens.files.description import TEXT, described, description, value_types
from jaxlens.files.extras import required
from jaxlens.files.lots import LotBuffer
from jaxlens.files.metadata import Column
from jaxlens.files.precision import stored_array
from jaxlens.files.storage import refuse_contents
from jaxlens.files.stored import StoredFile, attributes_of
from jaxlens.files.units import unit_of

# The bytes of the arrays in a group of rows, which is read and written at once.
_GROUP_BYTES = 2**23
# The entry of the schema that describes the file.
_DESCRIPTION = b"jaxlens"


class ParquetFile:
    """The table, which is written a group of rows at a time."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._arrow, self._parquet = required("pyarrow", "parquet"), required("pyarrow.parquet", "parquet")
        self._contents = contents
        refuse_contents("parquet", contents)
        self._file = path.open("xb")
        self._writer: Any = None
        a_system = sum(4 * int(np.prod(contents.shape(array)[1:])) for array in contents.arrays)
        rows = max(1, _GROUP_BYTES // max(a_system, 1))
        self._groups = LotBuffer(self._write, contents.start, rows)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        arrays = {array: stored_array(chunk, array, self._contents) for array in self._contents.arrays}
        self._groups.append(Chunk(chunk.start, chunk.values, arrays))

    def finish(self) -> None:
        """Write the rows that are still buffered, and the footer, after the last chunk."""
        self._groups.flush()
        if self._writer is not None:
            self._writer.close()
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, lot: Chunk) -> None:
        """Write one group of rows."""
        objid = {"OBJID": np.arange(lot.start, lot.start + lot.count)}
        images = {str(array): values for array, values in lot.arrays.items()}
        columns: dict[str, Column] = {**objid, **images, **lot.values}
        arrays = {name: _nested(self._arrow, column) for name, column in columns.items()}
        if self._writer is None:
            self._writer = self._opened({name: array.type for name, array in arrays.items()}, lot.values)
        table = self._arrow.table(list(arrays.values()), schema=self._writer.schema)
        self._writer.write_table(table, row_group_size=max(lot.count, 1))

    def _opened(self, types: dict[str, Any], values: Values) -> Any:
        """The writer of a table with columns of these types."""
        entries = description(self._contents) | {"values": value_types(values)}
        units = {name: unit_of(name) for name in values}
        units |= dict.fromkeys(self._contents.arrays, str(self._contents.attributes.get("units", "")))
        field = self._arrow.field
        fields = [field(name, kind, False, {"unit": units.get(name, "")}) for name, kind in types.items()]
        return self._parquet.ParquetWriter(
            self._file,
            self._arrow.schema(fields, {_DESCRIPTION: json.dumps(entries)}),
            compression=self._contents.compression or "none",
            use_dictionary=False,
            write_statistics=["OBJID", *(name for name, value in values.items() if value.ndim == 1)],
        )


class ParquetStoredFile(StoredFile):
    """A Parquet file; only the groups of rows and the columns that are asked for are read."""

    def __init__(self, path: Path) -> None:
        self._table = required("pyarrow.parquet", "parquet").ParquetFile(path)
        try:
            entries = json.loads(self._table.schema_arrow.metadata[_DESCRIPTION])
            contents = described(entries)
        except BaseException:
            self.close()
            raise
        self._types = entries["values"]
        counts = [self._table.metadata.row_group(k).num_rows for k in range(self._table.num_row_groups)]
        # the first row of each group, and the number of rows
        self._starts = np.concatenate([[0], np.cumsum(counts, dtype=int)])
        super().__init__(contents, attributes_of(contents))

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        column = self._rows(start, stop, [array]).column(0)
        return _dense(column, self.arrays[array][1:], np.dtype(self.contents.dtype))

    def _values(self, start: int, stop: int) -> Values:
        rows = self._rows(start, stop, list(self._types))
        found: dict[str, Column] = {}
        for name, (dtype, shape) in self._types.items():
            is_text = dtype == TEXT
            found[name] = _dense(rows.column(name), tuple(shape), np.dtype(object if is_text else dtype))
        return found

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def _rows(self, start: int, stop: int, names: list[str]) -> Any:
        """Some rows of some columns."""
        first = int(np.searchsorted(self._starts, start, "right")) - 1
        last = int(np.searchsorted(self._starts, stop, "left"))
        groups = list(range(first, min(last, self._table.num_row_groups)))
        rows = self._table.read_row_groups(groups, columns=names)
        return rows.slice(start - int(self._starts[first]), stop - start)


def _nested(arrow: Any, column: Column) -> Any:
    """An array (n, ...) as a column of nested lists of fixed lengths."""
    if column.dtype == object:
        return arrow.array(column.tolist(), arrow.string())
    found = arrow.array(np.ascontiguousarray(column).reshape(-1))
    for length in reversed(column.shape[1:]):
        found = arrow.FixedSizeListArray.from_arrays(found, length)
    return found


def _dense(column: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Column:
    """The inverse of `_nested`, of a column of a table."""
    parts = []
    for part in column.chunks:
        for _ in shape:
            part = part.flatten()
        parts.append(np.asarray(part.to_numpy(zero_copy_only=False), dtype))
    flat = np.concatenate(parts) if parts else np.zeros(0, dtype)
    return flat.reshape(len(column), *shape)
