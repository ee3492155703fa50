"""Catalogues in Parquet, by pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.masked import padded, texts
from jaxlens.catalogs.unpacking import check_size

# The key of the metadata in which astropy writes the units of a table.
_ASTROPY = b"table_meta_yaml"
# The keys of a column's metadata in which its unit may stand.
_UNITS = (b"unit", b"units")


def read_parquet(path: Path, limit: int) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of a Parquet file, and their units where its metadata have them.

    Args:
        path: the file.
        limit: the largest number of bytes, unpacked.

    Raises:
        CatalogError: if pyarrow is not installed.
        TooLarge: if the table has more bytes.
        Exception: of many kinds, if the file is broken.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        advice = "pip install 'jaxlens-sim[parquet]', or give it as FITS or CSV"
        raise CatalogError(f"is read by pyarrow, which is not installed; {advice}") from None
    with path.open("rb") as stream, pyarrow.parquet.ParquetFile(stream) as file:
        metadata = file.metadata
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        check_size(size, limit, "is unpacked", "give fewer rows or columns")
        table = file.read(use_threads=False)
    return {name: _array(table[name]) for name in table.column_names}, _units(table.schema)


def _array(column: Any) -> np.ndarray:
    """A column as numbers, booleans or texts; lists of numbers as an array (rows, k)."""
    import pyarrow

    kind = column.type
    if isinstance(kind, pyarrow.DictionaryType):
        return _array(column.cast(kind.value_type))
    if pyarrow.types.is_decimal(kind):
        return _array(column.cast(pyarrow.float64()))
    if (
        pyarrow.types.is_list(kind)
        or pyarrow.types.is_large_list(kind)
        or pyarrow.types.is_fixed_size_list(kind)
    ):
        return padded(column.to_pylist())
    if pyarrow.types.is_boolean(kind) or pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind):
        # pyarrow gives floats, with NaN, where numbers are missing, and objects where booleans are
        values = column.to_numpy()
        return values if values.dtype.kind != "O" else values.astype(np.float64)
    return texts(["" if value is None else _text(value) for value in column.to_pylist()])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _units(schema: Any) -> dict[str, str]:
    """The units in the metadata of a table, as astropy writes them, or of its columns."""
    found = {}
    for field in schema:
        unit = next((field.metadata[key] for key in _UNITS if key in (field.metadata or {})), b"")
        if unit:
            found[field.name] = unit.decode("utf-8", "replace")
    if _ASTROPY in (schema.metadata or {}):
        from astropy.table.meta import get_header_from_yaml

        header = get_header_from_yaml(schema.metadata[_ASTROPY].decode("utf-8").split("\n"))
        found |= {one["name"]: str(one["unit"]) for one in header["datatype"] if one.get("unit")}
    return found
