"""Columns of astropy as plain arrays, in which missing numbers are NaN and missing texts are empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError

# The largest size of one column, in bytes.
MAX_COLUMN = 1_000_000_000
# Bytes of a character of numpy's texts.
_CHARACTER = 4


def filled(column: Any) -> np.ndarray:
    """A column, masked or not, as an array of numbers, booleans or texts.

    Args:
        column: numbers, booleans, texts or bytes, (rows, ...); or objects, each a text or a list of numbers.

    Returns:
        The array, (rows,) or (rows, k).  Integers and booleans of which one is missing are float64.
    """
    mask = np.ma.getmaskarray(column) if isinstance(column, np.ma.MaskedArray) else None
    values = np.asarray(np.ma.getdata(column))
    if values.dtype.kind == "O":
        return _objects(values, mask)
    if values.dtype.kind in "SUT":
        return texts(_words(values, mask))
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if mask is not None and mask.any():
        values = np.where(mask, np.nan, values.astype(np.result_type(values, np.float64), copy=False))
    return np.ascontiguousarray(values.reshape(len(values), -1) if values.ndim > 2 else values)


def texts(words: Sequence[str] | np.ndarray) -> np.ndarray:
    """An array of texts, without the blanks that fill them up.

    Raises:
        CatalogError: if a text is so long that the column would be too large.
    """
    stripped = [word.rstrip("\0").strip() for word in words]
    longest = max(map(len, stripped), default=0)
    if longest * len(stripped) * _CHARACTER > MAX_COLUMN:
        raise CatalogError(f"has a column with a text of {longest} characters; leave it out")
    return np.array(stripped, dtype=str)


def padded(rows: Sequence[Any]) -> np.ndarray:
    """Lists of numbers of several lengths as an array (rows, longest), with NaN behind their ends.

    Raises:
        CatalogError: if it would be too large.
    """
    lists = [np.atleast_1d(np.asarray([] if row is None else row, np.float64)).ravel() for row in rows]
    longest = max(map(len, lists), default=0)
    if longest * len(lists) * np.dtype(np.float64).itemsize > MAX_COLUMN:
        raise CatalogError(f"has a column with {longest} numbers in a row; leave it out")
    array = np.full((len(lists), longest), np.nan)
    for row, numbers in zip(array, lists, strict=True):
        row[: len(numbers)] = numbers
    return array


def units_of(table: Any) -> dict[str, str]:
    """The units of an astropy table, by the name of the column."""
    return {name: str(table[name].unit) for name in table.colnames if table[name].unit is not None}


def _words(values: np.ndarray, mask: np.ndarray | None) -> list[str]:
    """Texts of each row, in which a missing one is empty; several in a row are joined by blanks."""
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if mask is not None:
        values = np.where(mask, "", values)
    return [str(row) if np.ndim(row) == 0 else " ".join(map(str, np.ravel(row))) for row in values]


def _objects(values: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Objects: lists of numbers, or texts."""
    rows = [None if mask is not None and mask[i] else one for i, one in enumerate(values)]
    if all(row is None or isinstance(row, (str, bytes)) for row in rows):
        return texts([_text(row) for row in rows])
    try:
        return padded(rows)
    except (TypeError, ValueError):
        return texts([_text(row) for row in rows])


def _text(row: Any) -> str:
    if row is None:
        return ""
    return row.decode("utf-8", "replace") if isinstance(row, bytes) else str(row)
