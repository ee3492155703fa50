"""The columns of a catalogue that set no parameter: the name of a row, its place on the sky, kept columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import COLUMN, UNIT, Entry, Named
from jaxlens.config.catalog.section import Written
from jaxlens.config.catalog.values import in_unit
from jaxlens.config.errors import Report
from jaxlens.config.model import CATALOG, DEC_SKY, RA_SKY

# Characters that the name of a column of the metadata cannot have: some formats make folders of it.
_ILLEGAL = re.compile(r"[/\s]+")
# Whole numbers are exact as float64 up to here.
_EXACT = 2.0**53


def host_columns(written: Written, report: Report) -> dict[str, np.ndarray]:
    """The columns of the metadata that a catalogue gives, by name, (rows,).

    Args:
        written: the section, which has rows.
        report: the problems are added to it.
    """
    assert written.rows is not None
    table = written.rows.table
    found = _sky(written.sky, table, report) if written.sky else {}
    return found | further_columns(CATALOG, written.id, written.keep, table, report)


def further_columns(
    label: str, name: Named | None, keep: list[Named], table: Table, report: Report
) -> dict[str, np.ndarray]:
    """What ID and KEEP of a section ask for, `<label>-ID` and `<label>-<column>`, (rows,).

    Args:
        label: `CATALOG` or `MATCH_n`, with which the names of the columns begin.
        name: the column that names a row, or None.
        keep: the columns that are kept.
        table: the rows of the catalogue.
        report: the problems are added to it.

    Returns:
        Columns by name: float64, int64, or texts as objects.  A column with several numbers in a row becomes
        several, with `_0`, `_1`, ... at the ends of their names.
    """
    found: dict[str, np.ndarray] = {}
    for one in (*([name] if name else []), *keep):
        try:
            own = table.name(one.name)
            key = f"{label}-ID" if one is name else f"{label}-{_ILLEGAL.sub('_', own)}"
            if one is not name and key in (f"{label}-ID", f"{label}-row"):
                raise CatalogError(f"would be {key}, which is taken; rename the column, or give it as ID")
            column = table.column(own)
            found |= dict(_kept(key, _whole(column) if one is name else column))
            if one is name and key not in found:
                raise CatalogError(f"the column {own} has several entries in a row; give one that has one")
        except CatalogError as error:
            report.problem(one.place, str(error))
    if f"{label}-ID" in found and found[f"{label}-ID"].dtype.kind == "f":
        assert name is not None
        report.problem(name.place, "has numbers that are not whole; give a column of texts or whole numbers")
    return found


def _kept(name: str, column: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """A column as the metadata has it."""
    if column.ndim == 2:
        for i in range(column.shape[1]):
            yield f"{name}_{i}", plain(column[:, i])
    else:
        yield name, plain(column)


def _whole(column: np.ndarray) -> np.ndarray:
    """Floats that are all whole as whole numbers, since a name is none of them; other columns as they are.

    Whole numbers beyond those of int64 become texts.
    """
    if column.dtype.kind == "u" and column.max(initial=0) >= 2**63:
        return column.astype(str)
    if column.dtype.kind != "f" or not np.all(np.abs(column) < _EXACT) or np.any(column != np.floor(column)):
        return column
    return column.astype(np.int64)


def plain(column: np.ndarray) -> np.ndarray:
    """A column (rows,) as float64, int64, or texts as objects."""
    if column.dtype.kind in "ib" or (column.dtype.kind == "u" and column.max(initial=0) < 2**63):
        return column.astype(np.int64)
    if column.dtype.kind in "fu":
        return column.astype(np.float64)
    texts = (one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in column)
    found = np.empty(len(column), object)
    found[:] = [text.strip() for text in texts]
    return found


def _sky(sky: tuple[Entry, ...], table: Table, report: Report) -> dict[str, Any]:
    """Right ascension and declination in degrees, (rows,); NaN where they are no place on the sky."""
    found = {}
    for name, entry in zip((RA_SKY, DEC_SKY), sky, strict=True):
        remarks: list[str] = []
        try:
            degrees = in_unit(table, entry.words[COLUMN], entry.words.get(UNIT, ""), "deg", remarks)
        except CatalogError as error:
            report.problem(entry.place, str(error))
            continue
        for remark in remarks:
            report.remark(entry.place, remark)
        if name == RA_SKY:
            found[name] = np.mod(degrees, 360.0)
        else:
            found[name] = np.where(np.abs(degrees) <= 90.0, degrees, np.nan)
    return found
