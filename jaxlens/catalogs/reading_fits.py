"""Catalogues in FITS: the first table of a file, binary or of text, by astropy."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.masked import filled

# The first bytes of every FITS file.
_MAGIC = b"SIMPLE  ="
# Files are whole blocks of so many bytes.
_BLOCK = 2880


def read_fits(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of the first table of a FITS file, and their units (TUNIT).

    Whole numbers equal to TNULL are missing.  A column may have several numbers in a row, also as many as it
    needs.

    Raises:
        CatalogError: if there is no table.
        Exception: of many kinds, if the file is broken.
    """
    from astropy.io import fits

    if not content.startswith(_MAGIC):
        raise CatalogError("is no FITS file; give one, or its FORMAT")
    with fits.open(io.BytesIO(content), memmap=False) as file:
        for unit in file:
            if isinstance(unit, (fits.BinTableHDU, fits.TableHDU)):
                return _columns(unit)
    if len(content) % _BLOCK:
        raise CatalogError("ends before its table; give a whole file")
    raise CatalogError("has no table, only images; give a FITS file with a table")


def _columns(unit: Any) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of a table, and their units."""
    data = unit.data
    # the size of the table is that of its header; astropy gives what there is
    if data is None or len(data) < int(unit.header.get("NAXIS2", 0)):
        raise CatalogError("ends before its table; give a whole file")
    columns = {column.name: _column(data, column) for column in unit.columns}
    units = {column.name: str(column.unit) for column in unit.columns if column.unit}
    return columns, units


def _column(data: Any, column: Any) -> np.ndarray:
    """One column, with NaN where its number is TNULL."""
    values = np.asarray(data.field(column.name))
    raw = np.asarray(data.view(np.ndarray)[column.name])
    if isinstance(column.null, int) and raw.dtype.kind in "iu":
        return filled(np.ma.MaskedArray(values, raw == column.null))
    return filled(values)
